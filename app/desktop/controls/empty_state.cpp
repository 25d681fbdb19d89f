// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/empty_state.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

EmptyState::EmptyState(const QString& iconName, QWidget* parent)
    : QWidget(parent),
      m_iconName(iconName),
      m_icon(new QLabel(this)),
      m_title(new QLabel(this)),
      m_text(new QLabel(this)),
      m_button(new QPushButton(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(space::kThree, space::kThree, space::kThree, space::kThree);
  layout->setSpacing(space::kOne);
  layout->addStretch(2);
  for (QLabel* label : {m_icon, m_title, m_text}) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    layout->addWidget(label);
  }
  m_text->setProperty("role", "muted");
  layout->addSpacing(space::kOne);
  layout->addWidget(m_button, 0, Qt::AlignCenter);
  layout->addStretch(3);
  m_button->setProperty("role", "primary");
  m_button->hide();
  connect(m_button, &QPushButton::clicked, this, &EmptyState::clicked);
  restyle();
}

void EmptyState::setTexts(const QString& title, const QString& text, const QString& button) {
  m_title->setText(title);
  m_text->setText(text);
  m_button->setText(button);
  m_button->setVisible(!button.isEmpty());
}

void EmptyState::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
    restyle();
  // A new style sheet takes the font of labels after this event.
  if (event->type() == QEvent::StyleChange)
    QMetaObject::invokeMethod(this, &EmptyState::restyle, Qt::QueuedConnection);
  QWidget::changeEvent(event);
}

// The style sheet takes the font of a label that was made before the first polish.
void EmptyState::showEvent(QShowEvent* event) {
  restyle();
  QWidget::showEvent(event);
}

void EmptyState::restyle() {
  m_icon->setPixmap(icon(m_iconName, IconTone::Faint)
                        .pixmap(QSize(space::kIconLarge, space::kIconLarge), devicePixelRatioF()));
  m_title->setFont(uiFont(TextSize::Large, QFont::DemiBold));
}

}  // namespace leyden::desktop
