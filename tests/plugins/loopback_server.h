// SPDX-License-Identifier: Apache-2.0
// A web server of a test's own, on loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace leyden::plugins {

/// Answers GET /path with what `pages` has for it (its path without the query, where there is
/// nothing for the whole of it), one connection after the other.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::map<std::string, std::string> pages) : pages_(std::move(pages)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        ::listen(socket_, 8) == 0) {
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~LoopbackServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& path) const { return "http://" + host() + path; }
  int connections() const { return connections_; }
  /// What was asked for, in order: "/search?q=...".
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  static std::string ok(const std::string& body, const std::string& type = "text/plain") {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  static std::string redirect(const std::string& to) {
    return "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " + to +
           "\r\n\r\n";
  }
  static std::string status(const std::string& line) {
    return "HTTP/1.1 " + line + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  }

 private:
  void serve() {
    for (;;) {
      const int client = ::accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      char buffer[8192];
      const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      const std::string request(buffer, n > 0 ? static_cast<size_t>(n) : 0);
      const size_t begin = request.find(' ') + 1;
      const std::string path = request.substr(begin, request.find(' ', begin) - begin);
      {
        const std::lock_guard lock(mutex_);
        asked_.push_back(path);
      }
      auto page = pages_.find(path);
      if (page == pages_.end()) page = pages_.find(path.substr(0, path.find('?')));
      const std::string answer = page == pages_.end() ? status("404 None") : page->second;
      ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }
  const std::map<std::string, std::string> pages_;
  int socket_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

}  // namespace leyden::plugins
