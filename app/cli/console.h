// SPDX-License-Identifier: Apache-2.0
// What goes to stdout and stderr, for people or for machines.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "app/cli/door.h"

namespace leyden_cli {

using Json = nlohmann::ordered_json;

/// Flags that every subcommand has.
struct Console {
  bool json = false;
  bool force_progress = false;

  /// Progress is for people who watch, or asked.
  bool shows_progress() const;
};

/// Writes to stdout; throws kIo when stdout does not take it.
void print(std::string_view text);
void print_json(const Json& json);
/// Makes sure that stdout has everything. Throws kIo.
void flush_output();
/// A line on stderr.
void note(std::string_view text);
/// The error, as `json` wants it; never throws.
void print_failure(const Failure& failure, bool json) noexcept;

/// "12,345,678"
std::string grouped(uint64_t number);
/// "1.2 GB", powers of 1000
std::string human_bytes(uint64_t bytes);
/// "0:42", "1:02:03"
std::string human_seconds(double seconds);

/// One line on stderr that says how far long work has come; on a terminal it overwrites itself.
/// Used from callbacks: does not throw.
class ProgressLine {
 public:
  explicit ProgressLine(const Console& console) : on_(console.shows_progress()) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const leyden_progress& progress) noexcept;
  /// Removes the line, before something else is written.
  void clear() noexcept;

  /// For leyden_*_options: on_progress, with a ProgressLine as user_data.
  static void callback(const leyden_progress* progress, void* user_data) {
    static_cast<ProgressLine*>(user_data)->show(*progress);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const bool on_;
  bool visible_ = false;
  std::string phase_;
  uint64_t first_done_ = 0;
  Clock::time_point phase_start_{}, last_shown_{};
};

}  // namespace leyden_cli
