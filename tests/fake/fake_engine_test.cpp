// SPDX-License-Identifier: Apache-2.0
// The scripted library seen through leyden.h: every kind of step, the pace, and scripts that are
// wrong.
#define LEYDEN_ENABLE_UNSTABLE
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "capi/leyden.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Seen {
  std::string text, thinking, calls, malformed, answer, json, finish, evidence, evidence_before;
  std::vector<uint64_t> prefill;
  double eta_s = -1;
  leyden_status status = LEYDEN_OK;
  std::string error;
};

void on_event(const leyden_event* e, void* data) {
  auto* seen = static_cast<Seen*>(data);
  const std::string text(e->text ? e->text : "", e->text_size);
  const std::string name(e->name ? e->name : "", e->name_size);
  switch (e->kind) {
    case LEYDEN_EVENT_PREFILL:
      seen->prefill.push_back(e->progress->done);
      if (seen->eta_s < 0) seen->eta_s = e->progress->eta_s;
      break;
    case LEYDEN_EVENT_THINKING:
      seen->thinking += text;
      break;
    case LEYDEN_EVENT_TEXT:
      seen->text += text;
      break;
    case LEYDEN_EVENT_TOOL_CALL:
      seen->calls += name + text;
      break;
    case LEYDEN_EVENT_MALFORMED_CALL:
      seen->malformed += text;
      break;
    case LEYDEN_EVENT_EVIDENCE:
      seen->evidence = text;
      seen->evidence_before = seen->text;
      break;
    default:
      break;
  }
}

/// A model folder with a script of its own, opened, with one chat.
class FakeEngine : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    script_ = fs::path(testing::TempDir()) / (std::string(info->name()) + ".json");
  }
  void TearDown() override {
    leyden_chat_destroy(chat_);
    leyden_model_destroy(model_);
    unsetenv("LEYDEN_FAKE_SCRIPT");
    fs::remove(script_);
  }

  leyden_status open(const std::string& script, std::string* message = nullptr) {
    std::ofstream(script_) << script;
    setenv("LEYDEN_FAKE_SCRIPT", script_.c_str(), 1);
    leyden_error* error = nullptr;
    leyden_string* folder = nullptr;
    leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
    options.threads = 1;
    EXPECT_EQ(leyden_default_model_path(&folder, nullptr), LEYDEN_OK);
    const leyden_status status = leyden_model_open(&model_, leyden_string_data(folder),
                                                   leyden_string_size(folder), &options, &error);
    leyden_string_destroy(folder);
    if (message) *message = leyden_error_message(error, nullptr);
    leyden_error_destroy(error);
    if (status == LEYDEN_OK) {
      EXPECT_EQ(leyden_chat_create(&chat_, model_, nullptr), LEYDEN_OK);
    }
    return status;
  }

  Seen ask(const std::string& question, bool thinking = false, leyden_cancel* cancel = nullptr,
           uint8_t evidence = 1) {
    Seen seen;
    leyden_answer* answer = nullptr;
    leyden_error* error = nullptr;
    leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
    options.thinking = thinking;
    options.evidence = evidence;
    options.on_event = on_event;
    options.user_data = &seen;
    options.cancel = cancel;
    seen.status =
        leyden_chat_ask(&answer, chat_, question.data(), question.size(), &options, &error);
    seen.error = leyden_error_message(error, nullptr);
    seen.answer = leyden_answer_text(answer, nullptr);
    seen.finish = leyden_answer_finish_reason(answer, nullptr);
    leyden_string* json = nullptr;
    if (answer) {
      EXPECT_EQ(leyden_answer_json(&json, answer, nullptr), LEYDEN_OK);
    }
    seen.json = leyden_string_data(json);
    leyden_string_destroy(json);
    leyden_answer_destroy(answer);
    leyden_error_destroy(error);
    return seen;
  }

  fs::path script_;
  leyden_model* model_ = nullptr;
  leyden_chat* chat_ = nullptr;
};

