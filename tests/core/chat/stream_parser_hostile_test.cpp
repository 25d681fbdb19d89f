// SPDX-License-Identifier: Apache-2.0
// Output that is not what the formats promise: reported, never lost, never a crash.
#include <chrono>
#include <random>

#include "core/chat/stream_parser.h"
#include "tests/core/chat/chat_test_util.h"

namespace leyden {
namespace {

constexpr ChatFormat kExp = ChatFormat::kV32Exp;
constexpr ChatFormat kDsml = ChatFormat::kV32;

std::string parse(ChatFormat format, const std::string& short_text, bool thinking = false,
                  StreamEnd end = StreamEnd::kEndOfTurn) {
  const std::string text = expand(short_text);
  const auto whole = parse_chunks(format, thinking, {text}, end);
  EXPECT_EQ(raw_of(whole), text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const auto halves = parse_chunks(format, thinking, {text.substr(0, cut), text.substr(cut)}, end);
    EXPECT_EQ(summary(halves), summary(whole)) << "cut at " << cut;
    EXPECT_EQ(raw_of(halves), text);
  }
  return summary(whole);
}

TEST(StreamParserV31, MalformedCalls) {
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<SEP>{\"a\": }</CALL><CALL>g<SEP>{}</CALL></CALLS>").substr(0, 5), "bad(<");
  EXPECT_NE(parse(kExp, "<CALLS><CALL>f<SEP>{\"a\": }</CALL><CALL>g<SEP>{}</CALL></CALLS>").find("arguments: not JSON"), std::string::npos);
  EXPECT_NE(parse(kExp, "<CALLS><CALL>f<SEP>{\"a\": }</CALL><CALL>g<SEP>{}</CALL></CALLS>").find("call(g {})"), std::string::npos);
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f</CALL></CALLS>"), expand("bad(<CALL>f</CALL>: no arguments after the name)"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<CALL>g<SEP>{}</CALL></CALLS>"),
            expand("bad(<CALL>f: the name is not followed by a separator) call(g {})"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<SEP>{}</CALLS>"), expand("bad(<CALL>f<SEP>{}: the arguments are not closed)"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<SEP>{}<EOS>"), expand("bad(<CALL>f<SEP>{}: the arguments are not closed)"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<SEP>{}"), expand("bad(<CALL>f<SEP>{}: the turn ended inside a call)"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>f<SEP>[1]</CALL></CALLS>"),
            expand("bad(<CALL>f<SEP>[1]</CALL>: arguments: expected a JSON object)"));
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>a b<SEP>{}</CALL></CALLS>"),
            expand("bad(<CALL>a b<SEP>{}</CALL>: 'a b' cannot be a tool's name)"));
  EXPECT_EQ(parse(kExp, "<CALLS>words<CALL>g<SEP>{}</CALL></CALLS>"), "bad(words: text between calls) call(g {})");
  EXPECT_EQ(parse(kExp, "<CALL>g<SEP>{}</CALL> after"),
            expand("bad(<CALL>g<SEP>{}</CALL>: a call outside of a call block) text( after)"));
  EXPECT_EQ(parse(kExp, "<CALLS></CALLS>"), "note(a call block without a call)");
  EXPECT_EQ(parse(kExp, "<CALLS>"), "note(a call block without a call)");
  EXPECT_EQ(parse(kExp, "a<SEP>b"), "text(a) note(a stray call marker) text(b)");
  EXPECT_EQ(parse(kExp, "<CALLS><CALL>g<SEP>{}</CALL></CALLS>\nmore<EOS>"),
            "call(g {}) text(more) note(text after the call block)");
  EXPECT_EQ(parse(kExp, "a<EOS>b<EOS>"), "text(a) note(after the end of the turn)");
}

TEST(StreamParserV31, FencedCallsOfOlderModelsAreNotAccepted) {
  EXPECT_NE(parse(kExp, "<CALLS><CALL>function<SEP>f\n```json\n{}\n```</CALL></CALLS>").find("arguments: not JSON"),
            std::string::npos);
}

