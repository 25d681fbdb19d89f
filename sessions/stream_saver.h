// SPDX-License-Identifier: Apache-2.0
// Saves an answer while it is being written, on a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/status.h"
#include "sessions/session_catalogue.h"

namespace leyden {

/// offer() hands over the newest state and returns at once; at most every `interval_ms` the newest one
/// becomes durable. finish() makes the last one durable and waits for it. A crash loses what was
/// offered after the last save: at most `interval_ms` and the time one save takes.
/// Threads: offer() and finish() from one thread.
class StreamSaver {
 public:
  explicit StreamSaver(SessionCatalogue& sessions, int interval_ms = 1000);
  /// Saves what was offered last, if finish() was not called.
  ~StreamSaver();
  StreamSaver(const StreamSaver&) = delete;
  StreamSaver& operator=(const StreamSaver&) = delete;

  /// The state to save next; replaces an older one that is still waiting.
  void offer(TurnSave state);
  /// Errors: of the last save; earlier failures that a later save made good are forgotten.
  Result<TurnSaved> finish(TurnSave state);

 private:
  void loop();

  SessionCatalogue& sessions_;
  const int interval_ms_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::optional<TurnSave> waiting_;
  Result<TurnSaved> last_ = TurnSaved{};
  bool saving_ = false, hurry_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace leyden
