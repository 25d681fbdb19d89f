// SPDX-License-Identifier: Apache-2.0
#include "app/cli/eval_suite.h"

#include <fmt/format.h>

#include <fstream>

namespace leyden_cli {

namespace {

EvalQuestion read_question(const Json& json, size_t text_size) {
  EvalQuestion q;
  q.task = json.at("task").get<std::string>();
  q.question = json.at("question").get<std::string>();
  for (const Json& range : json.at("gold")) {
    q.gold.push_back({range.at(0).get<size_t>(), range.at(1).get<size_t>()});
    if (q.gold.back().begin >= q.gold.back().end || q.gold.back().end > text_size)
      throw bad_argument("gold: expected a range of the text, found " + range.dump());
  }
  if (json.contains("value") && !json.at("value").is_null())
    q.value = json.at("value").get<std::string>();
  return q;
}

EvalItem read_item(const Json& json) {
  EvalItem item;
  const auto text = [&](const char* key) {
    return json.contains(key) ? json.at(key).get<std::string>() : std::string();
  };
  const std::string kind = json.at("kind").get<std::string>();
  item.language = text("language");
  item.title = text("title");
  item.name = text("name");
  item.text = text("text");
  item.bos = text("bos");
  item.reference = text("reference");
  item.system = text("system");
  if (kind == "tool") {
    item.kind = EvalItem::Kind::kTool;
    item.tools = json.at("tools");
    item.call = json.at("call");
    item.call.at("name").get<std::string>();
    item.call.at("arguments");
    item.questions.push_back({"call", json.at("question").get<std::string>(), {}, {}});
    return item;
  }
  item.length = json.at("length").get<int64_t>();
  if (item.text.empty()) throw bad_argument("text: expected some, found none");
  if (kind == "text") return item;
  if (kind != "questions")
    throw bad_argument("kind: expected text, questions or tool, found " + in_quotes(kind));
  item.kind = EvalItem::Kind::kQuestions;
  for (const Json& r : json.at("refusals")) item.refusals.push_back(r.get<std::string>());
  for (const Json& q : json.at("questions"))
    item.questions.push_back(read_question(q, item.text.size()));
  return item;
}

}  // namespace

std::vector<EvalItem> read_suite(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw errno_failure(path, "cannot be read");
  std::vector<EvalItem> items;
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      items.push_back(read_item(Json::parse(line)));
    } catch (const Json::exception& e) {
      throw Failure{LEYDEN_E_CORRUPT, fmt::format("{}: line {}: {}", path, number, e.what())};
    } catch (const Failure& f) {
      throw Failure{LEYDEN_E_CORRUPT, fmt::format("{}: line {}: {}", path, number, f.message)};
    }
  }
  if (items.empty())
    throw Failure{LEYDEN_E_CORRUPT, path + ": expected one case a line, found none"};
  return items;
}

}  // namespace leyden_cli
