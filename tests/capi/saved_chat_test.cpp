// SPDX-License-Identifier: Apache-2.0
// Chats kept in the jar, through leyden.h alone: what comes back, what is told when something does not.
#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif
#include "capi/leyden.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

template <typename T, void (*Destroy)(T*)>
struct Destroyer {
  void operator()(T* p) const { Destroy(p); }
};
template <typename T, void (*Destroy)(T*)>
using Owned = std::unique_ptr<T, Destroyer<T, Destroy>>;
using Store = Owned<leyden_store, leyden_store_destroy>;
using Model = Owned<leyden_model, leyden_model_destroy>;
using Chat = Owned<leyden_chat, leyden_chat_destroy>;

/// Calls with an error object; a failure is reported with its message.
template <typename Call>
leyden_status call(Call&& body, std::string* message = nullptr) {
  leyden_error* error = nullptr;
  const leyden_status status = body(&error);
  const std::string said = leyden_error_message(error, nullptr);
  leyden_error_destroy(error);
  if (message) {
    *message = said;
  } else {
    EXPECT_EQ(status, LEYDEN_OK) << said;
  }
  return status;
}

template <typename Call>
Json json_of(Call&& body) {
  leyden_string* text = nullptr;
  call([&](leyden_error** e) { return body(&text, e); });
  const std::string data(leyden_string_data(text), leyden_string_size(text));
  leyden_string_destroy(text);
  return data.empty() ? Json() : Json::parse(data);
}

/// One program's view: a store, a model, and chats on them. Destroying it is what a restart is.
struct Program {
  explicit Program(const fs::path& folder, const fs::path& model_folder = LEYDEN_TINY_MODEL, int threads = 2) {
    leyden_store* s = nullptr;
    const std::string at = folder;
    call([&](leyden_error** e) { return leyden_store_open(&s, at.data(), at.size(), nullptr, e); });
    store.reset(s);
    leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
    options.store = s;
    options.threads = threads;
    options.kv_bytes = uint64_t{256} << 20;
    leyden_model* m = nullptr;
    const std::string dir = model_folder;
    call([&](leyden_error** e) { return leyden_model_open(&m, dir.data(), dir.size(), &options, e); });
    model.reset(m);
  }

  int64_t session(const std::string& title) {
    int64_t id = 0;
    call([&](leyden_error** e) {
      return leyden_session_create(&id, store.get(), title.data(), title.size(), e);
    });
    return id;
  }

  Chat open(int64_t session, std::string* error = nullptr, leyden_status* status = nullptr) {
    leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
    options.session = session;
    leyden_chat* c = nullptr;
    const leyden_status s =
        call([&](leyden_error** e) { return leyden_chat_open(&c, model.get(), &options, e); }, error);
    if (status) *status = s;
    return Chat(c);
  }

  Json sessions() {
    return json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_store_sessions_json(out, store.get(), 0, 0, e);
    });
  }
  Json messages(int64_t session) {
    return json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_session_messages_json(out, store.get(), session, e);
    });
  }

  Store store;
  Model model;
};

struct Asking {
  Asking() {
    sampling.temperature = 0.8f;
    sampling.seed = 5;
    c.sampling = &sampling;
    c.max_tokens = 45;
    c.evidence = 1;
  }
  leyden_sampling sampling = LEYDEN_SAMPLING_INIT;
  leyden_ask_options c = LEYDEN_ASK_OPTIONS_INIT;
};

Json take(leyden_answer* answer) {
  Json json = json_of([&](leyden_string** out, leyden_error** e) { return leyden_answer_json(out, answer, e); });
  leyden_answer_destroy(answer);
  return json;
}

Json ask(const Chat& chat, const std::string& question, const Asking& asking = {}) {
  leyden_answer* answer = nullptr;
  call([&](leyden_error** e) {
    return leyden_chat_ask(&answer, chat.get(), question.data(), question.size(), &asking.c, e);
  });
  return take(answer);
}

