// SPDX-License-Identifier: Apache-2.0
// What the grammars accept and refuse, symbol by symbol.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/grammar/json_schema.h"
#include "core/grammar/matcher.h"

namespace leyden {
namespace {

/// Whether the schema's grammar takes the text, and may end there.
bool accepts(std::string_view schema, std::string_view text) {
  auto grammar = std::make_shared<Grammar>();
  const auto root = add_json_schema(schema, grammar.get());
  EXPECT_TRUE(root.ok()) << root.status().message();
  if (!root.ok() || !grammar->finish(*root)) return false;
  Matcher matcher(grammar);
  int32_t state = matcher.start();
  for (const char c : text) {
    // least() is a promise: some symbol keeps it.
    uint64_t best = matcher.accepting(state) ? 0 : kUnlimited;
    for (Symbol b = 0; b < 256; ++b)
      if (const int32_t next = matcher.next(state, b); next != Matcher::kDead)
        best = std::min(best, matcher.least(next) + 1);
    EXPECT_LE(best, matcher.least(state)) << text;
    state = matcher.next(state, static_cast<unsigned char>(c));
    if (state == Matcher::kDead) return false;
  }
  return matcher.accepting(state);
}

TEST(JsonSchema, Objects) {
  const char* s =
      R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                      "required": ["a"]})";
  for (const char* yes : {R"({"a": 1})", R"({"a":1})", R"({"b": "x", "a": 1})",
                          R"({"a": 1, "b": ""})", R"({"a":-20,"b":"\n\u00e9é"})"})
    EXPECT_TRUE(accepts(s, yes)) << yes;
  for (const char* no :
       {"{}", R"({"b": "x"})", R"({"a": 1.5})", R"({"a": 1, "a": 2})", R"({"a": 1, "c": 2})",
        R"({"a": 1,})", R"({"a":  1})", R"( {"a": 1})", R"({"a": 1} )", R"({"a": 01})",
        R"({"a": 1, "b": "\x"})", R"({"a": 1, "b": "\ud800"})", "{\"a\": 1, \"b\": \"\n\"}",
        "{\"a\": 1, \"b\": \"\xff\"}"})
    EXPECT_FALSE(accepts(s, no)) << no;
}

TEST(JsonSchema, OtherPropertiesMayNotTakeADeclaredName) {
  const char* s =
      R"({"type": "object", "properties": {"ab": {"type": "integer"}}, "additionalProperties": {"type": "string"}})";
  EXPECT_TRUE(accepts(s, R"({"ab": 1, "abc": "x", "a": "y"})"));
  EXPECT_FALSE(accepts(s, R"({"ab": "x"})"));
  EXPECT_FALSE(accepts(s, R"({"ab": 1, "ab": "x"})"));
  EXPECT_FALSE(accepts(s, R"({"\u0061b": "x"})")) << "a name in disguise";
}

TEST(JsonSchema, IntegerBounds) {
  const char* s = R"({"type": "integer", "minimum": -12, "exclusiveMaximum": 130})";
  for (const char* yes : {"-12", "-1", "0", "7", "99", "129"}) EXPECT_TRUE(accepts(s, yes)) << yes;
  for (const char* no : {"-13", "-20", "130", "200", "1000", "1.0", "", "-"})
    EXPECT_FALSE(accepts(s, no)) << no;
}

TEST(JsonSchema, ArraysStringsEnumsReferences) {
  EXPECT_TRUE(
      accepts(R"({"type": "array", "items": {"enum": ["x", 2]}, "minItems": 1, "maxItems": 2})",
              R"(["x", 2])"));
  EXPECT_FALSE(accepts(R"({"type": "array", "items": {"enum": ["x"]}, "minItems": 1})", "[]"));
  EXPECT_FALSE(
      accepts(R"({"type": "array", "items": {"enum": ["x"]}, "maxItems": 1})", R"(["x","x"])"));
  EXPECT_TRUE(accepts(R"({"type": "string", "minLength": 2, "maxLength": 2})", R"("é\n")"));
  EXPECT_FALSE(accepts(R"({"type": "string", "minLength": 2})", R"("é")"));
  const char* tree =
      R"({"$ref": "#/$defs/n", "$defs": {"n": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#/$defs/n"}}]}}})";
  EXPECT_TRUE(accepts(tree, "[[null], []]"));
  EXPECT_FALSE(accepts(tree, "[[0]]"));
  EXPECT_TRUE(accepts("{}", R"({"a": [1.5e3, {"b": null}], "c": "x"})"));
}

TEST(JsonSchema, SaysWhatItCannotDoAndWhere) {
  Grammar g;
  const auto bad = add_json_schema(
      R"({"type": "object", "properties": {"zip": {"type": "string", "pattern": "x"}}})", &g);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(bad.status().message().find("#/properties/zip"), std::string::npos)
      << bad.status().message();
  EXPECT_NE(bad.status().message().find("pattern"), std::string::npos);
  EXPECT_EQ(add_json_schema("{", &g).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(add_json_schema(std::string(5000, '['), &g).ok());
}

TEST(Matcher, ControlsCannotBeSpelled) {
  auto g = std::make_shared<Grammar>();
  const Symbol mark = g->control(77);
  GrammarNode raw;
  raw.kind = GrammarNode::Kind::kRawText;
  for (const char c : std::string_view("｜D｜"))
    raw.symbols.push_back(static_cast<unsigned char>(c));
  const NodeId text = g->add(raw);
  ASSERT_TRUE(g->finish(g->sequence({g->literal(std::vector<Symbol>{mark}), text, g->literal("</"),
                                     g->literal(std::vector<Symbol>{mark})})));
  Matcher m(g);
  EXPECT_EQ(m.next(m.start(), '<'), Matcher::kDead);
  int32_t s = m.next(m.start(), mark);
  for (const char c : std::string_view("a </b </")) s = m.next(s, static_cast<unsigned char>(c));
  ASSERT_NE(s, Matcher::kDead);
  EXPECT_TRUE(m.accepting(m.next(s, mark)));
  for (const char c : std::string_view("｜D")) s = m.next(s, static_cast<unsigned char>(c));
  ASSERT_NE(s, Matcher::kDead);
  for (const char c : std::string_view("｜"))
    if (s != Matcher::kDead) s = m.next(s, static_cast<unsigned char>(c));
  EXPECT_EQ(s, Matcher::kDead) << "the forbidden bytes were written";
}

}  // namespace
}  // namespace leyden
