// SPDX-License-Identifier: Apache-2.0
// Web search and pages as a plugin. It opens no connection itself: the host fetches, from the
// machines the user named.
//
//   settings: {"searxng": "http://127.0.0.1:8888"}
#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "plugins/leyden_plugin.h"
#include "plugins/web/fetched_page.h"
#include "plugins/web/searxng.h"

namespace {

using leyden::Result;
using leyden::Status;
using Json = nlohmann::json;

constexpr size_t kHits = 8;

const leyden_tool kTools[] = {
    {sizeof(leyden_tool), LEYDEN_TOOL_READ_ONLY | LEYDEN_TOOL_NETWORK, "web_search",
     "Search the web; returns titles, addresses and short texts. Read a page with web_page.",
     R"({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})",
     R"({"type": "object", "properties": {"results": {"type": "array"}}})"},
    {sizeof(leyden_tool), LEYDEN_TOOL_READ_ONLY | LEYDEN_TOOL_NETWORK, "web_page",
     "Read the text of a web page. Long pages come in parts, from 1.",
     R"({"type": "object", "properties": {"url": {"type": "string"}, "part": {"type": "integer", "minimum": 1}}, "required": ["url"]})",
     R"({"type": "object", "properties": {"url": {"type": "string"}, "title": {"type": "string"}}})"}};

struct State {
  const leyden_host* host = nullptr;
  const leyden_host_http* http = nullptr;
  std::mutex mutex;
  std::string searxng;
};
State state;

/// An answer of a server.
struct Fetched {
  int64_t status = 0;
  std::string url, type, body;
};

std::string text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Result<Fetched> fetch(const leyden_call* call, const std::string& url) {
  if (!state.http) return leyden::unsupported("this host fetches nothing");
  const std::string request = Json{{"url", url}, {"encoding", "base64"}}.dump();
  std::string answer;
  const auto take = [](const void* bytes, size_t size, void* to) {
    static_cast<std::string*>(to)->assign(static_cast<const char*>(bytes), size);
  };
  const auto status =
      state.http->fetch(state.host, call, request.data(), request.size(), take, &answer);
  // The host has told the call why; an empty message keeps that.
  if (status != LEYDEN_PLUGIN_OK) return Status(static_cast<leyden::StatusCode>(status), "");
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object()) return leyden::internal_error("the host's answer is no JSON");
  Fetched out;
  out.status = json.value("status", int64_t{0});
  out.url = text_of(json, "url");
  out.type = text_of(json, "type");
  LEYDEN_ASSIGN(out.body, leyden::web::from_base64(text_of(json, "body")));
  return out;
}

struct Reply {
  std::string text, structured;
};

Result<Reply> search(const leyden_call* call, const Json& arguments) {
  const std::string query = text_of(arguments, "query");
  if (query.empty()) return leyden::invalid_argument("web_search needs a \"query\", a text");
  std::string base;
  {
    const std::lock_guard lock(state.mutex);
    base = state.searxng;
  }
  if (base.empty())
    return leyden::unsupported("no search is set up: the plugin's setting \"searxng\" is missing");
  LEYDEN_ASSIGN(const Fetched answer, fetch(call, leyden::web::search_url(base, query, {})));
  if (answer.status == 403)
    return leyden::unsupported(base +
                               " answers no JSON: \"json\" is missing in search.formats of "
                               "its settings.yml");
  if (answer.status != 200)
    return leyden::io_error(base + " answered with status " + std::to_string(answer.status));
  LEYDEN_ASSIGN(const auto hits, leyden::web::read_hits(answer.body, kHits));
  return Reply{leyden::web::hits_text(hits), leyden::web::hits_json(hits)};
}

