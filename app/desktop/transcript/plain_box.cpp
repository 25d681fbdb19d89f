// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/plain_box.h"

#include <QKeyEvent>
#include <QMimeData>
#include <QScrollBar>
#include <QTextBlock>
#include <algorithm>
#include <cmath>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

PlainBox::PlainBox(QWidget* parent) : QPlainTextEdit(parent) {
  setReadOnly(true);
  setFrameShape(QFrame::NoFrame);
  setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  setUndoRedoEnabled(false);
  setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
  viewport()->setAutoFillBackground(false);
  document()->setDocumentMargin(0);
  setTabChangesFocus(true);
  setWrap(false);
}

void PlainBox::restyle() {
  QPalette p = palette();
  p.setColor(QPalette::Text, tokens().text);
  p.setColor(QPalette::Base, Qt::transparent);
  setPalette(p);
}

void PlainBox::setWrap(bool wrap) {
  setLineWrapMode(wrap ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
  setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
}

void PlainBox::setText(const QString& text) {
  if (text == m_text) return;
  if (m_text.isEmpty() || !text.startsWith(m_text)) {
    clear();
    m_cuts.clear();
    m_lineUnits = 0;
    insert(text);
  } else {
    insert(QStringView(text).mid(m_text.size()));
  }
  m_text = text;
}

void PlainBox::insert(QStringView text) {
  QTextCursor cursor(document());
  cursor.movePosition(QTextCursor::End);
  QString drawn;
  int block = blockCount() - 1;
  for (const QChar c : text) {
    if (c == u'\n') {
      ++block;
      m_lineUnits = 0;
    } else if (++m_lineUnits > kLineUnits && !c.isLowSurrogate()) {
      drawn += u'\n';
      m_cuts.insert(++block);
      m_lineUnits = 1;
    }
    drawn += c;
  }
  cursor.insertText(drawn);
}

int PlainBox::heightFor(int width, int maxLines) {
  const double line = std::ceil(QFontMetricsF(font()).lineSpacing());
  double height = 0;
  if (blockCount() <= kExactLines) {
    // Laid out at this width; lines with glyphs of other fonts are higher.
    if (this->width() != width) resize(width, this->height());
    const double most = maxLines * line;
    for (QTextBlock b = document()->begin(); b.isValid() && height <= most; b = b.next())
      height += blockBoundingRect(b).height();
    height = std::min(height, most);
  } else {
    height = std::min(blockCount(), maxLines) * line;
  }
  int total = int(std::ceil(height)) + 4;
  if (lineWrapMode() == QPlainTextEdit::NoWrap && horizontalScrollBar()->maximum() > 0)
    total += horizontalScrollBar()->sizeHint().height();
  return total;
}

/// The pointer scrolls the transcript; only a box that was clicked into scrolls itself.
void PlainBox::wheelEvent(QWheelEvent* event) {
  const bool sideways = std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y());
  if (hasFocus() || sideways) {
    QPlainTextEdit::wheelEvent(event);
  } else {
    event->ignore();
  }
}

void PlainBox::keyPressEvent(QKeyEvent* event) {
  const bool scrolls = event->key() == Qt::Key_PageUp || event->key() == Qt::Key_PageDown;
  if (scrolls && verticalScrollBar()->maximum() == 0) {
    event->ignore();
    return;
  }
  QPlainTextEdit::keyPressEvent(event);
}

QMimeData* PlainBox::createMimeDataFromSelection() const {
  auto* data = new QMimeData;
  const QTextCursor c = textCursor();
  QString out;
  const QTextBlock first = document()->findBlock(c.selectionStart());
  for (QTextBlock b = first; b.isValid() && b.position() < c.selectionEnd(); b = b.next()) {
    if (b != first && !m_cuts.contains(b.blockNumber())) out += u'\n';
    const int from = std::max(0, c.selectionStart() - b.position());
    const int to = std::min(b.length() - 1, c.selectionEnd() - b.position());
    out += b.text().mid(from, to - from);
  }
  data->setText(out);
  return data;
}

void PlainBox::highlight(const QString& needle, int current) {
  m_needle = needle;
  m_current = current;
  QList<QTextEdit::ExtraSelection> shown;
  QColor soft = tokens().warning;
  soft.setAlphaF(0.30f);
  constexpr int kMost = 500;  // in one box; the reader's own match is among them or is scrolled to
  int index = 0;
  for (QTextCursor c = needle.isEmpty() ? QTextCursor() : document()->find(needle);
       !c.isNull() && index < std::max(kMost, current + 1); c = document()->find(needle, c)) {
    const bool here = index++ == current;
    if (shown.size() >= kMost && !here) continue;
    QTextEdit::ExtraSelection s;
    s.cursor = c;
    s.format.setBackground(here ? tokens().warning : soft);
    if (here) {
      s.format.setForeground(tokens().surface);
      QTextCursor at = c;
      at.setPosition(c.selectionStart());
      setTextCursor(at);
      ensureCursorVisible();
    }
    shown.append(s);
  }
  setExtraSelections(shown);
}

int PlainBox::currentY() const { return m_current < 0 ? 0 : cursorRect().top(); }

}  // namespace leyden::desktop
