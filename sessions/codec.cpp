// SPDX-License-Identifier: Apache-2.0
#include "sessions/codec.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <numeric>

#include "sessions/byte_io.h"
#include "sessions/codec_planes.h"
#include "sessions/parallel_for.h"
#include "sessions/xxh3.h"
#include "sessions/zstd_stream.h"

namespace leyden {
namespace {

constexpr std::array<char, 4> kPayloadMagic = {'L', 'Y', 'P', 'C'};
constexpr uint8_t kVersion = 1;
constexpr size_t kGroupBytes = 512 << 10;  // of layers in a group: fewer, larger streams decode faster
constexpr unsigned kMaxClasses = 16;

enum Transform : uint8_t { kRows = 0, kClasses = 1 };
enum Method : uint8_t { kRaw = 0, kZstd = 1 };

size_t count_planes(const PageLayout& layout, size_t layers_per_group) {
  size_t per_group = 0;
  for (const PageLayout::Block& block : layout.blocks)
    for (const PageLayout::Part& part : block.parts) per_group += part.element_bytes;
  return per_group * ((layout.layers + layers_per_group - 1) / layers_per_group);
}

/// All planes of all groups, in the order in which they are stored.
std::vector<PlaneShape> plan_planes(const PageLayout& layout, size_t layers_per_group) {
  std::vector<PlaneShape> planes;
  const size_t layer_bytes = layout.layer_bytes();
  for (size_t layer = 0; layer < layout.layers; layer += layers_per_group) {
    const size_t layers = std::min<size_t>(layers_per_group, layout.layers - layer);
    size_t block_at = layer * layer_bytes;
    for (const PageLayout::Block& block : layout.blocks) {
      const size_t record_bytes = block.record_bytes();
      size_t part_at = block_at;
      for (const PageLayout::Part& part : block.parts) {
        for (size_t b = 0; b < part.element_bytes; ++b)
          planes.push_back({part_at + b, layers, layer_bytes, block.records, record_bytes,
                            part.elements, part.element_bytes});
        part_at += size_t{part.elements} * part.element_bytes;
      }
      block_at += block.bytes();
    }
  }
  return planes;
}

/// Only a matrix of codes has channels worth sorting.
bool can_have_classes(const PlaneShape& s) {
  return s.element_stride == 1 && s.elements >= 32 && s.records >= 16;
}

// A plane on disk: one head (transform, class map, per stream method and size) and its data.
struct EncodedPlane {
  Bytes head;
  Bytes data;
};

void append_stream(std::span<const std::byte> raw, int level, EncodedPlane& out) {
  ByteWriter head(out.head);
  const size_t before = out.data.size();
  // A frame that saves less than 1 % costs more time than it is worth.
  const bool packed = raw.size() > 32 &&
                      zstd_append(raw, level, raw.size() - raw.size() / 100, out.data);
  if (!packed) out.data.insert(out.data.end(), raw.begin(), raw.end());
  head.fixed<uint8_t>(packed ? kZstd : kRaw);
  head.varint(out.data.size() - before);
}

/// Sorts (layer, channel) columns by mean magnitude into classes of equal count. E4M3 codes without
/// their sign bit order as their values do, so a plain sum of codes ranks channels.
std::vector<uint8_t> classify(const std::byte* columns, size_t n_columns, size_t records,
                              unsigned classes) {
  std::vector<uint32_t> sum(n_columns);
  for (size_t c = 0; c < n_columns; ++c) {
    uint32_t s = 0;
    for (size_t r = 0; r < records; ++r)
      s += static_cast<uint32_t>(columns[c * records + r]) & 0x7f;
    sum[c] = s;
  }
  std::vector<uint32_t> order(n_columns);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return sum[a] < sum[b]; });
  std::vector<uint8_t> class_of(n_columns);
  for (size_t i = 0; i < n_columns; ++i)
    class_of[order[i]] = static_cast<uint8_t>(i * classes / n_columns);
  return class_of;
}