TEST_F(FakeEngine, SpeaksAndThinksWhenAsked) {
  ASSERT_EQ(open(R"({"answers": [{"steps": [{"thinking": "Hm."}, {"text": "Grüße, 世界."}]}]})"),
            LEYDEN_OK);
  const Seen plain = ask("Hello?");
  EXPECT_EQ(plain.text, "Grüße, 世界.");
  EXPECT_EQ(plain.answer, plain.text);
  EXPECT_EQ(plain.finish, "stop");
  EXPECT_EQ(plain.thinking, "");
  const Seen thoughtful = ask("And now?", true);
  EXPECT_EQ(thoughtful.thinking, "Hm.");
  EXPECT_EQ(thoughtful.text, "Grüße, 世界.");
}

TEST_F(FakeEngine, ChoosesByWhatStandsLastInTheQuestion) {
  ASSERT_EQ(open(R"({"answers": [{"steps": [{"text": "other"}]},
                                 {"when": "red", "steps": [{"text": "R"}]},
                                 {"when": "blue", "times": 1, "steps": [{"text": "B"}]}]})"),
            LEYDEN_OK);
  EXPECT_EQ(ask("red or blue?").text, "B");
  EXPECT_EQ(ask("red or blue?").text, "R");
  EXPECT_EQ(ask("blue?").text, "other");
}

TEST_F(FakeEngine, CallsTools) {
  ASSERT_EQ(open(R"({"answers": [
    {"steps": [{"text": "Let me see."}, {"tool_calls": [{"name": "tide", "arguments": {"hour": 9}}]}]},
    {"when": "5.2", "steps": [{"text": "5.2 m."}]}]})"),
            LEYDEN_OK);
  const std::string tools = R"([{"name": "tide", "description": "Height of the tide.", "parameters":
    {"type": "object", "properties": {"hour": {"type": "integer"}}, "required": ["hour"]}}])";
  ASSERT_EQ(leyden_chat_set_tools_json(chat_, tools.data(), tools.size(), nullptr), LEYDEN_OK);
  const Seen call = ask("Tide?");
  EXPECT_EQ(call.calls, R"(tide{"hour":9})");
  EXPECT_EQ(call.finish, "tool_calls");
  leyden_answer* answer = nullptr;
  ASSERT_EQ(leyden_chat_submit_tool_results_json(&answer, chat_, R"(["5.2"])", 7, nullptr, nullptr),
            LEYDEN_OK);
  EXPECT_STREQ(leyden_answer_text(answer, nullptr), "5.2 m.");
  leyden_answer_destroy(answer);
}

TEST_F(FakeEngine, KeepsThePaceAndCancelsPromptly) {
  ASSERT_EQ(open(R"({"token_ms": 40, "answers": [{"steps": [{"text": "one two three four"}]},
                     {"when": "wait", "steps": [{"text": "Well"}, {"wait_ms": 60000}]}]})"),
            LEYDEN_OK);
  auto begin = Clock::now();
  EXPECT_EQ(ask("?").text, "one two three four");
  EXPECT_GE(seconds_since(begin), 0.12);
  leyden_cancel* cancel = nullptr;
  ASSERT_EQ(leyden_cancel_create(&cancel, nullptr), LEYDEN_OK);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    leyden_cancel_request(cancel);
  });
  begin = Clock::now();
  EXPECT_EQ(ask("wait", false, cancel).finish, "cancelled");
  EXPECT_LT(seconds_since(begin), 20);
  other.join();
  leyden_cancel_destroy(cancel);
}

