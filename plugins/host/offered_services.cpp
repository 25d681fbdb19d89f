// SPDX-License-Identifier: Apache-2.0
#include "plugins/host/offered_services.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_dump.h"
#include "plugins/draft/leyden_plugin_draft.h"

namespace leyden::plugins {

namespace {

constexpr size_t kMaxRequest = 20 << 10;
constexpr size_t kMaxStored = 1 << 20;

Channel& channel_of(const leyden_host* host) {
  return static_cast<OfferedServices*>(host->host_data)->channel();
}

leyden_plugin_status status_of(const Status& status) {
  return static_cast<leyden_plugin_status>(status.code());
}

/// Asks, notes an error at the call, and hands the answer's bytes over.
leyden_plugin_status forward(const leyden_host* host, const leyden_call* call, const char* service,
                             Json request, std::string_view payload, leyden_result_fn result,
                             void* user_data) {
  if (dump_json(request).size() > kMaxRequest) return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
  auto answer = channel_of(host).ask(service, call ? call->id : 0, std::move(request), payload);
  if (!answer.ok()) {
    const std::string& why = answer.status().message();
    if (call) call->error(call, why.data(), why.size());
    return status_of(answer.status());
  }
  if (result) result(answer->payload.data(), answer->payload.size(), user_data);
  return LEYDEN_PLUGIN_OK;
}

void write_log(const leyden_host* host, int32_t level, const char* text, size_t size) {
  if (!text) return;
  const Json message{
      {"op", "log"}, {"level", level}, {"text", std::string(text, std::min<size_t>(size, 4000))}};
  (void)!channel_of(host).send(message).ok();
}

leyden_plugin_status fetch(const leyden_host* host, const leyden_call* call, const char* request,
                           size_t size, leyden_result_fn result, void* user_data) {
  if (!request) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  Json json = parse_json({request, size});
  if (!json.is_object()) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  return forward(host, call, "http", std::move(json), {}, result, user_data);
}

leyden_plugin_status open_file(const leyden_host* host, const leyden_call* call, const char* grant,
                               size_t size, int32_t* fd) {
  if (!grant || !fd) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  *fd = -1;
  auto answer =
      channel_of(host).ask("files", call ? call->id : 0, {{"grant", std::string(grant, size)}});
  if (!answer.ok()) return status_of(answer.status());
  if (!answer->file) return LEYDEN_PLUGIN_E_INTERNAL;
  *fd = answer->file.release();
  return LEYDEN_PLUGIN_OK;
}

leyden_plugin_status search_library(const leyden_host* host, const leyden_call* call,
                                    const char* query, size_t size, uint32_t limit,
                                    leyden_result_fn result, void* user_data) {
  if (!query) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  return forward(host, call, "library", {{"query", std::string(query, size)}, {"limit", limit}}, {},
                 result, user_data);
}

leyden_plugin_status get_stored(const leyden_host* host, const char* key, leyden_result_fn result,
                                void* user_data) {
  if (!key) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  return forward(host, nullptr, "storage", {{"get", key}}, {}, result, user_data);
}

leyden_plugin_status put_stored(const leyden_host* host, const char* key, const void* bytes,
                                size_t size) {
  if (!key || (!bytes && size > 0)) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  if (size > kMaxStored) return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
  return forward(host, nullptr, "storage", bytes ? Json{{"put", key}} : Json{{"remove", key}},
                 {static_cast<const char*>(bytes), size}, nullptr, nullptr);
}

leyden_plugin_status get_secret(const leyden_host* host, const char* name, leyden_result_fn result,
                                void* user_data) {
  if (!name) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  return forward(host, nullptr, "secrets", {{"name", name}}, {}, result, user_data);
}

leyden_plugin_status ask_user(const leyden_host* host, const leyden_call* call, const char* request,
                              size_t size, leyden_result_fn result, void* user_data) {
  if (!request) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  Json json = parse_json({request, size});
  if (!json.is_object()) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
  return forward(host, call, "ask_user", std::move(json), {}, result, user_data);
}

const leyden_host_log kLog{sizeof(leyden_host_log), 0, write_log};
const leyden_host_http kHttp{sizeof(leyden_host_http), 0, fetch};
const leyden_host_files kFiles{sizeof(leyden_host_files), 0, open_file};
const leyden_host_library kLibrary{sizeof(leyden_host_library), 0, search_library};
const leyden_host_storage kStorage{sizeof(leyden_host_storage), 0, get_stored, put_stored};
const leyden_host_secrets kSecrets{sizeof(leyden_host_secrets), 0, get_secret};
const leyden_host_ask_user kAskUser{sizeof(leyden_host_ask_user), 0, ask_user};

struct Offer {
  const char* id;
  const char* permission;  ///< nullptr: everybody's
  const void* functions;
};
const Offer kOffers[] = {{LEYDEN_HOST_LOG, nullptr, &kLog},
                         {LEYDEN_HOST_HTTP, "network", &kHttp},
                         {LEYDEN_HOST_FILES, "files", &kFiles},
                         {LEYDEN_HOST_LIBRARY, "library", &kLibrary},
                         {LEYDEN_HOST_STORAGE, "storage", &kStorage},
                         {LEYDEN_HOST_SECRETS, "secrets", &kSecrets},
                         {LEYDEN_HOST_ASK_USER_DRAFT, "ask_user", &kAskUser}};

const void* find_interface(const leyden_host* host, const char* id) {
  return id ? static_cast<OfferedServices*>(host->host_data)->find(id) : nullptr;
}

}  // namespace

OfferedServices::OfferedServices(Channel& channel, const Json& permissions, std::string version)
    : channel_(channel), permissions_(permissions), version_(std::move(version)) {
  host_.struct_size = sizeof host_;
  host_.abi = LEYDEN_PLUGIN_ABI;
  host_.version = version_.c_str();
  host_.host_data = this;
  host_.get_interface = find_interface;
}

const void* OfferedServices::find(std::string_view id) const {
  const auto* offer = std::find_if(std::begin(kOffers), std::end(kOffers),
                                   [&](const Offer& o) { return o.id == id; });
  if (offer == std::end(kOffers)) return nullptr;
  const bool granted = !offer->permission || bool_field(permissions_, offer->permission) ||
                       !text_list_field(permissions_, offer->permission).empty();
  return granted ? offer->functions : nullptr;
}

}  // namespace leyden::plugins
