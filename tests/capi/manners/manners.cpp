// SPDX-License-Identifier: Apache-2.0
// What C++ programs may rely on: exceptions of callbacks come back, cancels and limits hold, a kept
// chat goes on and branches, an encrypted jar stays shut. Prints "ok"; manners.rs and Manners.java
// say the same.
//
//   manners FOLDER
#include <fstream>
#include <iostream>
#include <leyden/leyden.hpp>
#include <string>
#include <vector>

namespace {

struct Oops {};

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("does not hold: ") + what);
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

template <typename Call>
void fails(std::string_view name, Call&& call) {
  try {
    call();
  } catch (const leyden::Error& error) {
    if (error.name() == name) return;
    throw;
  }
  throw std::runtime_error("did not fail with " + std::string(name));
}

template <typename Call>
void comes_back(Call&& call) {
  try {
    call();
  } catch (Oops) {
    return;
  }
  throw std::runtime_error("what the callback threw did not come back");
}

void models() {
  expect(leyden::abi() == 0 && !leyden::version().empty(), "version");
  expect(leyden::has("logits") && !leyden::has("wings"), "features");
  fails("not_found", [] { leyden::Model("/nowhere"); });
  expect(says(leyden::model_info_json(leyden::default_model_path()), "\"parameters\""),
         "model info");
  expect(leyden::Tokenizer(leyden::default_model_path()).vocab_size() > 100, "tokenizer alone");
  leyden::ModelOptions options;
  options.threads = 2;
  options.on_progress = [](const leyden::Progress&) { throw Oops(); };
  comes_back([&] { leyden::Model({}, options); });
}

void tokens(leyden::Model& model) {
  const auto ids = model.tokenizer().encode("The lamp went out", LEYDEN_ADDED_IGNORE);
  std::size_t rows = 0;
  model.logits(ids, [&](std::int64_t first, std::int64_t n, std::int64_t vocab, const float*) {
    expect(first == static_cast<std::int64_t>(rows) && vocab == model.vocab_size(),
           "rows in order");
    rows += static_cast<std::size_t>(n);
  });
  expect(rows == ids.size(), "a row for each id");
  comes_back([&] { model.logits(ids, [](auto, auto, auto, auto) { throw Oops(); }); });
  leyden::GenerateOptions options;
  options.max_tokens = 9;
  int seen = 0;
  options.on_token = [&](std::int32_t, std::int64_t) { return ++seen == 2; };
  const leyden::Generation made = model.generate(ids, options);
  expect(made.ids.size() == 2 && says(made.json, "stopped_by_caller"), "stopping at a token");
  options.on_token = [](std::int32_t, std::int64_t) -> bool { throw Oops(); };
  comes_back([&] { model.generate(ids, options); });
  fails("invalid_argument", [&] { model.generate({-1}); });
}

void chats(leyden::Store& store, leyden::Model& model) {
  const std::int64_t session = store.create_session("Tower");
  leyden::Chat chat(model, session);
  expect(chat.session() == session && says(chat.resume_json(), "\"new\""), "a new chat");
  chat.add_document("Log", "The lamp of the tower went out at nine.");
  leyden::AskOptions options;
  options.max_tokens = 6;
  comes_back([&] { chat.ask("When?", options, [](const leyden::Event&) { throw Oops(); }); });
  const leyden::Answer part = chat.ask("When did the lamp go out?", options);
  expect(part.finish_reason == "length", "a limit");
  const leyden::Answer whole = chat.go_on(options);
  expect(whole.text.compare(0, part.text.size(), part.text) == 0 && whole.text != part.text,
         "going on");
  chat.answer_again(options);
  expect(says(store.session_messages_json(session), "\"siblings\""), "branches");
  leyden::Cancel cancel;
  cancel.request();
  options.cancel = &cancel;
  expect(chat.ask("And then?", options).finish_reason == "cancelled", "a cancel");
  cancel.reset();
  expect(!cancel.requested() && chat.ask("And then?", options).finish_reason == "length",
         "a reset");
  options.stop = {"e"};
  options.max_tokens = 40;
  expect(!says(chat.ask("Who lit it?", options).text, "e"), "a stop text");
  chat.go_to(0);
  expect(says(chat.context_json("Who?"), "\"draft\""), "the context meter");
  fails("busy", [&] { leyden::Chat second(model, session); });
}