Json resumed(const Chat& chat) {
  return json_of([&](leyden_string** out, leyden_error** e) { return leyden_chat_resume_json(out, chat.get(), e); });
}

Json verified(const Chat& chat) {
  return json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_chat_verify_json(out, chat.get(), nullptr, e);
  });
}

std::string long_text(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i)
    text += "Sentence " + std::to_string(i) + " tells of harbour " + std::to_string(i * 37 % 101) + ".\n";
  return text;
}

class SavedChat : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("leyden_saved_chat_" + std::to_string(getpid()) + "_" +
                                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path store() const { return folder_ / "store"; }

  /// A session with a document, a system text and two answered questions.
  int64_t prepare(std::vector<std::string>* answers = nullptr) {
    Program p(store());
    const int64_t session = p.session("prepared");
    const Chat chat = p.open(session);
    const std::string text = long_text(40), system = "Be brief.";
    call([&](leyden_error** e) {
      return leyden_chat_add_document(nullptr, chat.get(), "Harbours", 8, text.data(), text.size(), e);
    });
    call([&](leyden_error** e) { return leyden_chat_set_system(chat.get(), system.data(), system.size(), e); });
    for (const char* q : {"Which harbour comes first?", "And then?"}) {
      const Json answer = ask(chat, q);
      EXPECT_TRUE(answer.at("saved").get<bool>()) << answer.at("save_note");
      EXPECT_EQ(answer.at("save_note"), "");
      if (answers) answers->push_back(answer.at("text"));
    }
    return session;
  }

  fs::path folder_;
};

TEST_F(SavedChat, GoesOnAcrossRestartsAsIfItHadNeverStopped) {
  const std::vector<std::string> questions = {"One?", "Two, longer, with some words more?", "Three?", "Four?"};
  std::vector<std::string> straight;
  std::vector<int64_t> reused;
  {
    Program p(store());
    const Chat chat = p.open(p.session("straight"));
    const std::string text = long_text(30);
    call([&](leyden_error** e) {
      return leyden_chat_add_document(nullptr, chat.get(), "D", 1, text.data(), text.size(), e);
    });
    for (const auto& q : questions) {
      const Json answer = ask(chat, q);
      straight.push_back(answer.at("text"));
      reused.push_back(answer.at("usage").at("reused_tokens"));
    }
  }
  int64_t session = 0;
  uint64_t tokens = 0;
  for (size_t i = 0; i < questions.size(); ++i) {
    Program p(folder_ / "other", LEYDEN_TINY_MODEL, i % 2 ? 1 : 2);
    if (i == 0) session = p.session("stopped");
    const Chat chat = p.open(session);
    const Json how = resumed(chat);
    if (i == 0) {
      EXPECT_EQ(how.at("kind"), "new");
      const std::string text = long_text(30);
      call([&](leyden_error** e) {
        return leyden_chat_add_document(nullptr, chat.get(), "D", 1, text.data(), text.size(), e);
      });
    } else {
      EXPECT_EQ(how.at("kind"), "ready") << how.dump();
      EXPECT_EQ(how.at("restored_tokens"), tokens);
      EXPECT_TRUE(how.at("notices").empty());
      const Json same = verified(chat);
      EXPECT_EQ(same.at("promise"), "bits");
      EXPECT_TRUE(same.at("same").get<bool>() && same.at("first_difference").is_null()) << same.dump();
      EXPECT_EQ(same.at("tokens"), tokens);
    }
    const Json answer = ask(chat, questions[i]);
    EXPECT_EQ(answer.at("text"), straight[i]) << "question " << i;
    EXPECT_EQ(answer.at("usage").at("reused_tokens"), reused[i]);
    tokens = json_of([&](leyden_string** out, leyden_error** e) {
               return leyden_chat_info_json(out, chat.get(), e);
             }).at("tokens");
  }
  Program p(folder_ / "other");
  const Json messages = p.messages(session);
  ASSERT_EQ(messages.size(), 8u);
  EXPECT_EQ(messages[7].at("text"), straight[3]);
  EXPECT_EQ(messages[7].at("state"), "complete");
  for (const char* name : {"evidence", "usage", "timing", "finish_reason", "quotes"})
    EXPECT_TRUE(messages[7].at("extra").contains(name)) << name;
}

