// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/c_door.h"

namespace leyden::desktop {

Failure takeFailure(leyden_status status, leyden_error* error) {
  size_t size = 0;
  const char* message = leyden_error_message(error, &size);
  Failure failure{status, QString::fromUtf8(message, qsizetype(size))};
  if (failure.message.isEmpty()) failure.message = QString::fromUtf8(leyden_status_name(status));
  leyden_error_destroy(error);
  return failure;
}

std::shared_ptr<leyden_cancel> makeCancel() {
  auto made = make<CancelHandle>(
      [](leyden_cancel** out, leyden_error** e) { return leyden_cancel_create(out, e); });
  return made ? *made : nullptr;
}

Outcome<qint64> tokensOf(const leyden_tokenizer* tokenizer, const QByteArray& text) {
  leyden_ids* ids = nullptr;
  const auto done = call([&](leyden_error** e) {
    return leyden_tokenizer_encode(&ids, tokenizer, text.constData(), size_t(text.size()),
                                   LEYDEN_ADDED_IGNORE, e);
  });
  if (!done) return done.failure;
  const auto count = qint64(leyden_ids_size(ids));
  leyden_ids_destroy(ids);
  return count;
}

Progress toProgress(const leyden_progress& progress) {
  return {QString::fromUtf8(progress.phase), QString::fromUtf8(progress.unit), progress.done,
          progress.total, progress.eta_s, QString::fromUtf8(progress.file), progress.file_number,
          progress.file_count};
}

}  // namespace leyden::desktop
