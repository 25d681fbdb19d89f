// SPDX-License-Identifier: Apache-2.0
// The streamable HTTP transport: each request is a POST, answered with JSON or with a stream of
// events.
#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <mutex>

#include "base/json_dump.h"
#include "plugins/mcp/json_rpc.h"

namespace leyden::mcp {
namespace {

struct CurlDone {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};

/// One exchange: what came back so far, and the reply once it is found in it.
struct Exchange {
  int64_t id = 0;
  const CancelToken* cancel = nullptr;
  std::string body;
  std::string session;
  bool events = false;
  bool too_large = false;
  std::optional<Result<RpcReply>> reply;

  /// Takes whole events out of the body and looks for the reply.
  void read_events() {
    for (;;) {
      const size_t a = body.find("\n\n"), b = body.find("\r\n\r\n");
      const size_t end = std::min(a, b);
      if (end == std::string::npos || reply) return;
      take_event(body.substr(0, end));
      body.erase(0, end + (end == b ? 4 : 2));
    }
  }

  void take_event(const std::string& event) {
    std::string data;
    for (size_t at = 0; at < event.size();) {
      size_t end = std::min(event.find('\n', at), event.size());
      std::string_view line(event.data() + at, end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with("data:")) {
        line.remove_prefix(5);
        if (line.starts_with(' ')) line.remove_prefix(1);
        if (!data.empty()) data += '\n';
        data += line;
      }
      at = end + 1;
    }
    take_message(data);
  }

  void take_message(const std::string& text) {
    const Json message = Json::parse(text, nullptr, false);
    if (!message.is_object()) return;
    const auto found = message.find("id");
    if (found == message.end() || *found != Json(id) || message.contains("method")) return;
    reply = parse_reply(message);
  }
};

size_t on_body(char* data, size_t, size_t n, void* user) {
  auto* x = static_cast<Exchange*>(user);
  if (x->body.size() + n > kMaxMessageBytes) {
    x->too_large = true;
    return 0;
  }
  x->body.append(data, n);
  if (x->events) x->read_events();
  return x->reply ? 0 : n;  // the reply is all we wait for
}

size_t on_header(char* data, size_t, size_t n, void* user) {
  auto* x = static_cast<Exchange*>(user);
  std::string line(data, n);
  std::string lower = line;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (lower.starts_with("content-type:"))
    x->events = lower.find("text/event-stream") != std::string::npos;
  if (lower.starts_with("mcp-session-id:")) {
    line.erase(0, 15);
    const size_t first = line.find_first_not_of(" \t"), last = line.find_last_not_of(" \t\r\n");
    if (first != std::string::npos) x->session = line.substr(first, last - first + 1);
  }
  return n;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* x = static_cast<Exchange*>(user);
  return x->cancel && x->cancel->cancelled() ? 1 : 0;
}

class Http : public Transport {
 public:
  explicit Http(HttpOptions options) : options_(std::move(options)) {
    const size_t host = options_.url.find("://") + 3;
    host_ = options_.url.substr(host, options_.url.find_first_of("/?#", host) - host);
  }

  Result<RpcReply> request(
      const std::string& method, const Json& params, double time_limit_s, const CancelToken* cancel,
      const std::vector<std::pair<std::string, std::string>>& headers) override {
    const int64_t id = ++last_id_;
    Json message = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    if (!params.is_null()) message["params"] = params;
    return post(message, id, time_limit_s, cancel, headers);
  }

  Status notify(const std::string& method, const Json& params) override {
    const Result<RpcReply> sent =
        post({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}, 0, 10, nullptr, {});
    return sent.ok() || sent.status().code() == StatusCode::kCorrupt ? Status() : sent.status();
  }

  std::string description() const override { return options_.url; }
  std::string host() const override { return host_; }

 private:
  Result<RpcReply> post(const Json& message, int64_t id, double time_limit_s,
                        const CancelToken* cancel,
                        const std::vector<std::pair<std::string, std::string>>& headers) {
    const std::unique_ptr<CURL, CurlDone> curl(curl_easy_init());
    if (!curl) return io_error("mcp: libcurl does not start");
    Exchange x;
    x.id = id;
    x.cancel = cancel;
    const std::string body = dump_json(message);
    std::vector<std::string> lines{"Content-Type: application/json",
                                   "Accept: application/json, text/event-stream", "Expect:"};
    for (const auto& [name, value] : options_.headers) lines.push_back(name + ": " + value);
    for (const auto& [name, value] : headers) lines.push_back(name + ": " + value);
    {
      std::lock_guard lock(mutex_);
      if (!session_.empty()) lines.push_back("Mcp-Session-Id: " + session_);
    }
    curl_slist* list = nullptr;
    for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
    const std::unique_ptr<curl_slist, CurlDone> owned(list);
    curl_easy_setopt(curl.get(), CURLOPT_URL, options_.url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit_s * 1000));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &x);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &x);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &x);
    const CURLcode code = curl_easy_perform(curl.get());
    long http = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &http);
    if (cancel && cancel->cancelled()) return cancelled("mcp: the request was cancelled");
    if (x.too_large) return corrupt("mcp: " + options_.url + ": a message of more than 16 MiB");
    if (!x.session.empty()) {
      std::lock_guard lock(mutex_);
      session_ = x.session;
    }
    if (!x.reply && code != CURLE_OK)
      return io_error("mcp: " + options_.url + ": " + curl_easy_strerror(code));
    if (!x.reply) {
      if (x.events) {
        x.body += "\n\n";
        x.read_events();
      } else {
        x.take_message(x.body);
      }
    }
    if (x.reply) return std::move(*x.reply);
    // An error may come without an id, e.g. for headers a server does not accept.
    const Json message_back = Json::parse(x.body, nullptr, false);
    if (message_back.is_object() && message_back.contains("error"))
      return parse_reply(message_back);
    if (http >= 400)
      return io_error("mcp: " + options_.url + ": HTTP status " + std::to_string(http));
    return corrupt("mcp: " + options_.url + ": no JSON-RPC reply came back");
  }

  HttpOptions options_;
  std::string host_;
  std::atomic<int64_t> last_id_{0};
  std::mutex mutex_;
  std::string session_;
};

}  // namespace

Result<std::unique_ptr<Transport>> open_http(const HttpOptions& options) {
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://"))
    return invalid_argument("mcp: url '" + options.url.substr(0, 80) +
                            "': expected http:// or https://");
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::unique_ptr<Transport>(new Http(options));
}

}  // namespace leyden::mcp
