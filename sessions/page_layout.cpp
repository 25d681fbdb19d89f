// SPDX-License-Identifier: Apache-2.0
#include "sessions/page_layout.h"

#include "sessions/byte_io.h"

namespace leyden {
namespace {

constexpr uint32_t kMaxLayers = 4096, kMaxRecords = 1 << 16, kMaxElements = 1u << 28;
constexpr size_t kMaxBlocks = 16, kMaxParts = 16;

}  // namespace

size_t PageLayout::Block::record_bytes() const {
  size_t bytes = 0;
  for (const Part& part : parts) bytes += size_t{part.elements} * part.element_bytes;
  return bytes;
}

size_t PageLayout::layer_bytes() const {
  size_t bytes = 0;
  for (const Block& block : blocks) bytes += block.bytes();
  return bytes;
}

Status PageLayout::validate() const {
  const auto bad = [](const char* what) {
    return invalid_argument(std::string("page layout: ") + what);
  };
  if (layers == 0 || layers > kMaxLayers) return bad("layer count out of range");
  if (blocks.empty() || blocks.size() > kMaxBlocks) return bad("block count out of range");
  size_t layer = 0;
  for (const Block& block : blocks) {
    if (block.records == 0 || block.records > kMaxRecords) return bad("record count out of range");
    if (block.parts.empty() || block.parts.size() > kMaxParts) return bad("part count out of range");
    for (const Part& part : block.parts) {
      if (part.elements == 0 || part.elements > kMaxElements) return bad("part size out of range");
      const uint8_t e = part.element_bytes;
      if (e != 1 && e != 2 && e != 4 && e != 8) return bad("element size is not 1, 2, 4 or 8");
    }
    if (block.record_bytes() > kMaxPayloadBytes) return bad("record too large");
    if (block.bytes() > kMaxPayloadBytes) return bad("block too large");
    layer += block.bytes();
  }
  if (layer > kMaxPayloadBytes || layer * layers > kMaxPayloadBytes) return bad("payload too large");
  return {};
}

std::vector<std::byte> PageLayout::serialize() const {
  Bytes out;
  ByteWriter w(out);
  w.varint(layers);
  w.varint(blocks.size());
  for (const Block& block : blocks) {
    w.varint(block.records);
    w.varint(block.parts.size());
    for (const Part& part : block.parts) {
      w.varint(part.elements);
      w.fixed<uint8_t>(part.element_bytes);
    }
  }
  return out;
}

Result<PageLayout> PageLayout::parse(std::span<const std::byte>& bytes) {
  ByteReader r(bytes);
  const auto count = [&r](uint64_t most) {
    const uint64_t n = r.varint();
    if (n > most) r.fail();
    return r.ok() ? static_cast<uint32_t>(n) : 0u;
  };
  PageLayout layout;
  layout.layers = count(kMaxLayers);
  layout.blocks.resize(count(kMaxBlocks));
  for (Block& block : layout.blocks) {
    block.records = count(kMaxRecords);
    block.parts.resize(count(kMaxParts));
    for (Part& part : block.parts) {
      part.elements = count(kMaxElements);
      part.element_bytes = r.fixed<uint8_t>();
    }
  }
  if (!r.ok()) return corrupt("page layout: cut short or out of range");
  if (const Status s = layout.validate(); !s.ok()) return corrupt(s.message());
  bytes = r.rest();
  return layout;
}

PageLayout opaque_layout(size_t bytes) {
  return {1, {{1, {{static_cast<uint32_t>(bytes), 1}}}}};
}

PageLayout dsa_page_layout(uint32_t layers, uint32_t kv_lora_rank, uint32_t scale_groups,
                           uint32_t qk_rope_head_dim, uint32_t index_head_dim,
                           uint32_t page_tokens) {
  PageLayout layout;
  layout.layers = layers;
  layout.blocks.push_back({page_tokens, {{kv_lora_rank, 1}, {scale_groups, 4}, {qk_rope_head_dim, 2}}});
  layout.blocks.push_back({page_tokens, {{index_head_dim, 1}}});
  layout.blocks.push_back({page_tokens, {{1, 4}}});
  return layout;
}

}  // namespace leyden
