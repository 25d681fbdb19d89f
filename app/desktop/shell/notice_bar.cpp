// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/notice_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_text(new QLabel(this)),
      m_button(new QPushButton(this)),
      m_close(new QToolButton(this)) {
  setObjectName("noticeBar");
  setProperty("role", "notice");
  m_text->setWordWrap(true);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_close->setIcon(icon("close"));
  m_close->setFocusPolicy(Qt::TabFocus);
  m_close->setObjectName("noticeClose");
  m_button->setObjectName("noticeButton");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(space::kTwo, space::kHalf, space::kOne, space::kHalf);
  row->setSpacing(space::kOne);
  row->addWidget(m_icon);
  row->addWidget(m_text, 1);
  row->addWidget(m_button);
  row->addWidget(m_close);
  connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
  connect(m_button, &QPushButton::clicked, this, [this] {
    hide();
    if (m_run) m_run();
  });
  retranslate();
  restyle();
  hide();
}

void NoticeBar::say(const QString& text, const QString& button, std::function<void()> run) {
  m_text->setText(text);
  m_button->setText(button);
  m_button->setVisible(!button.isEmpty());
  m_run = std::move(run);
  show();
}

QString NoticeBar::text() const { return isHidden() ? QString() : m_text->text(); }

void NoticeBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  if (event->type() == QEvent::PaletteChange) restyle();
  QFrame::changeEvent(event);
}

void NoticeBar::restyle() {
  m_icon->setPixmap(icon("info", IconTone::Accent).pixmap(QSize(18, 18), devicePixelRatioF()));
}

void NoticeBar::retranslate() {
  m_close->setToolTip(tr("Close"));
  m_close->setAccessibleName(m_close->toolTip());
}

}  // namespace leyden::desktop
