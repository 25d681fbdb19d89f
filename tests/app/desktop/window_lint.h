// SPDX-License-Identifier: Apache-2.0
// What a window must fulfil for those who cannot see it or use no mouse.
#pragma once

#include <QAbstractButton>
#include <QAccessible>
#include <QAccessibleInterface>
#include <QLineEdit>
#include <QSet>
#include <QStringList>
#include <QWidget>

namespace leyden::desktop {

inline QString pathOf(const QWidget* widget) {
  QString path;
  for (; widget != nullptr; widget = widget->parentWidget())
    path.prepend('/' + QString::fromLatin1(widget->metaObject()->className()) + '#' +
                 widget->objectName());
  return path;
}

/// Visible widgets that take the focus, but have no name or no role to read aloud.
inline QStringList namelessControls(QWidget* window) {
  QStringList found;
  const auto widgets = window->findChildren<QWidget*>();
  for (QWidget* widget : widgets) {
    if (!widget->isVisibleTo(window) || !widget->isEnabled()) continue;
    const bool button = qobject_cast<QAbstractButton*>(widget) != nullptr;
    const bool decoration = qobject_cast<QLineEdit*>(widget->parentWidget()) != nullptr;
    if (widget->focusPolicy() == Qt::NoFocus && (!button || decoration)) continue;
    if (widget->focusProxy() != nullptr) continue;
    const QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
    if (face == nullptr || face->role() == QAccessible::NoRole)
      found << pathOf(widget) + ": no role";
    else if (face->text(QAccessible::Name).trimmed().isEmpty())
      found << pathOf(widget) + ": no name";
  }
  return found;
}

/// Visible controls that Tab does not reach, or where it stays.
inline QStringList unreachedControls(QWidget* window) {
  QSet<QWidget*> reached;
  QWidget* at = window;
  for (int i = 0; i < 2000; ++i) {
    at = at->nextInFocusChain();
    if (at == nullptr || reached.contains(at)) break;
    reached.insert(at);
  }
  QStringList found;
  for (QWidget* widget : window->findChildren<QWidget*>())
    if (widget->isVisibleTo(window) && widget->isEnabled() &&
        (widget->focusPolicy() & Qt::TabFocus) && !reached.contains(widget))
      found << pathOf(widget);
  return found;
}

}  // namespace leyden::desktop
