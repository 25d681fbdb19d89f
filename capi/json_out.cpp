// SPDX-License-Identifier: Apache-2.0
#include "capi/json_out.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_dump.h"

namespace leyden::capi {

namespace {

using Json = nlohmann::ordered_json;

const char* mtp_name(MtpState state) {
  switch (state) {
    case MtpState::kNone: return "none";
    case MtpState::kPartial: return "partial";
    case MtpState::kComplete: return "complete";
  }
  return "unknown";
}

Json usage(int64_t prompt, int64_t completion, int64_t reused) {
  return {{"prompt_tokens", prompt}, {"completion_tokens", completion}, {"reused_tokens", reused}};
}

Json timing(double prefill_s, double decode_s, double ttft_s) {
  return {{"prefill_s", prefill_s}, {"decode_s", decode_s}, {"ttft_s", ttft_s}};
}

Json tool_calls(const std::vector<ToolCall>& calls) {
  Json out = Json::array();
  for (const ToolCall& call : calls) {
    out.push_back({{"type", "function"},
                   {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  return out;
}

/// One passage; with `documents` also the document's title and the passage's text.
Json passage_json(const Evidence& e, const std::vector<Dialogue::Document>* documents) {
  Json out = {{"document", e.document}, {"begin", e.begin}, {"end", e.end}, {"share", e.share}};
  out["reference"] = e.reference < 0 ? Json() : Json(e.reference);
  if (documents && e.document < documents->size()) {
    const Dialogue::Document& d = (*documents)[e.document];
    out["title"] = d.title;
    out["quote"] = e.begin <= d.text.size() ? d.text.substr(e.begin, e.end - e.begin) : "";
  }
  return out;
}

Json evidence_list(std::span<const Evidence> list,
                   const std::vector<Dialogue::Document>* documents) {
  Json out = Json::array();
  for (const Evidence& e : list) out.push_back(passage_json(e, documents));
  return out;
}

/// The records of one token through all layers, as Model lays them out in deployed precision.
int64_t deployed_kv_bytes_per_token(const ModelConfig& config) {
  KvLayout layout;
  layout.fp8 = config.hadamard_possible();
  layout.n_layers = config.n_layers;
  layout.kv_lora_rank = config.kv_lora_rank;
  layout.rope_dim = config.qk_rope_head_dim;
  layout.index_dim = config.index_head_dim;
  return layout.bytes_per_token();
}

}  // namespace

std::string model_info_json(const Checkpoint& checkpoint, bool folder_has_tokenizer) {
  const ModelConfig& c = checkpoint.config();
  Json out = {{"architecture", c.architecture},
              {"layers", c.n_layers},
              {"parameters", checkpoint.parameters()},
              {"bytes", checkpoint.bytes()},
              {"fingerprint", "not computed"},
              {"kv_bytes_per_token", deployed_kv_bytes_per_token(c)},
              {"index_topk", c.index_topk},
              {"max_context", c.max_seq_len},
              {"vocab_size", c.vocab_size},
              {"dim", c.dim},
              {"heads", c.n_heads},
              {"weights", c.fp8_weights ? "fp8" : "plain"},
              {"tokenizer", folder_has_tokenizer},
              {"unused_tensors", checkpoint.unused()}};
  out["experts"] = {{"routed", c.n_routed_experts},
                    {"activated", c.n_activated_experts},
                    {"shared", c.n_shared_experts}};
  out["mtp"] = {{"state", mtp_name(checkpoint.mtp())}, {"parameters", checkpoint.mtp_parameters()}};
  return dump_json(out);
}

std::string model_stats_json(LoadedModel& model) {
  const Model& m = model.model();
  const PagePool::Stats pages = model.engine().page_stats();
  return dump_json(
      Json{{"fingerprint", m.fingerprint()},
           {"device", model.device()},
           {"threads", model.threads()},
           {"weight_bytes", m.weight_bytes()},
           {"kv_bytes_per_token", m.kv_layout().bytes_per_token()},
           {"page_tokens", int64_t{KvLayout::kPageTokens}},
           {"pages", pages.pages},
           {"bytes", pages.bytes},
           {"memory_hits", pages.memory_hits},
           {"store_hits", pages.store_hits},
           {"evictions", pages.evictions},
           {"precision", precision_name(m.options().precision)},
           {"attention", m.options().attention == AttentionMode::kDense ? "dense" : "dsa"},
           {"chat_format", chat_format_name(model.chat_template().format)},
           {"vocab_size", m.config().vocab_size},
           {"max_context", m.config().max_seq_len},
           {"warnings", model.chat_template().warnings}});
}

std::string generation_json(const GenerateResult& r) {
  Json out = {{"ids", r.tokens}, {"finish_reason", finish_reason_name(r.finish)}};
  out["stop_id"] = r.stop_id < 0 ? Json() : Json(r.stop_id);
  out["usage"] = usage(r.prompt_tokens, static_cast<int64_t>(r.tokens.size()), r.reused_tokens);
  out["damaged_pages"] = r.damaged_pages;
  out["timing"] = timing(r.prefill_s, r.decode_s, r.ttft_s);
  return dump_json(out);
}

std::string evidence_json(std::span<const Evidence> evidence) {
  return dump_json(evidence_list(evidence, nullptr));
}

std::string answer_json(const Answer& a, const std::vector<Dialogue::Document>& documents,
                        const AnswerSaved* saved) {
  Json out = {{"text", a.text}, {"thinking", a.thinking}, {"finish_reason", a.finish_reason}};
  out["usage"] = usage(a.prompt_tokens, a.completion_tokens, a.reused_tokens);
  out["usage"]["reread_from"] = a.reread_from < 0 ? Json() : Json(a.reread_from);
  out["timing"] = timing(a.prefill_s, a.decode_s, a.ttft_s);
  out["evidence"] = evidence_list(a.evidence, &documents);
  out["sentences"] = Json::array();
  for (const SentenceEvidence& s : a.sentences) {
    out["sentences"].push_back({{"begin", s.begin},
                                {"end", s.end},
                                {"evidence", evidence_list(s.evidence, nullptr)}});
  }
  out["quotes"] = Json::array();
  for (const Quote& q : a.quotes) {
    Json quote = {{"answer_begin", q.answer_begin}, {"answer_end", q.answer_end},
                  {"document", q.document},         {"begin", q.begin},
                  {"end", q.end}};
    if (q.document < documents.size() && q.begin <= documents[q.document].text.size()) {
      quote["title"] = documents[q.document].title;
      quote["text"] = documents[q.document].text.substr(q.begin, q.end - q.begin);
    }
    out["quotes"].push_back(std::move(quote));
  }
  out["tool_calls"] = tool_calls(a.tool_calls);
  out["malformed_calls"] = Json::array();
  for (const StreamEvent& e : a.malformed_calls) {
    out["malformed_calls"].push_back({{"text", e.raw}, {"reason", e.reason}});
  }
  out["notices"] = a.notices;
  if (saved) {
    out["message"] = saved->message == 0 ? Json() : Json(saved->message);
    out["saved"] = saved->saved;
    out["save_note"] = saved->note;
  }
  return dump_json(out);
}

std::string messages_json(const std::vector<Message>& messages) {
  Json out = Json::array();
  for (const Message& m : messages) {
    Json one = {{"role", role_name(m.role)}, {"content", m.content}};
    if (!m.reasoning.empty()) one["reasoning_content"] = m.reasoning;
    if (!m.tool_calls.empty()) one["tool_calls"] = tool_calls(m.tool_calls);
    if (m.prefix) one["prefix"] = true;
    if (!m.response_format.empty()) {
      Json schema = Json::parse(m.response_format, nullptr, false);
      one["response_format"] = schema.is_discarded() ? Json(m.response_format) : std::move(schema);
    }
    out.push_back(std::move(one));
  }
  return dump_json(out);
}

std::string passages_json(const std::vector<PassageTokens>& passages) {
  Json out = Json::array();
  for (const PassageTokens& p : passages)
    out.push_back({{"document", p.document},
                   {"begin", p.byte_begin},
                   {"end", p.byte_end},
                   {"reference", p.reference >= 0 ? Json(p.reference) : Json()}});
  return dump_json(out);
}

std::string recall_json(const IndexRecall& recall) {
  Json layers = Json::array();
  const auto rows = static_cast<double>(std::max<int64_t>(1, recall.rows));
  for (const LayerRecall& layer : recall.layers)
    layers.push_back({{"captured", layer.captured / rows}, {"best", layer.best / rows}});
  return dump_json(Json{{"rows", recall.rows}, {"layers", layers}});
}

std::string chat_info_json(const Dialogue& dialogue) {
  Json documents = Json::array();
  for (const Dialogue::Document& d : dialogue.documents()) {
    documents.push_back({{"title", d.title}, {"bytes", d.text.size()}});
  }
  return dump_json(Json{{"documents", std::move(documents)},
                        {"messages", dialogue.messages().size()},
                        {"tokens", dialogue.n_tokens()}});
}

Result<std::vector<std::string>> parse_string_list(std::string_view json) {
  const Json list = Json::parse(json.begin(), json.end(), nullptr, false);
  if (!list.is_array()) return invalid_argument("expected a JSON list of strings");
  std::vector<std::string> out;
  for (const Json& element : list) {
    if (!element.is_string()) {
      return invalid_argument("element " + std::to_string(out.size()) + ": expected a string, found " +
                              element.type_name());
    }
    out.push_back(element.get<std::string>());
  }
  return out;
}

}  // namespace leyden::capi
