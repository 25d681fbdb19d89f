// SPDX-License-Identifier: Apache-2.0
// Does the evidence show where an answer came from? Planted facts in long real text: among the
// right answers, how often the top passage is the one that holds the fact; against raw attention
// mass (no background taken off), BM25 on the question, and a shuffled control (another question's
// fact).
//
// Many questions share a document, so that it is read once: 200 cases at 32K tokens take two
// documents. $LEYDEN_LONG_TESTS runs those, $LEYDEN_SEED other ones, $LEYDEN_FILLER_TEXT other
// text.
#include <gtest/gtest.h>
#include <time.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "core/dialogue/evidence.h"
#include "core/dialogue/loaded_model.h"
#include "core/dialogue/quote_clamp.h"
#include "planted_facts.h"

namespace leyden {
namespace {

double cpu_s() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      out.push_back(std::move(word));
      word.clear();
    }
  }
  return out;
}

/// The passage BM25 (k1 1.2, b 0.75) ranks first for a query.
class Bm25 {
 public:
  explicit Bm25(const std::vector<std::string>& passages) {
    for (const std::string& p : passages) {
      std::map<std::string, int> counts;
      const auto all = words(p);
      for (const auto& w : all) ++counts[w];
      for (const auto& [w, n] : counts) ++holders_[w];
      mean_ += static_cast<double>(all.size());
      sizes_.push_back(static_cast<double>(all.size()));
      counts_.push_back(std::move(counts));
    }
    mean_ /= static_cast<double>(passages.size());
  }

  size_t first(std::string_view query) const {
    size_t best = 0;
    double best_score = -1;
    for (size_t p = 0; p < counts_.size(); ++p) {
      double score = 0;
      for (const auto& w : words(query)) {
        const auto f = counts_[p].find(w);
        if (f == counts_[p].end()) continue;
        const double n = static_cast<double>(counts_.size()), df = holders_.at(w);
        const double tf = f->second;
        score += std::log(1 + (n - df + 0.5) / (df + 0.5)) * tf * 2.2 /
                 (tf + 1.2 * (0.25 + 0.75 * sizes_[p] / mean_));
      }
      if (score > best_score) best_score = score, best = p;
    }
    return best;
  }

 private:
  std::vector<std::map<std::string, int>> counts_;
  std::map<std::string, int> holders_;
  std::vector<double> sizes_;
  double mean_ = 0;
};

struct Reply {
  std::string text;
  std::vector<Evidence> evidence, raw;
  double decode_cpu_s = 0;  ///< a token behind the first
};

/// One document under one model, read once, asked many times.
class Reader {
 public:
  Reader(LoadedModel& model, const FactDocument& document)
      : model_(model), tokenizer_(*model.tokenizer()), document_(document) {
    block_ = *DocumentBlock::start(model.chat_template(), *tokenizer_);
    const Status appended =
        block_.append(model.chat_template(), "Records", document.text, *tokenizer_);
    EXPECT_TRUE(appended.ok()) << appended.to_string();
    sequence_ = model.engine().new_sequence();
  }

  size_t n_tokens() const { return block_.ids.size(); }
  const std::vector<PassageTokens>& passages() const { return block_.passages; }
  std::string passage(size_t i) const {
    const PassageTokens& p = block_.passages[i];
    return document_.text.substr(p.byte_begin, p.byte_end - p.byte_begin);
  }

  Reply ask(const std::string& question, bool with_evidence, bool held) {
    Message message;
    message.role = Role::kUser;
    message.content = question;
    const Prompt prompt =
        *build_prompt(model_.chat_template(), block_, {message}, {}, {}, *tokenizer_);
    EvidenceCollector evidence(prompt.passages);
    GenerateRequest request;
    request.prompt = prompt.ids;
    request.max_tokens = 160;
    request.stop_ids = model_.model().config().eos_ids;
    if (with_evidence) {
      request.spans = evidence.spans();
      request.question_begin = static_cast<int64_t>(block_.ids.size());
    }
    QuoteClamp clamp(model_.chat_template().profile, *tokenizer_, request.stop_ids);
    if (held) {
      for (const PassageTokens& p : prompt.passages)
        clamp.add_passage(
            p.reference,
            *tokenizer_->decode(std::span(prompt.ids).subspan(p.text.begin, p.text.size())));
    }
    request.mask = [&](std::span<const int32_t> answer, std::span<float> logits) {
      if (!clamp.empty()) clamp.mask(answer, logits);
    };
    double first_s = 0, last_s = 0;
    request.on_token = [&](const TokenEvent& event) {
      last_s = cpu_s();
      if (first_s == 0) first_s = last_s;
      if (event.mass) evidence.add_token(*event.mass);
      return true;
    };
    auto result = model_.engine().generate(sequence_, request);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    Reply reply;
    if (!result.ok()) return reply;
    reply.text = *tokenizer_->decode(result->tokens);
    reply.evidence = evidence.rank(result->background, 0, evidence.n_tokens());
    reply.raw = evidence.rank({}, 0, evidence.n_tokens());
    reply.decode_cpu_s =
        (last_s - first_s) / std::max<double>(1, static_cast<double>(result->tokens.size()) - 1);
    return reply;
  }

 private:
  LoadedModel& model_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  const FactDocument& document_;
  DocumentBlock block_;
  std::shared_ptr<Sequence> sequence_;
};

