// SPDX-License-Identifier: Apache-2.0
#include "sessions/codec.h"

#include <gtest/gtest.h>

#include <random>

#include "sessions/byte_io.h"
#include "sessions/codec_planes.h"
#include "tests/sessions/synthetic_latents.h"

namespace leyden {
namespace {

std::vector<std::byte> random_bytes(size_t n, uint32_t seed) {
  std::mt19937 rng(seed);
  std::vector<std::byte> out(n);
  for (std::byte& b : out) b = static_cast<std::byte>(rng());
  return out;
}

void expect_round_trip(const std::vector<std::byte>& payload, const PageLayout& layout,
                       const CodecOptions& options = {}) {
  auto encoded = encode_payload(payload, layout, options);
  ASSERT_TRUE(encoded.ok()) << encoded.status().to_string();
  EXPECT_LE(encoded->size(), payload.size() + payload.size() / 50 + 4096);
  for (unsigned threads : {1u, 3u}) {
    auto decoded = decode_payload(*encoded, threads);
    ASSERT_TRUE(decoded.ok()) << decoded.status().to_string();
    EXPECT_TRUE(*decoded == payload);
  }
}

TEST(Codec, TransposesOddAndEvenShapes) {
  for (size_t rows : {1u, 7u, 16u, 17u, 64u})
    for (size_t cols : {1u, 15u, 16u, 48u, 131u}) {
      const auto src = random_bytes(rows * cols, static_cast<uint32_t>(rows * 1000 + cols));
      std::vector<std::byte> dst(rows * cols);
      transpose_bytes(src.data(), cols, rows, cols, dst.data(), rows);
      for (size_t r = 0; r < rows; ++r)
        for (size_t c = 0; c < cols; ++c) ASSERT_EQ(src[r * cols + c], dst[c * rows + r]);
    }
}

TEST(Codec, KeepsLatentsAndMakesThemSmaller) {
  const LatentDims dims{.layers = 5};
  const auto payload = synthetic_payload(dims, 1);
  for (unsigned classes : {1u, 2u, 4u, 8u, 16u})
    expect_round_trip(payload, dims.layout(), {.threads = 2, .classes = classes});
  auto encoded = encode_payload(payload, dims.layout());
  ASSERT_TRUE(encoded.ok());
  EXPECT_LT(static_cast<double>(encoded->size()), 0.87 * static_cast<double>(payload.size()));
}

TEST(Codec, FindsRecordsThatRepeatAndSortsChannelsWhereNoneDo) {
  const LatentDims dims{.layers = 4};
  const PageLayout layout = dims.layout();
  auto payload = synthetic_payload(dims, 2);
  const auto size = [&](unsigned classes) {
    auto encoded = encode_payload(payload, layout, {.classes = classes});
    EXPECT_TRUE(encoded.ok());
    return encoded->size();
  };
  EXPECT_LT(size(4), size(1) * 99 / 100);  // channels differ in magnitude, records do not repeat
  // As tokens that occur twice do in a layer that does not look around.
  const size_t half = layout.blocks[0].bytes() / 2;
  for (size_t l = 0; l < layout.layers; ++l) {
    std::byte* records = payload.data() + l * layout.layer_bytes();
    std::copy_n(records, half, records + half);
  }
  expect_round_trip(payload, layout);
  EXPECT_LT(static_cast<double>(size(4)), 0.55 * static_cast<double>(payload.size()));
}

TEST(Codec, KeepsSmallAndOddLayouts) {
  std::mt19937 rng(5);
  for (uint32_t seed = 0; seed < 60; ++seed) {
    PageLayout layout;
    layout.layers = 1 + rng() % 7;
    const size_t blocks = 1 + rng() % 3;
    for (size_t b = 0; b < blocks; ++b) {
      PageLayout::Block block{1 + static_cast<uint32_t>(rng() % 70), {}};
      const size_t parts = 1 + rng() % 4;
      for (size_t p = 0; p < parts; ++p)
        block.parts.push_back({1 + static_cast<uint32_t>(rng() % 90),
                               static_cast<uint8_t>(1 << rng() % 4)});
      layout.blocks.push_back(block);
    }
    expect_round_trip(random_bytes(layout.total_bytes(), seed), layout);
    std::vector<std::byte> flat(layout.total_bytes());
    expect_round_trip(flat, layout);
  }
}

TEST(Codec, KeepsOpaqueBytes) {
  for (size_t n : {1u, 31u, 33u, 4096u, 300000u}) expect_round_trip(random_bytes(n, 9), opaque_layout(n));
}

TEST(Codec, SameBytesForAnyThreadCount) {
  const LatentDims dims{.layers = 6, .kv_lora_rank = 128, .scale_groups = 1};
  const auto payload = synthetic_payload(dims, 4);
  auto one = encode_payload(payload, dims.layout(), {.threads = 1});
  auto many = encode_payload(payload, dims.layout(), {.threads = 4});
  ASSERT_TRUE(one.ok() && many.ok());
  EXPECT_TRUE(*one == *many);
}

TEST(Codec, RefusesWrongSizesAndBadLayouts) {
  const auto payload = random_bytes(100, 1);
  EXPECT_EQ(encode_payload(payload, opaque_layout(99)).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(encode_payload({}, PageLayout{}).status().code(), StatusCode::kInvalidArgument);
  PageLayout odd = opaque_layout(100);
  odd.blocks[0].parts[0].element_bytes = 3;
  EXPECT_EQ(encode_payload(payload, odd).status().code(), StatusCode::kInvalidArgument);
}

// Every single damaged bit is either an error or (a bit nothing depends on, as in a zstd frame's
// unused field) leaves exactly the same payload; never other bytes.
TEST(Codec, NeverGivesWrongBytesAfterABitFlip) {
  const LatentDims dims{.layers = 2, .kv_lora_rank = 64, .scale_groups = 1, .qk_rope_head_dim = 16,
                        .index_head_dim = 32};
  const auto payload = synthetic_payload(dims, 2);
  auto encoded = encode_payload(payload, dims.layout());
  ASSERT_TRUE(encoded.ok());
  std::mt19937 rng(3);
  size_t harmless = 0;
  for (int i = 0; i < 3000; ++i) {
    auto damaged = *encoded;
    const size_t bit = i < 800 ? static_cast<size_t>(i) : rng() % (damaged.size() * 8);
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    auto decoded = decode_payload(damaged);
    if (decoded.ok()) {
      EXPECT_TRUE(*decoded == payload) << "bit " << bit;
      ++harmless;
    } else {
      EXPECT_TRUE(decoded.status().code() == StatusCode::kCorrupt ||
                  decoded.status().code() == StatusCode::kUnsupported);
    }
  }
  EXPECT_LT(harmless, 60u);
}

TEST(Codec, SurvivesHostileInput) {
  const LatentDims dims{.layers = 2, .kv_lora_rank = 64, .scale_groups = 1, .qk_rope_head_dim = 16,
                        .index_head_dim = 32};
  auto encoded = encode_payload(synthetic_payload(dims, 2), dims.layout());
  ASSERT_TRUE(encoded.ok());
  for (size_t n = 0; n < encoded->size(); n += 1 + n / 50)
    EXPECT_EQ(decode_payload({encoded->data(), n}).status().code(), StatusCode::kCorrupt);
  auto longer = *encoded;
  longer.push_back(std::byte{0});
  EXPECT_EQ(decode_payload(longer).status().code(), StatusCode::kCorrupt);
  auto newer = *encoded;
  newer[4] = std::byte{2};
  EXPECT_EQ(decode_payload(newer).status().code(), StatusCode::kUnsupported);

  // A header that promises 256 MiB costs nothing when no data follows.
  Bytes liar;
  ByteWriter w(liar);
  w.raw(as_bytes("LYPC\x01"));
  w.raw(PageLayout{1, {{65536, {{4096, 1}}}}}.serialize());
  w.varint(1);
  for (int i = 0; i < 16; ++i) w.fixed<uint8_t>(0);
  EXPECT_EQ(decode_payload(liar).status().code(), StatusCode::kCorrupt);
  Bytes huge;
  ByteWriter h(huge);
  h.raw(as_bytes("LYPC\x01"));
  h.raw(PageLayout{4096, {{65536, {{1u << 28, 8}, {1u << 28, 8}}}}}.serialize());
  EXPECT_EQ(decode_payload(huge).status().code(), StatusCode::kCorrupt);

  std::mt19937 rng(11);
  for (int i = 0; i < 2000; ++i) {  // random tails behind a good magic
    Bytes junk;
    ByteWriter j(junk);
    j.raw(as_bytes("LYPC\x01"));
    const size_t n = rng() % 200;
    for (size_t k = 0; k < n; ++k) j.fixed<uint8_t>(static_cast<uint8_t>(rng() >> (rng() % 8)));
    EXPECT_FALSE(decode_payload(junk).ok());
  }
}

TEST(Codec, InspectsWithoutDecoding) {
  const LatentDims dims{.layers = 3};
  auto encoded = encode_payload(synthetic_payload(dims, 2), dims.layout());
  ASSERT_TRUE(encoded.ok());
  auto info = inspect_payload(*encoded);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->layout, dims.layout());
  EXPECT_EQ(info->raw_bytes, dims.layout().total_bytes());
}

}  // namespace
}  // namespace leyden
