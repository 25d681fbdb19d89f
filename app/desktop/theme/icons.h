// SPDX-License-Identifier: Apache-2.0
// Line icons of app/desktop/icons, in the colours of the scheme in force and sharp at any scale.
#pragma once

#include <QIcon>

namespace leyden::desktop {

/// Which token draws the icon. Checked buttons and selected rows draw it in the accent.
enum class IconTone { Muted, Text, Accent, OnAccent, Danger, Warning, Good, Faint };

/// `name` without ".svg", e.g. "search". The icon follows a change of scheme by itself. An unknown
/// name is a bug: it asserts in debug builds and draws nothing in others.
QIcon icon(const QString& name, IconTone tone = IconTone::Muted);

}  // namespace leyden::desktop
