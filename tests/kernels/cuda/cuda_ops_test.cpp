// SPDX-License-Identifier: Apache-2.0
// Every CUDA op against the plain reference of the same name, on odd shapes, in poisoned memory.
// Built twice: against the emulator (everywhere), and against the module (where a GPU is).
#include <gtest/gtest.h>

#include <numeric>

#include "kernels/attention.h"
#include "kernels/indexer.h"
#include "kernels/linear.h"
#include "kernels/router.h"
#include "kernels/rowwise.h"
#include "tests/kernels/cuda/device_data.h"
#include "tests/kernels/kernel_cases.h"

namespace leyden::testing {
namespace {

using cuda::Linear;
using cuda::Weight;

// A bf16 result may round the other way when its sum ran in another order.
constexpr double kBf16Step = 0.05;

// Tensor products of e4m3 codes keep about 13 bits below the largest of the 33 terms they add, four
// times a line; the emulator keeps all.
#ifdef LEYDEN_CUDA_EMULATED
constexpr double kFp8Sum = 1e-5;
#else
constexpr double kFp8Sum = 5e-3;
#endif

class CudaOps : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cuda_ops()) GTEST_SKIP() << "no CUDA device of capability 9.0 here";
  }
  const cuda::Ops& ops() const { return *cuda_ops(); }
  ThreadPool pool{1};
};

// ---- rows
// ----------------------------------------------------------------------------------------

TEST_F(CudaOps, NormsEqualTheReference) {
  const int64_t m = 3;
  for (const int64_t dim : {391, 2500}) {
    const auto h = random_floats(1, m * dim), r = random_floats(2, m * dim),
               w = random_floats(3, dim);
    std::vector<float> out(h.size()), residual(h.size());
    add_rms_norm(pool, h.data(), r.data(), w.data(), m, dim, 1e-6f, true, out.data(),
                 residual.data());
    DeviceArray<float> dh(h), dr(r), dw(w), dout(h.size());
    ok(ops().add_rms_norm(dh.data(), dr.data(), dw.data(), m, dim, 1e-6f, dout.data(), dr.data(),
                          nullptr));
    EXPECT_EQ(dr.values(), residual);
    expect_close(dout.values(), out, kBf16Step);

    // A strided input.
    std::vector<float> plain(static_cast<size_t>(m * 100));
    rms_norm(pool, h.data(), dim, w.data(), m, 100, 1e-6f, true, plain.data(), 100);
    DeviceArray<float> dplain(plain.size());
    ok(ops().rms_norm(dh.data(), dim, dw.data(), m, 100, 1e-6f, dplain.data(), 100, nullptr));
    expect_close(dplain.values(), plain, kBf16Step);
  }
}

TEST_F(CudaOps, QuantisesToTheSameCodes) {
  const int64_t m = 3, k = 300, groups = 3;
  auto x = random_floats(4, m * k, 3.0f);
  x[5] = 0, x[6] = 1e-9f, x[7] = -1e6f, x[130] = kNan;
  for (const bool power_of_two : {true, false}) {
    DeviceArray<float> dx(x), scales(static_cast<size_t>(m * groups));
    DeviceArray<uint8_t> codes(x.size());
    ok(ops().quantize(dx.data(), m, k, power_of_two, codes.data(), scales.data(), nullptr));
    const auto got_codes = codes.values();
    const auto got_scales = scales.values();
    for (int64_t row = 0; row < m; ++row) {
      for (int64_t i = 0; i < k; ++i) {
        float amax = 0;
        for (int64_t j = i / 128 * 128; j < std::min(k, i / 128 * 128 + 128); ++j)
          amax = std::fmax(amax, std::fabs(x[static_cast<size_t>(row * k + j)]));
        const float scale = e4m3_scale(amax, power_of_two);
        ASSERT_EQ(got_scales[static_cast<size_t>(row * groups + i / 128)], scale);
        const size_t at = static_cast<size_t>(row * k + i);
        ASSERT_EQ(got_codes[at] & 0x7f, e4m3_from_float(x[at] / scale) & 0x7f) << at;
      }
    }
  }
}

TEST_F(CudaOps, SwigluAndEmbedding) {
  const int64_t n = 1000;
  const auto gate = random_floats(5, n, 4.0f), up = random_floats(6, n);
  std::vector<float> out(gate.size());
  swiglu(pool, gate.data(), up.data(), 1, n, true, out.data());
  DeviceArray<float> dg(gate), du(up), dout(gate.size());
  ok(ops().swiglu(dg.data(), du.data(), n, dout.data(), nullptr));
  expect_close(dout.values(), out, kBf16Step);

  std::vector<uint16_t> table;
  for (float v : random_floats(7, 10 * 33)) table.push_back(bf16_from_float(v));
  DeviceArray<uint16_t> dtable(table);
  DeviceArray<int32_t> tokens(std::vector<int32_t>{9, 0, 4});
  DeviceArray<float> rows(3 * 33);
  ok(ops().embed({dtable.data(), nullptr, 10, 33, 1}, tokens.data(), 3, rows.data(), nullptr));
  const auto got = rows.values();
  for (size_t i = 0; i < 33; ++i) EXPECT_EQ(got[33 + i], float_from_bf16(table[i]));
}

// ---- products
// --------------------------------------------------------------------------------------

/// A weight on both sides.
struct TestWeight {
  PackedMatrix packed;
  std::unique_ptr<DeviceArray<uint8_t>> codes;
  std::unique_ptr<DeviceArray<float>> scales;

