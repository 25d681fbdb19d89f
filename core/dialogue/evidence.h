// SPDX-License-Identifier: Apache-2.0
// Where an answer came from: the share of attention mass on each passage of the documents, summed
// over heads and layers, minus what each passage drew anyway while the question was read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/chat/conversation.h"
#include "core/engine/engine.h"

namespace leyden {

/// One passage and its share of an answer (or of a sentence of it).
struct Evidence {
  size_t document = 0;   ///< position among the chat's documents
  size_t begin = 0;      ///< bytes of the document's text
  size_t end = 0;
  int reference = -1;    ///< the passage's number in the prompt, -1 without
  double share = 0;      ///< of the mass above background on all passages; shares sum to at most 1
};

/// Collects the mass of each generated token, then ranks passages.
/// Threads: one at a time.
class EvidenceCollector {
 public:
  static constexpr size_t kMaxPassages = 64;  ///< stored per message

  explicit EvidenceCollector(const std::vector<PassageTokens>& passages);

  /// Token ranges for GenerateRequest::spans: each passage, without the first tokens of the prompt,
  /// which draw mass from everything.
  const std::vector<PositionRange>& spans() const { return spans_; }

  void add_token(const SpanMass& mass) { tokens_.push_back(mass); }
  size_t n_tokens() const { return tokens_.size(); }

  /// Evidence of the tokens [begin, end) of the answer, largest share first.
  /// @param background  GenerateResult::background
  std::vector<Evidence> rank(const SpanMass& background, size_t begin, size_t end) const;

 private:
  const std::vector<PassageTokens>& passages_;
  std::vector<PositionRange> spans_;
  std::vector<SpanMass> tokens_;
};

}  // namespace leyden
