// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace leyden::documents {

namespace {

constexpr size_t kMaxMessages = 4000;

/// The reading ends of a child's output and messages.
struct Pipes {
  std::array<int, 2> out{-1, -1}, error{-1, -1};
  ~Pipes() {
    for (const int fd : {out[0], out[1], error[0], error[1]}) {
      if (fd >= 0) ::close(fd);
    }
  }
  void close_writing() {
    for (int* fd : {&out[1], &error[1]}) {
      ::close(*fd);
      *fd = -1;
    }
  }
};

std::string first_line(const std::string& text) {
  return text.substr(0, std::min<size_t>(text.find('\n'), 300));
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& arguments, int input,
                                size_t max_output, const Cancelled& cancelled) {
  Pipes pipes;
  if (::pipe2(pipes.out.data(), O_CLOEXEC) != 0 || ::pipe2(pipes.error.data(), O_CLOEXEC) != 0) {
    return io_error(std::string("pipe: ") + std::strerror(errno));
  }
  std::vector<std::string> words = arguments;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::lseek(input, 0, SEEK_SET);  // the offset is shared with whoever read it before
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, pipes.out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipes.error[1], 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = -1;
  const std::string program = "/usr/bin/" + arguments.at(0);
  const int rc = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (rc != 0) return io_error(program + ": " + std::strerror(rc));
  pipes.close_writing();

  std::string out, messages;
  Status problem;
  bool out_open = true, error_open = true;
  std::array<char, 65536> buffer;
  while ((out_open || error_open) && problem.ok()) {
    pollfd waiting[2] = {{out_open ? pipes.out[0] : -1, POLLIN, 0},
                         {error_open ? pipes.error[0] : -1, POLLIN, 0}};
    if (::poll(waiting, 2, 50) < 0 && errno != EINTR) break;
    if (cancelled()) problem = leyden::cancelled("cancelled");
    const auto take = [&](pollfd& from, std::string& to, bool& open, size_t limit) {
      if (!from.revents) return;
      const ssize_t n = ::read(from.fd, buffer.data(), buffer.size());
      if (n <= 0) {
        open = n < 0 && errno == EINTR;
      } else if (to.size() < limit) {
        to.append(buffer.data(), static_cast<size_t>(n));
      }
    };
    take(waiting[0], out, out_open, max_output + 1);
    take(waiting[1], messages, error_open, kMaxMessages);
    if (out.size() > max_output) {
      problem = out_of_memory(arguments[0] + " wrote more than " +
                              std::to_string(max_output >> 20) + " MiB");
    }
  }
  if (!problem.ok()) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  LEYDEN_TRY(problem);
  if (WIFSIGNALED(status)) {
    return corrupt(arguments[0] + " crashed on it (signal " + std::to_string(WTERMSIG(status)) +
                   ")");
  }
  if (WEXITSTATUS(status) != 0) {
    return corrupt(
        arguments[0] + ": " +
        (messages.empty() ? "code " + std::to_string(WEXITSTATUS(status)) : first_line(messages)));
  }
  return out;
}

}  // namespace leyden::documents
