// SPDX-License-Identifier: Apache-2.0
// V3.2's fixed texts, taken out of the checkpoint's own encoder program without running it.
#include <sodium.h>

#include <array>

#include "core/chat/prompt.h"
#include "core/chat/tool_prompt.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr std::string_view kToolsSha256 =
    "963a72ee9be43f07d21bec2348ed2d7e45185e4b502f2a4da35a540299dc2b03";
constexpr std::string_view kResponseSha256 =
    "5200f58413f49f3957c43beddbc97bead023232cb5934fad0c1997c30c139112";

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Cuts a str.format template at its schema placeholder and fills the others in by what their names
/// say. Empty when there is a placeholder nobody knows, or none for the schema.
std::string fill_encoder_template(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if ((c == '{' || c == '}') && text.substr(at + 1, 1) == std::string_view(&text[at], 1)) {
      out += c;
      at += 2;
      continue;
    }
    if (c != '{') {
      out += c;
      ++at;
      continue;
    }
    const size_t close = text.find('}', at);
    if (close == std::string_view::npos) return {};
    const std::string_view name = text.substr(at + 1, close - at - 1);
    for (const char letter : name) {
      if (!is_word(letter)) return {};
    }
    const auto has = [name](std::string_view part) { return name.find(part) != std::string_view::npos; };
    if (has("schema")) return out;
    if (has("dsml")) {
      out += token::kDsml;
    } else if (has("think") && has("end")) {
      out += token::kThinkEnd;
    } else if (has("think")) {
      out += token::kThink;
    } else {
      return {};
    }
    at = close + 1;
  }
  return {};
}

/// The string constant assigned to `name`; empty when there is none.
std::string find_constant(std::string_view python, std::string_view name) {
  for (size_t at = python.find(name); at != std::string_view::npos; at = python.find(name, at + 1)) {
    size_t p = at + name.size();
    if ((at > 0 && is_word(python[at - 1])) || (p < python.size() && is_word(python[p]))) continue;
    const auto skip = [&](std::string_view set) {
      while (p < python.size() && set.find(python[p]) != std::string_view::npos) ++p;
    };
    skip(" \t");
    if (python.substr(p, 1) == ":") {  // an annotation
      const size_t equals = python.find_first_of("=\n", p);
      if (equals == std::string_view::npos) continue;
      p = equals;
    }
    if (python.substr(p, 1) != "=" || python.substr(p, 2) == "==") continue;
    ++p;
    skip(" \t\n\r(\\");
    if (auto text = read_python_string(python, p); text.ok()) return *std::move(text);
  }
  return {};
}

/// The first string literal whose text begins with `start`; empty when there is none.
std::string find_literal(std::string_view python, std::string_view start) {
  for (size_t at = python.find(start); at != std::string_view::npos; at = python.find(start, at + 1)) {
    size_t quote = at;
    while (quote > 0 && at - quote < 3 && (python[quote - 1] == '"' || python[quote - 1] == '\'')) --quote;
    if (quote == at) continue;
    if (auto text = read_python_string(python, quote); text.ok() && text->starts_with(start)) {
      return *std::move(text);
    }
  }
  return {};
}

}  // namespace

Result<std::string> read_python_string(std::string_view python, size_t at) {
  const Status none = not_found("no Python string at byte " + std::to_string(at));
  bool raw = false;
  while (at < python.size() && std::string_view("rRbBuUfF").find(python[at]) != std::string_view::npos) {
    raw = raw || python[at] == 'r' || python[at] == 'R';
    ++at;
  }
  if (at >= python.size() || (python[at] != '"' && python[at] != '\'')) return none;
  const std::string_view one = python.substr(at, 1);
  const std::string three(3, one[0]);
  const std::string_view quotes = python.substr(at, 3) == three ? python.substr(at, 3) : one;
  at += quotes.size();
  std::string out;
  while (at < python.size()) {
    if (python.substr(at, quotes.size()) == quotes) return out;
    if (python[at] == '\n' && quotes.size() == 1) return none;
    if (python[at] != '\\' || at + 1 >= python.size()) {
      out += python[at++];
      continue;
    }
    const char c = python[at + 1];
    at += 2;
    if (raw) {
      out += '\\';
      out += c;
      continue;
    }
    const int hex_digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (hex_digits > 0) {
      char32_t code = 0;
      for (int i = 0; i < hex_digits; ++i, ++at) {
        const char h = at < python.size() ? python[at] : ' ';
        const int digit = h >= '0' && h <= '9'   ? h - '0'
                          : h >= 'a' && h <= 'f' ? h - 'a' + 10
                          : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                                 : -1;
        if (digit < 0) return none;
        code = code * 16 + static_cast<char32_t>(digit);
      }
      if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return none;
      utf8_append(code, &out);
      continue;
    }
    switch (c) {
      case '\n': break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case '\\': case '"': case '\'': out += c; break;
      default: (out += '\\') += c;
    }
  }
  return none;
}

DsmlPreamble DsmlPreamble::built_in() {
  DsmlPreamble preamble;
  preamble.tools =
      "## Tools\n\n"
      "Tools stand ready to help with the answer. Whoever needs one writes a "
      "\"<｜DSML｜function_calls>\" block of this form:\n"
      "<｜DSML｜function_calls>\n"
      "<｜DSML｜invoke name=\"$FUNCTION_NAME\">\n"
      "<｜DSML｜parameter name=\"$PARAMETER_NAME\" string=\"true|false\">$PARAMETER_VALUE"
      "</｜DSML｜parameter>\n"
      "...\n"
      "</｜DSML｜invoke>\n"
      "<｜DSML｜invoke name=\"$FUNCTION_NAME2\">\n"
      "...\n"
      "</｜DSML｜invoke>\n"
      "</｜DSML｜function_calls>\n\n"
      "Strings and plain values stand as they are, without quotes and escapes; lists and objects are "
      "JSON. `string` is \"true\" for strings and \"false\" for everything else.\n\n"
      "In thinking mode, think again once the results are there:\n\n"
      "<｜DSML｜function_calls>\n...\n</｜DSML｜function_calls>\n\n"
      "<function_results>\n...\n</function_results>\n\n"
      "<think>thoughts about the results</think>\n\n"
      "The tools, each as a JSON schema:\n"
      "<functions>\n";
  preamble.response_format =
      "## Response Format:\n\nThe reply must be JSON that fits this schema exactly:\n";
  return preamble;
}

DsmlPreamble DsmlPreamble::from_encoder(std::string_view python, const std::string& file_name) {
  DsmlPreamble out = built_in();
  const std::string tools = fill_encoder_template(find_constant(python, "TOOLS_SYSTEM_TEMPLATE"));
  if (!tools.empty() && sha256_hex(tools) == kToolsSha256) {
    out.tools = tools;
    out.tools_degraded = false;
  } else if (tools.find("<｜DSML｜function_calls>") != std::string::npos && tools.ends_with("<functions>\n")) {
    out.tools = tools;
    out.warnings.push_back(file_name + ": the tool preamble is not the published one (SHA-256 differs); "
                           "it is used as it stands");
  } else {
    out.warnings.push_back(file_name + ": no tool preamble found in it; tools are announced in Leyden's "
                           "own words, which the model was not trained on");
  }
  std::string response = find_literal(python, "## Response Format:");
  response = fill_encoder_template(response);
  if (!response.empty() && sha256_hex(response) == kResponseSha256) {
    out.response_format = response;
    out.response_format_degraded = false;
  } else {
    out.warnings.push_back(file_name + ": no published response-format heading found in it; Leyden's "
                           "own words stand in");
  }
  return out;
}

}  // namespace leyden