  TestWeight(ThreadPool& pool, DType dtype, int64_t n, int64_t k, uint32_t seed) {
    std::vector<uint8_t> bytes;
    const auto values = random_floats(seed, n * k);
    for (float v : values) {
      if (dtype == DType::kF8E4M3) {
        bytes.push_back(e4m3_from_float(v * 50));
      } else {
        const uint32_t u = dtype == DType::kBF16 ? bf16_from_float(v) : Guarded::bits(v);
        for (size_t b = 0; b < dtype_size(dtype); ++b)
          bytes.push_back(static_cast<uint8_t>(u >> 8 * b));
      }
    }
    std::vector<float> s;
    if (dtype == DType::kF8E4M3)
      for (float v : random_floats(seed + 1, (n + 127) / 128 * ((k + 127) / 128)))
        s.push_back(0.02f * (1.0f + std::fabs(v)));
    auto p = PackedMatrix::pack(pool, dtype, n, k, bytes.data(), s.empty() ? nullptr : s.data());
    EXPECT_TRUE(p.ok());
    packed = std::move(*p);
    codes = std::make_unique<DeviceArray<uint8_t>>(bytes);
    if (!s.empty()) scales = std::make_unique<DeviceArray<float>>(s);
  }
  Weight view() const {
    return {codes->data(), scales ? scales->data() : nullptr, static_cast<int32_t>(packed.n()),
            static_cast<int32_t>(packed.k()), static_cast<int32_t>(packed.dtype())};
  }
};

/// Rows of x in the form a weight wants, on both sides. Borrows `v`.
struct TestInput {
  LinearInput host;
  DeviceArray<float> x;
  std::unique_ptr<DeviceArray<uint8_t>> codes;
  std::unique_ptr<DeviceArray<float>> scales;
  std::unique_ptr<DeviceArray<uint16_t>> bf16;

  TestInput(ThreadPool& pool, const std::vector<float>& v, int64_t m, int64_t k, DType dtype)
      : x(v) {
    if (dtype == DType::kF8E4M3) {
      host = LinearInput::fp8(pool, v.data(), m, k, true);
      codes = std::make_unique<DeviceArray<uint8_t>>(v.size());
      scales = std::make_unique<DeviceArray<float>>(static_cast<size_t>(m * ((k + 127) / 128)));
      ok(cuda_ops()->quantize(x.data(), m, k, true, codes->data(), scales->data(), nullptr));
    } else if (dtype == DType::kBF16) {
      host = LinearInput::bf16(pool, v.data(), m, k);
      bf16 = std::make_unique<DeviceArray<uint16_t>>(v.size());
      ok(cuda_ops()->to_bf16(x.data(), m * k, bf16->data(), nullptr));
    } else {
      host = LinearInput::f32(v.data(), m, k);
    }
  }
  void into(Linear* l) {
    l->x = codes  ? static_cast<const void*>(codes->data())
           : bf16 ? bf16->data()
                  : static_cast<const void*>(x.data());
    l->x_scales = scales ? scales->data() : nullptr;
    l->x_stride = host.k();
  }
};

TEST_F(CudaOps, LinearEqualsTheReference) {
  struct Case {
    DType dtype;
    int64_t m, n, k;
  };
  for (const Case& c : {Case{DType::kF8E4M3, 1, 128, 256},
                        {DType::kF8E4M3, 17, 100, 200},
                        {DType::kF8E4M3, 70, 65, 129},
                        {DType::kF8E4M3, 16, 24, 4500},  // more lines than a round has
                        {DType::kF8E4M3, 129, 200, 400},
                        {DType::kF8E4M3, 260, 1801, 144},  // rows in clusters
                        {DType::kBF16, 257, 1690, 72},
                        {DType::kBF16, 16, 40, 512},
                        {DType::kBF16, 65, 80, 320},
                        {DType::kBF16, 3, 130, 77},
                        {DType::kBF16, 33, 64, 128},
                        {DType::kF32, 5, 9, 77}}) {
    SCOPED_TRACE(::testing::Message()
                 << dtype_name(c.dtype) << " m " << c.m << " n " << c.n << " k " << c.k);
    TestWeight w(pool, c.dtype, c.n, c.k, 11);
    const auto values = random_floats(12, c.m * c.k);
    TestInput x(pool, values, c.m, c.k, c.dtype);
    std::vector<float> y(static_cast<size_t>(c.m * c.n));
    const LinearTask task{.x = &x.host, .w = &w.packed, .y = y.data(), .y_stride = c.n};
    linear_ref({&task, 1});
    DeviceArray<Weight> weights(std::vector<Weight>{w.view()});
    DeviceArray<float> dy(y.size());
    Linear l;
    x.into(&l);
    l.weights = weights.data();
    l.shape = w.view();
    l.m = c.m;
    l.y = dy.data();
    l.y_stride = c.n;
    ok(ops().linear(&l, 1, nullptr));
    expect_close(dy.values(), y, c.dtype == DType::kF8E4M3 ? kFp8Sum : 1e-5);
  }
}

/// The first row's product, alone and among others.
void expect_same_bits(ThreadPool& pool, DType dtype, int64_t n, int64_t k,
                      const std::vector<int64_t>& counts) {
  const int64_t most = counts.back();
  TestWeight w(pool, dtype, n, k, 13);
  const auto values = random_floats(14, most * k);
  TestInput x(pool, values, most, k, dtype);
  DeviceArray<Weight> weights(std::vector<Weight>{w.view()});
  std::vector<float> alone;
  for (const int64_t m : counts) {
    DeviceArray<float> dy(static_cast<size_t>(m * n));
    Linear l;
    x.into(&l);
    l.weights = weights.data();
    l.shape = w.view();
    l.m = m;
    l.y = dy.data();
    l.y_stride = n;
    ok(cuda_ops()->linear(&l, 1, nullptr));
    auto first = dy.values();
    first.resize(static_cast<size_t>(n));
    if (m == 1) alone = first;
    ASSERT_EQ(first, alone) << dtype_name(dtype) << " among " << m;
  }
}

TEST_F(CudaOps, ARowsProductDoesNotDependOnItsMates) {
  // 1 and 16 rows, small tiles, clusters.
  for (const DType dtype : {DType::kF8E4M3, DType::kBF16})
    expect_same_bits(pool, dtype, 1800, 144, {1, 16, 17, 100, 260});
#ifndef LEYDEN_CUDA_EMULATED
  // Clusters of 192 and of 256 rows a block: too much to emulate.
  for (const DType dtype : {DType::kF8E4M3, DType::kBF16}) {
    expect_same_bits(pool, dtype, 2112, 7168, {1, 1000});
    expect_same_bits(pool, dtype, 4096, 6144, {1, 1001});
  }
#endif
}

