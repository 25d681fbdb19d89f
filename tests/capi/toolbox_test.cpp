// SPDX-License-Identifier: Apache-2.0
// Toolboxes and chats that use them, through leyden.h alone.
#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "capi/leyden.h"

namespace {

using Json = nlohmann::json;

template <typename T, void (*Destroy)(T*)>
struct Destroyer {
  void operator()(T* p) const { Destroy(p); }
};
template <typename T, void (*Destroy)(T*)>
using Owned = std::unique_ptr<T, Destroyer<T, Destroy>>;
using Toolbox = Owned<leyden_toolbox, leyden_toolbox_destroy>;

/// A call's status; its message goes to `said`.
template <typename Call>
leyden_status call(Call&& body, std::string* said) {
  leyden_error* error = nullptr;
  const leyden_status status = body(&error);
  *said = leyden_error_message(error, nullptr);
  leyden_error_destroy(error);
  return status;
}

template <typename Call>
void good(Call&& body) {
  std::string said;
  EXPECT_EQ(call(body, &said), LEYDEN_OK) << said;
}

template <typename Call>
Json json_of(Call&& body) {
  leyden_string* text = nullptr;
  good([&](leyden_error** e) { return body(&text, e); });
  const std::string data(leyden_string_data(text), leyden_string_size(text));
  leyden_string_destroy(text);
  return data.empty() ? Json() : Json::parse(data);
}

Toolbox make_toolbox(const leyden_toolbox_options* options = nullptr) {
  leyden_toolbox* out = nullptr;
  good([&](leyden_error** e) { return leyden_toolbox_create(&out, options, e); });
  return Toolbox(out);
}

Json list(const Toolbox& toolbox) {
  return json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_list_json(out, toolbox.get(), e);
  });
}

Json call_tool(const Toolbox& toolbox, const std::string& name, const std::string& arguments) {
  return json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_call_json(out, toolbox.get(), name.data(), name.size(), arguments.data(),
                                    arguments.size(), nullptr, e);
  });
}

struct Tides {
  int calls = 0, freed = 0;
};

int32_t tell_tide(const leyden_tool_call* call, leyden_tool_reply* reply, void* data) {
  auto* tides = static_cast<Tides*>(data);
  ++tides->calls;
  const std::string arguments(call->arguments, call->arguments_size);
  if (arguments.find("nowhere") != std::string::npos) return 7;
  const std::string text = "tide for " + arguments;
  leyden_tool_reply_set(reply, text.data(), text.size());
  return 0;
}

void free_tides(void* data) { ++static_cast<Tides*>(data)->freed; }

leyden_status add_tides(const Toolbox& toolbox, Tides* tides, const std::string& name,
                        const std::string& parameters, std::string* said) {
  leyden_tool_desc desc = LEYDEN_TOOL_DESC_INIT;
  desc.name = name.data();
  desc.name_size = name.size();
  desc.parameters = parameters.data();
  desc.parameters_size = parameters.size();
  desc.flags = LEYDEN_TOOL_READ_ONLY;
  return call(
      [&](leyden_error** e) {
        return leyden_toolbox_add_function(toolbox.get(), &desc, tell_tide, tides, free_tides, e);
      },
      said);
}

void add_rules(const Toolbox& toolbox) {
  const std::string title = "Harbour rules";
  const std::string pages =
      Json{{{"label", "p. 1"}, {"text", "Boats are moored at night in the harbour."}},
           {{"label", "p. 2"}, {"text", "The access code of the boathouse is 8812."}}}
          .dump();
  good([&](leyden_error** e) {
    return leyden_toolbox_add_document_json(toolbox.get(), title.data(), title.size(), pages.data(),
                                            pages.size(), e);
  });
}

