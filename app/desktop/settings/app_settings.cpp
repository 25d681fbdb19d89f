// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/settings/app_settings.h"

#include <QStandardPaths>

namespace leyden::desktop {
namespace {

QString standardPath() {
  return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
         QStringLiteral("/leyden/desktop.ini");
}

/// The value as the setting's own type, or nothing when it is not one.
QVariant checked(const SettingSpec& spec, const QVariant& value) {
  switch (spec.kind) {
    case SettingKind::Switch:
      if (value.typeId() == QMetaType::Bool) return value;
      if (value.toString() == "true" || value.toString() == "false")
        return value.toString() == "true";
      return {};
    case SettingKind::Number: {
      bool ok = false;
      const double number = value.toDouble(&ok);
      if (!ok || !(number >= spec.least && number <= spec.most)) return {};
      return number;
    }
    case SettingKind::Choice:
      for (const auto& choice : spec.choices)
        if (value.toString() == QLatin1String(choice.first)) return value.toString();
      return {};
    default: return value.canConvert<QString>() ? QVariant(value.toString()) : QVariant();
  }
}

}  // namespace

AppSettings::AppSettings(const QString& path, QObject* parent)
    : QObject(parent), m_file(path.isEmpty() ? standardPath() : path, QSettings::IniFormat) {}

QVariant AppSettings::value(const QString& key) const {
  const SettingSpec* spec = settingSpec(key);
  Q_ASSERT_X(spec != nullptr, "AppSettings", qPrintable(key));
  if (spec == nullptr) return {};
  const QVariant stored = m_file.contains(key) ? checked(*spec, m_file.value(key)) : QVariant();
  return stored.isValid() ? stored : checked(*spec, spec->fallback);
}

void AppSettings::set(const QString& key, const QVariant& value) {
  const SettingSpec* spec = settingSpec(key);
  if (spec == nullptr || !checked(*spec, value).isValid() || this->value(key) == value) return;
  const QVariant good = checked(*spec, value);
  if (good == checked(*spec, spec->fallback))
    m_file.remove(key);
  else
    m_file.setValue(key, good);
  m_file.sync();
  emit changed(key);
}

void AppSettings::reset(const QString& key) {
  if (const SettingSpec* spec = settingSpec(key)) set(key, spec->fallback);
}

bool AppSettings::isDefault(const QString& key) const {
  const SettingSpec* spec = settingSpec(key);
  return spec == nullptr || value(key) == checked(*spec, spec->fallback);
}

bool AppSettings::isWritable() const {
  return m_file.isWritable() && m_file.status() == QSettings::NoError;
}

QVariant AppSettings::state(const QString& key) const { return m_file.value("state/" + key); }

void AppSettings::setState(const QString& key, const QVariant& value) {
  m_file.setValue("state/" + key, value);
  emit stateChanged(key);
}

}  // namespace leyden::desktop
