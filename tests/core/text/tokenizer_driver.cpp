// SPDX-License-Identifier: Apache-2.0
// For compare_hf.py: reads texts on stdin (uint32 byte length, bytes; little endian), writes for
// each the ids of encode() (uint32 count, int32 ids) and the bytes of decode() of them (uint32
// length, bytes) on stdout. Usage: core_text_tokenizer_driver tokenizer.json [match|ignore]
#include <cstdio>
#include <string>
#include <vector>

#include "core/text/tokenizer.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s tokenizer.json [match|ignore]\n", argv[0]);
    return 2;
  }
  const bool ignore = argc > 2 && std::string(argv[2]) == "ignore";
  const auto tokenizer = leyden::Tokenizer::load(argv[1]);
  if (!tokenizer.ok()) {
    std::fprintf(stderr, "%s\n", tokenizer.status().to_string().c_str());
    return 1;
  }
  const auto write = [](const void* data, size_t bytes) {
    if (bytes > 0 && std::fwrite(data, 1, bytes, stdout) != bytes) std::exit(1);
  };
  uint32_t length = 0;
  std::string text;
  while (std::fread(&length, 1, sizeof length, stdin) == sizeof length) {
    text.resize(length);
    if (std::fread(text.data(), 1, length, stdin) != length) return 1;
    const std::vector<int32_t> ids =
        (*tokenizer)
            ->encode(text, ignore ? leyden::AddedTokens::kIgnore : leyden::AddedTokens::kMatch);
    const auto bytes = (*tokenizer)->decode(ids);
    if (!bytes.ok()) return 1;
    const uint32_t count = static_cast<uint32_t>(ids.size());
    const uint32_t n_bytes = static_cast<uint32_t>(bytes->size());
    write(&count, sizeof count);
    write(ids.data(), ids.size() * sizeof(ids[0]));
    write(&n_bytes, sizeof n_bytes);
    write(bytes->data(), bytes->size());
  }
  return 0;
}
