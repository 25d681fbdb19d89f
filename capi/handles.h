// SPDX-License-Identifier: Apache-2.0
// What the opaque pointers of leyden.h point to.
#pragma once

#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/page_store.h"
#include "capi/handle_check.h"
#include "capi/leyden.h"
#include "capi/saved_chat.h"
#include "core/dialogue/dialogue.h"
#include "core/dialogue/loaded_model.h"
#include "core/engine/engine.h"
#include "core/text/tokenizer.h"
#include "sessions/store.h"

struct leyden_error {
  leyden_status code = LEYDEN_OK;
  std::string message;
  [[no_unique_address]] leyden::capi::Alive<leyden_error> alive;
};

struct leyden_string {
  std::string text;
  [[no_unique_address]] leyden::capi::Alive<leyden_string> alive;
};

struct leyden_ids {
  std::vector<int32_t> ids;
  [[no_unique_address]] leyden::capi::Alive<leyden_ids> alive;
};

struct leyden_cancel {
  leyden::CancelToken token;
  [[no_unique_address]] leyden::capi::Alive<leyden_cancel> alive;
};

namespace leyden::capi {

/// A model and the page store it was joined to; shared by everything made from it.
struct OpenedModel {
  std::shared_ptr<Store> jar;         ///< null without one; outlives the engine, as `memory` does:
  std::unique_ptr<PageStore> memory;  ///< declared, so destroyed, around it
  std::shared_ptr<LoadedModel> loaded;
};

}  // namespace leyden::capi

struct leyden_store {
  std::shared_ptr<leyden::Store> store;
  [[no_unique_address]] leyden::capi::Alive<leyden_store> alive;
};

struct leyden_model {
  std::shared_ptr<leyden::capi::OpenedModel> opened;
  [[no_unique_address]] leyden::capi::Alive<leyden_model> alive;
};

struct leyden_tokenizer {
  std::shared_ptr<const leyden::Tokenizer> tokenizer;
  [[no_unique_address]] leyden::capi::Alive<leyden_tokenizer> alive;
};

struct leyden_generation {
  leyden::GenerateResult result;
  [[no_unique_address]] leyden::capi::Alive<leyden_generation> alive;
};

struct leyden_chat {
  std::shared_ptr<leyden::capi::OpenedModel> opened;  ///< first, so that it goes last
  std::unique_ptr<leyden::Dialogue> dialogue;
  std::unique_ptr<leyden::capi::SavedChat> saved;  ///< null when the chat is not kept
  [[no_unique_address]] leyden::capi::Alive<leyden_chat> alive;
};

struct leyden_answer {
  leyden::Answer answer;
  std::string json;
  [[no_unique_address]] leyden::capi::Alive<leyden_answer> alive;
};
