// SPDX-License-Identifier: Apache-2.0
// What a constraint costs for each token: grammar_bench [TOKENIZER.json]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "core/grammar/json_schema.h"
#include "core/grammar/token_constraint.h"

using namespace leyden;
using Clock = std::chrono::steady_clock;

namespace {

double us_since(Clock::time_point t) {
  return std::chrono::duration<double, std::micro>(Clock::now() - t).count();
}

constexpr const char* kSchema = R"({"type": "object", "properties": {
  "title": {"type": "string"}, "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
  "tags": {"type": "array", "items": {"enum": ["harbour", "ship", "tide"]}, "maxItems": 5},
  "people": {"type": "array", "items": {"type": "object", "properties": {
      "name": {"type": "string", "maxLength": 40}, "age": {"type": "integer"}}, "required": ["name"]}}},
  "required": ["title", "year", "people"]})";

}  // namespace

int main(int argc, char** argv) {
  const std::string path =
      argc > 1 ? argv[1] : std::string(LEYDEN_SOURCE_DIR) + "/models/default/tokenizer.json";
  const auto tokenizer = Tokenizer::load(path);
  if (!tokenizer.ok()) {
    std::fprintf(stderr, "%s\n", tokenizer.status().message().c_str());
    return 1;
  }
  Clock::time_point t = Clock::now();
  const auto trie = std::make_shared<TokenTrie>(**tokenizer);
  std::printf("trie of %zu tokens, %zu nodes: %.1f ms\n", trie->ids().size(), trie->nodes().size(),
              us_since(t) / 1000);
  auto grammar = std::make_shared<Grammar>();
  const auto root = add_json_schema(kSchema, grammar.get());
  if (!root.ok() || !grammar->finish(*root)) return 1;
  TokenConstraint constraint(grammar, trie, *tokenizer);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 4);
  std::vector<float> logits(static_cast<size_t>((*tokenizer)->vocab_size())), fresh(logits.size());
  for (const char* round : {"first text (states are met for the first time)", "20 more texts"}) {
    std::vector<double> times;
    const int texts = times.empty() && round[0] == 'f' ? 1 : 20;
    for (int text = 0; text < texts; ++text) {
      constraint.restart();
      for (int i = 0; i < 300; ++i) {
        for (float& l : fresh) l = normal(random);
        logits = fresh;
        t = Clock::now();
        constraint.mask(logits, std::vector<int32_t>{1}, static_cast<uint64_t>(300 - i));
        const auto best =
            static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
        const bool going = constraint.accept(best);
        times.push_back(us_since(t));
        if (!going) break;
      }
    }
    std::sort(times.begin(), times.end());
    std::printf("%s: %zu tokens, median %.1f us, 90 %% %.1f us, largest %.1f us, %zu states\n",
                round, times.size(), times[times.size() / 2], times[times.size() * 9 / 10],
                times.back(), constraint.n_states());
  }
  return 0;
}
