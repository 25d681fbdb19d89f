// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/dialogue.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/chat/sentences.h"
#include "core/dialogue/answer_constraint.h"
#include "core/dialogue/answer_writer.h"
#include "core/dialogue/quote_clamp.h"
#include "core/dialogue/repetition.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;
constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
/// Between two tellings of where an answer comes from, which ranks all passages each time.
constexpr auto kEvidencePause = std::chrono::milliseconds(250);

using Openings = std::vector<std::vector<int32_t>>;

/// What an answer may begin with: a reference in use, a whole refusal, or the begin of a tool call.
/// Empty when the profile or the vocabulary has no such tokens.
/// @param over_library  where no reference is in use, the other two are left
Openings openings_of(const ChatTemplate& chat, const Tokenizer& tokenizer,
                     const std::vector<NameablePassage>& passages, bool calls,
                     bool over_library) {
  Openings openings;
  if (passages.empty() && (!over_library || chat.profile.answer.refusal.empty())) return {};
  for (const NameablePassage& passage : passages) {
    if (passage.token < 0) return {};
    openings.push_back({passage.token});
  }
  for (const std::string& refusal : chat.profile.answer.refusal) {
    std::vector<int32_t> tokens = tokenizer.encode(refusal, AddedTokens::kIgnore);
    if (!tokens.empty()) openings.push_back(std::move(tokens));
  }
  if (calls) {
    const auto begin = tokenizer.token_id(token::kCallsBegin);
    if (chat.format != ChatFormat::kV32Exp || !begin) return {};
    openings.push_back({*begin});
  }
  return openings;
}

/// Leaves only tokens that go on with an opening, as long as the answer is the front of one.
void keep_openings(const Openings& openings, std::span<const int32_t> answer,
                   std::span<float> logits) {
  std::vector<std::pair<int32_t, float>> kept;
  for (const std::vector<int32_t>& opening : openings)
    if (opening.size() > answer.size() &&
        std::equal(answer.begin(), answer.end(), opening.begin())) {
      const int32_t next = opening[answer.size()];
      kept.emplace_back(next, logits[static_cast<size_t>(next)]);
    }
  if (kept.empty()) return;
  std::fill(logits.begin(), logits.end(), kMinusInfinity);
  for (const auto& [id, logit] : kept) logits[static_cast<size_t>(id)] = logit;
}

/// What an answer cannot hold: the marks of other turns, thinking where there is none, and calls that
/// nobody could answer.
std::vector<int32_t> out_of_place(const Tokenizer& tokenizer, bool thinking, bool calls) {
  std::vector<std::string_view> marks = {token::kBos, token::kUser, token::kAssistant,
                                         token::kOutputBegin, token::kOutputEnd};
  if (!thinking) marks.insert(marks.end(), {token::kThink, token::kThinkEnd});
  if (!calls) marks.insert(marks.end(), {token::kCallsBegin, token::kCallBegin, token::kDsml});
  std::vector<int32_t> ids;
  for (const std::string_view mark : marks)
    if (const auto id = tokenizer.token_id(mark)) ids.push_back(*id);
  return ids;
}

std::vector<int32_t> stop_ids(const ModelConfig& config, const Tokenizer& tokenizer) {
  std::vector<int32_t> ids = config.eos_ids;
  if (const auto eos = tokenizer.token_id(token::kEos)) ids.push_back(*eos);
  return ids;
}

}  // namespace

Result<std::unique_ptr<Dialogue>> Dialogue::create(std::shared_ptr<LoadedModel> model) {
  std::unique_ptr<Dialogue> dialogue(new Dialogue(std::move(model)));
  LEYDEN_ASSIGN(dialogue->tokenizer_, dialogue->model_->tokenizer());
  LEYDEN_ASSIGN(dialogue->block_, DocumentBlock::start(dialogue->model_->chat_template(),
                                                       *dialogue->tokenizer_));
  dialogue->sequence_ = dialogue->model_->engine().new_sequence();
  return dialogue;
}

std::string_view Dialogue::last_question() const {
  const auto asked = std::find_if(messages_.rbegin(), messages_.rend(),
                                  [](const Message& m) { return m.role == Role::kUser; });
  return asked == messages_.rend() ? std::string_view() : asked->content;
}

