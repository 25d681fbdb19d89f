// SPDX-License-Identifier: Apache-2.0
// What the CUDA module offers: one table of functions over device pointers. Plain C++, no CUDA
// header, so that core compiles without a toolkit. Semantics are those of the CPU ops of the same
// name (kernels/*.h), deployed precision; sums run in another order.
//
// Every launch enqueues on `stream` and returns at once. Same inputs, same bits: no sum depends on
// timing. Errors: nullptr when enqueued, else the driver's words; a failure of the device itself
// shows at synchronize().
#pragma once

#include <cstddef>
#include <cstdint>

namespace leyden::cuda {

using Error = const char*;  ///< nullptr: fine
using Stream = void*;       ///< a cudaStream_t; nullptr is the default stream
using Graph = void*;        ///< launches that were recorded

struct DeviceInfo {
  char name[128];
  char bus_id[16];  ///< on PCI, "0000:3b:00.0"; empty: not known
  int32_t major = 0, minor = 0, multiprocessors = 0;
  uint64_t total_bytes = 0, free_bytes = 0;
};

/// A weight matrix [n, k], row-major. FP8 has one f32 multiplier per 128x128 block.
struct Weight {
  const void* data = nullptr;     ///< aligned to 16
  const float* scales = nullptr;  ///< [ceil(n/128), ceil(k/128)], FP8 only
  int32_t n = 0, k = 0;
  int32_t dtype = 0;  ///< DType of base/dtype.h
};

/// y = W x for groups of rows (one group: a plain product; experts or heads: many).
/// Row i of group g reads x row `rows ? rows[i] : i` and writes y row i, for i in
/// [offsets ? offsets[g] : 0, offsets ? offsets[g + 1] : m).
struct Linear {
  const void* x = nullptr;          ///< FP8: codes, BF16: values, F32: values
  const float* x_scales = nullptr;  ///< FP8: [x rows, ceil(k/128)]
  int64_t x_stride = 0;             ///< elements between rows of x
  int64_t x_group = 0;              ///< elements between groups of x
  int64_t scale_group = 0;          ///< floats between groups of x_scales
  const int32_t* rows = nullptr;
  const int32_t* offsets = nullptr;
  const Weight* weights = nullptr;  ///< [groups], on the device; all of one shape and dtype
  Weight shape;                     ///< weights[0], as the host sees it
  int32_t groups = 1;
  int64_t m = 0;  ///< most rows of a group
  float* y = nullptr;
  int64_t y_stride = 0, y_group = 0;
  bool round_bf16 = false;
};

/// Where one token stands: its sequence's pages (canonical layout) and its position.
struct Row {
  std::byte* const* pages = nullptr;  ///< each aligned to 16
  int64_t position = 0;
};

struct PageShape {
  int64_t kv_lora_rank = 0, rope_dim = 0, index_dim = 0;
  int64_t layer_offset = 0;  ///< bytes from a page's start to the layer
  bool scale_ue8m0 = true;
};

struct KeyShape {
  PageShape page;
  int64_t n_heads = 0, qk_head_dim = 0, qk_nope_head_dim = 0, index_n_heads = 0;
  float eps = 0;
  bool index_interleaved = false;
};

/// The keys of each row: row i owns keys[i * stride .. + count[i]); keys == nullptr: 0..position.
struct Selection {
  const int32_t* keys = nullptr;
  const int32_t* count = nullptr;
  int64_t stride = 0;
};

struct Attention {
  PageShape page;
  int64_t n_heads = 0;
  float sm_scale = 0;
  const Row* rows = nullptr;  ///< device
  int64_t m = 0;
  Selection selection;
  int64_t most_keys = 0;  ///< of any of the rows; 0: not said
  /// Room for partial results, so that few rows can be shared out over the device:
  /// partial_floats(), or less: then it is not used. Changes no bit.
  float* scratch = nullptr;
  int64_t scratch_floats = 0;
};

/// Keys whose softmax is one of its own; parts are merged in order. What a row's result is depends
/// on it.
constexpr int64_t kPartKeys = 512;
/// Floats of the partial results of mqa_attention: values, largest score and sum of each part.
constexpr int64_t partial_floats(int64_t m, int64_t n_heads, int64_t most_keys, int64_t rank) {
  return m * n_heads * ((most_keys + kPartKeys - 1) / kPartKeys) * (rank + 2);
}

struct Router {
  int32_t n_routed_experts = 0, n_activated_experts = 0, n_expert_groups = 1, n_limited_groups = 1;
  float route_scale = 1;
  bool norm_topk_prob = true;
};

struct Ops {
  uint32_t struct_size;
  const char* build_id;

  // Devices and memory. [thread-safe]; each call acts on `device` whatever thread it comes from.
  Error (*device_count)(int32_t* count);
  Error (*device_info)(int32_t device, DeviceInfo* info);
  Error (*use_device)(int32_t device);  ///< for the calling thread
  Error (*allocate)(void** out, size_t bytes);
  void (*release)(void* pointer);
  Error (*allocate_pinned)(void** out, size_t bytes);
  void (*release_pinned)(void* pointer);
  Error (*make_stream)(Stream* out);
  void (*drop_stream)(Stream stream);
  Error (*copy)(void* to, const void* from, size_t bytes, Stream stream);  ///< any direction
  Error (*fill)(void* to, int value, size_t bytes, Stream stream);
  Error (*synchronize)(Stream stream);