TEST_F(CudaOps, ProductsSideBySideAreThoseOfEachAlone) {
  const int64_t m = 3, k = 700;
  const auto values = random_floats(40, m * k);
  TestInput fp8(pool, values, m, k, DType::kF8E4M3), bf16(pool, values, m, k, DType::kBF16);
  std::vector<std::unique_ptr<TestWeight>> w;
  std::vector<std::unique_ptr<DeviceArray<Weight>>> views;
  std::vector<std::unique_ptr<DeviceArray<float>>> together, alone;
  std::vector<Linear> all;
  // Six of one kind, more than stand side by side, then another kind, then none.
  for (uint32_t i = 0; i < 8; ++i) {
    const DType dtype = i < 6 ? DType::kF8E4M3 : DType::kBF16;
    const int64_t n = 30 + 67 * i;
    w.push_back(std::make_unique<TestWeight>(pool, dtype, n, k, 50 + 2 * i));
    views.push_back(std::make_unique<DeviceArray<Weight>>(std::vector<Weight>{w[i]->view()}));
    for (auto* y : {&together, &alone})
      y->push_back(std::make_unique<DeviceArray<float>>(static_cast<size_t>(m * n)));
    Linear l;
    (i < 6 ? fp8 : bf16).into(&l);
    l.weights = views[i]->data();
    l.shape = w[i]->view();
    l.m = i < 7 ? m : 0;
    l.y = alone[i]->data();
    l.y_stride = n;
    ok(ops().linear(&l, 1, nullptr));
    l.y = together[i]->data();
    all.push_back(l);
  }
  ok(ops().linear(all.data(), static_cast<int64_t>(all.size()), nullptr));
  for (size_t i = 0; i + 1 < all.size(); ++i)
    EXPECT_EQ(together[i]->values(), alone[i]->values()) << "product " << i;
}

TEST_F(CudaOps, LinearGathersRowsByGroup) {
  const int64_t m = 5, n = 70, k = 130;
  std::vector<std::unique_ptr<TestWeight>> w;
  std::vector<Weight> views;
  for (uint32_t e = 0; e < 4; ++e) {
    w.push_back(std::make_unique<TestWeight>(pool, DType::kF8E4M3, n, k, 20 + 2 * e));
    views.push_back(w.back()->view());
  }
  const auto values = random_floats(30, m * k);
  TestInput x(pool, values, m, k, DType::kF8E4M3);
  const std::vector<int32_t> rows = {4, 0, 1, 3, 0, 2, 2},
                             offsets = {0, 3, 3, 6, 7};  // expert 1 idle
  std::vector<float> y(rows.size() * static_cast<size_t>(n));
  for (size_t e = 0; e < 4; ++e) {
    const LinearTask task{.x = &x.host,
                          .rows = rows.data() + offsets[e],
                          .n_rows = offsets[e + 1] - offsets[e],
                          .w = &w[e]->packed,
                          .y = y.data() + offsets[e] * n,
                          .y_stride = n,
                          .round_bf16 = true};
    if (task.n_rows > 0) linear_ref({&task, 1});
  }
  DeviceArray<int32_t> drows(rows), doffsets(offsets);
  DeviceArray<Weight> weights(views);
  DeviceArray<float> dy(y.size());
  Linear l;
  x.into(&l);
  l.rows = drows.data();
  l.offsets = doffsets.data();
  l.weights = weights.data();
  l.shape = views[0];
  l.groups = 4;
  l.m = static_cast<int64_t>(rows.size());
  l.y = dy.data();
  l.y_stride = n;
  l.round_bf16 = true;
  ok(ops().linear(&l, 1, nullptr));
  expect_close(dy.values(), y, kBf16Step);
}

// ---- pages
// -----------------------------------------------------------------------------------------

cuda::PageShape page_shape(const KvLayout& l, int64_t layer) {
  return {l.kv_lora_rank, l.rope_dim, l.index_dim, layer * l.layer_bytes(), l.scale_ue8m0};
}

/// The pages of a test sequence on the device, and rows that look at them.
class DevicePages {
 public:
  DevicePages(const KvLayout& layout, const Pages& pages) {
    std::vector<std::byte*> pointers;
    for (int64_t p = 0; p * 64 < pages.size(); ++p) {
      std::vector<std::byte> canonical(static_cast<size_t>(layout.page_bytes()));
      kv_to_canonical(layout, pages.page(static_cast<size_t>(p)), canonical.data());
      bytes_.push_back(std::make_unique<DeviceArray<std::byte>>(canonical));
      pointers.push_back(bytes_.back()->data());
    }
    pointers_ = std::make_unique<DeviceArray<std::byte*>>(pointers);
  }
  cuda::Row row(int64_t position) { return {pointers_->data(), position}; }
  std::vector<std::byte> page(size_t i) { return bytes_[i]->values(); }

 private:
  std::vector<std::unique_ptr<DeviceArray<std::byte>>> bytes_;
  std::unique_ptr<DeviceArray<std::byte*>> pointers_;
};

