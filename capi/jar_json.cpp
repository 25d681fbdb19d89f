// SPDX-License-Identifier: Apache-2.0
#include "capi/jar_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json_dump.h"
#include "core/engine/model.h"

namespace leyden::capi {

namespace {

using Json = nlohmann::ordered_json;

/// JSON that others stored, as JSON; as a string when it is none.
Json parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

const char* state_name(MessageState state) {
  switch (state) {
    case MessageState::kComplete:
      return "complete";
    case MessageState::kStreaming:
      return "streaming";
    case MessageState::kInterrupted:
      return "interrupted";
  }
  return "unknown";
}

/// Models by id, each asked for once.
class Models {
 public:
  static Result<Models> of(Store& store) {
    Models out;
    LEYDEN_ASSIGN(std::vector<StoredModel> list, store.sessions().models());
    for (StoredModel& m : list) out.by_id_.emplace(m.id, std::move(m));
    return out;
  }
  const StoredModel* find(CatalogueId id) const {
    const auto it = by_id_.find(id);
    return it == by_id_.end() ? nullptr : &it->second;
  }

 private:
  std::map<CatalogueId, StoredModel> by_id_;
};

/// What a KV file says; one that is damaged has nothing to offer, and is no reason to hide a
/// session.
template <typename T>
Result<T> or_nothing(Result<T> found) {
  if (found.status().code() == StatusCode::kCorrupt) return T{};
  return found;
}

/// Of the session's tokens, those whose KV eviction has left.
uint32_t kept_tokens(const SessionInfo& s, uint32_t kept_pages) {
  if (s.tip == PageId{}) return s.n_tokens;  // all in the state after the last full page
  const uint32_t all = s.n_tokens / KvLayout::kPageTokens;
  return kept_pages < all ? kept_pages * KvLayout::kPageTokens : s.n_tokens;
}

Json session_json(const SessionInfo& s, const Models& models, uint32_t kept_pages) {
  const StoredModel* model = models.find(s.model);
  Json out = {{"id", s.id}, {"uuid", s.uuid}, {"title", s.title}};
  out["model"] = model ? Json(model->name) : Json();
  out["fingerprint"] = model ? Json(model->fingerprint) : Json();
  out["created_ms"] = s.created_at_ms;
  out["used_ms"] = s.used_at_ms;
  out["pinned"] = s.pinned;
  out["messages"] = s.n_messages;
  out["tokens"] = s.n_tokens;
  const size_t page_bytes = model ? model->page_layout.total_bytes() : 0;
  out["kv_bytes"] = s.n_tokens * page_bytes / KvLayout::kPageTokens;
  out["kept_bytes"] = kept_tokens(s, kept_pages) * page_bytes / KvLayout::kPageTokens;
  out["documents"] = s.documents;
  out["forked_from"] = s.forked_from;
  return out;
}

Json document_json(const DocumentInfo& d) {
  return {{"id", d.id},
          {"hash", d.hash},
          {"title", d.title},
          {"source", d.source},
          {"parts", d.n_parts},
          {"tokens", d.n_tokens},
          {"added_ms", d.added_at_ms},
          {"pinned", d.pinned}};
}

/// Takes the marks out of a snippet and says where they were.
std::pair<std::string, Json> without_marks(const std::string& marked) {
  std::string text;
  Json marks = Json::array();
  std::optional<size_t> begin;
  for (const char c : marked) {
    if (c != Search::kMark) {
      text += c;
    } else if (!begin) {
      begin = text.size();
    } else {
      marks.push_back({*begin, text.size()});
      begin.reset();
    }
  }
  return {std::move(text), std::move(marks)};
}

/// Titles of what was found; one that is gone since has none.
std::string title_of(Store& store, const SearchHit& hit) {
  if (hit.session != 0) {
    auto session = store.sessions().session(hit.session);
    return session.ok() ? session->title : std::string();
  }
  auto document = store.documents().info(hit.document);
  return document.ok() ? document->title : std::string();
}

Json hit_json(Store& store, const SearchHit& hit) {
  const char* kind = "message";
  switch (hit.kind) {
    case TextKind::kTitle:
    case TextKind::kDocumentTitle:
      kind = "title";
      break;
    case TextKind::kMessage:
    case TextKind::kThinking:
      kind = "message";
      break;
    case TextKind::kDocumentPart:
      kind = "document";
      break;
  }
  auto [snippet, marks] = without_marks(hit.snippet);
  return {{"kind", kind},
          {"session", hit.session},
          {"message", hit.message},
          {"document", hit.document},
          {"part", hit.part},
          {"title", title_of(store, hit)},
          {"label", hit.label},
          {"snippet", std::move(snippet)},
          {"marks", std::move(marks)}};
}

/// A text field of an object from outside; `fallback` when it is not there.
Result<std::string> text_field(const Json& object, const char* key, const std::string& where,
                               bool required) {
  const auto it = object.find(key);
  if (it == object.end() && !required) return std::string();
  if (it == object.end()) return invalid_argument(where + key + ": is missing, expected a string");
  if (!it->is_string()) {
    return invalid_argument(where + key + ": expected a string, found " + it->type_name());
  }
  return it->get<std::string>();
}

/// What comes from outside is written out again by recursion, so it may not nest without end.
Result<Json> parse_bounded(const char* name, std::string_view text) {
  constexpr int kMostLevels = 200;
  int level = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++level > kMostLevels) {
        return invalid_argument(std::string(name) + ": more than " + std::to_string(kMostLevels) +
                                " levels of lists and objects");
      }
    } else if (c == ']' || c == '}') {
      --level;
    }
  }
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object()) return invalid_argument(std::string(name) + ": expected a JSON object");
  return json;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
}

}  // namespace

