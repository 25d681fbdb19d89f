// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "plugins/host/plugin_server.h"

namespace leyden::plugins {

/// Where the plugin's code runs: behind leyden-plugin-host, or on a thread of this process.
struct Spawned {
  pid_t pid = -1;
  Fd socket, lifeline;
  std::thread thread;
  std::future<void> thread_ended;
};

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
constexpr size_t kMaxQuestions = 16, kMaxRefusals = 50;
constexpr auto kTick = std::chrono::milliseconds(20);

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
}

Result<Spawned> spawn(const std::filesystem::path& program, bool show_stderr) {
  int pair[2], pipe_ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
      ::pipe2(pipe_ends, O_CLOEXEC) != 0) {
    return io_error(std::string("plugin host: ") + std::strerror(errno));
  }
  Spawned out;
  out.socket = Fd(pair[0]);
  out.lifeline = Fd(pipe_ends[1]);
  // High numbers first, so that putting them at 3 and 4 overwrites neither.
  const Fd theirs(::fcntl(pair[1], F_DUPFD_CLOEXEC, 10)),
      watch(::fcntl(pipe_ends[0], F_DUPFD_CLOEXEC, 10));
  ::close(pair[1]);
  ::close(pipe_ends[0]);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (!show_stderr) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), 3);
  posix_spawn_file_actions_adddup2(&actions, watch.get(), 4);
  posix_spawn_file_actions_addclosefrom_np(&actions, 5);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);  // an interrupt at the terminal is ours to handle
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = program.string();
  char* argv[] = {name.data(), nullptr};
  char locale[] = "LC_ALL=C.UTF-8", path[] = "PATH=/usr/bin",
       asan[] = "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0";
  char* environment[] = {locale, path, asan, nullptr};
  const int rc = ::posix_spawn(&out.pid, name.c_str(), &actions, &attributes, argv, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (rc == ENOENT) return not_found("plugin host: " + name + " is not there");
  if (rc != 0) return io_error("plugin host: " + name + ": " + std::strerror(rc));
  // A plugin that reads nothing must not make us wait.
  const timeval patience{5, 0};
  ::setsockopt(out.socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return out;
}

Result<Spawned> begin_thread() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return io_error(std::string("plugin: ") + std::strerror(errno));
  Spawned out;
  out.socket = Fd(pair[0]);
  std::packaged_task<void()> serve([theirs = std::make_shared<Fd>(pair[1])] {
    auto start = receive_message(theirs->get());
    if (start.ok() && *start)
      serve_plugin(theirs->get(), text_field((*start)->header, "folder"), (*start)->header,
                   Home::kOthersProcess);
    theirs->reset();
  });
  out.thread_ended = serve.get_future();
  out.thread = std::thread(std::move(serve));
  return out;
}

Status check_home(const Manifest& manifest, const StartOptions& options) {
  if (!options.in_process) return {};
  const char* why = !options.is_first_party   ? "did not come with Leyden"
                    : !manifest.reads.empty() ? "reads documents"
                                              : nullptr;
  if (!why) return {};
  return unsupported("plugin " + manifest.id + ": in_process: it " + why +
                     ", and runs only behind walls");
}

}  // namespace

struct PluginProcess::Impl {
  Impl(const Manifest& m, const StartOptions& o, PluginServices& s)
      : manifest(m), options(o), services(s) {}

  struct Pending {
    std::optional<Result<WireMessage>> result;
    ProgressFn progress;
    std::vector<std::string> hosts;
    std::shared_ptr<CancelToken> stop = std::make_shared<CancelToken>();  ///< of its questions
  };

  const Manifest manifest;
  const StartOptions options;
  PluginServices& services;
  Spawned child;

  std::mutex send_mutex;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool ready = false, gone = false, killed = false, quitting = false, unsandboxed = false;
  std::string ending, why_killed, saved_state, settings_schema;
  Status refused_to_start;
  std::vector<OfferedTool> tools;
  std::vector<std::string> refusals;
  std::map<uint64_t, Pending> pending;
  uint64_t next_id = 1;
  Clock::time_point heard = Clock::now();
  std::shared_ptr<CancelToken> between_calls = std::make_shared<CancelToken>();
  std::list<std::thread> questions;
  size_t questions_running = 0;
  std::thread reader;

  std::string name() const { return "plugin " + manifest.id; }