TEST_F(CudaOps, WritesTheRecordsTheCpuWrites) {
  const KvLayout layout = make_layout(true, 2, 160, 32, 64);
  const int64_t m = 3, heads = 3, nope = 16, dk = nope + 32, index_heads = 5, first = 62;
  Pages host(layout, 65, 40);
  DevicePages device(layout, host);
  const auto q0 = random_bf16_values(41, m * heads * dk), kv0 = random_bf16_values(42, m * 192),
             latents = random_bf16_values(43, m * 160), ik0 = random_bf16_values(44, m * 64),
             iq0 = random_bf16_values(45, m * index_heads * 64), nw = random_floats(46, 64),
             nb = random_floats(47, 64);
  auto q = q0, kv = kv0, ik = ik0, iq = iq0;
  RopeTable rope = RopeTable::make({.dim = 32});
  std::vector<float> cos_sin(static_cast<size_t>(m * 32));
  for (int64_t t = 0; t < m; ++t) {
    float* cs = cos_sin.data() + t * 32;
    rope.fill(first + t, cs);
    for (int64_t h = 0; h < heads; ++h)
      rope_interleaved(q.data() + (t * heads + h) * dk + nope, 32, cs, true);
    rope_interleaved(kv.data() + t * 192 + 160, 32, cs, true);
    layer_norm_row(ik.data() + t * 64, nw.data(), nb.data(), 64, 1e-6f, true);
    rope_half_split(ik.data() + t * 64, 32, cs, true);
    hadamard_row(ik.data() + t * 64, 64, true);
    for (int64_t h = 0; h < index_heads; ++h) {
      rope_half_split(iq.data() + (t * index_heads + h) * 64, 32, cs, true);
      hadamard_row(iq.data() + (t * index_heads + h) * 64, 64, true);
    }
    host.write(1, first + t, latents.data() + t * 160, kv.data() + t * 192 + 160,
               ik.data() + t * 64);
  }
  DeviceArray<cuda::Row> rows(
      std::vector<cuda::Row>{device.row(62), device.row(63), device.row(64)});
  DeviceArray<float> dq(q0), dkv(kv0), dl(latents), dik(ik0), diq(iq0), dnw(nw), dnb(nb),
      dcs(cos_sin);
  const cuda::KeyShape shape{page_shape(layout, 1), heads, dk, nope, index_heads, 1e-6f, false};
  ok(ops().write_keys(shape, rows.data(), m, dcs.data(), dq.data(), dl.data(), dkv.data(),
                      dik.data(), diq.data(), dnw.data(), dnb.data(), nullptr));
  EXPECT_EQ(dq.values(), q);
  EXPECT_EQ(diq.values(), iq);
  size_t different = 0;
  for (size_t p = 0; p < 2; ++p) {
    std::vector<std::byte> canonical(static_cast<size_t>(layout.page_bytes()));
    kv_to_canonical(layout, host.page(p), canonical.data());
    const auto got = device.page(p);
    for (size_t i = 0; i < got.size(); ++i) different += got[i] != canonical[i];
  }
  // Only the index key passes through a sum (its norm): a code may round the other way there.
  EXPECT_LE(different, 3u);

  DeviceArray<float> read(65 * 160), read_pe(65 * 32);
  ok(ops().read_latents(shape.page, device.row(64), 65, read.data(), read_pe.data(), nullptr));
  const auto got = read.values(), got_pe = read_pe.values();
  for (int64_t s = 0; s < 65; ++s) {
    float latent[160], pe[32];
    kv_read(layout, 1, host.page(static_cast<size_t>(s / 64)), s % 64, latent, pe);
    for (size_t i = 0; i < 160; ++i) ASSERT_EQ(got[static_cast<size_t>(s) * 160 + i], latent[i]);
    for (size_t i = 0; i < 32; ++i) ASSERT_EQ(got_pe[static_cast<size_t>(s) * 32 + i], pe[i]);
  }
}

// ---- indexer
// ---------------------------------------------------------------------------------------

void check_index_scores(ThreadPool& pool, const KvLayout& layout, int64_t heads,
                        const std::vector<int64_t>& positions, int64_t stride) {
  const auto m = static_cast<int64_t>(positions.size());
  const int64_t last = *std::max_element(positions.begin(), positions.end());
  Pages host(layout, last + 1, 50);
  DevicePages device(layout, host);
  std::vector<AttentionRow> rows;
  std::vector<cuda::Row> device_rows;
  for (int64_t p : positions) {
    rows.push_back(host.row(p));
    device_rows.push_back(device.row(p));
  }
  const auto q = random_bf16_values(51, m * heads * layout.index_dim),
             w = random_floats(52, m * heads);
  const auto queries = IndexerQueries::prepare(pool, layout, q.data(), w.data(), m, heads);
  std::vector<float> scores(static_cast<size_t>(m * stride), -kInf);
  indexer_logits_ref(layout, 1, rows, queries, scores.data(), stride);

  DeviceArray<cuda::Row> drows(device_rows);
  const cuda::Ops& ops = *cuda_ops();
  DeviceArray<float> dq(q), dw(w), folded(static_cast<size_t>(m * heads)), dscores(scores.size());
  DeviceArray<uint8_t> codes(q.size());
  ok(ops.index_queries(page_shape(layout, 1), dq.data(), dw.data(), m, heads, codes.data(),
                       folded.data(), nullptr));
  EXPECT_EQ(folded.values(), queries.weights);
  ok(ops.index_scores(page_shape(layout, 1), drows.data(), m, heads, codes.data(), folded.data(),
                      dscores.data(), stride, nullptr));
  const auto got = dscores.values();
  float most = 0;
  for (float s : scores)
    if (!std::isinf(s)) most = std::max(most, std::fabs(s));
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isinf(scores[i])) {
      ASSERT_EQ(got[i], scores[i]) << i;
    } else {
      ASSERT_NEAR(got[i], scores[i], 1e-4 + kFp8Sum * most) << i;
    }
  }
}

TEST_F(CudaOps, IndexScoresEqualTheReference) {
  const KvLayout small = make_layout(true, 2, 16, 8, 32),
                 lines = make_layout(true, 2, 512, 64, 128);
  check_index_scores(pool, small, 11, {0, 70, 149}, 200);
  check_index_scores(pool, lines, 8, {149, 0, 70}, 192);
  check_index_scores(pool, lines, 13, {1999}, 2048);
  check_index_scores(pool, lines, 30, {63, 64, 65, 299, 1, 298, 200, 129, 130}, 320);
  check_index_scores(pool, lines, 64, {1100, 1099}, 1152);
  check_index_scores(pool, lines, 70, {40, 41}, 64);
}

