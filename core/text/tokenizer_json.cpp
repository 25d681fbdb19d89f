// SPDX-License-Identifier: Apache-2.0
#include "core/text/tokenizer_json.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/text/byte_symbols.h"
#include "core/text/json_field.h"
#include "core/text/tokenizer_pipeline_json.h"

namespace leyden {
namespace {

using nlohmann::json;

std::string quote(std::string_view s) { return "\"" + std::string(s.substr(0, 60)) + "\""; }

// An id as the file has it: a whole number in [0, kMaxTokenId].
Result<int32_t> read_id(const JsonField& field) {
  const std::string expected = "an id from 0 to " + std::to_string(kMaxTokenId);
  const json& v = field.value();
  if (!v.is_number_integer()) return field.corrupt(expected);
  if (v.is_number_unsigned() ? v.get<uint64_t>() > uint64_t{kMaxTokenId}
                             : v.get<int64_t>() < 0 || v.get<int64_t>() > kMaxTokenId) {
    return field.corrupt(expected);
  }
  return v.get<int32_t>();
}

class Reader {
 public:
  Reader(const JsonField& root, TokenizerSpec* spec) : root_(root), spec_(*spec) {}

  Status run() {
    LEYDEN_TRY(root_.expect_object());
    LEYDEN_TRY(read_pipeline_json(root_, &spec_.pre_tokenizer));
    const JsonField model = root_["model"];
    LEYDEN_TRY(check_model(model));
    LEYDEN_TRY(read_vocab(model["vocab"]));
    LEYDEN_TRY(read_merges(model["merges"]));
    return read_added(root_["added_tokens"]);
  }

 private:
  Status check_model(const JsonField& model) {
    LEYDEN_TRY(model.expect_object());
    if (!model["type"].is_null() && model["type"].value() != "BPE") {
      return model["type"].unsupported("\"BPE\"");
    }
    if (const JsonField d = model["dropout"]; !d.is_null() && d.value() != 0) {
      return d.unsupported("null or 0 (encoding is deterministic)");
    }
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (const JsonField f = model[key]; !f.is_null() && f.value() != "") {
        return f.unsupported("null (byte-level BPE has none)");
      }
    }
    LEYDEN_ASSIGN(const bool byte_fallback, model["byte_fallback"].boolean(false));
    if (byte_fallback) return model["byte_fallback"].unsupported("false (byte-level BPE)");
    // unk_token and fuse_unk can never apply: every byte has a symbol in the vocabulary.
    LEYDEN_ASSIGN(spec_.ignore_merges, model["ignore_merges"].boolean(false));
    return {};
  }

  Status read_vocab(const JsonField& vocab) {
    LEYDEN_TRY(vocab.expect_object());
    ids_.reserve(vocab.value().size());
    for (const auto& [spelling, value] : vocab.value().items()) {
      const JsonField field(vocab.path() + "[" + quote(spelling) + "]", value);
      LEYDEN_ASSIGN(const int32_t id, read_id(field));
      if (spelling.empty()) return field.corrupt("a token with at least one byte", "none");
      LEYDEN_TRY(claim(id, spelling, field));
      const std::optional<std::string> bytes = bytes_of_symbols(spelling);
      const size_t i = static_cast<size_t>(id);
      spec_.tokens[i] = bytes.value_or(spelling);
      spec_.is_byte_level[i] = bytes.has_value();
      ids_.emplace(spelling, id);
    }
    for (int byte = 0; byte < 256; ++byte) {
      const auto b = static_cast<unsigned char>(byte);
      const auto it = ids_.find(byte_symbol(b));
      if (it == ids_.end()) {
        return vocab.corrupt(
            "the symbols of all 256 bytes",
            "none for byte " + std::to_string(byte) + ", " + quote(byte_symbol(b)));
      }
      spec_.byte_ids[b] = it->second;
    }
    return {};
  }

  Status read_merges(const JsonField& merges) {
    LEYDEN_TRY(merges.expect_array());
    spec_.merges.reserve(merges.value().size());
    std::string joined;
    for (size_t i = 0; i < merges.value().size(); ++i) {
      const json& m = merges.value()[i];
      std::string_view left;
      std::string_view right;
      if (m.is_array() && m.size() == 2 && m[0].is_string() && m[1].is_string()) {
        left = m[0].get_ref<const std::string&>();
        right = m[1].get_ref<const std::string&>();
      } else if (m.is_string()) {
        const std::string_view line = m.get_ref<const std::string&>();
        if (line.starts_with("#version")) continue;
        const size_t space = line.find(' ');
        if (space == std::string_view::npos ||
            line.find(' ', space + 1) != std::string_view::npos) {
          return merges[i].corrupt("two tokens with one space between");
        }
        left = line.substr(0, space);
        right = line.substr(space + 1);
      } else {
        return merges[i].corrupt("\"a b\" or [\"a\", \"b\"]");
      }
      joined.assign(left).append(right);
      Bpe::Merge merge{};
      LEYDEN_TRY(find_part(merges, i, left, &merge.left));
      LEYDEN_TRY(find_part(merges, i, right, &merge.right));
      LEYDEN_TRY(find_part(merges, i, joined, &merge.result));
      spec_.merges.push_back(merge);
    }
    return {};
  }

