// SPDX-License-Identifier: Apache-2.0
// The rules for tools as the settings file keeps them.
#pragma once

#include "app/desktop/engine/tool_shelf.h"

namespace leyden::desktop {

class AppSettings;

/// @param safe  no plugins, whatever the settings say
ToolRules toolRules(const AppSettings& settings, bool safe);
void setToolOff(AppSettings& settings, const QString& name, bool off);
void setToolAlways(AppSettings& settings, const QString& origin, const QString& name, bool always);
/// MCP servers, each as leyden_toolbox_add_mcp_json takes it.
QVector<QByteArray> toolServers(const AppSettings& settings);
void setToolServers(AppSettings& settings, const QVector<QByteArray>& servers);

}  // namespace leyden::desktop
