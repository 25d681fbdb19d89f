// SPDX-License-Identifier: Apache-2.0
// leyden chat: questions about documents.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "app/cli/chat_run.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"

namespace leyden_cli {

ChatRun::ChatRun(const ChatArguments& args, const Console& console)
    : thinking(args.thinking), evidence(args.evidence), args_(args), console_(console) {
  AskOptions check_flags(args);  // wrong flags fail before anything is loaded
  for (const std::string& path : args.documents) documents_.push_back(read_document(path));
  stop_if_interrupted();
  tools_ = args.tools.open(args.store, console);
  if (args.session.empty()) {
    model_ = args.model.open(console);
    chat_ = made<Chat>([&](leyden_chat** out, leyden_error** error) {
      return leyden_chat_create(out, model_.get(), error);
    });
  } else {
    open_session();
  }
  grants_ = KeptGrants(store_.get());
  grants_.give_to(tools_.toolbox);
  if (!console.json) {
    const Json stats = Json::parse(model_stats(model_));
    for (const Json& warning : stats.at("warnings")) {
      note("note: " + warning.get<std::string>());
    }
  }
  if (!args.system.empty()) {
    done([&](leyden_error** error) {
      return leyden_chat_set_system(chat_.get(), args.system.data(), args.system.size(), error);
    });
  }
  // By the chat's numbers: a session may have documents of its own, and these among them.
  std::vector<DocumentFile> placed;
  for (DocumentFile& d : documents_) {
    size_t index = 0;
    try {
      done([&](leyden_error** error) {
        return leyden_chat_add_document(&index, chat_.get(), d.title.data(), d.title.size(),
                                        d.text.data(), d.text.size(), error);
      });
    } catch (const Failure& f) {
      throw Failure{f.status, d.path + ": " + f.message};
    }
    if (placed.size() <= index) placed.resize(index + 1);
    placed[index] = std::move(d);
    stop_if_interrupted();
  }
  documents_ = std::move(placed);
  if (store_) {  // a first document may have brought what was read of it
    resume_ = made_json([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_resume_json(out, chat_.get(), error);
    });
    say_how_it_came_back();
  }
}

void ChatRun::read_kept_documents(const Json& answer) {
  const auto points_elsewhere = [&](const Json& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const Json& entry) {
      const auto index = entry.at("document").get<size_t>();
      return index >= documents_.size() || documents_[index].text.empty();
    });
  };
  const Json& sentences = answer.at("sentences");
  if (!points_elsewhere(answer.at("evidence")) && !points_elsewhere(answer.at("quotes")) &&
      std::none_of(sentences.begin(), sentences.end(),
                   [&](const Json& s) { return points_elsewhere(s.at("evidence")); }))
    return;
  const Json session = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_session_info_json(out, store_.get(), leyden_chat_session(chat_.get()), error);
  });
  const Json& kept = session.at("documents");
  documents_.resize(std::max(documents_.size(), kept.size()));
  for (size_t i = 0; i < kept.size(); ++i)
    if (documents_[i].path.empty())
      documents_[i] = kept_document(store_.get(), kept[i].at("id").get<int64_t>());
}

void ChatRun::open_session() {
  if (args_.store.folder == "none") {
    throw bad_argument("--session needs a store, and --store none says that nothing is to be kept");
  }
  store_ = args_.must_exist ? args_.store.open_existing(console_) : args_.store.open(console_);
  leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
  try {
    options.session = find_session(store_, args_.session);
  } catch (const Failure& f) {
    if (f.status != LEYDEN_E_NOT_FOUND || args_.must_exist) throw;
    options.session = made_id([&](int64_t* out, leyden_error** error) {
      return leyden_session_create(out, store_.get(), args_.session.data(), args_.session.size(), error);
    });
  }
  model_ = args_.model.open(console_, store_.get());
  ProgressLine progress(console_);
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  chat_ = made<Chat>([&](leyden_chat** out, leyden_error** error) {
    return leyden_chat_open(out, model_.get(), &options, error);
  });
}

void ChatRun::say_how_it_came_back() const {
  if (console_.json) return;
  for (const Json& notice : resume_.at("notices")) note("note: " + notice.get<std::string>());
  const auto tokens = resume_.at("restored_tokens").get<uint64_t>();
  if (tokens > 0) {
    note(fmt::format("restored {} tokens in {:.2f} s", grouped(tokens),
                     resume_.at("restore_s").get<double>()));
  } else if (resume_.at("decision") == "recompute") {
    note("note: " + resume_.at("reason").get<std::string>());
  }
}

void ChatRun::print_how_it_came_back() const {
  Json session = resume_;
  session["id"] = leyden_chat_session(chat_.get());
  print_json({{"session", session}});
}

