// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/models/preset_list.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace leyden::desktop {

QByteArray presetsToJson(const QVector<Preset>& presets) {
  QJsonArray out;
  for (const Preset& preset : presets)
    out.append(QJsonObject{{"name", preset.name},
                           {"answers", answersToJson(preset.answers)},
                           {"instructions", preset.instructions}});
  return QJsonDocument(out).toJson(QJsonDocument::Compact);
}

QVector<Preset> presetsFromJson(const QByteArray& json) {
  QVector<Preset> presets;
  for (const auto& value : QJsonDocument::fromJson(json).array()) {
    const QJsonObject o = value.toObject();
    const QString name = o["name"].toString();
    if (!name.isEmpty())
      putPreset(presets,
                {name, answersFromJson(o["answers"].toObject()), o["instructions"].toString()});
  }
  return presets;
}

void putPreset(QVector<Preset>& presets, const Preset& preset) {
  for (Preset& known : presets) {
    if (known.name != preset.name) continue;
    known = preset;
    return;
  }
  presets.append(preset);
}

}  // namespace leyden::desktop
