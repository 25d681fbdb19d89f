// SPDX-License-Identifier: Apache-2.0
// Paragraphs as a QTextDocument, and the way between places in it and places in the source.
#pragma once

#include <QTextDocument>
#include <QTextFormat>
#include <QVector>
#include <functional>

#include "app/desktop/transcript/answer_marks.h"
#include "app/desktop/transcript/markdown_elements.h"

namespace leyden::desktop {

/// Character property that carries the index of an AnswerMark: the run is its chip.
inline constexpr int kChipProperty = QTextFormat::UserProperty + 1;

/// Places in a document and in the source it was made from. Built in order of the document.
class SourceMap {
 public:
  struct Run {
    int position = 0;  ///< in the document
    int length = 0;
    int source = -1;  ///< -1: only drawn, e.g. a list marker or a chip
  };
  void clear() { m_runs.clear(); }
  void add(int position, int length, int source);

  /// Source offset of a place between two characters; `after`: where the one before it ends, else
  /// where the one behind it begins. -1 when nothing of the source is there.
  int sourceAt(int position, bool after) const;
  /// Stretches of the document that show [begin, end) of the source, merged.
  QVector<Span> positionsOf(const Span& source) const;

 private:
  QVector<Run> m_runs;
};

struct TextLook {
  bool plain = false;  ///< what a user wrote: no space between lines
  /// Text of a mark's chip, e.g. "p. 12".
  std::function<QString(const AnswerMark&)> chip;
};

/// Fills `document` and `map`. Marks outside the paragraphs are ignored.
void buildTextDocument(QTextDocument* document, SourceMap* map,
                       const QVector<Paragraph>& paragraphs, const QVector<AnswerMark>& marks,
                       const TextLook& look);

}  // namespace leyden::desktop
