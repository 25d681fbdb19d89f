// SPDX-License-Identifier: Apache-2.0
#include "core/model/fingerprint.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/model/digest.h"
#include "core/model/hash_cache.h"

namespace leyden {
namespace {

constexpr size_t kChunkBytes = 4u << 20;
constexpr uint64_t kFingerprintFormat = 1;

struct Chunk {
  std::span<const std::byte> data;
  size_t tensor;
  size_t number;
};

/// All chunks in the order their bytes lie in the files, so that a cold read is sequential.
std::vector<Chunk> list_chunks(const std::vector<std::span<const std::byte>>& tensors) {
  std::vector<Chunk> chunks;
  for (size_t t = 0; t < tensors.size(); ++t) {
    for (size_t at = 0; at < tensors[t].size(); at += kChunkBytes) {
      const size_t n = std::min(kChunkBytes, tensors[t].size() - at);
      chunks.push_back({tensors[t].subspan(at, n), t, at / kChunkBytes});
    }
  }
  std::sort(chunks.begin(), chunks.end(), [](const Chunk& a, const Chunk& b) {
    return std::less<>()(a.data.data(), b.data.data());
  });
  return chunks;
}

/// The calling thread hashes too, and alone reports progress.
class ChunkHasher {
 public:
  /// `shards`: of each tensor
  ChunkHasher(const std::vector<Chunk>& chunks, const std::vector<FilePart>& shards,
              const ProgressFn& progress, const CancelToken* cancel,
              std::vector<std::vector<Digest::Bytes>>& hashes)
      : chunks_(chunks),
        shards_(shards),
        progress_(progress),
        cancel_(cancel),
        hashes_(hashes) {
    for (const Chunk& c : chunks) total_ += c.data.size();
  }

  bool run(int n_threads) {
    std::vector<std::thread> others;
    const auto useful = std::min<size_t>(static_cast<size_t>(n_threads), chunks_.size());
    for (size_t i = 1; i < useful; ++i) others.emplace_back([this] { work(false); });
    work(true);
    for (std::thread& t : others) t.join();
    if (progress_) report({});
    return !stopped();
  }

 private:
  bool stopped() const { return cancel_ && cancel_->cancelled(); }

  void work(bool reporting) {
    while (!stopped()) {
      const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= chunks_.size()) return;
      Digest digest("leyden chunk 1");
      digest.bytes(chunks_[i].data);
      hashes_[chunks_[i].tensor][chunks_[i].number] = digest.finish();
      done_.fetch_add(chunks_[i].data.size(), std::memory_order_relaxed);
      if (reporting && progress_) report(shards_[chunks_[i].tensor]);
    }
  }
  void report(const FilePart& shard) const {
    const uint64_t done = done_.load(std::memory_order_relaxed);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    const double eta =
        done == 0 ? -1
                  : spent.count() * static_cast<double>(total_ - done) / static_cast<double>(done);
    progress_({"fingerprint", "bytes", done, total_, eta, shard});
  }

