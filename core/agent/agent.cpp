// SPDX-License-Identifier: Apache-2.0
#include "core/agent/agent.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <optional>

#include "core/agent/check_quotes.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool cancelled_now(const CancelToken* cancel) { return cancel && cancel->cancelled(); }

/// One run's state between steps.
class Run {
 public:
  Run(Dialogue& dialogue, ToolRegistry& registry, Approvals& approvals, const AgentOptions& options,
      const ApproveFn& approve, const AgentEventFn& events, const CancelToken* cancel,
      RunKeeper* keeper)
      : dialogue_(dialogue),
        registry_(registry),
        approvals_(approvals),
        options_(options),
        approve_(approve),
        events_(events),
        cancel_(cancel),
        keeper_(keeper) {
    bool foreign = false;
    for (ToolInfo& tool : registry.list()) {
      foreign |= tool.origin != "library";
      tools_.emplace(tool.name, tool);
    }
    if (!foreign) return;  // nothing can leave
    for (const Dialogue::Document& d : dialogue.documents()) note_library(d.text);
    for (const Message& m : dialogue.messages())
      if (m.role == Role::kTool && m.references) note_library(m.content);
  }

  Result<AgentRun> go(std::string_view question) {
    tell_step();
    Message asked;
    asked.content = question;
    LEYDEN_TRY(write({asked}, [&](const AskOptions& ask, const AnswerEventFn& on_event) {
      return dialogue_.ask(question, ask, on_event, cancel_);
    }));
    while (!run_.answer.tool_calls.empty() && run_.stopped.empty() &&
           run_.answer.finish_reason != "cancelled") {
      const std::vector<ToolOutput> results = call_tools();
      if (cancelled_now(cancel_)) break;
      tell_step();
      LEYDEN_TRY(
          write(tool_messages(results), [&](const AskOptions& ask, const AnswerEventFn& on_event) {
            return dialogue_.submit_tool_results(results, ask, on_event, cancel_);
          }));
    }
    if (cancelled_now(cancel_) || run_.answer.finish_reason == "cancelled") {
      run_.answer.finish_reason = "cancelled";
      run_.stopped = "cancelled";
    }
    if (run_.stopped.empty()) run_.stopped = "answered";
    if (!run_.answer.tool_calls.empty()) LEYDEN_TRY(drop_last_calls());
    run_.quotes =
        check_quotes(run_.answer.text, dialogue_.model().chat_template().profile, run_.passages);
    return std::move(run_);
  }

 private:
  void note_library(std::string_view text) {
    library_read_ = true;
    words_.add(text);
  }

  void tell_step() {
    if (!events_) return;
    AgentEvent event;
    event.kind = AgentEvent::Kind::kStep;
    event.step = static_cast<int>(run_.steps.size()) + 1;
    events_(event);
  }

  /// Calls nobody will answer may not stay in the history.
  Status drop_last_calls() {
    std::vector<Message> messages = dialogue_.messages();
    if (messages.empty()) return {};
    messages.back().tool_calls.clear();
    return keeper_ ? keeper_->set_messages(std::move(messages))
                   : dialogue_.set_messages(std::move(messages));
  }

  /// The limit that is reached, or nullptr.
  const char* limit_reached() const {
    if (static_cast<int>(run_.steps.size()) >= options_.max_steps) return "max_steps";
    if (seconds_since(start_) >= options_.max_seconds) return "max_seconds";
    if (options_.max_tokens > 0 && written_ >= options_.max_tokens) return "max_tokens";
    return nullptr;
  }

  /// Lets the model write behind `asked`, and notes the step.
  template <typename Call>
  Status write(const std::vector<Message>& asked, Call&& call) {
    AskOptions ask = options_.ask;
    if (const char* limit = limit_reached()) {
      run_.stopped = limit;
      ask.forbid_calls = true;
    } else if (options_.max_tokens > 0) {
      const int64_t left = options_.max_tokens - written_;
      ask.max_tokens = ask.max_tokens > 0 ? std::min(ask.max_tokens, left) : left;
    }
    if (run_.stopped == "max_tokens") ask.max_tokens = kLastWords;
    const AnswerEventFn on_event = [&](const AnswerEvent& answer) {
      if (!events_) return;
      AgentEvent event;
      event.answer = &answer;
      event.step = static_cast<int>(run_.steps.size()) + 1;
      events_(event);
    };
    const Clock::time_point begin = Clock::now();
    const RunKeeper::Call turn = [&](const AskOptions& o) { return call(o, on_event); };
    const std::vector<CallRecord> none;
    const std::vector<CallRecord>& calls = run_.steps.empty() ? none : run_.steps.back().calls;
    LEYDEN_ASSIGN(run_.answer, keeper_ ? keeper_->turn(asked, calls, ask, turn) : turn(ask));
    StepRecord step;
    step.text = run_.answer.text;
    step.thinking = run_.answer.thinking;
    step.prompt_tokens = run_.answer.prompt_tokens;
    step.reused_tokens = run_.answer.reused_tokens;
    step.completion_tokens = run_.answer.completion_tokens;
    step.seconds = seconds_since(begin);
    written_ += step.completion_tokens;
    run_.steps.push_back(std::move(step));
    return {};
  }