void tools(leyden::Model& model) {
  leyden::Toolbox toolbox(nullptr, /*offline=*/false);
  toolbox.add_function(
      {"tide", "When the tide is high.", {}}, [](const leyden::ToolCall& call) -> std::string {
        expect(call.time_limit_s > 0 && !call.cancelled() && !call.offline, "what a tool is told");
        throw std::runtime_error("no gauge");
      });
  const std::string failed = toolbox.call_json("tide", "{}");
  expect(says(failed, "\"is_error\":true") && says(failed, "no gauge"), "a tool that fails");
  leyden::Chat chat(model);
  leyden::AskOptions options;
  options.max_tokens = 60;
  options.limits.max_steps = 2;
  comes_back([&] {
    chat.run(
        "Tell me the tide in Brest.", toolbox,
        [](const leyden_approval&, std::string&) -> std::int32_t { throw Oops(); }, options);
  });
  const std::string server = R"({"name": "x", "command": ["true"], "sandbox": false})";
  std::string asked;
  fails("cancelled", [&] {
    toolbox.add_mcp_json(server, [&](const leyden_approval& approval, std::string&) {
      asked.assign(approval.arguments, approval.arguments_size);
      return LEYDEN_APPROVE_DENY;
    });
  });
  expect(says(asked, "true"), "who approves a server sees its command");
  comes_back([&] {
    toolbox.add_mcp_json(
        server, [](const leyden_approval&, std::string&) -> std::int32_t { throw Oops(); });
  });
  toolbox.set_enabled("tide", false);
  expect(says(toolbox.list_json(), "\"enabled\":false") && says(toolbox.log_json(), "tide"),
         "the log");
}

void readings(leyden::Model& model) {
  leyden::Toolbox library;
  leyden::AskOptions options;
  options.max_tokens = 20;
  fails("invalid_argument", [&] { leyden::ask(library, model, "Who lit the lamp?", options); });
  library.add_document_json("Log", R"([{"label": "p. 1", "text": "The keeper lit the lamp."}])");
  std::string mode;
  const auto tell = [&](const leyden::Event& event) {
    if (event.kind == LEYDEN_EVENT_READING) mode = event.name;
  };
  expect(says(leyden::ask(library, model, "Who lit the lamp?", options, tell).json, "\"reading\"") &&
             mode == "whole",
         "a reading");
  options.reading.mode = LEYDEN_READING_MAP;
  leyden::ask(library, model, "Who lit the lamp?", options, tell);
  expect(mode == "map", "a mode that was asked for");
  comes_back([&] {
    leyden::ask(library, model, "Who?", options, [](const leyden::Event&) { throw Oops(); });
  });
}

void jars(const std::string& folder) {
  leyden::StoreOptions options;
  options.passphrase = "one";
  {
    leyden::Store store(folder + "/shut", options);
    store.change_passphrase("one", "two");
    const std::int64_t document =
        store.add_document_json(R"({"title": "Log", "parts": [{"text": "Nine."}]})");
    expect(store.document_part_text(document, 0) == "Nine.", "a part of a document");
    store.remove_document(document);
    expect(store.documents_json() == "[]", "a removed document");
    store.set_setting("theme", "dark");
    store.backup(folder + "/copy");
  }
  fails("invalid_argument", [&] { leyden::Store(folder + "/shut", options); });
  options.passphrase = "two";
  expect(says(leyden::repair_store_json(folder + "/shut", options), "\"pages_lost\":0"),
         "a repair");
  options.read_only = true;
  leyden::Store store(folder + "/copy", options);
  expect(store.setting("theme") == "dark" && says(store.stats_json(), "\"encrypted\":true"),
         "a backup");
  fails("io", [&] { store.set_setting("theme", "light"); });
}

void files(const std::string& folder) {
  std::ofstream(folder + "/log.txt") << "The lamp went out at nine.\n";
  leyden_file_options options = LEYDEN_FILE_OPTIONS_INIT;
  options.allow_unsandboxed = 1;
  leyden::File file(folder + "/log.txt", &options);
  expect(says(file.page_json(0), "at nine"), "a page");
  fails("unsupported", [&] { file.image(0); });
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  models();
  leyden::Store store(folder + "/jar");
  leyden::ModelOptions options;
  options.threads = 2;
  options.store = &store;
  leyden::Model model({}, options);
  tokens(model);
  chats(store, model);
  tools(model);
  readings(model);
  jars(folder);
  files(folder);
  std::cout << "ok\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
