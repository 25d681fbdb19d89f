// SPDX-License-Identifier: Apache-2.0
#include "plugins/web/searxng.h"

#include <nlohmann/json.hpp>

namespace leyden::web {

namespace {

using Json = nlohmann::json;

constexpr size_t kMaxText = 600;  ///< bytes of a hit's text

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// White space made single, cut between characters.
std::string one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.size() <= kMaxText) return out;
  size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0u) == 0x80u) --end;
  return out.substr(0, end) + "…";
}

}  // namespace

std::string search_url(std::string_view base, std::string_view query, std::string_view language) {
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url = std::string(base) + "/search?q=" + percent_encoded(query) + "&format=json";
  if (!language.empty()) url += "&language=" + percent_encoded(language);
  return url;
}

Result<std::vector<SearchHit>> read_hits(std::string_view text, size_t limit) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  const auto list = json.is_object() ? json.find("results") : json.end();
  if (!json.is_object() || list == json.end() || !list->is_array())
    return corrupt("the search answered with something else than SearXNG's JSON");
  std::vector<SearchHit> hits;
  for (const Json& one : *list) {
    if (hits.size() >= limit) break;
    if (!one.is_object()) continue;
    SearchHit hit{one_line(text_of(one, "title")), text_of(one, "url"),
                  one_line(text_of(one, "content"))};
    if (hit.url.starts_with("http://") || hit.url.starts_with("https://"))
      hits.push_back(std::move(hit));
  }
  return hits;
}

std::string hits_text(const std::vector<SearchHit>& hits) {
  if (hits.empty()) return "No results.";
  std::string out;
  for (size_t i = 0; i < hits.size(); ++i) {
    out += std::to_string(i + 1) + ". " + hits[i].title + "\n   " + hits[i].url + "\n";
    if (!hits[i].text.empty()) out += "   " + hits[i].text + "\n";
  }
  out.pop_back();
  return out;
}

std::string hits_json(const std::vector<SearchHit>& hits) {
  Json list = Json::array();
  for (const SearchHit& h : hits)
    list.push_back({{"title", h.title}, {"url", h.url}, {"text", h.text}});
  return Json{{"results", std::move(list)}}.dump();
}

}  // namespace leyden::web
