// SPDX-License-Identifier: Apache-2.0
#include "sessions/zstd_stream.h"

#include <zstd.h>

#include <memory>

namespace leyden {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
  void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};

}  // namespace

bool zstd_append(std::span<const std::byte> raw, int level, size_t most,
                 std::vector<std::byte>& out) {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return false;
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  if (level == kEntropyOnly) {
    // The fastest search, told to skip ahead by strides that leave nothing to find; literals are
    // Huffman coded all the same (parameter 1002, "literalCompressionMode", 1 is "always"). A library
    // without that parameter stores them raw here, and the caller's "does not pay" rule sees it.
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, -(1 << 16));
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_experimentalParam5, 1);
  } else {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  }
  const size_t before = out.size();
  out.resize(before + ZSTD_compressBound(raw.size()));
  const size_t n = ZSTD_compress2(context.get(), out.data() + before, out.size() - before, raw.data(),
                                  raw.size());
  const bool pays = ZSTD_isError(n) == 0 && n < most;
  out.resize(pays ? before + n : before);
  return pays;
}

bool zstd_expand(std::span<const std::byte> frame, std::span<std::byte> raw) {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) return false;
  const size_t n = ZSTD_decompressDCtx(context.get(), raw.data(), raw.size(), frame.data(),
                                       frame.size());
  return ZSTD_isError(n) == 0 && n == raw.size();
}

}  // namespace leyden