TEST_F(SavedChat, ACancelledAnswerIsContinuedAsIfItHadNot) {
  Asking asking;
  std::string whole;
  {
    Program p(store());
    whole = ask(p.open(p.session("whole")), "Tell me of harbours.", asking).at("text");
  }
  struct Stop {
    leyden_cancel* cancel = nullptr;
    int left = 12;
  } stop;
  call([&](leyden_error** e) { return leyden_cancel_create(&stop.cancel, e); });
  int64_t session = 0;
  {
    Program p(store());
    session = p.session("cancelled");
    Asking stopping;
    stopping.c.cancel = stop.cancel;
    stopping.c.user_data = &stop;
    stopping.c.on_event = [](const leyden_event* event, void* data) {
      auto* s = static_cast<Stop*>(data);
      if (event->kind == LEYDEN_EVENT_TEXT && --s->left == 0) leyden_cancel_request(s->cancel);
    };
    const Json part = ask(p.open(session), "Tell me of harbours.", stopping);
    EXPECT_EQ(part.at("finish_reason"), "cancelled");
    EXPECT_LT(part.at("text").get<std::string>().size(), whole.size());
    EXPECT_TRUE(part.at("saved").get<bool>());
  }
  leyden_cancel_destroy(stop.cancel);
  Program p(store());
  const Chat chat = p.open(session);
  // As many tokens as the whole answer had in all.
  const auto had = p.messages(session)[1].at("extra").at("usage").at("completion_tokens").get<int64_t>();
  asking.c.max_tokens = 45 - had;
  leyden_answer* answer = nullptr;
  call([&](leyden_error** e) { return leyden_chat_continue(&answer, chat.get(), &asking.c, e); });
  EXPECT_EQ(take(answer).at("text"), whole);
  const Json messages = p.messages(session);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1].at("text"), whole);
  EXPECT_TRUE(verified(chat).at("same").get<bool>());
}

TEST_F(SavedChat, BranchesKeepWhatWasSaid) {
  const int64_t session = prepare();
  Program p(store());
  const Chat chat = p.open(session);
  const Json before = p.messages(session);
  ASSERT_EQ(before.size(), 4u);
  // Regenerate the last answer.
  Asking other;
  other.sampling.seed = 99;
  leyden_answer* answer = nullptr;
  call([&](leyden_error** e) { return leyden_chat_answer_again(&answer, chat.get(), &other.c, e); });
  const Json again = take(answer);
  Json now = p.messages(session);
  ASSERT_EQ(now.size(), 4u);
  EXPECT_EQ(now[3].at("id"), again.at("message"));
  EXPECT_EQ(now[3].at("siblings").size(), 2u);
  EXPECT_NE(now[3].at("text"), before[3].at("text"));
  // Edit the second question.
  call([&](leyden_error** e) { return leyden_chat_go_to(chat.get(), before[1].at("id"), e); });
  ask(chat, "Something else?");
  now = p.messages(session);
  ASSERT_EQ(now.size(), 4u);
  EXPECT_EQ(now[2].at("text"), "Something else?");
  EXPECT_EQ(now[2].at("siblings").size(), 2u);
  EXPECT_EQ(now[2].at("branch_ends"), Json({again.at("message"), now[3].at("id")}));
  EXPECT_TRUE(now[0].at("branch_ends").empty());
  // Back to the first branch, and a wrong message.
  call([&](leyden_error** e) { return leyden_chat_go_to(chat.get(), before[3].at("id"), e); });
  now = p.messages(session);
  ASSERT_EQ(now.size(), 4u);
  EXPECT_EQ(now[3].at("text"), before[3].at("text"));
  std::string said;
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_go_to(chat.get(), 123456, e); }, &said),
            LEYDEN_E_NOT_FOUND);
  // From the very beginning.
  call([&](leyden_error** e) { return leyden_chat_go_to(chat.get(), 0, e); });
  ask(chat, "A fresh start?");
  EXPECT_EQ(p.messages(session).size(), 2u);
}

