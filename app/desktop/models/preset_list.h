// SPDX-License-Identifier: Apache-2.0
// Presets: instructions and ways to answer under a name, to be chosen for a session.
#pragma once

#include <QByteArray>
#include <QVector>

#include "app/desktop/engine/session_choices.h"

namespace leyden::desktop {

struct Preset {
  QString name;
  AskSettings answers;
  QString instructions;

  bool operator==(const Preset&) const = default;
};

/// As kept in the settings file, and back. What is no such JSON has none.
QByteArray presetsToJson(const QVector<Preset>& presets);
QVector<Preset> presetsFromJson(const QByteArray& json);
/// Puts a preset in the place of the one of its name, or behind the others.
void putPreset(QVector<Preset>& presets, const Preset& preset);

}  // namespace leyden::desktop
