// SPDX-License-Identifier: Apache-2.0
// Writes texts under schemas with random logits, for a validator that knows nothing of ours.
//   constrained_writer TOKENIZER.json < {"schema": ..., "seed": n, "max_tokens": n} one a line
//   > {"output": "...", "complete": bool, "tokens": n, "least": n} or {"error": "..."}
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "core/grammar/json_schema.h"
#include "core/grammar/token_constraint.h"
#include "core/text/utf8.h"

using namespace leyden;
using Json = nlohmann::ordered_json;

namespace {

Json write(const Json& job, const std::shared_ptr<const Tokenizer>& tokenizer,
           const std::shared_ptr<const TokenTrie>& trie) {
  auto grammar = std::make_shared<Grammar>();
  const auto root = add_json_schema(job["schema"].dump(), grammar.get());
  if (!root.ok()) return {{"error", root.status().message()}};
  if (!grammar->finish(*root)) return {{"error", "nothing satisfies it"}};
  TokenConstraint constraint(grammar, trie, tokenizer);
  const int32_t end = *tokenizer->token_id("<｜end▁of▁sentence｜>");
  std::mt19937_64 random(job["seed"].get<uint64_t>());
  std::normal_distribution<float> normal(0, 4);
  const auto max_tokens = job["max_tokens"].get<uint64_t>();
  const uint64_t least = constraint.least();
  std::vector<float> logits(static_cast<size_t>(tokenizer->vocab_size()));
  std::vector<int32_t> ids;
  bool ended = false;
  while (ids.size() < max_tokens) {
    for (float& l : logits) l = normal(random);
    constraint.mask(logits, std::vector<int32_t>{end}, max_tokens - ids.size());
    const auto best =
        static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    if (!(logits[static_cast<size_t>(best)] > -1e30f)) return {{"error", "no token is allowed"}};
    if (best == end) {
      ended = true;
      break;
    }
    if (!constraint.accept(best)) return {{"error", "an allowed token is not accepted"}};
    ids.push_back(best);
  }
  const bool complete = ended || constraint.complete();
  std::string text = *tokenizer->decode(ids);
  if (!complete) text = utf8_replace_invalid(text);  // cut anywhere; a complete one must be UTF-8
  return {{"output", text}, {"complete", complete}, {"tokens", ids.size()}, {"least", least}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto tokenizer = Tokenizer::load(argv[1]);
  if (!tokenizer.ok()) {
    std::fprintf(stderr, "%s\n", tokenizer.status().message().c_str());
    return 1;
  }
  const auto trie = std::make_shared<TokenTrie>(**tokenizer);
  for (std::string line; std::getline(std::cin, line);) {
    const Json out = write(Json::parse(line), *tokenizer, trie);
    std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::strict).c_str());
  }
  return 0;
}