std::vector<NameablePassage> Dialogue::passages_asked_for(bool* all) const {
  std::vector<NameablePassage> every, holding;
  const Profile& profile = model_->chat_template().profile;
  const auto add = [&](int reference, std::string_view text) {
    const auto token = reference < 0 ? std::nullopt
                                     : tokenizer_->token_id(profile.reference(reference));
    every.push_back({reference, token.value_or(-1), text});
  };
  for (const PassageTokens& p : block_.passages)
    add(p.reference, std::string_view(documents_[p.document].text)
                         .substr(p.byte_begin, p.byte_end - p.byte_begin));
  for (const auto& [reference, text] : result_passages_) add(reference, text);
  std::vector<std::string> words;
  const std::string_view question = last_question();
  for (const auto& [begin, end] : quoted_ranges(question))
    words.push_back(without_white_space(question.substr(begin, end - begin)));
  for (const NameablePassage& passage : every) {
    if (words.empty()) break;
    const std::string solid = without_white_space(passage.text);
    if (std::all_of(words.begin(), words.end(),
                    [&](const std::string& w) { return solid.find(w) != solid.npos; }))
      holding.push_back(passage);
  }
  *all = holding.empty();
  return holding.empty() ? every : holding;
}

Status Dialogue::check_before_first_question(const char* what) const {
  if (messages_.empty()) return {};
  return invalid_argument(std::string("chat: ") + what +
                          " comes after the first message, expected before it");
}

Result<size_t> Dialogue::add_document(std::string_view title, std::string_view text) {
  LEYDEN_TRY(check_before_first_question("a document"));
  const auto limit = static_cast<size_t>(model_->model().config().max_seq_len);
  LEYDEN_TRY(block_.append(model_->chat_template(), title, text, *tokenizer_, limit));
  documents_.push_back({std::string(title), std::string(text)});
  return documents_.size() - 1;
}

Status Dialogue::set_system(std::string_view text) {
  LEYDEN_TRY(check_before_first_question("the system text"));
  system_ = text;
  return {};
}

Status Dialogue::set_tools(std::vector<ToolSpec> tools) {
  LEYDEN_TRY(check_tools(tools));
  tools_ = std::move(tools);
  return {};
}

Status Dialogue::set_messages(std::vector<Message> messages) {
  const ChatTemplate& chat = model_->chat_template();
  if (!messages.empty()) {
    LEYDEN_TRY(check_messages(messages, {chat.format == ChatFormat::kV32, false, false}));
  }
  messages_ = std::move(messages);
  result_passages_.erase(result_passages_.lower_bound(next_reference()), result_passages_.end());
  return {};
}

std::vector<Message> Dialogue::with_system() const {
  std::vector<Message> all;
  if (!system_.empty()) {
    Message system;
    system.role = Role::kSystem;
    system.content = system_;
    all.push_back(std::move(system));
  }
  all.insert(all.end(), messages_.begin(), messages_.end());
  return all;
}

Status Dialogue::prefill(const ProgressFn& progress, const CancelToken* cancel) {
  if (documents_.empty()) return {};
  GenerateRequest request;
  request.prompt = block_.ids;
  request.max_tokens = 1;  // the token is thrown away, the KV stays
  request.on_prefill = progress;
  request.cancel = cancel;
  LEYDEN_ASSIGN(const GenerateResult result, model_->engine().generate(sequence_, request));
  if (result.finish == FinishReason::kCancelled)
    return cancelled("chat: reading was cancelled after " + std::to_string(n_tokens()) + " of " +
                     std::to_string(block_.ids.size()) + " tokens");
  return {};
}

std::vector<Message> tool_messages(const std::vector<ToolOutput>& results) {
  std::vector<Message> out;
  for (const ToolOutput& result : results) {
    Message& message = out.emplace_back();
    message.role = Role::kTool;
    message.content = result.text;
    message.references = !result.passages.empty();
  }
  return out;
}

Result<Answer> Dialogue::ask(std::string_view question, const AskOptions& options,
                             const AnswerEventFn& events, const CancelToken* cancel) {
  const std::vector<Message> before = messages_;
  Message message;
  message.role = Role::kUser;
  message.content = question;
  messages_.push_back(std::move(message));
  Result<Answer> result = answer(options, events, cancel);
  if (!result.ok() || (result->finish_reason == "cancelled" && result->completion_tokens == 0))
    messages_ = before;
  return result;
}

