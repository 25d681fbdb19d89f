// SPDX-License-Identifier: Apache-2.0
// Cuts Markdown that is still being written into chunks that can be parsed alone: all but the last
// are final, so only the last is parsed again when text comes.
//
// A chunk ends where the next line cannot belong to its block: behind a closed fence, before a
// fence or heading, behind a blank line, and before the next item of an outer list (items stand
// alone; their numbers are in the source). What this loses: link definitions do not reach other
// chunks. A line without ">" ends a quotation, also where Markdown would take it for a lazy part of
// it: models write "> passage" and their answer in the next line.
#pragma once

#include <QString>
#include <QVector>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

class MarkdownChunks {
 public:
  void append(QStringView text);
  void setSource(const QString& source);

  const QString& source() const { return m_source; }
  /// In order, without gaps: together they are the source. The last may still grow.
  int count() const { return int(m_begins.size()); }
  Span chunk(int index) const;

 private:
  struct Line {
    int indent = 0;
    QStringView text;  ///< without indent and line feed
  };
  enum class State { Free, Text, List, Fence };
  enum class Quote { None, Lines, Passage };  ///< what the line before was: "> x", "⟦7⟧ > x"

  void scan();
  void take(int begin, QStringView whole);
  bool closesFence(const Line& line) const;
  void cut(int begin);
  /// Cuts before a line, complete or not, that cannot belong to the quotation before it.
  void endQuote(int begin, QStringView line);

  QString m_source;
  QVector<int> m_begins;
  int m_scanned = 0;  ///< complete lines before this are judged
  State m_state = State::Free;
  Quote m_quote = Quote::None;
  bool m_blankBefore = false;
  bool m_listAround = false;  ///< of a fence: it stands inside a list item
  int m_itemIndent = 0;       ///< column where the text of the outer item begins
  QChar m_fenceMark;
  int m_fenceLength = 0;
};

}  // namespace leyden::desktop