  Status send(const Json& header, std::string_view payload = {}, int file = -1) {
    const std::lock_guard lock(send_mutex);
    return send_message(child.socket.get(), header, payload, file);
  }

  /// Ends the process for good. Called with `mutex` held.
  void kill_locked(const std::string& why) {
    if (killed || gone) return;
    killed = true;
    why_killed = why;
    child.lifeline.reset();
    if (options.in_process) ::shutdown(child.socket.get(), SHUT_RDWR);
  }

  void read_messages() {
    auto next_ping = after(options.heartbeat_seconds / 4);
    for (;;) {
      pollfd waiting{child.socket.get(), POLLIN, 0};
      const int n = ::poll(&waiting, 1, 250);
      if (n < 0 && errno != EINTR) break;
      if (n > 0) {
        auto message = receive_message(child.socket.get());
        if (message.ok() && !*message) break;
        const std::lock_guard lock(mutex);
        heard = Clock::now();
        if (message.ok()) {
          take(std::move(**message));
        } else {
          kill_locked(message.status().message());
        }
      }
      bool ping = false;
      {
        const std::lock_guard lock(mutex);
        if (Clock::now() > next_ping && ready && !gone) {
          next_ping = after(options.heartbeat_seconds / 4);
          ping = true;
        }
        if (ready && Seconds(Clock::now() - heard).count() > options.heartbeat_seconds) {
          kill_locked("does not answer any more");
        }
      }
      if (ping) (void)!send({{"op", "ping"}}).ok();
    }
    await_end();
    const std::lock_guard lock(mutex);
    stop_questions_locked();
    gone = true;
    if (!why_killed.empty()) {
      ending = why_killed;
    } else if (ending.empty()) {
      ending = "its process ended";
    }
    for (auto& [id, call] : pending) {
      if (!call.result) call.result = io_error(name() + ": " + ending);
    }
    changed.notify_all();
  }

  void await_end() {
    if (!options.in_process) {
      int wait_status = 0;
      while (::waitpid(child.pid, &wait_status, 0) < 0 && errno == EINTR) {
      }
    } else if (child.thread_ended.wait_for(Seconds(options.grace_seconds)) ==
               std::future_status::ready) {
      child.thread.join();
    } else {
      child.thread.detach();  // it does not stop, and nothing can make it
    }
  }

  /// Called with `mutex` held.
  void stop_questions_locked() {
    between_calls->cancel();
    for (auto& [id, call] : pending) call.stop->cancel();
  }

  /// One message of the plugin's. Called with `mutex` held.
  void take(WireMessage message) {
    const std::string op = message.op();
    if (killed && op != "exit")
      return;  // what it says after a lie, or a refusal to stop, does not count
    if (op == "result") {
      const auto it = pending.find(static_cast<uint64_t>(int_field(message.header, "id")));
      if (it == pending.end() || it->second.result) return;
      const int64_t status = int_field(message.header, "status", -11);
      if (status == 0) {
        it->second.result = std::move(message);
      } else {
        const auto code =
            status < 0 && status >= -11 ? static_cast<StatusCode>(status) : StatusCode::kInternal;
        it->second.result = Status(code, text_field(message.header, "message"));
      }
      changed.notify_all();
    } else if (op == "progress") {
      const auto it = pending.find(static_cast<uint64_t>(int_field(message.header, "id")));
      if (it == pending.end() || !it->second.progress) return;
      const std::string unit = text_field(message.header, "unit");
      Progress progress;
      progress.phase = "plugin";
      progress.unit = unit.c_str();
      progress.done =
          static_cast<uint64_t>(std::max<int64_t>(0, int_field(message.header, "done")));
      progress.total =
          static_cast<uint64_t>(std::max<int64_t>(0, int_field(message.header, "total")));
      it->second.progress(progress);
    } else if (op == "ask") {
      begin_question(std::move(message));
    } else if (op == "ready") {
      take_offer(message.payload);
    } else if (op == "failed") {
      const int64_t code = int_field(message.header, "code", -11);
      refused_to_start =
          Status(code < 0 && code >= -11 ? static_cast<StatusCode>(code) : StatusCode::kInternal,
                 name() + ": " + text_field(message.header, "message"));
      changed.notify_all();
    } else if (op == "refused") {
      std::string what = text_field(message.header, "what").substr(0, 300);
      services.refused(manifest, what);
      if (refusals.size() < kMaxRefusals) refusals.push_back(std::move(what));
    } else if (op == "exit") {
      const std::string signal = text_field(message.header, "name");
      if (!signal.empty()) {
        ending = "crashed (" + signal + ")";
      } else {
        ending = "ended with code " + std::to_string(int_field(message.header, "code"));
      }
    } else if (op == "log") {
      std::string text = text_field(message.header, "text");
      services.log(manifest, static_cast<int>(int_field(message.header, "level", 1)), text);
    } else if (op == "unsandboxed") {
      unsandboxed = true;
    } else if (op == "state") {
      saved_state = std::move(message.payload);
    }
  }

