// SPDX-License-Identifier: Apache-2.0
// Simple highlighting: comments, strings, numbers, keywords and calls, by a small table of
// languages. One pass a line, no regular expressions, so that a line of a megabyte costs what its
// length says.
#pragma once

#include <QString>
#include <QSyntaxHighlighter>
#include <QVector>

namespace leyden::desktop {

struct CodeToken {
  enum class Kind { Comment, String, Number, Keyword, Call, Markup };
  int begin = 0;
  int length = 0;
  Kind kind = Kind::Keyword;
  bool operator==(const CodeToken&) const = default;
};

/// What a line leaves open for the next one.
enum class OpenCode {
  None = 0,
  BlockComment = 1,
  TripleQuote = 2,
  TripleApostrophe = 3,
  Backtick = 4
};

/// Tokens of one line, in order. `open` is what the line before left open, then what this one does.
QVector<CodeToken> codeTokens(const QString& line, const QString& language, OpenCode& open);

class CodeHighlighter : public QSyntaxHighlighter {
  Q_OBJECT
 public:
  CodeHighlighter(QTextDocument* document, QString language);

 protected:
  void highlightBlock(const QString& text) override;

 private:
  QString m_language;
};

}  // namespace leyden::desktop
