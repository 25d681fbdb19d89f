// SPDX-License-Identifier: Apache-2.0
#include "core/chat/json_text.h"

#include <gtest/gtest.h>

namespace leyden {
namespace {

std::string rewrite(const std::string& json) {
  const auto out = python_json(json);
  return out.ok() ? *out : "error";
}

TEST(JsonText, WritesLikePython) {
  EXPECT_EQ(rewrite(R"({"b":[1,2,{}],"a":null,"c":[],"d":true})"), R"({"b": [1, 2, {}], "a": null, "c": [], "d": true})");
  EXPECT_EQ(rewrite(R"("\u00e4\u4e2d\ud83d\ude00 \/ \" \\ \n \u0001 \u007f")"),
            "\"ä中😀 / \\\" \\\\ \\n \\u0001 \x7f\"");
  EXPECT_EQ(rewrite(" [ 1 , -0 , 12345678901234567890123 ] "), "[1, 0, 12345678901234567890123]");
}

TEST(JsonText, FloatsLikePythonRepr) {
  EXPECT_EQ(rewrite("[1.0,0.1,1e5,1e15,1e16,1.5e300,0.0001,0.00001,-2.50,1E-7,-0.0,123456.789,5e-324,1.7976931348623157e308]"),
            "[1.0, 0.1, 100000.0, 1000000000000000.0, 1e+16, 1.5e+300, 0.0001, 1e-05, -2.5, 1e-07, -0.0, "
            "123456.789, 5e-324, 1.7976931348623157e+308]");
  EXPECT_EQ(python_float(9007199254740993.0), "9007199254740992.0");
}

TEST(JsonText, LastOfEqualKeysWinsAtTheFirstPlace) {
  EXPECT_EQ(rewrite(R"({"a":1,"b":2,"a":3})"), R"({"a": 3, "b": 2})");
}

TEST(JsonText, MembersKnowTheirStrings) {
  const auto members = python_json_members(R"({"s":"a\"b","n":{"x":"y"},"s":7})");
  ASSERT_TRUE(members.ok());
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ((*members)[0].text, "7");
  EXPECT_FALSE((*members)[0].is_string);
  EXPECT_EQ((*members)[1].text, R"({"x": "y"})");
  EXPECT_FALSE(python_json_members("[1]").ok());
  EXPECT_FALSE(python_json_members("\"x\"").ok());
  EXPECT_TRUE(python_json_members("{}").ok());
}

TEST(JsonText, RejectsWhatIsNoJson) {
  for (const char* bad : {"", "{", "{\"a\":}", "[1,]", "nul", "NaN", "1e999", "\"\xff\"", "{'a':1}", "1 2"}) {
    EXPECT_FALSE(python_json(bad).ok()) << bad;
  }
  EXPECT_FALSE(python_json(std::string(100000, '[')).ok());
  EXPECT_TRUE(python_json(std::string(200, '[') + std::string(200, ']')).ok());
  EXPECT_FALSE(python_json(std::string(201, '[') + std::string(201, ']')).ok());
  EXPECT_FALSE(json_depth_within(std::string(65, '{'), 64));
  EXPECT_TRUE(json_depth_within(R"(["[[[[[[[[[["])", 2));
}

}  // namespace
}  // namespace leyden
