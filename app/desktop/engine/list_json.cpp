// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/list_json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/desktop/engine/answer_json.h"
#include "app/desktop/engine/run_messages.h"

namespace leyden::desktop {
namespace {

QVector<qint64> ids(const QJsonValue& value) {
  QVector<qint64> out;
  for (const auto& id : value.toArray())  // ids, or objects with one
    out.append(id.isObject() ? id.toObject()["id"].toInteger() : id.toInteger());
  return out;
}

QStringList texts(const QJsonValue& value) {
  QStringList out;
  for (const auto& text : value.toArray()) out.append(text.toString());
  return out;
}

template <typename T, typename Read>
QVector<T> list(const QByteArray& json, Read read) {
  QVector<T> out;
  for (const auto& value : QJsonDocument::fromJson(json).array()) out.append(read(value.toObject()));
  return out;
}

}  // namespace

QVector<SessionRow> sessionsFromJson(const QByteArray& json) {
  return list<SessionRow>(json, [](const QJsonObject& o) {
    SessionRow row;
    row.id = o["id"].toInteger();
    row.title = o["title"].toString();
    row.model = o["model"].toString();
    row.fingerprint = o["fingerprint"].toString();
    row.createdMs = o["created_ms"].toInteger();
    row.usedMs = o["used_ms"].toInteger();
    row.pinned = o["pinned"].toBool();
    row.messages = o["messages"].toInt();
    row.tokens = o["tokens"].toInteger();
    row.kvBytes = o["kv_bytes"].toInteger();
    row.keptBytes = o["kept_bytes"].toInteger();
    row.documents = ids(o["documents"]);
    row.forkedFrom = o["forked_from"].toInteger();
    row.settings = o["settings"].toObject();
    return row;
  });
}

QVector<SearchHit> hitsFromJson(const QByteArray& json) {
  return list<SearchHit>(json, [](const QJsonObject& o) {
    SearchHit hit;
    const QString kind = o["kind"].toString();
    hit.kind = kind == "message"    ? SearchHit::Kind::Message
               : kind == "document" ? SearchHit::Kind::Document
                                    : SearchHit::Kind::Title;
    hit.session = o["session"].toInteger();
    hit.message = o["message"].toInteger();
    hit.document = o["document"].toInteger();
    hit.part = o["part"].toInt(-1);
    hit.title = o["title"].toString();
    hit.snippet = o["snippet"].toString();
    const ByteToUtf16 units(hit.snippet);
    for (const auto& mark : o["marks"].toArray())
      hit.marks.append(units(Span{mark.toArray()[0].toInteger(), mark.toArray()[1].toInteger()}));
    return hit;
  });
}

QVector<DocumentRow> documentsFromJson(const QByteArray& json) {
  return list<DocumentRow>(json, [](const QJsonObject& o) {
    DocumentRow row;
    row.id = o["id"].toInteger();
    row.title = o["title"].toString();
    row.source = o["source"].toString();
    row.parts = o["parts"].toInt();
    row.tokens = o["tokens"].toInteger();
    row.pinned = o["pinned"].toBool();
    row.addedMs = o["added_ms"].toInteger();
    return row;
  });
}

void nameDocuments(Message& message, const QVector<qint64>& documents) {
  auto name = [&](EvidencePassage& p) {
    if (p.page < 0) p.document = documents.value(p.document, 0);  // those of tools have ids
  };
  for (auto& passage : message.evidence) name(passage);
  for (auto& sentence : message.sentences)
    for (auto& passage : sentence.evidence) name(passage);
  for (auto& quote : message.quotes) name(quote.source);
}

QVector<Message> messagesFromJson(const QByteArray& json, const QVector<qint64>& documents) {
  return withRunsAsOne(list<Message>(json, [&](const QJsonObject& o) {
    QJsonObject answer = o["extra"].toObject();  // has evidence, quotes, usage... as an answer does
    answer["text"] = o["text"];
    answer["thinking"] = o["thinking"];
    Message m = answerFromJson(QJsonDocument(answer).toJson(QJsonDocument::Compact));
    m.id = o["id"].toInteger();
    m.parent = o["parent"].toInteger();
    const QString role = o["role"].toString(), state = o["state"].toString();
    m.role = role == "system"      ? Message::Role::System
             : role == "assistant" ? Message::Role::Assistant
             : role == "tool"      ? Message::Role::Tool
                                   : Message::Role::User;
    m.state = state == "streaming"     ? Message::State::Streaming
              : state == "interrupted" ? Message::State::Interrupted
                                       : Message::State::Complete;
    m.createdMs = o["created_ms"].toInteger();
    m.tokens = o["tokens"].toInteger();
    m.siblings = ids(o["siblings"]);
    m.branchEnds = ids(o["branch_ends"]);
    m.extra = o["extra"].toObject();
    nameDocuments(m, documents);
    return m;
  }));
}

ResumeFacts resumeFromJson(const QByteArray& json) {
  const QJsonObject o = QJsonDocument::fromJson(json).object();
  return {o["kind"].toString(),      o["restored_tokens"].toInteger(), o["restore_s"].toDouble(),
          o["decision"].toString(),  o["reason"].toString(),           texts(o["notices"])};
}

ContextUse contextFromJson(const QByteArray& json) {
  const QJsonObject o = QJsonDocument::fromJson(json).object();
  ContextUse use;
  use.maxContext = o["max_context"].toInteger();
  use.system = o["system"].toInteger();
  use.tools = o["tools"].toInteger();
  for (const auto& value : o["documents"].toArray()) {
    const QJsonObject d = value.toObject();
    use.documents.append({d["document"].toInteger(), d["tokens"].toInteger()});
  }
  use.history = o["history"].toInteger();
  use.thinking = o["thinking"].toInteger();
  use.toolResults = o["tool_results"].toInteger();
  use.draft = o["draft"].toInteger();
  use.reserve = o["reserve"].toInteger();
  use.free = o["free"].toInteger();
  return use;
}

}  // namespace leyden::desktop
