// SPDX-License-Identifier: Apache-2.0
// leyden.h with owners and failures: the only file of this program that includes it.
#pragma once

#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif

#include <memory>
#include <string>
#include <vector>

#include "app/cli/failure.h"
#include "capi/leyden.h"

namespace leyden_cli {

template <typename T, void (*Destroy)(T*)>
struct Destroyer {
  void operator()(T* handle) const { Destroy(handle); }
};
template <typename T, void (*Destroy)(T*)>
using Owned = std::unique_ptr<T, Destroyer<T, Destroy>>;

using Model = Owned<leyden_model, leyden_model_destroy>;
using Store = Owned<leyden_store, leyden_store_destroy>;
using Tokenizer = Owned<leyden_tokenizer, leyden_tokenizer_destroy>;
using Chat = Owned<leyden_chat, leyden_chat_destroy>;
using Toolbox = Owned<leyden_toolbox, leyden_toolbox_destroy>;
using Answer = Owned<leyden_answer, leyden_answer_destroy>;
using Generation = Owned<leyden_generation, leyden_generation_destroy>;
using Ids = Owned<leyden_ids, leyden_ids_destroy>;
using String = Owned<leyden_string, leyden_string_destroy>;
using Cancel = Owned<leyden_cancel, leyden_cancel_destroy>;

/// Throws the Failure behind a status, and frees `error`.
void check(leyden_status status, leyden_error* error);

/// done([&](leyden_error** e) { return leyden_...(..., e); })
template <typename Call>
void done(Call&& call) {
  leyden_error* error = nullptr;
  const leyden_status status = call(&error);
  check(status, error);
}

/// made<Model>([&](leyden_model** out, leyden_error** e) { return leyden_model_open(out, ..., e); })
template <typename Handle, typename Call>
Handle made(Call&& call) {
  typename Handle::pointer out = nullptr;
  done([&](leyden_error** error) { return call(&out, error); });
  return Handle(out);
}

/// The same for functions that make a string.
template <typename Call>
std::string made_text(Call&& call) {
  const String string = made<String>(call);
  return {leyden_string_data(string.get()), leyden_string_size(string.get())};
}

std::string model_info(const std::string& folder);
std::string model_stats(const Model& model);
std::vector<int32_t> encode(const Tokenizer& tokenizer, const std::string& text,
                            leyden_added_tokens added);

}  // namespace leyden_cli
