// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/session_choices.h"

#include <QJsonArray>

namespace leyden::desktop {
namespace {

constexpr auto kHome = "desktop";

}  // namespace

QJsonObject answersToJson(const AskSettings& answers) {
  return {{"thinking", answers.thinking},
          {"evidence", answers.evidence},
          {"constrain_references", answers.constrainReferences},
          {"temperature", answers.temperature},
          {"top_p", answers.topP},
          {"max_tokens", answers.maxTokens}};
}

AskSettings answersFromJson(const QJsonObject& json) {
  AskSettings answers;
  answers.thinking = json["thinking"].toBool();
  answers.evidence = json["evidence"].toBool(true);
  answers.constrainReferences = json["constrain_references"].toBool();
  answers.temperature = json["temperature"].toDouble();
  answers.topP = json["top_p"].toDouble();
  answers.maxTokens = json["max_tokens"].toInteger();
  return answers;
}

QJsonObject withChoices(QJsonObject settings, const SessionChoices& choices) {
  QJsonObject mine = settings[kHome].toObject();
  for (const char* key : {"answers", "instructions", "tools", "tools_off", "searched"})
    mine.remove(QLatin1String(key));
  if (choices.answers) mine["answers"] = answersToJson(*choices.answers);
  if (choices.instructions) mine["instructions"] = *choices.instructions;
  if (choices.tools) mine["tools"] = true;
  if (!choices.toolsOff.isEmpty()) mine["tools_off"] = QJsonArray::fromStringList(choices.toolsOff);
  QJsonArray searched;
  for (const qint64 document : choices.searched) searched.append(document);
  if (!searched.isEmpty()) mine["searched"] = searched;
  settings[kHome] = mine;
  return settings;
}

SessionChoices choicesFrom(const QJsonObject& settings) {
  const QJsonObject mine = settings[kHome].toObject();
  SessionChoices choices;
  if (mine["answers"].isObject()) choices.answers = answersFromJson(mine["answers"].toObject());
  if (mine["instructions"].isString()) choices.instructions = mine["instructions"].toString();
  choices.tools = mine["tools"].toBool();
  for (const auto& name : mine["tools_off"].toArray()) choices.toolsOff.append(name.toString());
  for (const auto& id : mine["searched"].toArray())
    if (id.toInteger() > 0) choices.searched.append(id.toInteger());
  return choices;
}

}  // namespace leyden::desktop