TEST_F(FakeEngine, ReadsSlowlyButNotTwice) {
  ASSERT_EQ(
      open(R"({"prefill": {"tokens_per_s": 1000}, "answers": [{"steps": [{"text": "Read."}]}]})"),
      LEYDEN_OK);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "Line " + std::to_string(i) + " of the log book.\n\n";
  ASSERT_EQ(leyden_chat_add_document(nullptr, chat_, "Log", 3, text.data(), text.size(), nullptr),
            LEYDEN_OK);
  auto begin = Clock::now();
  const Seen first = ask("Line 3?");
  const double first_s = seconds_since(begin);
  ASSERT_GT(first.prefill.size(), 5u);
  EXPECT_TRUE(std::is_sorted(first.prefill.begin(), first.prefill.end()));
  const double total_s = static_cast<double>(first.prefill.back()) / 1000;
  EXPECT_GT(first_s, 0.8 * total_s);
  EXPECT_GT(first.eta_s, 0.5 * total_s);
  begin = Clock::now();
  EXPECT_EQ(ask("Line 4?").text, "Read.");
  EXPECT_LT(seconds_since(begin), 0.5 * first_s);
}

TEST_F(FakeEngine, ShowsScriptedEvidence) {
  ASSERT_EQ(open(R"({"answers": [{"steps": [{"evidence": {"1": 3.0}}, {"text": "There."}]}]})"),
            LEYDEN_OK);
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "The lamp of room " + std::to_string(i) + " was lit again.\n\n";
  ASSERT_EQ(leyden_chat_add_document(nullptr, chat_, "", 0, text.data(), text.size(), nullptr),
            LEYDEN_OK);
  const Seen seen = ask("Where?");
  EXPECT_NE(seen.json.find(R"("share":1.0,"reference":1,)"), std::string::npos) << seen.json;
  EXPECT_EQ(seen.evidence, "");
  const Seen live = ask("Where?", false, nullptr, 2);
  EXPECT_NE(live.evidence.find(R"("share":1.0,"reference":1})"), std::string::npos)
      << live.evidence;
  EXPECT_EQ(live.evidence_before, "") << "comes with the first token, not at the end";
}

TEST_F(FakeEngine, FailsOnPurpose) {
  ASSERT_EQ(open(R"({"answers": [{"steps": [{"text": "fine"}]},
      {"when": "big", "prefill": {"fail_at": 4, "fail": "out_of_memory", "message": "no room"}, "steps": []},
      {"when": "pull", "steps": [{"text": "Half"}, {"fail": "device_lost"}]}]})"),
            LEYDEN_OK);
  const Seen big = ask("big");
  EXPECT_EQ(big.status, LEYDEN_E_OUT_OF_MEMORY);
  EXPECT_EQ(big.error, "no room");
  EXPECT_EQ(ask("small").text, "fine");
  const Seen pull = ask("pull");
  EXPECT_EQ(pull.status, LEYDEN_E_DEVICE_LOST);
  EXPECT_EQ(pull.text, "Half");
  EXPECT_EQ(ask("small").status, LEYDEN_E_DEVICE_LOST);
}

TEST_F(FakeEngine, OpensSlowlyOrNotAtAll) {
  std::string message;
  const auto begin = Clock::now();
  EXPECT_EQ(open(R"({"open": {"ms": 100, "fail": "io", "message": "disk gone"}, "answers": []})",
                 &message),
            LEYDEN_E_IO);
  EXPECT_EQ(message, "disk gone");
  EXPECT_GE(seconds_since(begin), 0.1);
}

TEST_F(FakeEngine, WrongScriptsAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"answer": []})", "answer"},
      {R"({"answers": 3})", "answers"},
      {R"({"answers": [{"steps": [{"txet": "x"}]}]})", "answers[0].steps[0].txet"},
      {R"({"answers": [{"steps": [{"fail": "tired"}]}]})", "answers[0].steps[0].fail"},
      {R"({"answers": [{"steps": [{"wait_ms": -1}]}]})", "answers[0].steps[0].wait_ms"},
      {R"({"prefill": {"tokens_per_s": "fast"}, "answers": []})", "prefill.tokens_per_s"},
      {R"({"answers": [)", "json"}};
  for (const auto& [script, name] : cases) {
    std::string message;
    EXPECT_EQ(open(script, &message), LEYDEN_E_CORRUPT) << script;
    EXPECT_NE(message.find(name), std::string::npos) << message;
  }
}

}  // namespace