Result<Answer> Dialogue::submit_tool_results(const std::vector<std::string>& results,
                                             const AskOptions& options,
                                             const AnswerEventFn& events,
                                             const CancelToken* cancel) {
  std::vector<ToolOutput> outputs;
  for (const std::string& text : results) outputs.push_back({text, {}});
  return submit_tool_results(outputs, options, events, cancel);
}

int Dialogue::next_reference() const {
  int next = block_.next_reference;
  const Profile& profile = model_->chat_template().profile;
  const std::string& pattern = profile.document.reference;
  const std::string lead = pattern.substr(0, pattern.find("{n}"));
  if (lead.empty()) return next;
  for (const Message& m : messages_) {
    if (m.role != Role::kTool || !m.references) continue;
    for (size_t at = 0; (at = m.content.find(lead, at)) != std::string::npos; at += lead.size())
      next = std::max(next, profile.match_reference(std::string_view(m.content).substr(at)).first + 1);
  }
  return next;
}

Result<Answer> Dialogue::submit_tool_results(const std::vector<ToolOutput>& results,
                                             const AskOptions& options,
                                             const AnswerEventFn& events,
                                             const CancelToken* cancel) {
  const size_t calls = messages_.empty() ? 0 : messages_.back().tool_calls.size();
  if (calls == 0 || results.size() != calls)
    return invalid_argument("chat: " + std::to_string(results.size()) +
                            " tool results, expected one for each of the last answer's " +
                            std::to_string(calls) + " calls");
  const std::vector<Message> before = messages_;
  for (Message& message : tool_messages(results)) messages_.push_back(std::move(message));
  for (const ToolOutput& result : results)
    for (const auto& [reference, text] : result.passages) result_passages_[reference] = text;
  Result<Answer> result = answer(options, events, cancel);
  if (!result.ok()) messages_ = before;
  return result;
}

Result<Answer> Dialogue::answer_again(const AskOptions& options, const AnswerEventFn& events,
                                      const CancelToken* cancel) {
  const std::vector<Message> before = messages_;
  if (!messages_.empty() && messages_.back().role == Role::kAssistant) messages_.pop_back();
  Result<Answer> result = answer(options, events, cancel);
  if (!result.ok() || messages_.size() < before.size()) messages_ = before;
  return result;
}

Result<Answer> Dialogue::continue_answer(std::span<const int32_t> so_far, const AskOptions& options,
                                         const AnswerEventFn& events, const CancelToken* cancel) {
  if (messages_.empty() || messages_.back().role != Role::kAssistant || so_far.empty())
    return invalid_argument("chat: there is no answer to go on with");
  Message last = std::move(messages_.back());
  messages_.pop_back();
  const size_t before = messages_.size();
  Result<Answer> result = answer(options, events, cancel, so_far);
  if (messages_.size() == before) messages_.push_back(std::move(last));
  return result;
}

Result<Prompt> Dialogue::prompt(std::string_view draft) const {
  std::vector<Message> messages = with_system();
  Message question;
  question.role = Role::kUser;
  question.content = draft;
  messages.push_back(std::move(question));
  return build_prompt(model_->chat_template(), block_, messages, tools_, {}, *tokenizer_);
}

