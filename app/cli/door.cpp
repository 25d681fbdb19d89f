// SPDX-License-Identifier: Apache-2.0
#include "app/cli/door.h"

namespace leyden_cli {

void check(leyden_status status, leyden_error* error) {
  if (status == LEYDEN_OK) return;
  size_t size = 0;
  const char* message = leyden_error_message(error, &size);
  Failure failure{status, std::string(message, size)};
  leyden_error_destroy(error);
  if (failure.message.empty()) failure.message = leyden_status_name(status);
  throw failure;
}

std::string model_info(const std::string& folder) {
  return made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_model_info_json(out, folder.data(), folder.size(), error);
  });
}

std::string model_stats(const Model& model) {
  return made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_model_stats_json(out, model.get(), error);
  });
}

std::vector<int32_t> encode(const Tokenizer& tokenizer, const std::string& text,
                            leyden_added_tokens added) {
  const Ids ids = made<Ids>([&](leyden_ids** out, leyden_error** error) {
    return leyden_tokenizer_encode(out, tokenizer.get(), text.data(), text.size(), added, error);
  });
  const int32_t* data = leyden_ids_data(ids.get());
  return {data, data + leyden_ids_size(ids.get())};
}

}  // namespace leyden_cli
