// SPDX-License-Identifier: Apache-2.0
// What Markdown becomes before anything is drawn: paragraphs, code blocks and tables, each knowing
// where in the source it stands. No widget and no font in here.
#pragma once

#include <QString>
#include <QVector>
#include <variant>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

/// A run of text of one look.
struct TextRun {
  enum Look { Plain = 0, Bold = 1, Italic = 2, Code = 4, Strike = 8 };
  QString text;
  int look = Plain;
  QString href;  ///< of a link; empty: none
  int source =
      -1;  ///< UTF-16 offset in the source where `text` begins; -1: it is not written there

  bool operator==(const TextRun&) const = default;
};

struct Paragraph {
  enum class Kind { Body, Heading, Rule };
  Kind kind = Kind::Body;
  int level = 0;       ///< of a heading, 1 to 6
  int depth = 0;       ///< lists around it, at most kDeepest
  int quote = 0;       ///< quotations around it, at most kDeepest
  QString marker;      ///< "•", "3." where a list item begins; empty elsewhere
  bool tight = false;  ///< no space before it
  QVector<TextRun> runs;

  static constexpr int kDeepest = 12;
  bool operator==(const Paragraph&) const = default;
  QString text() const;
};

struct CodeBlock {
  QString language;  ///< first word behind the fence
  QString text;      ///< without the last line feed
  int depth = 0;
  bool operator==(const CodeBlock&) const = default;
};

struct MarkdownTable {
  using Cell = QVector<TextRun>;
  QVector<Qt::Alignment> alignments;
  QVector<Cell> header;
  QVector<QVector<Cell>> rows;
  bool operator==(const MarkdownTable&) const = default;
};

struct MarkdownElement {
  std::variant<Paragraph, CodeBlock, MarkdownTable> content;
  Span source;  ///< UTF-16 units of the source
  bool operator==(const MarkdownElement&) const = default;
};

QString plainText(const QVector<TextRun>& runs);

/// Parses a stretch of Markdown that is complete in itself (CommonMark with tables, strikethrough,
/// task lists and bare links; raw HTML stays text). `offset` is where it begins in the whole
/// source.
QVector<MarkdownElement> parseMarkdown(QStringView stretch, int offset);

}  // namespace leyden::desktop
