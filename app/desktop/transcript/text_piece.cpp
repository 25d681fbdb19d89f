// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/text_piece.h"

#include <QAbstractTextDocumentLayout>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>
#include <QWheelEvent>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

TextPiece::TextPiece(QWidget* parent) : QTextBrowser(parent) {
  setFrameShape(QFrame::NoFrame);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setOpenLinks(false);
  setLineWrapMode(QTextEdit::WidgetWidth);
  setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
  viewport()->setAutoFillBackground(false);
  viewport()->setMouseTracking(true);
  setObjectName(QStringLiteral("textPiece"));
  connect(this, &QTextBrowser::anchorClicked, this, &TextPiece::openAnchor);
}

void TextPiece::show(const PieceContext& c) {
  m_actions = c.actions;
  m_place = c.place;
  m_row = c.row;
  m_text = c.entry->message.text;
  m_sentences = c.entry->message.sentences;
  const bool user = c.entry->message.role != Message::Role::Assistant;
  m_piece = *c.piece;
  m_marks = *c.marks;

  // While text streams in the beginning stays what it was, so a selection is put back.
  const int anchor = textCursor().anchor(), position = textCursor().position();
  TextLook look;
  look.plain = user;
  look.chip = [this](const AnswerMark& mark) {
    const QString place = m_place ? m_place(mark.source) : QString();
    return place.isEmpty() ? QString::number(mark.number) : place;
  };
  QTextOption option = document()->defaultTextOption();
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  document()->setDefaultTextOption(option);
  buildTextDocument(document(), &m_map, m_piece.paragraphs, m_marks, look);
  if (anchor != position && position < document()->characterCount() &&
      anchor < document()->characterCount()) {
    selectRange(anchor, position);
  }
  setAccessibleName(user ? tr("Your message") : tr("Answer"));
  showMarks();
}

int TextPiece::heightFor(int width) {
  document()->setTextWidth(width);
  return int(std::ceil(document()->size().height()));
}

Span TextPiece::selectedSource() const {
  const QTextCursor c = textCursor();
  if (!c.hasSelection()) return {};
  const bool all = c.selectionStart() == 0 && c.selectionEnd() >= document()->characterCount() - 1;
  if (all) return m_piece.source;
  const int begin = m_map.sourceAt(c.selectionStart(), false);
  const int end = m_map.sourceAt(c.selectionEnd(), true);
  return begin < 0 || end <= begin ? Span{} : Span{begin, end};
}

void TextPiece::selectRange(int from, int to) {
  const int last = document()->characterCount() - 1;
  QTextCursor c(document());
  c.setPosition(from < 0 ? 0 : std::min(from, last));
  c.setPosition(to < 0 ? last : std::min(to, last), QTextCursor::KeepAnchor);
  setTextCursor(c);
}

int TextPiece::placeAt(const QPoint& position) const {
  return cursorForPosition(position).position();
}

QMimeData* TextPiece::createMimeDataFromSelection() const {
  auto* data = new QMimeData;
  const Span s = selectedSource();
  data->setText(s.isEmpty() ? textCursor().selectedText()
                            : m_text.mid(s.begin, s.end - s.begin).trimmed());
  return data;
}

QVector<QRectF> TextPiece::rectsOf(int from, int to) const {
  QVector<QRectF> rects;
  const auto* layout = document()->documentLayout();
  for (QTextBlock b = document()->findBlock(from); b.isValid() && b.position() < to; b = b.next()) {
    const QRectF block = layout->blockBoundingRect(b);
    for (int i = 0; i < b.layout()->lineCount(); ++i) {
      const QTextLine line = b.layout()->lineAt(i);
      const int begin = std::max(from - b.position(), line.textStart());
      const int end = std::min(to - b.position(), line.textStart() + line.textLength());
      if (begin >= end) continue;
      const double x0 = line.cursorToX(begin), x1 = line.cursorToX(end);
      rects.append(QRectF(block.left() + std::min(x0, x1), block.top() + line.y(),
                          std::abs(x1 - x0), line.ascent() + line.descent()));
    }
  }
  return rects;
}

