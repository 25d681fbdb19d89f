// SPDX-License-Identifier: Apache-2.0
// A chat over documents: keeps documents, history and the KV timeline, asks the model, streams what
// comes back, and says where it came from.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "core/chat/conversation.h"
#include "core/chat/stream_parser.h"
#include "core/dialogue/evidence.h"
#include "core/dialogue/loaded_model.h"
#include "core/dialogue/passage_choice.h"

namespace leyden {

/// An answer while it is written, for whoever keeps it.
struct AnswerSoFar {
  std::string_view text;
  std::string_view thinking;
  std::span<const int32_t> tokens;  ///< all of the answer's; the newest has no KV yet
  SamplerState sampler;
};

struct AskOptions {
  SamplingParams sampling;
  int64_t max_tokens = 0;           ///< 0: what fits the context
  std::vector<std::string> stop;    ///< the text ends before any of these
  bool thinking = false;
  bool evidence = false;
  bool live_evidence = false;  ///< with evidence: also tells it while the answer is written
  /// Where the model's profile has reference tokens: an answer must begin with a reference of a
  /// passage that was shown, a tool call, or a whole refusal. Of a question that is the profile's task
  /// "cite", its words choose the passage together with the model (passage_choice.h). The answer's
  /// notices say so.
  bool constrain_references = false;
  /// The question is about documents that tools look into. With constrain_references, an answer to
  /// which no passage has been shown begins with a call or refuses.
  bool over_library = false;
  /// Where the profile has them: a quote follows the passage it names word for word, to its end. The
  /// answer's notices say so, and how many tokens would have differed.
  bool clamp_quotes = false;
  bool forbid_calls = false;        ///< the answer may not begin a tool call
  /// A JSON Schema (core/grammar/json_schema.h says what of it is understood) that the answer,
  /// without its reasoning, satisfies unless max_tokens cuts it. Not together with tools. Passages
  /// are neither constrained nor clamped then.
  std::string schema;
  /// Called after every token; on the engine's thread, so keep it short.
  std::function<void(const AnswerSoFar&)> watch;
};

/// What a tool call came to, as the model reads it.
struct ToolOutput {
  std::string text;
  /// The passages that `text` numbers, as the profile has it; the runtime wrote them. A result without
  /// any is foreign text: nothing in it becomes a reference.
  std::vector<std::pair<int, std::string>> passages;
};

/// The messages that results of tools become, in their order.
std::vector<Message> tool_messages(const std::vector<ToolOutput>& results);

/// What happens while an answer is written. Exactly one group of fields is set, by kind.
struct AnswerEvent {
  enum class Kind : uint8_t { kPrefill, kThinking, kText, kToolCall, kMalformedCall, kEvidence };
  Kind kind = Kind::kText;
  std::string_view text;        ///< kThinking, kText: the next stretch, whole UTF-8 characters;
                                ///< kMalformedCall: the raw text
  std::string_view reason;      ///< kMalformedCall
  const ToolCall* call = nullptr;
  Progress progress;            ///< kPrefill
  std::span<const Evidence> evidence;  ///< kEvidence: of all that was written so far
};
using AnswerEventFn = std::function<void(const AnswerEvent&)>;

/// A verbatim stretch of a document found in the answer, after it was written.
struct Quote {
  size_t answer_begin = 0, answer_end = 0;  ///< bytes of Answer::text
  size_t document = 0;
  size_t begin = 0, end = 0;                ///< bytes of the document's text
};

struct SentenceEvidence {
  size_t begin = 0, end = 0;  ///< bytes of Answer::text
  std::vector<Evidence> evidence;
};

struct Answer {
  std::string text;        ///< sampled tokens and nothing else
  std::string thinking;
  std::vector<ToolCall> tool_calls;
  std::vector<StreamEvent> malformed_calls;
  std::vector<std::string> notices;  ///< what a careful user wants to know, e.g. history re-read
  std::string finish_reason;         ///< stop, length (or repetition: noticed), cancelled, tool_calls
  std::vector<int32_t> tokens;       ///< as sampled, without the stop token
  int64_t prompt_tokens = 0, completion_tokens = 0, reused_tokens = 0;
  int64_t reread_from = -1;  ///< first token at which kept history no longer fitted, or -1
  double prefill_s = 0, decode_s = 0, ttft_s = 0;
  std::vector<Evidence> evidence;
  std::vector<SentenceEvidence> sentences;
  std::vector<Quote> quotes;
};

/// Threads: one at a time per object; several dialogues on one model run side by side.
class Dialogue {
 public:
  static Result<std::unique_ptr<Dialogue>> create(std::shared_ptr<LoadedModel> model);

