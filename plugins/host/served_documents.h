// SPDX-License-Identifier: Apache-2.0
// The documents that a reader plugin has open, and what is asked of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"
#include "plugins/host/channel.h"
#include "plugins/leyden_plugin.h"
#include "plugins/wire.h"

namespace leyden::plugins {

/// Threads: thread-safe; calls of one document wait for each other.
class ServedDocuments {
 public:
  ServedDocuments(const leyden_plugin* plugin, const leyden_reader* reader)
      : plugin_(plugin), reader_(reader) {}
  ~ServedDocuments();

  struct Reply {
    Json header = Json::object();
    std::string payload;
  };
  /// op "open" (with the file), "page", "image" or "close".
  Result<Reply> handle(WireMessage& request, RunningCall& call);

 private:
  struct Open {
    std::mutex mutex;
    Fd file;
    std::string name;
    leyden_input input{};
    leyden_reader_document* document = nullptr;
    const leyden_reader* reader = nullptr;
    ~Open() {
      if (document) reader->close(document);
    }
  };
  Result<Reply> open(WireMessage& request, RunningCall& call);
  Result<Reply> page(Open& open, const Json& request, RunningCall& call);
  Result<Reply> image(Open& open, const Json& request, RunningCall& call);

  const leyden_plugin* plugin_;
  const leyden_reader* reader_;
  std::mutex mutex_;
  uint64_t next_ = 1;
  std::map<uint64_t, std::shared_ptr<Open>> open_;
};

}  // namespace leyden::plugins
