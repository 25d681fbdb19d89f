// SPDX-License-Identifier: Apache-2.0
// Times the CPU ops on the shapes of the small default model and of the 671B one.
//   kernels_bench [--threads N] [--filter TEXT] [--seconds S] [--clock wall|cpu]
// `--clock cpu` times the calling thread's processor time: for one thread on a busy machine.
// One CSV line a case: op,shape,threads,median_us,best_us,gb_s,gflop_s,roofline_percent
// roofline_percent = max(bytes / bandwidth, flops / peak) / best time; bandwidth and peak are
// probed here, with the same threads. Bytes are what must be read once; data that fits the caches
// is measured against the bandwidth of the whole working set (probe "read").
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>

#include "kernels/attention.h"
#include "kernels/cpu_ops.h"
#include "kernels/indexer.h"
#include "kernels/linear.h"
#include "kernels/rowwise.h"
#include "tests/kernels/bench_data.h"

namespace leyden {
namespace {

struct Bench {
  ThreadPool pool;
  std::string filter;
  double seconds_per_case = 0.3;
  double peak_dot = 0, peak_fma = 0;         // flop/s
  double cache_bytes = 0, memory_bytes = 0;  // bytes/s

  explicit Bench(int threads) : pool(threads) {}

  bool cpu_time = false;

