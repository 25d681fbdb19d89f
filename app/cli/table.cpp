// SPDX-License-Identifier: Apache-2.0
#include "app/cli/table.h"

#include <fmt/format.h>
#include <wchar.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <ctime>
#include <utility>

namespace leyden_cli {

namespace {

constexpr size_t kTableWidth = 80;
constexpr size_t kGap = 2;

/// Calls take(character, its width) for each character that can be shown.
template <typename Take>
void each_character(std::string_view text, Take&& take) {
  static const bool utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  std::mbstate_t state{};
  for (size_t i = 0; i < text.size();) {
    wchar_t wide = 0;
    size_t n = utf8 ? std::mbrtowc(&wide, text.data() + i, text.size() - i, &state) : 1;
    if (n == 0 || n > text.size() - i) {  // NUL, or no character
      state = {};
      ++i;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[i]);
    const int width = n == 1 && first < 0x80 ? (first >= 0x20 && first != 0x7f ? 1 : -1)
                                             : (utf8 ? wcwidth(wide) : 1);
    if (first == '\n' || first == '\t' || first == '\r') {
      if (!take(std::string_view(" "), size_t{1})) return;
    } else if (width >= 0) {
      if (!take(text.substr(i, n), static_cast<size_t>(width))) return;
    }
    i += n;
  }
}

std::string local_time(int64_t ms, const char* format) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string ago(int64_t n, const char* unit) {
  return fmt::format("{} {}{} ago", n, unit, n == 1 ? "" : "s");
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t total = 0;
  each_character(text, [&](std::string_view, size_t width) {
    total += width;
    return true;
  });
  return total;
}

std::string fit(std::string_view text, size_t columns) {
  std::string out, shorter;  // shorter: with room for the ellipsis
  size_t used = 0;
  bool cut = false;
  each_character(text, [&](std::string_view character, size_t width) {
    if (used + width > columns) {
      cut = true;
      return false;
    }
    used += width;
    out += character;
    if (used + 1 <= columns) shorter = out;
    return true;
  });
  return cut && columns > 0 ? shorter + "…" : out;
}

std::string fit_padded(std::string_view text, size_t columns) {
  std::string out = fit(text, columns);
  return out + std::string(columns - std::min(columns, display_width(out)), ' ');
}

std::string age(int64_t then_ms, int64_t now) {
  const int64_t seconds = std::max<int64_t>(0, now - then_ms) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return ago(seconds / 60, "minute");
  if (seconds < 86400) return ago(seconds / 3600, "hour");
  if (seconds < 2 * 86400) return "yesterday";
  if (seconds < 60 * 86400) return ago(seconds / 86400, "day");
  return local_time(then_ms, "%Y-%m-%d");
}

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string date(int64_t ms) { return local_time(ms, "%Y-%m-%d %H:%M"); }

std::string Table::text() const {
  std::vector<size_t> widths;
  size_t others = 0;
  for (size_t c = 0; c < columns_.size(); ++c) {
    size_t width = display_width(columns_[c].name);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
    if (!columns_[c].wide) others += width;
  }
  others += kGap * (columns_.size() - 1);
  const size_t left = others < kTableWidth ? kTableWidth - others : 0;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].wide) widths[c] = std::min(widths[c], std::max<size_t>(left, 8));
  }
  std::string out;
  const auto line = [&](auto&& cell) {
    std::string text;
    for (size_t c = 0; c < columns_.size(); ++c) {
      const std::string padded = fit_padded(cell(c), widths[c]);
      const std::string bare = fit(cell(c), widths[c]);
      if (c > 0) text += std::string(kGap, ' ');
      text += columns_[c].right ? padded.substr(bare.size()) + bare : padded;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line([&](size_t c) { return std::string(columns_[c].name); });
  for (const auto& row : rows_) line([&](size_t c) { return row[c]; });
  return out;
}

}  // namespace leyden_cli
