// SPDX-License-Identifier: Apache-2.0
#include "capi/saved_chat.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_dump.h"
#include "capi/convert.h"
#include "capi/saved_message.h"

namespace leyden::capi {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// An offer costs a copy of one page on the engine's thread; a save some milliseconds on the saver's. The
// sum of both intervals and a save stays below the second that may be lost.
constexpr auto kOfferEvery = std::chrono::milliseconds(150);
constexpr int kSaveEveryMs = 600;
constexpr int kHandOverMs = 60000;
constexpr const char* kSpeedsKey = "resume_speeds";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool same_message(const Message& a, const Message& b) {
  const auto same_call = [](const ToolCall& x, const ToolCall& y) {
    return x.name == y.name && x.arguments == y.arguments;
  };
  return a.role == b.role && a.content == b.content && a.reasoning == b.reasoning &&
         a.references == b.references &&
         std::ranges::equal(a.tool_calls, b.tool_calls, same_call);
}

}  // namespace

std::string document_text(const std::vector<DocumentPart>& parts) {
  std::string text;
  for (const DocumentPart& part : parts) {
    if (!text.empty()) text += "\n\n";
    text += part.text;
  }
  return text;
}

SavedChat::SavedChat(Store& store, LoadedModel& model, Dialogue& dialogue)
    : store_(store), model_(model), dialogue_(dialogue), saver_(store.sessions(), kSaveEveryMs) {}

SavedChat::~SavedChat() { write_speeds(); }

Result<std::unique_ptr<SavedChat>> SavedChat::open(Store& store, LoadedModel& model, Dialogue& dialogue,
                                                   CatalogueId session, const ProgressFn& progress,
                                                   const CancelToken* cancel) {
  std::unique_ptr<SavedChat> chat(new SavedChat(store, model, dialogue));
  SessionCatalogue& sessions = store.sessions();
  chat->session_ = session;
  LEYDEN_ASSIGN(chat->hold_, sessions.hold(session));
  StoredModel of;
  of.name = model.folder().filename().empty() ? model.folder().parent_path().filename().string()
                                              : model.folder().filename().string();
  of.fingerprint = model.model().fingerprint();
  of.kv_format = kv_shape(model.model().config(), model.model().options()).kv_format_version;
  of.page_layout = page_layout(model.model().kv_layout());
  LEYDEN_ASSIGN(chat->model_id_, sessions.add_model(of));
  LEYDEN_ASSIGN(const SessionInfo info, sessions.session(session));
  LEYDEN_TRY(chat->fill_dialogue(info));
  LEYDEN_TRY(chat->load_path());
  chat->read_speeds();
  LEYDEN_TRY(chat->bring_back(progress, cancel));
  LEYDEN_TRY(sessions.touch(session));
  return chat;
}

Status SavedChat::fill_dialogue(const SessionInfo& info) {
  for (const CatalogueId id : info.documents) {
    LEYDEN_ASSIGN(const DocumentInfo document, store_.documents().info(id));
    LEYDEN_ASSIGN(const std::vector<DocumentPart> parts, store_.documents().parts(id));
    LEYDEN_TRY(internal::as_status(dialogue_.add_document(document.title, document_text(parts)))
                   .with_context("document " + std::to_string(id)));
    documents_.push_back(id);
  }
  const Json settings = Json::parse(info.settings_json, nullptr, false);
  if (!settings.is_object()) return {};
  if (const auto system = settings.find("system"); system != settings.end() && system->is_string())
    LEYDEN_TRY(dialogue_.set_system(system->get<std::string>()));
  if (const auto tools = settings.find("tools"); tools != settings.end() && tools->is_array()) {
    LEYDEN_ASSIGN(std::vector<ToolSpec> specs, parse_tools(tools->dump()));
    LEYDEN_TRY(dialogue_.set_tools(std::move(specs)));
  }
  return {};
}

