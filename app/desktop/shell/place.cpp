// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/place.h"

#include <QEvent>
#include <QFrame>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

Place::Place(int columnWidth, QWidget* parent)
    : QWidget(parent), m_title(new QLabel), m_text(new QLabel), m_content(new QVBoxLayout) {
  setProperty("role", "pane");
  setAttribute(Qt::WA_StyledBackground);
  auto* column = new QWidget;
  column->setObjectName("placeColumn");
  if (columnWidth > 0) column->setMaximumWidth(columnWidth);
  m_title->setObjectName("placeTitle");
  m_text->setProperty("role", "muted");
  m_text->setWordWrap(true);
  m_content->setSpacing(space::kTwo);
  auto* inner = new QVBoxLayout(column);
  inner->setContentsMargins(space::kFour, space::kFour, space::kFour, space::kFour);
  inner->setSpacing(space::kHalf);
  inner->addWidget(m_title);
  inner->addWidget(m_text);
  inner->addSpacing(space::kTwo);
  inner->addLayout(m_content, 1);

  auto* centred = new QWidget;
  auto* row = new QHBoxLayout(centred);
  row->setContentsMargins(0, 0, 0, 0);
  row->addStretch(1);
  row->addWidget(column, 1000);
  row->addStretch(1);
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->setWidget(centred);
  scroll->viewport()->setAutoFillBackground(false);
  centred->setAutoFillBackground(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(scroll);
  restyle();
}

void Place::setTexts(const QString& title, const QString& text) {
  m_title->setText(title);
  m_text->setText(text);
}

void Place::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  if (event->type() == QEvent::ApplicationFontChange || event->type() == QEvent::FontChange)
    restyle();
  // A new style sheet takes the font of labels after this event.
  if (event->type() == QEvent::StyleChange)
    QMetaObject::invokeMethod(this, &Place::restyle, Qt::QueuedConnection);
  QWidget::changeEvent(event);
}

// The style sheet takes the font of a label that was made before the first polish.
void Place::showEvent(QShowEvent* event) {
  restyle();
  QWidget::showEvent(event);
}

void Place::restyle() { m_title->setFont(uiFont(TextSize::Title, QFont::DemiBold)); }

Card::Card(QWidget* parent) : QWidget(parent), m_content(new QVBoxLayout) {
  auto* frame = new QFrame(this);
  frame->setProperty("role", "card");
  m_content->setContentsMargins(space::kTwo, space::kTwo, space::kTwo, space::kTwo);
  m_content->setSpacing(space::kOne);
  frame->setLayout(m_content);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(frame);
}

}  // namespace leyden::desktop
