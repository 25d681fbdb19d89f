// SPDX-License-Identifier: Apache-2.0
// How one session is answered: as the settings say, by a preset, or in its own way.
#pragma once

#include <QWidget>

#include "app/desktop/engine/session_choices.h"
#include "app/desktop/models/preset_list.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace leyden::desktop {

class SessionAnswers : public QWidget {
  Q_OBJECT
 public:
  /// @param general  what holds where the session has no way of its own
  /// @param asked    the session has a question: its instructions are fixed
  SessionAnswers(const SessionChoices& choices, const AskSettings& general,
                 const QString& generalInstructions, const QVector<Preset>& presets, bool asked,
                 QWidget* parent = nullptr);

  /// Writes answers and instructions.
  void putInto(SessionChoices& choices) const;
  const QVector<Preset>& presets() const { return m_presets; }
  void savePreset(const QString& name);

 signals:
  void presetsChanged();

 private:
  enum class Source { General, Preset, Own };
  void listPresets();
  void choose();
  void show(const AskSettings& answers, const QString& instructions);
  AskSettings shown() const;
  void edited();

  const AskSettings m_general;
  const QString m_generalInstructions;
  QVector<Preset> m_presets;
  const bool m_asked;
  bool m_showing = false;
  QComboBox* m_source;
  QPushButton* m_save;
  QPushButton* m_forget;
  QCheckBox* m_thinking;
  QCheckBox* m_evidence;
  QCheckBox* m_constrain;
  QDoubleSpinBox* m_temperature;
  QDoubleSpinBox* m_topP;
  QSpinBox* m_maxTokens;
  QPlainTextEdit* m_instructions;
};

}  // namespace leyden::desktop