TEST_F(SavedChat, AFailedQuestionLeavesNoTrace) {
  const int64_t session = prepare();
  Program p(store());
  const Chat chat = p.open(session);
  const Json before = p.messages(session);
  const std::string huge = long_text(3000);
  leyden_answer* answer = nullptr;
  std::string said;
  const Asking asking;
  EXPECT_EQ(call([&](leyden_error** e) {
              return leyden_chat_ask(&answer, chat.get(), huge.data(), huge.size(), &asking.c, e);
            }, &said),
            LEYDEN_E_CONTEXT_OVERFLOW);
  EXPECT_EQ(p.messages(session), before);
  ask(chat, "Does it still work?");
  EXPECT_EQ(p.messages(session).size(), before.size() + 2);
}

TEST_F(SavedChat, ASessionIsWrittenByOneAtATime) {
  const int64_t session = prepare();
  Program p(store()), other(store());
  const Chat chat = p.open(session);
  std::string said;
  leyden_status status = LEYDEN_OK;
  EXPECT_EQ(other.open(session, &said, &status), nullptr);
  EXPECT_EQ(status, LEYDEN_E_BUSY) << said;
  // Another session of the same store works meanwhile.
  const Chat elsewhere = other.open(other.session("elsewhere"));
  EXPECT_TRUE(ask(elsewhere, "Two at a time?").at("saved").get<bool>());
  EXPECT_TRUE(ask(chat, "Two at a time?").at("saved").get<bool>());
}

TEST_F(SavedChat, AFirstDocumentIsReadOnceForAllChats) {
  const std::string text = long_text(60);
  int64_t document = 0;
  uint64_t pages = 0;
  std::string first_answer;
  for (int i = 0; i < 20; ++i) {
    Program p(store());
    const Chat chat = p.open(p.session("chat " + std::to_string(i)));
    if (i == 0) {
      call([&](leyden_error** e) {
        return leyden_chat_add_document(nullptr, chat.get(), "Harbours", 8, text.data(), text.size(), e);
      });
      leyden_run_options run = LEYDEN_RUN_OPTIONS_INIT;
      call([&](leyden_error** e) { return leyden_chat_prefill(chat.get(), &run, e); });
      document = json_of([&](leyden_string** out, leyden_error** e) {
                   return leyden_store_sessions_json(out, p.store.get(), 0, 0, e);
                 })[0].at("documents")[0];
    } else {
      size_t index = 7;
      call([&](leyden_error** e) {
        return leyden_chat_add_stored_document(&index, chat.get(), document, e);
      });
      EXPECT_EQ(index, 0u);
      const Json how = resumed(chat);
      EXPECT_EQ(how.at("kind"), "ready") << how.dump();
      index = 7;  // a second time it is there already
      call([&](leyden_error** e) {
        return leyden_chat_add_stored_document(&index, chat.get(), document, e);
      });
      EXPECT_EQ(index, 0u);
    }
    const Json info = json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_chat_context_json(out, chat.get(), "", 0, e);
    });
    const auto document_tokens = info.at("documents")[0].at("tokens").get<int64_t>();
    EXPECT_EQ(info.at("documents")[0].at("document"), document);
    Asking asking;
    asking.c.max_tokens = 3;
    const Json answer = ask(chat, "Q?", asking);
    if (i == 0) first_answer = answer.at("text");
    EXPECT_EQ(answer.at("text"), first_answer);
    if (i > 0) {
      // At most 63 tokens of the document are read again.
      EXPECT_GE(answer.at("usage").at("reused_tokens").get<int64_t>(), document_tokens - 63);
    }
    const Json stats = json_of([&](leyden_string** out, leyden_error** e) {
      return leyden_store_stats_json(out, p.store.get(), e);
    });
    if (i == 0) pages = stats.at("pages");
    EXPECT_EQ(stats.at("pages"), pages);
    EXPECT_EQ(stats.at("documents"), 1);
  }
}