Result<Answer> Dialogue::answer(const AskOptions& options, const AnswerEventFn& events,
                                const CancelToken* cancel, std::span<const int32_t> so_far) {
  const ChatTemplate& chat = model_->chat_template();
  const ModelConfig& config = model_->model().config();
  RenderOptions render;
  render.thinking = options.thinking;
  const std::vector<Message> messages = with_system();
  LEYDEN_ASSIGN(const Prompt prompt,
                build_prompt(chat, block_, messages, tools_, render, *tokenizer_));

  Answer out;
  GenerateRequest request;
  request.prompt = prompt.ids;
  request.prompt.insert(request.prompt.end(), so_far.begin(), so_far.end());
  request.answer_tokens = static_cast<int64_t>(so_far.size());
  request.sampling = options.sampling;
  request.max_tokens = options.max_tokens;
  request.stop_ids = stop_ids(config, *tokenizer_);
  request.cancel = cancel;
  const size_t kept = common_prefix(sequence_->tokens(), request.prompt);
  if (kept < sequence_->tokens().size() && kept < request.prompt.size()) {
    out.reread_from = static_cast<int64_t>(kept);
    out.notices.push_back("history is rendered anew from token " + std::to_string(kept) +
                          ", what follows is read again");
  }

  Openings openings;
  PassageChoice choice;
  const bool calls = !tools_.empty() && !options.forbid_calls;
  if (options.constrain_references && options.schema.empty() && so_far.empty()) {
    bool all = true;
    std::vector<NameablePassage> passages = passages_asked_for(&all);
    openings = openings_of(chat, *tokenizer_, passages, calls, options.over_library);
    const auto cited = chat.profile.cited_question(last_question());
    if (cited && !openings.empty() && !prompt.thinking)
      choice = PassageChoice(*cited, std::move(passages));
    if (!openings.empty())
      out.notices.push_back(
          std::string("the first token was restricted to references of passages") +
          (all ? "" : " that hold the words between quotation marks") +
          (calls ? ", a tool call" : "") + " or a refusal");
  }
  const std::vector<int32_t> forbidden = out_of_place(*tokenizer_, prompt.thinking, calls);
  QuoteClamp clamp(chat.profile, *tokenizer_, request.stop_ids);
  if (options.clamp_quotes && options.schema.empty() && !prompt.thinking) {
    for (const PassageTokens& p : prompt.passages) {
      LEYDEN_ASSIGN(const std::string text,
                    tokenizer_->decode(std::span(prompt.ids).subspan(p.text.begin, p.text.size())));
      clamp.add_passage(p.reference, text);
    }
    for (const auto& [reference, text] : result_passages_) clamp.add_passage(reference, text);
  }
  ConstraintRequest under;
  under.schema = options.schema;
  under.thinking = prompt.thinking;
  if (calls) under.tools = tools_;
  std::unique_ptr<AnswerConstraint> constraint;
  if (!under.schema.empty() || !under.tools.empty()) {
    LEYDEN_ASSIGN(constraint, AnswerConstraint::create(under, chat, tokenizer_,
                                                       model_->token_trie(), &out.notices));
  }
  const auto room = static_cast<uint64_t>(
      options.max_tokens > 0 ? options.max_tokens + static_cast<int64_t>(so_far.size())
                             : config.max_seq_len - static_cast<int64_t>(prompt.ids.size()));
  request.mask = [&](std::span<const int32_t> answer_so_far, std::span<float> logits) {
    for (size_t id = 0; id < logits.size(); ++id)
      if (!tokenizer_->has_token(static_cast<int32_t>(id))) logits[id] = kMinusInfinity;
    for (int32_t id : forbidden) logits[static_cast<size_t>(id)] = kMinusInfinity;
    if (!clamp.empty()) clamp.mask(answer_so_far, logits);
    if (constraint)
      constraint->mask(answer_so_far, logits, request.stop_ids,
                       room - std::min<uint64_t>(room, answer_so_far.size()));
    if (answer_so_far.empty()) choice.weigh(logits);
    keep_openings(openings, answer_so_far, logits);
  };

  const bool with_evidence = options.evidence && !prompt.passages.empty();
  EvidenceCollector evidence(prompt.passages);
  if (with_evidence) {
    request.spans = evidence.spans();
    // The question and the template around it; in a tool round, what came last.
    for (const TokenRange& m : prompt.messages)
      if (m.size() > 0) request.question_begin = static_cast<int64_t>(m.begin);
    request.question_begin = std::max(request.question_begin, static_cast<int64_t>(block_.ids.size()));
  }

  bool told_before = true;  // of what the caller has already, no events
  const AnswerEventFn new_events = [&](const AnswerEvent& event) {
    if (!told_before && events) events(event);
  };
  AnswerWriter writer(tokenizer_, chat.format, prompt.thinking, options.stop, new_events);
  std::vector<int32_t> written(so_far.begin(), so_far.end());
  for (const int32_t token : so_far) {
    if (with_evidence) evidence.add_token(SpanMass(request.spans.size()));
    writer.push(token);
  }
  told_before = false;
  Repetition repetition;  // of new tokens: whoever goes on with an answer gets more of it
  const size_t first_new = so_far.size();
  Clock::time_point evidence_due = Clock::now();
  const auto tell_evidence = [&](const TokenEvent& token) {
    if (!events || Clock::now() < evidence_due) return;
    const std::vector<Evidence> ranked = evidence.rank(
        token.background ? *token.background : SpanMass(), first_new, evidence.n_tokens());
    AnswerEvent event;
    event.kind = AnswerEvent::Kind::kEvidence;
    event.evidence = ranked;
    events(event);
    evidence_due = Clock::now() + kEvidencePause;
  };
  request.on_token = [&](const TokenEvent& event) {
    if (event.mass) evidence.add_token(*event.mass);
    if (event.mass && options.live_evidence) tell_evidence(event);
    written.push_back(event.token);
    const bool go_on = writer.push(event.token) && !repetition.push(event.token);
    if (options.watch) {
      const Message& m = writer.parsed().message;
      options.watch({m.content, m.reasoning, written, {options.sampling.seed, written.size()}});
    }
    return go_on;
  };
  request.on_prefill = [&](const Progress& progress) {
    AnswerEvent event;
    event.kind = AnswerEvent::Kind::kPrefill;
    event.progress = progress;
    if (events) events(event);
  };
  LEYDEN_ASSIGN(const GenerateResult result, model_->engine().generate(sequence_, request));
  writer.finish(result.finish == FinishReason::kStop ? StreamEnd::kEndOfTurn : StreamEnd::kLength);

  const ParsedAnswer& parsed = writer.parsed();
  out.text = parsed.message.content;
  out.thinking = parsed.message.reasoning;
  out.tool_calls = parsed.message.tool_calls;
  out.malformed_calls = parsed.malformed;
  out.notices.insert(out.notices.end(), parsed.notices.begin(), parsed.notices.end());
  if (result.damaged_pages > 0)
    out.notices.push_back(std::to_string(result.damaged_pages) +
                          " stored pages failed verification and were computed again");
  if (std::string told = choice.told(chat.profile); !told.empty())
    out.notices.push_back(std::move(told));
  if (clamp.clamped() > 0)
    out.notices.push_back("quotes were held to the passages they name: " +
                          std::to_string(clamp.changed()) + " of " +
                          std::to_string(clamp.clamped()) + " tokens would have differed");
  out.finish_reason = writer.hit_stop()    ? "stop"
                      : repetition.unit() > 0 ? finish_reason_name(FinishReason::kLength)
                                              : finish_reason_name(result.finish);
  if (repetition.unit() > 0)
    out.notices.push_back("the answer repeated itself and was ended: its last " +
                          std::to_string(Repetition::kEnough) + " tokens are the same " +
                          std::to_string(repetition.unit()) + " again and again");
  if (!options.schema.empty() && result.finish == FinishReason::kLength) {
    if (constraint->complete(result.tokens)) {
      out.finish_reason = "stop";
    } else {
      out.notices.push_back("max_tokens was too small for the schema; the JSON is cut");
    }
  }
  if (out.finish_reason == "stop" && !out.tool_calls.empty()) out.finish_reason = "tool_calls";
  out.prompt_tokens = result.prompt_tokens;
  out.tokens = result.tokens;
  out.completion_tokens = static_cast<int64_t>(result.tokens.size() - so_far.size());
  out.reused_tokens = result.reused_tokens;
  out.prefill_s = result.prefill_s;
  out.decode_s = result.decode_s;
  out.ttft_s = result.ttft_s;
  if (with_evidence) {
    const auto [first, last] = writer.tokens_of(0, out.text.size());
    out.evidence = evidence.rank(result.background, first, last);
    for (const Sentence& s : split_sentences(out.text)) {
      const auto [begin, end] = writer.tokens_of(s.begin, s.end);
      out.sentences.push_back({s.begin, s.end, evidence.rank(result.background, begin, end)});
    }
  }
  out.quotes = find_quotes(out.text, documents_, chat.profile, prompt.passages);
  if (out.finish_reason != "cancelled" || !out.tokens.empty())
    messages_.push_back(parsed.message);
  return out;
}

}  // namespace leyden