TEST(StreamParserV31, LengthLimitTruncates) {
  EXPECT_EQ(parse(kExp, "a<CALLS><CALL>f<SEP>{\"x\"", false, StreamEnd::kLength), expand("text(a) cut(<CALL>f<SEP>{\"x\")"));
  EXPECT_EQ(parse(kExp, "a<CALLS><CALL>f", false, StreamEnd::kLength), expand("text(a) cut(<CALL>f)"));
  EXPECT_EQ(parse(kExp, "a<CALLS>", false, StreamEnd::kLength), "text(a)");
  EXPECT_EQ(parse(kExp, "a<CALLS><｜tool", false, StreamEnd::kLength), "text(a) cut(<｜tool)");
}

std::string block(const std::string& inside) {
  return "\n\n<D|function_calls>\n" + inside + "</D|function_calls><EOS>";
}
std::string invoke(const std::string& parameters) {
  return "<D|invoke name=\"f\">\n" + parameters + "\n</D|invoke>\n";
}

TEST(StreamParserDsml, MalformedMeaningSparesTheNextCall) {
  const std::string good = "<D|invoke name=\"g\">\n\n</D|invoke>\n";
  EXPECT_NE(parse(kDsml, block(invoke("<D|parameter name=\"a\" string=\"false\">1</D|parameter>\n"
                                      "<D|parameter name=\"a\" string=\"false\">2</D|parameter>") + good))
                .find("parameter 'a' comes twice) call(g {})"), std::string::npos);
  EXPECT_NE(parse(kDsml, block(invoke("<D|parameter name=\"a\" string=\"false\">Brest</D|parameter>") + good))
                .find("parameter 'a': not JSON"), std::string::npos);
  EXPECT_NE(parse(kDsml, block(invoke("<D|parameter name=\"a\" string=\"false\">1, \"b\": 2</D|parameter>")))
                .find("parameter 'a': not JSON"), std::string::npos) << "a value cannot smuggle members in";
  EXPECT_NE(parse(kDsml, block("<D|invoke name=\"a b\">\n\n</D|invoke>\n" + good))
                .find("'a b' cannot be a tool's name) call(g {})"), std::string::npos);
}

TEST(StreamParserDsml, BrokenStructureIsOneMalformedCall) {
  const struct { std::string text; const char* reason; } cases[] = {
      {"\n\n<D|function_calls x>\n</D|function_calls>", "expected > and a line feed behind function_calls"},
      {block("words"), "expected an invoke or the end of function_calls"},
      {block("<D|invoke nam=\"f\">"), "expected name=\"...\" in invoke"},
      {block("<D|invoke name=\"f\">x"), "expected > and a line feed behind the name in invoke"},
      {block("<D|invoke name=\"f\">\nwords"), "expected a parameter or the end of invoke"},
      {block("<D|invoke name=\"f\">\n<D|parameter nam"), "expected name=\"...\" in parameter"},
      {block("<D|invoke name=\"f\">\n<D|parameter name=\"a\" string=\"maybe\">"),
       "expected string=\"true\" or string=\"false\" in parameter"},
      {block("<D|invoke name=\"" + std::string(5000, 'x')), "the name in invoke does not end"},
      {"<D|function_calls>\n</D|function_calls>", "the call block does not follow an empty line"}};
  for (const auto& [text, reason] : cases) {
    const std::string seen = text.size() > 1000
        ? summary(parse_chunks(kDsml, false, {expand(text)})) : parse(kDsml, text);
    EXPECT_TRUE(seen.starts_with("bad(")) << seen;
    EXPECT_TRUE(seen.ends_with(std::string(": ") + reason + ")")) << seen;
  }
}

TEST(StreamParserDsml, MissingEnds) {
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n<D|invoke name=\"g\">\n\n</D|invoke>"),
            "call(g {}) note(the call block is not closed)");
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n<D|invoke name=\"g\">\n\n</D|inv"),
            expand("bad(<D|invoke name=\"g\">\n\n</D|inv: the turn ended inside a call)"));
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n<D|invoke name=\"g\">\n<D|parameter name=\"a\" string=\"true\">x<EOS>"),
            expand("bad(<D|invoke name=\"g\">\n<D|parameter name=\"a\" string=\"true\">x: the turn ended inside a parameter)"));
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n<D|invoke name=\"g\">\n<D|param", false, StreamEnd::kLength),
            expand("cut(<D|invoke name=\"g\">\n<D|param)"));
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n<D|invoke name=\"g\">\n\n</D|invoke>", false, StreamEnd::kLength),
            "call(g {})");
}