  static double now(clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
  struct Times {
    double median, best;
  };
  Times time(const std::function<void()>& body) const {
    std::vector<double> t;
    const double begin = now(CLOCK_MONOTONIC);
    const clockid_t clock = cpu_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    body();
    do {
      const double start = now(clock);
      body();
      t.push_back(now(clock) - start);
    } while (t.size() < 5 || (t.size() < 2000 && now(CLOCK_MONOTONIC) - begin < seconds_per_case));
    std::sort(t.begin(), t.end());
    return {t[t.size() / 2], t[0]};
  }

  void probe() {
    const CpuOps& ops = cpu_ops();
    volatile float sink = 0;
    const auto peak = [&](bool dot, double flop_per_step) {
      constexpr int64_t kSteps = 400000;
      const Times t = time([&] {
        pool.parallel_for(pool.size(), [&](int64_t, int) { sink = ops.burn(kSteps, dot); });
      });
      return 24 * flop_per_step * static_cast<double>(kSteps * pool.size()) / t.best;
    };
    peak_fma = peak(false, 32);
    peak_dot = ops.has_dot ? peak(true, 64) : peak_fma;
    const auto read = [&](int64_t megabytes) {
      const int64_t floats = megabytes * 262144;
      std::vector<float> data(static_cast<size_t>(floats), 1.0f);
      const int64_t chunks = 16 * pool.size(), n = floats / chunks;
      const Times t = time([&] {
        pool.parallel_for(chunks,
                          [&](int64_t i, int) { sink = ops.abs_max(data.data() + i * n, n); });
      });
      return 4.0 * static_cast<double>(floats) / t.best;
    };
    cache_bytes = read(8);
    memory_bytes = read(512);
    std::printf(
        "# %s, %d threads: bf16 products %.0f GFLOP/s, fp32 %.0f GFLOP/s, read %.1f GB/s "
        "(8 MB), %.1f GB/s (512 MB)\n",
        cpu_level_name(cpu_level()), pool.size(), peak_dot * 1e-9, peak_fma * 1e-9,
        cache_bytes * 1e-9, memory_bytes * 1e-9);
    std::printf("op,shape,threads,median_us,best_us,gb_s,gflop_s,roofline_percent\n");
  }

  bool wants(const std::string& op, const std::string& shape) const {
    return (op + " " + shape).find(filter) != std::string::npos;
  }

  void report(const std::string& op, const std::string& shape, double bytes, double flops,
              double peak, const std::function<void()>& body) const {
    if (!wants(op, shape)) return;
    const Times t = time(body);
    const double bandwidth = bytes > 24e6 ? memory_bytes : cache_bytes;
    const double least = std::max(bytes / bandwidth, flops / peak);
    std::printf("%s,%s,%d,%.1f,%.1f,%.1f,%.1f,%.0f\n", op.c_str(), shape.c_str(), pool.size(),
                t.median * 1e6, t.best * 1e6, bytes / t.best * 1e-9, flops / t.best * 1e-9,
                100 * least / t.best);
    std::fflush(stdout);
  }
};

std::string text(const char* format, auto... values) {
  char buffer[128];
  std::snprintf(buffer, sizeof(buffer), format, values...);
  return buffer;
}

void bench_linear(Bench& b) {
  struct Shape {
    DType dtype;
    LinearInput::Form form;
    int64_t m, n, k;
  };
  using F = LinearInput::Form;
  const Shape shapes[] = {
      {DType::kF8E4M3, F::kFP8, 1, 1536, 512},    {DType::kF8E4M3, F::kFP8, 1, 7168, 2048},
      {DType::kF8E4M3, F::kFP8, 2, 1536, 512},    {DType::kF8E4M3, F::kFP8, 4, 1536, 512},
      {DType::kF8E4M3, F::kFP8, 8, 1536, 512},    {DType::kF8E4M3, F::kFP8, 64, 1536, 512},
      {DType::kF8E4M3, F::kFP8, 512, 1536, 512},  {DType::kF8E4M3, F::kFP8, 512, 384, 384},
      {DType::kF8E4M3, F::kFP8, 512, 7168, 2048}, {DType::kBF16, F::kBF16, 1, 8192, 512},
      {DType::kBF16, F::kBF16, 1, 129280, 512},   {DType::kBF16, F::kBF16, 4, 8192, 512},
      {DType::kBF16, F::kBF16, 64, 1536, 512},    {DType::kBF16, F::kBF16, 512, 1536, 512},
      {DType::kBF16, F::kF32, 1, 8, 512},         {DType::kBF16, F::kF32, 512, 16, 512},
      {DType::kF32, F::kF32, 512, 1536, 512},     {DType::kF8E4M3, F::kF32, 512, 1536, 512}};
  for (const Shape& s : shapes) {
    const char* form = s.form == F::kF32 ? "f32" : s.form == F::kBF16 ? "bf16" : "fp8";
    const std::string shape =
        text("%s x %s m%ld n%ld k%ld", form, dtype_name(s.dtype), s.m, s.n, s.k);
    if (!b.wants("linear", shape)) continue;
    const PackedMatrix w = bench_weight(b.pool, s.dtype, s.n, s.k);
    const auto x = bench_floats(s.m * s.k);
    const LinearInput in = s.form == F::kF32 ? LinearInput::f32(x.data(), s.m, s.k)
                           : s.form == F::kBF16
                               ? LinearInput::bf16(b.pool, x.data(), s.m, s.k)
                               : LinearInput::fp8(b.pool, x.data(), s.m, s.k, true);
    std::vector<float> y(static_cast<size_t>(s.m * s.n));
    const LinearTask task{&in, nullptr, 0, &w, y.data(), s.n, true};
    b.report("linear", shape, static_cast<double>(w.bytes()),
             2.0 * static_cast<double>(s.m * s.n * s.k),
             s.form == F::kF32 ? b.peak_fma : b.peak_dot, [&] {
               linear(b.pool, {&task, 1});
             });
  }
  for (int64_t rows : {1, 4, 64}) {  // 16 experts of a layer
    std::vector<PackedMatrix> w;
    for (int e = 0; e < 16; ++e) w.push_back(bench_weight(b.pool, DType::kF8E4M3, 256, 512));
    const auto x = bench_floats(16 * rows * 512);
    const LinearInput in = LinearInput::fp8(b.pool, x.data(), 16 * rows, 512, true);
    std::vector<float> y(static_cast<size_t>(16 * rows * 256));
    std::vector<int32_t> numbers(static_cast<size_t>(16 * rows));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int32_t>(i);
    std::vector<LinearTask> tasks;
    for (int64_t e = 0; e < 16; ++e) {
      tasks.push_back({&in, numbers.data() + e * rows, rows, &w[static_cast<size_t>(e)],
                       y.data() + e * rows * 256, 256, true});
    }
    b.report("linear", text("experts 16 of fp8 m%ld n256 k512", rows), 16.0 * 256 * 512,
             2.0 * 16 * 256 * 512 * static_cast<double>(rows), b.peak_dot,
             [&] { linear(b.pool, tasks); });
  }
}

void bench_indexer(Bench& b) {
  struct Shape {
    bool fp8;
    int64_t rows, heads, tokens, topk;
  };
  const Shape shapes[] = {
      {true, 16, 4, 16384, 512},   {true, 256, 4, 16384, 512},  {true, 256, 4, 102400, 512},
      {true, 256, 8, 102400, 512}, {true, 64, 64, 32768, 2048}, {true, 16, 4, 102400, 512},
      {true, 1, 4, 16384, 512},    {true, 1, 4, 102400, 512},   {true, 1, 8, 102400, 512},
      {true, 1, 64, 102400, 2048}, {true, 4, 4, 16384, 512},    {false, 64, 4, 16384, 512}};
  for (const Shape& s : shapes) {
    const std::string shape = text("%s rows%ld heads%ld keys%ld topk%ld", s.fp8 ? "fp8" : "f32",
                                   s.rows, s.heads, s.tokens, s.topk);
    if (!b.wants("indexer_select", shape)) continue;
    const KvLayout l = testing::make_layout(s.fp8, 1, 64, 2, 128);
    const BenchPages pages(l, s.tokens);
    std::vector<AttentionRow> rows;
    double pairs = 0;
    for (int64_t i = 0; i < s.rows; ++i) {
      rows.push_back({pages.pointers(), s.tokens - s.rows + i});
      pairs += static_cast<double>(rows.back().position + 1);
    }
    const auto q = bench_floats(s.rows * s.heads * 128), w = bench_floats(s.rows * s.heads);
    const IndexerQueries queries =
        IndexerQueries::prepare(b.pool, l, q.data(), w.data(), s.rows, s.heads);
    SelectedKeys out;
    b.report("indexer_select", shape, static_cast<double>(s.tokens * l.index_bytes()),
             pairs * 2.0 * 128 * static_cast<double>(s.heads), s.fp8 ? b.peak_dot : b.peak_fma,
             [&] { indexer_select(b.pool, l, 0, rows, queries, s.topk, &out); });
  }
}

void bench_attention(Bench& b) {
  struct Shape {
    bool fp8;
    int64_t rows, heads, keys, tokens;
  };
  const Shape shapes[] = {{true, 1, 8, 512, 102400},   {true, 64, 8, 512, 102400},
                          {true, 64, 8, 512, 4096},    {true, 1, 8, 2048, 102400},
                          {true, 8, 128, 2048, 32768}, {false, 16, 8, 512, 4096}};
  for (const Shape& s : shapes) {
    const std::string shape = text("%s rows%ld heads%ld keys%ld of %ld", s.fp8 ? "fp8" : "f32",
                                   s.rows, s.heads, s.keys, s.tokens);
    if (!b.wants("mqa_attention", shape)) continue;
    const KvLayout l = testing::make_layout(s.fp8, 1, 512, 64, 2);
    const BenchPages pages(l, s.tokens);
    std::vector<AttentionRow> rows;
    SelectedKeys selected;
    selected.stride = s.keys;
    for (int64_t i = 0; i < s.rows; ++i) {
      rows.push_back({pages.pointers(), s.tokens - 1});
      selected.count.push_back(static_cast<int32_t>(s.keys));
      const int64_t step = s.tokens / s.keys;
      for (int64_t k = 0; k < s.keys; ++k) {
        selected.keys.push_back(static_cast<int32_t>(k * step + (k * 7 + i * 3) % step));
      }
    }
    AttentionShape shape_of;
    shape_of.n_heads = s.heads;
    shape_of.sm_scale = 0.05f;
    shape_of.round_bf16 = s.fp8;
    const auto q = bench_floats(s.rows * s.heads * 512), pe = bench_floats(s.rows * s.heads * 64);
    std::vector<float> u(q.size());
    b.report("mqa_attention", shape, static_cast<double>(s.rows * s.keys * l.latent_bytes()),
             2.0 * static_cast<double>(s.rows * s.heads * s.keys * (576 + 512)),
             s.fp8 ? b.peak_dot : b.peak_fma, [&] {
               mqa_attention(b.pool, l, 0, shape_of, rows, q.data(), pe.data(), &selected, u.data(),
                             nullptr);
             });
  }
  for (int64_t n : {512, 2048}) {
    const KvLayout l = testing::make_layout(true, 1, 512, 64, 2);
    AttentionShape shape;
    shape.n_heads = 8;
    shape.qk_nope_head_dim = 64;
    shape.v_head_dim = 64;
    shape.sm_scale = 0.05f;
    shape.round_bf16 = true;
    const auto q = bench_floats(512 * 8 * 128), kv = bench_floats(n * 8 * 128),
               pe = bench_floats(n * 64);
    std::vector<float> o(512 * 8 * 64);
    std::vector<AttentionRow> rows;
    double pairs = 0;
    for (int64_t p = n - 512; p < n; ++p) {
      rows.push_back({nullptr, p});
      pairs += static_cast<double>(p + 1);
    }
    b.report("mha_attention", text("bf16 rows512 heads8 keys%ld", n),
             4.0 * static_cast<double>(n) * 8 * 128, pairs * 8 * 2 * (128 + 64), b.peak_dot, [&] {
               mha_attention(b.pool, l, shape, rows, q.data(), kv.data(), pe.data(), n, nullptr,
                             o.data(), nullptr);
             });
  }
  for (int64_t m : {1, 64, 512}) {
    const auto q = bench_floats(m * 8 * 128), w = bench_floats(8 * 64 * 512),
               u = bench_floats(m * 8 * 512);
    std::vector<float> out(static_cast<size_t>(m * 8 * 512));
    b.report("absorb_query", text("m%ld heads8 64x512", m), 4.0 * 8 * 64 * 512,
             2.0 * 8 * 64 * 512 * static_cast<double>(m), b.peak_dot, [&] {
               absorb_query(b.pool, q.data(), 128, w.data(), m, 8, 64, 512, true, out.data());
             });
    b.report("expand_value", text("m%ld heads8 512x64", m), 4.0 * 8 * 64 * 512,
             2.0 * 8 * 64 * 512 * static_cast<double>(m), b.peak_dot,
             [&] { expand_value(b.pool, u.data(), w.data(), m, 8, 512, 64, true, out.data()); });
  }
}

void bench_rows(Bench& b) {
  for (int64_t m : {1, 512}) {
    const int64_t dim = 512;
    const auto x = bench_floats(m * dim), r = bench_floats(m * dim), w = bench_floats(dim);
    std::vector<float> out(x.size()), res(x.size());
    const double bytes = 4.0 * static_cast<double>(m * dim);
    const auto shape = text("m%ld dim%ld", m, dim);
    b.report("add_rms_norm", shape, 4 * bytes, 0, b.peak_fma, [&] {
      add_rms_norm(b.pool, x.data(), r.data(), w.data(), m, dim, 1e-6f, true, out.data(),
                   res.data());
    });
    b.report("swiglu", shape, 3 * bytes, 0, b.peak_fma,
             [&] { swiglu(b.pool, x.data(), r.data(), m, dim, true, out.data()); });
    b.report("quantise_fp8", shape, 1.5 * bytes, 0, b.peak_fma,
             [&] { LinearInput::fp8(b.pool, x.data(), m, dim, true); });
    b.report("select_topk", text("n%ld topk512", m * 200), 4.0 * static_cast<double>(m * 200), 0,
             b.peak_fma, [&] {
               static std::vector<float> scores = bench_floats(512 * 200);
               static std::vector<int32_t> keys(512);
               select_topk(scores.data(), m * 200, 512, keys.data());
             });
  }
  std::vector<float> row = bench_floats(128);
  b.report("hadamard_row", "dim128", 512, 0, b.peak_fma,
           [&] { hadamard_row(row.data(), 128, true); });
  b.report("parallel_for", "empty", 0, 0, 1,
           [&] { b.pool.parallel_for(b.pool.size(), [](int64_t, int) {}); });
}

}  // namespace
}  // namespace leyden

int main(int argc, char** argv) {
  int threads = 0;
  std::string filter;
  double seconds = 0.3;
  bool cpu_time = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--threads") == 0) threads = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--filter") == 0) filter = argv[i + 1];
    if (std::strcmp(argv[i], "--clock") == 0) cpu_time = std::strcmp(argv[i + 1], "cpu") == 0;
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
  }
  leyden::Bench bench(threads);
  bench.cpu_time = cpu_time;
  bench.filter = filter;
  bench.seconds_per_case = seconds;
  bench.probe();
  leyden::bench_linear(bench);
  leyden::bench_indexer(bench);
  leyden::bench_attention(bench);
  leyden::bench_rows(bench);
  return 0;
}