Status SavedChat::load_path() {
  LEYDEN_ASSIGN(std::vector<StoredMessage> path, store_.sessions().path(session_));
  // An answer that a crash left without a token says nothing: its question is as good as unanswered.
  if (!path.empty() && path.back().role == "assistant" && path.back().text.empty() &&
      path.back().thinking.empty() && path.back().tokens.empty() &&
      path.back().state == MessageState::kInterrupted) {
    if (store_.sessions().withdraw(session_, path.back().id).ok()) path.pop_back();
  }
  std::vector<Message> messages;
  std::vector<CatalogueId> ids;
  for (const StoredMessage& m : path) {
    LEYDEN_ASSIGN(Message message, core_message(m));
    messages.push_back(std::move(message));
    ids.push_back(m.id);
  }
  LEYDEN_TRY(dialogue_.set_messages(std::move(messages)));
  path_ = std::move(ids);
  return {};
}

Status SavedChat::bring_back(const ProgressFn& progress, const CancelToken* cancel) {
  const Model& model = model_.model();
  const uint32_t format = kv_shape(model.config(), model.options()).kv_format_version;
  LEYDEN_ASSIGN(ResumeState state,
                store_.sessions().resume_state(session_, model.fingerprint(), format));
  LEYDEN_TRY(store_.sessions().set_model(session_, model_id_));
  resumed_ = {};
  const auto read_again = [&](const char* kind, const std::string& why) {
    resumed_.kind = kind;
    resumed_.reason = why;
    resumed_.notices.push_back(why + "; the text is read again");
    return Status();
  };
  switch (state.kind) {
    case ResumeState::Kind::kEmpty:
      if (!path_.empty()) return read_again("reread", "nothing of what was read is kept here");
      return {};
    case ResumeState::Kind::kOtherModel: return read_again("other_model", state.reason);
    case ResumeState::Kind::kReread: return read_again("reread", state.reason);
    case ResumeState::Kind::kReady: break;
  }
  SavedSequence saved;
  saved.tip = state.tip;
  saved.tail_tokens = std::move(state.tail.tokens);
  saved.tail_payload = std::move(state.tail.payload);
  saved.manifest = std::move(state.tail.manifest);
  saved.numerics_profile = std::move(state.tail.numerics_profile);
  saved.n_tokens = int64_t{state.full_pages} * KvLayout::kPageTokens +
                   static_cast<int64_t>(saved.tail_tokens.size());
  const ResumeChoice choice = choose_resume(meter_.speeds(), state.stored_bytes, state.raw_bytes,
                                            static_cast<uint64_t>(saved.n_tokens));
  resumed_.kind = "ready";
  resumed_.decision = choice.load ? "load" : "recompute";
  resumed_.reason = choice.reason;
  if (!choice.load) return {};
  const auto begin = Clock::now();
  Result<std::shared_ptr<Sequence>> sequence = model_.engine().restore(saved, progress, cancel);
  if (!sequence.ok()) {
    if (sequence.status().code() == StatusCode::kCancelled) return sequence.status();
    return read_again("reread", sequence.status().message());
  }
  dialogue_.set_sequence(std::move(*sequence));
  resumed_.restored_tokens = saved.n_tokens;
  resumed_.restore_s = seconds_since(begin);
  if (state.full_pages > 0) {
    meter_.disk(state.stored_bytes, resumed_.restore_s);
    meter_.decode(state.raw_bytes, resumed_.restore_s);
  }
  return {};
}

// ---- what stands before the first question -------------------------------------------------------

Result<size_t> SavedChat::add_document(CatalogueId document, const ProgressFn& progress,
                                       const CancelToken* cancel) {
  if (const auto at = std::ranges::find(documents_, document); at != documents_.end())
    return static_cast<size_t>(at - documents_.begin());
  LEYDEN_ASSIGN(const DocumentInfo info, store_.documents().info(document));
  LEYDEN_ASSIGN(const std::vector<DocumentPart> parts, store_.documents().parts(document));
  LEYDEN_ASSIGN(const size_t index, dialogue_.add_document(info.title, document_text(parts)));
  LEYDEN_TRY(store_.documents().attach(session_, document));
  documents_.push_back(document);
  // A first document that some chat has read before is there at once.
  if (documents_.size() == 1 && dialogue_.n_tokens() == 0) LEYDEN_TRY(bring_back(progress, cancel));
  return index;
}

Result<size_t> SavedChat::add_text(std::string_view title, std::string_view text) {
  NewDocument document;
  document.title = title;
  document.parts = {{"", std::string(text)}};
  LEYDEN_ASSIGN(const CatalogueId id, store_.documents().add(document));
  return add_document(id, {}, nullptr);
}

