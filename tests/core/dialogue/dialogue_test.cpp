// SPDX-License-Identifier: Apache-2.0
// A chat over a document, end to end, with a trained model: the one that ships, or the trial's.
#include "core/dialogue/dialogue.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/dialogue/repetition.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

/// models/default, or the trial model under its own profile; empty when neither is there.
fs::path trained_model() {
  const fs::path root = LEYDEN_SOURCE_DIR;
  if (fs::exists(root / "models/default/model.safetensors")) return root / "models/default";
  const fs::path trial = root.parent_path() / "shared/data/pilot-model";
  if (!fs::exists(trial)) return {};
  const fs::path dir = fs::temp_directory_path() / "leyden_trial_model";
  std::error_code ignored;
  fs::create_directories(dir, ignored);
  for (const auto& e : fs::directory_iterator(trial))
    if (!fs::exists(dir / e.path().filename()))
      fs::create_symlink(e.path(), dir / e.path().filename(), ignored);
  fs::copy_file(root / "tests/goldens/trial_profile/leyden.json", dir / "leyden.json",
                fs::copy_options::overwrite_existing, ignored);
  return dir;
}

class DialogueTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path dir = trained_model();
    if (dir.empty()) return;
    OpenOptions options;
    options.threads = 2;
    auto opened = LoadedModel::open(dir, options, nullptr, nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    model_ = *opened;
  }
  static void TearDownTestSuite() { model_.reset(); }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "no trained model";
    dialogue_ = std::move(*Dialogue::create(model_));
  }

  /// The first n lines of a real text (the licence), with one fact planted in the middle.
  static std::string document(int lines) {
    std::ifstream in(fs::path(LEYDEN_SOURCE_DIR) / "LICENSE");
    std::string text;
    std::string line;
    for (int i = 0; i < lines && std::getline(in, line); ++i) {
      text += line + "\n";
      if (i > lines / 2 && line.empty() && text.find("lighthouse") == std::string::npos)
        text += "The access code for the old lighthouse is 4471903.\n\n";
    }
    return text;
  }

  Answer ask(const std::string& question, AskOptions options = {}) {
    if (options.max_tokens == 0) options.max_tokens = 150;
    auto answer = dialogue_->ask(question, options, nullptr, nullptr);
    EXPECT_TRUE(answer.ok()) << answer.status().to_string();
    return answer.ok() ? *answer : Answer();
  }

  static std::shared_ptr<LoadedModel> model_;
  std::unique_ptr<Dialogue> dialogue_;
};
std::shared_ptr<LoadedModel> DialogueTest::model_;

TEST_F(DialogueTest, FindsThePlantedFactAndShowsWhere) {
  ASSERT_TRUE(dialogue_->add_document("Licence", document(120)).ok());
  AskOptions options;
  options.evidence = true;
  const Answer a = ask("What is the access code for the old lighthouse?", options);
  EXPECT_NE(a.text.find("4471903"), std::string::npos) << a.text;
  ASSERT_FALSE(a.evidence.empty());
  const std::string& text = dialogue_->documents()[0].text;
  const Evidence& top = a.evidence[0];
  EXPECT_NE(text.substr(top.begin, top.end - top.begin).find("4471903"), std::string::npos)
      << text.substr(top.begin, top.end - top.begin) << " " << top.share;
  double sum = 0;
  for (const Evidence& e : a.evidence) sum += e.share;
  EXPECT_LE(sum, 1 + 1e-9);
  ASSERT_FALSE(a.quotes.empty());
  EXPECT_NE(text.substr(a.quotes[0].begin, a.quotes[0].end - a.quotes[0].begin).find("lighthouse"),
            std::string::npos);
  EXPECT_FALSE(a.sentences.empty());
  EXPECT_EQ(a.finish_reason, "stop");
}

TEST(RepetitionTest, NoticesRoundsOfUpTo32Tokens) {
  for (const int32_t unit : {1, 2, 7, 32}) {
    Repetition watch;
    for (int32_t i = 0; i < 100; ++i) EXPECT_FALSE(watch.push(1000 + i));
    size_t n = 0;
    while (!watch.push(static_cast<int32_t>(n) % unit) && n < 1000) ++n;
    EXPECT_EQ(n + 1, Repetition::kEnough + static_cast<size_t>(unit)) << unit;
    EXPECT_EQ(watch.unit(), static_cast<size_t>(unit));
    EXPECT_FALSE(watch.push(5000));  // another token begins anew
  }
}

TEST(RepetitionTest, LongerRoundsAndCountingAreLeftAlone) {
  Repetition rounds, counting;
  for (int32_t i = 0; i < 5000; ++i) {
    EXPECT_FALSE(rounds.push(i % 33));
    EXPECT_FALSE(counting.push(i % 10 == 9 ? i : i % 10));  // a table whose last column differs
  }
}

TEST_F(DialogueTest, AnAnswerThatRepeatsItselfIsEnded) {
  AskOptions options;
  options.max_tokens = 5000;
  options.sampling.logit_bias = {{300, 1000.0f}};
  const Answer a = ask("Say it.", options);
  EXPECT_EQ(a.completion_tokens, static_cast<int64_t>(Repetition::kEnough) + 1);
  EXPECT_EQ(a.finish_reason, "length");
  ASSERT_EQ(a.notices.size(), 1u);
  EXPECT_EQ(a.notices[0],
            "the answer repeated itself and was ended: its last 256 tokens are the same 1 again and again");
  options.max_tokens = 200;
  EXPECT_EQ(ask("Once more.", options).notices.size(), 0u);
}

