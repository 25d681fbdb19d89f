// SPDX-License-Identifier: Apache-2.0
// Fetching for plugins and tools, the only place that opens a connection for them: allow list, no
// private machines, limits on size and time, and a note of every host that was talked to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"

namespace leyden::plugins {

struct HttpPolicy {
  std::vector<std::string> hosts;  ///< allowed, "*.example.org" for all below, "*" for any
  std::vector<std::string>
      private_hosts;  ///< "127.0.0.1:8888": those of `hosts` that may be private
  uint64_t max_bytes = 8 << 20;
  double seconds = 30;
  int max_redirects = 5;
  bool offline = false;
};

struct HttpRequest {
  std::string url;
  std::string method = "GET";  ///< or "POST"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpResponse {
  long status = 0;
  std::string url;   ///< where redirects led
  std::string type;  ///< Content-Type
  std::string body;
};

/// Every redirect is checked anew, and every address when it is connected to, so that a name cannot
/// be looked up once for the check and again for the connection. Errors: kUnsupported (offline;
/// host not allowed; private address; not http or https), kOutOfMemory (body too large),
/// kCancelled, kIo. Threads: thread-safe.
/// @param[out] contacted  may be null; the machines a connection was tried to, in order, whatever
/// came
///                        of it. One that was refused is not among them.
Result<HttpResponse> http_fetch(const HttpRequest& request, const HttpPolicy& policy,
                                const CancelToken* cancel,
                                std::vector<std::string>* contacted = nullptr);

/// Whether a host name is on a list of host patterns.
bool host_allowed(std::string_view host, const std::vector<std::string>& patterns);
/// Whether an address (IPv4 or IPv6 text) is loopback, link-local, private, multicast or reserved.
/// Text that is no address counts as private.
bool private_address(const std::string& address);

}  // namespace leyden::plugins