std::string strings_json(const std::vector<std::string>& list) { return dump_json(Json(list)); }

Result<std::string> stats_json(Store& store) {
  LEYDEN_ASSIGN(const StoreStats s, store.stats());
  return dump_json(Json{{"folder", store.folder()},
                        {"sessions", s.sessions},
                        {"messages", s.messages},
                        {"documents", s.documents},
                        {"models", s.models},
                        {"pages", s.pages},
                        {"quarantined_pages", s.quarantined_pages},
                        {"kv_raw_bytes", s.kv_raw_bytes},
                        {"kv_stored_bytes", s.kv_stored_bytes},
                        {"catalogue_file_bytes", s.catalogue_file_bytes},
                        {"kv_file_bytes", s.kv_file_bytes},
                        {"encrypted", s.encrypted},
                        {"read_only", s.read_only}});
}

std::string check_json(const CheckReport& r) {
  return dump_json(Json{{"sound", r.n_problems == 0},
                        {"n_problems", r.n_problems},
                        {"problems", r.problems},
                        {"messages", r.messages},
                        {"texts", r.texts},
                        {"pages", r.pages},
                        {"page_bytes", r.page_bytes}});
}

std::string repair_json(const RepairReport& r) {
  return dump_json(Json{{"actions", r.actions},
                        {"texts_kept", r.texts_kept},
                        {"texts_lost", r.texts_lost},
                        {"pages_kept", r.pages_kept},
                        {"pages_lost", r.pages_lost}});
}

std::string collect_json(const CollectReport& r) {
  return dump_json(Json{{"unreachable_pages", r.unreachable_pages},
                        {"unreachable_bytes", r.unreachable_bytes},
                        {"evicted_pages", r.evicted_pages},
                        {"evicted_bytes", r.evicted_bytes},
                        {"kept_pages", r.kept_pages},
                        {"kept_bytes", r.kept_bytes},
                        {"over_quota", r.over_quota},
                        {"skipped", r.skipped}});
}

std::string bundle_json(const BundleReport& r) {
  return dump_json(Json{{"session", r.session},
                        {"messages", r.messages},
                        {"documents", r.documents},
                        {"pages", r.pages},
                        {"bytes", r.bytes},
                        {"note", r.note}});
}

Result<std::string> search_json(Store& store, std::string_view query, size_t limit) {
  LEYDEN_ASSIGN(const std::vector<SearchHit> hits, store.search().find(query, limit));
  Json out = Json::array();
  for (const SearchHit& hit : hits) out.push_back(hit_json(store, hit));
  return dump_json(out);
}

Result<std::string> sessions_json(Store& store, size_t limit, size_t offset) {
  LEYDEN_ASSIGN(const Models models, Models::of(store));
  LEYDEN_ASSIGN(const std::vector<SessionInfo> list, store.sessions().list(limit, offset));
  std::vector<PageId> tips;
  for (const SessionInfo& s : list) tips.push_back(s.tip);
  LEYDEN_ASSIGN(std::vector<uint32_t> kept, or_nothing(store.pages().kept_pages(tips)));
  kept.resize(list.size());
  Json out = Json::array();
  for (size_t i = 0; i < list.size(); ++i) out.push_back(session_json(list[i], models, kept[i]));
  return dump_json(out);
}

