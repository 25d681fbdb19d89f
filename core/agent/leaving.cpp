// SPDX-License-Identifier: Apache-2.0
#include "core/agent/leaving.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/chat/json_text.h"
#include "core/text/bm25.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  size_t begin = 0, end = 0;  ///< bytes
  uint64_t hash = 0;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::string word;
  size_t begin = 0;
  const auto end_word = [&](size_t end) {
    if (!word.empty()) words.push_back({begin, end, std::hash<std::string>()(word)});
    word.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text.substr(at));
    const uint32_t c = step.kind == Utf8Kind::kCharacter
                           ? uint32_t{utf8_decode_valid(text.data() + at).code_point}
                           : ' ';
    const bool alone = is_cjk(c);
    if (alone || !is_word(c)) end_word(at);
    if (alone || is_word(c)) {
      if (word.empty()) begin = at;
      word += text.substr(at, step.bytes);
      if (c < 0x80) word.back() = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    at += step.bytes;
    if (alone) end_word(at);
  }
  end_word(text.size());
  return words;
}

uint64_t run_hash(const std::vector<Word>& words, size_t first) {
  uint64_t hash = 0;
  for (size_t i = first; i < first + LibraryWords::kRun; ++i)
    hash = (hash ^ words[i].hash) * 0x9E3779B97F4A7C15u + i - first;
  return hash;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A string as it reads behind the escapes of an address.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void collect(const Json& json, std::string* all) {
  if (json.is_string()) *all += json.get<std::string>() + "\n";
  for (const auto& [key, value] : json.items()) {
    if (json.is_object()) *all += key + "\n";
    if (json.is_structured()) collect(value, all);
  }
}

/// Every machine that an address names.
std::string hosts_in(std::string_view text) {
  std::vector<std::string> hosts;
  for (size_t at = 0; (at = text.find("://", at)) != std::string_view::npos;) {
    at += 3;
    std::string_view host = text.substr(at, text.find_first_of("/?#\"' \n", at) - at);
    host = host.substr(host.rfind('@') == std::string_view::npos ? 0 : host.rfind('@') + 1);
    if (!host.empty() && std::find(hosts.begin(), hosts.end(), host) == hosts.end())
      hosts.emplace_back(host);
  }
  std::string out;
  for (const std::string& host : hosts) out += (out.empty() ? "" : ", ") + host;
  return out;
}

}  // namespace

void LibraryWords::add(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  for (size_t i = 0; i + kRun <= words.size(); ++i) runs_.insert(run_hash(words, i));
}

Leaving LibraryWords::leaving(std::string_view arguments) const {
  std::string all;
  const Json json = json_depth_within(arguments, 100)
                        ? Json::parse(arguments.begin(), arguments.end(), nullptr, false)
                        : Json();
  if (json.is_structured()) collect(json, &all);
  if (all.empty()) all = arguments;
  Leaving out;
  out.library_in_context = !runs_.empty();
  out.hosts = hosts_in(all);
  for (const std::string& text : {unescaped(all), all}) {
    const std::vector<Word> words = words_of(text);
    for (size_t i = 0; i + kRun <= words.size(); ++i) {
      if (!runs_.contains(run_hash(words, i))) continue;
      size_t last = i + kRun;
      while (last < words.size() && runs_.contains(run_hash(words, last + 1 - kRun))) ++last;
      std::string run = text.substr(words[i].begin, words[last - 1].end - words[i].begin);
      std::replace(run.begin(), run.end(), '\n', ' ');
      out.text += (out.text.empty() ? "" : "\n") + run;
      i = last - 1;
    }
    if (!out.text.empty()) break;
  }
  return out;
}

}  // namespace leyden
