// SPDX-License-Identifier: Apache-2.0
// Threads: main loads the plugin and runs what is tagged [main]; one thread reads the socket, so
// that a busy plugin still answers pings and hears of a cancel; up to kWorkers run what is tagged
// [worker].
#include "plugins/host/plugin_server.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "base/json_dump.h"
#include "plugins/host/channel.h"
#include "plugins/host/offered_services.h"
#include "plugins/host/served_documents.h"
#include "plugins/manifest.h"

namespace leyden::plugins {

namespace {

constexpr size_t kWorkers = 4;
constexpr size_t kMaxResult = 16 << 20;
constexpr uint32_t kMaxTools = 256;
constexpr size_t kMaxState = 1 << 20;

/// Work for one kind of thread.
class TaskQueue {
 public:
  void push(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ready_.notify_one();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    ready_.notify_all();
  }
  /// Runs tasks until stopped.
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ready_.wait(lock, [&] { return stopped_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
  bool stopped_ = false;
};

/// A tool call's result as it is put together. Lives in `all()` until the plugin finishes it, so
/// that a second finish() is found out.
struct ToolCall {
  std::shared_ptr<RunningCall> call;
  std::function<void(ToolCall&, leyden_plugin_status)> done;
  leyden_tool_sink sink{};
  std::mutex mutex;
  std::string text, structured;
  bool too_large = false;

  using Map = std::map<const leyden_tool_sink*, std::unique_ptr<ToolCall>>;
  static std::mutex& all_mutex() {
    static std::mutex mutex;
    return mutex;
  }
  static Map& all() {
    static Map map;
    return map;
  }
  static leyden_plugin_status append(const leyden_tool_sink* sink, std::string ToolCall::*to,
                                     const char* bytes, size_t size) {
    if (!bytes && size > 0) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
    ToolCall& self = *static_cast<ToolCall*>(sink->host_data);
    const std::lock_guard lock(self.mutex);
    if (size > kMaxResult - self.text.size() - self.structured.size()) {
      self.too_large = true;
      return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
    }
    (self.*to).append(bytes, size);
    return LEYDEN_PLUGIN_OK;
  }
  static void finish(const leyden_tool_sink* sink, leyden_plugin_status status) {
    Map::node_type node;
    {
      const std::lock_guard lock(all_mutex());
      node = all().extract(sink);
    }
    if (node) node.mapped()->done(*node.mapped(), status);
  }
  static const leyden_tool_sink* begin(std::shared_ptr<RunningCall> call,
                                       std::function<void(ToolCall&, leyden_plugin_status)> done) {
    auto self = std::make_unique<ToolCall>();
    self->call = std::move(call);
    self->done = std::move(done);
    leyden_tool_sink& sink = self->sink;
    sink.struct_size = sizeof sink;
    sink.host_data = self.get();
    sink.call = &self->call->c;
    sink.text = [](const leyden_tool_sink* s, const char* bytes, size_t size) {
      return append(s, &ToolCall::text, bytes, size);
    };
    sink.structured = [](const leyden_tool_sink* s, const char* bytes, size_t size) {
      return append(s, &ToolCall::structured, bytes, size);
    };
    sink.finish = finish;
    const std::lock_guard lock(all_mutex());
    all().emplace(&sink, std::move(self));
    return &sink;
  }
};

class Server {
 public:
  Server(int socket, std::filesystem::path folder, const Json& start, Home home)
      : folder_(std::move(folder)),
        start_(start),
        home_(home),
        channel_(socket),
        services_(channel_, start.value("permissions", Json::object()),
                  text_field(start, "version")) {}

  int run() {
    Status status = load();
    if (status.ok()) status = describe();
    if (!status.ok()) {
      (void)!channel_
          .send({{"op", "failed"},
                 {"code", static_cast<int>(status.code())},
                 {"message", status.message()}})
          .ok();
      return 1;
    }
    threads_.emplace_back([this] { read_messages(); });
    for (size_t i = 0; i < kWorkers; ++i) threads_.emplace_back([this] { workers_.run(); });
    main_.run();
    if (home_ == Home::kOwnProcess) return 0;  // it ends without waiting for anybody
    workers_.stop();
    for (std::thread& thread : threads_) thread.join();
    destroy_if_idle();
    return 0;
  }
  /// Whether the plugin is done with what it was given: nothing may go away before.
  bool idle() const { return channel_.idle(); }

 private:
  Status load() {
    const std::string path = (folder_ / text_field(start_, "library")).string();
    void* object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!object) return corrupt(std::string("the shared object cannot be loaded: ") + ::dlerror());
    const auto* entry =
        static_cast<const leyden_plugin_entry*>(::dlsym(object, LEYDEN_PLUGIN_SYMBOL));
    if (!entry) return corrupt("the shared object exports no " LEYDEN_PLUGIN_SYMBOL);
    if (entry->abi != LEYDEN_PLUGIN_ABI || entry->struct_size < sizeof(leyden_plugin_entry)) {
      return unsupported("made for plugin ABI " + std::to_string(entry->abi) + ", this host has " +
                         std::to_string(LEYDEN_PLUGIN_ABI));
    }
    for (const auto& [key, found] :
         {std::pair{"id", entry->id}, std::pair{"plugin_version", entry->version}}) {
      const std::string expected = text_field(start_, key);
      if (!found || expected != found) {
        return corrupt(std::string("the manifest says ") + key + " \"" + expected +
                       "\", the code says \"" + (found ? found : "") + "\"");
      }
    }
    plugin_ = entry->create ? entry->create(services_.host()) : nullptr;
    if (!plugin_ || !plugin_->get_interface) return internal_error("the plugin could not be made");
    tools_ = static_cast<const leyden_tools*>(plugin_->get_interface(plugin_, LEYDEN_PLUGIN_TOOLS));
    settings_ = static_cast<const leyden_settings*>(
        plugin_->get_interface(plugin_, LEYDEN_PLUGIN_SETTINGS));
    state_ = static_cast<const leyden_state*>(plugin_->get_interface(plugin_, LEYDEN_PLUGIN_STATE));
    const auto* reader =
        static_cast<const leyden_reader*>(plugin_->get_interface(plugin_, LEYDEN_PLUGIN_READER));
    documents_ = std::make_unique<ServedDocuments>(plugin_, reader);
    if (bool_field(start_, "reads") != (reader != nullptr)) {
      return corrupt(reader ? "the code reads documents, the manifest does not say so"
                            : "the manifest says that it reads documents, the code does not");
    }
    return {};
  }

  /// Tells what the plugin offers, having compared it with what its manifest promised.
  Status describe() {
    Json list = Json::array();
    std::set<std::string> names;
    const uint32_t n = tools_ ? tools_->count(plugin_) : 0;
    if (n > kMaxTools) return corrupt("offers " + std::to_string(n) + " tools");
    for (uint32_t i = 0; i < n; ++i) {
      const leyden_tool* tool = tools_->tool(plugin_, i);
      if (!tool || !tool->name || !tool->description || !tool->parameters) {
        return corrupt("tool " + std::to_string(i) + " has no name, description or parameters");
      }
      if (!is_tool_name(tool->name))
        return corrupt(std::string("tool name \"") + tool->name + "\"");
      const Json parameters = parse_json(tool->parameters);
      if (text_field(parameters, "type") != "object") {
        return corrupt(std::string("tool ") + tool->name +
                       ": its parameters are no JSON Schema of type \"object\"");
      }
      if (valid_utf8_bytes(tool->description) != std::string_view(tool->description).size()) {
        return corrupt(std::string("tool ") + tool->name + ": its description is not UTF-8");
      }
      names.insert(tool->name);
      list.push_back({{"name", tool->name},
                      {"description", tool->description},
                      {"parameters", tool->parameters},
                      {"flags", tool->flags}});
    }
    const auto promised = text_list_field(start_, "tools");
    if (names.size() != n || names != std::set<std::string>(promised.begin(), promised.end())) {
      std::string found;
      for (const std::string& name : names) found += (found.empty() ? "" : ", ") + name;
      return corrupt("its tools are not those of the manifest: found " +
                     (found.empty() ? "none" : found));
    }
    Json body{{"tools", std::move(list)}};
    if (settings_) body["settings_schema"] = settings_->schema(plugin_);
    return channel_.send({{"op", "ready"}}, dump_json(body));
  }

  void read_messages() {
    for (;;) {
      auto message = channel_.receive();
      if (!message.ok() || !*message) break;
      if (!take(std::move(**message))) return;
    }
    channel_.closed();
    if (home_ == Home::kOwnProcess) ::_exit(0);  // nobody is there for whom to go on
    main_.push([this] { quit(); });
  }

  /// false: quit.
  bool take(WireMessage message) {
    const std::string op = message.op();
    const auto id = static_cast<uint64_t>(int_field(message.header, "id"));
    if (op == "ping") {
      (void)!channel_.send({{"op", "pong"}}).ok();
    } else if (op == "cancel") {
      channel_.cancel(id);
    } else if (op == "answer") {
      channel_.answered(std::move(message));
    } else if (op == "quit") {
      main_.push([this] { quit(); });
      return false;
    } else {
      auto shared = std::make_shared<WireMessage>(std::move(message));
      const auto call = channel_.begin(id);
      const bool on_main = op == "settings" || op == "state";
      (on_main ? main_ : workers_).push([this, shared, call] { handle(*shared, call); });
    }
    return true;
  }

  void handle(WireMessage& message, const std::shared_ptr<RunningCall>& call) {
    const std::string op = message.op();
    if (op == "call") return begin_tool(message, call);
    Result<ServedDocuments::Reply> reply = ServedDocuments::Reply{};
    if (op == "settings" || op == "state") {
      const Status status =
          op == "settings" ? apply_settings(message.payload, *call) : load_state(message.payload);
      if (!status.ok()) reply = status;
    } else {
      reply = documents_->handle(message, *call);
    }
    finish(*call, reply.ok() ? Status() : reply.status(),
           reply.ok() ? std::move(reply->header) : Json::object(),
           reply.ok() ? std::string_view(reply->payload) : std::string_view());
  }

  void finish(RunningCall& call, const Status& status, Json header, std::string_view payload) {
    header["op"] = "result";
    header["id"] = call.c.id;
    header["status"] = static_cast<int>(status.code());
    if (!status.ok()) header["message"] = status.message().substr(0, 4000);
    channel_.end(call.c.id);
    (void)!channel_.send(header, payload).ok();
  }

  void begin_tool(const WireMessage& message, const std::shared_ptr<RunningCall>& call) {
    const std::string name = text_field(message.header, "tool");
    const uint32_t n = tools_ ? tools_->count(plugin_) : 0;
    uint32_t index = 0;
    while (index < n && name != tools_->tool(plugin_, index)->name) ++index;
    if (index == n) return finish(*call, not_found("no tool " + name), Json::object(), {});
    const auto* sink = ToolCall::begin(
        call, [this](ToolCall& tool, leyden_plugin_status status) { end_tool(tool, status); });
    tools_->call(plugin_, index, message.payload.data(), message.payload.size(), sink);
  }

  void end_tool(ToolCall& tool, leyden_plugin_status status) {
    const std::lock_guard lock(tool.mutex);
    Json header{{"text_bytes", tool.text.size()}};
    Status outcome;
    if (tool.too_large) {
      outcome =
          out_of_memory("the answer is larger than " + std::to_string(kMaxResult >> 20) + " MiB");
    } else if (status != LEYDEN_PLUGIN_OK) {
      std::string why = tool.call->error_text();
      const bool known = status < 0 && status >= static_cast<int>(StatusCode::kInternal);
      outcome = Status(known ? static_cast<StatusCode>(status) : StatusCode::kInternal,
                       why.empty() ? "failed with status " + std::to_string(status) : why);
    }
    finish(*tool.call, outcome, std::move(header),
           tool.too_large ? std::string() : tool.text + tool.structured);
  }

  Status apply_settings(const std::string& json, RunningCall& call) {
    if (!settings_) return unsupported("the plugin has no settings");
    const auto status = settings_->apply(plugin_, json.data(), json.size(), &call.c);
    if (status == LEYDEN_PLUGIN_OK) return {};
    return invalid_argument(call.error_text().empty() ? "settings refused" : call.error_text());
  }

  Status load_state(const std::string& bytes) {
    if (!state_) return unsupported("the plugin keeps no state");
    const auto status = state_->load(plugin_, bytes.data(), bytes.size());
    return status == LEYDEN_PLUGIN_OK ? Status()
                                      : corrupt("the plugin does not take its old state");
  }

  void quit() {
    if (state_) {
      std::string bytes;
      const auto write = [](const void* data, size_t size, void* to) -> leyden_plugin_status {
        auto& out = *static_cast<std::string*>(to);
        if (size > kMaxState - out.size()) return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
        out.append(static_cast<const char*>(data), size);
        return LEYDEN_PLUGIN_OK;
      };
      if (state_->save(plugin_, write, &bytes) == LEYDEN_PLUGIN_OK) {
        (void)!channel_.send({{"op", "state"}}, bytes).ok();
      }
    }
    destroy_if_idle();
    main_.stop();
  }

  void destroy_if_idle() {
    if (!plugin_ || !idle()) return;
    documents_.reset();
    if (plugin_->destroy) plugin_->destroy(plugin_);
    plugin_ = nullptr;
  }

  std::filesystem::path folder_;
  const Json start_;
  const Home home_;
  Channel channel_;
  OfferedServices services_;
  TaskQueue main_, workers_;
  leyden_plugin* plugin_ = nullptr;
  const leyden_tools* tools_ = nullptr;
  const leyden_settings* settings_ = nullptr;
  const leyden_state* state_ = nullptr;
  std::unique_ptr<ServedDocuments> documents_;
  std::vector<std::thread> threads_;
};

}  // namespace

int serve_plugin(int socket, const std::filesystem::path& folder, const Json& start, Home home) {
  auto server = std::make_unique<Server>(socket, folder, start, home);
  const int code = server->run();
  // Threads use it to the end of the process, or the plugin's own to the end of a call.
  if (home == Home::kOwnProcess || !server->idle()) (void)server.release();
  return code;
}

}  // namespace leyden::plugins