TEST_F(CudaOps, ARowsIndexScoresDoNotDependOnItsMates) {
  const KvLayout layout = make_layout(true, 1, 512, 64, 128);
  const int64_t stride = 320, m = 7;
  Pages a(layout, 300, 53), b(layout, 300, 54);
  DevicePages da(layout, a), db(layout, b);
  // Of two sequences, and now and then neighbours of the same.
  const std::vector<cuda::Row> rows = {da.row(299), da.row(63), db.row(200), da.row(128),
                                       db.row(299), db.row(5),  db.row(298)};
  DeviceArray<cuda::Row> drows(rows);
  for (const int64_t heads : {8, 64}) {
    const auto q = random_bf16_values(55, m * heads * 128), w = random_floats(56, m * heads);
    DeviceArray<float> dq(q), dw(w), folded(static_cast<size_t>(m * heads)),
        scores(static_cast<size_t>(m * stride)), alone(static_cast<size_t>(stride));
    DeviceArray<uint8_t> codes(q.size());
    const cuda::PageShape page = page_shape(layout, 0);
    ok(ops().index_queries(page, dq.data(), dw.data(), m, heads, codes.data(), folded.data(),
                           nullptr));
    ok(ops().index_scores(page, drows.data(), m, heads, codes.data(), folded.data(), scores.data(),
                          stride, nullptr));
    const auto all = scores.values();
    for (int64_t r = 0; r < m; ++r) {
      ok(ops().index_scores(page, drows.data() + r, 1, heads, codes.data() + r * heads * 128,
                            folded.data() + r * heads, alone.data(), stride, nullptr));
      ASSERT_EQ(std::vector<float>(all.begin() + r * stride, all.begin() + (r + 1) * stride),
                alone.values())
          << "row " << r << ", " << heads << " heads";
    }
  }
}

TEST_F(CudaOps, TopKIsExactWithTiesAndNaN) {
  for (const int64_t topk : {1, 8, 100, 299}) {
    const int64_t m = 4, stride = 333;
    auto scores = random_floats(60 + static_cast<uint32_t>(topk), m * stride);
    for (size_t i = 0; i < scores.size(); ++i) {
      if (i % 3 == 0) scores[i] = 0.5f;  // ties around the edge
      if (i % 50 == 0) scores[i] = i % 100 ? 0.0f : -0.0f;
      if (i % 71 == 0) scores[i] = kNan;
      if (i >= static_cast<size_t>(2 * stride) && i < static_cast<size_t>(3 * stride))
        scores[i] = 1.0f;
    }
    const std::vector<int64_t> positions = {299, 5, 332, 310};
    std::vector<cuda::Row> rows;
    for (int64_t p : positions) rows.push_back({nullptr, p});
    DeviceArray<cuda::Row> drows(rows);
    DeviceArray<float> dscores(scores);
    DeviceArray<int32_t> keys(static_cast<size_t>(m * topk)), count(static_cast<size_t>(m));
    ok(ops().select_topk(drows.data(), dscores.data(), stride, m, topk, keys.data(), count.data(),
                         nullptr, 0, nullptr));
    const auto got = keys.values(), got_count = count.values();
    for (size_t r = 0; r < 4; ++r) {
      std::vector<int32_t> want(static_cast<size_t>(topk));
      const int64_t n = select_topk_ref(scores.data() + r * static_cast<size_t>(stride),
                                        positions[r] + 1, topk, want.data());
      ASSERT_EQ(got_count[r], n);
      for (size_t i = 0; i < static_cast<size_t>(n); ++i)
        ASSERT_EQ(got[r * static_cast<size_t>(topk) + i], want[i])
            << "row " << r << " top " << topk;
    }
  }
}

TEST_F(CudaOps, TopKOfLongRowsIsTheSameInChunks) {
  // Bell-shaped; all in a narrow band, more than can be gathered; all equal.
  for (const int kind : {0, 1, 2}) {
    SCOPED_TRACE(kind);
    const int64_t m = 3, stride = 50'016, topk = 700;
    auto scores = random_floats(65, m * stride);
    for (float& v : scores) v = kind == 0 ? v * v * v : kind == 1 ? 100.0f + 0.001f * v : 1.0f;
    const std::vector<int64_t> positions = {50'000, 600, 24'575};
    std::vector<cuda::Row> rows;
    for (const int64_t p : positions) rows.push_back({nullptr, p});
    DeviceArray<cuda::Row> drows(rows);
    DeviceArray<float> dscores(scores);
    const int64_t scratch_bytes = ops().topk_scratch_bytes(m, stride);
    ASSERT_GT(scratch_bytes, 0);
    DeviceArray<uint8_t> scratch(static_cast<size_t>(scratch_bytes));
    for (const int64_t given : {int64_t{0}, scratch_bytes}) {
      DeviceArray<int32_t> keys(static_cast<size_t>(m * topk)), count(static_cast<size_t>(m));
      ok(ops().select_topk(drows.data(), dscores.data(), stride, m, topk, keys.data(), count.data(),
                           scratch.data(), given, nullptr));
      const auto got = keys.values(), got_count = count.values();
      for (size_t r = 0; r < positions.size(); ++r) {
        std::vector<int32_t> want(static_cast<size_t>(topk));
        const int64_t n = select_topk_ref(scores.data() + r * static_cast<size_t>(stride),
                                          positions[r] + 1, topk, want.data());
        ASSERT_EQ(got_count[r], n);
        for (size_t i = 0; i < static_cast<size_t>(n); ++i)
          ASSERT_EQ(got[r * static_cast<size_t>(topk) + i], want[i])
              << "row " << r << ", " << given;
      }
    }
  }
}

// ---- attention
// -------------------------------------------------------------------------------------

/// Ascending random keys for rows, on both sides.
SelectedKeys choose_keys(const std::vector<int64_t>& positions, int64_t topk, uint32_t seed) {
  SelectedKeys s;
  s.stride = topk;
  std::mt19937 engine(seed);
  for (int64_t p : positions) {
    std::vector<int32_t> all(static_cast<size_t>(p + 1));
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), engine);
    all.resize(static_cast<size_t>(std::min(topk, p + 1)));
    std::sort(all.begin(), all.end());
    s.count.push_back(static_cast<int32_t>(all.size()));
    all.resize(static_cast<size_t>(topk), -1);
    s.keys.insert(s.keys.end(), all.begin(), all.end());
  }
  return s;
}

