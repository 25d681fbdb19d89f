// SPDX-License-Identifier: Apache-2.0
// The caller's options and arguments as core's types.
#pragma once

#include <filesystem>
#include <span>

#include "base/status.h"
#include "capi/handles.h"
#include "sessions/page_layout.h"

namespace leyden::capi {

/// A folder's path: UTF-8, not empty, without NUL.
Result<std::filesystem::path> folder_argument(const char* folder, size_t folder_size);
/// The folder this library was loaded from; empty when the loader does not say.
std::filesystem::path library_folder();
Result<std::span<const int32_t>> ids_argument(const int32_t* ids, size_t n_ids);
/// Everything but store, progress and cancel.
Result<OpenOptions> open_options(const leyden_model_options& options);
/// NULL: greedy.
Result<SamplingParams> sampling_params(const leyden_sampling* sampling);
/// Everything but events and cancel.
Result<AskOptions> ask_options(const leyden_ask_options& options);

/// How a model's canonical pages are arranged, for the jar's codec.
PageLayout page_layout(const KvLayout& layout);

inline const CancelToken* cancel_token(const leyden_cancel* cancel) {
  return cancel ? &cancel->token : nullptr;
}

}  // namespace leyden::capi