void TextPiece::paintEvent(QPaintEvent* event) {
  QPainter p(viewport());
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  const auto* layout = document()->documentLayout();
  for (QTextBlock b = document()->begin(); b.isValid(); b = b.next()) {
    const int quotes = b.blockFormat().intProperty(QTextFormat::BlockQuoteLevel);
    if (quotes > 0) {
      const QRectF r = layout->blockBoundingRect(b);
      p.setBrush(tokens().line);
      const double step = b.blockFormat().leftMargin() / std::max(1, quotes);
      for (int q = 0; q < quotes; ++q)
        p.drawRoundedRect(QRectF(2 + q * step, r.top(), 3, r.height()), 1.5, 1.5);
    }
    for (auto it = b.begin(); !it.atEnd(); ++it) {
      const QTextCharFormat f = it.fragment().charFormat();
      if (!f.hasProperty(kChipProperty)) continue;
      const auto& mark = m_marks[f.intProperty(kChipProperty)];
      QColor tint = mark.kind == AnswerMark::Kind::Unlocated ? tokens().warning : tokens().accent;
      tint.setAlphaF(0.16f);
      p.setBrush(tint);
      const int at = it.fragment().position();
      for (const QRectF& r : rectsOf(at, at + it.fragment().length()))
        p.drawRoundedRect(r.adjusted(0, 0.5, 0, -0.5), r.height() / 2, r.height() / 2);
    }
  }
  p.end();
  QTextBrowser::paintEvent(event);
}

void TextPiece::openAnchor(const QUrl& url) {
  if (m_actions == nullptr) return;
  if (url.scheme() != QStringLiteral("leyden")) {
    emit m_actions->linkActivated(url);
    return;
  }
  const int index = url.path().section(u'/', -1).toInt();
  if (index < 0 || index >= m_marks.size()) return;
  const AnswerMark& mark = m_marks[index];
  if (mark.kind != AnswerMark::Kind::Unlocated) emit m_actions->sourceActivated(mark.source);
}

QString TextPiece::tipFor(const AnswerMark& mark) const {
  if (mark.kind == AnswerMark::Kind::Unlocated)
    return tr(
        "These words were not found in the documents as they stand here. Check them before relying "
        "on them.");
  const QString place = m_place ? m_place(mark.source) : QString();
  QString where = mark.source.title.toHtmlEscaped();
  if (!place.isEmpty())
    where = where.isEmpty() ? place : QStringLiteral("%1, %2").arg(where, place);
  QString quote = mark.source.quote.simplified();
  if (quote.size() > 480) quote = quote.left(480) + u'…';
  return QStringLiteral("<div style='max-width: 420px'><b>%1</b><br>%2</div>")
      .arg(where, quote.toHtmlEscaped());
}

bool TextPiece::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const QUrl url(anchorAt(viewport()->mapFromGlobal(help->globalPos())));
    const int index = url.path().section(u'/', -1).toInt();
    if (url.scheme() == QStringLiteral("leyden") && index >= 0 && index < m_marks.size()) {
      QToolTip::showText(help->globalPos(), tipFor(m_marks[index]), this);
      return true;
    }
  }
  return QTextBrowser::event(event);
}

void TextPiece::hoverAt(const QPoint& position) {
  int sentence = -1;
  if (!m_sentences.isEmpty() && viewport()->rect().contains(position)) {
    const int source = m_map.sourceAt(placeAt(position), false);
    for (qsizetype i = 0; i < m_sentences.size() && source >= 0; ++i) {
      if (m_sentences[i].text.begin <= source && source < m_sentences[i].text.end)
        sentence = int(i);
    }
  }
  if (sentence == m_hovered) return;
  m_hovered = sentence;
  showMarks();
  if (m_actions != nullptr)
    emit m_actions->evidenceHovered(sentence < 0 ? QVector<EvidencePassage>()
                                                 : m_sentences[sentence].evidence);
}

