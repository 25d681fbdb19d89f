// SPDX-License-Identifier: Apache-2.0
// The calculator as a plugin: leyden.tools/1 with one tool.
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "plugins/calculator/expression.h"
#include "plugins/leyden_plugin.h"

namespace {

using leyden::calculator::Value;
using Json = nlohmann::json;

const leyden_tool kCalculate{
    sizeof(leyden_tool),
    LEYDEN_TOOL_READ_ONLY,
    "calculate",
    "Evaluate an arithmetic expression, with units and dates: (3 + 4) * 12^2, 15% of 80, "
    "60 mph in km/h, 5 ft 3 in to cm, 2026-03-01 - 2025-12-24, 2026-01-31 + 3 months. "
    "Functions: sqrt, ln, log, exp, sin, cos, tan, round, floor, ceil, abs, min, max, mean, gcd, "
    "lcm, days, today.",
    R"({"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]})",
    R"({"type": "object", "properties": {"value": {}, "unit": {"type": "string"}}})"};

Json structured(const Value& value) {
  if (const auto* date = std::get_if<leyden::calculator::Date>(&value))
    return {{"value", leyden::calculator::date_text(*date)},
            {"unit", "date"},
            {"weekday", leyden::calculator::weekday(*date)}};
  const auto& q = std::get<leyden::calculator::Quantity>(value);
  return {{"value", static_cast<double>(leyden::calculator::shown_value(q))},
          {"unit", leyden::calculator::unit_text(q)}};
}

void fail(const leyden_tool_sink* sink, const std::string& why) {
  sink->call->error(sink->call, why.data(), why.size());
  sink->finish(sink, LEYDEN_PLUGIN_E_INVALID_ARGUMENT);
}

void calculate(const char* arguments, size_t size, const leyden_tool_sink* sink) {
  const Json json = Json::parse(arguments, arguments + size, nullptr, false);
  if (!json.is_object() || !json.contains("expression") || !json["expression"].is_string())
    return fail(sink, "calculate needs an \"expression\", a text");
  const auto value = leyden::calculator::evaluate(json["expression"].get<std::string>());
  if (!value.ok()) return fail(sink, value.status().message());
  const std::string text = leyden::calculator::value_text(*value);
  const std::string details = structured(*value).dump();
  if (sink->text(sink, text.data(), text.size()) != LEYDEN_PLUGIN_OK ||
      sink->structured(sink, details.data(), details.size()) != LEYDEN_PLUGIN_OK) {
    return sink->finish(sink, LEYDEN_PLUGIN_E_OUT_OF_MEMORY);
  }
  sink->finish(sink, LEYDEN_PLUGIN_OK);
}

void call(const leyden_plugin*, uint32_t, const char* arguments, size_t size,
          const leyden_tool_sink* sink) {
  try {
    calculate(arguments, size, sink);
  } catch (const std::exception& e) {
    fail(sink, e.what());
  }
}

const leyden_tools kTools{sizeof(leyden_tools), 0,
                          [](const leyden_plugin*) -> uint32_t { return 1; },
                          [](const leyden_plugin*, uint32_t) { return &kCalculate; }, call};

const void* get_interface(const leyden_plugin*, const char* id) {
  return std::string_view(id) == LEYDEN_PLUGIN_TOOLS ? &kTools : nullptr;
}

leyden_plugin plugin{sizeof(leyden_plugin), 0, nullptr, get_interface, [](leyden_plugin*) {}};

}  // namespace

const leyden_plugin_entry leyden_plugin_main = {sizeof(leyden_plugin_entry), LEYDEN_PLUGIN_ABI,
                                                "org.leyden.calculator", "1.0.0",
                                                [](const leyden_host*) { return &plugin; }};
