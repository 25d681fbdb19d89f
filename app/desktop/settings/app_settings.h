// SPDX-License-Identifier: Apache-2.0
// The user's settings: one list of what there is, one plain file of what differs from the defaults.
#pragma once

#include <QObject>
#include <QSettings>
#include <QVariant>
#include <QVector>

namespace leyden::desktop {

enum class SettingKind { Switch, Number, Choice, Text, LongText, Folder };

/// One setting. Texts are English sources of the translation context "Settings".
struct SettingSpec {
  const char* key;
  SettingKind kind;
  const char* section;
  const char* title;
  const char* help;
  QVariant fallback;
  double least = 0, most = 0, step = 1;
  /// Of Choice: stored value and shown text, in turns.
  QVector<std::pair<const char*, const char*>> choices = {};
};

/// Every setting, in the order of the page.
const QVector<SettingSpec>& settingSpecs();
/// nullptr for a key that is none.
const SettingSpec* settingSpec(const QString& key);
/// Whether title, help, section, choices or key of a setting have every word of `query` in them, in
/// the language shown.
bool settingMatches(const SettingSpec& spec, const QString& query);

class AppSettings : public QObject {
  Q_OBJECT
 public:
  /// @param path  of the file; empty: <config>/leyden/desktop.ini. It need not exist.
  explicit AppSettings(const QString& path = {}, QObject* parent = nullptr);

  /// The stored value, or the default; a stored value of a wrong type or out of range is the default.
  QVariant value(const QString& key) const;
  void set(const QString& key, const QVariant& value);
  void reset(const QString& key);
  bool isDefault(const QString& key) const;
  QString path() const { return m_file.fileName(); }
  /// False when the file cannot be written, e.g. in a read-only home.
  bool isWritable() const;

  /// What the window itself remembers (sizes, lists of folders); no settings of the page.
  QVariant state(const QString& key) const;
  void setState(const QString& key, const QVariant& value);

 signals:
  void changed(const QString& key);
  void stateChanged(const QString& key);

 private:
  QSettings m_file;
};

}  // namespace leyden::desktop
