// SPDX-License-Identifier: Apache-2.0
// The calculator: what it computes, what it refuses, and the plugin in its sandbox.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "plugins/calculator/expression.h"
#include "plugins/plugin_tools.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::calculator {
namespace {

std::string result(const std::string& expression) {
  const auto value = evaluate(expression);
  return value.ok() ? value_text(*value) : "error: " + value.status().message();
}

using Cases = std::initializer_list<std::pair<const char*, const char*>>;
void expect(Cases cases) {
  for (const auto& [expression, expected] : cases)
    EXPECT_EQ(result(expression), expected) << expression;
}

TEST(Calculator, Arithmetic) {
  expect({{"12 * 7", "84"},
          {"(3 + 4) * 12^2", "1008"},
          {"-2^2", "-4"},
          {"2^-1", "0.5"},
          {"2^3^2", "512"},
          {"0.1 + 0.2", "0.3"},
          {"1,234.5 + 1", "1235.5"},
          {"1_000_000 * 3", "3000000"},
          {"0xFF + 1", "256"},
          {"6.02e23 / 2", "3.01e+23"},
          {"2^62", "4611686018427387904"},
          {"10 % 3", "1"},
          {"-7 mod 3", "2"},
          {"15% of 80", "12"},
          {"80 * 15%", "12"},
          {"20!", "2432902008176640000"},
          {"3 × 4 ÷ 2 − 1", "5"},
          {"（1 ＋ 2）× 3", "9"},
          {"5²", "25"},
          {"12 * 7 =", "84"},
          {"1/3", "0.333333333333333"}});
}

TEST(Calculator, Functions) {
  expect({{"sqrt(2)^2", "2"},
          {"sqrt(16 m^2)", "4 m"},
          {"ln(e)", "1"},
          {"log(1000)", "3"},
          {"log(8, 2)", "3"},
          {"sin(30 deg)", "0.5"},
          {"asin(0.5) in deg", "30 deg"},
          {"round(2.345 m, 2)", "2.35 m"},
          {"floor(-1.5)", "-2"},
          {"max(1,234)", "234"},
          {"max(3 km, 3500 m)", "3500 m"},
          {"mean(1, 2, 3, 4)", "2.5"},
          {"gcd(84, 36)", "12"},
          {"lcm(4, 6)", "12"},
          {"cbrt(-27)", "-3"}});
}

TEST(Calculator, Units) {
  expect({{"3 km + 200 m", "3.2 km"},
          {"60 mph in km/h", "96.56064 km/h"},
          {"100 km / 2 h", "50 km/h"},
          {"50 km/h * 90 min", "75 km"},
          {"5 ft 3 in to cm", "160.02 cm"},
          {"5 ft 3 in", "5.25 ft"},
          {"12 in in cm", "30.48 cm"},
          {"1 h 30 min in s", "5400 s"},
          {"20 °C to °F", "68 °F"},
          {"-40 degC to degF", "-40 degF"},
          {"25 °C - 20 °C", "5 K"},
          {"2 kWh to J", "7200000 J"},
          {"1 GiB in MB", "1073.741824 MB"},
          {"5 km^2 to ha", "500 ha"},
          {"9.8 m/s^2 * 3 s", "29.4 m/s"},
          {"70 kg * 9.8 m/s^2 to N", "686 N"},
          {"5 N m to J", "5 J"},
          {"3 公里 + 500 米", "3.5 公里"},
          {"2 斤 to kg", "1 kg"},
          {"0.15 to %", "15 %"},
          {"10 kilometres to miles", "6.21371192237334 miles"},
          {"100 m / 50 cm", "200"}});
}

TEST(Calculator, Dates) {
  expect({{"2026-03-01 - 2025-12-24", "67 days"},
          {"2024-02-28 + 2 days", "2024-03-01 (Friday)"},
          {"2026-01-31 + 1 month", "2026-02-28 (Saturday)"},
          {"2024-02-29 + 1 year", "2025-02-28 (Friday)"},
          {"2026-11-26 - 2 weeks", "2026-11-12 (Thursday)"},
          {"2026-01-01 to 2026-12-25", "358 days"},
          {"days(2026-01-01, 2026-01-02)", "1 day"},
          {"2026-12-25 - 2026-01-01 in weeks", "51.1428571428571 weeks"},
          {"year(2026-11-26) + 1", "2027"},
          {"date(2000, 2, 29)", "2000-02-29 (Tuesday)"},
          {"max(2026-01-01, 2025-01-01)", "2026-01-01 (Thursday)"}});
  EXPECT_EQ(result("today - today"), "0 days");
}

TEST(Calculator, SaysWhatIsWrong) {
  expect(
      {{"", "error: the expression is empty"},
       {"1 +", "error: expected a number at the end"},
       {"(1", "error: expected ')' at the end"},
       {"1 / 0", "error: division by zero"},
       {"3 km + 2 kg", "error: a quantity in km and a quantity in kg cannot be added"},
       {"3 km to kg", "error: a quantity in km cannot be converted to kg"},
       {"20 °C + 5 °C",
        "error: degrees have a zero of their own and cannot be added; convert to K first"},
       {"80 + 15%", "error: adding a percentage is not clear; write 1.15 * x for 15% more"},
       {"5 flurbs", "error: expected the end or an operator at character 3, found 'flurbs'"},
       {"flurb(3)", "error: there is no function flurb"},
       {"2026-02-30 + 1 day", "error: there is no day 2026-02-30"},
       {"2026-01-01 + 1.5 days", "error: dates have no time of day; add whole days, not 1.5 days"},
       {"2026-01-01 + 3 km",
        "error: to a date only days, weeks, months or years can be added, not 3 km"},
       {"9999-12-31 + 1 day", "error: the date is outside of the years 1 to 9999"},
       {"sqrt(1, 2)", "error: sqrt: expected 1 argument, found 2"},
       {"sqrt(-1)", "error: the root of a negative number"},
       {"10^5000", "error: ^: the result is too large, or there is none"},
       {"1 $ 2", "error: '$' at character 3 means nothing here"}});
  EXPECT_FALSE(evaluate(std::string(200, '(')).ok());
  EXPECT_FALSE(evaluate(std::string(200, '-') + "1").ok());
  EXPECT_FALSE(evaluate(std::string(5000, '1')).ok());
}

TEST(Calculator, WhatIsNoFiniteNumberIsAnError) {
  for (const char* expression : {"1e5000", "1e4931 km", "1e4931 * 100", "1e5000 mod 3",
                                 "round(1e5000)", "1e4900 mod 1e-4900", "min(1e5000, 2)"})
    EXPECT_FALSE(evaluate(expression).ok()) << expression;
}

TEST(Calculator, EveryDayOfFourCenturiesIsCountedOnce) {
  Date day = *make_date({1800, 1, 1});
  for (int64_t i = 0; i < 146097; ++i, ++day.days) {
    const CivilDate c = civil(day);
    ASSERT_EQ(make_date(c), day);
    size_t bytes = 0;
    ASSERT_EQ(leading_date(date_text(day), &bytes), day);
  }
  EXPECT_EQ(date_text(day), "2200-01-01");
}

/// Both homes of a plugin that came with Leyden: behind walls, and in this process.
class CalculatorPlugin : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Home, CalculatorPlugin, testing::Bool(), [](const auto& param) {
  return std::string(param.param ? "InThisProcess" : "BehindWalls");
});

