// SPDX-License-Identifier: Apache-2.0
#include <QCoreApplication>
#include <QStringList>

#include "app/desktop/settings/app_settings.h"

namespace leyden::desktop {

const QVector<SettingSpec>& settingSpecs() {
  using K = SettingKind;
  static const QVector<SettingSpec> specs{
      {"appearance/scheme",
       K::Choice,
       QT_TRANSLATE_NOOP("Settings", "Appearance"),
       QT_TRANSLATE_NOOP("Settings", "Colours"),
       QT_TRANSLATE_NOOP("Settings", "Light, dark, or as the system says."),
       "system",
       0,
       0,
       1,
       {{"system", QT_TRANSLATE_NOOP("Settings", "As the system")},
        {"light", QT_TRANSLATE_NOOP("Settings", "Light")},
        {"dark", QT_TRANSLATE_NOOP("Settings", "Dark")}}},
      {"appearance/language",
       K::Choice,
       QT_TRANSLATE_NOOP("Settings", "Appearance"),
       QT_TRANSLATE_NOOP("Settings", "Language"),
       QT_TRANSLATE_NOOP("Settings", "Of the interface. Changes at once."),
       "system",
       0,
       0,
       1,
       {{"system", QT_TRANSLATE_NOOP("Settings", "As the system")},
        {"en", "English"},
        {"zh_CN", "简体中文"}}},
      {"appearance/text_size", K::Number, QT_TRANSLATE_NOOP("Settings", "Appearance"),
       QT_TRANSLATE_NOOP("Settings", "Text size"),
       QT_TRANSLATE_NOOP("Settings", "In points, for the interface and what you read."), 10.5, 8,
       24, 0.5},
      {"appearance/font", K::Text, QT_TRANSLATE_NOOP("Settings", "Appearance"),
       QT_TRANSLATE_NOOP("Settings", "Font"),
       QT_TRANSLATE_NOOP("Settings", "Name of a font family; empty for the system's."), ""},
      {"appearance/scale", K::Number, QT_TRANSLATE_NOOP("Settings", "Appearance"),
       QT_TRANSLATE_NOOP("Settings", "Interface scale"),
       QT_TRANSLATE_NOOP("Settings", "Multiplies every size. Takes effect at the next start."), 1.0,
       0.5, 3, 0.25},
      {"composing/send_key",
       K::Choice,
       QT_TRANSLATE_NOOP("Settings", "Writing"),
       QT_TRANSLATE_NOOP("Settings", "Key that sends"),
       QT_TRANSLATE_NOOP("Settings", "The other one begins a new line."),
       "enter",
       0,
       0,
       1,
       {{"enter", QT_TRANSLATE_NOOP("Settings", "Enter")},
        {"ctrl_enter", QT_TRANSLATE_NOOP("Settings", "Ctrl+Enter")}}},
      {"composing/paste_limit", K::Number, QT_TRANSLATE_NOOP("Settings", "Writing"),
       QT_TRANSLATE_NOOP("Settings", "Longest pasted text"),
       QT_TRANSLATE_NOOP("Settings", "In characters. A longer text becomes a document. 0: never."),
       6000, 0, 1000000, 1000},
      {"answers/thinking", K::Switch, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Reason first"),
       QT_TRANSLATE_NOOP("Settings",
                         "The model thinks before it answers. Slower, better on hard questions."),
       false},
      {"answers/evidence", K::Switch, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Show evidence"),
       QT_TRANSLATE_NOOP("Settings",
                         "Notes which passages the attention used. Costs a few percent of speed."),
       true},
      {"answers/constrain_references", K::Switch, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Always name a passage"),
       QT_TRANSLATE_NOOP(
           "Settings",
           "Where the model numbers passages, an answer begins with one, or says it found none."),
       false},
      {"answers/temperature", K::Number, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Temperature"),
       QT_TRANSLATE_NOOP("Settings", "0 always takes the likeliest word; 1 is lively."), 0.0, 0, 2,
       0.1},
      {"answers/top_p", K::Number, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Top-p"),
       QT_TRANSLATE_NOOP(
           "Settings", "Only the likeliest words that make up this share are drawn from. 0: off."),
       0.0, 0, 1, 0.05},
      {"answers/max_tokens", K::Number, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Longest answer"),
       QT_TRANSLATE_NOOP("Settings", "In tokens. 0: as long as the context has room."), 1024, 0,
       131072, 128},
      {"answers/system", K::LongText, QT_TRANSLATE_NOOP("Settings", "Answers"),
       QT_TRANSLATE_NOOP("Settings", "Instructions"),
       QT_TRANSLATE_NOOP("Settings", "Given to the model at the start of each new session."), ""},
      {"tools/plugins", K::Switch, QT_TRANSLATE_NOOP("Settings", "Tools"),
       QT_TRANSLATE_NOOP("Settings", "Use plugins"),
       QT_TRANSLATE_NOOP("Settings",
                         "Each runs in a sandbox of its own and reaches only what it declares."),
       true},
      {"tools/max_steps", K::Number, QT_TRANSLATE_NOOP("Settings", "Tools"),
       QT_TRANSLATE_NOOP("Settings", "Most steps"),
       QT_TRANSLATE_NOOP(
           "Settings",
           "Rounds of calls for one question; then the model answers with what it has."),
       8, 1, 100, 1},
      {"tools/max_seconds", K::Number, QT_TRANSLATE_NOOP("Settings", "Tools"),
       QT_TRANSLATE_NOOP("Settings", "Most time"),
       QT_TRANSLATE_NOOP("Settings", "For one question, in seconds; looked at between steps."), 600,
       5, 86400, 30},
      {"model/open_at_start", K::Switch, QT_TRANSLATE_NOOP("Settings", "Model"),
       QT_TRANSLATE_NOOP("Settings", "Open the model at start"),
       QT_TRANSLATE_NOOP("Settings",
                         "In the background, so that the first question need not wait."),
       true},
      {"model/device", K::Text, QT_TRANSLATE_NOOP("Settings", "Model"),
       QT_TRANSLATE_NOOP("Settings", "Device"),
       QT_TRANSLATE_NOOP("Settings",
                         "What models are computed on: cpu, or cuda:0 for the first GPU. The page "
                         "of models lists what is there."),
       "cpu"},
      {"model/gpus", K::Text, QT_TRANSLATE_NOOP("Settings", "Model"),
       QT_TRANSLATE_NOOP("Settings", "GPUs to plan for"),
       QT_TRANSLATE_NOOP(
           "Settings",
           "Of another computer, for example 8x141GB, or 2x80GB+1x48GB. Empty: none."),
       ""},
      {"jar/quota_gb", K::Number, QT_TRANSLATE_NOOP("Settings", "Library"),
       QT_TRANSLATE_NOOP("Settings", "Space for what was read"),
       QT_TRANSLATE_NOOP(
           "Settings",
           "In gigabytes. What was not used for longest goes first and is read again when needed. "
           "0: no limit."),
       20.0, 0, 10000, 1},
      {"privacy/offline", K::Switch, QT_TRANSLATE_NOOP("Settings", "Privacy"),
       QT_TRANSLATE_NOOP("Settings", "Offline"),
       QT_TRANSLATE_NOOP(
           "Settings",
           "No tool, plugin or server may reach the network, and no address is opened. "
           "Leyden itself never does."),
       false},
  };
  return specs;
}

const SettingSpec* settingSpec(const QString& key) {
  for (const auto& spec : settingSpecs())
    if (key == QLatin1String(spec.key)) return &spec;
  return nullptr;
}

bool settingMatches(const SettingSpec& spec, const QString& query) {
  auto shown = [](const char* text) { return QCoreApplication::translate("Settings", text); };
  QStringList all{QLatin1String(spec.key), shown(spec.section), shown(spec.title),
                  shown(spec.help)};
  for (const auto& choice : spec.choices) all.append(shown(choice.second));
  const QString text = all.join('\n');
  for (const auto& word : query.split(' ', Qt::SkipEmptyParts))
    if (!text.contains(word, Qt::CaseInsensitive)) return false;
  return true;
}

}  // namespace leyden::desktop
