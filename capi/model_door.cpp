// SPDX-License-Identifier: Apache-2.0
// Models, tokenizers, and raw token ids in, logits or tokens out.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/json_out.h"
#include "sessions/memory_page_store.h"

using namespace leyden;
using namespace leyden::capi;

leyden_status leyden_model_info_json(leyden_string** out, const char* folder, size_t folder_size,
                                     leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const std::filesystem::path dir, folder_argument(folder, folder_size));
    LEYDEN_ASSIGN(const ModelConfig config, ModelConfig::load(dir));
    LEYDEN_ASSIGN(const Checkpoint checkpoint, Checkpoint::open(dir, config));
    std::error_code ignored;
    give(out, model_info_json(checkpoint, std::filesystem::exists(dir / "tokenizer.json", ignored)));
    return {};
  });
}

leyden_status leyden_model_open(leyden_model** out, const char* folder, size_t folder_size,
                                const leyden_model_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const std::filesystem::path dir, folder_argument(folder, folder_size));
    LEYDEN_ASSIGN(const leyden_model_options o, read_options("leyden_model_options", options));
    LEYDEN_ASSIGN(OpenOptions open, open_options(o));
    auto opened = std::make_shared<OpenedModel>();
    if (o.store && o.store_bytes > 0)
      return invalid_argument("store and store_bytes are both given, expected one of them");
    if (o.store) {
      opened->jar = o.store->store;
      open.store = &opened->jar->pages();
    } else if (o.store_bytes > 0) {
      opened->memory = std::make_unique<MemoryPageStore>(o.store_bytes);
      open.store = opened->memory.get();
    }
    LEYDEN_ASSIGN(opened->loaded,
                  LoadedModel::open(dir, open, progress_function(o.on_progress, o.user_data),
                                    cancel_token(o.cancel)));
    if (opened->jar) {
      const PageLayout layout = page_layout(opened->loaded->model().kv_layout());
      LEYDEN_TRY(opened->jar->pages().register_layout(layout));
    }
    *out = new leyden_model{std::move(opened)};
    return {};
  });
}

void leyden_model_destroy(leyden_model* model) { delete model; }

int64_t leyden_model_vocab_size(const leyden_model* model) {
  return model ? model->opened->loaded->model().config().vocab_size : 0;
}

leyden_status leyden_model_stats_json(leyden_string** out, const leyden_model* model,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    give(out, model_stats_json(*model->opened->loaded));
    return {};
  });
}

leyden_status leyden_tokenizer_open(leyden_tokenizer** out, const char* folder, size_t folder_size,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const std::filesystem::path dir, folder_argument(folder, folder_size));
    LEYDEN_ASSIGN(auto tokenizer, Tokenizer::load(dir / "tokenizer.json"));
    *out = new leyden_tokenizer{std::move(tokenizer)};
    return {};
  });
}

leyden_status leyden_model_tokenizer(leyden_tokenizer** out, const leyden_model* model,
                                     leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(auto tokenizer, model->opened->loaded->tokenizer());
    *out = new leyden_tokenizer{std::move(tokenizer)};
    return {};
  });
}

void leyden_tokenizer_destroy(leyden_tokenizer* tokenizer) { delete tokenizer; }

leyden_status leyden_tokenizer_encode(leyden_ids** out, const leyden_tokenizer* tokenizer,
                                      const char* text, size_t text_size, leyden_added_tokens added,
                                      leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("tokenizer", tokenizer));
    LEYDEN_ASSIGN(const std::string_view bytes, bytes_argument("text", text, text_size));
    if (added != LEYDEN_ADDED_MATCH && added != LEYDEN_ADDED_IGNORE) {
      return unsupported("added: this library knows no value " + std::to_string(added));
    }
    *out = new leyden_ids{tokenizer->tokenizer->encode(
        bytes, added == LEYDEN_ADDED_IGNORE ? AddedTokens::kIgnore : AddedTokens::kMatch)};
    return {};
  });
}

