// SPDX-License-Identifier: Apache-2.0
// What the reader chose for one session: how it is asked, what it is told, which tools and
// documents it may search. Kept as the session's settings in the jar, under "desktop".
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QVector>
#include <optional>

#include "app/desktop/engine/message_values.h"

namespace leyden::desktop {

struct SessionChoices {
  std::optional<AskSettings> answers;   ///< nothing: as the settings of the program say
  std::optional<QString> instructions;  ///< the system text; takes effect before the first question
  bool tools = false;                   ///< the model may use tools
  QStringList toolsOff;                 ///< names of tools this session does without
  QVector<qint64> searched;             ///< documents that are searched and not read whole

  bool usesTools() const { return tools || !searched.isEmpty(); }
  bool operator==(const SessionChoices&) const = default;
};

/// Other programs' settings of the session are kept.
QJsonObject withChoices(QJsonObject settings, const SessionChoices& choices);
/// What is missing or of another type counts as not chosen.
SessionChoices choicesFrom(const QJsonObject& settings);

QJsonObject answersToJson(const AskSettings& answers);
AskSettings answersFromJson(const QJsonObject& json);

}  // namespace leyden::desktop
