// SPDX-License-Identifier: Apache-2.0
// Times the CUDA ops on the shapes of the 671B model, on one device.
//   kernels_cuda_bench [--filter TEXT] [--seconds S] [--tiny]
// One CSV line a case: op,shape,median_us,best_us,gb_s,tflop_s,roofline_percent
// roofline_percent = max(bytes / copy bandwidth, flops / peak) / median. The bandwidth is probed
// here; peaks are what a H200 SXM reached in GEMMs, 790 bf16 and 1,500 FP8 TFLOP/s
// (docs/performance.md), and scaled by multiprocessors elsewhere. Launches are enqueued in groups,
// so that a launch's own cost does not count; weights and pages are rotated through more memory
// than the second cache holds.
// --tiny runs every case once on small shapes: what a machine without a GPU can check, emulated.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/dtype.h"
#include "kernels/kv_layout.h"
#include "tests/kernels/cuda/device_data.h"

namespace leyden::testing {
namespace {

constexpr double kBf16Peak = 790e12, kFp8Peak = 1500e12, kMeasuredOn = 132;  // multiprocessors

void must(cuda::Error e) {
  if (!e) return;
  std::fprintf(stderr, "kernels_cuda_bench: %s\n", e);
  std::exit(1);
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Device memory with pseudo-random bytes below `most`, so that codes and indices are valid.
class Bytes {
 public:
  Bytes(const cuda::Ops& ops, size_t n, unsigned most = 256) : ops_(ops) {
    std::vector<uint8_t> host(n);
    uint32_t state = 0x9e3779b9u;
    for (uint8_t& b : host) {
      state = state * 1664525u + 1013904223u;
      b = static_cast<uint8_t>((state >> 24) % most);
    }
    fill(host.data(), n);
  }
  template <typename T>
  Bytes(const cuda::Ops& ops, const std::vector<T>& values) : ops_(ops) {
    fill(values.data(), values.size() * sizeof(T));
  }
  Bytes(Bytes&& other) noexcept : ops_(other.ops_), data_(std::exchange(other.data_, nullptr)) {}
  ~Bytes() {
    if (data_) ops_.release(data_);
  }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void fill(const void* host, size_t n) {
    must(ops_.allocate(&data_, std::max<size_t>(n, 1)));
    must(ops_.copy(data_, host, n, nullptr));
    must(ops_.synchronize(nullptr));
  }
  const cuda::Ops& ops_;
  void* data_ = nullptr;
};

Bytes floats(const cuda::Ops& ops, size_t n, float value = 0.01f) {
  std::vector<float> host(n);
  for (size_t i = 0; i < n; ++i) host[i] = value * static_cast<float>(static_cast<int>(i % 17) - 8);
  return Bytes(ops, host);
}

struct Bench {
  const cuda::Ops& ops;
  std::string filter;
  double seconds = 0.3;
  bool tiny = false;
  double bandwidth = 1, scale = 1;

  void probe() {
    cuda::DeviceInfo info;
    must(ops.device_info(0, &info));
    scale = info.multiprocessors / kMeasuredOn;
    const size_t n = tiny ? 4096 : size_t{1} << 30;
    const Bytes from(ops, n), to(ops, n);
    const auto [median, best] =
        time([&] { must(ops.copy(to.as<void>(), from.as<void>(), n, nullptr)); });
    bandwidth = 2.0 * static_cast<double>(n) / median;
    std::printf("# %s, %d multiprocessors, copy %.0f GB/s\n", info.name, info.multiprocessors,
                bandwidth / 1e9);
    std::printf("op,shape,median_us,best_us,gb_s,tflop_s,roofline_percent\n");
  }

  bool wants(const char* op, const std::string& shape) const {
    return (std::string(op) + " " + shape).find(filter) != std::string::npos;
  }

  std::pair<double, double> time(const std::function<void()>& launch) const {
    launch();
    must(ops.synchronize(nullptr));
    if (tiny) return {1, 1};
    std::vector<double> each;
    const double begin = now_s();
    do {
      constexpr int kGroup = 20;
      const double start = now_s();
      for (int i = 0; i < kGroup; ++i) launch();
      must(ops.synchronize(nullptr));
      each.push_back((now_s() - start) / kGroup);
    } while (each.size() < 5 || (each.size() < 500 && now_s() - begin < seconds));
    std::sort(each.begin(), each.end());
    return {each[each.size() / 2], each[0]};
  }

  /// @param bytes  that must move at least once, @param flops  at `peak`
  void run(const char* op, const std::string& shape, double bytes, double flops, double peak,
           const std::function<void()>& launch) const {
    if (!wants(op, shape)) return;
    const auto [median, best] = time(launch);
    const double floor = std::max(bytes / bandwidth, flops / (peak * scale));
    std::printf("%s,%s,%.1f,%.1f,%.1f,%.1f,%.0f\n", op, shape.c_str(), 1e6 * median, 1e6 * best,
                bytes / median / 1e9, flops / median / 1e12, 100 * floor / median);
    std::fflush(stdout);
  }
};

void bench_linear(const Bench& b, int64_t m, int64_t n, int64_t k, int32_t groups) {
  const std::string shape = "fp8 m" + std::to_string(m) + " n" + std::to_string(n) + " k" +
                            std::to_string(k) +
                            (groups > 1 ? " groups" + std::to_string(groups) : "");
  if (!b.wants("linear", shape)) return;
  // Enough copies of the weights that none is left in the second cache.
  const double weight_bytes = static_cast<double>(n * k * groups);
  const int copies = b.tiny ? 1 : std::max(1, static_cast<int>(200e6 / weight_bytes));
  const int64_t kb = (k + 127) / 128, nb = (n + 127) / 128;
  const Bytes codes(b.ops, static_cast<size_t>(n * k * groups * copies), 0x70);
  const Bytes scales = floats(b.ops, static_cast<size_t>(nb * kb));
  const Bytes x(b.ops, static_cast<size_t>(m * k * groups), 0x70);
  const Bytes x_scales = floats(b.ops, static_cast<size_t>(m * kb * groups));
  const Bytes y = floats(b.ops, static_cast<size_t>(m * n * groups));
  std::vector<cuda::Weight> weights;
  for (int64_t i = 0; i < int64_t{groups} * copies; ++i)
    weights.push_back({codes.as<uint8_t>() + i * n * k, scales.as<float>(), static_cast<int32_t>(n),
                       static_cast<int32_t>(k), static_cast<int32_t>(DType::kF8E4M3)});
  const Bytes views(b.ops, weights);
  cuda::Linear l;
  l.x = x.as<void>();
  l.x_scales = x_scales.as<float>();
  l.x_stride = k;
  l.x_group = groups > 1 ? m * k : 0;
  l.scale_group = groups > 1 ? m * kb : 0;
  l.groups = groups;
  l.m = m;
  l.y = y.as<float>();
  l.y_stride = n;
  l.y_group = m * n;
  int turn = 0;
  const double rows = static_cast<double>(m * groups);
  b.run("linear", shape, weight_bytes + rows * static_cast<double>(k + 4 * n),
        2 * rows * static_cast<double>(n * k), kFp8Peak, [&] {
          const int64_t first = int64_t{turn++ % copies} * groups;
          l.weights = views.as<cuda::Weight>() + first;
          l.shape = weights[static_cast<size_t>(first)];
          must(b.ops.linear(&l, 1, nullptr));
        });
}

/// Pages of one layer, `context` keys, and rows that all stand at their end.
struct Cache {
  KvLayout layout;
  Bytes memory, table, rows;

  Cache(const cuda::Ops& ops, int64_t context, int64_t m) : Cache(ops, context, m, shape()) {}
  static KvLayout shape() {
    KvLayout l;
    l.n_layers = 1, l.kv_lora_rank = 512, l.rope_dim = 64, l.index_dim = 128;
    return l;
  }
  cuda::PageShape page() const { return {512, 64, 128, 0, true}; }

 private:
  Cache(const cuda::Ops& ops, int64_t context, int64_t m, const KvLayout& l)
      : layout(l),
        memory(ops, records(context, l)),
        table(ops, pages(context, l)),
        rows(ops, rows_at_end(context, m)) {}
  /// Codes 0x30, scales a quarter.
  static std::vector<std::byte> records(int64_t context, const KvLayout& l) {
    std::vector<std::byte> page(static_cast<size_t>(l.page_bytes()), std::byte{0x30});
    constexpr float kScale = 0.25f;
    const auto put = [&](int64_t at) { std::memcpy(&page[static_cast<size_t>(at)], &kScale, 4); };
    for (int64_t slot = 0; slot < KvLayout::kPageTokens; ++slot) {
      for (int64_t g = 0; g < l.groups(); ++g)
        put(l.latent_offset(0, slot) + l.kv_lora_rank + 4 * g);
      put(l.index_offset(0) + l.index_scale(slot));
    }
    std::vector<std::byte> all;
    for (int64_t p = 0; p * KvLayout::kPageTokens < context; ++p)
      all.insert(all.end(), page.begin(), page.end());
    return all;
  }
  std::vector<std::byte*> pages(int64_t context, const KvLayout& l) const {
    std::vector<std::byte*> out;
    for (int64_t p = 0; p * 64 < context; ++p)
      out.push_back(memory.as<std::byte>() + p * l.page_bytes());
    return out;
  }
  std::vector<cuda::Row> rows_at_end(int64_t context, int64_t m) const {
    std::vector<cuda::Row> out;
    for (int64_t i = 0; i < m; ++i)
      out.push_back({table.as<std::byte*>(), context - 1 - (m - 1 - i) % context});
    return out;
  }
};

/// Distinct positions below `context`, ascending, other ones for every row.
std::vector<int32_t> scattered_keys(int64_t m, int64_t topk, int64_t context) {
  std::vector<int32_t> keys;
  uint64_t state = 88172645463325252u;
  for (int64_t row = 0; row < m; ++row) {
    for (int64_t i = 0; i < topk; ++i) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      const int64_t begin = i * (context - m) / topk, end = (i + 1) * (context - m) / topk;
      keys.push_back(static_cast<int32_t>(
          begin + static_cast<int64_t>(state % static_cast<uint64_t>(end - begin))));
    }
  }
  return keys;
}

void bench_mqa(const Bench& b, int64_t m, int64_t heads, int64_t topk, int64_t context) {
  const std::string shape = "rows" + std::to_string(m) + " heads" + std::to_string(heads) +
                            " keys" + std::to_string(topk) + " of " + std::to_string(context);
  if (!b.wants("mqa_attention", shape)) return;
  const Cache cache(b.ops, context, m);
  const Bytes keys(b.ops, scattered_keys(m, topk, context));
  const Bytes count(b.ops,
                    std::vector<int32_t>(static_cast<size_t>(m), static_cast<int32_t>(topk)));
  const Bytes q_latent = floats(b.ops, static_cast<size_t>(m * heads * 512));
  const Bytes q = floats(b.ops, static_cast<size_t>(m * heads * 64));
  const Bytes u = floats(b.ops, static_cast<size_t>(m * heads * 512));
  cuda::Attention a;
  a.page = cache.page();
  a.n_heads = heads;
  a.sm_scale = 0.1f;
  a.rows = cache.rows.as<cuda::Row>();
  a.m = m;
  a.selection = {keys.as<int32_t>(), count.as<int32_t>(), topk};
  a.most_keys = topk;
  a.scratch_floats =
      std::min<int64_t>(cuda::partial_floats(m, heads, topk, 512), int64_t{16} << 20);
  const Bytes scratch = floats(b.ops, static_cast<size_t>(a.scratch_floats));
  a.scratch = scratch.as<float>();
  const double pairs = static_cast<double>(m * topk);
  b.run("mqa_attention", shape, pairs * 656 + static_cast<double>(m * heads) * (576 + 512) * 4,
        2 * pairs * static_cast<double>(heads) * 1088, kBf16Peak, [&] {
          must(b.ops.mqa_attention(a, q_latent.as<float>(), q.as<float>(), 64, u.as<float>(),
                                   nullptr, nullptr));
        });
}

void bench_index(const Bench& b, int64_t m, int64_t heads, int64_t topk, int64_t context) {
  const std::string shape = "rows" + std::to_string(m) + " heads" + std::to_string(heads) +
                            " keys" + std::to_string(context);
  const std::string of_topk = shape + " topk" + std::to_string(topk);
  if (!b.wants("index_scores", shape) && !b.wants("select_topk", of_topk)) return;
  const Cache cache(b.ops, context, m);
  const Bytes codes(b.ops, static_cast<size_t>(m * heads * 128), 0x30);
  const Bytes weights = floats(b.ops, static_cast<size_t>(m * heads));
  const int64_t stride = (context + 63) / 64 * 64;
  std::vector<float> random(static_cast<size_t>(m * stride));  // bell-shaped, as scores are
  uint32_t state = 1;
  for (float& v : random) {
    for (int i = 0; i < 4; ++i)
      v += static_cast<float>((state = state * 1664525u + 1013904223u) >> 16);
    v = v / 65536.0f - 2.0f;
  }
  const Bytes scores(b.ops, random), best(b.ops, random);
  const Bytes keys(b.ops, std::vector<int32_t>(static_cast<size_t>(m * topk)));
  const Bytes count(b.ops, std::vector<int32_t>(static_cast<size_t>(m)));
  const int64_t scratch = b.ops.topk_scratch_bytes(m, stride);
  const Bytes between(b.ops, static_cast<size_t>(scratch));
  const double pairs = static_cast<double>(m * context);
  b.run("index_scores", shape, static_cast<double>(context) * 132 + 4 * pairs,
        2 * pairs * static_cast<double>(heads) * 128, kFp8Peak, [&] {
          must(b.ops.index_scores(cache.page(), cache.rows.as<cuda::Row>(), m, heads,
                                  codes.as<uint8_t>(), weights.as<float>(), scores.as<float>(),
                                  stride, nullptr));
        });
  b.run("select_topk", of_topk, 4 * pairs, 0, kFp8Peak, [&] {
    must(b.ops.select_topk(cache.rows.as<cuda::Row>(), best.as<float>(), stride, m, topk,
                           keys.as<int32_t>(), count.as<int32_t>(), between.as<void>(), scratch,
                           nullptr));
  });
}

void bench_rows(const Bench& b, int64_t m, int64_t dim) {
  const auto n = static_cast<size_t>(m * dim);
  const Bytes h = floats(b.ops, n), residual = floats(b.ops, n),
              w = floats(b.ops, static_cast<size_t>(dim));
  const Bytes out = floats(b.ops, n), codes(b.ops, n),
              scales = floats(b.ops, static_cast<size_t>(m * ((dim + 127) / 128)));
  const std::string shape = "rows" + std::to_string(m) + " dim" + std::to_string(dim);
  b.run("add_rms_norm", shape, 16.0 * static_cast<double>(n), 0, kBf16Peak, [&] {
    must(b.ops.add_rms_norm(h.as<float>(), residual.as<float>(), w.as<float>(), m, dim, 1e-6f,
                            out.as<float>(), residual.as<float>(), nullptr));
  });
  b.run("quantize", shape, 5.0 * static_cast<double>(n), 0, kBf16Peak, [&] {
    must(b.ops.quantize(h.as<float>(), m, dim, true, codes.as<uint8_t>(), scales.as<float>(),
                        nullptr));
  });
}

int run(const Bench& b) {
  if (b.tiny) {
    bench_linear(b, 3, 70, 130, 1);
    bench_linear(b, 2, 64, 128, 3);
    bench_mqa(b, 2, 16, 64, 200);
    bench_index(b, 2, 8, 32, 200);
    bench_rows(b, 2, 300);
    return 0;
  }
  for (const int64_t m : {1, 16, 64, 256, 1024, 4096}) {
    bench_linear(b, m, 2112, 7168, 1);
    bench_linear(b, m, 24576, 1536, 1);
    bench_linear(b, m, 7168, 16384, 1);
    bench_linear(b, m, 4096, 7168, 1);
  }
  for (const int64_t m : {1, 4, 16, 128}) bench_linear(b, m, 2048, 7168, 32);
  for (const int64_t heads : {16, 32, 64, 128})
    for (const int64_t m : {1, 8, 64, 128}) bench_mqa(b, m, heads, 2048, 65536);
  for (const int64_t heads : {16, 128}) bench_mqa(b, 1024, heads, 2048, 65536);
  for (const int64_t m : {1, 8, 64, 512})
    for (const int64_t context : {32768, 131072}) bench_index(b, m, 64, 2048, context);
  bench_index(b, 4096, 64, 2048, 32768);
  for (const int64_t m : {1, 64, 4096}) bench_rows(b, m, 7168);
  return 0;
}

}  // namespace
}  // namespace leyden::testing

int main(int argc, char** argv) {
  using namespace leyden::testing;
  if (!cuda_ops()) return 77;  // it has said why
  Bench bench{*cuda_ops(), "", 0.3, false};
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--tiny") {
      bench.tiny = true;
    } else if (flag == "--filter" && i + 1 < argc) {
      bench.filter = argv[++i];
    } else if (flag == "--seconds" && i + 1 < argc) {
      bench.seconds = std::atof(argv[++i]);
    } else {
      std::fprintf(stderr, "usage: kernels_cuda_bench [--filter TEXT] [--seconds S] [--tiny]\n");
      return 2;
    }
  }
  bench.probe();
  return run(bench);
}