leyden_status leyden_tokenizer_decode(leyden_string** out, const leyden_tokenizer* tokenizer,
                                      const int32_t* ids, size_t n_ids, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("tokenizer", tokenizer));
    LEYDEN_ASSIGN(const auto span, ids_argument(ids, n_ids));
    LEYDEN_ASSIGN(std::string text, tokenizer->tokenizer->decode(span));
    give(out, std::move(text));
    return {};
  });
}

int32_t leyden_tokenizer_vocab_size(const leyden_tokenizer* tokenizer) {
  return tokenizer ? tokenizer->tokenizer->vocab_size() : 0;
}

leyden_status leyden_model_logits(leyden_model* model, const int32_t* ids, size_t n_ids,
                                  leyden_logits_fn sink, void* sink_data,
                                  const leyden_run_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("model", model));
    if (!sink) return invalid_argument("sink is NULL");
    LEYDEN_ASSIGN(const auto span, ids_argument(ids, n_ids));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    const int64_t vocab = leyden_model_vocab_size(model);
    const auto rows = [&](int64_t first, int64_t n, const float* logits) -> Status {
      const leyden_status said = sink(first, n, vocab, logits, sink_data);
      if (said == LEYDEN_OK) return {};
      const bool known = said < 0 && said >= LEYDEN_E_INTERNAL;
      return Status(known ? static_cast<StatusCode>(said) : StatusCode::kCancelled,
                    "stopped by the sink at row " + std::to_string(first));
    };
    return model->opened->loaded->engine().logits(
        span, rows, progress_function(o.on_progress, o.user_data), cancel_token(o.cancel));
  });
}

leyden_status leyden_model_index_recall_json(leyden_string** out, leyden_model* model,
                                             const int32_t* ids, size_t n_ids, int64_t stride,
                                             const leyden_run_options* options,
                                             leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(const auto span, ids_argument(ids, n_ids));
    LEYDEN_ASSIGN(const leyden_run_options o, read_options("leyden_run_options", options));
    LEYDEN_ASSIGN(
        const IndexRecall recall,
        model->opened->loaded->engine().index_recall(
            span, stride, progress_function(o.on_progress, o.user_data), cancel_token(o.cancel)));
    give(out, recall_json(recall));
    return {};
  });
}

leyden_status leyden_model_generate(leyden_generation** out, leyden_model* model, const int32_t* ids,
                                    size_t n_ids, const leyden_generate_options* options,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(const auto span, ids_argument(ids, n_ids));
    LEYDEN_ASSIGN(const leyden_generate_options o, read_options("leyden_generate_options", options));
    GenerateRequest request;
    request.prompt.assign(span.begin(), span.end());
    LEYDEN_ASSIGN(request.sampling, sampling_params(o.sampling));
    if (o.max_tokens < 0) return invalid_argument("max_tokens is negative");
    request.max_tokens = o.max_tokens;
    LEYDEN_ASSIGN(const auto stop_ids, ids_argument(o.stop_ids, o.n_stop_ids));
    request.stop_ids.assign(stop_ids.begin(), stop_ids.end());
    if (o.on_token) {
      request.on_token = [&o](const TokenEvent& event) {
        return o.on_token(event.token, event.position, o.user_data) == 0;
      };
    }
    request.on_prefill = progress_function(o.on_progress, o.user_data);
    request.cancel = cancel_token(o.cancel);
    Engine& engine = model->opened->loaded->engine();
    LEYDEN_ASSIGN(GenerateResult result, engine.generate(engine.new_sequence(), request));
    *out = new leyden_generation{std::move(result)};
    return {};
  });
}

const int32_t* leyden_generation_ids(const leyden_generation* generation, size_t* size) {
  if (size) *size = generation ? generation->result.tokens.size() : 0;
  return generation && !generation->result.tokens.empty() ? generation->result.tokens.data()
                                                          : nullptr;
}

leyden_status leyden_generation_json(leyden_string** out, const leyden_generation* generation,
                                     leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("generation", generation));
    give(out, generation_json(generation->result));
    return {};
  });
}

void leyden_generation_destroy(leyden_generation* generation) { delete generation; }
