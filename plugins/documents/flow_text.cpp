// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/flow_text.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace leyden::documents {

namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// Walks `budget` characters on; Han and other wide ones (three bytes and more) count twice.
size_t advance(std::string_view text, size_t from, size_t budget) {
  size_t at = from;
  for (size_t used = 0; at < text.size() && used < budget;) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    used += length >= 3 ? 2 : 1;
    at = std::min(at + length, text.size());
  }
  return at;
}

/// The best place to end a page within (low, high].
size_t cut(const Flow& flow, size_t low, size_t high) {
  const std::string_view text = flow.text;
  if (high >= text.size()) return text.size();
  const auto heading =
      std::upper_bound(flow.headings.begin(), flow.headings.end(), high,
                       [](size_t at, const FlowHeading& h) { return at < h.offset; });
  if (heading != flow.headings.begin() && std::prev(heading)->offset > low)
    return std::prev(heading)->offset;
  for (const std::string_view mark :
       {std::string_view("\n\n"), std::string_view("\n"), std::string_view(". "),
        std::string_view("\xE3\x80\x82"), std::string_view(" ")}) {
    const size_t at = text.rfind(mark, high - std::min(high, mark.size()));
    if (at != std::string_view::npos && at + mark.size() > low) return at + mark.size();
  }
  size_t at = high;
  while (at > low + 1 && !starts_character(text[at])) --at;
  return at;
}

}  // namespace

std::vector<size_t> page_ends(const Flow& flow) {
  std::vector<size_t> ends;
  size_t begin = 0;
  auto forced = flow.breaks.begin();
  while (begin < flow.text.size()) {
    while (forced != flow.breaks.end() && *forced <= begin) ++forced;
    const size_t limit =
        forced == flow.breaks.end() ? flow.text.size() : std::min(*forced, flow.text.size());
    size_t end = advance(flow.text, begin, kPageCharacters * 5 / 4);
    if (end >= limit) {
      end = limit;
    } else {
      end = cut(flow, advance(flow.text, begin, kPageCharacters / 2), end);
    }
    ends.push_back(end);
    begin = end;
  }
  if (ends.empty()) ends.push_back(flow.text.size());
  return ends;
}

FlowSource::FlowSource(Flow flow) : flow_(std::move(flow)), ends_(page_ends(flow_)) {
  for (const FlowHeading& heading : flow_.headings) {
    const auto page = std::upper_bound(ends_.begin(), ends_.end(), heading.offset) - ends_.begin();
    const uint32_t deepest = outline.empty() ? 0 : outline.back().level + 1;
    outline.push_back(
        {heading.title,
         static_cast<uint32_t>(std::min<size_t>(static_cast<size_t>(page), ends_.size() - 1)),
         std::min(heading.level, deepest)});
  }
}

Result<Page> FlowSource::page(uint32_t page, const Cancelled&) {
  const size_t begin = page == 0 ? 0 : ends_[page - 1];
  Page out;
  out.text = flow_.text.substr(begin, ends_[page] - begin);
  while (!out.text.empty() && (out.text.back() == '\n' || out.text.back() == ' '))
    out.text.pop_back();
  out.label = std::to_string(page + 1);
  out.words = words_of(out.text);
  return out;
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UBreakIterator, decltype(&ubrk_close)> breaks(
      ubrk_open(UBRK_WORD, "", nullptr, 0, &error), &ubrk_close);
  UText* bytes = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
  if (U_SUCCESS(error)) ubrk_setUText(breaks.get(), bytes, &error);
  if (U_SUCCESS(error)) {
    int32_t begin = ubrk_first(breaks.get());
    for (int32_t end = ubrk_next(breaks.get()); end != UBRK_DONE;
         begin = end, end = ubrk_next(breaks.get())) {
      if (ubrk_getRuleStatus(breaks.get()) >= UBRK_WORD_NONE_LIMIT) {
        words.push_back({static_cast<uint64_t>(begin), static_cast<uint64_t>(end), 0, 0, 0, 0});
      }
    }
  }
  if (bytes) utext_close(bytes);
  return words;
}

}  // namespace leyden::documents
