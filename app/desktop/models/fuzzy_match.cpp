// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/fuzzy_match.h"

#include <algorithm>

namespace leyden::desktop {

int fuzzyScore(const QString& pattern, const QString& text) {
  int score = 0, run = 0;
  qsizetype at = 0;
  bool any = false;
  for (const QChar wanted : pattern) {
    if (wanted.isSpace()) {
      run = 0;
      continue;
    }
    any = true;
    qsizetype found = at;
    while (found < text.size() && text[found].toCaseFolded() != wanted.toCaseFolded()) ++found;
    if (found == text.size()) return 0;
    run = found == at && at > 0 ? run + 1 : 1;
    const bool begins = found == 0 || !text[found - 1].isLetterOrNumber();
    score += 4 * run + (begins ? 8 : 0);
    at = found + 1;
  }
  if (!any) return 1;
  return std::max(1, score * 16 - int(std::min<qsizetype>(text.size(), 200)));
}

}  // namespace leyden::desktop
