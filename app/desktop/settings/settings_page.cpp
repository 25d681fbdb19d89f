// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/settings/settings_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

QString settingText(const char* text) { return QCoreApplication::translate("Settings", text); }

constexpr int kEditorWidth = 240;

}  // namespace

SettingsPage::SettingsPage(AppSettings* settings, QWidget* parent)
    : Place(space::kReading + space::kSix, parent),
      m_settings(settings),
      m_search(new QLineEdit),
      m_nothing(new QLabel),
      m_file(new QLabel) {
  setObjectName("settingsPage");
  m_search->setObjectName("settingsSearch");
  m_search->setClearButtonEnabled(true);
  m_search->addAction(icon("search"), QLineEdit::LeadingPosition);
  content()->addWidget(m_search);
  for (const auto& spec : settingSpecs()) {
    if (m_sections.isEmpty() || qstrcmp(m_sections.last().name, spec.section) != 0) {
      auto* heading = new QLabel;
      auto* card = new Card;
      content()->addWidget(heading);
      content()->addWidget(card);
      m_sections.append({spec.section, heading, card, {}});
    }
    addRow(spec, m_sections.last());
  }
  m_nothing->setProperty("role", "muted");
  m_file->setProperty("role", "muted");
  m_file->setWordWrap(true);
  m_file->setTextInteractionFlags(Qt::TextSelectableByMouse);
  content()->addWidget(m_nothing);
  content()->addWidget(m_file);
  content()->addStretch(1);
  connect(m_search, &QLineEdit::textChanged, this, &SettingsPage::filter);
  connect(m_settings, &AppSettings::changed, this, [this](const QString& key) {
    for (const Row& row : std::as_const(m_rows))
      if (key == QLatin1String(row.spec->key)) show(row);
  });
  SettingsPage::retranslate();
}

void SettingsPage::addRow(const SettingSpec& spec, Section& section) {
  Row row{&spec, new QWidget, new QLabel, new QLabel, makeEditor(spec), new QToolButton};
  row.box->setObjectName(QStringLiteral("row-") + QLatin1String(spec.key));
  row.help->setProperty("role", "muted");
  row.help->setWordWrap(true);
  row.title->setBuddy(row.editor);
  row.editor->setObjectName(QStringLiteral("setting-") + QLatin1String(spec.key));
  row.reset->setObjectName(QStringLiteral("reset-") + QLatin1String(spec.key));
  row.reset->setIcon(icon("undo"));
  row.reset->setFocusPolicy(Qt::TabFocus);
  auto keep = row.reset->sizePolicy();
  keep.setRetainSizeWhenHidden(true);
  row.reset->setSizePolicy(keep);
  const QString key = QLatin1String(spec.key);
  connect(row.reset, &QToolButton::clicked, this, [this, key] { m_settings->reset(key); });
  auto* texts = new QVBoxLayout;
  texts->setSpacing(2);
  texts->addWidget(row.title);
  texts->addWidget(row.help);
  const bool wide = spec.kind == SettingKind::LongText;
  if (wide)
    texts->addWidget(row.editor);
  else
    row.editor->setFixedWidth(kEditorWidth);
  auto* line = new QHBoxLayout(row.box);
  line->setContentsMargins(0, space::kHalf, 0, space::kHalf);
  line->setSpacing(space::kTwo);
  line->addLayout(texts, 1);
  if (!wide) line->addWidget(row.editor, 0, Qt::AlignVCenter);
  line->addWidget(row.reset, 0, Qt::AlignVCenter);
  static_cast<Card*>(section.card)->content()->addWidget(row.box);
  section.rows.append(int(m_rows.size()));
  m_rows.append(row);
}

