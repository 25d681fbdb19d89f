// SPDX-License-Identifier: Apache-2.0
#include "capi/convert.h"

#include <string>
#include <utility>

#include "capi/guard.h"

namespace leyden::capi {

namespace {

Status unknown_value(const char* field, int64_t value) {
  return unsupported(std::string(field) + ": this library knows no value " + std::to_string(value));
}

Status not_negative(const char* field, int64_t value) {
  return value >= 0 ? Status()
                    : invalid_argument(std::string(field) + ": expected 0 or more, found " +
                                       std::to_string(value));
}

}  // namespace

Result<std::filesystem::path> folder_argument(const char* folder, size_t folder_size) {
  LEYDEN_ASSIGN(const std::string_view text, utf8_argument("folder", folder, folder_size));
  if (text.empty()) return invalid_argument("folder is empty");
  if (text.find('\0') != std::string_view::npos) return invalid_argument("folder has a NUL in it");
  return std::filesystem::path(text);
}

Result<std::span<const int32_t>> ids_argument(const int32_t* ids, size_t n_ids) {
  if (!ids && n_ids > 0) {
    return invalid_argument("ids is NULL, but n_ids is " + std::to_string(n_ids));
  }
  return std::span<const int32_t>(ids, n_ids);
}

Result<OpenOptions> open_options(const leyden_model_options& o) {
  OpenOptions out;
  switch (o.precision) {
    case LEYDEN_PRECISION_DEFAULT:
    case LEYDEN_PRECISION_DEPLOYED:
      out.model.precision = Precision::kDeployed;
      break;
    case LEYDEN_PRECISION_REFERENCE:
      out.model.precision = Precision::kReference;
      break;
    default:
      return unknown_value("precision", o.precision);
  }
  switch (o.attention) {
    case LEYDEN_ATTENTION_DEFAULT:
    case LEYDEN_ATTENTION_DSA:
      out.model.attention = AttentionMode::kDsa;
      break;
    case LEYDEN_ATTENTION_DENSE:
      out.model.attention = AttentionMode::kDense;
      break;
    default:
      return unknown_value("attention", o.attention);
  }
  switch (o.form) {
    case LEYDEN_FORM_AUTO:
      out.model.form = AttentionForm::kAuto;
      break;
    case LEYDEN_FORM_MQA:
      out.model.form = AttentionForm::kMqa;
      break;
    case LEYDEN_FORM_MHA:
      out.model.form = AttentionForm::kMha;
      break;
    default:
      return unknown_value("form", o.form);
  }
  LEYDEN_TRY(not_negative("threads", o.threads));
  LEYDEN_TRY(not_negative("chunk_tokens", o.chunk_tokens));
  out.threads = o.threads;
  if (o.chunk_tokens > 0) out.chunk_tokens = o.chunk_tokens;
  out.kv_bytes = o.kv_bytes;
  LEYDEN_ASSIGN(const std::string_view device, utf8_argument("device", o.device, o.device_size));
  if (!device.empty()) out.device = device;
  LEYDEN_ASSIGN(const std::string_view format,
                utf8_argument("chat_format", o.chat_format, o.chat_format_size));
  if (!format.empty()) {
    out.chat_format = chat_format_from_name(format);
    if (!out.chat_format) {
      return unsupported("chat_format: expected v3.2-exp or v3.2, found " + std::string(format));
    }
  }
  return out;
}

Result<SamplingParams> sampling_params(const leyden_sampling* sampling) {
  LEYDEN_ASSIGN(const leyden_sampling s, read_options("leyden_sampling", sampling));
  SamplingParams out;
  out.temperature = s.temperature;
  if (s.top_p != 0) out.top_p = s.top_p;
  out.top_k = s.top_k;
  out.min_p = s.min_p;
  if (s.repetition_penalty != 0) out.repetition_penalty = s.repetition_penalty;
  out.presence_penalty = s.presence_penalty;
  out.frequency_penalty = s.frequency_penalty;
  out.seed = s.seed;
  if (!s.logit_bias && s.n_logit_bias > 0) return invalid_argument("logit_bias is NULL");
  for (size_t i = 0; i < s.n_logit_bias; ++i) {
    out.logit_bias.emplace_back(s.logit_bias[i].id, s.logit_bias[i].bias);
  }
  return out;
}

Result<AskOptions> ask_options(const leyden_ask_options& o) {
  AskOptions out;
  LEYDEN_ASSIGN(out.sampling, sampling_params(o.sampling));
  LEYDEN_TRY(not_negative("max_tokens", o.max_tokens));
  out.max_tokens = o.max_tokens;
  if (!o.stop && o.n_stop > 0) return invalid_argument("stop is NULL");
  for (size_t i = 0; i < o.n_stop; ++i) {
    LEYDEN_ASSIGN(const std::string_view text,
                  utf8_argument("stop", o.stop[i].data, o.stop[i].size));
    if (text.empty()) return invalid_argument("stop " + std::to_string(i) + " is empty");
    out.stop.emplace_back(text);
  }
  out.thinking = o.thinking != 0;
  out.evidence = o.evidence != 0;
  out.live_evidence = o.evidence == 2;
  out.constrain_references = o.constrain_references != 0;
  out.clamp_quotes = o.clamp_quotes != 0;
  LEYDEN_ASSIGN(out.schema, utf8_argument("schema", o.schema, o.schema_size));
  return out;
}

PageLayout page_layout(const KvLayout& layout) {
  const auto n = [](int64_t count) { return static_cast<uint32_t>(count); };
  if (layout.fp8) {
    return dsa_page_layout(n(layout.n_layers), n(layout.kv_lora_rank), n(layout.groups()),
                           n(layout.rope_dim), n(layout.index_dim), n(KvLayout::kPageTokens));
  }
  const uint32_t tokens = n(KvLayout::kPageTokens);
  PageLayout out;
  out.layers = n(layout.n_layers);
  out.blocks = {{tokens, {{n(layout.kv_lora_rank + layout.rope_dim), 4}}},
                {tokens, {{n(layout.index_dim), 4}}}};
  return out;
}

}  // namespace leyden::capi
