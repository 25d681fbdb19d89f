// SPDX-License-Identifier: Apache-2.0
// Every setting with its editor, made from settingSpecs(): searchable, each with a way back to its
// default. Changes take effect at once.
#pragma once

#include <QVector>

#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/place.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace leyden::desktop {

class SettingsPage : public Place {
  Q_OBJECT
 public:
  explicit SettingsPage(AppSettings* settings, QWidget* parent = nullptr);
  void focusSearch();

 protected:
  void retranslate() override;

 private:
  struct Row {
    const SettingSpec* spec;
    QWidget* box;
    QLabel* title;
    QLabel* help;
    QWidget* editor;
    QToolButton* reset;
  };
  struct Section {
    const char* name;
    QLabel* heading;
    QWidget* card;
    QVector<int> rows;
  };
  void addRow(const SettingSpec& spec, Section& section);
  QWidget* makeEditor(const SettingSpec& spec);
  void show(const Row& row);
  void filter();

  AppSettings* m_settings;
  QLineEdit* m_search;
  QLabel* m_nothing;
  QLabel* m_file;
  QVector<Row> m_rows;
  QVector<Section> m_sections;
};

}  // namespace leyden::desktop