  // Recorded launches, enqueued again as one: same parameters, same addresses.
  /// From here on what this thread enqueues on `stream`, not the default one, is recorded and not
  /// run.
  Error (*begin_recording)(Stream stream);
  /// Ends it, whatever failed in between; *graph is nullptr then.
  Error (*end_recording)(Stream stream, Graph* graph);
  Error (*replay)(Graph graph, Stream stream);
  void (*drop_graph)(Graph graph);

  // Rows. x, out [m, ...] f32 unless said otherwise.
  Error (*embed)(const Weight& table, const int32_t* tokens, int64_t m, float* out, Stream);
  Error (*add_rms_norm)(const float* h, const float* residual, const float* weight, int64_t m,
                        int64_t dim, float eps, float* out, float* residual_out, Stream);
  Error (*rms_norm)(const float* x, int64_t x_stride, const float* weight, int64_t m, int64_t dim,
                    float eps, float* out, int64_t out_stride, Stream);
  /// codes [m, k] and scales [m, ceil(k/128)]
  Error (*quantize)(const float* x, int64_t m, int64_t k, bool power_of_two, uint8_t* codes,
                    float* scales, Stream);
  Error (*to_bf16)(const float* x, int64_t n, uint16_t* out, Stream);
  Error (*swiglu)(const float* gate, const float* up, int64_t n, float* out, Stream);
  /// Products that do not depend on each other: those of few rows run side by side.
  Error (*linear)(const Linear* products, int64_t count, Stream);

  // Keys and the indexer.
  /// Rotates q in place, finishes index keys and queries (norm, rotation, Hadamard), and writes
  /// each row's records. kv_a [m, rank + rope]; latents [m, rank]; cos_sin [m, rope].
  Error (*write_keys)(const KeyShape&, const Row* rows, int64_t m, const float* cos_sin, float* q,
                      const float* latents, float* kv_a, float* index_k, float* index_q,
                      const float* k_norm_weight, const float* k_norm_bias, Stream);
  /// index_q [m, heads, dim] -> codes and folded weights [m, heads]
  Error (*index_queries)(const PageShape&, const float* index_q, const float* index_w, int64_t m,
                         int64_t heads, uint8_t* codes, float* weights, Stream);
  /// scores [m, stride]; entries behind a row's position become -infinity
  Error (*index_scores)(const PageShape&, const Row* rows, int64_t m, int64_t heads,
                        const uint8_t* codes, const float* weights, float* scores, int64_t stride,
                        Stream);
  /// keys [m, topk] ascending by position, count [m]. With scratch of topk_scratch_bytes() few long
  /// rows are shared out over the device; without, or where that is 0, they are only slower.
  Error (*select_topk)(const Row* rows, const float* scores, int64_t stride, int64_t m,
                       int64_t topk, int32_t* keys, int32_t* count, void* scratch,
                       int64_t scratch_bytes, Stream);
  int64_t (*topk_scratch_bytes)(int64_t m, int64_t stride);

  // Attention.
  /// q_latent [m, heads, rank] and q_pe inside q [m, heads, qk_head_dim] at qk_nope; u like
  /// q_latent; lse [m, heads] natural, may be nullptr
  Error (*mqa_attention)(const Attention&, const float* q_latent, const float* q, int64_t q_stride,
                         float* u, float* lse, Stream);
  /// mass[i] (where not nullptr): [position + 1], P summed over heads is added by position.
  /// @param most_keys  of any of the rows
  Error (*mqa_mass)(const Attention&, int64_t most_keys, const float* q_latent, const float* q,
                    int64_t q_stride, const float* lse, float* const* mass, Stream);
  /// Dequantised latents [n_keys, rank] and k_pe [n_keys, rope] of one sequence.
  Error (*read_latents)(const PageShape&, const Row& row, int64_t n_keys, float* latents,
                        float* k_pe, Stream);
  /// q [m, heads, nope + rope], kv [n_keys, heads, nope + v], o [m, heads, v]; lse as above
  Error (*mha_attention)(const Attention&, int64_t nope, int64_t v, const float* q, const float* kv,
                         const float* k_pe, float* o, float* lse, Stream);
  Error (*mha_mass)(const Attention&, int64_t n_keys, int64_t nope, int64_t v, const float* q,
                    const float* kv, const float* k_pe, const float* lse, float* const* mass,
                    Stream);

  // Experts.
  Error (*route)(const Router&, const float* logits, const float* bias, int64_t m, int32_t* experts,
                 float* weights, Stream);
  /// offsets [experts + 1]; token_of_slot and slot_of_choice [m * activated], stable by token
  Error (*expert_slots)(const int32_t* experts, int64_t m, int32_t activated, int32_t n_experts,
                        int32_t* offsets, int32_t* token_of_slot, int32_t* slot_of_choice, Stream);
  /// out[t] = bf16(sum over choices of weight * expert_out[slot], ascending by expert, + shared[t])
  Error (*combine)(const float* expert_out, const float* shared, const int32_t* slot_of_choice,
                   const float* weights, int64_t m, int32_t activated, int64_t dim, float* out,
                   Stream);
};

/// The module's one exported function: the table, or nullptr when `build_id` is not its own.
extern "C" const Ops* leyden_cuda_ops(const char* build_id);
using OpsFunction = const Ops* (*)(const char*);

}  // namespace leyden::cuda