struct MassRows {
  std::vector<std::unique_ptr<DeviceArray<float>>> rows;
  std::unique_ptr<DeviceArray<float*>> pointers;
  explicit MassRows(const std::vector<int64_t>& positions) {
    std::vector<float*> p;
    for (int64_t n : positions) {
      rows.push_back(std::make_unique<DeviceArray<float>>(
          std::vector<float>(static_cast<size_t>(n + 1), 0.0f)));
      p.push_back(rows.back()->data());
    }
    p[0] = nullptr;  // not every row wants it
    pointers = std::make_unique<DeviceArray<float*>>(p);
  }
};

void expect_mass(MassRows& got, const std::vector<std::vector<float>>& want,
                 const SelectedKeys* selected) {
  for (size_t r = 1; r < want.size(); ++r) {
    std::vector<float> by_position(got.rows[r]->size(), 0.0f);
    for (size_t i = 0; i < want[r].size(); ++i)
      by_position[selected ? static_cast<size_t>(
                                 selected->keys[r * static_cast<size_t>(selected->stride) + i])
                           : i] += want[r][i];
    const auto values = got.rows[r]->values();
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(values[i], by_position[i], 2e-3) << r << " " << i;
  }
}

TEST_F(CudaOps, MqaAttentionEqualsTheReference) {
  struct Case {
    int64_t rank, rope, heads;
    bool select;
    std::vector<int64_t> positions;
    int64_t topk;
  };
  for (const Case& c : {Case{160, 24, 5, true, {0, 66, 139}, 80},
                        {512, 64, 16, true, {0, 66, 139}, 80},
                        {64, 16, 20, false, {0, 66, 139}, 80},
                        {512, 64, 40, true, {255, 700, 899}, 600},
                        {96, 32, 17, false, {256, 511, 899}, 80}}) {
    SCOPED_TRACE(::testing::Message() << "rank " << c.rank << " heads " << c.heads);
    const KvLayout layout = make_layout(true, 1, c.rank, c.rope, 16);
    const std::vector<int64_t>& positions = c.positions;
    Pages host(layout, positions.back() + 1, 70);
    DevicePages device(layout, host);
    std::vector<AttentionRow> rows;
    std::vector<cuda::Row> device_rows;
    for (int64_t p : positions) {
      rows.push_back(host.row(p));
      device_rows.push_back(device.row(p));
    }
    const int64_t m = 3;
    const auto ql = random_bf16_values(71, m * c.heads * c.rank),
               qp = random_bf16_values(72, m * c.heads * c.rope);
    const AttentionShape shape{c.heads, 0, 0, 0.06f, true};
    const SelectedKeys selected = choose_keys(positions, c.topk, 73);
    std::vector<std::vector<float>> mass(3);
    std::vector<float*> mass_rows;
    for (size_t r = 0; r < 3; ++r) {
      mass[r].assign(
          c.select ? static_cast<size_t>(selected.count[r]) : static_cast<size_t>(positions[r] + 1),
          0.0f);
      mass_rows.push_back(mass[r].data());
    }
    std::vector<float> u(ql.size());
    mqa_attention_ref(layout, 0, shape, rows, ql.data(), qp.data(), c.select ? &selected : nullptr,
                      u.data(), mass_rows.data());

    DeviceArray<cuda::Row> drows(device_rows);
    DeviceArray<int32_t> keys(selected.keys), count(selected.count);
    DeviceArray<float> dql(ql), dqp(qp), du(u.size()), lse(static_cast<size_t>(m * c.heads));
    cuda::Attention a{page_shape(layout, 0), c.heads, 0.06f, drows.data(), m, {}};
    if (c.select) a.selection = {keys.data(), count.data(), selected.stride};
    ok(ops().mqa_attention(a, dql.data(), dqp.data(), c.rope, du.data(), lse.data(), nullptr));
    expect_close(du.values(), u, 0.03);  // P is rounded to bf16 before its sum divides it
    // Parts of the keys, each in a block of its own: the same bits.
    a.most_keys = c.select ? c.topk : positions.back() + 1;
    DeviceArray<float> parts(
        static_cast<size_t>(m * c.heads * ((a.most_keys + 255) / 256) * (c.rank + 2)));
    DeviceArray<float> in_parts(u.size()), lse_in_parts(lse.size());
    a.scratch = parts.data();
    a.scratch_floats = static_cast<int64_t>(parts.size());
    ok(ops().mqa_attention(a, dql.data(), dqp.data(), c.rope, in_parts.data(), lse_in_parts.data(),
                           nullptr));
    EXPECT_EQ(in_parts.values(), du.values());
    EXPECT_EQ(lse_in_parts.values(), lse.values());
    MassRows got(positions);
    ok(ops().mqa_mass(a, positions.back() + 1, dql.data(), dqp.data(), c.rope, lse.data(),
                      got.pointers->data(), nullptr));
    expect_mass(got, mass, c.select ? &selected : nullptr);
  }
}

