// SPDX-License-Identifier: Apache-2.0
// Chats as tokens, with a small byte-level vocabulary whose pieces can be read.
#include "core/chat/conversation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text/tokenizer.h"
#include "core/text/utf8.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

/// 256 bytes, the merges "ab" and " a", the control tokens, references 0 to 63.
std::shared_ptr<const Tokenizer> small_tokenizer(bool with_dsml = false) {
  Json json = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"normalizer", nullptr},
               {"post_processor", nullptr}};
  const Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  json["pre_tokenizer"] = bytes;
  json["decoder"] = bytes;
  Json vocab = Json::object();
  int id = 0;
  // GPT-2's byte symbols: printable bytes stand for themselves, the others follow from U+0100.
  int next = 256;
  for (int b = 0; b < 256; ++b) {
    const bool self = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    std::string symbol;
    utf8_append(static_cast<char32_t>(self ? b : next++), &symbol);
    vocab[symbol] = id++;
  }
  vocab["ab"] = id++;
  vocab["Ġa"] = id++;
  json["model"] = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr}, {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr}, {"fuse_unk", false}, {"byte_fallback", false}, {"vocab", vocab},
                   {"merges", {"a b", "Ġ a"}}};
  std::vector<std::string> added;
  for (const std::string_view name : {token::kBos, token::kEos, token::kUser, token::kAssistant, token::kThink,
                                      token::kThinkEnd, token::kCallsBegin, token::kCallsEnd, token::kCallBegin,
                                      token::kCallEnd, token::kOutputBegin, token::kOutputEnd, token::kSep,
                                      std::string_view("<｜document▁begin｜>"), std::string_view("<｜document▁end｜>")}) {
    added.emplace_back(name);
  }
  if (with_dsml) added.emplace_back(token::kDsml);
  for (int i = 0; i < 64; ++i) added.push_back("⟦" + std::to_string(i) + "⟧");
  json["added_tokens"] = Json::array();
  for (const std::string& content : added) {
    json["added_tokens"].push_back({{"id", id++}, {"content", content}, {"single_word", false}, {"lstrip", false},
                                    {"rstrip", false}, {"normalized", false}, {"special", false}});
  }
  auto tokenizer = Tokenizer::parse(json.dump(), "small.json");
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().to_string();
  return tokenizer.ok() ? *tokenizer : nullptr;
}

class Conversation : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(tokenizer_, nullptr);
    auto profile = Profile::parse(golden("passages_first_user.json"), "leyden.json");
    ASSERT_TRUE(profile.ok());
    passages_ = plain_template(ChatFormat::kV32Exp);
    passages_.profile = *profile;
    passages_.profile.document.reference_count = 64;
  }
  std::string text(const std::vector<int32_t>& ids, TokenRange range) const {
    return *tokenizer_->decode(std::span(ids).subspan(range.begin, range.size()));
  }
  std::string text(const std::vector<int32_t>& ids) const { return text(ids, {0, ids.size()}); }
  DocumentBlock block(const ChatTemplate& chat, const std::vector<std::string>& documents) const {
    auto out = DocumentBlock::start(chat, *tokenizer_);
    EXPECT_TRUE(out.ok()) << out.status().to_string();
    for (const std::string& document : documents) {
      const Status status = out->append(chat, "", document, *tokenizer_);
      EXPECT_TRUE(status.ok()) << status.to_string();
    }
    return *out;
  }
  Prompt prompt(const ChatTemplate& chat, const DocumentBlock& documents, const std::vector<Message>& messages,
                const RenderOptions& options = {}) const {
    auto out = build_prompt(chat, documents, messages, {}, options, *tokenizer_);
    EXPECT_TRUE(out.ok()) << out.status().to_string();
    return out.ok() ? *out : Prompt();
  }
  std::shared_ptr<const Tokenizer> tokenizer_ = small_tokenizer();
  ChatTemplate passages_;
};

TEST_F(Conversation, ControlTokensComeFromTemplatesOnly) {
  const ChatTemplate chat = plain_template(ChatFormat::kV32Exp);
  const Prompt p = prompt(chat, block(chat, {}), {user(expand("ab<EOS>⟦3⟧"))});
  EXPECT_EQ(text(p.ids), expand("<BOS><U>ab<EOS>⟦3⟧<A></think>"));
  EXPECT_EQ(p.ids.front(), *tokenizer_->token_id(token::kBos));
  size_t added = 0;
  for (const int32_t id : p.ids) added += tokenizer_->is_added(id);
  EXPECT_EQ(added, 4u);
  EXPECT_EQ(text(p.ids, p.messages[0]), expand("<U>ab<EOS>⟦3⟧"));
  EXPECT_FALSE(p.thinking);
}

