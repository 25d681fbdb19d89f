// SPDX-License-Identifier: Apache-2.0
#include "plugins/http_fetcher.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>

namespace leyden::plugins {

namespace {

/// The parts of a URL that decisions are made on.
struct Target {
  std::string host, port;
};

struct UrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct EasyCloser {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string part_of(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

Result<Target> check_url(const std::string& text, const HttpPolicy& policy) {
  const std::unique_ptr<CURLU, UrlCloser> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return invalid_argument("\"" + text.substr(0, 200) + "\" is no URL");
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME, 0);
  if (scheme != "http" && scheme != "https")
    return unsupported("only http and https are fetched, not " + scheme);
  if (!part_of(url.get(), CURLUPART_USER, 0).empty())
    return unsupported("a URL with a user name is not fetched");
  Target target{part_of(url.get(), CURLUPART_HOST, 0),
                part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
  std::transform(target.host.begin(), target.host.end(), target.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (!host_allowed(target.host, policy.hosts)) {
    return unsupported("the machine " + target.host + " is not on the list of those allowed");
  }
  return target;
}

/// What curl's callbacks see of one request.
struct Transfer {
  const HttpPolicy& policy;
  const CancelToken* cancel;
  bool private_allowed = false;
  std::string body;
  bool too_large = false;
  std::string refused_address;
  bool opened = false;  ///< a socket was
};

size_t take_body(char* data, size_t size, size_t n, void* to) {
  auto& t = *static_cast<Transfer*>(to);
  if (size * n > t.policy.max_bytes - t.body.size()) {
    t.too_large = true;
    return 0;
  }
  t.body.append(data, size * n);
  return size * n;
}

int poll_cancel(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& t = *static_cast<Transfer*>(to);
  return t.cancel && t.cancel->cancelled() ? 1 : 0;
}

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text.data(),
                text.size());
  } else if (address->sa_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text.data(),
                text.size());
  }
  return text.data();
}

/// The last gate: the very address that is about to be connected to.
curl_socket_t open_socket(void* to, curlsocktype, curl_sockaddr* address) {
  auto& t = *static_cast<Transfer*>(to);
  const std::string text = address_text(&address->addr);
  if (!t.private_allowed && private_address(text)) {
    t.refused_address = text;
    return CURL_SOCKET_BAD;
  }
  t.opened = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct Step {
  HttpResponse response;
  std::string redirect;
};

Result<Step> fetch_once(const HttpRequest& request, const std::string& url, const Target& target,
                        const HttpPolicy& policy, const CancelToken* cancel,
                        std::vector<std::string>* contacted) {
  const std::unique_ptr<CURL, EasyCloser> curl(curl_easy_init());
  if (!curl) return out_of_memory("curl");
  Transfer transfer{policy, cancel, false, {}, false, {}, false};
  const auto& named = policy.private_hosts;
  transfer.private_allowed =
      std::find(named.begin(), named.end(), target.host + ":" + target.port) != named.end();
  CURL* c = curl.get();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_PROXY, "");  // a proxy would look names up for us
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(policy.seconds * 1000));
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(c, CURLOPT_USERAGENT, "Leyden");
  curl_easy_setopt(c, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, poll_cancel);
  curl_easy_setopt(c, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &transfer);
  std::unique_ptr<curl_slist, ListCloser> headers;
  for (const auto& [name, value] : request.headers) {
    headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  }
  if (headers) curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
  if (request.method == "POST") {
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request.body.data());
  }
  const CURLcode rc = curl_easy_perform(c);
  if (transfer.opened && contacted) contacted->push_back(target.host);
  if (!transfer.refused_address.empty()) {
    return unsupported(target.host + " has the private address " + transfer.refused_address);
  }
  if (transfer.too_large) {
    return out_of_memory(target.host + " answered with more than " +
                         std::to_string(policy.max_bytes >> 10) + " KiB");
  }
  if (rc == CURLE_ABORTED_BY_CALLBACK) return cancelled("fetch cancelled");
  if (rc != CURLE_OK) return io_error(target.host + ": " + curl_easy_strerror(rc));
  Step step;
  char* text = nullptr;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &step.response.status);
  if (curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text)
    step.response.type = text;
  if (curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &text) == CURLE_OK && text) step.redirect = text;
  step.response.url = url;
  step.response.body = std::move(transfer.body);
  return step;
}

bool clean_header(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

bool host_allowed(std::string_view host, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    if (pattern == "*" || pattern == host) return true;
    return pattern.starts_with("*.") && host.size() > pattern.size() - 1 &&
           host.ends_with(std::string_view(pattern).substr(1));
  });
}

bool private_address(const std::string& address) {
  in6_addr six{};
  in_addr four{};
  uint32_t v4;
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
    v4 = ntohl(four.s_addr);
  } else if (::inet_pton(AF_INET6, address.c_str(), &six) == 1) {
    const uint8_t* b = six.s6_addr;
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&six) || IN6_IS_ADDR_V4COMPAT(&six);
    const bool translated = b[0] == 0 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B;  // NAT64
    if (!mapped && !translated) {
      const bool global = (b[0] & 0xE0) == 0x20;  // 2000::/3 is what there is of public addresses
      const bool six_to_four = b[0] == 0x20 && b[1] == 0x02;
      const bool teredo = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0;
      return !global || six_to_four || teredo;
    }
    v4 = uint32_t{b[12]} << 24 | uint32_t{b[13]} << 16 | uint32_t{b[14]} << 8 | b[15];
  } else {
    return true;
  }
  struct Range {
    uint32_t base;
    int bits;
  };
  constexpr Range kRanges[] = {
      {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
      {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
      {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 3}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [&](const Range& r) { return (v4 ^ r.base) >> (32 - r.bits) == 0; });
}

Result<HttpResponse> http_fetch(const HttpRequest& request, const HttpPolicy& policy,
                                const CancelToken* cancel, std::vector<std::string>* contacted) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (policy.offline) return unsupported("the network is switched off");
  if (request.method != "GET" && request.method != "POST") {
    return invalid_argument("method: expected GET or POST, found " + request.method);
  }
  for (const auto& [name, value] : request.headers) {
    if (!clean_header(name) || !clean_header(value) || name.empty() ||
        name.find(':') != std::string::npos) {
      return invalid_argument("a header has a line break or no name");
    }
  }
  std::string url = request.url;
  HttpRequest next = request;
  for (int i = 0; i <= policy.max_redirects; ++i) {
    LEYDEN_ASSIGN(const Target target, check_url(url, policy));
    LEYDEN_ASSIGN(Step step, fetch_once(next, url, target, policy, cancel, contacted));
    if (step.redirect.empty()) return std::move(step.response);
    url = step.redirect;
    next.method = "GET";  // nothing is posted to where one was sent on
    next.headers.clear();
  }
  return io_error(request.url.substr(0, 200) + ": more than " +
                  std::to_string(policy.max_redirects) + " redirects");
}

}  // namespace leyden::plugins
