// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/rail.h"

#include <QButtonGroup>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

Rail::Rail(QWidget* parent)
    : QWidget(parent), m_layout(new QVBoxLayout(this)), m_places(new QButtonGroup(this)) {
  setObjectName("rail");
  setProperty("role", "rail");
  setAttribute(Qt::WA_StyledBackground);
  setFixedWidth(space::kSix + space::kOne);
  m_layout->setContentsMargins(space::kOne, space::kOne, space::kOne, space::kOne);
  m_layout->setSpacing(space::kHalf);
  connect(m_places, &QButtonGroup::idClicked, this, &Rail::chosen);
}

QToolButton* Rail::make(const QString& iconName, const QString& objectName) {
  auto* button = new QToolButton(this);
  button->setObjectName(objectName);
  button->setIcon(icon(iconName));
  button->setIconSize({space::kIcon + 2, space::kIcon + 2});
  button->setFixedSize(space::kSix - space::kOne, space::kSix - space::kOne);
  button->setFocusPolicy(Qt::TabFocus);
  m_layout->addWidget(button);
  return button;
}

int Rail::addPlace(const QString& iconName, const QString& objectName) {
  QToolButton* button = make(iconName, objectName);
  const int id = int(m_places->buttons().size());
  button->setCheckable(true);
  m_places->addButton(button, id);
  if (id == 0) button->setChecked(true);
  return id;
}

void Rail::addGap() { m_layout->addStretch(1); }

QToolButton* Rail::addButton(const QString& iconName, const QString& objectName) {
  return make(iconName, objectName);
}

void Rail::setCurrent(int place) {
  if (QAbstractButton* button = m_places->button(place)) button->setChecked(true);
}

void Rail::setTexts(int place, const QString& name, const QString& shortcut) {
  QAbstractButton* button = m_places->button(place);
  if (button == nullptr) return;
  button->setToolTip(shortcut.isEmpty() ? name : name + QStringLiteral("  ") + shortcut);
  button->setAccessibleName(name);
}

}  // namespace leyden::desktop