  void take_offer(const std::string& json) {
    const Json offer = parse_json(json);
    settings_schema = text_field(offer, "settings_schema");
    const auto list = offer.is_object() ? offer.find("tools") : offer.end();
    if (!offer.is_object() || list == offer.end() || !list->is_array()) {
      return kill_locked("answered the start with something else");
    }
    for (const Json& tool : *list) {
      OfferedTool t{text_field(tool, "name"), text_field(tool, "description"),
                    text_field(tool, "parameters"),
                    static_cast<uint32_t>(int_field(tool, "flags"))};
      // The child has compared this with the manifest; but it is the child who might lie.
      if (std::find(manifest.tools.begin(), manifest.tools.end(), t.name) == manifest.tools.end()) {
        return kill_locked("offers a tool that its manifest does not have");
      }
      tools.push_back(std::move(t));
    }
    ready = true;
    changed.notify_all();
  }

  /// Services may take long, so each question has a thread. Called with `mutex` held.
  void begin_question(WireMessage question) {
    if (questions_running >= kMaxQuestions) return kill_locked("asks too many things at once");
    ++questions_running;
    while (questions.size() > 4 * kMaxQuestions) {  // only finished ones can be that many
      questions.front().join();
      questions.pop_front();
    }
    const auto call = static_cast<uint64_t>(int_field(question.header, "call"));
    const auto asking = pending.find(call);
    auto stop = asking == pending.end() ? between_calls : asking->second.stop;
    questions.emplace_back([this, call, stop = std::move(stop),
                            shared = std::make_shared<WireMessage>(std::move(question))] {
      std::vector<std::string> hosts;
      WireMessage answer = answer_question(services, manifest, *shared, stop.get(), &hosts);
      {
        const std::lock_guard lock(mutex);
        --questions_running;
        if (const auto it = pending.find(call); it != pending.end())
          it->second.hosts.insert(it->second.hosts.end(), hosts.begin(), hosts.end());
      }
      (void)!send(answer.header, answer.payload, answer.file ? answer.file.get() : -1).ok();
    });
  }

  Status wait_until_ready() {
    std::unique_lock lock(mutex);
    const auto deadline = after(options.start_seconds);
    changed.wait_until(lock, deadline, [&] { return ready || gone || !refused_to_start.ok(); });
    if (!refused_to_start.ok()) return refused_to_start;
    if (ready) return {};
    if (gone) return io_error(name() + ": " + ending + " while it was started");
    kill_locked("took longer than " + std::to_string(int(options.start_seconds)) + " s to start");
    return io_error(name() + ": " + why_killed);
  }
};

PluginProcess::PluginProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<PluginProcess>> PluginProcess::start(const Manifest& manifest,
                                                            const StartOptions& options,
                                                            PluginServices& services) {
  LEYDEN_TRY(check_home(manifest, options));
  auto impl = std::make_unique<Impl>(manifest, options, services);
  impl->unsandboxed = options.in_process;
  LEYDEN_ASSIGN(impl->child, options.in_process ? begin_thread()
                                                : spawn(options.host_program, options.show_stderr));
  const Json start{{"op", "start"},
                   {"folder", manifest.folder.string()},
                   {"library", manifest.library},
                   {"id", manifest.id},
                   {"plugin_version", manifest.version},
                   {"version", LEYDEN_VERSION_TEXT},
                   {"tools", manifest.tools},
                   {"reads", !manifest.reads.empty()},
                   {"programs", manifest.permissions.programs},
                   {"permissions", permissions_json(manifest.permissions)},
                   {"memory_bytes", uint64_t{manifest.memory_mib} << 20},
                   {"allow_unsandboxed", options.allow_unsandboxed}};
  Impl& i = *impl;
  const Status sent = i.send(start);
  i.reader = std::thread([&i] { i.read_messages(); });
  std::unique_ptr<PluginProcess> process(new PluginProcess(std::move(impl)));
  LEYDEN_TRY(i.wait_until_ready());
  LEYDEN_TRY(sent);
  if (!options.settings.empty()) {
    auto applied = process->call({.header = {{"op", "settings"}}, .payload = options.settings});
    LEYDEN_TRY(internal::as_status(std::move(applied)).with_context("plugin " + manifest.id));
  }
  if (!options.state.empty()) {
    LEYDEN_TRY(process->call({.header = {{"op", "state"}}, .payload = options.state}));
  }
  return process;
}