  Status find_part(const JsonField& merges, size_t i, std::string_view spelling,
                   int32_t* id) const {
    const auto it = ids_.find(spelling);
    if (it == ids_.end()) {
      return merges[i].corrupt("tokens of model.vocab", quote(spelling) + ", which is not there");
    }
    *id = it->second;
    return {};
  }

  Status read_added(const JsonField& list) {
    if (list.is_null()) return {};
    LEYDEN_TRY(list.expect_array());
    std::unordered_map<std::string, size_t> seen;
    for (size_t i = 0; i < list.value().size(); ++i) {
      const JsonField field = list[i];
      LEYDEN_TRY(field.expect_object());
      AddedToken token;
      LEYDEN_ASSIGN(token.id, read_id(field["id"]));
      LEYDEN_ASSIGN(token.content, field["content"].string());
      LEYDEN_ASSIGN(token.special, field["special"].boolean(false));
      LEYDEN_ASSIGN(token.normalized, field["normalized"].boolean(!token.special));
      LEYDEN_ASSIGN(token.lstrip, field["lstrip"].boolean(false));
      LEYDEN_ASSIGN(token.rstrip, field["rstrip"].boolean(false));
      LEYDEN_ASSIGN(token.single_word, field["single_word"].boolean(false));
      if (token.content.empty()) return field["content"].corrupt("at least one character");
      if (const auto [at, is_new] = seen.emplace(token.content, i); !is_new) {
        return field["content"].corrupt("a string of its own",
                                        quote(token.content) + " again, as in added_tokens[" +
                                            std::to_string(at->second) + "]");
      }
      const auto known = ids_.find(token.content);
      if (known == ids_.end()) {
        LEYDEN_TRY(claim(token.id, token.content, field["id"]));
        spec_.tokens[static_cast<size_t>(token.id)] = token.content;
      } else if (known->second != token.id) {
        return field["id"].corrupt("id " + std::to_string(known->second) +
                                   ", which model.vocab has for " + quote(token.content));
      }
      spec_.is_added[static_cast<size_t>(token.id)] = true;
      spec_.is_special[static_cast<size_t>(token.id)] = token.special;
      spec_.added_tokens.push_back(std::move(token));
    }
    return {};
  }

  // Makes room for `id` and refuses it when another token has it.
  Status claim(int32_t id, const std::string& spelling, const JsonField& field) {
    const size_t i = static_cast<size_t>(id);
    if (i >= spec_.tokens.size()) {
      spec_.tokens.resize(i + 1);
      spec_.is_added.resize(i + 1);
      spec_.is_special.resize(i + 1);
      spec_.is_byte_level.resize(i + 1);
    }
    if (!spec_.tokens[i].empty()) {
      return field.corrupt("an id of its own", "id " + std::to_string(id) + " for " +
                                                   quote(spelling) + ", which " +
                                                   quote(spec_.tokens[i]) + " has already");
    }
    return {};
  }

  const JsonField& root_;
  TokenizerSpec& spec_;
  std::unordered_map<std::string_view, int32_t> ids_;  // by spelling; views into the JSON
};

size_t count_keys(const json& value) {
  size_t n = value.is_object() ? value.size() : 0;
  if (value.is_structured()) {
    for (const json& child : value) n += child.is_structured() ? count_keys(child) : 0;
  }
  return n;
}

}  // namespace

Result<TokenizerSpec> parse_tokenizer_json(std::string_view text, const std::string& name) {
  if (text.size() > kMaxTokenizerFileBytes) {
    return unsupported(name + ": expected at most " + std::to_string(kMaxTokenizerFileBytes) +
                       " bytes, found " + std::to_string(text.size()));
  }
  json document;
  size_t n_keys = 0;
  constexpr int kMaxDepth = 100;  // what is deeper is no tokenizer.json; spares the recursion above
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json&) {
    if (event == json::parse_event_t::key) ++n_keys;
    if (depth > kMaxDepth) too_deep = true;
    return depth <= kMaxDepth;
  };
  try {
    document = json::parse(text, watch);
  } catch (const json::exception& e) {
    std::string why = e.what();
    for (char& c : why) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
    }
    return corrupt(name + ": expected JSON, found: " + why.substr(0, 300));
  }
  if (too_deep) return corrupt(name + ": expected at most 100 levels of JSON, found more");
  if (count_keys(document) != n_keys) {
    return corrupt(name + ": expected each key once in its object, found one repeated");
  }
  TokenizerSpec spec;
  const JsonField root(name, document);
  LEYDEN_TRY(Reader(root, &spec).run());
  return spec;
}

}  // namespace leyden