/// What is done to a store between two programs, and what the next chat says of it.
struct Damage {
  const char* name;
  bool takes_no_pages;  ///< what is left of the file cannot be written to
  std::function<void(const fs::path&)> apply;
};

void overwrite(const fs::path& file, uint64_t from, uint64_t n) {
  std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
  f.seekp(static_cast<std::streamoff>(from));
  for (uint64_t i = 0; i < n; ++i) f.put('\x5a');
}

TEST_F(SavedChat, WhatIsMissingIsReadAgainAndTold) {
  std::vector<std::string> answers;
  const int64_t session = prepare(&answers);
  const std::vector<Damage> damages = {
      {"kv.db is gone", false, [](const fs::path& s) {
         fs::remove(s / "kv.db");
         fs::remove(s / "kv.db-wal");
         fs::remove(s / "kv.db-shm");
       }},
      {"kv.db is overwritten from its middle on", true, [](const fs::path& s) {
         overwrite(s / "kv.db", fs::file_size(s / "kv.db") / 2, fs::file_size(s / "kv.db") / 2);
       }},
      {"kv.db is overwritten but for its first page", false, [](const fs::path& s) {
         overwrite(s / "kv.db", 65536, fs::file_size(s / "kv.db") - 65536);
       }},
      {"kv.db is cut short", false, [](const fs::path& s) {
         fs::resize_file(s / "kv.db", fs::file_size(s / "kv.db") / 3);
       }},
  };
  for (const Damage& d : damages) {
    fs::remove_all(folder_ / "damaged");
    fs::copy(store(), folder_ / "damaged", fs::copy_options::recursive);
    d.apply(folder_ / "damaged");
    std::string told;
    {
      Program p(folder_ / "damaged");
      const Chat chat = p.open(session);
      ASSERT_NE(chat, nullptr) << d.name;
      const Json how = resumed(chat);
      EXPECT_EQ(how.at("kind"), "reread") << d.name << ": " << how.dump();
      EXPECT_FALSE(how.at("notices").empty()) << d.name;
      EXPECT_EQ(how.at("restored_tokens"), 0);
      ASSERT_EQ(p.sessions().size(), 1u) << d.name;
      const Json messages = p.messages(session);
      ASSERT_EQ(messages.size(), 4u) << d.name;
      EXPECT_EQ(messages[3].at("text"), answers[1]);
      const Json answer = ask(chat, "Third?");
      EXPECT_TRUE(answer.at("saved").get<bool>()) << d.name;
      told = answer.at("save_note");
    }
    EXPECT_EQ(told.empty(), !d.takes_no_pages) << d.name << ": " << told;
    if (d.takes_no_pages) {  // the next program begins a new file
      Program p(folder_ / "damaged");
      const Chat chat = p.open(session);
      EXPECT_EQ(resumed(chat).at("kind"), "reread") << d.name;
      EXPECT_EQ(ask(chat, "Fourth?").at("save_note"), "") << d.name;
    }
    Program p(folder_ / "damaged");  // healed
    const Chat chat = p.open(session);
    EXPECT_EQ(resumed(chat).at("kind"), "ready") << d.name;
    EXPECT_TRUE(verified(chat).at("same").get<bool>()) << d.name;
  }
}

