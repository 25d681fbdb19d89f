// SPDX-License-Identifier: Apache-2.0
// The stdio transport: a child process, one JSON text a line.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "base/json_dump.h"
#include "plugins/mcp/json_rpc.h"

namespace leyden::mcp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kKeptErrorBytes = 4096;

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return std::string(name) + "=" + (value ? value : otherwise);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

/// A pipe whose ends close themselves, also in children of other threads.
struct Pipe {
  int read = -1, write = -1;
  ~Pipe() {
    close_end(&read);
    close_end(&write);
  }
  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void close_end(int* fd) {
    if (*fd >= 0) ::close(*fd);
    *fd = -1;
  }
};

class Process : public Transport {
 public:
  static Result<std::unique_ptr<Transport>> start(const ProcessOptions& options) {
    LEYDEN_ASSIGN(const std::vector<std::string> command, process_command(options));
    std::unique_ptr<Process> process(new Process);
    process->description_ = joined(command);
    Pipe in, out, err;
    if (!in.open() || !out.open() || !err.open())
      return io_error("mcp: cannot make a pipe: " + std::string(std::strerror(errno)));
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in.read, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write, 1);
    posix_spawn_file_actions_adddup2(&actions, err.write, 2);
    posix_spawnattr_setpgroup(&attributes,
                              0);  // a group of its own, so that all of it can be ended
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> environment{variable("PATH", "/usr/bin:/bin"), variable("HOME", "/"),
                                         variable("LANG", "C.UTF-8"), variable("TMPDIR", "/tmp")};
    for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
    std::vector<char*> argv, envp;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    for (const std::string& word : environment) envp.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    const int failed =
        posix_spawnp(&process->pid_, argv[0], &actions, &attributes, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
      process->pid_ = -1;
      const std::string why = process->description_ + ": cannot start: " + std::strerror(failed);
      return failed == ENOENT ? not_found(why) : io_error(why);
    }
    std::swap(process->in_, in.write);
    std::swap(process->out_, out.read);
    std::swap(process->err_, err.read);
    fcntl(process->in_, F_SETFL, O_NONBLOCK);
    process->reader_ = std::thread([p = process.get()] { p->read_loop(); });
    return std::unique_ptr<Transport>(std::move(process));
  }

  ~Process() override {
    stop_ = true;
    if (pid_ > 0) {
      Pipe::close_end(&in_);  // a polite server ends now
      for (int i = 0; i < 20 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
        if (i == 10) kill(-pid_, SIGTERM);
        usleep(20'000);
      }
      kill(-pid_, SIGKILL);
      waitpid(pid_, nullptr, WNOHANG);
    }
    if (reader_.joinable()) reader_.join();
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    Pipe::close_end(&out_);
    Pipe::close_end(&err_);
  }

  Result<RpcReply> request(const std::string& method, const Json& params, double time_limit_s,
                           const CancelToken* cancel,
                           const std::vector<std::pair<std::string, std::string>>&) override {
    int64_t id = 0;
    {
      std::lock_guard lock(mutex_);
      if (gone_) return gone();
      id = ++last_id_;
      waiting_[id];
    }
    Json message = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    if (!params.is_null()) message["params"] = params;
    if (const Status sent = write_line(message); !sent.ok()) {
      std::lock_guard lock(mutex_);
      waiting_.erase(id);
      return sent;
    }
    const auto deadline = Clock::now() + std::chrono::duration<double>(time_limit_s);
    std::unique_lock lock(mutex_);
    for (;;) {
      if (waiting_[id]) {
        RpcReply reply = std::move(*waiting_[id]);
        waiting_.erase(id);
        return reply;
      }
      const bool cancelled_now = cancel && cancel->cancelled();
      if (gone_ || cancelled_now || Clock::now() >= deadline) {
        waiting_.erase(id);
        if (gone_) return gone();
        lock.unlock();
        const char* reason = cancelled_now ? "cancelled" : "the time limit is reached";
        (void)notify("notifications/cancelled", {{"requestId", id}, {"reason", reason}});
        if (cancelled_now) return cancelled("mcp: " + method + " was cancelled");
        return io_error("mcp: " + method + ": no answer within " +
                        std::to_string(static_cast<int>(time_limit_s)) + " s");
      }
      changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }

  Status notify(const std::string& method, const Json& params) override {
    return write_line({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}});
  }

  std::string description() const override { return description_; }

 private:
  Status gone() const {
    std::string why = "mcp: the server is gone: " + description_;
    if (!errors_.empty()) why += ": " + errors_;
    return io_error(why);
  }

  /// One line to the server; gives up when it does not read for 10 s.
  Status write_line(const Json& message) {
    const std::string line = dump_json(message) + "\n";
    std::lock_guard lock(write_mutex_);
    for (size_t at = 0; at < line.size();) {
      struct pollfd p = {in_, POLLOUT, 0};
      if (poll(&p, 1, 10'000) <= 0)
        return io_error("mcp: the server does not read: " + description_);
      const ssize_t n = write_without_signal(line.data() + at, line.size() - at);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (n <= 0) return io_error("mcp: the server is gone: " + description_);
      at += static_cast<size_t>(n);
    }
    return {};
  }

  /// write() with SIGPIPE held back on this thread: the library owns no signal dispositions.
  ssize_t write_without_signal(const char* data, size_t size) const {
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    const ssize_t n = ::write(in_, data, size);
    const int error = errno;
    if (n < 0 && error == EPIPE && !was_pending) {
      const struct timespec none = {0, 0};
      sigtimedwait(&pipe_signal, nullptr, &none);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return n;
  }

  void read_loop() {
    std::string line;
    bool out_open = true, err_open = true;
    while (!stop_ && out_open) {
      struct pollfd p[2] = {{out_, POLLIN, 0}, {err_open ? err_ : -1, POLLIN, 0}};
      if (poll(p, 2, 100) < 0 && errno != EINTR) break;
      char buffer[16384];
      if (p[1].revents != 0) {
        const ssize_t n = read(err_, buffer, sizeof buffer);
        err_open = n > 0;
        if (n > 0) keep_errors({buffer, static_cast<size_t>(n)});
      }
      if (p[0].revents == 0) continue;
      const ssize_t n = read(out_, buffer, sizeof buffer);
      out_open = n > 0;
      for (ssize_t i = 0; i < n; ++i) {
        if (buffer[i] != '\n') {
          line += buffer[i];
        } else {
          take_line(line);
          line.clear();
        }
      }
      if (line.size() > kMaxMessageBytes) {
        keep_errors("a message of more than 16 MiB");
        break;
      }
    }
    if (err_open) {  // its last words
      char buffer[4096];
      struct pollfd p = {err_, POLLIN, 0};
      if (poll(&p, 1, 50) > 0)
        if (const ssize_t n = read(err_, buffer, sizeof buffer); n > 0)
          keep_errors({buffer, static_cast<size_t>(n)});
    }
    std::lock_guard lock(mutex_);
    gone_ = true;
    changed_.notify_all();
  }

  void keep_errors(std::string_view text) {
    std::lock_guard lock(mutex_);
    errors_ += text;
    if (errors_.size() > kKeptErrorBytes) errors_.erase(0, errors_.size() - kKeptErrorBytes);
  }

  void take_line(const std::string& line) {
    const Json message = Json::parse(line, nullptr, false);
    if (!message.is_object()) return;  // servers that print to stdout: their noise is not ours
    const auto id = message.find("id");
    if (message.contains("method")) {
      // The server asks something of us; nothing we announced that we can do.
      if (id != message.end())
        (void)write_line(
            {{"jsonrpc", "2.0"},
             {"id", *id},
             {"error", {{"code", -32601}, {"message", "not supported by this client"}}}});
      return;
    }
    if (id == message.end() || !id->is_number_integer()) return;
    Result<RpcReply> reply = parse_reply(message);
    std::lock_guard lock(mutex_);
    const auto waiting = waiting_.find(id->get<int64_t>());
    if (waiting == waiting_.end()) return;
    waiting->second = reply.ok() ? std::move(*reply)
                                 : RpcReply{{}, RpcError{-32603, reply.status().message(), {}}};
    changed_.notify_all();
  }

  std::string description_;
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  std::atomic<bool> stop_{false};
  std::thread reader_;
  std::mutex write_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int64_t, std::optional<RpcReply>> waiting_;
  int64_t last_id_ = 0;
  bool gone_ = false;
  std::string errors_;
};

}  // namespace

Result<std::unique_ptr<Transport>> start_process(const ProcessOptions& options) {
  return Process::start(options);
}

Result<RpcReply> parse_reply(const Json& message) {
  RpcReply reply;
  if (const auto error = message.find("error"); error != message.end() && error->is_object()) {
    RpcError e;
    if (const auto code = error->find("code"); code != error->end() && code->is_number_integer())
      e.code = code->get<int>();
    if (const auto text = error->find("message"); text != error->end() && text->is_string())
      e.message = text->get<std::string>();
    if (error->contains("data")) e.data = (*error)["data"];
    reply.error = std::move(e);
    return reply;
  }
  const auto result = message.find("result");
  if (result == message.end()) return corrupt("mcp: a reply with neither result nor error");
  reply.result = *result;
  return reply;
}

}  // namespace leyden::mcp