/// Records of the published sizes: blocks of 64 heads for many rows, of 32 for fewer (if there are
/// not so many heads that these are blocks of 64, too), of 16 for one; and parts of the keys in
/// blocks of their own.
void expect_the_same_in_blocks_of_all_kinds(const cuda::Ops& ops, int64_t heads, float sm_scale) {
  const int64_t rank = 512, rope = 64, most = 101, n_keys = 1700, topk = 1600;
  const KvLayout layout = make_layout(true, 1, rank, rope, 16);
  Pages host(layout, n_keys, 74);
  DevicePages device(layout, host);
  const std::vector<cuda::Row> rows(most, device.row(n_keys - 1));
  const std::vector<int64_t> seeing = {0, 13, 15};  // the others have no keys
  std::vector<int32_t> count(most);
  count[0] = topk, count[13] = 65, count[15] = 1100;
  SelectedKeys selected = choose_keys(std::vector<int64_t>(most, n_keys - 1), topk, 77);
  for (int64_t i = 0; i < 1100; ++i)  // a part and a tile of nothing, then some of nothing
    if (i < 600 || i % 7 == 0) selected.keys[static_cast<size_t>(15 * selected.stride + i)] = -1;
  const auto ql = random_bf16_values(75, most * heads * rank),
             qp = random_bf16_values(76, most * heads * rope);
  DeviceArray<cuda::Row> drows(rows);
  DeviceArray<int32_t> keys(selected.keys), counts(count);
  DeviceArray<float> dql(ql), dqp(qp);
  struct Result {
    std::vector<float> u, lse;
  };
  const auto run = [&](int64_t first, int64_t m, bool in_parts) {
    DeviceArray<float> u(static_cast<size_t>(m * heads * rank)),
        lse(static_cast<size_t>(m * heads));
    cuda::Attention a{page_shape(layout, 0), heads, sm_scale, drows.data() + first, m, {}};
    a.selection = {keys.data() + first * selected.stride, counts.data() + first, selected.stride};
    a.most_keys = topk;
    a.scratch_floats = in_parts ? cuda::partial_floats(m, heads, topk, rank) : 0;
    DeviceArray<float> scratch(static_cast<size_t>(a.scratch_floats));
    a.scratch = scratch.data();
    ok(ops.mqa_attention(a, dql.data() + first * heads * rank, dqp.data() + first * heads * rope,
                         rope, u.data(), lse.data(), nullptr));
    return Result{u.values(), lse.values()};
  };
  const auto part = [](const std::vector<float>& of, int64_t row, int64_t width) {
    return std::vector<float>(of.begin() + row * width, of.begin() + (row + 1) * width);
  };
  const std::vector<Result> all = {run(0, most, false), run(0, 50, false),
                                   run(0, 2048 / heads, true)};
  for (const int64_t r : seeing) {
    const Result alone = run(r, 1, false);
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(part(all[i].u, r, heads * rank), alone.u) << "run " << i << ", row " << r;
      EXPECT_EQ(part(all[i].lse, r, heads), alone.lse) << "run " << i << ", row " << r;
    }
  }
  for (const float v : part(all[0].u, 1, heads * rank)) ASSERT_EQ(v, 0.0f);
}

TEST_F(CudaOps, ARowsMqaAttentionDoesNotDependOnItsMates) {
  expect_the_same_in_blocks_of_all_kinds(ops(), 64, 0.06f);
  expect_the_same_in_blocks_of_all_kinds(ops(), 128, 0.06f);
}

TEST_F(CudaOps, PartsOfKeysFarApartAreJoinedTheSameWay) {
  // Maxima of parts are hundreds of exponents apart.
  expect_the_same_in_blocks_of_all_kinds(ops(), 64, 3.0f);
  expect_the_same_in_blocks_of_all_kinds(ops(), 128, 3.0f);
}

TEST_F(CudaOps, HostileKeysAreMasked) {
  const KvLayout layout = make_layout(true, 1, 64, 16, 16);
  Pages host(layout, 70, 80);
  DevicePages device(layout, host);
  const auto ql = random_bf16_values(81, 4 * 64), qp = random_bf16_values(82, 4 * 16);
  DeviceArray<cuda::Row> rows(std::vector<cuda::Row>{device.row(69)});
  DeviceArray<float> dql(ql), dqp(qp), clean(ql.size()), dirty(ql.size());
  const auto run = [&](const std::vector<int32_t>& keys, float* out) {
    DeviceArray<int32_t> dkeys(keys),
        count(std::vector<int32_t>{static_cast<int32_t>(keys.size())});
    const cuda::Attention a{
        page_shape(layout, 0), 4, 0.1f,
        rows.data(),           1, {dkeys.data(), count.data(), static_cast<int64_t>(keys.size())}};
    ok(ops().mqa_attention(a, dql.data(), dqp.data(), 16, out, nullptr, nullptr));
    ok(ops().synchronize(nullptr));
  };
  run({3, 40, 69}, clean.data());
  run({-1, 3, -2000000000, 40, 69, 70, 2000000000}, dirty.data());
  EXPECT_EQ(clean.values(), dirty.values());
  run({-1, 70}, dirty.data());  // nothing to see
  for (float v : dirty.values()) EXPECT_EQ(v, 0.0f);
}

TEST_F(CudaOps, MhaAttentionEqualsTheReference) {
  for (const bool select : {true, false}) {
    const int64_t heads = 3, nope = 24, rope = 16, v = 40, m = 37, n_keys = 150;
    const KvLayout layout = make_layout(true, 1, 64, rope, 16);
    std::vector<int64_t> positions;
    std::vector<AttentionRow> rows;
    std::vector<cuda::Row> device_rows;
    for (int64_t i = 0; i < m; ++i) {
      positions.push_back(n_keys - m + i);
      rows.push_back({nullptr, positions.back()});
      device_rows.push_back({nullptr, positions.back()});
    }
    const auto q = random_bf16_values(91, m * heads * (nope + rope)),
               kv = random_bf16_values(92, n_keys * heads * (nope + v)),
               pe = random_bf16_values(93, n_keys * rope);
    const AttentionShape shape{heads, nope, v, 0.15f, true};
    const SelectedKeys selected = choose_keys(positions, 50, 94);
    std::vector<std::vector<float>> mass(static_cast<size_t>(m));
    std::vector<float*> mass_rows;
    for (size_t r = 0; r < mass.size(); ++r) {
      mass[r].assign(
          select ? static_cast<size_t>(selected.count[r]) : static_cast<size_t>(positions[r] + 1),
          0.0f);
      mass_rows.push_back(mass[r].data());
    }
    std::vector<float> o(static_cast<size_t>(m * heads * v));
    mha_attention_ref(layout, shape, rows, q.data(), kv.data(), pe.data(), n_keys,
                      select ? &selected : nullptr, o.data(), mass_rows.data());

    DeviceArray<cuda::Row> drows(device_rows);
    DeviceArray<int32_t> keys(selected.keys), count(selected.count);
    DeviceArray<float> dq(q), dkv(kv), dpe(pe), out(o.size()), lse(static_cast<size_t>(m * heads));
    cuda::Attention a{page_shape(layout, 0), heads, 0.15f, drows.data(), m, {}};
    if (select) a.selection = {keys.data(), count.data(), selected.stride};
    ok(ops().mha_attention(a, nope, v, dq.data(), dkv.data(), dpe.data(), out.data(), lse.data(),
                           nullptr));
    expect_close(out.values(), o, 0.03);
    MassRows got(positions);
    ok(ops().mha_mass(a, n_keys, nope, v, dq.data(), dkv.data(), dpe.data(), lse.data(),
                      got.pointers->data(), nullptr));
    expect_mass(got, mass, select ? &selected : nullptr);
  }
}

