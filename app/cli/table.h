// SPDX-License-Identifier: Apache-2.0
// Tables for people, 80 columns wide, and how they say when something was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leyden_cli {

/// Columns that a text takes on a terminal; control characters take none.
size_t display_width(std::string_view text);
/// `text` on one line and without control characters, which a terminal might obey; cut with "…"
/// when it is wider than `columns`.
std::string fit(std::string_view text, size_t columns);
/// The same, filled with spaces.
std::string fit_padded(std::string_view text, size_t columns);

/// "just now", "5 minutes ago", "yesterday", "12 days ago", "2026-03-14"
std::string age(int64_t then_ms, int64_t now_ms);
int64_t now_ms();
/// "2026-03-14 15:09", local time
std::string date(int64_t ms);

/// Rows of texts; one column takes what the others leave of 80.
class Table {
 public:
  struct Column {
    const char* name;
    bool right = false;  ///< numbers
    bool wide = false;   ///< takes what is left; one column at most
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace leyden_cli
