// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/tools/tool_settings.h"

#include "app/desktop/settings/app_settings.h"

namespace leyden::desktop {
namespace {

constexpr auto kOff = "tools_off";
constexpr auto kAlways = "tools_always";  // "origin\tname"
constexpr auto kServers = "tool_servers";

void setListed(AppSettings& settings, const char* key, const QString& entry, bool listed) {
  QStringList list = settings.state(key).toStringList();
  list.removeAll(entry);
  if (listed) list.append(entry);
  settings.setState(key, list);
}

}  // namespace

ToolRules toolRules(const AppSettings& settings, bool safe) {
  ToolRules rules;
  rules.offline = settings.value("privacy/offline").toBool();
  rules.plugins = !safe && settings.value("tools/plugins").toBool();
  rules.servers = toolServers(settings);
  rules.off = settings.state(kOff).toStringList();
  for (const QString& entry : settings.state(kAlways).toStringList())
    rules.always.append({entry.section('\t', 0, 0), entry.section('\t', 1)});
  return rules;
}

void setToolOff(AppSettings& settings, const QString& name, bool off) {
  setListed(settings, kOff, name, off);
}

void setToolAlways(AppSettings& settings, const QString& origin, const QString& name, bool always) {
  setListed(settings, kAlways, origin + '\t' + name, always);
}

QVector<QByteArray> toolServers(const AppSettings& settings) {
  QVector<QByteArray> servers;
  for (const QString& json : settings.state(kServers).toStringList()) servers.append(json.toUtf8());
  return servers;
}

void setToolServers(AppSettings& settings, const QVector<QByteArray>& servers) {
  QStringList list;
  for (const QByteArray& json : servers) list.append(QString::fromUtf8(json));
  settings.setState(kServers, list);
}

}  // namespace leyden::desktop
