// SPDX-License-Identifier: Apache-2.0
// Long documents of real text with invented facts planted in them: who, which attribute, what
// value. Everything follows from a seed.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace leyden {

struct PlantedFact {
  std::string question;
  std::string value;
  std::string sentence;    ///< as it stands in the text; holds the value
  bool corrected = false;  ///< an earlier, outdated statement stands in the text too
  size_t begin = 0;        ///< byte of `sentence` in the document's text
};

struct FactDocument {
  std::string text;
  std::vector<PlantedFact> facts;
};

/// Whole paragraphs, in order: of the files under the folder or file $LEYDEN_FILLER_TEXT (plain
/// text, paragraphs between empty lines), else of the committed chapters of Jane Austen.
std::vector<std::string> filler_paragraphs();

/// About `bytes` of filler from a random paragraph on, with `n_facts` asked facts spread over it.
/// Half of them have distractors: the same entity with another attribute, the same attribute of
/// another entity. A quarter are corrections of an earlier statement.
FactDocument plant_facts(const std::vector<std::string>& filler, size_t bytes, size_t n_facts,
                         uint64_t seed);

}  // namespace leyden