TEST_P(CalculatorPlugin, Answers) {
  const auto paths = plugins::build_paths();
  auto manifest = plugins::read_manifest(paths.plugins / "calculator");
  ASSERT_TRUE(manifest.ok()) << manifest.status().to_string();
  plugins::StartOptions options;
  if (!GetParam()) options.host_program = paths.host_program;
  options.is_first_party = true;
  plugins::RecordingServices services;
  plugins::PluginTools tools({*manifest}, options, services,
                             {{manifest->id, {.in_process = GetParam()}}});
  ASSERT_TRUE(tools.problems().empty()) << tools.problems()[0];
  ASSERT_EQ(tools.list().size(), 1u);
  EXPECT_TRUE(tools.list()[0].hints.read_only);
  EXPECT_FALSE(tools.list()[0].hints.network);
  auto answer = tools.call("calculate", R"({"expression": "60 mph in km/h"})", ToolContext{});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->text, "96.56064 km/h");
  EXPECT_EQ(answer->structured, R"({"unit":"km/h","value":96.56064})");
  answer = tools.call("calculate", R"({"expression": "2026-02-30"})", ToolContext{});
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->is_error);
  EXPECT_EQ(answer->text, "there is no day 2026-02-30");
  answer = tools.call("calculate", R"({"sum": 1})", ToolContext{});
  ASSERT_TRUE(answer.ok() && answer->is_error);
}

}  // namespace
}  // namespace leyden::calculator