void TextPiece::mouseMoveEvent(QMouseEvent* event) {
  QTextBrowser::mouseMoveEvent(event);
  if (event->buttons() == Qt::NoButton) hoverAt(event->position().toPoint());
}

void TextPiece::leaveEvent(QEvent* event) {
  hoverAt({-1, -1});
  QTextBrowser::leaveEvent(event);
}

/// Scrolling keys are the view's; everything that moves a caret or selects stays.
void TextPiece::keyPressEvent(QKeyEvent* event) {
  const bool selects = (event->modifiers() & Qt::ShiftModifier) != 0;
  const bool scrolls = event->key() == Qt::Key_PageUp || event->key() == Qt::Key_PageDown ||
                       event->key() == Qt::Key_Up || event->key() == Qt::Key_Down ||
                       event->key() == Qt::Key_Home || event->key() == Qt::Key_End ||
                       event->key() == Qt::Key_Space;
  // The view copies, because a selection may reach over several pieces.
  const bool views = event->matches(QKeySequence::Copy) || event->matches(QKeySequence::SelectAll);
  if (views || (scrolls && !selects)) {
    event->ignore();
    return;
  }
  QTextBrowser::keyPressEvent(event);
}

void TextPiece::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  QAction* copySelection = menu.addAction(tr("Copy"), this, [this] { copy(); });
  copySelection->setEnabled(textCursor().hasSelection());
  menu.addAction(tr("Copy message"), this, [this] { emit m_actions->copyMessage(m_row); });
  menu.exec(event->globalPos());
}

void TextPiece::highlight(const QString& needle, int current) {
  if (needle == m_needle && current == m_current) return;
  m_needle = needle;
  m_current = current;
  showMarks();
}

/// One list of extra selections for everything that lights up: find, and the hovered sentence.
void TextPiece::showMarks() {
  QList<QTextEdit::ExtraSelection> shown;
  const auto mark = [&](int from, int to, const QColor& back, const QColor& front) {
    QTextEdit::ExtraSelection s;
    s.cursor = QTextCursor(document());
    s.cursor.setPosition(from);
    s.cursor.setPosition(to, QTextCursor::KeepAnchor);
    s.format.setBackground(back);
    if (front.isValid()) s.format.setForeground(front);
    shown.append(s);
  };
  if (m_hovered >= 0 && m_hovered < m_sentences.size()) {
    QColor tint = tokens().heat;
    tint.setAlphaF(0.22f);
    for (const Span& s : m_map.positionsOf(m_sentences[m_hovered].text))
      mark(int(s.begin), int(s.end), tint, {});
  }
  QColor soft = tokens().warning;
  soft.setAlphaF(0.30f);
  const auto matches = this->matches();
  for (qsizetype i = 0; i < matches.size(); ++i) {
    const bool here = i == m_current;
    mark(matches[i].selectionStart(), matches[i].selectionEnd(), here ? tokens().warning : soft,
         here ? tokens().surface : QColor());
  }
  setExtraSelections(shown);
}

/// Matches of find, without those in chips: a chip is no text of the session.
QVector<QTextCursor> TextPiece::matches() const {
  QVector<QTextCursor> found;
  if (m_needle.isEmpty()) return found;
  for (QTextCursor c = document()->find(m_needle); !c.isNull(); c = document()->find(m_needle, c)) {
    if (!c.charFormat().hasProperty(kChipProperty)) found.append(c);
  }
  return found;
}

int TextPiece::currentY() const {
  const auto matches = this->matches();
  return m_current < 0 || m_current >= matches.size() ? 0 : cursorRect(matches[m_current]).top();
}

}  // namespace leyden::desktop