  /// A call that must not run, as a result.
  std::optional<std::string> refusal(const ToolCall& call, CallRecord* record) {
    const auto found = tools_.find(call.name);
    if (found == tools_.end()) {
      record->decision = {false, "denied", "no such tool"};
      std::string names;
      for (const auto& [name, tool] : tools_) names += (names.empty() ? "" : ", ") + name;
      return "there is no tool '" + call.name + "'; there are: " + names;
    }
    const ToolInfo& tool = found->second;
    record->origin = tool.origin;
    if (options_.offline && tool.hints.network) {
      record->decision = {false, "denied", "offline"};
      return std::string("the runtime is offline; this tool needs the network");
    }
    Leaving leaving;
    if (tool.origin != "library") leaving = words_.leaving(call.arguments);
    leaving.library_in_context = library_read_;
    record->library_text = leaving.text;
    record->decision = approvals_.decide(tool, call.arguments, leaving, approve_);
    if (!record->decision.allowed) return "the call was not allowed: " + record->decision.reason;
    return std::nullopt;
  }

  /// Decides, runs and renders the last answer's calls. Read-only tools run side by side, the
  /// others one after the other, in the model's order.
  std::vector<ToolOutput> call_tools() {
    StepRecord& step = run_.steps.back();
    const std::vector<ToolCall>& calls = run_.answer.tool_calls;
    std::vector<ToolResult> results(calls.size());
    std::vector<std::future<void>> running;
    step.calls.resize(calls.size());
    std::vector<size_t> in_order;
    for (size_t i = 0; i < calls.size(); ++i) {
      CallRecord& record = step.calls[i];
      record.name = calls[i].name;
      record.arguments = calls[i].arguments;
      record.begin_ms = unix_ms();
      if (auto why = refusal(calls[i], &record)) {
        results[i] = tool_error(std::move(*why));
      } else if (tools_.at(calls[i].name).hints.read_only) {
        running.push_back(std::async(std::launch::async, [this, &calls, &results, &record, i] {
          results[i] = run_one(calls[i], &record);
        }));
      } else {
        in_order.push_back(i);
      }
    }
    for (size_t i : in_order) results[i] = run_one(calls[i], &step.calls[i]);
    for (auto& job : running) job.get();

    std::vector<ToolOutput> outputs;
    int next = dialogue_.next_reference();
    const Profile& profile = dialogue_.model().chat_template().profile;
    for (size_t i = 0; i < calls.size(); ++i) {
      CallRecord& record = step.calls[i];
      record.ok = !results[i].is_error;
      record.result = results[i].text.empty() ? results[i].structured : results[i].text;
      record.hosts = results[i].hosts;
      const size_t before = run_.passages.size();
      const auto tool = tools_.find(calls[i].name);
      outputs.push_back(render_result(tool == tools_.end() ? ToolInfo{} : tool->second, results[i],
                                      profile, options_.max_result_bytes, &next, &run_.passages));
      for (size_t k = before; k < run_.passages.size(); ++k)
        record.references.push_back(run_.passages[k].reference);
      record.shown = outputs.back().text;
      for (const ToolPassage& p : results[i].passages) note_library(p.text);
      if (!results[i].passages.empty()) record.result = record.shown;
      if (!events_) continue;
      AgentEvent event;
      event.kind = AgentEvent::Kind::kToolResult;
      event.step = static_cast<int>(run_.steps.size());
      event.call = &record;
      events_(event);
    }
    return outputs;
  }

  ToolResult run_one(const ToolCall& call, CallRecord* record) {
    const Clock::time_point begin = Clock::now();
    ToolContext context;
    context.cancel = cancel_;
    context.time_limit_s = options_.tool_seconds;
    context.offline = options_.offline;
    Result<ToolResult> result = registry_.call(call.name, call.arguments, context);
    record->seconds = seconds_since(begin);
    if (result.ok()) return std::move(*result);
    return tool_error(result.status().message());
  }

  static constexpr int64_t kLastWords = 200;  ///< tokens of an answer after the token limit

  Dialogue& dialogue_;
  ToolRegistry& registry_;
  Approvals& approvals_;
  const AgentOptions& options_;
  const ApproveFn& approve_;
  const AgentEventFn& events_;
  const CancelToken* cancel_;
  RunKeeper* keeper_;
  std::map<std::string, ToolInfo> tools_;
  bool library_read_ = false;
  LibraryWords words_;  ///< of the documents this chat has read
  const Clock::time_point start_ = Clock::now();
  int64_t written_ = 0;
  AgentRun run_;
};

}  // namespace

std::vector<ToolSpec> tool_specs(const std::vector<ToolInfo>& tools) {
  std::vector<ToolSpec> specs;
  for (const ToolInfo& tool : tools)
    specs.push_back({tool.name, tool.description, tool.parameters, {}});
  return specs;
}

Result<AgentRun> run_agent(Dialogue& dialogue, ToolRegistry& registry, Approvals& approvals,
                           std::string_view question, const AgentOptions& options,
                           const ApproveFn& approve, const AgentEventFn& events,
                           const CancelToken* cancel, RunKeeper* keeper) {
  const std::vector<Message> before = dialogue.messages();
  Run run(dialogue, registry, approvals, options, approve, events, cancel, keeper);
  Result<AgentRun> result = run.go(question);
  if (!result.ok() || result->stopped == "cancelled")
    LEYDEN_TRY(keeper ? keeper->set_messages(before) : dialogue.set_messages(before));
  return result;
}

}  // namespace leyden
