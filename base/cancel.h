// SPDX-License-Identifier: Apache-2.0
// Cancellation and progress of long work.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace leyden {

/// A flag any thread may raise at any time; the working thread polls it at least once a chunk.
class CancelToken {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  void reset() { cancelled_.store(false, std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

/// One of several files that something is made of.
struct FilePart {
  const char* name = nullptr;  ///< without its folder; nullptr: there are no parts to tell of
  uint64_t number = 0;         ///< from 1
  uint64_t count = 0;
};

/// (phase, done, total) of long work; monotonic within a phase. `unit` is "bytes", "tokens", ...
struct Progress {
  const char* phase = "";
  const char* unit = "";
  uint64_t done = 0;
  uint64_t total = 0;
  double eta_s = -1;  ///< seconds left, negative while unknown
  FilePart file;      ///< what is being read
};
using ProgressFn = std::function<void(const Progress&)>;

}  // namespace leyden