void ChatRun::read_documents() {
  ProgressLine progress(console_);
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  done([&](leyden_error** error) { return leyden_chat_prefill(chat_.get(), &options, error); });
}

/// Shows an answer while it is written. Its callback may not throw: a stdout that takes no more
/// cancels the answer.
struct ChatRun::Stream {
  explicit Stream(const Console& c) : console(c), progress(c) {}

  const Console& console;
  ProgressLine progress;
  bool in_thinking = false;
  bool stdout_failed = false;

  static void callback(const leyden_event* event, void* data) {
    static_cast<Stream*>(data)->on_event(*event);
  }

  void on_event(const leyden_event& event) noexcept {
    if (event.kind == LEYDEN_EVENT_PREFILL) return progress.show(*event.progress);
    progress.clear();
    if (console.json) return;
    const std::string_view text(event.text ? event.text : "", event.text_size);
    const std::string_view name(event.name ? event.name : "", event.name_size);
    if (in_thinking != (event.kind == LEYDEN_EVENT_THINKING)) {
      in_thinking = !in_thinking;
      std::fputs(in_thinking ? "[thinking]\n" : "\n[answer]\n", stderr);
    }
    switch (event.kind) {
      case LEYDEN_EVENT_THINKING: return write(stderr, text);
      case LEYDEN_EVENT_TEXT: return write(stdout, text);
      case LEYDEN_EVENT_TOOL_CALL:
        write(stdout, "\n[calls ");
        write(stdout, name);
        write(stdout, " ");
        write(stdout, text);
        return write(stdout, "]\n");
      case LEYDEN_EVENT_TOOL_RESULT:
        write(stderr, "[");
        write(stderr, name);
        write(stderr, " answered]\n");
        write(stderr, front_of(text, 2000));
        return write(stderr, "\n");
      case LEYDEN_EVENT_MALFORMED_CALL:
        write(stdout, text);
        write(stderr, "\n[not a valid call: ");
        write(stderr, name);
        return write(stderr, "]\n");
      default: return;
    }
  }

  void write(FILE* file, std::string_view text) noexcept {
    const bool ok =
        std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
    if (ok || file != stdout || stdout_failed) return;
    stdout_failed = true;
    leyden_cancel_request(interrupt());
  }
};

template <typename Call>
bool ChatRun::show(Call&& call) {
  Stream stream(console_);
  AskOptions options(args_);
  options.c.thinking = thinking ? 1 : 0;
  options.c.evidence = evidence ? 1 : 0;
  options.c.on_event = Stream::callback;
  options.c.user_data = &stream;
  const Answer answer = made<Answer>([&](leyden_answer** out, leyden_error** error) {
    return call(out, &options.c, error);
  });
  grants_.take_from(tools_.toolbox);
  stream.progress.clear();
  if (stream.stdout_failed) throw io_failure("stdout: cannot write");
  Json json = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_answer_json(out, answer.get(), error);
  }));
  if (store_) read_kept_documents(json);
  place_in_files(json, documents_);
  if (console_.json) {
    if (store_) {
      json["session"] = resume_;
      json["session"]["id"] = leyden_chat_session(chat_.get());
    }
    print_json(json);
  } else {
    print("\n");
    print(evidence_text(json));
    print(library_quotes_text(json));
    flush_output();
    for (const Json& notice : json.at("notices")) note("note: " + notice.get<std::string>());
    if (const auto said = json.at("save_note").get<std::string>(); !said.empty()) note("note: " + said);
    if (console_.shows_progress()) note(timing_text(json));
  }
  flush_output();
  return json.at("finish_reason") != "cancelled";
}

bool ChatRun::ask(const std::string& question) {
  return show([&](leyden_answer** out, const leyden_ask_options* options, leyden_error** error) {
    if (!tools_.toolbox)
      return leyden_chat_ask(out, chat_.get(), question.data(), question.size(), options, error);
    leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
    agent.ask = options;
    agent.max_steps = args_.max_steps;
    agent.approve = ask_on_terminal;
    agent.approve_data = &grants_;
    return leyden_chat_run(out, chat_.get(), tools_.toolbox.get(), question.data(), question.size(),
                           &agent, error);
  });
}

bool ChatRun::go_on() {
  return show([&](leyden_answer** out, const leyden_ask_options* options, leyden_error** error) {
    return leyden_chat_continue(out, chat_.get(), options, error);
  });
}

