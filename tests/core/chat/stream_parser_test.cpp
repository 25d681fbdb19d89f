// SPDX-License-Identifier: Apache-2.0
// Well-formed output: what comes out, at every cut of the text, and that it renders back the same.
#include "core/chat/stream_parser.h"

#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

constexpr ChatFormat kExp = ChatFormat::kV32Exp;
constexpr ChatFormat kDsml = ChatFormat::kV32;

/// Parses `text` whole, byte by byte, and cut at every point; all must agree and lose nothing.
std::string parse(ChatFormat format, bool thinking, const std::string& short_text,
                  StreamEnd end = StreamEnd::kEndOfTurn) {
  const std::string text = expand(short_text);
  const auto whole = parse_chunks(format, thinking, {text}, end);
  const std::string wanted = summary(whole);
  EXPECT_EQ(raw_of(whole), text);
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  const auto single = parse_chunks(format, thinking, bytes, end);
  EXPECT_EQ(summary(single), wanted);
  EXPECT_EQ(raw_of(single), text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const auto halves = parse_chunks(format, thinking, {text.substr(0, cut), text.substr(cut)}, end);
    EXPECT_EQ(summary(halves), wanted) << "cut at " << cut;
    EXPECT_EQ(raw_of(halves), text) << "cut at " << cut;
  }
  return wanted;
}

const char kTwoCalls[] =
    "Looking.\n\n<D|function_calls>\n<D|invoke name=\"now\">\n\n</D|invoke>\n<D|invoke name=\"tide_height\">\n"
    "<D|parameter name=\"port\" string=\"true\">Brest</D|parameter>\n</D|invoke>\n</D|function_calls><EOS>";

TEST(StreamParserV31, TextAndThinking) {
  EXPECT_EQ(parse(kExp, false, "Lima.<EOS>"), "text(Lima.)");
  EXPECT_EQ(parse(kExp, true, "South America.</think>Lima.<EOS>"), "think(South America.) text(Lima.)");
  EXPECT_EQ(parse(kExp, true, "never done<EOS>"), "think(never done)") << "all of it is reasoning";
  EXPECT_EQ(parse(kExp, true, "never done", StreamEnd::kLength), "think(never done)");
  EXPECT_EQ(parse(kExp, false, ""), "");
  EXPECT_EQ(parse(kExp, false, "a < b </thin <｜tool▁ca"), "text(a < b </thin <｜tool▁ca)");
}

TEST(StreamParserV31, StrayThinkEndIsDroppedAndReported) {
  EXPECT_EQ(parse(kExp, false, "a</think>b"), "text(a) note(a stray </think>) text(b)");
  EXPECT_EQ(parse(kExp, true, "a</think>b</think>c"), "think(a) text(b) note(a stray </think>) text(c)");
}

TEST(StreamParserV31, Calls) {
  EXPECT_EQ(parse(kExp, false, "<CALLS><CALL>tide_height<SEP>{\"port\": \"Brest\", \"hour\": 9}</CALL>"
                               "<CALL>tide_height<SEP>{\"port\": \"Cadiz\", \"hour\": 9}</CALL></CALLS><EOS>"),
            "call(tide_height {\"port\": \"Brest\", \"hour\": 9}) call(tide_height {\"port\": \"Cadiz\", \"hour\": 9})");
  EXPECT_EQ(parse(kExp, false, "I look.<CALLS><CALL> now \n<SEP>\n{\n}\n</CALL></CALLS>"), "text(I look.) call(now {\n})");
  EXPECT_EQ(parse(kExp, false, "<CALLS><CALL>now<SEP>{}</CALL><EOS>"), "call(now {})") << "missing block end";
  EXPECT_EQ(parse(kExp, false, "<CALLS><CALL>now<SEP>{}</CALL>"), "call(now {})");
  EXPECT_EQ(parse(kExp, false, "<CALLS><CALL>f<SEP>{\"t\": \"</think> <SEP>\"}</CALL></CALLS>"),
            expand("call(f {\"t\": \"</think> <SEP>\"})"));
}

TEST(StreamParserV31, RendersBackTheSame) {
  const ChatTemplate chat = plain_template(kExp);
  for (const char* text : {"Hello there.<EOS>",
                           "I look.<CALLS><CALL>f<SEP>{\"a\": 1}</CALL><CALL>g<SEP>{}</CALL></CALLS><EOS>"}) {
    const ParsedAnswer answer = parse_answer(kExp, false, expand(text));
    EXPECT_TRUE(answer.malformed.empty());
    EXPECT_EQ(render_text(chat, {user("Q"), answer.message}, {.add_generation_prompt = false}),
              expand("<BOS><U>Q<A></think>") + expand(text));
  }
}