TEST(StreamParserDsml, MisplacedThings) {
  const std::string good = block("<D|invoke name=\"g\">\n\n</D|invoke>\n");
  EXPECT_EQ(parse(kDsml, "hm" + good.substr(0, good.size() - 5) + " more</think>ok", true),
            "think(hm) bad(" + expand(good.substr(0, good.size() - 5)) +
                ": a call block inside the reasoning) think( more) text(ok)");
  EXPECT_EQ(parse(kDsml, "see <D|x> here"), expand("text(see <) text(D|x> here) note(a stray DSML mark)"));
  EXPECT_EQ(parse(kDsml, good.substr(0, good.size() - 5) + " tail"), "call(g {}) text(tail) note(text after the call block)");
  EXPECT_EQ(parse(kDsml, "\n\n<D|function_calls>\n</D|function_calls>"), "note(a call block without a call)");
}

TEST(StreamParser, MalformedTextEndsInTheContent) {
  const ParsedAnswer answer = parse_answer(kExp, false, expand("a<CALLS><CALL>f</CALL></CALLS>"));
  EXPECT_EQ(answer.message.content, expand("a<CALL>f</CALL>"));
  ASSERT_EQ(answer.malformed.size(), 1u);
  EXPECT_TRUE(answer.message.tool_calls.empty());
}

TEST(StreamParser, RandomMarkersLoseNothing) {
  const std::vector<std::string> parts = {
      "<CALLS>", "</CALLS>", "<CALL>", "</CALL>", "<SEP>", "</think>", "<think>", "<EOS>", "{}", "{\"a\": 1}", "f",
      "\n\n<D|function_calls", "<D|function_calls", ">\n", "\n", "</D|function_calls>", "<D|invoke", " name=\"f\"",
      "</D|invoke>", "<D|parameter", " string=\"true\">", " string=\"false\">", "</D|parameter>", "D|", "<", "｜", "\xff"};
  std::mt19937 random(11);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    std::vector<std::string> chunks;
    for (size_t n = random() % 20; n > 0; --n) text += expand(parts[random() % parts.size()]);
    for (size_t at = 0; at < text.size();) {
      chunks.push_back(text.substr(at, 1 + random() % 9));
      at += chunks.back().size();
    }
    const ChatFormat format = random() % 2 == 0 ? kExp : kDsml;
    const bool thinking = random() % 2 == 0;
    const StreamEnd end = random() % 2 == 0 ? StreamEnd::kLength : StreamEnd::kEndOfTurn;
    const auto whole = parse_chunks(format, thinking, {text}, end);
    const auto cut = parse_chunks(format, thinking, chunks, end);
    ASSERT_EQ(raw_of(whole), text) << "round " << round;
    ASSERT_EQ(raw_of(cut), text) << "round " << round;
    ASSERT_EQ(summary(whole), summary(cut)) << "round " << round;
  }
}

TEST(StreamParser, LongOutputInLinearTime) {
  std::string value(size_t{4} << 20, '<');
  const std::string text = expand("\n\n<D|function_calls>\n<D|invoke name=\"f\">\n<D|parameter name=\"t\" string=\"true\">" +
                                  value + "</D|parameter>\n</D|invoke>\n</D|function_calls>");
  const auto start = std::chrono::steady_clock::now();
  for (const ChatFormat format : {kExp, kDsml}) {
    const auto parser = make_stream_parser(format, false);
    std::vector<StreamEvent> events;
    for (size_t at = 0; at < text.size(); at += 4) parser->push(std::string_view(text).substr(at, 4), &events);
    parser->finish(StreamEnd::kEndOfTurn, &events);
    EXPECT_EQ(raw_of(events).size(), text.size());
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 60.0);
}

}  // namespace
}  // namespace leyden
