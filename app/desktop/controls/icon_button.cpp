// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/icon_button.h"

#include "app/desktop/theme/icons.h"

namespace leyden::desktop {

void setButtonName(QAbstractButton* button, const QString& name) {
  const QString keys = button->shortcut().toString(QKeySequence::NativeText);
  button->setToolTip(keys.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, keys));
  button->setAccessibleName(name);
}

QToolButton* makeIconButton(const QString& iconName, const QString& name, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setIcon(icon(iconName));
  button->setIconSize({16, 16});
  button->setAutoRaise(true);
  button->setObjectName(iconName + QStringLiteral("Button"));
  button->setFocusPolicy(Qt::TabFocus);
  setButtonName(button, name);
  return button;
}

}  // namespace leyden::desktop
