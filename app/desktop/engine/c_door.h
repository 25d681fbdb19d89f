// SPDX-License-Identifier: Apache-2.0
// leyden.h with owners and Outcomes. Only sources of app/desktop/engine include it.
#pragma once

#ifndef LEYDEN_ENABLE_UNSTABLE
#define LEYDEN_ENABLE_UNSTABLE
#endif

#include <QByteArray>
#include <QString>
#include <memory>

#include "app/desktop/engine/values.h"
#include "capi/leyden.h"

namespace leyden::desktop {

template <typename T, void (*Destroy)(T*)>
struct HandleDeleter {
  void operator()(T* handle) const { Destroy(handle); }
};
template <typename T, void (*Destroy)(T*)>
using OwnedHandle = std::unique_ptr<T, HandleDeleter<T, Destroy>>;

using ModelHandle = OwnedHandle<leyden_model, leyden_model_destroy>;
using TokenizerHandle = OwnedHandle<leyden_tokenizer, leyden_tokenizer_destroy>;
using ChatHandle = OwnedHandle<leyden_chat, leyden_chat_destroy>;
using AnswerHandle = OwnedHandle<leyden_answer, leyden_answer_destroy>;
using CancelHandle = OwnedHandle<leyden_cancel, leyden_cancel_destroy>;

/// The Failure behind a status; frees `error`.
Failure takeFailure(leyden_status status, leyden_error* error);

/// call([&](leyden_error** e) { return leyden_...(..., e); })
template <typename Call>
Outcome<Done> call(Call&& body) {
  leyden_error* error = nullptr;
  const leyden_status status = body(&error);
  if (status != LEYDEN_OK) return takeFailure(status, error);
  return Done{};
}

/// make<ModelHandle>([&](leyden_model** out, leyden_error** e) { return leyden_...(out, ..., e); })
template <typename Handle, typename Call>
Outcome<std::shared_ptr<typename Handle::element_type>> make(Call&& body) {
  typename Handle::pointer out = nullptr;
  leyden_error* error = nullptr;
  const leyden_status status = body(&out, &error);
  if (status != LEYDEN_OK) return takeFailure(status, error);
  return std::shared_ptr<typename Handle::element_type>(Handle(out));
}

/// The same for functions that make a string.
template <typename Call>
Outcome<QByteArray> makeBytes(Call&& body) {
  leyden_string* out = nullptr;
  leyden_error* error = nullptr;
  const leyden_status status = body(&out, &error);
  if (status != LEYDEN_OK) return takeFailure(status, error);
  QByteArray bytes(leyden_string_data(out), qsizetype(leyden_string_size(out)));
  leyden_string_destroy(out);
  return bytes;
}

/// A flag of its own; never null, except when memory is gone.
std::shared_ptr<leyden_cancel> makeCancel();

/// How many tokens a text has, as ordinary text.
Outcome<qint64> tokensOf(const leyden_tokenizer* tokenizer, const QByteArray& text);

Progress toProgress(const leyden_progress& progress);

}  // namespace leyden::desktop
