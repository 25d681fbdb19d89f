// SPDX-License-Identifier: Apache-2.0
#include "app/cli/eval_score.h"

#include <algorithm>
#include <cmath>

namespace leyden_cli {

namespace {

/// The number of the reference that `text` begins with; -1 without.
int leading_reference(const std::string& text, const std::string& pattern) {
  const size_t n = pattern.find("{n}");
  if (n == std::string::npos || text.compare(0, n, pattern, 0, n) != 0) return -1;
  size_t end = n;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == n || end - n > 6) return -1;
  const std::string rest = pattern.substr(n + 3);
  if (text.compare(end, rest.size(), rest) != 0) return -1;
  return std::stoi(text.substr(n, end - n));
}

bool is_type(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return true;
}

}  // namespace

Marks judge(const EvalItem& item, const EvalQuestion& question, const Json& answer,
            const Json& passages) {
  Marks marks;
  std::string text = answer.at("text").get<std::string>();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  marks.refused =
      std::find(item.refusals.begin(), item.refusals.end(), text) != item.refusals.end();
  if (question.gold.empty()) {
    marks.first = marks.exact = marks.value = marks.refused;
    return marks;
  }
  const int reference = leading_reference(text, item.reference);
  for (const Json& p : passages) {
    if (reference < 0 || p.at("reference") != reference) continue;
    marks.first = p.at("begin").get<size_t>() < question.gold[0].end &&
                  question.gold[0].begin < p.at("end").get<size_t>();
  }
  marks.value = !question.value || text.find("Answer: " + *question.value + ".") != text.npos;
  marks.exact = marks.value;
  for (const Range& gold : question.gold) {
    marks.exact &=
        std::any_of(answer.at("quotes").begin(), answer.at("quotes").end(), [&](const Json& q) {
          return q.at("begin").get<size_t>() <= gold.begin && q.at("end").get<size_t>() >= gold.end;
        });
  }
  return marks;
}

bool valid_call(const Json& tools, const Json& call) {
  const Json& function = call.at("function");
  Json arguments = function.at("arguments");
  if (arguments.is_string()) arguments = Json::parse(arguments.get<std::string>(), nullptr, false);
  if (!arguments.is_object()) return false;
  for (const Json& tool : tools) {
    const Json& known = tool.at("function");
    if (known.at("name") != function.at("name")) continue;
    const Json& schema = known.at("parameters");
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, value] : arguments.items()) {
      if (!properties.contains(key) ||
          !is_type(value, properties.at(key).value("type", std::string())))
        return false;
    }
    for (const Json& key : schema.value("required", Json::array()))
      if (!arguments.contains(key.get<std::string>())) return false;
    return true;
  }
  return false;
}

void Cell::add(const Marks& marks) {
  ++n;
  first += marks.first;
  exact += marks.exact;
  value += marks.value;
  refused += marks.refused;
}

Interval wilson(int64_t hits, int64_t n) {
  if (n <= 0) return {0, 1};
  const double z = 1.959964, count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count, d = 1 + z * z / count;
  const double middle = (p + z * z / (2 * count)) / d;
  const double half = z / d * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace leyden_cli
