// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/code_piece.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPainter>
#include <QTimer>
#include <QVBoxLayout>

#include "app/desktop/controls/icon_button.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/code_highlighter.h"

namespace leyden::desktop {

CodePiece::CodePiece(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("codePiece"));
  m_language = new QLabel(this);
  m_wrap = makeIconButton(QStringLiteral("wrap"), tr("Wrap lines"), this);
  m_wrap->setCheckable(true);
  m_save = makeIconButton(QStringLiteral("save"), tr("Save code"), this);
  m_copy = makeIconButton(QStringLiteral("copy"), tr("Copy code"), this);
  m_box = new PlainBox(this);
  m_more = new QPushButton(this);
  m_more->setProperty("role", QStringLiteral("quiet"));
  m_more->hide();

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(0, 0, 0, 0);
  bar->setSpacing(0);
  bar->addWidget(m_language, 1);
  for (QToolButton* b : {m_wrap, m_save, m_copy}) bar->addWidget(b);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kTwo - 2, space::kHalf, space::kHalf, space::kOne);
  column->setSpacing(space::kHalf);
  column->addLayout(bar);
  column->addWidget(m_box, 1);
  column->addWidget(m_more, 0, Qt::AlignLeft);

  connect(m_copy, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(m_code.text);
    m_copy->setIcon(icon(QStringLiteral("check"), IconTone::Good));
    QTimer::singleShot(1500, m_copy, [this] { m_copy->setIcon(icon(QStringLiteral("copy"))); });
  });
  connect(m_save, &QToolButton::clicked, this,
          [this] { emit m_actions->saveCode(m_code.text, m_code.language); });
  connect(m_wrap, &QToolButton::toggled, this, [this](bool on) {
    m_box->setWrap(on);
    emit m_actions->pieceResized(m_row);
  });
  connect(m_more, &QPushButton::clicked, this, [this] { unfold(); });
}

void CodePiece::show(const PieceContext& c) {
  const bool same = m_row == c.row && m_code.language == c.piece->code.language;
  if (!same) {
    m_all = false;
    m_wrap->setChecked(false);
  }
  m_actions = c.actions;
  m_row = c.row;
  m_code = c.piece->code;
  m_language->setFont(uiFont(TextSize::Small));
  m_language->setText(m_code.language.isEmpty() ? tr("code") : m_code.language);
  m_language->setProperty("role", QStringLiteral("muted"));
  m_box->setFont(codeFont());
  m_box->restyle();
  m_box->setAccessibleName(m_code.language.isEmpty() ? tr("Code")
                                                     : tr("Code, %1").arg(m_code.language));
  if (!same) {
    delete m_highlighter;
    m_highlighter = nullptr;
  }
  m_lines = int(m_code.text.count(u'\n')) + 1;
  showText();
}

/// A folded block holds only its first lines; one that is opened and huge has no colours.
void CodePiece::showText() {
  QString shown = m_code.text;
  if (isFolded()) {
    qsizetype end = 0;
    for (int line = 0; line < kFoldedLines; ++line) end = shown.indexOf(u'\n', end) + 1;
    shown.truncate(end - 1);
  }
  const bool colours = isFolded() || m_lines <= kColouredLines;
  if (colours && m_highlighter == nullptr)
    m_highlighter = new CodeHighlighter(m_box->document(), m_code.language);
  if (!colours) {
    delete m_highlighter;
    m_highlighter = nullptr;
  }
  m_box->setText(shown);
}

int CodePiece::heightFor(int width) {
  const QMargins m = layout()->contentsMargins();
  const bool folded = isFolded();
  m_more->setVisible(folded);
  if (folded) m_more->setText(tr("Show all %n line(s)", nullptr, m_lines));
  m_box->setVerticalScrollBarPolicy(folded ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
  const int box = m_box->heightFor(width - m.left() - m.right(), folded ? kFoldedLines : 1'000'000);
  const int most = 20'000;  // a widget cannot be arbitrarily high; beyond this the box scrolls
  if (box > most) m_box->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
  int height = m.top() + m.bottom() + m_copy->sizeHint().height() + layout()->spacing() +
               std::min(box, most);
  if (folded) height += layout()->spacing() + m_more->sizeHint().height();
  return height;
}

void CodePiece::unfold() {
  m_all = true;
  showText();
  emit m_actions->pieceResized(m_row);
}

void CodePiece::highlight(const QString& needle, int current) {
  if (current >= 0 && isFolded()) unfold();
  m_box->highlight(needle, current);
}

int CodePiece::currentY() const { return m_box->y() + m_box->currentY(); }

void CodePiece::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(tokens().line);
  p.setBrush(tokens().code);
  p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), space::kRadius, space::kRadius);
}

}  // namespace leyden::desktop