Result<Reply> read_page(const leyden_call* call, const Json& arguments) {
  const std::string url = text_of(arguments, "url");
  if (url.empty()) return leyden::invalid_argument("web_page needs a \"url\", a text");
  const auto part = arguments.find("part");
  if (part != arguments.end() && !part->is_number_integer())
    return leyden::invalid_argument("web_page: \"part\" is no whole number");
  LEYDEN_ASSIGN(const Fetched answer, fetch(call, url));
  if (answer.status != 200)
    return leyden::io_error(answer.url + " answered with status " + std::to_string(answer.status));
  LEYDEN_ASSIGN(const auto page, leyden::web::page_text(answer.type, answer.body));
  LEYDEN_ASSIGN(
      const auto shown,
      leyden::web::part_of(page.text, part == arguments.end() ? 1 : part->get<int64_t>()));
  Reply out;
  if (!page.title.empty()) out.text += page.title + "\n";
  out.text += answer.url + "\n";
  if (shown.of > 1)
    out.text += "Part " + std::to_string(shown.number) + " of " + std::to_string(shown.of) + "\n";
  out.text += "\n" + shown.text;
  out.structured =
      Json{{"url", answer.url}, {"title", page.title}, {"part", shown.number}, {"parts", shown.of}}
          .dump();
  return out;
}

leyden_plugin_status report(const leyden_call* call, const Status& status) {
  if (!status.message().empty())
    call->error(call, status.message().data(), status.message().size());
  return static_cast<leyden_plugin_status>(status.code());
}

void call_tool(const leyden_plugin*, uint32_t index, const char* arguments, size_t size,
               const leyden_tool_sink* sink) {
  leyden_plugin_status status = LEYDEN_PLUGIN_OK;
  try {
    const Json json = Json::parse(arguments, arguments + size, nullptr, false);
    Result<Reply> reply = leyden::invalid_argument("the arguments are no JSON object");
    if (json.is_object())
      reply = index == 0 ? search(sink->call, json) : read_page(sink->call, json);
    if (!reply.ok()) {
      status = report(sink->call, reply.status());
    } else if (sink->text(sink, reply->text.data(), reply->text.size()) != LEYDEN_PLUGIN_OK ||
               sink->structured(sink, reply->structured.data(), reply->structured.size()) !=
                   LEYDEN_PLUGIN_OK) {
      status = LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
    }
  } catch (const std::exception& e) {
    status = report(sink->call, leyden::internal_error(e.what()));
  }
  sink->finish(sink, status);
}

const leyden_tools kToolsInterface{
    sizeof(leyden_tools), 0, [](const leyden_plugin*) -> uint32_t { return 2; },
    [](const leyden_plugin*, uint32_t index) { return &kTools[index]; }, call_tool};

Status apply(const Json& json) {
  if (!json.is_object()) return leyden::invalid_argument("settings: expected an object");
  for (const auto& [key, value] : json.items()) {
    if (key != "searxng") return leyden::invalid_argument("settings: there is no \"" + key + "\"");
    if (!value.is_string()) return leyden::invalid_argument("settings: \"searxng\" is no text");
  }
  const std::string base = text_of(json, "searxng");
  if (!base.empty() && !base.starts_with("http://") && !base.starts_with("https://"))
    return leyden::invalid_argument(
        "settings: \"searxng\": expected an address that begins with http:// or https://, found " +
        base);
  const std::lock_guard lock(state.mutex);
  state.searxng = base;
  return {};
}

const leyden_settings kSettings{
    sizeof(leyden_settings), 0,
    [](const leyden_plugin*) {
      return R"({"type": "object", "properties": {"searxng": {"type": "string", "description": "Address of a SearXNG whose search.formats has json"}}})";
    },
    [](const leyden_plugin*, const char* json, size_t size, const leyden_call* call) {
      try {
        return report(call, apply(Json::parse(json, json + size, nullptr, false)));
      } catch (const std::exception& e) {
        return report(call, leyden::internal_error(e.what()));
      }
    }};

const void* get_interface(const leyden_plugin*, const char* id) {
  const std::string_view wanted = id;
  if (wanted == LEYDEN_PLUGIN_TOOLS) return &kToolsInterface;
  return wanted == LEYDEN_PLUGIN_SETTINGS ? &kSettings : nullptr;
}

leyden_plugin plugin{sizeof(leyden_plugin), 0, nullptr, get_interface, [](leyden_plugin*) {}};

leyden_plugin* create(const leyden_host* host) {
  state.host = host;
  state.http = static_cast<const leyden_host_http*>(host->get_interface(host, LEYDEN_HOST_HTTP));
  return &plugin;
}

}  // namespace

const leyden_plugin_entry leyden_plugin_main = {sizeof(leyden_plugin_entry), LEYDEN_PLUGIN_ABI,
                                                "org.leyden.web", "1.0.0", create};
