// SPDX-License-Identifier: Apache-2.0
// A dialogue that is kept in the jar: what was asked is durable before it is answered, an answer while
// it is written, and what the model has read comes back when the session is opened again.
//
//   question -> catalogue -> Dialogue::ask -> tokens --StreamSaver, at most every second--> catalogue
//   full pages: engine -> KvPages, in the background; partial page and manifest: with each save
//
// Several programs may use one store; a session is written by one of them at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/dialogue/dialogue.h"
#include "sessions/resume_cost.h"
#include "sessions/store.h"
#include "sessions/stream_saver.h"

namespace leyden::capi {

/// What became of the session's KV when it was opened.
struct ResumeReport {
  std::string kind = "new";  ///< new, ready, reread, other_model
  int64_t restored_tokens = 0;
  double restore_s = 0;
  std::string decision;      ///< "load" or "recompute"; "" when there was nothing to decide
  std::string reason;        ///< one sentence: why this decision, or why it is read again
  std::vector<std::string> notices;
};

/// What became of an answer.
struct AnswerSaved {
  CatalogueId message = 0;
  bool saved = false;
  std::string note;  ///< what a careful user wants to know; "" when all is well
};

/// The text of a document of the jar: its parts, an empty line between them.
std::string document_text(const std::vector<DocumentPart>& parts);

/// Threads: one at a time, as its Dialogue.
class SavedChat {
 public:
  /// Holds the session, fills `dialogue` (fresh) with its documents, system text, tools and history, and
  /// brings its KV back or says why not. The store and the model outlive the chat.
  /// Errors: kBusy when another program writes to the session; kNotFound; kContextOverflow when its
  /// documents do not fit this model; kIo on a read-only store; kCancelled.
  static Result<std::unique_ptr<SavedChat>> open(Store& store, LoadedModel& model, Dialogue& dialogue,
                                                 CatalogueId session, const ProgressFn& progress,
                                                 const CancelToken* cancel);
  ~SavedChat();

  CatalogueId session() const { return session_; }
  const ResumeReport& resumed() const { return resumed_; }
  /// Ids of the dialogue's documents and messages, in their order.
  const std::vector<CatalogueId>& documents() const { return documents_; }
  const std::vector<CatalogueId>& messages() const { return path_; }

  /// Attaches a document of the jar; one that is there already keeps its place. Answers its index.
  Result<size_t> add_document(CatalogueId document, const ProgressFn& progress,
                              const CancelToken* cancel);
  /// The same for a text, which becomes a document of the jar.
  Result<size_t> add_text(std::string_view title, std::string_view text);
  Status set_system(std::string_view text);
  Status set_tools(std::vector<ToolSpec> tools);
  Status prefill(const ProgressFn& progress, const CancelToken* cancel);

  Result<Answer> ask(std::string_view question, const AskOptions& options, const AnswerEventFn& events,
                     const CancelToken* cancel, AnswerSaved* saved);
  Result<Answer> submit_tool_results(const std::vector<std::string>& results, const AskOptions& options,
                                     const AnswerEventFn& events, const CancelToken* cancel,
                                     AnswerSaved* saved);
  Result<Answer> answer_again(const AskOptions& options, const AnswerEventFn& events,
                              const CancelToken* cancel, AnswerSaved* saved);
  Result<Answer> continue_answer(const AskOptions& options, const AnswerEventFn& events,
                                 const CancelToken* cancel, AnswerSaved* saved);
  /// One turn of any kind: `asked` are the messages that `call` puts in front of the answer it writes. They
  /// are durable before it runs, and taken back when it fails or is cancelled without a token.
  /// @param call_traces  for results of tools: JSON of each one's call, kept with it; else empty
  using Call = std::function<Result<Answer>(const AskOptions&)>;
  Result<Answer> turn(const std::vector<Message>& asked, const AskOptions& options, const Call& call,
                      AnswerSaved* saved, const std::vector<std::string>& call_traces = {});
  /// Keeps how a run came to its answer beside the last message: `run_json` less its steps, whose calls
  /// stand with their results.
  Status note_run(const std::string& run_json);
  /// The next question becomes a child of `message`; 0: it begins the conversation anew.
  Status go_to(CatalogueId message);
  /// Another history: what it shares with the present one stays, the rest is a new branch.
  Status set_messages(std::vector<Message> messages);

 private:
  SavedChat(Store& store, LoadedModel& model, Dialogue& dialogue);
  Status fill_dialogue(const SessionInfo& info);
  Status load_path();
  Status bring_back(const ProgressFn& progress, const CancelToken* cancel);
  Result<Answer> write(CatalogueId message, const AskOptions& options, const Call& call,
                       AnswerSaved* saved);
  TurnSave turn_save(const SamplerState* sampler) const;
  Result<TurnSaved> settle(TurnSave save);
  Status note_first_document();
  Status put_setting(const char* key, const std::string& json);
  void read_speeds();
  void write_speeds();

  Store& store_;
  LoadedModel& model_;
  Dialogue& dialogue_;
  CatalogueId session_ = 0, model_id_ = 0;
  std::unique_ptr<SessionHold> hold_;
  std::vector<CatalogueId> documents_, path_;
  ResumeReport resumed_;
  ResumeMeter meter_;
  bool chain_noted_ = false;
  std::chrono::steady_clock::time_point offered_;
  StreamSaver saver_;  ///< last: its thread ends first
};

}  // namespace leyden::capi
