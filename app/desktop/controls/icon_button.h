// SPDX-License-Identifier: Apache-2.0
// A small flat button with a line icon.
#pragma once

#include <QToolButton>

namespace leyden::desktop {

/// `name` is its tool tip and its accessible name; `icon` names a file of app/desktop/icons.
QToolButton* makeIconButton(const QString& icon, const QString& name, QWidget* parent);
/// Changes both, e.g. after a change of language.
void setButtonName(QAbstractButton* button, const QString& name);

}  // namespace leyden::desktop
