// SPDX-License-Identifier: Apache-2.0
#include "app/cli/console.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "app/cli/table.h"

namespace leyden_cli {

bool Console::shows_progress() const {
  return force_progress || (!json && isatty(STDERR_FILENO) == 1);
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw io_failure(std::string("stdout: ") + std::strerror(errno));
  }
}

void print_json(const Json& json) {
  print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    throw io_failure(std::string("stdout: ") + std::strerror(errno));
  }
}

void note(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void print_failure(const Failure& failure, bool json) noexcept {
  try {
    const char* code = leyden_status_name(failure.status);
    if (json) {
      const Json error = {{"error", {{"code", code}, {"message", failure.message}}}};
      note(error.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      note(fmt::format("leyden: {} ({})", failure.message, code));
    }
  } catch (...) {
    std::fputs("leyden: out of memory\n", stderr);
  }
}

std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string human_bytes(uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) value /= 1000, ++unit;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_seconds(double seconds) {
  const auto s = static_cast<int64_t>(std::ceil(seconds));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

void ProgressLine::show(const leyden_progress& p) noexcept try {
  if (!on_) return;
  const auto now = Clock::now();
  const bool tty = isatty(STDERR_FILENO) == 1;
  if (phase_ != p.phase) {
    phase_ = p.phase;
    first_done_ = p.done;
    phase_start_ = now;
  } else if (p.done < p.total &&
             now - last_shown_ < std::chrono::milliseconds(tty ? 100 : 1000)) {
    return;
  }
  last_shown_ = now;
  const bool bytes = std::strcmp(p.unit, "bytes") == 0;
  const auto amount = [&](uint64_t n) { return bytes ? human_bytes(n) : grouped(n); };
  std::string line = fmt::format("{}: {} / {}", phase_, amount(p.done), amount(p.total));
  if (!bytes) line += fmt::format(" {}", p.unit);
  const double elapsed = std::chrono::duration<double>(now - phase_start_).count();
  if (elapsed > 0.2 && p.done > first_done_) {
    const auto rate =
        static_cast<uint64_t>(static_cast<double>(p.done - first_done_) / elapsed);
    line += fmt::format(", {}{}/s", amount(rate), bytes ? "" : fmt::format(" {}", p.unit));
  }
  if (p.eta_s >= 0 && p.done < p.total) line += fmt::format(", {} left", human_seconds(p.eta_s));
  if (p.file) line += fmt::format(", {} ({} of {})", p.file, p.file_number, p.file_count);
  // The name of a file is whatever its model says; a line that is wider than the terminal cannot be
  // taken back whole.
  line = fit(line, tty ? 79 : 400);
  if (tty) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    visible_ = true;
  } else {
    note(line);
  }
  std::fflush(stderr);
} catch (...) {
}

void ProgressLine::clear() noexcept {
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
}

}  // namespace leyden_cli