TEST_F(Conversation, NeighbouringTextIsTokenisedAsOne) {
  Rendered r;
  r.template_text("xa");
  r.text("b");
  EXPECT_EQ(tokenize(r, *tokenizer_)->ids.size(), 2u);
  Rendered cut;
  cut.template_text("xa");
  cut.begin_segment();
  cut.text("b");
  EXPECT_EQ(tokenize(cut, *tokenizer_)->ids.size(), 3u);
}

TEST_F(Conversation, SoftControlIsTextWhereTheVocabularyLacksIt) {
  Rendered r;
  r.template_text("a<｜DSML｜b");
  const auto without = tokenize(r, *tokenizer_);
  EXPECT_EQ(text(without->ids), "a<｜DSML｜b");
  EXPECT_EQ(without->ids.size(), 13u);
  const auto with = tokenize(r, *small_tokenizer(true));
  EXPECT_EQ(with->ids.size(), 4u);
  Rendered missing;
  missing.template_text("<｜nowhere｜>");
  EXPECT_EQ(tokenize(missing, *tokenizer_).status().message(),
            "prompt: the vocabulary has no special token <｜nowhere｜>");
}

TEST_F(Conversation, SpansFollowFirstBytes) {
  Rendered r;
  r.text("ab ab");
  r.add_span(SpanKind::kPassage, 0, 0, 1);  // inside a token
  r.add_span(SpanKind::kPassage, 1, 1, 5);
  r.add_span(SpanKind::kPassage, 2, 5, 5);
  const auto t = tokenize(r, *tokenizer_);
  ASSERT_EQ(t->ids.size(), 3u) << "ab, space, ab (or ab, ' a', b)";
  EXPECT_EQ(t->spans[0], (TokenRange{0, 1}));
  EXPECT_EQ(t->spans[1], (TokenRange{1, 3}));
  EXPECT_EQ(t->spans[2], (TokenRange{3, 3}));
}

TEST_F(Conversation, DocumentsBehindTheFirstUserMark) {
  const DocumentBlock docs = block(passages_, {"# Head\nab is here. Nothing else.", "更多的文字。"});
  const Prompt p = prompt(passages_, docs, {system_message("S"), user("Why?")});
  EXPECT_EQ(text(p.ids), expand("<BOS><U><｜document▁begin｜>\n# Head\n⟦0⟧ ab is here. Nothing else.\n<｜document▁end｜>"
                                "<｜document▁begin｜>\n⟦1⟧更多的文字。\n<｜document▁end｜>\nS\nWhy?<A></think>"));
  ASSERT_EQ(p.documents.size(), 2u);
  EXPECT_EQ(text(p.ids, p.documents[1]), "<｜document▁begin｜>\n⟦1⟧更多的文字。\n<｜document▁end｜>");
  ASSERT_EQ(p.passages.size(), 2u);
  EXPECT_EQ(text(p.ids, p.passages[0].tokens), "⟦0⟧ ab is here. Nothing else.\n");
  EXPECT_EQ(text(p.ids, p.passages[0].text), " ab is here. Nothing else.");
  EXPECT_EQ(p.ids[p.passages[0].tokens.begin], *tokenizer_->token_id("⟦0⟧")) << "one token";
  EXPECT_EQ(p.passages[1].reference, 1);
  EXPECT_EQ(p.passages[1].byte_end, std::string("更多的文字。").size());
  EXPECT_EQ(text(p.ids, p.messages[0]), "S");
  EXPECT_EQ(text(p.ids, p.messages[1]).substr(0, std::string(token::kUser).size()), token::kUser);
  EXPECT_TRUE(text(p.ids, p.messages[1]).ends_with("Why?"));
}

TEST_F(Conversation, DocumentsBeforeTheSystemText) {
  const ChatTemplate chat = plain_template(ChatFormat::kV32Exp);
  const DocumentBlock docs = block(chat, {"ab ab", ""});
  const Prompt p = prompt(chat, docs, {system_message("Sys"), user("Why?")}, {.thinking = true});
  EXPECT_EQ(text(p.ids), expand("<BOS>[file name]: document\n[file content begin]\nab ab\n[file content end]\n"
                                "[file name]: document\n[file content begin]\n\n[file content end]\nSys<U>Why?<A><think>"));
  EXPECT_EQ(text(p.ids, p.messages[0]), "Sys");
  EXPECT_EQ(text(p.ids, p.messages[1]), expand("<U>Why?"));
  EXPECT_TRUE(p.thinking);
}

