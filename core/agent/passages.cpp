// SPDX-License-Identifier: Apache-2.0
#include "core/agent/passages.h"

#include "core/chat/document.h"
#include "core/chat/sentences.h"

namespace leyden {

std::vector<TextRange> cut_passages(std::string_view text, size_t min_tokens, size_t max_tokens) {
  std::vector<TextRange> passages;
  size_t tokens = 0;
  bool open = false, only_heading = false;
  for (const Sentence& s : split_sentences(text)) {
    const size_t n = estimate_tokens(text.substr(s.begin, s.end - s.begin));
    const bool full = tokens + n > max_tokens && tokens >= min_tokens / 2;
    if (open && !only_heading && (full || s.heading)) open = false;
    if (!open) {
      passages.push_back({s.begin, s.end});
      tokens = 0;
      only_heading = true;
      open = true;
    }
    passages.back().end = s.end;
    tokens += n;
    only_heading = only_heading && s.heading;
    if (s.ends_paragraph && tokens >= min_tokens && !s.heading) open = false;
  }
  return passages;
}

}  // namespace leyden