Status SavedChat::put_setting(const char* key, const std::string& json) {
  LEYDEN_ASSIGN(const SessionInfo info, store_.sessions().session(session_));
  Json settings = Json::parse(info.settings_json, nullptr, false);
  if (!settings.is_object()) settings = Json::object();
  settings[key] = Json::parse(json);
  return store_.sessions().set_settings(session_, settings.dump());
}

Status SavedChat::set_system(std::string_view text) {
  LEYDEN_TRY(dialogue_.set_system(text));
  return put_setting("system", Json(text).dump());
}

Status SavedChat::set_tools(std::vector<ToolSpec> tools) {
  const std::string json = tools_json(tools);
  LEYDEN_TRY(dialogue_.set_tools(std::move(tools)));
  return put_setting("tools", json);
}

Status SavedChat::prefill(const ProgressFn& progress, const CancelToken* cancel) {
  const size_t before = dialogue_.n_tokens();
  const auto begin = Clock::now();
  const Status read = dialogue_.prefill(progress, cancel);
  if (dialogue_.n_tokens() > before + 256)
    meter_.prefill(dialogue_.n_tokens() - before, seconds_since(begin));
  if (!read.ok() && read.code() != StatusCode::kCancelled) return read;
  LEYDEN_TRY(settle(turn_save(nullptr)));
  return read;
}

// ---- turns ---------------------------------------------------------------------------------------

TurnSave SavedChat::turn_save(const SamplerState* sampler) const {
  SavedSequence saved = model_.engine().save(*dialogue_.sequence(), sampler);
  TurnSave out;
  out.session = session_;
  out.tip = saved.tip;
  out.n_tokens = static_cast<uint32_t>(saved.n_tokens);
  out.tail.tokens = std::move(saved.tail_tokens);
  out.tail.payload = std::move(saved.tail_payload);
  out.tail.manifest = std::move(saved.manifest);
  out.tail.numerics_profile = std::move(saved.numerics_profile);
  out.wait_for_pages = false;
  return out;
}

Result<TurnSaved> SavedChat::settle(TurnSave save) {
  // Text first: it does not wait for pages. Then all pages, once more from memory if the store lost some.
  LEYDEN_ASSIGN(TurnSaved saved, saver_.finish(save));
  Engine& engine = model_.engine();
  const Sequence* again = nullptr;
  for (int attempt = 0; attempt < 2 && !saved.kv_saved; ++attempt) {
    if (const Status handed = engine.hand_over(again, kHandOverMs); !handed.ok()) {
      saved.note = handed.message();
      return saved;
    }
    save.wait_for_pages = true;
    LEYDEN_ASSIGN(saved, saver_.finish(save));
    again = dialogue_.sequence().get();
  }
  if (saved.kv_saved) LEYDEN_TRY(note_first_document());
  return saved;
}

Status SavedChat::note_first_document() {
  if (chain_noted_ || documents_.empty()) return {};
  const DocumentBlock& block = dialogue_.document_block();
  const Sequence& sequence = *dialogue_.sequence();
  const size_t end = block.documents[0].end;
  const size_t full = end / static_cast<size_t>(KvLayout::kPageTokens);
  if (full == 0 || sequence.tokens().size() < end || common_prefix(sequence.tokens(), block.ids) < end)
    return {};
  const PageId tip = sequence.page_id(full - 1);
  LEYDEN_ASSIGN(const auto known, store_.documents().chain(documents_[0], model_id_));
  if (!known || known->tip != tip)
    LEYDEN_TRY(store_.documents().set_chain(documents_[0], model_id_, tip, static_cast<uint32_t>(end)));
  chain_noted_ = true;
  return {};
}