TEST_F(Conversation, TheSameDocumentsGiveTheSameTokensInEveryChat) {
  for (const ChatFormat format : {ChatFormat::kV32Exp, ChatFormat::kV32}) {
    for (ChatTemplate chat : {plain_template(format), passages_}) {
      chat.format = format;
      const DocumentBlock one = block(chat, {"ab ab. b"});
      const DocumentBlock two = block(chat, {"ab ab. b", "b"});
      EXPECT_EQ(common_prefix(one.ids, two.ids), one.ids.size());
      const Prompt p = prompt(chat, two, {system_message("bS"), user("Q")});
      const Prompt q = prompt(chat, two, {user("b")});
      EXPECT_EQ(common_prefix(p.ids, two.ids), two.ids.size());
      EXPECT_EQ(common_prefix(q.ids, two.ids), two.ids.size());
    }
  }
}

TEST_F(Conversation, AnswersRenderBackToTheirTokens) {
  const DocumentBlock docs = block(passages_, {"ab is here."});
  const Prompt p = prompt(passages_, docs, {user("Why?")});
  std::vector<int32_t> chat = p.ids;  // what the cache holds after the answer "⟦0⟧ > ab is here."
  chat.push_back(*tokenizer_->token_id("⟦0⟧"));
  for (const int32_t id : tokenizer_->encode(" > ab is here.", AddedTokens::kIgnore)) chat.push_back(id);
  chat.push_back(*tokenizer_->token_id(token::kEos));
  const Prompt next = prompt(passages_, docs, {user("Why?"), assistant("⟦0⟧ > ab is here."), user("And?")});
  EXPECT_EQ(common_prefix(next.ids, chat), chat.size());
}

TEST_F(Conversation, ReferencesInQuestionsAndResultsOnlyWhenTheRuntimeSaysSo) {
  const int32_t reference = *tokenizer_->token_id("⟦5⟧");
  for (const bool references : {false, true}) {
    Message question = user("Read ⟦5⟧."), result = tool_result("⟦5⟧ab");
    question.references = result.references = references;
    const Prompt p = prompt(passages_, block(passages_, {"ab"}), {question, assistant("", {{"f", "{}"}}), result});
    EXPECT_EQ(std::count(p.ids.begin(), p.ids.end(), reference), references ? 2 : 0);
  }
}

TEST_F(Conversation, DroppedReasoningDiffersFromTheMarkOn) {
  const ChatTemplate chat = plain_template(ChatFormat::kV32);
  const Prompt first = prompt(chat, block(chat, {}), {user("Q")}, {.thinking = true});
  const Prompt next = prompt(chat, block(chat, {}), {user("Q"), assistant("A", {}, "R"), user("Q2")}, {.thinking = true});
  EXPECT_EQ(common_prefix(first.ids, next.ids), first.ids.size() - 1);
}

TEST_F(Conversation, OverflowLeavesTheBlockUnchanged) {
  DocumentBlock docs = block(passages_, {"ab"});
  const size_t before = docs.ids.size();
  const Status status = docs.append(passages_, "", std::string(1000, 'x'), *tokenizer_, before + 100);
  EXPECT_EQ(status.code(), StatusCode::kContextOverflow);
  EXPECT_EQ(docs.ids.size(), before);
  EXPECT_EQ(docs.documents.size(), 1u);
  const Status fence = docs.append(passages_, "", "x", *tokenizer_, before + 2);
  EXPECT_EQ(fence.code(), StatusCode::kContextOverflow);
  EXPECT_EQ(docs.ids.size(), before);
}

TEST_F(Conversation, EndsInThinkingFollowsThePromptNotTheWish) {
  const ChatTemplate chat = plain_template(ChatFormat::kV32Exp);
  const std::vector<Message> after_tool = {user("Q"), assistant("", {{"f", "{}"}}), tool_result("1")};
  EXPECT_FALSE(prompt(chat, block(chat, {}), after_tool, {.thinking = true}).thinking);
  EXPECT_TRUE(prompt(plain_template(ChatFormat::kV32), block(chat, {}),
                     {user("Q"), assistant("", {{"f", "{}"}}, "r"), tool_result("1")}, {.thinking = true}).thinking);
  Message prefix = assistant("The");
  prefix.prefix = true;
  EXPECT_TRUE(prompt(chat, block(chat, {}), {user("Q"), prefix}, {.thinking = true}).thinking);
}

}  // namespace
}  // namespace leyden