  /// Adds a document behind those already there. Only before the first question, since KV depends
  /// on everything before it. Text is UTF-8. Returns its index.
  /// Errors: kContextOverflow, kInvalidArgument (not UTF-8, or too late).
  Result<size_t> add_document(std::string_view title, std::string_view text);
  /// Errors: kInvalidArgument after the first question.
  Status set_system(std::string_view text);
  /// Without tools no answer begins a call.
  Status set_tools(std::vector<ToolSpec> tools);

  /// Reads the documents now, ahead of the first question.
  Status prefill(const ProgressFn& progress, const CancelToken* cancel);

  /// Appends a user message and writes the answer. On an error the history is as before; on a
  /// cancel the partial answer is kept.
  Result<Answer> ask(std::string_view question, const AskOptions& options,
                     const AnswerEventFn& events, const CancelToken* cancel);
  /// Appends the results of the last answer's tool calls, in order, and lets the model go on.
  Result<Answer> submit_tool_results(const std::vector<ToolOutput>& results,
                                     const AskOptions& options, const AnswerEventFn& events,
                                     const CancelToken* cancel);
  Result<Answer> submit_tool_results(const std::vector<std::string>& results,
                                     const AskOptions& options, const AnswerEventFn& events,
                                     const CancelToken* cancel);
  /// The first passage number that neither a document nor a tool result of the history uses.
  int next_reference() const;

  /// Writes the last answer anew; without one after the last question, writes it.
  Result<Answer> answer_again(const AskOptions& options, const AnswerEventFn& events,
                              const CancelToken* cancel);
  /// Goes on with the last answer, of which the tokens `so_far` were written: what is computed, sampled
  /// and decoded is the same as without the stop. Text comes whole in the answer, events only of what is
  /// new.
  Result<Answer> continue_answer(std::span<const int32_t> so_far, const AskOptions& options,
                                 const AnswerEventFn& events, const CancelToken* cancel);

  const std::vector<Message>& messages() const { return messages_; }
  /// Replaces the history, e.g. to edit or to go back. KV that still fits is kept.
  Status set_messages(std::vector<Message> messages);
  struct Document {
    std::string title;
    std::string text;
  };
  const std::vector<Document>& documents() const { return documents_; }
  /// The documents' passages in the prompt.
  const std::vector<PassageTokens>& passages() const { return block_.passages; }
  const std::vector<ToolSpec>& tools() const { return tools_; }
  const LoadedModel& model() const { return *model_; }
  /// The timeline, for saving; and one that was restored, in place of this chat's.
  const std::shared_ptr<Sequence>& sequence() const { return sequence_; }
  void set_sequence(std::shared_ptr<Sequence> sequence) { sequence_ = std::move(sequence); }
  const DocumentBlock& document_block() const { return block_; }
  const std::string& system() const { return system_; }
  /// The prompt that asking `draft` now would give, to say what takes how much of the context. Its first
  /// message is the system text, where there is one, its last the draft.
  Result<Prompt> prompt(std::string_view draft) const;
  /// Tokens of the timeline that are computed.
  size_t n_tokens() const { return sequence_->tokens().size(); }

 private:
  explicit Dialogue(std::shared_ptr<LoadedModel> model) : model_(std::move(model)) {}
  Result<Answer> answer(const AskOptions& options, const AnswerEventFn& events,
                        const CancelToken* cancel, std::span<const int32_t> so_far = {});
  /// Messages as rendered: the system text first.
  std::vector<Message> with_system() const;
  Status check_before_first_question(const char* what) const;
  /// What was asked last.
  std::string_view last_question() const;
  /// Passages that were shown and hold all words the last question puts between quotation marks;
  /// where none does, or it quotes nothing, `all` is set and every passage is there.
  std::vector<NameablePassage> passages_asked_for(bool* all) const;

  std::shared_ptr<LoadedModel> model_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::shared_ptr<Sequence> sequence_;
  DocumentBlock block_;
  std::vector<Document> documents_;
  std::string system_;
  std::vector<ToolSpec> tools_;
  std::vector<Message> messages_;
  std::map<int, std::string> result_passages_;  ///< numbered by tool results
};

/// Bytes [begin, end) of what stands between quotation marks, where it is long enough to mean something.
std::vector<std::pair<size_t, size_t>> quoted_ranges(std::string_view text);

/// `text` without spaces, tabs and line breaks, for comparing where layouts change them.
std::string without_white_space(std::string_view text);

/// Finds verbatim stretches of the documents in an answer: behind a reference, between quotation
/// marks, or whole sentences; white space does not count. In the answer's order, without overlaps.
std::vector<Quote> find_quotes(std::string_view answer, const std::vector<Dialogue::Document>& documents,
                               const Profile& profile,
                               const std::vector<PassageTokens>& passages);

}  // namespace leyden
