// SPDX-License-Identifier: Apache-2.0
#include "sessions/transcript.h"

#include <nlohmann/json.hpp>

#include <ctime>

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
    out += m.text + "\n";
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