/// In rows, where tokens that occur again repeat the records of layers that do not look around.
EncodedPlane encode_rows(const std::byte* payload, const PlaneShape& s, int level) {
  EncodedPlane out;
  Bytes plane(s.bytes());
  gather_rows(payload, s, plane.data());
  ByteWriter(out.head).fixed<uint8_t>(kRows);
  append_stream(plane, level, out);
  return out;
}

/// By channel, where each class of magnitudes has statistics of its own and nothing repeats.
EncodedPlane encode_classes(const std::byte* payload, const PlaneShape& s, unsigned classes) {
  EncodedPlane out;
  Bytes plane(s.bytes());
  ByteWriter head(out.head);
  for (size_t l = 0; l < s.layers; ++l)
    gather_channels(payload, s, l, plane.data() + l * s.elements * s.records);
  const size_t n_columns = s.layers * s.elements;
  const std::vector<uint8_t> class_of = classify(plane.data(), n_columns, s.records, classes);
  head.fixed<uint8_t>(kClasses);
  head.fixed<uint8_t>(static_cast<uint8_t>(classes));
  for (size_t c = 0; c < n_columns; c += 2)
    head.fixed<uint8_t>(static_cast<uint8_t>(
        class_of[c] | (c + 1 < n_columns ? class_of[c + 1] << 4 : 0)));
  std::vector<Bytes> streams(classes);
  for (size_t c = 0; c < n_columns; ++c) {
    const auto* column = plane.data() + c * s.records;
    streams[class_of[c]].insert(streams[class_of[c]].end(), column, column + s.records);
  }
  for (const Bytes& stream : streams) append_stream(stream, kEntropyOnly, out);
  return out;
}

/// Whether some records of a plane of codes are alike.
bool records_repeat(const std::byte* payload, const PlaneShape& s) {
  std::vector<uint64_t> hashes;
  for (size_t l = 0; l < s.layers; ++l)
    for (size_t r = 0; r < s.records; ++r)
      hashes.push_back(xxh3_64({payload + s.first + l * s.layer_stride + r * s.record_stride, s.elements}));
  std::ranges::sort(hashes);
  return std::ranges::adjacent_find(hashes) != hashes.end();
}

EncodedPlane encode_plane(const std::byte* payload, const PlaneShape& s, const CodecOptions& options) {
  const unsigned classes = std::clamp(options.classes, 1u, kMaxClasses);
  if (!can_have_classes(s) || classes == 1) return encode_rows(payload, s, options.zstd_level);
  EncodedPlane sorted = encode_classes(payload, s, classes);
  if (!records_repeat(payload, s)) return sorted;
  EncodedPlane rows = encode_rows(payload, s, options.zstd_level);
  // Sorted planes take longer to decode; that must pay.
  const size_t worth = s.bytes() / 200;
  return sorted.head.size() + sorted.data.size() + worth < rows.head.size() + rows.data.size() ? sorted : rows;
}

// What the directory says about one plane, before any of its data is touched.
struct PlaneEntry {
  Transform transform = kRows;
  std::span<const std::byte> class_map;
  struct Stream {
    Method method = kRaw;
    size_t raw_bytes = 0;
    std::span<const std::byte> stored;
    size_t stored_bytes = 0;
  };
  std::vector<Stream> streams;
};

/// Class of column c in a packed map.
uint8_t class_at(std::span<const std::byte> map, size_t c) {
  return static_cast<uint8_t>(static_cast<unsigned>(map[c / 2]) >> (c % 2 * 4)) & 15;
}

