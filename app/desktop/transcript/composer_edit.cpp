// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/composer_edit.h"

#include <QAbstractTextDocumentLayout>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>
#include <algorithm>
#include <cmath>

#include "app/desktop/controls/local_paths.h"

namespace leyden::desktop {

ComposerEdit::ComposerEdit(QWidget* parent) : QPlainTextEdit(parent) {
  setObjectName(QStringLiteral("composerEdit"));
  setFrameShape(QFrame::NoFrame);
  setTabChangesFocus(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  viewport()->setAutoFillBackground(false);
  document()->setDocumentMargin(2);
  connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
          [this] { updateGeometry(); });
}

QSize ComposerEdit::sizeHint() const {
  // Lines in which another font stands in, e.g. for Chinese, are higher than the font's own.
  const double least = kMinLines * fontMetrics().lineSpacing();
  const double most = kMaxLines * fontMetrics().lineSpacing();
  double lines = 0;
  for (QTextBlock b = document()->begin(); b.isValid() && lines < most; b = b.next())
    lines += blockBoundingRect(b).height();
  lines = std::clamp(lines, least, std::max(most, least));
  return {240, int(std::ceil(lines + 2 * document()->documentMargin())) + 2};
}

QSize ComposerEdit::minimumSizeHint() const { return {120, sizeHint().height()}; }

void ComposerEdit::resizeEvent(QResizeEvent* event) {
  QPlainTextEdit::resizeEvent(event);
  updateGeometry();  // a narrower field has more lines
}

void ComposerEdit::inputMethodEvent(QInputMethodEvent* event) {
  QPlainTextEdit::inputMethodEvent(event);
  m_composing = !event->preeditString().isEmpty();
}

void ComposerEdit::focusOutEvent(QFocusEvent* event) {
  QPlainTextEdit::focusOutEvent(event);
  m_composing = false;
}

void ComposerEdit::keyPressEvent(QKeyEvent* event) {
  const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  if (enter) {
    // Some input methods pass on the Enter that ends a composition: it is theirs, not ours.
    if (m_composing) {
      event->accept();
      return;
    }
    const auto held = event->modifiers() & ~Qt::KeypadModifier;
    const bool sends =
        m_sendKey == SendKey::Enter ? held == Qt::NoModifier : held == Qt::ControlModifier;
    if (sends && !event->isAutoRepeat()) {
      emit sendRequested();
      return;
    }
    if (held == Qt::ShiftModifier || held == Qt::NoModifier) {
      textCursor().insertText(QStringLiteral("\n"));
      ensureCursorVisible();
      return;
    }
  }
  if (event->key() == Qt::Key_Up && event->modifiers() == Qt::NoModifier && document()->isEmpty()) {
    emit editLastRequested();
    return;
  }
  QPlainTextEdit::keyPressEvent(event);
}

bool ComposerEdit::canInsertFromMimeData(const QMimeData* source) const {
  return !localPaths(*source).isEmpty() || source->hasText();
}

void ComposerEdit::insertFromMimeData(const QMimeData* source) {
  const QStringList paths = localPaths(*source);
  if (!paths.isEmpty()) {
    emit filesDropped(paths);
    return;
  }
  QString text = source->text();
  text.remove(QChar::Null);
  if (m_pasteLimit > 0 && text.size() > m_pasteLimit) {
    emit longTextPasted(text);
    return;
  }
  insertPlainText(text);
}

}  // namespace leyden::desktop
