// SPDX-License-Identifier: Apache-2.0
#include "plugins/standard_services.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/json_dump.h"
#include "base/text_file.h"
#include "plugins/http_fetcher.h"

namespace leyden::plugins {

namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMaxValue = 1 << 20;
constexpr size_t kMaxKeys = 256;

Result<HttpRequest> request_of(const Json& json) {
  HttpRequest request;
  request.url = text_field(json, "url");
  if (request.url.empty()) return invalid_argument("http: the request has no \"url\"");
  if (json.contains("method")) request.method = text_field(json, "method");
  request.body = text_field(json, "body");
  const auto headers = json.find("headers");
  if (headers == json.end()) return request;
  if (!headers->is_object()) return invalid_argument("http: \"headers\" is no object");
  for (const auto& [name, value] : headers->items()) {
    if (!value.is_string()) return invalid_argument("http: header " + name + " is no text");
    request.headers.emplace_back(name, value.get<std::string>());
  }
  return request;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

const PluginChoices* StandardServices::choices_of(const Manifest& plugin) const {
  const auto it = options_.choices.find(plugin.id);
  return it == options_.choices.end() ? nullptr : &it->second;
}

void StandardServices::note(const Manifest& plugin, const char* kind, std::string text) const {
  if (options_.on_event) options_.on_event({plugin.id, kind, std::move(text)});
}

void StandardServices::log(const Manifest& plugin, int, const std::string& text) {
  note(plugin, "log", text);
}

void StandardServices::refused(const Manifest& plugin, const std::string& what) {
  note(plugin, "refused", what);
}

Result<std::string> StandardServices::http(const Manifest& plugin, const Json& json,
                                           const CancelToken* cancel,
                                           std::vector<std::string>* contacted) {
  LEYDEN_ASSIGN(const HttpRequest request, request_of(json));
  const std::string encoding = text_field(json, "encoding");
  if (!encoding.empty() && encoding != "base64")
    return invalid_argument("http: \"encoding\" is \"" + encoding + "\", expected \"base64\"");
  HttpPolicy policy;
  policy.offline = !online_;
  const auto& asked = plugin.permissions.network;
  for (const std::string& host : asked)
    if (host != "*") policy.hosts.push_back(host);
  const PluginChoices* choices = choices_of(plugin);
  if (choices && std::find(asked.begin(), asked.end(), "*") != asked.end()) {
    for (const std::string& machine : choices->network) {
      policy.hosts.push_back(host_of(machine));
      policy.private_hosts.push_back(machine);  // counts where it has a port
    }
  }
  std::vector<std::string> machines;
  Result<HttpResponse> fetched = http_fetch(request, policy, cancel, &machines);
  std::string all;
  for (const std::string& host : machines) all += (all.empty() ? "" : " ") + host;
  if (!machines.empty()) note(plugin, "http", std::move(all));
  if (contacted) contacted->insert(contacted->end(), machines.begin(), machines.end());
  LEYDEN_ASSIGN(HttpResponse response, std::move(fetched));
  if (encoding == "base64") {
    response.body = base64(response.body);
  } else if (valid_utf8_bytes(response.body) != response.body.size()) {
    return unsupported("http: the answer of type \"" + response.type + "\" is not UTF-8 text");
  }
  return dump_json(Json{{"status", response.status},
                        {"url", response.url},
                        {"type", response.type},
                        {"body", std::move(response.body)}});
}

Result<std::string> StandardServices::search_library(const Manifest& plugin,
                                                     const std::string& query, uint32_t limit) {
  if (!options_.library) return PluginServices::search_library(plugin, query, limit);
  LEYDEN_ASSIGN(const std::vector<LibraryPart> parts, options_.library->candidates(query, limit));
  Json out = Json::array();
  for (const LibraryPart& part : parts) {
    out.push_back({{"document", part.document},
                   {"title", part.title},
                   {"part", part.part},
                   {"label", part.label},
                   {"text", part.text}});
  }
  return dump_json(out);
}

fs::path StandardServices::folder_of(const Manifest& plugin) const {
  return options_.storage_folder / plugin.id;  // an id has no slash and does not begin with a dot
}

Result<std::string> StandardServices::stored(const Manifest& plugin, const std::string& key) {
  if (options_.storage_folder.empty()) return PluginServices::stored(plugin, key);
  const std::lock_guard lock(storage_mutex_);
  auto value = read_text_file(folder_of(plugin) / key, kMaxValue);
  if (!value.ok() && value.status().code() == StatusCode::kNotFound) {
    return not_found("storage: nothing is kept as \"" + key + "\"");
  }
  return value;
}

Status StandardServices::store(const Manifest& plugin, const std::string& key,
                               std::optional<std::string> value) {
  if (options_.storage_folder.empty()) return PluginServices::store(plugin, key, std::move(value));
  const std::lock_guard lock(storage_mutex_);
  const fs::path folder = folder_of(plugin), file = folder / key, fresh = folder / (key + ".new");
  std::error_code error;
  if (!value) {
    fs::remove(file, error);
    return error ? io_error("storage: " + error.message()) : Status();
  }
  fs::create_directories(folder, error);
  if (!fs::exists(file, error) &&
      std::distance(fs::directory_iterator(folder, error), fs::directory_iterator()) >=
          std::ptrdiff_t{kMaxKeys}) {
    return out_of_memory("storage: more than " + std::to_string(kMaxKeys) + " keys");
  }
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out.write(value->data(), static_cast<std::streamsize>(value->size()));
  out.close();
  if (!out) return io_error("storage: " + fresh.string() + " cannot be written");
  fs::rename(fresh, file, error);
  return error ? io_error("storage: " + error.message()) : Status();
}

Result<std::string> StandardServices::secret(const Manifest& plugin, const std::string& name) {
  if (const PluginChoices* choices = choices_of(plugin))
    if (const auto it = choices->secrets.find(name); it != choices->secrets.end())
      return it->second;
  return not_found("no secret \"" + name + "\" was entered");
}

}  // namespace leyden::plugins