TEST_F(SavedChat, OtherWeightsAndOtherFormatsReadAgain) {
  const int64_t session = prepare();
  const fs::path other = folder_ / "weights" / "tiny_model";  // the same name
  fs::create_directories(other.parent_path());
  fs::copy(LEYDEN_TINY_MODEL, other, fs::copy_options::recursive);
  overwrite(other / "model.safetensors", fs::file_size(other / "model.safetensors") - 64, 1);
  for (const char* turn : {"other weights", "the first again"}) {
    Program p(store(), turn[0] == 'o' ? other : fs::path(LEYDEN_TINY_MODEL));
    const Chat chat = p.open(session);
    const Json how = resumed(chat);
    EXPECT_EQ(how.at("kind"), "other_model") << turn << how.dump();
    ASSERT_EQ(how.at("notices").size(), 1u);
    EXPECT_NE(how.at("notices")[0].get<std::string>().find("other weights"), std::string::npos);
    EXPECT_TRUE(ask(chat, "Still there?").at("saved").get<bool>());
  }
  Program p(store());
  EXPECT_EQ(resumed(p.open(session)).at("kind"), "ready");
}

TEST_F(SavedChat, TheContextAddsUp) {
  const int64_t session = prepare();
  Program p(store());
  const Chat chat = p.open(session);
  const std::string draft = "What about the fourth?";
  const Json c = json_of([&](leyden_string** out, leyden_error** e) {
    return leyden_chat_context_json(out, chat.get(), draft.data(), draft.size(), e);
  });
  EXPECT_EQ(c.at("max_context"), 4096);
  for (const char* part : {"system", "history", "draft", "reserve", "free"}) EXPECT_GT(c.at(part), 0) << part;
  const auto of = [&](const char* name) { return c.at(name).get<int64_t>(); };
  const int64_t sum = of("system") + of("tools") + of("history") + of("thinking") + of("tool_results") +
                      of("draft") + of("reserve") + of("free") + c.at("documents")[0].at("tokens").get<int64_t>();
  EXPECT_LE(4096 - sum, 16);  // marks between the parts
  EXPECT_GE(4096 - sum, 0);
}

TEST_F(SavedChat, ArgumentsAreChecked) {
  leyden_model* m = nullptr;
  const std::string dir = LEYDEN_TINY_MODEL;
  call([&](leyden_error** e) { return leyden_model_open(&m, dir.data(), dir.size(), nullptr, e); });
  const Model model(m);
  leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
  options.session = 1;
  leyden_chat* c = nullptr;
  std::string said;
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_open(&c, m, &options, e); }, &said),
            LEYDEN_E_INVALID_ARGUMENT);
  EXPECT_NE(said.find("without a store"), std::string::npos);
  options.session = 0;
  call([&](leyden_error** e) { return leyden_chat_open(&c, m, &options, e); });
  const Chat chat(c);
  EXPECT_EQ(leyden_chat_session(c), 0);
  EXPECT_EQ(leyden_chat_session(nullptr), 0);
  EXPECT_EQ(resumed(chat).at("kind"), "new");
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_go_to(c, 1, e); }, &said),
            LEYDEN_E_INVALID_ARGUMENT);
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_add_stored_document(nullptr, c, 1, e); }, &said),
            LEYDEN_E_INVALID_ARGUMENT);
  leyden_answer* answer = nullptr;
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_continue(&answer, c, nullptr, e); }, &said),
            LEYDEN_E_INVALID_ARGUMENT);
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_answer_again(&answer, c, nullptr, e); }, &said),
            LEYDEN_E_INVALID_ARGUMENT);
  leyden_string* text = nullptr;
  EXPECT_EQ(call([&](leyden_error** e) { return leyden_chat_verify_json(&text, c, nullptr, e); }, &said),
            LEYDEN_E_NOT_FOUND);
  Program p(store());
  leyden_status status = LEYDEN_OK;
  EXPECT_EQ(p.open(4711, &said, &status), nullptr);
  EXPECT_EQ(status, LEYDEN_E_NOT_FOUND) << said;
}

}  // namespace
