// SPDX-License-Identifier: Apache-2.0
// leyden-plugin-host: runs one plugin behind walls. Started by libleyden with
//   descriptor 3  the control socket (wire.h); its first message is the policy
//   descriptor 4  a pipe whose other end closes when libleyden wants this to end, or has died
//
// This process never runs plugin code. It forks the one that does, answers for the system calls
// that are refused, and tells how the plugin's process ended.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "plugins/host/plugin_server.h"
#include "plugins/host/sandbox.h"
#include "plugins/host/syscall_filter.h"
#include "plugins/wire.h"

namespace leyden::plugins {

namespace {

constexpr int kControl = 3, kLifeline = 4;
constexpr int kMaxReports = 50;

void tell(const Json& message) { (void)!send_message(kControl, message).ok(); }

int give_up(const Status& status) {
  tell(
      {{"op", "failed"}, {"code", static_cast<int>(status.code())}, {"message", status.message()}});
  return 1;
}

/// The plugin's process. Never returns to main's caller.
[[noreturn]] void run_plugin(const SandboxPolicy& policy, const Json& start, int watcher) {
  ::signal(SIGPIPE, SIG_IGN);
  ::close(kLifeline);
  Status status = enter_sandbox(policy);
  if (status.ok()) {
    FilterPolicy filter;
    filter.may_run_programs = !policy.programs.empty();
    auto listener = filter_system_calls(filter);
    status = listener.ok() ? send_message(watcher, Json::object(), {}, listener->get())
                           : listener.status();
  }
  // Whoever held the listener could answer for itself.
  ::syscall(SYS_close_range, static_cast<unsigned>(kLifeline), ~0u, 0u);
  if (!status.ok()) ::_exit(give_up(status));
  ::_exit(serve_plugin(kControl, plugin_folder_inside(policy), start, Home::kOwnProcess));
}

Json how_it_ended(int wait_status) {
  Json message{{"op", "exit"}};
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    const char* name = ::sigabbrev_np(number);
    message["signal"] = number;
    message["name"] = name ? std::string("SIG") + name : std::to_string(number);
  } else {
    message["code"] = WEXITSTATUS(wait_status);
  }
  return message;
}

/// Watches the plugin until it ends, or libleyden wants it to.
int watch(pid_t child, int from_child) {
  Fd listener;
  if (auto first = receive_message(from_child); first.ok() && *first) {
    listener = std::move((*first)->file);
  }
  const Fd child_ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  int reports = 0;
  for (;;) {
    pollfd waiting[3] = {{child_ended.get(), POLLIN, 0},
                         {kLifeline, POLLIN, 0},
                         {listener ? listener.get() : -1, POLLIN, 0}};
    if (::poll(waiting, 3, -1) < 0 && errno != EINTR) break;
    if (waiting[0].revents) break;
    if (waiting[1].revents) {
      ::kill(child, SIGKILL);
      break;
    }
    if (waiting[2].revents & POLLIN) {
      answer_system_call(listener.get(), [&](const std::string& what) {
        if (reports++ < kMaxReports) tell({{"op", "refused"}, {"what", what}});
      });
    } else if (waiting[2].revents) {
      listener.reset();  // everything behind the filter has ended
    }
  }
  int wait_status = 0;
  while (::waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
  }
  tell(how_it_ended(wait_status));
  return 0;
}

int run() {
  auto first = receive_message(kControl);
  if (!first.ok() || !*first) {
    std::fputs("leyden-plugin-host is started by Leyden, not by hand; docs/plugins.md\n", stderr);
    return 2;
  }
  const Json& start = (*first)->header;
  SandboxPolicy policy;
  policy.plugin_folder = text_field(start, "folder");
  policy.programs = text_list_field(start, "programs");
  policy.memory_bytes = static_cast<uint64_t>(int_field(start, "memory_bytes"));
  if (const Status left = leave_namespaces(); !left.ok()) {
    if (!bool_field(start, "allow_unsandboxed")) return give_up(left);
    policy.namespaces = false;
    tell({{"op", "unsandboxed"}, {"message", left.message()}});
  }
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return give_up(io_error(std::string("socketpair: ") + std::strerror(errno)));
  }
  Fd ours(pair[0]), theirs(pair[1]);
  const pid_t child = ::fork();
  if (child < 0) return give_up(io_error(std::string("fork: ") + std::strerror(errno)));
  if (child == 0) run_plugin(policy, start, theirs.get());
  theirs.reset();
  return watch(child, ours.get());
}

}  // namespace

}  // namespace leyden::plugins

int main() { return leyden::plugins::run(); }