bool parse_entry(ByteReader& r, const PlaneShape& s, PlaneEntry& entry) {
  const uint8_t transform = r.fixed<uint8_t>();
  if (transform == kClasses) {
    const uint8_t classes = r.fixed<uint8_t>();
    if (!can_have_classes(s) || classes == 0 || classes > kMaxClasses) return false;
    const size_t n_columns = s.layers * s.elements;
    entry.transform = kClasses;
    entry.class_map = r.raw((n_columns + 1) / 2);
    if (!r.ok()) return false;
    entry.streams.resize(classes);
    for (size_t c = 0; c < n_columns; ++c) {
      const uint8_t k = class_at(entry.class_map, c);
      if (k >= classes) return false;
      entry.streams[k].raw_bytes += s.records;
    }
  } else if (transform == kRows) {
    entry.streams.resize(1);
    entry.streams[0].raw_bytes = s.bytes();
  } else {
    return false;
  }
  for (PlaneEntry::Stream& stream : entry.streams) {
    const uint8_t method = r.fixed<uint8_t>();
    const uint64_t stored = r.varint();
    if (!r.ok() || method > kZstd || stored > kMaxPayloadBytes) return false;
    stream.method = static_cast<Method>(method);
    stream.stored_bytes = static_cast<size_t>(stored);
    if (method == kRaw && stream.stored_bytes != stream.raw_bytes) return false;
  }
  return true;
}

bool expand_stream(const PlaneEntry::Stream& stream, std::byte* raw) {
  if (stream.raw_bytes == 0) return stream.stored_bytes == 0 || stream.method == kZstd;
  if (stream.method == kRaw) {
    std::memcpy(raw, stream.stored.data(), stream.raw_bytes);
    return true;
  }
  return zstd_expand(stream.stored, {raw, stream.raw_bytes});
}

bool decode_plane(const PlaneEntry& entry, const PlaneShape& s, std::byte* payload) {
  thread_local Bytes streams, plane;
  streams.resize(s.bytes());
  std::vector<const std::byte*> next;
  size_t at = 0;
  for (const PlaneEntry::Stream& stream : entry.streams) {
    if (!expand_stream(stream, streams.data() + at)) return false;
    next.push_back(streams.data() + at);
    at += stream.raw_bytes;
  }
  if (entry.transform == kRows) {
    scatter_rows(streams.data(), s, payload);
    return true;
  }
  plane.resize(s.elements * s.records);
  for (size_t l = 0; l < s.layers; ++l) {
    for (size_t e = 0; e < s.elements; ++e) {
      const std::byte*& from = next[class_at(entry.class_map, l * s.elements + e)];
      std::memcpy(plane.data() + e * s.records, from, s.records);
      from += s.records;
    }
    scatter_channels(plane.data(), s, l, payload);
  }
  return true;
}

struct Header {
  PageLayout layout;
  size_t layers_per_group = 0;
  std::span<const std::byte> hash;
};

Result<Header> parse_header(ByteReader& r) {
  const auto magic = r.raw(kPayloadMagic.size());
  if (!r.ok() || std::memcmp(magic.data(), kPayloadMagic.data(), kPayloadMagic.size()) != 0)
    return corrupt("page codec: not an encoded payload");
  const uint8_t version = r.fixed<uint8_t>();
  if (!r.ok()) return corrupt("page codec: header cut short");
  if (version != kVersion)
    return unsupported("page codec: version " + std::to_string(version) + ", this build reads 1");
  Header header;
  std::span<const std::byte> rest = r.rest();
  LEYDEN_ASSIGN(header.layout, PageLayout::parse(rest));
  r.raw(r.left() - rest.size());
  const uint64_t per_group = r.varint();
  header.hash = r.raw(sizeof(Xxh3Digest));
  if (!r.ok() || per_group == 0 || per_group > header.layout.layers)
    return corrupt("page codec: header cut short or out of range");
  header.layers_per_group = static_cast<size_t>(per_group);
  return header;
}

}  // namespace