TEST(StreamParserDsml, WorkedExampleD) {
  const std::string text =
      "x</think>\n\n<D|function_calls>\n<D|invoke name=\"a\">\n"
      "<D|parameter name=\"p\" string=\"true\">line1\nsay \"hi\" <b></D|parameter>\n"
      "<D|parameter name=\"n\" string=\"false\">[1, 2]</D|parameter>\n</D|invoke>\n</D|function_calls><EOS>";
  EXPECT_EQ(parse(kDsml, true, text), R"(think(x) call(a {"p": "line1\nsay \"hi\" <b>", "n": [1, 2]}))");
  const ParsedAnswer answer = parse_answer(kDsml, true, expand(text));
  EXPECT_EQ(answer.message.reasoning, "x");
  EXPECT_EQ(answer.message.content, "");
  EXPECT_TRUE(answer.thinking_closed);
}

TEST(StreamParserDsml, TextAndThinking) {
  EXPECT_EQ(parse(kDsml, false, "Done.\n\nReally.<EOS>"), "text(Done.\n\nReally.)");
  EXPECT_EQ(parse(kDsml, true, "Got it.</think>5.2 m.<EOS>"), "think(Got it.) text(5.2 m.)");
  EXPECT_EQ(parse(kDsml, true, "Got"), "think(Got) note(the reasoning was not closed)");
  EXPECT_EQ(parse(kDsml, true, "Got", StreamEnd::kLength), "think(Got)");
  EXPECT_EQ(parse(kDsml, false, "a\n\n<｜DS"), "text(a\n\n<｜DS)");
  EXPECT_EQ(parse(kDsml, false, "a</think>b"), "text(a) note(a stray </think>) text(b)");
}

TEST(StreamParserDsml, Calls) {
  EXPECT_EQ(parse(kDsml, false, kTwoCalls), "text(Looking.) call(now {}) call(tide_height {\"port\": \"Brest\"})");
  EXPECT_EQ(parse(kDsml, false, "\n\n\n<D|function_calls>\n<D|invoke name=\"now\">\n</D|invoke>\n</D|function_calls>"),
            "text(\n) call(now {})") << "one line feed in an empty call will do";
  EXPECT_EQ(parse(kDsml, false, "\n\n<D|function_calls>\n<D|invoke name=\"f\">\n<D|parameter name=\"t\" string=\"true\">"
                                "</D|invoke> \n</D|function_calls></think></D|parameter>\n</D|invoke>\n</D|function_calls>"),
            expand(R"(call(f {"t": "</D|invoke> \n</D|function_calls></think>"}))")) << "a value ends at its own mark only";
}

TEST(StreamParserDsml, RendersBackTheSame) {
  const ChatTemplate chat = plain_template(kDsml);
  const struct { const char* text; bool thinking; } cases[] = {
      {kTwoCalls, false},
      {"Hello.<EOS>", false},
      {"hm\n</think>Hello.<EOS>", true},
      {"x</think>\n\n<D|function_calls>\n<D|invoke name=\"a\">\n<D|parameter name=\"p\" string=\"true\">l1\n\"2\" \\n</D|parameter>\n"
       "<D|parameter name=\"q\" string=\"false\">{\"z\": [1.5, 1e-07], \"a\": null}</D|parameter>\n</D|invoke>\n"
       "</D|function_calls><EOS>", true}};
  for (const auto& [text, thinking] : cases) {
    const ParsedAnswer answer = parse_answer(kDsml, thinking, expand(text));
    EXPECT_TRUE(answer.malformed.empty());
    EXPECT_EQ(render_text(chat, {user("Q"), answer.message}, {.thinking = thinking, .add_generation_prompt = false}),
              expand(std::string("<BOS><U>Q<A>") + (thinking ? "<think>" : "</think>") + text));
  }
}

TEST(StreamParser, DeltasComeAsEarlyAsTheyCan) {
  const auto parser = make_stream_parser(kExp, false);
  std::vector<StreamEvent> events;
  parser->push("Hello <", &events);
  EXPECT_EQ(raw_of(events), "Hello ");
  parser->push("b", &events);
  EXPECT_EQ(raw_of(events), "Hello <b");
  const auto dsml = make_stream_parser(kDsml, false);
  events.clear();
  dsml->push("Hello\n", &events);
  EXPECT_EQ(raw_of(events), "Hello");
  dsml->push("\n", &events);
  dsml->push("\n", &events);
  EXPECT_EQ(raw_of(events), "Hello\n");
  dsml->push("x", &events);
  EXPECT_EQ(raw_of(events), "Hello\n\n\nx");
}

TEST(StreamParser, CallsAreReportedWhenComplete) {
  const auto parser = make_stream_parser(kDsml, false);
  std::vector<StreamEvent> events;
  const std::string text = expand(kTwoCalls);
  const std::string first_end = expand("</D|invoke>");
  parser->push(text.substr(0, text.find(first_end) + first_end.size()), &events);
  EXPECT_EQ(summary(events), "text(Looking.) call(now {})");
}

}  // namespace
}  // namespace leyden
