// SPDX-License-Identifier: Apache-2.0
// The door's small change: errors, versions, strings, ids, cancellation.
#include "capi/guard.h"

#include <array>
#include <memory>
#include <utility>

#include "core/text/utf8.h"

#define LEYDEN_TEXT_INNER(x) #x
#define LEYDEN_TEXT(x) LEYDEN_TEXT_INNER(x)

namespace leyden::capi {

namespace {

/// Handed out when there is no memory for an error object, or its message. Never freed; the messages
/// are short enough to need no memory of their own.
leyden_error* spare_error(StatusCode code) {
  static leyden_error out_of_memory{LEYDEN_E_OUT_OF_MEMORY, "out of memory"};
  static leyden_error internal{LEYDEN_E_INTERNAL, "internal error"};
  return code == StatusCode::kOutOfMemory ? &out_of_memory : &internal;
}

bool is_spare(const leyden_error* error) {
  return error == spare_error(StatusCode::kOutOfMemory) ||
         error == spare_error(StatusCode::kInternal);
}

}  // namespace

leyden_status report(leyden_error** error, const Status& status) noexcept {
  if (status.ok()) return LEYDEN_OK;
  const auto code = static_cast<leyden_status>(status.code());
  if (!error) return code;
  if (status.message().empty()) {
    *error = spare_error(status.code());
    return (*error)->code;
  }
  try {
    *error = new leyden_error{code, status.message()};
  } catch (...) {
    *error = spare_error(StatusCode::kOutOfMemory);
  }
  return code;
}

Result<std::string_view> bytes_argument(const char* name, const char* data, size_t size) {
  if (!data && size > 0) {
    return invalid_argument(std::string(name) + " is NULL, but its size is " + std::to_string(size));
  }
  return size == 0 ? std::string_view() : std::string_view(data, size);
}

Result<std::string_view> utf8_argument(const char* name, const char* data, size_t size) {
  LEYDEN_ASSIGN(const std::string_view text, bytes_argument(name, data, size));
  if (const size_t valid = utf8_valid_prefix(text); valid != text.size()) {
    return invalid_argument(std::string(name) + ": not UTF-8 at byte " + std::to_string(valid));
  }
  return text;
}

Status check_struct(const char* name, const void* options, uint32_t caller_size, size_t own_size) {
  constexpr uint32_t kAbsurd = 4096;
  // Every layout there ever was is a multiple of 8: a field is known whole or not at all.
  if (caller_size < 8 || caller_size % 8 != 0 || caller_size > kAbsurd) {
    return invalid_argument(std::string(name) + ": struct_size is " + std::to_string(caller_size) +
                            ", expected " + std::to_string(own_size) +
                            "; start from the _INIT macro");
  }
  const auto* bytes = static_cast<const unsigned char*>(options);
  for (size_t i = own_size; i < caller_size; ++i) {
    if (bytes[i] != 0) {
      return unsupported(std::string(name) + ": byte " + std::to_string(i) +
                         " is set, but this library knows only " + std::to_string(own_size) +
                         " bytes of the struct");
    }
  }
  return {};
}

leyden_progress to_c(const Progress& progress) {
  leyden_progress out{};
  out.struct_size = sizeof out;
  out.phase = progress.phase;
  out.unit = progress.unit;
  out.done = progress.done;
  out.total = progress.total;
  out.eta_s = progress.eta_s;
  out.file = progress.file.name;
  out.file_number = progress.file.number;
  out.file_count = progress.file.count;
  return out;
}

ProgressFn progress_function(leyden_progress_fn callback, void* user_data) {
  if (!callback) return {};
  return [callback, user_data](const Progress& progress) {
    const leyden_progress c = to_c(progress);
    callback(&c, user_data);
  };
}

void give(leyden_string** out, std::string text) { *out = new leyden_string{std::move(text)}; }

}  // namespace leyden::capi

using namespace leyden;
using namespace leyden::capi;

leyden_status leyden_error_code(const leyden_error* error) { return error ? error->code : LEYDEN_OK; }

const char* leyden_error_message(const leyden_error* error, size_t* size) {
  if (size) *size = error ? error->message.size() : 0;
  return error ? error->message.c_str() : "";
}

void leyden_error_destroy(leyden_error* error) {
  if (error && !is_spare(error)) delete error;
}

const char* leyden_status_name(leyden_status status) {
  return status <= 0 && status >= LEYDEN_E_INTERNAL
             ? status_code_name(static_cast<StatusCode>(status))
             : "unknown";
}

const char* leyden_version(void) {
  return LEYDEN_TEXT(LEYDEN_VERSION_MAJOR) "." LEYDEN_TEXT(LEYDEN_VERSION_MINOR) "." LEYDEN_TEXT(
      LEYDEN_VERSION_PATCH);
}

uint32_t leyden_abi(void) { return LEYDEN_ABI; }

leyden_status leyden_check_unstable(uint32_t revision, leyden_error** error) {
  return guard(error, [&]() -> Status {
    if (revision == LEYDEN_UNSTABLE_REVISION) return {};
    return unsupported("the program was built for unstable revision " + std::to_string(revision) +
                       ", this library has " + std::to_string(LEYDEN_UNSTABLE_REVISION));
  });
}

int32_t leyden_has(const char* name) {
  static constexpr std::array<std::string_view, 9> kFeatures = {
      "attention/dense", "chat",   "chat/evidence", "chat/schema", "chat/tools", "cpu",
      "generate",        "logits", "store"};
  if (!name) return 0;
  for (const auto feature : kFeatures) {
    if (feature == name) return 1;
  }
  return 0;
}

const char* leyden_string_data(const leyden_string* string) {
  return string ? string->text.c_str() : "";
}
size_t leyden_string_size(const leyden_string* string) { return string ? string->text.size() : 0; }
void leyden_string_destroy(leyden_string* string) { delete string; }

const int32_t* leyden_ids_data(const leyden_ids* ids) {
  return ids && !ids->ids.empty() ? ids->ids.data() : nullptr;
}
size_t leyden_ids_size(const leyden_ids* ids) { return ids ? ids->ids.size() : 0; }
void leyden_ids_destroy(leyden_ids* ids) { delete ids; }

leyden_status leyden_cancel_create(leyden_cancel** out, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    *out = new leyden_cancel;
    return {};
  });
}
void leyden_cancel_request(leyden_cancel* cancel) {
  if (cancel) cancel->token.cancel();
}
void leyden_cancel_reset(leyden_cancel* cancel) {
  if (cancel) cancel->token.reset();
}
int32_t leyden_cancel_requested(const leyden_cancel* cancel) {
  return cancel && cancel->token.cancelled() ? 1 : 0;
}
void leyden_cancel_destroy(leyden_cancel* cancel) { delete cancel; }

void leyden_model_options_init(leyden_model_options* options, size_t size) {
  init_options(options, size);
}
void leyden_run_options_init(leyden_run_options* options, size_t size) {
  init_options(options, size);
}
void leyden_sampling_init(leyden_sampling* sampling, size_t size) { init_options(sampling, size); }
void leyden_generate_options_init(leyden_generate_options* options, size_t size) {
  init_options(options, size);
}
void leyden_ask_options_init(leyden_ask_options* options, size_t size) {
  init_options(options, size);
}
