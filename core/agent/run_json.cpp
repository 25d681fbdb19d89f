// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "base/json_dump.h"
#include "core/agent/agent.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const CallRecord& c) {
  return {{"name", c.name},
          {"origin", c.origin},
          {"arguments", c.arguments},
          {"library_text", c.library_text},
          {"decision", c.decision.how},
          {"reason", c.decision.reason},
          {"ok", c.ok},
          {"result", c.result},
          {"result_bytes", c.result.size()},
          {"shown_bytes", c.shown.size()},
          {"references", c.references},
          {"hosts", c.hosts},
          {"begin_ms", c.begin_ms},
          {"seconds", c.seconds}};
}

Json step_json(const StepRecord& s) {
  Json calls = Json::array();
  for (const CallRecord& c : s.calls) calls.push_back(json_of(c));
  return {{"text", s.text},
          {"thinking", s.thinking},
          {"usage",
           {{"prompt_tokens", s.prompt_tokens},
            {"completion_tokens", s.completion_tokens},
            {"reused_tokens", s.reused_tokens}}},
          {"seconds", s.seconds},
          {"calls", std::move(calls)}};
}

Json passage_json(const ToolPassage& p) {
  return {{"document", p.document}, {"title", p.title}, {"label", p.label}, {"page", p.page},
          {"begin", p.begin},       {"end", p.end},     {"text", p.text}};
}

}  // namespace

std::string call_json(const CallRecord& call) { return dump_json(json_of(call)); }

std::string run_json(const AgentRun& run) {
  Json steps = Json::array(), passages = Json::array(), quotes = Json::array();
  for (const StepRecord& s : run.steps) steps.push_back(step_json(s));
  for (const NumberedPassage& p : run.passages) {
    Json one = {{"reference", p.reference}};
    one.update(passage_json(p.passage));
    passages.push_back(std::move(one));
  }
  for (const CheckedQuote& q : run.quotes) {
    quotes.push_back({{"answer_begin", q.answer_begin},
                      {"answer_end", q.answer_end},
                      {"reference", q.reference},
                      {"verified", q.verified},
                      {"document", q.passage.document},
                      {"title", q.passage.title},
                      {"page", q.passage.page},
                      {"text", q.verified ? q.passage.text.substr(q.begin, q.end - q.begin) : ""}});
  }
  const Json out = {{"stopped", run.stopped},
                    {"steps", std::move(steps)},
                    {"passages", std::move(passages)},
                    {"quotes", std::move(quotes)}};
  return dump_json(out);
}

}  // namespace leyden
