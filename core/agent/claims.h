// SPDX-License-Identifier: Apache-2.0
// What an answer says, sentence by sentence, and where in the documents each stands.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/agent/reading_plan.h"
#include "core/dialogue/dialogue.h"

namespace leyden {

enum class ClaimKind : uint8_t {
  kQuote,      ///< words of a document, or said to be
  kValue,      ///< the value behind the profile's "Answer:"
  kStatement,  ///< anything else
};
/// "quote", "value", "statement".
const char* claim_kind_name(ClaimKind kind);

struct Claim {
  ClaimKind kind = ClaimKind::kStatement;
  size_t answer_begin = 0, answer_end = 0;  ///< bytes of the answer's text
  int reference = -1;                       ///< the passage's number that the answer names
  /// A quote stands word for word in the document; a value stands in a verified quote's passage.
  bool verified = false;
  ToolPassage place;       ///< where, when verified: begin is of page `page`'s text,
  uint32_t last_page = 0;  ///< and end of this one's: a quote may run over a page's end
};

/// The documents of one prompt, made of stretches of pages, and the way back from their bytes.
class PromptDocuments {
 public:
  /// Stretches of one document that follow each other become one document of the prompt.
  explicit PromptDocuments(const Material& material);

  struct Document {
    std::string title;
    std::string text;
  };
  const std::vector<Document>& documents() const { return documents_; }
  /// Bytes of a document of the prompt as stretches of pages: one for each page they are on.
  Material places(size_t document, size_t begin, size_t end) const;

 private:
  struct Piece {
    size_t document = 0, begin = 0;  ///< in the prompt's document
    ToolPassage stretch;
  };
  std::vector<Document> documents_;
  std::vector<Piece> pieces_;
};

/// Everything an answer says about its documents, in the answer's order: each quote, its value, and
/// each sentence that is neither, which nothing vouches for. Refusals claim nothing.
/// @param passages  of the prompt, numbered (Dialogue::passages)
std::vector<Claim> find_claims(const Answer& answer, const Profile& profile,
                               const std::vector<std::string>& refusals,
                               const PromptDocuments& documents,
                               const std::vector<PassageTokens>& passages);

}  // namespace leyden
