// SPDX-License-Identifier: Apache-2.0
// Attention with explicit heads over the keys of one sequence: 16 tokens of one head a block. A
// token sees its selected keys (or all up to its position); the others are masked tile by tile.
#include "kernels/cuda/flash.cuh"

namespace leyden::cuda {
namespace {

struct Shape {
  Attention a;
  int64_t nope, rope, v, width;
  const float *q, *kv, *k_pe;

  int64_t v_width() const { return (v + 15) / 16 * 16; }
};

Shape shape_of(const Attention& a, int64_t nope, int64_t v, const float* q, const float* kv,
               const float* k_pe) {
  const int64_t rope = a.page.rope_dim;
  return {a, nope, rope, v, (nope + rope + 15) / 16 * 16, q, kv, k_pe};
}

__device__ void load_queries(const Shape& s, int64_t first_row, int64_t head, Flash& f) {
  const int64_t dim = s.nope + s.rope;
  for (int64_t i = threadIdx.x; i < kQueries * s.width; i += kFlashThreads) {
    const int64_t row = first_row + i / s.width, c = i % s.width;
    const bool inside = row < s.a.m && c < dim;
    f.queries[i / s.width * f.line() + c] =
        inside ? bf16_bits(s.q[(row * s.a.n_heads + head) * dim + c]) : uint16_t{0};
  }
}

__device__ void load_keys(const Shape& s, int64_t first, int64_t end, int64_t head, bool values,
                          Flash& f) {
  const int64_t kv_dim = s.nope + s.v;
  for (int64_t i = threadIdx.x; i < kKeys * s.width; i += kFlashThreads) {
    const int64_t key = first + i / s.width, c = i % s.width;
    float x = 0;
    if (key < end && c < s.nope) {
      x = s.kv[(key * s.a.n_heads + head) * kv_dim + c];
    } else if (key < end && c < s.nope + s.rope) {
      x = s.k_pe[key * s.rope + c - s.nope];
    }
    f.keys[i / s.width * f.line() + c] = bf16_bits(x);
  }
  if (!values) return;
  for (int64_t i = threadIdx.x; i < kKeys * f.v_width; i += kFlashThreads) {
    const int64_t key = first + i / f.v_width, c = i % f.v_width;
    f.values[i / f.v_width * f.v_line() + c] =
        key < end && c < s.v ? bf16_bits(s.kv[(key * s.a.n_heads + head) * kv_dim + s.nope + c])
                             : uint16_t{0};
  }
}

/// Which of the keys first .. first + 63 each of the 16 tokens sees. `cursor` [16] walks the
/// ascending selections along with the tiles.
__device__ void mask_keys(const Shape& s, int64_t first_row, int64_t first, int* cursor, Flash& f) {
  if (threadIdx.x >= kQueries) return;
  const int64_t row = first_row + threadIdx.x;
  uint64_t seen = 0;
  if (row < s.a.m) {
    const int64_t position = s.a.rows[row].position;
    if (!s.a.selection.keys) {
      const int64_t n = position + 1 - first;
      seen = n >= kKeys ? ~uint64_t{0} : n > 0 ? (uint64_t{1} << n) - 1 : 0;
    } else {
      const int32_t* keys = s.a.selection.keys + row * s.a.selection.stride;
      const int n = s.a.selection.count[row];
      int at = cursor[threadIdx.x];
      for (; at < n && keys[at] < first + kKeys; ++at)
        if (keys[at] >= first && keys[at] <= position) seen |= uint64_t{1} << (keys[at] - first);
      cursor[threadIdx.x] = at;
    }
  }
  f.mask[threadIdx.x] = seen;
}

__global__ void mha_attention_kernel(Shape s, float* o, float* lse) {
  begin_kernel();
  __shared__ int cursor[kQueries];
  const int64_t first_row = static_cast<int64_t>(blockIdx.x) * kQueries, head = blockIdx.y;
  Flash f = Flash::make(s.width, (s.v + 15) / 16 * 16, false);
  if (threadIdx.x < kQueries) cursor[threadIdx.x] = 0;
  load_queries(s, first_row, head, f);
  __syncthreads();
  const int64_t last = (first_row + kQueries < s.a.m ? first_row + kQueries : s.a.m) - 1;
  const int64_t end = s.a.rows[last].position + 1;
  float out[kMaxValueTiles][4] = {};
  for (int64_t first = 0; first < end; first += kKeys) {
    load_keys(s, first, end, head, true, f);
    mask_keys(s, first_row, first, cursor, f);
    f.step(s.a.sm_scale, out);
  }
  __syncthreads();
  f.finish(out, [&](int query, int64_t c, float v) {
    const int64_t row = first_row + query;
    if (row < s.a.m && c < s.v) o[(row * s.a.n_heads + head) * s.v + c] = round_to_bf16(v);
  });
  if (lse && threadIdx.x < kQueries && first_row + threadIdx.x < s.a.m)
    lse[(first_row + threadIdx.x) * s.a.n_heads + head] = f.lse(static_cast<int>(threadIdx.x));
}

/// Block (16 rows, tile of keys): P again, added up over all heads. A thread owns its sums.
__global__ void mha_mass_kernel(Shape s, const float* lse, float* const* mass) {
  begin_kernel();
  __shared__ int cursor[kQueries];
  const int64_t first_row = static_cast<int64_t>(blockIdx.x) * kQueries;
  const int64_t first = static_cast<int64_t>(blockIdx.y) * kKeys;
  const int64_t last = (first_row + kQueries < s.a.m ? first_row + kQueries : s.a.m) - 1;
  const int64_t end = s.a.rows[last].position + 1;
  if (first >= end) return;
  Flash f = Flash::make(s.width, 16, true);
  if (threadIdx.x < kQueries) cursor[threadIdx.x] = 0;
  __syncthreads();
  mask_keys(s, first_row, first, cursor, f);
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, g = lane / 4, t = lane % 4;
  float sum[2][4] = {};
  for (int64_t head = 0; head < s.a.n_heads; ++head) {
    __syncthreads();
    load_queries(s, first_row, head, f);
    load_keys(s, first, end, head, false, f);
    __syncthreads();
    float d[2][4] = {};
    f.score(d);
    for (int j = 0; j < 2; ++j) {
      for (int e = 0; e < 4; ++e) {
        const int64_t row = first_row + g + (e >= 2 ? 8 : 0);
        if (row < s.a.m) sum[j][e] += expf(d[j][e] * s.a.sm_scale - lse[row * s.a.n_heads + head]);
      }
    }
  }
  for (int j = 0; j < 2; ++j) {
    for (int e = 0; e < 4; ++e) {
      const int query = g + (e >= 2 ? 8 : 0), key = warp * 16 + j * 8 + 2 * t + e % 2;
      if (first_row + query >= s.a.m || !mass[first_row + query]) continue;
      if (f.mask[query] >> key & 1u) mass[first_row + query][first + key] += sum[j][e];
    }
  }
}

}  // namespace

Error mha_attention(const Attention& a, int64_t nope, int64_t v, const float* q, const float* kv,
                    const float* k_pe, float* o, float* lse, Stream stream) {
  const Shape s = shape_of(a, nope, v, q, kv, k_pe);
  if (s.v_width() > kMaxValueTiles * 8 * 4) return "mha_attention: v_head_dim above 512";
  return launch(mha_attention_kernel, dim3(blocks(a.m, kQueries), static_cast<unsigned>(a.n_heads)),
                dim3(kFlashThreads), Flash::bytes(s.width, s.v_width(), false), stream, s, o, lse);
}

Error mha_mass(const Attention& a, int64_t n_keys, int64_t nope, int64_t v, const float* q,
               const float* kv, const float* k_pe, const float* lse, float* const* mass,
               Stream stream) {
  const Shape s = shape_of(a, nope, v, q, kv, k_pe);
  return launch(mha_mass_kernel, dim3(blocks(a.m, kQueries), blocks(n_keys, kKeys)),
                dim3(kFlashThreads), Flash::bytes(s.width, 16, true), stream, s, lse, mass);
}

}  // namespace leyden::cuda