Result<std::vector<std::byte>> encode_payload(std::span<const std::byte> payload,
                                              const PageLayout& layout,
                                              const CodecOptions& options) {
  LEYDEN_TRY(layout.validate());
  if (payload.size() != layout.total_bytes())
    return invalid_argument("page codec: payload has " + std::to_string(payload.size()) +
                            " bytes, its layout " + std::to_string(layout.total_bytes()));
  const size_t per_group =
      std::clamp<size_t>(kGroupBytes / std::max<size_t>(layout.layer_bytes(), 1), 1, layout.layers);
  const std::vector<PlaneShape> planes = plan_planes(layout, per_group);
  std::vector<EncodedPlane> encoded(planes.size());
  parallel_for(planes.size(), options.threads, [&](size_t i) {
    encoded[i] = encode_plane(payload.data(), planes[i], options);
  });

  Bytes out;
  size_t size = 256;
  for (const EncodedPlane& plane : encoded) size += plane.head.size() + plane.data.size();
  out.reserve(size);
  ByteWriter w(out);
  w.raw(as_bytes({kPayloadMagic.data(), kPayloadMagic.size()}));
  w.fixed<uint8_t>(kVersion);
  w.raw(layout.serialize());
  w.varint(per_group);
  w.raw(xxh3_128(payload));
  for (const EncodedPlane& plane : encoded) w.raw(plane.head);
  for (const EncodedPlane& plane : encoded) w.raw(plane.data);
  return out;
}

Status decode_payload_into(std::span<const std::byte> encoded, std::span<std::byte> payload,
                           unsigned threads) {
  ByteReader r(encoded);
  LEYDEN_ASSIGN(const Header header, parse_header(r));
  if (payload.size() != header.layout.total_bytes())
    return invalid_argument("page codec: the payload has " + std::to_string(header.layout.total_bytes()) +
                            " bytes, room was given for " + std::to_string(payload.size()));
  // Every plane takes two bytes of directory at least; refuse before a lying header costs memory.
  if (count_planes(header.layout, header.layers_per_group) * 2 > r.left())
    return corrupt("page codec: directory cut short");
  const std::vector<PlaneShape> planes = plan_planes(header.layout, header.layers_per_group);
  std::vector<PlaneEntry> entries(planes.size());
  for (size_t i = 0; i < planes.size(); ++i)
    if (!parse_entry(r, planes[i], entries[i])) return corrupt("page codec: bad directory");
  for (PlaneEntry& entry : entries)
    for (PlaneEntry::Stream& stream : entry.streams) {
      stream.stored = r.raw(stream.stored_bytes);
      if (!r.ok()) return corrupt("page codec: data cut short");
    }
  if (r.left() != 0) return corrupt("page codec: bytes after the end");

  std::atomic<bool> good{true};
  parallel_for(planes.size(), threads, [&](size_t i) {
    if (good.load(std::memory_order_relaxed) && !decode_plane(entries[i], planes[i], payload.data()))
      good.store(false, std::memory_order_relaxed);
  });
  if (!good.load()) return corrupt("page codec: a plane does not decode");
  if (!std::ranges::equal(xxh3_128(payload), header.hash))
    return corrupt("page codec: content hash does not match");
  return {};
}

Result<std::vector<std::byte>> decode_payload(std::span<const std::byte> encoded, unsigned threads,
                                              std::vector<std::byte> room) {
  ByteReader r(encoded);
  LEYDEN_ASSIGN(const Header header, parse_header(r));
  // A frame of Huffman-coded bytes is never smaller than this; a header that promises more is lying,
  // and must not cost memory.
  if (header.layout.total_bytes() / 65536 > r.left()) return corrupt("page codec: data cut short");
  room.resize(header.layout.total_bytes());
  LEYDEN_TRY(decode_payload_into(encoded, room, threads));
  return room;
}


Result<EncodedInfo> inspect_payload(std::span<const std::byte> encoded) {
  ByteReader r(encoded);
  LEYDEN_ASSIGN(Header header, parse_header(r));
  return EncodedInfo{kVersion, header.layout.total_bytes(), std::move(header.layout)};
}

}  // namespace leyden