Result<Answer> SavedChat::write(CatalogueId message, const AskOptions& options, const Call& call,
                                AnswerSaved* out) {
  AskOptions watched = options;
  watched.watch = [&](const AnswerSoFar& so_far) {
    if (options.watch) options.watch(so_far);
    const auto now = Clock::now();
    if (now - offered_ < kOfferEvery) return;
    offered_ = now;
    TurnSave save = turn_save(&so_far.sampler);
    save.message = message;
    save.text = so_far.text;
    save.thinking = so_far.thinking;
    save.tokens.assign(so_far.tokens.begin(), so_far.tokens.end());
    save.extra_json = streaming_extra(options.thinking, so_far.sampler);
    save.complete = false;
    saver_.offer(std::move(save));
  };
  Result<Answer> answer = call(watched);
  if (!answer.ok()) return answer;
  const int64_t read = answer->prompt_tokens - answer->reused_tokens;
  if (read > 256) meter_.prefill(static_cast<uint64_t>(read), answer->prefill_s);
  const SamplerState sampler{options.sampling.seed, answer->tokens.size()};
  TurnSave save = turn_save(&sampler);
  save.message = message;
  save.text = answer->text;
  save.thinking = answer->thinking;
  save.tokens = answer->tokens;
  save.extra_json = finished_extra(*answer, dialogue_.documents(), options.thinking, sampler);
  AnswerSaved said;
  said.message = message;
  if (Result<TurnSaved> saved = settle(std::move(save)); saved.ok()) {
    said.saved = true;
    if (!saved->kv_saved) said.note = "the text is saved; what was read is not: " + saved->note;
  } else {
    said.note = "the answer is not saved: " + saved.status().message();
  }
  if (out) *out = std::move(said);
  return answer;
}

Result<Answer> SavedChat::turn(const std::vector<Message>& asked, const AskOptions& options,
                               const Call& call, AnswerSaved* saved,
                               const std::vector<std::string>& call_traces) {
  SessionCatalogue& sessions = store_.sessions();
  const size_t before = path_.size();
  std::vector<StoredMessage> all;
  for (size_t i = 0; i < asked.size(); ++i)
    all.push_back(stored_message(asked[i], i < call_traces.size() ? call_traces[i] : ""));
  StoredMessage& answer_row = all.emplace_back();
  answer_row.role = role_name(Role::kAssistant);
  answer_row.extra_json = streaming_extra(options.thinking, {options.sampling.seed, 0});
  answer_row.state = MessageState::kStreaming;
  const auto take_back = [&] {
    for (; path_.size() > before; path_.pop_back()) (void)sessions.withdraw(session_, path_.back());
  };
  for (const StoredMessage& m : all) {
    Result<CatalogueId> id = sessions.append(session_, m);
    if (!id.ok()) {
      take_back();
      return id.status();
    }
    path_.push_back(*id);
  }
  Result<Answer> answer = write(path_.back(), options, call, saved);
  // What the dialogue did not keep, the catalogue does not either.
  if (!answer.ok() || dialogue_.messages().size() != path_.size()) {
    take_back();
    if (saved) *saved = {};
  }
  return answer;
}

Status SavedChat::note_run(const std::string& run_json) {
  Json run = Json::parse(run_json);
  run.erase("steps");
  LEYDEN_ASSIGN(const StoredMessage last, store_.sessions().message(path_.back()));
  Json extra = Json::parse(last.extra_json);
  extra["run"] = std::move(run);
  return store_.sessions().set_extra(session_, last.id, dump_json(extra));
}

Result<Answer> SavedChat::ask(std::string_view question, const AskOptions& options,
                              const AnswerEventFn& events, const CancelToken* cancel,
                              AnswerSaved* saved) {
  Message message;
  message.content = question;
  return turn({message}, options,
              [&](const AskOptions& o) { return dialogue_.ask(question, o, events, cancel); }, saved);
}

Result<Answer> SavedChat::submit_tool_results(const std::vector<std::string>& results,
                                              const AskOptions& options, const AnswerEventFn& events,
                                              const CancelToken* cancel, AnswerSaved* saved) {
  std::vector<Message> asked;
  for (const std::string& text : results) {
    Message& message = asked.emplace_back();
    message.role = Role::kTool;
    message.content = text;
  }
  return turn(asked, options, [&](const AskOptions& o) {
    return dialogue_.submit_tool_results(results, o, events, cancel);
  }, saved);
}