TEST(Toolbox, AFunctionIsListedCalledAndFreedOnce) {
  Tides tides;
  std::string said;
  {
    const Toolbox toolbox = make_toolbox();
    EXPECT_EQ(add_tides(toolbox, &tides, "tide", R"({"type": "object"})", &said), LEYDEN_OK)
        << said;
    const Json tools = list(toolbox);
    ASSERT_EQ(tools.size(), 1u);
    EXPECT_EQ(tools[0]["origin"], "host");
    EXPECT_EQ(tools[0]["read_only"], true);
    const Json result = call_tool(toolbox, "tide", R"({"port":"Veere"})");
    EXPECT_EQ(result["text"], R"(tide for {"port":"Veere"})");
    EXPECT_EQ(result["is_error"], false);
    const Json failed = call_tool(toolbox, "tide", R"({"port":"nowhere"})");
    EXPECT_EQ(failed["is_error"], true);
    EXPECT_EQ(failed["text"], "the tool failed with status 7");
    EXPECT_EQ(tides.calls, 2);
    EXPECT_EQ(add_tides(toolbox, &tides, "tide", "", &said), LEYDEN_E_INVALID_ARGUMENT);
    EXPECT_NE(said.find("this name already"), std::string::npos) << said;
    EXPECT_EQ(add_tides(toolbox, &tides, "ti de", "", &said), LEYDEN_E_INVALID_ARGUMENT);
    EXPECT_EQ(add_tides(toolbox, &tides, "b", "[1]", &said), LEYDEN_E_INVALID_ARGUMENT);
    EXPECT_EQ(tides.freed, 0) << "an error may not free the user data";
  }
  EXPECT_EQ(tides.freed, 1);
}

TEST(Toolbox, ALibraryInMemoryIsSearchedAndSwitchedOff) {
  const Toolbox toolbox = make_toolbox();
  add_rules(toolbox);
  EXPECT_EQ(list(toolbox).size(), 2u);
  const Json found = call_tool(toolbox, "search", R"({"query": "boathouse access code"})");
  ASSERT_FALSE(found["passages"].empty()) << found;
  EXPECT_EQ(found["passages"][0]["page"], 2);
  EXPECT_EQ(found["passages"][0]["title"], "Harbour rules");
  const std::string name = "search";
  good([&](leyden_error** e) {
    return leyden_toolbox_set_enabled(toolbox.get(), name.data(), name.size(), 0, e);
  });
  std::string said;
  leyden_string* out = nullptr;
  EXPECT_EQ(call(
                [&](leyden_error** e) {
                  return leyden_toolbox_call_json(&out, toolbox.get(), name.data(), name.size(),
                                                  "{}", 2, nullptr, e);
                },
                &said),
            LEYDEN_E_NOT_FOUND);
  EXPECT_EQ(out, nullptr);
}

int32_t deny(const leyden_approval* approval, leyden_approval_answer* answer, void* data) {
  *static_cast<std::string*>(data) = std::string(approval->arguments, approval->arguments_size);
  leyden_approval_deny_reason(answer, "not today", 9);
  return LEYDEN_APPROVE_DENY;
}

TEST(Toolbox, AServerStartsOnlyWhenAllowed) {
  const Toolbox toolbox = make_toolbox();
  const std::string server = R"({"name": "x", "command": ["/bin/false"], "sandbox": false})";
  std::string said, shown;
  EXPECT_EQ(call(
                [&](leyden_error** e) {
                  return leyden_toolbox_add_mcp_json(toolbox.get(), server.data(), server.size(),
                                                     deny, &shown, e);
                },
                &said),
            LEYDEN_E_CANCELLED);
  EXPECT_NE(said.find("not today"), std::string::npos) << said;
  EXPECT_NE(shown.find("/bin/false"), std::string::npos) << shown;
  EXPECT_EQ(call(
                [&](leyden_error** e) {
                  return leyden_toolbox_add_mcp_json(toolbox.get(), "{}", 2, nullptr, nullptr, e);
                },
                &said),
            LEYDEN_E_INVALID_ARGUMENT);
}

TEST(Toolbox, PluginsOfAFolderThatIsMissing) {
  const Toolbox toolbox = make_toolbox();
  const std::string folder = "/nonexistent/plugins";
  std::string said;
  leyden_string* problems = nullptr;
  EXPECT_EQ(call(
                [&](leyden_error** e) {
                  return leyden_toolbox_add_plugins(&problems, toolbox.get(), folder.data(),
                                                    folder.size(), e);
                },
                &said),
            LEYDEN_E_NOT_FOUND);
  EXPECT_EQ(problems, nullptr);
  const Json none = json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_add_plugins(out, toolbox.get(), nullptr, 0, e);
  });
  EXPECT_TRUE(none.is_array()) << none;
}