PluginProcess::~PluginProcess() {
  (void)quit();
  impl_->reader.join();
  for (std::thread& question : impl_->questions) question.join();
}

std::string PluginProcess::quit() {
  Impl& i = *impl_;
  std::unique_lock lock(i.mutex);
  i.quitting = true;
  i.stop_questions_locked();
  if (i.ready && !i.gone && !i.killed) {
    lock.unlock();
    (void)!i.send({{"op", "cancel"}, {"id", 0}}).ok();
    (void)!i.send({{"op", "quit"}}).ok();
    lock.lock();
    i.changed.wait_until(lock, after(i.options.grace_seconds), [&] { return i.gone; });
  }
  i.kill_locked("was stopped");
  i.changed.wait(lock, [&] { return i.gone; });
  return i.saved_state;
}

const std::vector<OfferedTool>& PluginProcess::tools() const { return impl_->tools; }
const std::string& PluginProcess::settings_schema() const { return impl_->settings_schema; }

Result<WireMessage> PluginProcess::call(const PluginRequest& request) {
  Impl& i = *impl_;
  std::unique_lock lock(i.mutex);
  if (i.gone || i.killed || i.quitting) {
    return io_error(i.name() + ": " + (i.ending.empty() ? "is not running" : i.ending));
  }
  const uint64_t id = i.next_id++;
  i.pending[id].progress = request.progress;
  auto& result = i.pending[id].result;
  lock.unlock();
  Json header = request.header;
  header["id"] = id;
  const Status sent = i.send(header, request.payload, request.file);
  lock.lock();
  const auto deadline = after(request.seconds);
  Clock::time_point kill_at{};
  std::string stopping;
  while (!result && sent.ok()) {
    i.changed.wait_for(lock, kTick, [&] { return result.has_value(); });
    if (result) break;
    const auto now = Clock::now();
    if (stopping.empty()) {
      if (request.cancel && request.cancel->cancelled()) {
        stopping = "cancelled";
      } else if (now > deadline) {
        stopping = "took longer than " + std::to_string(int(request.seconds + 0.5)) + " s";
      } else {
        continue;
      }
      kill_at = after(i.options.grace_seconds);
      i.pending[id].stop->cancel();
      lock.unlock();
      (void)!i.send({{"op", "cancel"}, {"id", id}}).ok();
      lock.lock();
    } else if (now > kill_at) {
      i.kill_locked(stopping + " and did not stop when told to");
      i.changed.wait(lock, [&] { return result.has_value(); });
    }
  }
  auto node = i.pending.extract(id);
  if (request.hosts) *request.hosts = std::move(node.mapped().hosts);
  LEYDEN_TRY(sent.with_context(i.name()));
  if (stopping == "cancelled") return cancelled(i.name() + ": cancelled");
  Result<WireMessage> out = std::move(*node.mapped().result);
  if (!stopping.empty() && (!out.ok() && !i.killed)) return io_error(i.name() + ": " + stopping);
  return out;
}

bool PluginProcess::alive() const {
  const std::lock_guard lock(impl_->mutex);
  return !impl_->gone && !impl_->killed;
}

bool PluginProcess::crashed() const {
  const std::lock_guard lock(impl_->mutex);
  return (impl_->gone || impl_->killed) && !impl_->quitting;
}

std::string PluginProcess::ending() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ending;
}

std::vector<std::string> PluginProcess::refusals() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->refusals;
}

bool PluginProcess::unsandboxed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->unsandboxed;
}

}  // namespace leyden::plugins