bool ChatRun::verify() {
  ProgressLine progress(console_);
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  Json found = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_chat_verify_json(out, chat_.get(), &options, error);
  });
  progress.clear();
  const bool same = found.at("same").get<bool>();
  if (console_.json) {
    found["session"] = resume_;
    found["session"]["id"] = leyden_chat_session(chat_.get());
    print_json(found);
    return same;
  }
  const bool bits = found.at("promise") == "bits";
  print(fmt::format("{} tokens read again: {}\n", grouped(found.at("tokens").get<uint64_t>()),
                    !same               ? "NOT the same"
                    : found.at("first_difference").is_null() ? "the same, bit for bit"
                                                             : "as close as promised"));
  print(fmt::format("promised: {}\n", bits ? "the same bits (same build, same kind of device)"
                                           : "closeness (computed by another build or device)"));
  if (!found.at("first_difference").is_null()) {
    print(fmt::format("first difference at token {}; mean KL {:.2e} nats, likeliest token equal at "
                      "{:.2f} % of positions\n",
                      found.at("first_difference").get<int64_t>(), found.at("mean_kl").get<double>(),
                      100 * found.at("top1_equal").get<double>()));
  }
  return same;
}

bool ChatRun::undo() {
  Json messages = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_chat_messages_json(out, chat_.get(), error);
  }));
  while (!messages.empty() && messages.back().at("role") != "user") messages.erase(messages.size() - 1);
  if (messages.empty()) return false;
  messages.erase(messages.size() - 1);
  const std::string text = messages.dump();
  done([&](leyden_error** error) {
    return leyden_chat_set_messages_json(chat_.get(), text.data(), text.size(), error);
  });
  return true;
}

Json ChatRun::info() const {
  return Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_chat_info_json(out, chat_.get(), error);
  }));
}

void add_chat(CLI::App& app, Console& console) {
  CLI::App* command = add_command(
      app, console, "chat", "Ask about documents, or just talk",
      "  leyden chat --doc report.md --ask \"Who signed the contract?\" --evidence\n"
      "  leyden chat --doc a.md --doc b.txt --system \"Answer in one sentence.\"\n"
      "  leyden chat --doc report.md --ask \"...\" --json | jq .evidence\n"
      "  leyden chat --library a.txt --library b.txt --ask \"When does the harbour close?\"\n"
      "  leyden chat --session report --doc report.md\n"
      "Without --ask, questions are read from the terminal (/help shows how), or one a line from\n"
      "stdin; with --json each gives one line of JSON.");
  auto args = std::make_shared<ChatArguments>();
  args->add_to(command);
  command->callback([args, &console] {
    if (args->has_question && args->question.empty()) throw bad_argument("--ask: the text is empty");
    ChatRun chat(*args, console);
    if (!args->has_question) {
      const int32_t status = run_chat_loop(chat, console);
      if (status != LEYDEN_OK) throw Failure{status, "a question was not answered"};
    } else if (!chat.ask(args->question)) {
      throw Failure{LEYDEN_E_CANCELLED, "interrupted; the answer is not complete"};
    }
  });
}

void add_session_resume(CLI::App& group, Console& console) {
  CLI::App* command = add_command(
      group, console, "resume", "Go on with a session",
      "  leyden session resume \"Harbour report\"\n"
      "  leyden session resume \"Harbour report\" --ask \"And who signed it?\" --max-tokens 40\n"
      "Without --ask, questions are read as in leyden chat; with --json a first line says how the\n"
      "session came back. With --verify everything that came back is read once more and compared; a\n"
      "mismatch ends with an error.");
  struct Resume {
    ChatArguments chat;
    bool verify = false, go_on = false;
  };
  auto args = std::make_shared<Resume>();
  args->chat.must_exist = true;
  command->add_option("NAME", args->chat.session, "Title, id or uuid")->required();
  args->chat.add_common(command);
  command->add_flag("--verify", args->verify, "Compare what came back with reading it again");
  command->add_flag("--continue", args->go_on, "Go on with an answer that was interrupted");
  command->callback([args, &console] {
    if (args->chat.has_question && args->chat.question.empty()) {
      throw bad_argument("--ask: the text is empty");
    }
    ChatRun chat(args->chat, console);
    if (args->verify && !chat.verify()) {
      throw Failure{LEYDEN_E_CORRUPT, "verify: what came back is not what reading again gives"};
    }
    bool whole = true;
    if (args->go_on) whole = chat.go_on();
    if (whole && args->chat.has_question) whole = chat.ask(args->chat.question);
    if (!whole) throw Failure{LEYDEN_E_CANCELLED, "interrupted; the answer is not complete"};
    if (args->verify || args->go_on || args->chat.has_question) return;
    if (console.json) chat.print_how_it_came_back();
    const int32_t status = run_chat_loop(chat, console);
    if (status != LEYDEN_OK) throw Failure{status, "a question was not answered"};
  });
}

}  // namespace leyden_cli
