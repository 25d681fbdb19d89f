// SPDX-License-Identifier: Apache-2.0
// The plugin's end of the socket, shared by its threads: sending, questions to the other side, and
// the calls that are running.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"
#include "plugins/leyden_plugin.h"
#include "plugins/wire.h"

namespace leyden::plugins {

class Channel;

/// One call as the plugin sees it. Its address is in leyden_call::host_data.
struct RunningCall {
  RunningCall(Channel& channel, uint64_t id);
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  std::string error_text() const;

  Channel& channel;
  std::atomic<bool> cancelled{false};
  leyden_call c{};

 private:
  static void note_error(const leyden_call* call, const char* message, size_t size);
  mutable std::mutex mutex_;
  std::string error_;
};

/// Threads: every method is thread-safe.
class Channel {
 public:
  explicit Channel(int socket) : socket_(socket) {}

  Status send(const Json& header, std::string_view payload = {});
  Result<std::optional<WireMessage>> receive() { return receive_message(socket_); }

  /// A question to the other side; waits for its answer. @param call  0: of no call
  Result<WireMessage> ask(const char* service, uint64_t call, Json request,
                          std::string_view payload = {});
  /// The answer to a question has come.
  void answered(WireMessage message);
  /// The other side is gone: all questions fail.
  void closed();

  std::shared_ptr<RunningCall> begin(uint64_t id);
  void end(uint64_t id);
  /// 0: all of them.
  void cancel(uint64_t id);
  bool idle() const;

 private:
  int socket_;
  std::mutex send_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  bool closed_ = false;
  uint64_t next_question_ = 1;
  std::map<uint64_t, std::optional<WireMessage>> questions_;
  std::map<uint64_t, std::shared_ptr<RunningCall>> calls_;
};

}  // namespace leyden::plugins
