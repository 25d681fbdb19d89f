// SPDX-License-Identifier: Apache-2.0
// Cuts a text into sentences and headings. Own rules, not ICU's: the cut decides tokens and so the
// identity of stored pages, and must not change with a library version.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

/// One sentence or heading: bytes [begin, end) of the text, white space trimmed, never empty.
struct Sentence {
  size_t begin = 0;
  size_t end = 0;
  bool heading = false;         ///< a Markdown `# ...` line; begin is behind the marks
  bool ends_paragraph = false;  ///< a blank line, list item, heading or code line follows
};

/// Sentences in order. English: `.`, `!`, `?` before white space and something that may begin a
/// sentence, known abbreviations excepted. Chinese: full-width end marks. A sentence that would exceed
/// 480 bytes is cut at a comma, else a space, else between characters; very short ones join.
/// Cost: linear, whatever the text.
std::vector<Sentence> split_sentences(std::string_view text);

/// `text` with every run of white space as one space; a line break between two Chinese or Japanese
/// characters disappears.
std::string single_spaced(std::string_view text);

/// True where `text` begins with a character of a script written without spaces.
bool begins_unspaced(std::string_view text);

}  // namespace leyden
