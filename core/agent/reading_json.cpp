// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "core/agent/reading.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

Json ranges_json(const std::vector<ReadRange>& ranges) {
  Json out = Json::array();
  for (const ReadRange& r : ranges)
    out.push_back({{"document", r.document},
                   {"title", r.title},
                   {"first_page", r.first_page},
                   {"last_page", r.last_page}});
  return out;
}

Json claims_json(const std::vector<Claim>& claims) {
  Json out = Json::array();
  for (const Claim& c : claims) {
    Json one = {{"kind", claim_kind_name(c.kind)},
                {"answer_begin", c.answer_begin},
                {"answer_end", c.answer_end},
                {"reference", c.reference < 0 ? Json() : Json(c.reference)},
                {"verified", c.verified}};
    if (c.verified) {
      one["document"] = c.place.document;
      one["title"] = c.place.title;
      one["label"] = c.place.label;
      one["page"] = c.place.page;
      one["begin"] = c.place.begin;
      one["last_page"] = c.last_page;
      one["end"] = c.place.end;
      one["text"] = c.place.text;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string reading_json(const Reading& r) {
  Json out = {{"mode", reading_mode_name(r.mode)},
              {"reason", r.reason},
              {"documents", r.documents},
              {"pages", r.pages},
              {"tokens", r.tokens},
              {"context", r.context},
              {"read", ranges_json(r.read)},
              {"parts", Json::array()},
              {"claims", claims_json(r.claims)},
              {"evidence", Json::array()}};
  for (const PartRecord& p : r.parts) {
    out["parts"].push_back({{"round", p.round},
                            {"read", ranges_json(p.read)},
                            {"found", p.found},
                            {"text", p.text},
                            {"claims", claims_json(p.claims)},
                            {"usage",
                             {{"prompt_tokens", p.prompt_tokens},
                              {"completion_tokens", p.completion_tokens},
                              {"reused_tokens", p.reused_tokens}}},
                            {"seconds", p.seconds}});
  }
  for (const PageEvidence& e : r.evidence)
    out["evidence"].push_back({{"share", e.share},
                               {"document", e.passage.document},
                               {"title", e.passage.title},
                               {"label", e.passage.label},
                               {"page", e.passage.page},
                               {"begin", e.passage.begin},
                               {"end", e.passage.end},
                               {"text", e.passage.text}});
  return dump_json(out);
}

}  // namespace leyden
