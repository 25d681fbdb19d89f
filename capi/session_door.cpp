// SPDX-License-Identifier: Apache-2.0
// Sessions of the jar: listing, branches, forks, bundles, transcripts.
#include <cstdint>
#include <string>
#include <utility>

#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/jar_json.h"
#include "sessions/transcript.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

/// The path of a file, which need not exist.
Result<std::string> path_argument(const char* path, size_t path_size) {
  LEYDEN_ASSIGN(const std::string_view text, utf8_argument("path", path, path_size));
  if (text.empty()) return invalid_argument("path is empty");
  if (text.find('\0') != std::string_view::npos) return invalid_argument("path has a NUL in it");
  return std::string(text);
}

}  // namespace

leyden_status leyden_store_sessions_json(leyden_string** out, const leyden_store* store,
                                         size_t limit, size_t offset, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json,
                  sessions_json(*store->store, limit == 0 ? SIZE_MAX : limit, offset));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_session_find(int64_t* out, const leyden_store* store, const char* name,
                                  size_t name_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("name", name, name_size));
    LEYDEN_ASSIGN(const SessionInfo session, store->store->sessions().find(text));
    *out = session.id;
    return {};
  });
}

leyden_status leyden_session_info_json(leyden_string** out, const leyden_store* store,
                                       int64_t session, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json, session_info_json(*store->store, session));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_session_messages_json(leyden_string** out, const leyden_store* store,
                                           int64_t session, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json, session_messages_json(*store->store, session));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_session_create(int64_t* out, leyden_store* store, const char* title,
                                    size_t title_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    SessionCatalogue::NewSession session;
    LEYDEN_ASSIGN(session.title, utf8_argument("title", title, title_size));
    LEYDEN_ASSIGN(*out, store->store->sessions().create(session));
    return {};
  });
}

leyden_status leyden_session_rename(leyden_store* store, int64_t session, const char* title,
                                    size_t title_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("title", title, title_size));
    return store->store->sessions().rename(session, text);
  });
}

leyden_status leyden_session_set_pinned(leyden_store* store, int64_t session, int32_t pinned,
                                        leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    return store->store->sessions().set_pinned(session, pinned != 0);
  });
}

leyden_status leyden_session_set_settings_json(leyden_store* store, int64_t session,
                                               const char* json, size_t json_size,
                                               leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_TRY(check_json_object("json", text));
    return store->store->sessions().set_settings(session, text);
  });
}

leyden_status leyden_session_set_quota(leyden_store* store, int64_t session, uint64_t bytes,
                                       leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    if (bytes > INT64_MAX) return invalid_argument("bytes: expected less than 2^63");
    return store->store->sessions().set_kv_quota(session, bytes);
  });
}

leyden_status leyden_session_set_head(leyden_store* store, int64_t session, int64_t message,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const auto hold, store->store->sessions().hold(session));
    return store->store->sessions().set_head(session, message);
  });
}

leyden_status leyden_session_fork(int64_t* out, leyden_store* store, int64_t session,
                                  const char* title, size_t title_size, int64_t at_message,
                                  leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("title", title, title_size));
    LEYDEN_ASSIGN(*out, store->store->sessions().fork(session, text, at_message));
    return {};
  });
}

leyden_status leyden_session_remove(leyden_store* store, int64_t session, int32_t shred,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    return store->store->remove_session(session, shred != 0);
  });
}

leyden_status leyden_session_export_json(leyden_string** out, leyden_store* store, int64_t session,
                                         const char* path, size_t path_size,
                                         const leyden_run_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string file, path_argument(path, path_size));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    LEYDEN_ASSIGN(const BundleReport report,
                  export_bundle(*store->store, session, file, cancel_token(o.cancel),
                                progress_function(o.on_progress, o.user_data)));
    give(out, bundle_json(report));
    return {};
  });
}

leyden_status leyden_session_import_json(leyden_string** out, leyden_store* store, const char* path,
                                         size_t path_size, const leyden_run_options* options,
                                         leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string file, path_argument(path, path_size));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    LEYDEN_ASSIGN(const BundleReport report,
                  import_bundle(*store->store, file, cancel_token(o.cancel),
                                progress_function(o.on_progress, o.user_data)));
    give(out, bundle_json(report));
    return {};
  });
}

leyden_status leyden_session_transcript(leyden_string** out, const leyden_store* store,
                                        int64_t session, leyden_transcript_format format,
                                        leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    if (format != LEYDEN_TRANSCRIPT_MARKDOWN && format != LEYDEN_TRANSCRIPT_JSON) {
      return unsupported("format: this library knows no value " + std::to_string(format));
    }
    LEYDEN_ASSIGN(std::string text, format == LEYDEN_TRANSCRIPT_JSON
                                        ? transcript_json(*store->store, session)
                                        : transcript_markdown(*store->store, session));
    give(out, std::move(text));
    return {};
  });
}
