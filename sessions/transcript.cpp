// SPDX-License-Identifier: Apache-2.0
#include "sessions/transcript.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace leyden {
namespace {

constexpr auto kReplace = nlohmann::json::error_handler_t::replace;

std::string date_of(int64_t ms) {
  const std::time_t s = static_cast<std::time_t>(ms / 1000);
  std::tm utc = {};
  gmtime_r(&s, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
  return text;
}

std::string title_case(const std::string& role) {
  std::string out = role;
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

const char* name_of(MessageState state) {
  switch (state) {
    case MessageState::kComplete: return "complete";
    case MessageState::kStreaming: return "streaming";
    case MessageState::kInterrupted: return "interrupted";
  }
  return "unknown";
}

/// `text` fenced, with more backticks than any run of them in it.
std::string fenced(const std::string& text) {
  size_t longest = 2, run = 0;
  for (char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  return fence + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string string_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What became of a tool's call: who allowed it, when, how long, how much, with whom.
std::string call_line(const nlohmann::json& call) {
  std::string out = "*" + string_of(call, "name") + " (" + string_of(call, "origin") + ")";
  const std::string decision = string_of(call, "decision"), reason = string_of(call, "reason");
  if (decision == "denied") {
    out += ", not allowed: " + reason;
  } else if (!decision.empty()) {
    out += ", allowed: " + decision;
  }
  if (const auto ms = call.find("begin_ms"); ms != call.end() && ms->is_number_integer())
    out += ", " + date_of(ms->get<int64_t>());
  char number[48];
  if (const auto s = call.find("seconds"); s != call.end() && s->is_number()) {
    std::snprintf(number, sizeof number, ", %.2f s", s->get<double>());
    out += number;
  }
  if (const auto n = call.find("result_bytes"); n != call.end() && n->is_number_integer())
    out += ", " + std::to_string(n->get<int64_t>()) + " bytes";
  std::string hosts;
  if (const auto list = call.find("hosts"); list != call.end() && list->is_array())
    for (const auto& host : *list)
      if (host.is_string()) hosts += (hosts.empty() ? "" : ", ") + host.get<std::string>();
  if (!hosts.empty()) out += ", machines: " + hosts;
  if (call.value("ok", true) == false) out += ", failed";
  return out + "*\n";
}

/// The calls of an answer, and where its quotes stand.
std::string trace_markdown(const StoredMessage& message) {
  const auto extra = nlohmann::json::parse(message.extra_json, nullptr, false);
  if (!extra.is_object()) return {};
  std::string out;
  if (const auto calls = extra.find("tool_calls"); calls != extra.end() && calls->is_array()) {
    for (const auto& call : *calls) {
      const auto function = call.is_object() ? call.find("function") : call.end();
      if (!call.is_object() || function == call.end() || !function->is_object()) continue;
      out += "\nCalls `" + string_of(*function, "name") + "`:\n" +
             fenced(string_of(*function, "arguments"));
    }
  }
  const auto run = extra.find("run");
  if (run == extra.end() || !run->is_object()) return out;
  const auto quotes = run->find("quotes");
  if (quotes == run->end() || !quotes->is_array() || quotes->empty()) return out;
  out += "\nSources:\n";
  for (const auto& q : *quotes) {
    if (!q.is_object()) continue;
    out += q.value("verified", false)
               ? "- " + string_of(q, "title") + ", page " + std::to_string(q.value("page", 0)) +
                     ": “" + string_of(q, "text") + "”\n"
               : "- passage " + std::to_string(q.value("reference", -1)) +
                     ": not found word for word\n";
  }
  return out;
}

/// A tool's result with its trace.
std::string result_markdown(const StoredMessage& message) {
  const auto extra = nlohmann::json::parse(message.extra_json, nullptr, false);
  std::string out;
  if (extra.is_object())
    if (const auto call = extra.find("call"); call != extra.end() && call->is_object())
      out = call_line(*call) + "\n";
  return out + fenced(message.text);
}

}  // namespace

Result<std::string> transcript_markdown(Store& store, CatalogueId session) {
  LEYDEN_ASSIGN(const SessionInfo info, store.sessions().session(session));
  LEYDEN_ASSIGN(const std::vector<StoredMessage> path, store.sessions().path(session));
  std::string out = "# " + (info.title.empty() ? "Untitled" : info.title) + "\n\n";
  out += "*" + date_of(info.created_at_ms) + "*\n";
  for (CatalogueId id : info.documents)
    if (auto d = store.documents().info(id); d.ok()) out += "\nDocument: " + d->title + "\n";
  for (const StoredMessage& m : path) {
    out += "\n## " + title_case(m.role) + "\n\n";
    if (!m.thinking.empty()) {
      out += "> ";
      for (char c : m.thinking) out += c == '\n' ? std::string("\n> ") : std::string(1, c);
      out += "\n\n";
    }
    if (m.role == "tool") {
      out += result_markdown(m);
    } else {
      out += m.text + "\n" + trace_markdown(m);
    }
    if (m.state != MessageState::kComplete) out += "\n*(interrupted)*\n";
  }
  return out;
}

Result<std::string> transcript_json(Store& store, CatalogueId session) {
  LEYDEN_ASSIGN(const SessionInfo info, store.sessions().session(session));
  LEYDEN_ASSIGN(const std::vector<StoredMessage> tree, store.sessions().tree(session));
  nlohmann::json out = {{"format", "leyden.transcript/1"}, {"title", info.title}, {"uuid", info.uuid},
                        {"created_at_ms", info.created_at_ms}, {"head", info.head},
                        {"documents", nlohmann::json::array()}, {"messages", nlohmann::json::array()}};
  if (info.model != 0) {
    LEYDEN_ASSIGN(const StoredModel model, store.sessions().model(info.model));
    out["model"] = model.name;
  }
  for (CatalogueId id : info.documents)
    if (auto d = store.documents().info(id); d.ok()) out["documents"].push_back(d->title);
  for (const StoredMessage& m : tree) {
    auto extra = nlohmann::json::parse(m.extra_json, nullptr, false);
    if (extra.is_discarded()) extra = m.extra_json;
    out["messages"].push_back({{"id", m.id}, {"parent", m.parent}, {"role", m.role}, {"text", m.text},
                               {"thinking", m.thinking}, {"state", name_of(m.state)},
                               {"created_at_ms", m.created_at_ms}, {"extra", std::move(extra)}});
  }
  return out.dump(2, ' ', false, kReplace);
}

}  // namespace leyden
