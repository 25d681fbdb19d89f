// SPDX-License-Identifier: Apache-2.0
#include "app/cli/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

namespace leyden_cli {

namespace {

// What a signal handler may touch.
std::atomic<leyden_cancel*> g_cancel{nullptr};
char g_temporary[4096];
std::atomic<bool> g_has_temporary{false};
std::array<int, 2> g_wake = {-1, -1};  // a pipe that wakes a waiting read_interruptibly()

void on_signal(int) {
  const int error = errno;
  leyden_cancel* cancel = g_cancel.load();
  if (leyden_cancel_requested(cancel)) {
    if (g_has_temporary.load()) unlink(g_temporary);
    _exit(exit_code(LEYDEN_E_CANCELLED));
  }
  leyden_cancel_request(cancel);
  [[maybe_unused]] const ssize_t written = write(g_wake[1], "", 1);
  errno = error;
}

}  // namespace

void install_interrupt() {
  static const Cancel cancel = made<Cancel>(leyden_cancel_create);
  g_cancel = cancel.get();
  if (pipe2(g_wake.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw errno_failure("pipe", "cannot open");
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);  // a file size limit is an error like a full disk
}

leyden_cancel* interrupt() { return g_cancel.load(); }

bool interrupted() { return leyden_cancel_requested(interrupt()) != 0; }

void forget_interrupt() {
  leyden_cancel_reset(interrupt());
  char drained[64];
  while (read(g_wake[0], drained, sizeof drained) > 0) {
  }
}

void stop_if_interrupted() {
  if (interrupted()) throw Failure{LEYDEN_E_CANCELLED, "interrupted"};
}

std::optional<size_t> read_interruptibly(int fd, std::span<char> into, const std::string& name) {
  // The pipe, not EINTR: a signal that comes just before the wait, or to another thread, counts
  // too.
  std::array<pollfd, 2> waits = {pollfd{fd, POLLIN, 0}, pollfd{g_wake[0], POLLIN, 0}};
  for (;;) {
    if (interrupted()) return std::nullopt;
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
      throw errno_failure(name, "cannot read");
    if (interrupted()) return std::nullopt;
    if (waits[0].revents == 0) continue;
    const ssize_t n = read(fd, into.data(), into.size());
    if (n >= 0) return static_cast<size_t>(n);
    if (errno != EINTR && errno != EAGAIN) throw errno_failure(name, "cannot read");
  }
}

void remove_on_exit(const std::string& path) {
  g_has_temporary = false;
  if (path.empty() || path.size() >= sizeof g_temporary) return;
  std::memcpy(g_temporary, path.c_str(), path.size() + 1);
  g_has_temporary = true;
}

}  // namespace leyden_cli