QWidget* SettingsPage::makeEditor(const SettingSpec& spec) {
  const QString key = QLatin1String(spec.key);
  switch (spec.kind) {
    case SettingKind::Switch: {
      auto* box = new QCheckBox;
      connect(box, &QCheckBox::toggled, this, [this, key](bool on) { m_settings->set(key, on); });
      return box;
    }
    case SettingKind::Number: {
      auto* box = new QDoubleSpinBox;
      box->setRange(spec.least, spec.most);
      box->setSingleStep(spec.step);
      // As many as its steps have.
      const auto isWhole = [](double n) { return std::abs(n - std::round(n)) < 1e-9; };
      box->setDecimals(isWhole(spec.step) ? 0 : isWhole(spec.step * 10) ? 1 : 2);
      connect(box, &QDoubleSpinBox::valueChanged, this,
              [this, key](double value) { m_settings->set(key, value); });
      return box;
    }
    case SettingKind::Choice: {
      auto* box = new QComboBox;
      for (const auto& choice : spec.choices) box->addItem(QString(), QString::fromLatin1(choice.first));
      connect(box, &QComboBox::currentIndexChanged, this,
              [this, key, box] { m_settings->set(key, box->currentData()); });
      return box;
    }
    case SettingKind::LongText: {
      auto* box = new QPlainTextEdit;
      box->setFixedHeight(96);
      box->setTabChangesFocus(true);
      connect(box, &QPlainTextEdit::textChanged, this,
              [this, key, box] { m_settings->set(key, box->toPlainText()); });
      return box;
    }
    case SettingKind::Text:
    case SettingKind::Folder: break;
  }
  auto* box = new QLineEdit;
  connect(box, &QLineEdit::editingFinished, this,
          [this, key, box] { m_settings->set(key, box->text()); });
  return box;
}

void SettingsPage::show(const Row& row) {
  const QVariant value = m_settings->value(row.spec->key);
  const QSignalBlocker quiet(row.editor);
  if (auto* box = qobject_cast<QCheckBox*>(row.editor)) box->setChecked(value.toBool());
  if (auto* box = qobject_cast<QDoubleSpinBox*>(row.editor)) box->setValue(value.toDouble());
  if (auto* box = qobject_cast<QComboBox*>(row.editor)) box->setCurrentIndex(box->findData(value));
  if (auto* box = qobject_cast<QLineEdit*>(row.editor)) box->setText(value.toString());
  if (auto* box = qobject_cast<QPlainTextEdit*>(row.editor))
    if (box->toPlainText() != value.toString()) box->setPlainText(value.toString());
  row.reset->setVisible(!m_settings->isDefault(row.spec->key));
}

void SettingsPage::focusSearch() {
  m_search->setFocus();
  m_search->selectAll();
}

void SettingsPage::filter() {
  bool any = false;
  for (const Section& section : std::as_const(m_sections)) {
    bool shownHere = false;
    for (const int i : section.rows) {
      const bool fits = settingMatches(*m_rows[i].spec, m_search->text());
      m_rows[i].box->setVisible(fits);
      shownHere |= fits;
    }
    section.heading->setVisible(shownHere);
    section.card->setVisible(shownHere);
    any |= shownHere;
  }
  m_nothing->setVisible(!any);
}

void SettingsPage::retranslate() {
  setTexts(tr("Settings"), tr("Changes take effect at once and are kept."));
  m_search->setPlaceholderText(tr("Search the settings"));
  m_search->setAccessibleName(m_search->placeholderText());
  m_nothing->setText(tr("No setting has these words."));
  m_file->setText(m_settings->isWritable()
                      ? tr("They are kept in %1.").arg(m_settings->path())
                      : tr("%1 cannot be written: changes last until Leyden closes. Make the file "
                           "writable, or set XDG_CONFIG_HOME to a folder that is.")
                            .arg(m_settings->path()));
  for (const Section& section : std::as_const(m_sections)) {
    section.heading->setText(settingText(section.name));
    section.heading->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  }
  for (const Row& row : std::as_const(m_rows)) {
    row.title->setText(settingText(row.spec->title));
    row.help->setText(settingText(row.spec->help));
    row.editor->setAccessibleName(row.title->text());
    row.editor->setAccessibleDescription(row.help->text());
    row.reset->setToolTip(tr("Back to the default"));
    row.reset->setAccessibleName(tr("%1: back to the default").arg(row.title->text()));
    if (auto* box = qobject_cast<QComboBox*>(row.editor)) {
      const QSignalBlocker quiet(box);
      for (int i = 0; i < row.spec->choices.size(); ++i) {
        const QByteArray text = row.spec->choices[i].second;
        box->setItemText(i, QCoreApplication::translate("Settings", text));
      }
    }
    show(row);
  }
  filter();
}

}  // namespace leyden::desktop
