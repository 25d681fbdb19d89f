// SPDX-License-Identifier: Apache-2.0
// What an answer says about its sources, found in its text: quotations that stand in a document,
// passage numbers the model wrote, and quotations that could not be located.
#pragma once

#include <QVector>

#include "app/desktop/engine/message_values.h"

namespace leyden::desktop {

struct AnswerMark {
  enum class Kind {
    Quote,      ///< stands word for word at `source`
    Reference,  ///< a passage number, "⟦7⟧" or "[7]"; `text` covers it
    Unlocated   ///< between quotation marks, but in no document as it is
  };
  Kind kind = Kind::Quote;
  Span text;               ///< UTF-16 units of the answer
  EvidencePassage source;  ///< not for Unlocated
  int number = 0;          ///< as shown, from 1; the same source has the same number. 0: Unlocated
};

/// Marks in the order of the text. Quotations shorter than kShortestQuote are taken for emphasis,
/// and nothing is called unlocated in an answer that had no documents to draw on.
QVector<AnswerMark> findAnswerMarks(const Message& answer);

inline constexpr int kShortestQuote = 16;

}  // namespace leyden::desktop
