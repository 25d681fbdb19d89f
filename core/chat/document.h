// SPDX-License-Identifier: Apache-2.0
// Lays a document out for the prompt and keeps the map from passages back to its bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/chat/profile.h"
#include "core/chat/prompt.h"

namespace leyden {

/// A run of whole sentences. `begin`, `end`: bytes of the document's UTF-8 text.
struct Passage {
  size_t begin = 0;
  size_t end = 0;
  int reference = -1;  ///< its number in the prompt; -1 in plain layout
};

/// Number of tokens of a text; called once a sentence.
using TokenCountFn = std::function<size_t(std::string_view)>;
/// A guess without a tokenizer: bytes / 4, and one per character above U+2E7F.
size_t estimate_tokens(std::string_view text);

struct LaidOutDocument {
  /// One segment. Spans: kDocument 0 and, for every passage, kPassage and kPassageText.
  Rendered rendered;
  std::vector<Passage> passages;
  int next_reference = 0;
};

/// Lays out one document.
///
/// Sentences (English and Chinese rules) are grouped into passages of passage_tokens min..max; a
/// passage ends at a paragraph's end once it has min, and in front of a heading. Where that needs
/// more numbers than this document may use (four fifths of those left, so that a later document still
/// finds some), passages grow. The result depends on profile, text, title, first_reference and
/// count_tokens alone.
/// @param index            position among the chat's documents, for the spans
/// @param first_reference  next_reference of the document before, 0 for the first
/// @param max_tokens       gives up with kContextOverflow beyond; 0 = no limit
/// Errors: kInvalidArgument when no reference number is left; kContextOverflow.
/// Cost:   linear in the text.
Result<LaidOutDocument> lay_out_document(const Profile& profile, std::string_view title,
                                         std::string_view text, size_t index, int first_reference,
                                         const TokenCountFn& count_tokens, size_t max_tokens = 0);

/// One space when `text` begins in a script that writes with spaces, else nothing: what {sp} means.
std::string_view leading_space(std::string_view text);

}  // namespace leyden
