// SPDX-License-Identifier: Apache-2.0
#include "kernels/kv_layout.h"

#include "tests/kernels/kernel_cases.h"

namespace leyden {
namespace {

using namespace leyden::testing;

TEST(KvLayout, RecordsHaveTheSpecsSizes) {
  const KvLayout l = make_layout(true, 61, 512, 64, 128);
  EXPECT_EQ(l.latent_bytes(), 656);
  EXPECT_EQ(l.index_bytes(), 132);
  EXPECT_EQ(l.bytes_per_token(), 48068);
  EXPECT_EQ(l.page_bytes(), 64 * 48068);
}

TEST(KvLayout, FP8VectorsOfTheSpec) {
  const KvLayout l = make_layout(true, 1, 128, 2, 8);
  std::vector<std::byte> page(static_cast<size_t>(l.page_bytes()));
  std::vector<float> c(128, 0.0f), pe(2, 1.0f), k(8, 0.0f);
  // Scale 2^-6 (amax 5 .. 7): section 3.5.
  const float values[] = {0.1f, -0.3f, 1.0f, 2.5f, -7.0f, 3.1415927f, 5.0f};
  const int codes[] = {0x4d, 0xda, 0x68, 0x72, 0xfe, 0x75, 0x7a};
  std::copy(std::begin(values), std::end(values), c.begin());
  kv_write(l, 0, page.data(), 3, c.data(), pe.data(), k.data());
  const std::byte* record = page.data() + l.latent_offset(0, 3);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(static_cast<int>(record[i]), codes[i]) << values[i];
  float scale;
  std::memcpy(&scale, record + 128, 4);
  EXPECT_EQ(scale, 0x1p-6f);
  std::memcpy(&scale, page.data() + l.index_offset(0) + l.index_scale(3), 4);
  EXPECT_EQ(scale, 0x1p-22f);
}

TEST(KvLayout, ReadsBackWhatWasWritten) {
  for (bool fp8 : {true, false}) {
    for (int64_t rank : {64, 192, 512}) {
      const KvLayout l = make_layout(fp8, 3, rank, 16, 32);
      std::vector<std::byte> page(static_cast<size_t>(l.page_bytes()) + 64, std::byte{0xaa});
      std::vector<float> got(static_cast<size_t>(rank)), got_pe(16);
      for (int64_t layer = 0; layer < 3; ++layer) {
        for (int64_t slot = 0; slot < 64; ++slot) {
          const uint32_t seed = static_cast<uint32_t>(layer * 64 + slot);
          const auto c = random_bf16_values(seed, rank), pe = random_bf16_values(seed + 1000, 16),
                     k = random_bf16_values(seed + 2000, 32);
          kv_write(l, layer, page.data(), slot, c.data(), pe.data(), k.data());
        }
      }
      for (int64_t layer = 0; layer < 3; ++layer) {
        for (int64_t slot = 0; slot < 64; ++slot) {
          const uint32_t seed = static_cast<uint32_t>(layer * 64 + slot);
          const auto c = random_bf16_values(seed, rank), pe = random_bf16_values(seed + 1000, 16);
          kv_read(l, layer, page.data(), slot, got.data(), got_pe.data());
          for (int64_t i = 0; i < rank; ++i) {
            const size_t at = static_cast<size_t>(i);
            if (!fp8) {
              ASSERT_EQ(got[at], c[at]);
            } else {  // half a step of 3 mantissa bits, or of the subnormal step 2^-9 * scale
              ASSERT_NEAR(got[at], c[at], std::max(std::fabs(c[at]) / 16, 0x1p-17f));
              ASSERT_EQ(got[at], round_bf16(got[at]));
            }
          }
          ASSERT_EQ(got_pe, pe);
        }
      }
      for (size_t i = static_cast<size_t>(l.page_bytes()); i < page.size(); ++i) {
        ASSERT_EQ(page[i], std::byte{0xaa});
      }
    }
  }
}

TEST(KvLayout, CanonicalRoundTrip) {
  for (bool fp8 : {true, false})
    for (int64_t dim : {2, 6, 30, 128}) {  // below, beside and on the blocks that are moved at once
      const KvLayout l = make_layout(fp8, 2, 64, 8, dim);
      const Pages pages(l, 64, 5);
      const size_t n = static_cast<size_t>(l.page_bytes());
      std::vector<std::byte> canonical(n), back(n);
      kv_to_canonical(l, pages.page(0), canonical.data());
      kv_from_canonical(l, canonical.data(), back.data());
      EXPECT_EQ(std::memcmp(back.data(), pages.page(0), n), 0);
      for (int64_t layer = 0; layer < 2; ++layer) {
        // Token-major there: element d of key s at s * dim + d.
        const int64_t width = fp8 ? 1 : 4, base = l.index_offset(layer);
        for (int64_t s = 0; s < 64; ++s)
          for (int64_t d = 0; d < dim; ++d)
            ASSERT_EQ(std::memcmp(canonical.data() + base + (s * dim + d) * width,
                                  pages.page(0) + base + l.index_element(s, d),
                                  static_cast<size_t>(width)),
                      0)
                << "dim " << dim << " key " << s << " element " << d;
        // All else is where it was.
        const auto same = [&](int64_t from, int64_t to) {
          return std::memcmp(canonical.data() + from, pages.page(0) + from,
                             static_cast<size_t>(to - from)) == 0;
        };
        EXPECT_TRUE(same(l.latent_offset(layer, 0), base));
        EXPECT_TRUE(same(base + 64 * dim * width, (layer + 1) * l.layer_bytes()));
      }
    }
}

}  // namespace
}  // namespace leyden