Result<std::string> session_info_json(Store& store, CatalogueId session) {
  LEYDEN_ASSIGN(const Models models, Models::of(store));
  LEYDEN_ASSIGN(const SessionInfo s, store.sessions().session(session));
  LEYDEN_ASSIGN(const uint32_t kept, or_nothing(store.pages().kept_pages(s.tip)));
  Json out = session_json(s, models, kept);
  out["documents"] = Json::array();
  for (const CatalogueId id : s.documents) {
    LEYDEN_ASSIGN(const DocumentInfo d, store.documents().info(id));
    out["documents"].push_back({{"id", id}, {"title", d.title}});
  }
  out["head"] = s.head;
  out["settings"] = parsed(s.settings_json);
  out["quota_bytes"] = s.kv_quota_bytes;
  LEYDEN_ASSIGN(const ChainInfo chain, or_nothing(store.pages().inspect_chain(s.tip)));
  out["stored_bytes"] = chain.stored_bytes;
  return dump_json(out);
}

Result<std::string> session_messages_json(Store& store, CatalogueId session) {
  LEYDEN_ASSIGN(const std::vector<StoredMessage> path, store.sessions().path(session));
  Json out = Json::array();
  for (const StoredMessage& m : path) {
    LEYDEN_ASSIGN(const std::vector<CatalogueId> siblings, store.sessions().siblings(m.id));
    Json ends = Json::array();
    for (size_t i = 0; siblings.size() > 1 && i < siblings.size(); ++i) {
      LEYDEN_ASSIGN(const CatalogueId end, store.sessions().newest_end(siblings[i]));
      ends.push_back(end);
    }
    out.push_back({{"id", m.id},
                   {"parent", m.parent},
                   {"role", m.role},
                   {"text", m.text},
                   {"thinking", m.thinking},
                   {"state", state_name(m.state)},
                   {"created_ms", m.created_at_ms},
                   {"tokens", m.n_tokens},
                   {"siblings", siblings},
                   {"branch_ends", std::move(ends)},
                   {"extra", parsed(m.extra_json)}});
  }
  return dump_json(out);
}

Result<std::string> documents_json(Store& store) {
  LEYDEN_ASSIGN(const std::vector<DocumentInfo> list, store.documents().list());
  Json out = Json::array();
  for (const DocumentInfo& d : list) out.push_back(document_json(d));
  return dump_json(out);
}

Result<std::string> document_info_json(Store& store, CatalogueId document) {
  LEYDEN_ASSIGN(const DocumentInfo d, store.documents().info(document));
  LEYDEN_ASSIGN(const std::vector<DocumentPart> parts, store.documents().parts(document));
  Json out = document_json(d);
  out["labels"] = Json::array();
  size_t bytes = 0;
  for (const DocumentPart& part : parts) {
    out["labels"].push_back(part.label);
    bytes += part.text.size();
  }
  out["bytes"] = bytes;
  return dump_json(out);
}

std::string page_map_json(const std::vector<std::byte>& map) {
  if (map.empty()) return "null";
  return std::string(reinterpret_cast<const char*>(map.data()), map.size());
}

Result<NewDocument> parse_document(std::string_view text) {
  LEYDEN_ASSIGN(const Json json, parse_bounded("json", text));
  NewDocument out;
  LEYDEN_ASSIGN(out.title, text_field(json, "title", "json: ", true));
  LEYDEN_ASSIGN(out.source, text_field(json, "source", "json: ", false));
  const auto parts = json.find("parts");
  if (parts == json.end() || !parts->is_array() || parts->empty()) {
    return invalid_argument("json: parts: expected a list of {\"label\", \"text\"}");
  }
  bool blank = true;
  for (const Json& part : *parts) {
    const std::string where = "json: parts " + std::to_string(out.parts.size()) + ": ";
    if (!part.is_object()) {
      return invalid_argument(where + "expected an object, found " + part.type_name());
    }
    DocumentPart one;
    LEYDEN_ASSIGN(one.label, text_field(part, "label", where, false));
    LEYDEN_ASSIGN(one.text, text_field(part, "text", where, true));
    blank = blank && is_blank(one.text);
    out.parts.push_back(std::move(one));
  }
  if (blank) return invalid_argument("json: parts: the document is empty");
  if (const auto map = json.find("page_map"); map != json.end() && !map->is_null()) {
    const std::string bytes = dump_json(*map);
    const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
    out.page_map.assign(data, data + bytes.size());
  }
  return out;
}

Status check_json_object(const char* name, std::string_view text) {
  LEYDEN_TRY(parse_bounded(name, text));
  return {};
}

}  // namespace leyden::capi