Result<Answer> SavedChat::answer_again(const AskOptions& options, const AnswerEventFn& events,
                                       const CancelToken* cancel, AnswerSaved* saved) {
  const std::vector<Message>& messages = dialogue_.messages();
  if (messages.empty()) return invalid_argument("chat: there is no question to answer again");
  const Call call = [&](const AskOptions& o) { return dialogue_.answer_again(o, events, cancel); };
  if (messages.back().role != Role::kAssistant) return turn({}, options, call, saved);
  // The new answer is a sibling of the old one, which stays.
  const CatalogueId old = path_.back();
  const CatalogueId parent = path_.size() > 1 ? path_[path_.size() - 2] : 0;
  LEYDEN_TRY(store_.sessions().set_head(session_, parent));
  path_.pop_back();
  AnswerSaved said;
  Result<Answer> answer = turn({}, options, call, &said);
  if (said.message == 0 || path_.empty() || path_.back() != said.message) {
    LEYDEN_TRY(store_.sessions().set_head(session_, old));
    path_.push_back(old);
  }
  if (saved) *saved = std::move(said);
  return answer;
}

Result<Answer> SavedChat::continue_answer(const AskOptions& options, const AnswerEventFn& events,
                                          const CancelToken* cancel, AnswerSaved* saved) {
  const std::vector<Message>& messages = dialogue_.messages();
  if (messages.empty()) return invalid_argument("chat: there is no answer to go on with");
  if (messages.back().role != Role::kAssistant) return answer_again(options, events, cancel, saved);
  LEYDEN_ASSIGN(const StoredMessage last, store_.sessions().message(path_.back()));
  const AnswerMode mode = answer_mode(last);
  if (last.state == MessageState::kComplete &&
      (mode.finish_reason == "stop" || mode.finish_reason == "tool_calls"))
    return invalid_argument("chat: the last answer is complete, there is nothing to go on with");
  if (last.tokens.empty())
    return invalid_argument("chat: the tokens of the last answer are not kept; ask for it again");
  AskOptions same = options;
  same.thinking = mode.thinking;
  return write(path_.back(), same, [&](const AskOptions& o) {
    return dialogue_.continue_answer(last.tokens, o, events, cancel);
  }, saved);
}

Status SavedChat::go_to(CatalogueId message) {
  LEYDEN_TRY(store_.sessions().set_head(session_, message));
  return load_path();
}

Status SavedChat::set_messages(std::vector<Message> messages) {
  const std::vector<Message>& present = dialogue_.messages();
  size_t common = 0;
  while (common < std::min(messages.size(), present.size()) &&
         same_message(messages[common], present[common]))
    ++common;
  LEYDEN_TRY(dialogue_.set_messages(messages));  // checked before the catalogue changes
  SessionCatalogue& sessions = store_.sessions();
  LEYDEN_TRY(sessions.set_head(session_, common > 0 ? path_[common - 1] : 0));
  path_.resize(common);
  for (; path_.size() < messages.size();) {
    LEYDEN_ASSIGN(const CatalogueId id,
                  sessions.append(session_, stored_message(messages[path_.size()])));
    path_.push_back(id);
  }
  return {};
}

// ---- measured speeds, from one run of the program to the next --------------------------------------

void SavedChat::read_speeds() {
  Result<std::string> text = store_.sessions().setting(kSpeedsKey);
  if (!text.ok()) return;
  const Json speeds = Json::parse(*text, nullptr, false);
  const auto of = [&](const char* name) {
    const auto value = speeds.is_object() ? speeds.find(name) : speeds.end();
    return value != speeds.end() && value->is_number_unsigned() ? value->get<uint64_t>() : uint64_t{0};
  };
  meter_.disk(of("disk_bytes_per_s"), 1);
  meter_.decode(of("decode_bytes_per_s"), 1);
  meter_.prefill(of("prefill_tokens_per_s"), 1);
}

void SavedChat::write_speeds() {
  const ResumeSpeeds s = meter_.speeds();
  const auto whole = [](double x) { return static_cast<uint64_t>(x); };
  const Json speeds = {{"disk_bytes_per_s", whole(s.disk_bytes_per_s)},
                       {"decode_bytes_per_s", whole(s.decode_bytes_per_s)},
                       {"prefill_tokens_per_s", whole(s.prefill_tokens_per_s)}};
  (void)store_.sessions().set_setting(kSpeedsKey, speeds.dump());  // only a hint for the next time
}

}  // namespace leyden::capi
