// SPDX-License-Identifier: Apache-2.0
// Any bytes as tokenizer.json: an error or a tokenizer that works, never a crash. So that mutations
// get past the 256 byte symbols, an input may also be a JSON merge patch for a small good file.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_dump.h"
#include "core/text/byte_symbols.h"
#include "core/text/tokenizer.h"
#include "core/text/utf8.h"

namespace {

const nlohmann::json& good() {
  static const nlohmann::json kGood = [] {
    nlohmann::json vocab;
    for (int byte = 0; byte < 256; ++byte) {
      vocab[leyden::byte_symbol(static_cast<unsigned char>(byte))] = byte;
    }
    vocab["ab"] = 256;
    nlohmann::json split = {
        {"type", "Split"}, {"pattern", {{"Regex", "\\p{L}+"}}}, {"behavior", "Isolated"}};
    nlohmann::json level = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
    return nlohmann::json{
        {"added_tokens", nlohmann::json::array({{{"id", 257}, {"content", "<x>"}}})},
        {"pre_tokenizer",
         {{"type", "Sequence"}, {"pretokenizers", nlohmann::json::array({split, level})}}},
        {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", nlohmann::json::array({"a b"})}}}};
  }();
  return kGood;
}

void use(const std::string& file) {
  const auto t = leyden::Tokenizer::parse(file, "fuzz");
  if (!t.ok()) {
    if (t.status().message().empty()) std::abort();
    return;
  }
  for (const std::string text : {"", "abab <x> \xF0\x9F\x98\x80\n\xE4", "aaaaaaaaaaaa  12"}) {
    for (const auto added : {leyden::AddedTokens::kMatch, leyden::AddedTokens::kIgnore}) {
      const auto ids = (*t)->encode(text, added);
      const auto bytes = (*t)->decode(ids);
      if (!bytes.ok()) std::abort();  // what encode gives, decode takes
      for (const int32_t id : ids) {
        if (added == leyden::AddedTokens::kIgnore && (*t)->is_added(id) &&
            (*t)->token_bytes(id).size() > 1) {
          std::abort();
        }
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  use(input);
  const auto patch = nlohmann::json::parse(input, nullptr, false);
  if (patch.is_object()) {
    auto file = good();
    file.merge_patch(patch);
    use(leyden::dump_json(file));
  }
  return 0;
}