  const std::vector<Chunk>& chunks_;
  const std::vector<FilePart>& shards_;
  const ProgressFn& progress_;
  const CancelToken* cancel_;
  std::vector<std::vector<Digest::Bytes>>& hashes_;
  uint64_t total_ = 0;
  std::atomic<size_t> next_{0};
  std::atomic<uint64_t> done_{0};
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void add_rope(Digest& digest, const ModelConfig& c) {
  const RopeConfig& r = c.rope;
  digest.number(r.theta);
  digest.integer(int64_t{r.yarn});
  digest.integer(int64_t{c.indexer_rope_interleave});
  if (!r.yarn) return;
  digest.integer(r.original_seq_len);
  for (const double v : {r.factor, r.beta_fast, r.beta_slow, r.attention_factor}) digest.number(v);
  digest.number(c.softmax_scale());
}

}  // namespace

Result<TensorHash> compute_tensor_hash(const Checkpoint& checkpoint, int n_threads,
                                       const ProgressFn& progress, const CancelToken* cancel) {
  const std::vector<std::string> names = checkpoint.names();
  std::vector<std::span<const std::byte>> tensors;
  std::vector<FilePart> shards;
  std::vector<std::vector<Digest::Bytes>> hashes;
  for (const std::string& name : names) {
    tensors.push_back(checkpoint.raw(name));
    shards.push_back(checkpoint.shard_of(name));
    hashes.emplace_back((tensors.back().size() + kChunkBytes - 1) / kChunkBytes);
  }
  const std::vector<Chunk> chunks = list_chunks(tensors);
  ChunkHasher hasher(chunks, shards, progress, cancel, hashes);
  if (!hasher.run(std::max(n_threads, 1))) return cancelled("fingerprint: cancelled");

  Digest root("leyden tensors 1");
  root.integer(static_cast<uint64_t>(names.size()));
  for (size_t i = 0; i < names.size(); ++i) {
    const SafetensorsEntry& entry = *checkpoint.entry(names[i]);
    Digest digest("leyden tensor 1");
    digest.text(entry.name);
    digest.text(entry.dtype_name);
    digest.integer(static_cast<uint64_t>(entry.shape.size()));
    for (const int64_t d : entry.shape) digest.integer(d);
    digest.integer(static_cast<uint64_t>(tensors[i].size()));
    for (const Digest::Bytes& chunk : hashes[i]) digest.bytes(chunk);
    root.bytes(digest.finish());
  }
  const TensorHash hash = root.finish();
  LEYDEN_TRY(checkpoint.check_unchanged());
  store_tensor_hash(checkpoint.file_identities(), names, hash);
  return hash;
}

std::optional<TensorHash> cached_tensor_hash(const Checkpoint& checkpoint) {
  return load_tensor_hash(checkpoint.file_identities(), checkpoint.names());
}

Result<TensorHash> tensor_hash(const Checkpoint& checkpoint, int n_threads,
                               const ProgressFn& progress, const CancelToken* cancel) {
  if (const std::optional<TensorHash> cached = cached_tensor_hash(checkpoint)) return *cached;
  return compute_tensor_hash(checkpoint, n_threads, progress, cancel);
}

std::string fingerprint(const TensorHash& tensors, const ModelConfig& c, const KvShape& shape) {
  Digest digest("leyden model 1");
  digest.integer(kFingerprintFormat);
  digest.text(precision_name(shape.precision));
  digest.integer(int64_t{shape.dsa});
  digest.integer(shape.mha_positions);
  digest.integer(uint64_t{shape.kv_format_version});

  digest.text(c.architecture);
  for (const int64_t v : {c.vocab_size,
                          c.dim,
                          c.inter_dim,
                          c.moe_inter_dim,
                          c.n_layers,
                          c.n_heads,
                          c.n_routed_experts,
                          c.n_shared_experts,
                          c.n_activated_experts,
                          c.n_expert_groups,
                          c.n_limited_groups,
                          c.q_lora_rank,
                          c.kv_lora_rank,
                          c.qk_nope_head_dim,
                          c.qk_rope_head_dim,
                          c.v_head_dim,
                          c.index_n_heads,
                          c.index_head_dim,
                          c.index_topk,
                          c.weight_block_rows,
                          c.weight_block_cols,
                          int64_t{c.norm_topk_prob},
                          int64_t{c.fp8_weights},
                          int64_t{c.scale_ue8m0}}) {
    digest.integer(v);
  }
  for (int64_t i = 0; i < c.n_layers; ++i) digest.integer(int64_t{c.is_moe(i)});
  digest.number(c.route_scale);
  digest.number(c.rms_norm_eps);
  add_rope(digest, c);
  digest.bytes(tensors);
  return to_hex(digest.finish());
}

}  // namespace leyden
