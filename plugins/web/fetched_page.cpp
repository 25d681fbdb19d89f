// SPDX-License-Identifier: Apache-2.0
#include "plugins/web/fetched_page.h"

#include <algorithm>
#include <vector>

#include "plugins/documents/encoding.h"
#include "plugins/web/readable_html.h"

namespace leyden::web {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool looks_like_html(std::string_view bytes) {
  const std::string head = lower(bytes.substr(0, 1024));
  return head.find("<html") != std::string::npos ||
         head.find("<!doctype html") != std::string::npos;
}

size_t part_end(std::string_view text, size_t begin) {
  if (text.size() - begin <= kPartBytes) return text.size();
  for (const std::string_view mark : {"\n\n", "\n", " "}) {
    const size_t at = text.rfind(mark, begin + kPartBytes);
    if (at != std::string_view::npos && at > begin + kPartBytes / 2) return at + mark.size();
  }
  size_t end = begin + kPartBytes;
  while (end > begin && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return end;
}

}  // namespace

Result<PageText> page_text(std::string_view type, std::string_view bytes) {
  const std::string full = lower(type);
  std::string kind = full.substr(0, full.find(';'));
  kind.erase(kind.find_last_not_of(" \t") + 1);
  const bool html = kind == "text/html" || kind == "application/xhtml+xml" ||
                    (kind.empty() && looks_like_html(bytes));
  const bool text = html || kind.empty() || kind.starts_with("text/") ||
                    kind == "application/json" || kind == "application/xml" ||
                    kind.ends_with("+json") || kind.ends_with("+xml");
  if (!text) return unsupported("the page is of type " + kind + ", which is no text");
  std::string declared = documents::declared_encoding(full);
  if (declared.empty() && html) declared = documents::declared_encoding(bytes);
  LEYDEN_ASSIGN(documents::Decoded decoded, documents::decode_text(bytes, declared));
  if (!html) return PageText{"", std::move(decoded.text)};
  documents::HtmlText read = readable_html(decoded.text);
  return PageText{std::move(read.title), std::move(read.flow.text)};
}

Result<TextPart> part_of(std::string_view text, int64_t number) {
  std::vector<size_t> begins{0};
  for (size_t end; (end = part_end(text, begins.back())) < text.size();) begins.push_back(end);
  const auto n = static_cast<int64_t>(begins.size());
  if (number < 1 || number > n)
    return not_found("there is no part " + std::to_string(number) + ", the page has " +
                     std::to_string(n));
  const auto i = static_cast<size_t>(number - 1);
  const size_t end = i + 1 < begins.size() ? begins[i + 1] : text.size();
  return TextPart{std::string(text.substr(begins[i], end - begins[i])), number, n};
}

Result<std::string> from_base64(std::string_view text) {
  const auto value = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  int n = 0;
  for (const char c : text) {
    const int v = value(c);
    if (v < 0) return corrupt("the host's answer is no base64");
    bits = bits << 6 | static_cast<uint32_t>(v);
    n += 6;
    if (n < 8) continue;
    n -= 8;
    out += static_cast<char>(bits >> n & 0xFF);
  }
  return out;
}

}  // namespace leyden::web
