// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/answer_marks.h"

#include <QRegularExpression>
#include <algorithm>

namespace leyden::desktop {

namespace {

bool overlaps(const Span& a, const Span& b) { return a.begin < b.end && b.begin < a.end; }

const EvidencePassage* passageOf(const Message& answer, int reference) {
  for (const EvidencePassage& e : answer.evidence) {
    if (e.reference == reference) return &e;
  }
  for (const SentenceEvidence& s : answer.sentences) {
    for (const EvidencePassage& e : s.evidence) {
      if (e.reference == reference) return &e;
    }
  }
  if (!answer.run) return nullptr;
  for (const EvidencePassage& e : answer.run->sources) {
    if (e.reference == reference) return &e;
  }
  return nullptr;
}

/// Code is quoted text of another kind: quotation marks in it mean nothing.
QVector<Span> codeSpans(const QString& text) {
  static const QRegularExpression code(QStringLiteral("```.*?(?:```|$)|`[^`\\n]+`"),
                                       QRegularExpression::DotMatchesEverythingOption);
  QVector<Span> spans;
  for (auto it = code.globalMatch(text); it.hasNext();) {
    const auto m = it.next();
    spans.append({m.capturedStart(), m.capturedEnd()});
  }
  return spans;
}

}  // namespace

QVector<AnswerMark> findAnswerMarks(const Message& answer) {
  QVector<AnswerMark> marks;
  if (answer.role != Message::Role::Assistant) return marks;
  for (const Quote& q : answer.quotes) {
    if (!q.answer.isEmpty()) marks.append({AnswerMark::Kind::Quote, q.answer, q.source, 0});
  }
  const bool hadDocuments = !answer.quotes.isEmpty() || !answer.evidence.isEmpty() ||
                            (answer.run && !answer.run->sources.isEmpty());
  if (hadDocuments) {
    static const QRegularExpression reference(
        QStringLiteral("⟦(\\d{1,6})⟧|\\[(\\d{1,6})\\](?!\\()"));
    const QVector<Span> code = codeSpans(answer.text);
    const auto inCode = [&](const Span& s) {
      return std::any_of(code.begin(), code.end(), [&](const Span& c) { return overlaps(c, s); });
    };
    for (auto it = reference.globalMatch(answer.text); it.hasNext();) {
      const auto m = it.next();
      const Span at{m.capturedStart(), m.capturedEnd()};
      const int number = (m.captured(1).isEmpty() ? m.captured(2) : m.captured(1)).toInt();
      const EvidencePassage* source = passageOf(answer, number);
      if (source != nullptr && !inCode(at))
        marks.append({AnswerMark::Kind::Reference, at, *source, 0});
    }
    if (answer.state != Message::State::Streaming) {
      static const QRegularExpression quoted(QStringLiteral(
          "“([^”“\\n]+)”|\"([^\"\\n]+)\"|「([^」\\n]+)」|『([^』\\n]+)』|«([^»\\n]+)»"));
      for (auto it = quoted.globalMatch(answer.text); it.hasNext();) {
        const auto m = it.next();
        const Span at{m.capturedStart(), m.capturedEnd()};
        if (at.end - at.begin - 2 < kShortestQuote || inCode(at)) continue;
        const bool located = std::any_of(answer.quotes.begin(), answer.quotes.end(),
                                         [&](const Quote& q) { return overlaps(q.answer, at); });
        if (!located) marks.append({AnswerMark::Kind::Unlocated, at, {}, 0});
      }
    }
  }
  std::stable_sort(marks.begin(), marks.end(), [](const AnswerMark& a, const AnswerMark& b) {
    return a.text.begin < b.text.begin;
  });

  // The same passage has the same number; a quote lies inside the passage it was drawn from.
  QVector<EvidencePassage> numbered;
  for (AnswerMark& mark : marks) {
    if (mark.kind == AnswerMark::Kind::Unlocated) continue;
    for (qsizetype i = 0; i < numbered.size() && mark.number == 0; ++i) {
      if (numbered[i].document == mark.source.document &&
          overlaps(numbered[i].bytes, mark.source.bytes))
        mark.number = int(i) + 1;
    }
    if (mark.number != 0) continue;
    numbered.append(mark.source);
    mark.number = int(numbered.size());
  }
  return marks;
}

}  // namespace leyden::desktop
