// SPDX-License-Identifier: Apache-2.0
// The jar: opening a store and looking after it.
#include <memory>
#include <string>
#include <utility>

#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/jar_json.h"
#include "sessions/store.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

Result<StoreOptions> store_options(const char* folder, size_t folder_size,
                                   const leyden_store_options* options) {
  LEYDEN_ASSIGN(const std::string_view path, utf8_argument("folder", folder, folder_size));
  if (path.find('\0') != std::string_view::npos) return invalid_argument("folder has a NUL in it");
  LEYDEN_ASSIGN(const leyden_store_options o, read_options("leyden_store_options", options));
  LEYDEN_ASSIGN(const std::string_view passphrase,
                bytes_argument("passphrase", o.passphrase, o.passphrase_size));
  StoreOptions open;
  open.folder = path.empty() ? default_store_folder() : std::string(path);
  open.passphrase = passphrase;
  open.read_only = o.read_only != 0;
  open.collect.quota_bytes = o.quota_bytes;
  return open;
}

}  // namespace

void leyden_store_options_init(leyden_store_options* options, size_t size) {
  init_options(options, size);
}

leyden_status leyden_default_store_path(leyden_string** out, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    give(out, default_store_folder());
    return {};
  });
}

leyden_status leyden_store_open(leyden_store** out, const char* folder, size_t folder_size,
                                const leyden_store_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const StoreOptions open, store_options(folder, folder_size, options));
    LEYDEN_ASSIGN(std::unique_ptr<Store> store, Store::open(open));
    *out = new leyden_store{std::move(store)};
    return {};
  });
}

void leyden_store_destroy(leyden_store* store) { delete store; }

leyden_status leyden_store_notes_json(leyden_string** out, const leyden_store* store,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    give(out, strings_json(store->store->notes()));
    return {};
  });
}

leyden_status leyden_store_stats_json(leyden_string** out, const leyden_store* store,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json, stats_json(*store->store));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_store_check_json(leyden_string** out, const leyden_store* store,
                                      const leyden_run_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    LEYDEN_ASSIGN(
        const CheckReport report,
        store->store->check(cancel_token(o.cancel), progress_function(o.on_progress, o.user_data)));
    give(out, check_json(report));
    return {};
  });
}

leyden_status leyden_store_repair_json(leyden_string** out, const char* folder, size_t folder_size,
                                       const leyden_store_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const StoreOptions open, store_options(folder, folder_size, options));
    LEYDEN_ASSIGN(const RepairReport report, Store::repair(open));
    give(out, repair_json(report));
    return {};
  });
}

leyden_status leyden_store_vacuum(leyden_store* store, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    return store->store->vacuum();
  });
}

leyden_status leyden_store_backup(leyden_store* store, const char* folder, size_t folder_size,
                                  leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::filesystem::path to, folder_argument(folder, folder_size));
    return store->store->backup(to.string());
  });
}

leyden_status leyden_store_collect_json(leyden_string** out, leyden_store* store,
                                        uint64_t quota_bytes, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    CollectOptions with_quota;
    with_quota.quota_bytes = quota_bytes;
    LEYDEN_ASSIGN(const CollectReport report,
                  quota_bytes == 0 ? store->store->collect() : store->store->collect(with_quota));
    give(out, collect_json(report));
    return {};
  });
}

leyden_status leyden_store_change_passphrase(leyden_store* store, const char* old_passphrase,
                                             size_t old_size, const char* new_passphrase,
                                             size_t new_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view from,
                  bytes_argument("old_passphrase", old_passphrase, old_size));
    LEYDEN_ASSIGN(const std::string_view to,
                  bytes_argument("new_passphrase", new_passphrase, new_size));
    if (to.empty()) return invalid_argument("new_passphrase is empty");
    return store->store->change_passphrase(std::string(from), std::string(to));
  });
}

leyden_status leyden_store_setting(leyden_string** out, const leyden_store* store, const char* key,
                                   size_t key_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view name, utf8_argument("key", key, key_size));
    LEYDEN_ASSIGN(std::string value, store->store->sessions().setting(name));
    give(out, std::move(value));
    return {};
  });
}

leyden_status leyden_store_set_setting(leyden_store* store, const char* key, size_t key_size,
                                       const char* value, size_t value_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view name, utf8_argument("key", key, key_size));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("value", value, value_size));
    if (name.empty()) return invalid_argument("key is empty");
    return store->store->sessions().set_setting(name, text);
  });
}

leyden_status leyden_store_search_json(leyden_string** out, const leyden_store* store,
                                       const char* query, size_t query_size, size_t limit,
                                       leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("query", query, query_size));
    LEYDEN_ASSIGN(std::string json, search_json(*store->store, text, limit == 0 ? 50 : limit));
    give(out, std::move(json));
    return {};
  });
}