/// Whether a passage has the fact's statement (its beginning: a passage may end inside).
bool holds(size_t begin, size_t end, const PlantedFact& fact) {
  return fact.begin >= begin && fact.begin < end;
}
bool top_holds(const std::vector<Evidence>& evidence, const PlantedFact& fact) {
  return !evidence.empty() && holds(evidence[0].begin, evidence[0].end, fact);
}

void print_miss(const FactDocument& document, const PlantedFact& fact, const Reply& reply) {
  std::printf("missed: %s\n  answer: %s\n", fact.sentence.c_str(), reply.text.c_str());
  for (size_t i = 0; i < reply.evidence.size(); ++i) {
    const Evidence& e = reply.evidence[i];
    if (i > 0 && !holds(e.begin, e.end, fact)) continue;
    std::printf("  rank %zu, share %.3f, passage %d: %.60s\n", i, e.share, e.reference,
                document.text.c_str() + e.begin);
  }
}

TEST(EvidenceProof, TheTopPassageHoldsTheFactOfRightAnswers) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a matter of numbers: minutes under a sanitizer, the same result";
#endif
  namespace fs = std::filesystem;
  const fs::path dir = fs::path(LEYDEN_SOURCE_DIR) / "models/default";
  if (!fs::exists(dir / "model.safetensors")) GTEST_SKIP() << "no default model";
  const bool is_long = std::getenv("LEYDEN_LONG_TESTS") != nullptr;
  const char* given = std::getenv("LEYDEN_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : 20261;
  const size_t n_documents = is_long ? 2 : 1, n_facts = is_long ? 100 : 8;
  const size_t bytes = is_long ? 92'000 : 8'000;
  OpenOptions options;
  auto model = LoadedModel::open(dir, options, nullptr, nullptr);
  ASSERT_TRUE(model.ok()) << model.status().to_string();
  const std::vector<std::string> filler = filler_paragraphs();
  ASSERT_GT(filler.size(), 50u);

  size_t free_right = 0, free_evidence = 0, free_asked = 0;
  size_t asked = 0, right = 0, evidence = 0, raw = 0, bm25 = 0, shuffled = 0, tokens = 0;
  double chance = 0;
  std::vector<double> cost;
  for (size_t d = 0; d < n_documents; ++d) {
    const FactDocument document = plant_facts(filler, bytes, n_facts, seed + d);
    Reader reader(**model, document);
    tokens = std::max(tokens, reader.n_tokens());
    std::vector<std::string> passages;
    for (size_t i = 0; i < reader.passages().size(); ++i) passages.push_back(reader.passage(i));
    const Bm25 index(passages);
    chance += 1 / static_cast<double>(passages.size());
    for (size_t f = 0; f < document.facts.size(); ++f) {
      const PlantedFact& fact = document.facts[f];
      ++asked;
      const Reply reply = reader.ask(fact.question, true, true);
      if (f % 16 == 0) {  // pairs in turn, so that both sides see the same machine
        const double without = reader.ask(fact.question, false, true).decode_cpu_s;
        const double with = reader.ask(fact.question, true, true).decode_cpu_s;
        if (without > 0) cost.push_back(with / without - 1);
      }
      if (f % 8 == 0) {
        const Reply unheld = reader.ask(fact.question, true, false);
        const bool is_right = unheld.text.find(fact.value) != std::string::npos;
        ++free_asked;
        free_right += is_right;
        free_evidence += is_right && top_holds(unheld.evidence, fact);
      }
      if (reply.text.find(fact.value) == std::string::npos) continue;
      ++right;
      evidence += top_holds(reply.evidence, fact);
      raw += top_holds(reply.raw, fact);
      const PassageTokens& best = reader.passages()[index.first(fact.question)];
      bm25 += holds(best.byte_begin, best.byte_end, fact);
      shuffled += top_holds(reply.evidence, document.facts[(f + 1) % document.facts.size()]);
      if (!top_holds(reply.evidence, fact)) print_miss(document, fact, reply);
    }
    std::printf("document %zu: %zu of %zu right, on top: evidence %zu, raw mass %zu, BM25 %zu\n",
                d + 1, right, asked, evidence, raw, bm25);
    std::fflush(stdout);
  }
  std::printf("free answers: %zu of %zu right, evidence on top in %zu of them\n", free_right,
              free_asked, free_evidence);
  std::sort(cost.begin(), cost.end());
  const double n = static_cast<double>(right), median = cost[cost.size() / 2];
  const auto percent = [&](size_t k) { return 100 * static_cast<double>(k) / n; };
  std::printf(
      "seed %llu, %zu tokens, %zu facts, answered right: %zu\n"
      "top passage holds the fact: evidence %.1f %%, raw mass %.1f %%, BM25 %.1f %%\n"
      "shuffled control %.1f %% (chance %.1f %%); decode with evidence: %+.1f %% CPU time, "
      "median of %zu pairs\n",
      static_cast<unsigned long long>(seed), tokens, asked, right, percent(evidence), percent(raw),
      percent(bm25), percent(shuffled), 100 * chance / static_cast<double>(n_documents),
      100 * median, cost.size());
  EXPECT_GE(right, asked * 6 / 10);
  EXPECT_GE(percent(evidence), 90);
  EXPECT_GE(evidence, raw);
  EXPECT_LE(percent(shuffled), 10);
  if (is_long) {
    EXPECT_GT(evidence, bm25);
    EXPECT_LE(median, 0.03);
  }
}

}  // namespace
}  // namespace leyden