TEST(Toolbox, AChatSearchesAnswersAndItsCallsAreLogged) {
  const std::string folder = LEYDEN_DEFAULT_MODEL;
  if (!std::filesystem::exists(folder + "/model.safetensors")) GTEST_SKIP() << "no default model";
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.threads = 2;
  leyden_model* opened = nullptr;
  good([&](leyden_error** e) {
    return leyden_model_open(&opened, folder.data(), folder.size(), &options, e);
  });
  const Owned<leyden_model, leyden_model_destroy> model(opened);
  const Toolbox toolbox = make_toolbox();
  add_rules(toolbox);
  leyden_chat* made = nullptr;
  good([&](leyden_error** e) { return leyden_chat_create(&made, model.get(), e); });
  const Owned<leyden_chat, leyden_chat_destroy> chat(made);
  const std::string question = "What is the access code of the boathouse?";
  leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
  ask.max_tokens = 200;
  int results = 0;
  ask.user_data = &results;
  ask.on_event = [](const leyden_event* event, void* data) {
    if (event->kind == LEYDEN_EVENT_TOOL_RESULT) ++*static_cast<int*>(data);
  };
  leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
  agent.ask = &ask;
  leyden_answer* written = nullptr;
  good([&](leyden_error** e) {
    return leyden_chat_run(&written, chat.get(), toolbox.get(), question.data(), question.size(),
                           &agent, e);
  });
  const Owned<leyden_answer, leyden_answer_destroy> answer(written);
  const Json json = json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_answer_json(out, answer.get(), e);
  });
  EXPECT_EQ(json["run"]["stopped"], "answered") << json.dump(1);
  ASSERT_GE(json["run"]["steps"].size(), 2u) << json.dump(1);
  EXPECT_EQ(json["run"]["steps"][0]["calls"][0]["name"], "search");
  const Json log = json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_log_json(out, toolbox.get(), e);
  });
  EXPECT_EQ(static_cast<int>(log.size()), results);
  ASSERT_FALSE(log.empty());
  EXPECT_EQ(log[0]["decision"], "built in");
}

TEST(Toolbox, AQuestionOverTheLibraryTellsHowItWasRead) {
  const std::string folder = LEYDEN_DEFAULT_MODEL;
  if (!std::filesystem::exists(folder + "/model.safetensors")) GTEST_SKIP() << "no default model";
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.threads = 2;
  leyden_model* opened = nullptr;
  good([&](leyden_error** e) {
    return leyden_model_open(&opened, folder.data(), folder.size(), &options, e);
  });
  const Owned<leyden_model, leyden_model_destroy> model(opened);
  const Toolbox toolbox = make_toolbox();
  add_rules(toolbox);
  struct Seen {
    std::string text, mode, reason;
    std::vector<std::pair<uint64_t, uint64_t>> parts;
  };
  const auto read = [&](leyden_reading_mode mode, Seen* seen) {
    leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
    ask.max_tokens = 120;
    ask.constrain_references = ask.clamp_quotes = 1;
    ask.user_data = seen;
    ask.on_event = [](const leyden_event* event, void* data) {
      Seen& s = *static_cast<Seen*>(data);
      if (event->kind == LEYDEN_EVENT_TEXT) s.text.append(event->text, event->text_size);
      if (event->kind == LEYDEN_EVENT_STEP)
        s.parts.emplace_back(event->progress->done, event->progress->total);
      if (event->kind != LEYDEN_EVENT_READING) return;
      s.mode.assign(event->name, event->name_size);
      s.reason.assign(event->text, event->text_size);
    };
    leyden_reading_options how = LEYDEN_READING_OPTIONS_INIT;
    how.mode = mode;
    how.ask = &ask;
    const std::string question = "What is the access code of the boathouse?";
    leyden_answer* written = nullptr;
    good([&](leyden_error** e) {
      return leyden_toolbox_ask(&written, toolbox.get(), model.get(), question.data(),
                                question.size(), &how, e);
    });
    const Owned<leyden_answer, leyden_answer_destroy> answer(written);
    return json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_answer_json(out, answer.get(), e);
    });
  };
  for (const leyden_reading_mode mode :
       {LEYDEN_READING_AUTO, LEYDEN_READING_PAGES, LEYDEN_READING_MAP}) {
    Seen seen;
    const Json json = read(mode, &seen);
    const Json& reading = json["reading"];
    EXPECT_EQ(reading["mode"], mode == LEYDEN_READING_AUTO    ? "whole"
                               : mode == LEYDEN_READING_PAGES ? "pages"
                                                              : "map");
    EXPECT_EQ(seen.mode, reading["mode"]);
    EXPECT_EQ(seen.reason, reading["reason"]);
    EXPECT_EQ(seen.text, json["text"]);
    EXPECT_EQ(seen.parts.size(), mode == LEYDEN_READING_MAP ? reading["parts"].size() + 1 : 0);
    ASSERT_FALSE(reading["claims"].empty()) << json.dump(1);
    const Json& claim = reading["claims"][0];
    EXPECT_EQ(claim["verified"], true) << json.dump(1);
    EXPECT_NE(claim["text"].get<std::string>().find("8812"), std::string::npos);
    EXPECT_TRUE(json["quotes"].empty());
  }
}

