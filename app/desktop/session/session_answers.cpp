// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/session/session_answers.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QInputDialog>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <utility>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

SessionAnswers::SessionAnswers(const SessionChoices& choices, const AskSettings& general,
                               const QString& generalInstructions, const QVector<Preset>& presets,
                               bool asked, QWidget* parent)
    : QWidget(parent),
      m_general(general),
      m_generalInstructions(generalInstructions),
      m_presets(presets),
      m_asked(asked),
      m_source(new QComboBox(this)),
      m_save(new QPushButton(tr("Save as preset…"), this)),
      m_forget(new QPushButton(tr("Forget preset"), this)),
      m_thinking(new QCheckBox(tr("Reason first"), this)),
      m_evidence(new QCheckBox(tr("Show evidence"), this)),
      m_constrain(new QCheckBox(tr("Always name a passage"), this)),
      m_temperature(new QDoubleSpinBox(this)),
      m_topP(new QDoubleSpinBox(this)),
      m_maxTokens(new QSpinBox(this)),
      m_instructions(new QPlainTextEdit(this)) {
  m_source->setObjectName("answerSource");
  m_save->setObjectName("savePreset");
  m_forget->setObjectName("forgetPreset");
  m_instructions->setObjectName("sessionInstructions");
  m_temperature->setObjectName("sessionTemperature");
  m_temperature->setRange(0, 2);
  m_temperature->setSingleStep(0.1);
  m_topP->setRange(0, 1);
  m_topP->setSingleStep(0.05);
  m_maxTokens->setRange(0, 131072);
  m_maxTokens->setSingleStep(128);
  m_instructions->setTabChangesFocus(true);
  m_instructions->setFixedHeight(96);
  m_instructions->setReadOnly(asked);
  auto* keeping = new QHBoxLayout;
  keeping->setSpacing(space::kOne);
  keeping->addWidget(m_save);
  keeping->addWidget(m_forget);
  keeping->addStretch();
  auto* source = new QVBoxLayout;  // one below the other: names of presets may be long
  source->setSpacing(space::kOne);
  source->addWidget(m_source);
  source->addLayout(keeping);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(space::kThree);
  form->setVerticalSpacing(space::kOne);
  auto add = [&](const QString& title, QWidget* editor) {
    auto* label = new QLabel(title, this);
    label->setBuddy(editor);
    editor->setAccessibleName(title);
    form->addRow(label, editor);
  };
  form->addRow(tr("Answers"), source);
  m_source->setAccessibleName(tr("Answers"));
  form->addRow({}, m_thinking);
  form->addRow({}, m_evidence);
  form->addRow({}, m_constrain);
  add(tr("Temperature"), m_temperature);
  add(tr("Top-p (0: off)"), m_topP);
  add(tr("Longest answer, in tokens"), m_maxTokens);
  add(tr("Instructions"), m_instructions);
  auto* fixed = new QLabel(asked ? tr("Instructions stand before the first question; a new session "
                                      "can have others.")
                                 : tr("Given to the model before the first question."),
                           this);
  fixed->setProperty("role", "muted");
  fixed->setWordWrap(true);
  form->addRow({}, fixed);
  listPresets();
  const auto known = std::find_if(m_presets.begin(), m_presets.end(), [&](const Preset& p) {
    return choices.answers == p.answers && choices.instructions == p.instructions;
  });
  const bool own = choices.answers || choices.instructions;
  m_source->setCurrentIndex(known != m_presets.end() ? int(known - m_presets.begin()) + 1
                            : own                    ? m_source->count() - 1
                                                     : 0);
  show(choices.answers.value_or(general), choices.instructions.value_or(generalInstructions));
  connect(m_source, &QComboBox::activated, this, &SessionAnswers::choose);
  for (QCheckBox* box : {m_thinking, m_evidence, m_constrain})
    connect(box, &QCheckBox::toggled, this, &SessionAnswers::edited);
  for (QDoubleSpinBox* box : {m_temperature, m_topP})
    connect(box, &QDoubleSpinBox::valueChanged, this, &SessionAnswers::edited);
  connect(m_maxTokens, &QSpinBox::valueChanged, this, &SessionAnswers::edited);
  connect(m_instructions, &QPlainTextEdit::textChanged, this, &SessionAnswers::edited);
  connect(m_save, &QPushButton::clicked, this, [this] {
    const QString name =
        QInputDialog::getText(this, tr("Save as preset"), tr("Name of the preset")).trimmed();
    if (!name.isEmpty()) savePreset(name);
  });
  connect(m_forget, &QPushButton::clicked, this, [this] {
    m_presets.removeAt(m_source->currentIndex() - 1);
    emit presetsChanged();
    listPresets();
    m_source->setCurrentIndex(m_source->count() - 1);
    choose();
  });
}

void SessionAnswers::listPresets() {
  m_source->clear();
  m_source->addItem(tr("As in the settings"), int(Source::General));
  for (const Preset& preset : std::as_const(m_presets))
    m_source->addItem(preset.name, int(Source::Preset));
  m_source->addItem(tr("Of this session"), int(Source::Own));
}

void SessionAnswers::savePreset(const QString& name) {
  putPreset(m_presets, {name, shown(), m_instructions->toPlainText()});
  emit presetsChanged();
  listPresets();
  m_source->setCurrentIndex(m_source->findText(name));
  choose();
}

void SessionAnswers::choose() {
  const auto source = Source(m_source->currentData().toInt());
  m_forget->setEnabled(source == Source::Preset);
  if (source == Source::General) show(m_general, m_generalInstructions);
  if (source == Source::Preset) {
    const Preset& preset = m_presets[m_source->currentIndex() - 1];
    show(preset.answers, m_asked ? m_instructions->toPlainText() : preset.instructions);
  }
}

void SessionAnswers::show(const AskSettings& answers, const QString& instructions) {
  m_showing = true;
  m_thinking->setChecked(answers.thinking);
  m_evidence->setChecked(answers.evidence);
  m_constrain->setChecked(answers.constrainReferences);
  m_temperature->setValue(answers.temperature);
  m_topP->setValue(answers.topP);
  m_maxTokens->setValue(int(answers.maxTokens));
  m_instructions->setPlainText(instructions);
  m_forget->setEnabled(Source(m_source->currentData().toInt()) == Source::Preset);
  m_showing = false;
}

/// What is changed by hand is the session's own.
void SessionAnswers::edited() {
  if (m_showing) return;
  m_source->setCurrentIndex(m_source->count() - 1);
  m_forget->setEnabled(false);
}

AskSettings SessionAnswers::shown() const {
  AskSettings answers;
  answers.thinking = m_thinking->isChecked();
  answers.evidence = m_evidence->isChecked();
  answers.constrainReferences = m_constrain->isChecked();
  answers.temperature = m_temperature->value();
  answers.topP = m_topP->value();
  answers.maxTokens = m_maxTokens->value();
  return answers;
}

void SessionAnswers::putInto(SessionChoices& choices) const {
  if (Source(m_source->currentData().toInt()) == Source::General) {
    choices.answers.reset();
    if (!m_asked) choices.instructions.reset();
    return;
  }
  choices.answers = shown();
  if (!m_asked) choices.instructions = m_instructions->toPlainText();
}

}  // namespace leyden::desktop
