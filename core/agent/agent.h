// SPDX-License-Identifier: Apache-2.0
// The agent loop: the model asks for tools, the user approves, the results are appended, the model
// goes on, until it answers or a limit is reached.
//
//   question --> answer with calls? --no--> done, quotes verified
//                   | yes
//                   +--> decide each (approvals.h) --> run (read-only ones side by side)
//                   +--> results as text (result_text.h) --> appended --> answer ...
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tool_registry.h"
#include "core/agent/approvals.h"
#include "core/agent/result_text.h"
#include "core/dialogue/dialogue.h"

namespace leyden {

struct AgentOptions {
  AskOptions ask;            ///< of every step
  int max_steps = 8;         ///< rounds of calls; then the model must answer with what it has
  double max_seconds = 600;  ///< of the whole run, tools included; looked at between steps
  int64_t max_tokens = 0;    ///< written in all steps together; 0: no limit
  double tool_seconds = 60;  ///< of one call
  size_t max_result_bytes = 16384;  ///< of one result, as the model reads it
  bool offline = false;             ///< network tools are refused, and no tool may open a socket
};

/// One call and what became of it.
struct CallRecord {
  std::string name, origin, arguments;
  Decision decision;
  std::string library_text;  ///< words of the user's documents in the arguments
  bool ok = false;
  std::string result;           ///< what the tool gave, whole
  std::string shown;            ///< what the model read
  std::vector<int> references;  ///< numbers of the passages in it
  std::vector<std::string> hosts;
  int64_t begin_ms = 0;  ///< Unix time
  double seconds = 0;
};
struct StepRecord {
  std::string text, thinking;  ///< written besides the calls
  int64_t prompt_tokens = 0, reused_tokens = 0, completion_tokens = 0;
  double seconds = 0;  ///< of reading and writing
  std::vector<CallRecord> calls;
};

/// A quote of the answer, checked against the passages the tools gave.
struct CheckedQuote {
  size_t answer_begin = 0, answer_end = 0;  ///< bytes of the answer's text
  int reference = -1;                       ///< the number the answer named
  bool verified = false;                    ///< stands word for word in the passage
  ToolPassage passage;                      ///< the one named; empty when there is none
  size_t begin = 0, end = 0;                ///< bytes of passage.text, when verified
};

struct AgentRun {
  Answer answer;        ///< the last one
  std::string stopped;  ///< "answered", "max_steps", "max_seconds", "max_tokens", "cancelled"
  std::vector<StepRecord> steps;
  std::vector<NumberedPassage> passages;  ///< that this run's tools gave, by number
  std::vector<CheckedQuote> quotes;
};

/// Takes part in a run's turns for one who keeps the dialogue elsewhere too, as the jar does.
class RunKeeper {
 public:
  using Call = std::function<Result<Answer>(const AskOptions&)>;
  virtual ~RunKeeper() = default;
  /// Does `call`, which puts `asked` into the dialogue and then the answer it writes.
  /// @param calls  when `asked` are the results of tools: what became of each call
  virtual Result<Answer> turn(const std::vector<Message>& asked,
                              const std::vector<CallRecord>& calls, const AskOptions& options,
                              const Call& call) = 0;
  /// In place of Dialogue::set_messages.
  virtual Status set_messages(std::vector<Message> messages) = 0;
};

/// What happens during a run: an AnswerEvent, or one of these.
struct AgentEvent {
  enum class Kind : uint8_t { kAnswer, kStep, kToolResult };
  Kind kind = Kind::kAnswer;
  const AnswerEvent* answer = nullptr;
  int step = 0;                      ///< from 1
  const CallRecord* call = nullptr;  ///< kToolResult
};
using AgentEventFn = std::function<void(const AgentEvent&)>;

/// Answers a question with the tools of `registry`, which the dialogue must have been told of
/// (tool_specs). On a cancel, and on an error, the history is as it was before the question.
/// @param keeper  null: the dialogue is kept nowhere else
/// Errors: those of Dialogue::ask and of the keeper. What goes wrong in a tool is a result the
/// model reads. Threads: events and `approve` come one at a time, on the calling thread or the
/// engine's.
Result<AgentRun> run_agent(Dialogue& dialogue, ToolRegistry& registry, Approvals& approvals,
                           std::string_view question, const AgentOptions& options,
                           const ApproveFn& approve, const AgentEventFn& events,
                           const CancelToken* cancel, RunKeeper* keeper = nullptr);

/// A registry's tools as a dialogue announces them, in the registry's order.
std::vector<ToolSpec> tool_specs(const std::vector<ToolInfo>& tools);

/// One call as JSON, as it stands in run_json.
std::string call_json(const CallRecord& call);
/// The run as JSON: {"stopped", "steps": [{"text", "thinking", "usage", "seconds", "calls":
/// [{"name", "origin", "arguments", "library_text", "decision", "reason", "ok", "result", "result_bytes",
/// "shown_bytes", "references", "hosts", "begin_ms", "seconds"}]}], "passages": [{"reference",
/// "document", "title", "label", "page", "begin", "end", "text"}], "quotes": [{"answer_begin",
/// "answer_end", "reference", "verified", "document", "title", "page", "text"}]}
std::string run_json(const AgentRun& run);

}  // namespace leyden