TEST_F(DialogueTest, ASecondQuestionReadsOnlyWhatIsNew) {
  ASSERT_TRUE(dialogue_->add_document("", document(60)).ok());
  const Answer first = ask("What is the access code for the old lighthouse?");
  const Answer second = ask("What is a Contributor?");
  EXPECT_GT(second.reused_tokens, first.prompt_tokens);
  EXPECT_LT(second.prompt_tokens - second.reused_tokens, 60);
  EXPECT_EQ(second.reread_from, -1);
}

TEST_F(DialogueTest, AnotherChatWithTheSameDocumentReadsAtMostAPageOfIt) {
  const std::string text = document(80);
  ASSERT_TRUE(dialogue_->add_document("", text).ok());
  const Answer first = ask("What is the access code for the old lighthouse?");
  auto other = std::move(*Dialogue::create(model_));
  ASSERT_TRUE(other->add_document("", text).ok());
  AskOptions options;
  options.max_tokens = 40;
  const auto again = other->ask("What is the access code for the old lighthouse?", options, nullptr, nullptr);
  ASSERT_TRUE(again.ok());
  EXPECT_GE(again->reused_tokens, first.prompt_tokens - 64 - 40);
  EXPECT_EQ(again->text.substr(0, 20), first.text.substr(0, 20));
}

TEST_F(DialogueTest, StreamsWhatItReturnsAndStopsAtAStopString) {
  std::string streamed;
  AskOptions options;
  options.max_tokens = 150;
  const auto events = [&](const AnswerEvent& e) {
    if (e.kind == AnswerEvent::Kind::kText) streamed += e.text;
  };
  const auto full = dialogue_->ask("Hello", options, events, nullptr);
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(streamed, full->text);
  ASSERT_GT(full->text.size(), 12u);

  auto other = std::move(*Dialogue::create(model_));
  options.stop = {full->text.substr(8, 3)};
  streamed.clear();
  const auto cut = other->ask("Hello", options, events, nullptr);
  ASSERT_TRUE(cut.ok());
  EXPECT_EQ(cut->text, full->text.substr(0, full->text.find(options.stop[0])));
  EXPECT_EQ(streamed, cut->text);
  EXPECT_EQ(cut->finish_reason, "stop");
}

TEST_F(DialogueTest, ACancelDuringReadingKeepsWhatIsReadAndTheHistory) {
  ASSERT_TRUE(dialogue_->add_document("", document(200)).ok());
  CancelToken cancel;
  AskOptions options;
  const auto events = [&](const AnswerEvent& e) {
    if (e.kind == AnswerEvent::Kind::kPrefill) cancel.cancel();
  };
  const auto a = dialogue_->ask("Who paid?", options, events, &cancel);
  ASSERT_TRUE(a.ok());
  EXPECT_EQ(a->finish_reason, "cancelled");
  EXPECT_GT(dialogue_->n_tokens(), 0u);
  EXPECT_TRUE(dialogue_->messages().empty());
}

TEST_F(DialogueTest, ADocumentLargerThanTheContextIsRefusedBeforeAnyWork) {
  std::string text;
  while (text.size() < 8'000'000) text += "All the walls of the garden were repaired again. ";
  EXPECT_EQ(dialogue_->add_document("", text).status().code(), StatusCode::kContextOverflow);
  EXPECT_TRUE(dialogue_->documents().empty());
  EXPECT_EQ(dialogue_->n_tokens(), 0u);
}

TEST_F(DialogueTest, GreedyAnswersAreTheSameBesideOtherSequences) {
  ASSERT_TRUE(dialogue_->add_document("", document(40)).ok());
  const Answer alone = ask("What is the access code for the old lighthouse?");
  std::vector<std::string> texts(3);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < texts.size(); ++i)
    threads.emplace_back([&, i] {
      auto d = std::move(*Dialogue::create(model_));
      if (i != 1) {
        ASSERT_TRUE(d->add_document("", document(40)).ok());
      }
      AskOptions options;
      options.max_tokens = 150;
      texts[i] = d->ask(i == 1 ? "Hello" : "What is the access code for the old lighthouse?", options,
                        nullptr, nullptr)->text;
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(texts[0], alone.text);
  EXPECT_EQ(texts[2], alone.text);
}

TEST_F(DialogueTest, AClampedQuoteIsItsWholePassageAndTheAnswerSaysSo) {
  ASSERT_TRUE(dialogue_->add_document("Licence", document(120)).ok());
  AskOptions options;
  options.clamp_quotes = true;
  options.evidence = true;
  const Answer a = ask("What is the access code for the old lighthouse?", options);
  EXPECT_NE(a.text.find("4471903"), std::string::npos) << a.text;
  ASSERT_FALSE(a.quotes.empty()) << a.text;
  ASSERT_FALSE(a.evidence.empty());
  EXPECT_EQ(a.quotes[0].begin, a.evidence[0].begin);
  EXPECT_EQ(a.quotes[0].end, a.evidence[0].end);
  ASSERT_FALSE(a.notices.empty());
  EXPECT_NE(a.notices.back().find("held to the passages"), std::string::npos) << a.notices.back();
}

TEST_F(DialogueTest, MisuseIsRefusedWithAReason) {
  ask("Hello");
  EXPECT_EQ(dialogue_->add_document("", "Too late.").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(dialogue_->set_system("Too late.").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(dialogue_->submit_tool_results({"x"}, {}, nullptr, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  AskOptions bad;
  bad.sampling.top_p = 2;
  const size_t before = dialogue_->messages().size();
  EXPECT_FALSE(dialogue_->ask("Hi", bad, nullptr, nullptr).ok());
  EXPECT_EQ(dialogue_->messages().size(), before);
}

}  // namespace
}  // namespace leyden