TEST(Toolbox, AKeptChatRunsToolsAndItsTraceComesBack) {
  const std::string folder = LEYDEN_DEFAULT_MODEL;
  if (!std::filesystem::exists(folder + "/model.safetensors")) GTEST_SKIP() << "no default model";
  std::string at = (std::filesystem::temp_directory_path() / "leyden-kept-run-XXXXXX").string();
  ASSERT_NE(mkdtemp(at.data()), nullptr);
  leyden_store* kept = nullptr;
  good([&](leyden_error** e) {
    return leyden_store_open(&kept, at.data(), at.size(), nullptr, e);
  });
  Owned<leyden_store, leyden_store_destroy> store(kept);
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.threads = 2;
  options.store = store.get();
  leyden_model* opened = nullptr;
  good([&](leyden_error** e) {
    return leyden_model_open(&opened, folder.data(), folder.size(), &options, e);
  });
  Owned<leyden_model, leyden_model_destroy> model(opened);
  leyden_chat_options where = LEYDEN_CHAT_OPTIONS_INIT;
  good([&](leyden_error** e) {
    return leyden_session_create(&where.session, store.get(), "run", 3, e);
  });
  const Toolbox toolbox = make_toolbox();
  add_rules(toolbox);
  using Chat = Owned<leyden_chat, leyden_chat_destroy>;
  const auto open = [&] {
    leyden_chat* chat = nullptr;
    good([&](leyden_error** e) { return leyden_chat_open(&chat, model.get(), &where, e); });
    return Chat(chat);
  };
  const auto run = [&](const Chat& chat, const std::string& question) {
    leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
    ask.max_tokens = 200;
    leyden_agent_options agent = LEYDEN_AGENT_OPTIONS_INIT;
    agent.ask = &ask;
    leyden_answer* written = nullptr;
    good([&](leyden_error** e) {
      return leyden_chat_run(&written, chat.get(), toolbox.get(), question.data(), question.size(),
                             &agent, e);
    });
    const Owned<leyden_answer, leyden_answer_destroy> answer(written);
    return json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_answer_json(out, answer.get(), e);
    });
  };
  Chat chat = open();
  const Json first = run(chat, "What is the access code of the boathouse?");
  ASSERT_GE(first["run"]["steps"].size(), 2u) << first.dump(1);
  chat.reset();
  const Json messages = json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_session_messages_json(out, store.get(), where.session, e);
  });
  ASSERT_GE(messages.size(), 4u) << messages.dump(1);
  EXPECT_EQ(messages[2]["role"], "tool");
  EXPECT_EQ(messages[2]["extra"]["call"], first["run"]["steps"][0]["calls"][0]);
  EXPECT_EQ(messages.back()["text"], first["text"]);
  Json how = first["run"];
  how.erase("steps");
  ASSERT_FALSE(how["passages"].empty());
  EXPECT_EQ(messages.back()["extra"]["run"], how);
  chat = open();
  const Json next = run(chat, "Where are boats moored?");
  EXPECT_GT(next["run"]["steps"][0]["usage"]["reused_tokens"],
            first["run"]["steps"][0]["usage"]["prompt_tokens"])
      << "what the run read came not back";
  chat.reset();
  model.reset();
  store.reset();
  std::filesystem::remove_all(at);
}

}  // namespace
