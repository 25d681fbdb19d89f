// SPDX-License-Identifier: Apache-2.0
// A message as the pieces it is drawn from. The view lays out pieces, not messages, so that one
// huge message costs no more than many small ones; while text streams in only the last pieces
// change.
#pragma once

#include <QVector>

#include "app/desktop/transcript/markdown_chunks.h"
#include "app/desktop/transcript/markdown_elements.h"
#include "app/desktop/transcript/transcript_entry.h"

namespace leyden::desktop {

struct Piece {
  enum class Kind {
    Header,    ///< who speaks
    Thinking,  ///< folded reasoning
    Text,      ///< some paragraphs
    Code,
    Table,
    Call,  ///< folded tool call with its result
    Approval,
    Waiting,  ///< nothing has come yet
    Notice,
    Footer  ///< sources, timing, actions
  };
  Kind kind = Kind::Text;
  QVector<Paragraph> paragraphs;
  CodeBlock code;
  MarkdownTable table;
  int call = -1;
  QString notice;
  Span source;  ///< of Message::text; empty for what is not part of it

  bool operator==(const Piece&) const = default;
  /// What a reader finds by searching, and what is read aloud.
  QString plainText() const;
};

class MessagePieces {
 public:
  /// Most UTF-16 units of text in one piece; longer paragraphs are cut at a space.
  static constexpr int kTextUnits = 1600;

  /// Makes the pieces fit the entry. When only text was appended, only the tail is parsed.
  /// Returns the first piece that is not as it was.
  int update(const TranscriptEntry& entry);

  const QVector<Piece>& pieces() const { return m_pieces; }

 private:
  void addElements(QVector<Piece>& out, QVector<MarkdownElement> elements,
                   const Span& stretch) const;
  void addParagraph(QVector<Piece>& out, const Paragraph& paragraph, const Span& source) const;

  MarkdownChunks m_chunks;
  int m_parsedChunks = 0;  ///< chunks whose pieces are in m_final
  QVector<Piece> m_final;  ///< of complete chunks
  QVector<Piece> m_pieces;
};

}  // namespace leyden::desktop
