// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/tool_shelf.h"

#include <QJsonArray>
#include <QJsonDocument>

#include "app/desktop/engine/approval_door.h"
#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/jar.h"

namespace leyden::desktop {
namespace {

using ToolboxHandle = OwnedHandle<leyden_toolbox, leyden_toolbox_destroy>;

}  // namespace

Outcome<std::shared_ptr<ToolShelf>> ToolShelf::make(const Jar* jar, const ToolRules& rules,
                                                    const SessionChoices& choices,
                                                    const AskUser& ask) {
  auto shelf = std::make_shared<ToolShelf>();
  leyden_toolbox_options options = LEYDEN_TOOLBOX_OPTIONS_INIT;
  options.offline = rules.offline ? 1 : 0;
  options.store = jar != nullptr && choices.searched.isEmpty() ? jar->handle().get() : nullptr;
  const auto toolbox =
      leyden::desktop::make<ToolboxHandle>([&](leyden_toolbox** out, leyden_error** e) {
        return leyden_toolbox_create(out, &options, e);
      });
  if (!toolbox) return toolbox.failure;
  shelf->m_toolbox = *toolbox;
  if (jar != nullptr)
    if (const auto added = shelf->addLibrary(*jar, choices); !added) return added.failure;
  if (choices.tools && rules.plugins) shelf->addPlugins();
  if (choices.tools)
    for (const QByteArray& server : rules.servers) shelf->addServer(server, ask);
  for (const auto& [origin, name] : rules.always) {
    const QByteArray from = origin.toUtf8(), tool = name.toUtf8();
    const auto allowed = call([&](leyden_error** e) {
      return leyden_toolbox_allow_always(shelf->handle(), from.constData(), size_t(from.size()),
                                         tool.constData(), size_t(tool.size()), e);
    });
    if (!allowed) return allowed.failure;
  }
  const auto tools = shelf->tools();
  if (!tools) return tools.failure;
  for (const ToolRow& tool : *tools) {
    if (!rules.off.contains(tool.name) && !choices.toolsOff.contains(tool.name)) continue;
    const QByteArray name = tool.name.toUtf8();
    const auto off = call([&](leyden_error** e) {
      return leyden_toolbox_set_enabled(shelf->handle(), name.constData(), size_t(name.size()), 0,
                                        e);
    });
    if (!off) return off.failure;
  }
  return shelf;
}

// Documents that are searched become a library of their own, so that nothing else is found.
Outcome<Done> ToolShelf::addLibrary(const Jar& jar, const SessionChoices& choices) {
  for (const qint64 document : choices.searched) {
    const auto info = jar.documentInfo(document);
    if (!info) return info.failure;
    const QJsonObject about = QJsonDocument::fromJson(*info).object();
    const QJsonArray labels = about["labels"].toArray();
    QJsonArray pages;
    for (int part = 0; part < about["parts"].toInt(); ++part) {
      const auto text = jar.partText(document, part);
      if (!text) return text.failure;
      pages.append(QJsonObject{{"label", labels[part].toString()}, {"text", *text}});
    }
    const QByteArray title = about["title"].toString().toUtf8();
    const QByteArray json = QJsonDocument(pages).toJson(QJsonDocument::Compact);
    const auto added = call([&](leyden_error** e) {
      return leyden_toolbox_add_document_json(handle(), title.constData(), size_t(title.size()),
                                              json.constData(), size_t(json.size()), e);
    });
    if (!added) return added;
  }
  return Done{};
}

void ToolShelf::addPlugins() {
  const auto problems = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_add_plugins(out, handle(), nullptr, 0, e);
  });
  if (!problems) {
    m_problems.append(problems.failure.message);
    return;
  }
  for (const auto& problem : QJsonDocument::fromJson(*problems).array())
    m_problems.append(problem.toString());
}

void ToolShelf::addServer(const QByteArray& json, const AskUser& ask) {
  const ApprovalDoor door(ask);
  const auto added = call([&](leyden_error** e) {
    return leyden_toolbox_add_mcp_json(handle(), json.constData(), size_t(json.size()),
                                       ask ? &ApprovalDoor::forward : nullptr, door.data(), e);
  });
  if (!added) m_problems.append(added.failure.message);
}

void ToolShelf::setOffline(bool offline) {
  (void)call(
      [&](leyden_error** e) { return leyden_toolbox_set_offline(handle(), offline ? 1 : 0, e); });
}

Outcome<QVector<ToolRow>> ToolShelf::tools() const {
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_list_json(out, handle(), e);
  });
  if (!json) return json.failure;
  return toolsFromJson(*json);
}

Outcome<QVector<ToolLogRow>> ToolShelf::log() const {
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_toolbox_log_json(out, handle(), e);
  });
  if (!json) return json.failure;
  return toolLogFromJson(*json);
}

QVector<ToolRow> toolsFromJson(const QByteArray& json) {
  QVector<ToolRow> rows;
  for (const auto& value : QJsonDocument::fromJson(json).array()) {
    const QJsonObject o = value.toObject();
    rows.append({o["name"].toString(), o["description"].toString(), o["origin"].toString(),
                 o["enabled"].toBool(), o["always"].toBool(), o["read_only"].toBool(),
                 o["destructive"].toBool(), o["network"].toBool()});
  }
  return rows;
}

QVector<ToolLogRow> toolLogFromJson(const QByteArray& json) {
  QVector<ToolLogRow> rows;
  for (const auto& value : QJsonDocument::fromJson(json).array()) {
    const QJsonObject o = value.toObject();
    ToolLogRow row;
    row.session = o["session"].toInteger();
    row.beginMs = o["begin_ms"].toInteger();
    row.name = o["name"].toString();
    row.origin = o["origin"].toString();
    row.arguments = o["arguments"].toString();
    row.decision = o["decision"].toString();
    row.reason = o["reason"].toString();
    row.ok = o["ok"].toBool();
    row.resultBytes = o["result_bytes"].toInteger();
    for (const auto& host : o["hosts"].toArray()) row.hosts.append(host.toString());
    row.seconds = o["seconds"].toDouble();
    rows.append(row);
  }
  return rows;
}

QByteArray toolLogToJson(const QVector<ToolLogRow>& rows) {
  QJsonArray out;
  for (const ToolLogRow& row : rows)
    out.append(QJsonObject{{"session", row.session},
                           {"begin_ms", row.beginMs},
                           {"name", row.name},
                           {"origin", row.origin},
                           {"arguments", row.arguments},
                           {"decision", row.decision},
                           {"reason", row.reason},
                           {"ok", row.ok},
                           {"result_bytes", row.resultBytes},
                           {"hosts", QJsonArray::fromStringList(row.hosts)},
                           {"seconds", row.seconds}});
  return QJsonDocument(out).toJson();
}

}  // namespace leyden::desktop