// ---- experts
// ---------------------------------------------------------------------------------------

TEST_F(CudaOps, RoutesAsTheReference) {
  struct Case {
    RouterShape shape;
    bool bias;
  };
  for (const Case& c : {Case{{8, 2, 4, 2, 2.0f, true}, true},
                        {{64, 6, 1, 1, 1.0f, false}, false},
                        {{256, 8, 8, 4, 2.5f, true}, true}}) {
    const int64_t m = 20, n = c.shape.n_routed_experts, k = c.shape.n_activated_experts;
    auto logits = random_floats(100, m * n);
    for (int64_t i = 0; i < n; ++i) logits[static_cast<size_t>(i)] = 0.25f;  // a row of ties
    const auto bias = random_floats(101, n, 0.1f);
    DeviceArray<float> dl(logits), db(bias), weights(static_cast<size_t>(m * k));
    DeviceArray<int32_t> experts(static_cast<size_t>(m * k));
    const cuda::Router r{static_cast<int32_t>(n),
                         static_cast<int32_t>(k),
                         static_cast<int32_t>(c.shape.n_expert_groups),
                         static_cast<int32_t>(c.shape.n_limited_groups),
                         c.shape.route_scale,
                         c.shape.norm_topk_prob};
    ok(ops().route(r, dl.data(), c.bias ? db.data() : nullptr, m, experts.data(), weights.data(),
                   nullptr));
    const auto got = experts.values();
    const auto got_weights = weights.values();
    for (int64_t t = 0; t < m; ++t) {
      std::vector<int32_t> want(static_cast<size_t>(k));
      std::vector<float> want_weights(static_cast<size_t>(k));
      route_token(c.shape, logits.data() + t * n, c.bias ? bias.data() : nullptr, want.data(),
                  want_weights.data());
      for (int64_t j = 0; j < k; ++j) {
        ASSERT_EQ(got[static_cast<size_t>(t * k + j)], want[static_cast<size_t>(j)]) << t;
        ASSERT_NEAR(got_weights[static_cast<size_t>(t * k + j)],
                    want_weights[static_cast<size_t>(j)], 1e-6);
      }
    }
  }
}

TEST_F(CudaOps, ExpertSlotsAreStableAndCombineAddsThemUp) {
  const std::vector<int32_t> experts = {1, 3, 0, 3, 1, 2, 0, 1};  // 4 tokens, 2 each, 5 experts
  DeviceArray<int32_t> de(experts), offsets(6), tokens(8), slots(8);
  ok(ops().expert_slots(de.data(), 4, 2, 5, offsets.data(), tokens.data(), slots.data(), nullptr));
  EXPECT_EQ(offsets.values(), (std::vector<int32_t>{0, 2, 5, 6, 8, 8}));
  EXPECT_EQ(tokens.values(), (std::vector<int32_t>{1, 3, 0, 2, 3, 2, 0, 1}));
  EXPECT_EQ(slots.values(), (std::vector<int32_t>{2, 6, 0, 7, 3, 5, 1, 4}));
  const int64_t dim = 300;
  const auto made = random_bf16_values(110, 8 * dim), shared = random_bf16_values(111, 4 * dim),
             w = random_floats(112, 8);
  DeviceArray<float> dm(made), ds(shared), dw(w), out(4 * dim);
  ok(ops().combine(dm.data(), ds.data(), slots.data(), dw.data(), 4, 2, dim, out.data(), nullptr));
  const auto got = out.values();
  const std::vector<int32_t> slot = {2, 6, 0, 7, 3, 5, 1, 4};
  for (size_t t = 0; t < 4; ++t) {
    for (size_t d = 0; d < 300; ++d) {
      float sum = 0;
      for (size_t j = 0; j < 2; ++j)
        sum += w[t * 2 + j] * made[static_cast<size_t>(slot[t * 2 + j]) * 300 + d];
      ASSERT_NEAR(got[t * 300 + d], round_bf16(sum + shared[t * 300 + d]), 0.02);
    }
  }
}

TEST_F(CudaOps, TheSameBitsEveryTime) {
  const KvLayout layout = make_layout(true, 1, 128, 32, 64);
  Pages host(layout, 200, 120);
  DevicePages device(layout, host);
  DeviceArray<cuda::Row> rows(std::vector<cuda::Row>{device.row(199), device.row(130)});
  const auto ql = random_bf16_values(121, 2 * 8 * 128), qp = random_bf16_values(122, 2 * 8 * 32);
  DeviceArray<float> dql(ql), dqp(qp), u(ql.size());
  const cuda::Attention a{page_shape(layout, 0), 8, 0.1f, rows.data(), 2, {}};
  std::vector<float> first;
  for (int i = 0; i < 20; ++i) {
    ok(ops().mqa_attention(a, dql.data(), dqp.data(), 32, u.data(), nullptr, nullptr));
    const auto now = u.values();
    if (i == 0) first = now;
    ASSERT_TRUE(same_bits(now.data(), first.data(), static_cast<int64_t>(now.size())));
  }
}

TEST(CudaModule, RefusesAnotherBuild) {
#ifdef LEYDEN_CUDA_EMULATED
  EXPECT_EQ(cuda::leyden_cuda_ops("another build"), nullptr);
  EXPECT_EQ(cuda::leyden_cuda_ops(nullptr), nullptr);
#else
  if (!cuda_ops()) GTEST_SKIP() << "no CUDA device of capability 9.0 here";
  EXPECT_EQ(cuda_ops()->struct_size, sizeof(cuda::Ops));
#endif
}

}  // namespace
}  // namespace leyden::testing
