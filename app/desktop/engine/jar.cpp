// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/jar.h"

#include <QDateTime>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/list_json.h"
#include "app/desktop/engine/tool_passages.h"

namespace leyden::desktop {
namespace {

const auto kFilesKey = QStringLiteral("desktop.files_read");

/// Whether the text of a file written to since is another, is seen when its pages are opened.
DocumentRow::File fileState(const QString& source, qint64 readMs) {
  const QFileInfo file(source);
  if (!file.isAbsolute()) return DocumentRow::File::None;
  if (!file.exists()) return DocumentRow::File::Gone;
  return file.lastModified().toMSecsSinceEpoch() > readMs ? DocumentRow::File::Changed
                                                          : DocumentRow::File::Same;
}

/// UTF-8 of a text for as long as a call needs it.
struct Utf8 {
  explicit Utf8(const QString& text) : bytes(text.toUtf8()) {}
  const char* data() const { return bytes.constData(); }
  size_t size() const { return size_t(bytes.size()); }
  QByteArray bytes;
};

/// A number made by a call.
template <typename Call>
Outcome<qint64> makeId(Call&& body) {
  int64_t id = 0;
  const auto done = call([&](leyden_error** e) { return body(&id, e); });
  if (!done) return done.failure;
  return qint64(id);
}

/// JSON made by a call, read into a value.
template <typename T, typename Call, typename Read>
Outcome<T> makeValue(Call&& body, Read&& read) {
  const auto json = makeBytes(body);
  if (!json) return json.failure;
  return T(read(*json));
}

}  // namespace

Outcome<Jar> Jar::open(const QString& folder, quint64 quotaBytes) {
  const Utf8 path(folder);
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  options.quota_bytes = quotaBytes;
  const auto store = make<OwnedHandle<leyden_store, leyden_store_destroy>>(
      [&](leyden_store** out, leyden_error** e) {
        return leyden_store_open(out, path.data(), path.size(), &options, e);
      });
  if (!store) return store.failure;
  Jar jar;
  jar.m_store = *store;
  return jar;
}

Outcome<QString> Jar::repair(const QString& folder) {
  const Utf8 path(folder);
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_store_repair_json(out, path.data(), path.size(), nullptr, e);
  });
  if (!json) return json.failure;
  QStringList actions;
  for (const auto& action : QJsonDocument::fromJson(*json).object()["actions"].toArray())
    actions << action.toString();
  return actions.join(' ');
}

Outcome<QStringList> Jar::notes() const {
  return makeValue<QStringList>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_store_notes_json(out, m_store.get(), e);
      },
      [](const QByteArray& json) {
        QStringList notes;
        for (const auto& note : QJsonDocument::fromJson(json).array()) notes << note.toString();
        return notes;
      });
}

Outcome<JarDisk> Jar::disk() const {
  return makeValue<JarDisk>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_store_stats_json(out, m_store.get(), e);
      },
      [](const QByteArray& json) {
        const QJsonObject o = QJsonDocument::fromJson(json).object();
        return JarDisk{o["kv_stored_bytes"].toInteger(),
                       o["catalogue_file_bytes"].toInteger() + o["kv_file_bytes"].toInteger()};
      });
}

Outcome<Done> Jar::collect(qint64 quotaBytes) const {
  return makeValue<Done>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_store_collect_json(out, m_store.get(), uint64_t(quotaBytes), e);
      },
      [](const QByteArray&) { return Done{}; });
}

Outcome<QByteArray> Jar::setting(const QString& key) const {
  const Utf8 k(key);
  return makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_store_setting(out, m_store.get(), k.data(), k.size(), e);
  });
}

Outcome<Done> Jar::setSetting(const QString& key, const QByteArray& value) const {
  const Utf8 k(key);
  return call([&](leyden_error** e) {
    return leyden_store_set_setting(m_store.get(), k.data(), k.size(), value.constData(),
                                    size_t(value.size()), e);
  });
}

Outcome<QVector<SessionRow>> Jar::sessions() const {
  return makeValue<QVector<SessionRow>>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_store_sessions_json(out, m_store.get(), 0, 0, e);
      },
      sessionsFromJson);
}

Outcome<QVector<SearchHit>> Jar::search(const QString& query, int limit) const {
  const Utf8 q(query);
  return makeValue<QVector<SearchHit>>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_store_search_json(out, m_store.get(), q.data(), q.size(), size_t(limit), e);
      },
      hitsFromJson);
}

Outcome<QVector<Message>> Jar::messages(qint64 session) const {
  const auto row = this->session(session);
  if (!row) return row.failure;
  const QVector<qint64> searched = choicesFrom(row->settings).searched;
  return makeValue<QVector<Message>>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_session_messages_json(out, m_store.get(), session, e);
      },
      [&](const QByteArray& json) {
        QVector<Message> messages = messagesFromJson(json, row->documents);
        for (Message& message : messages) placeToolPassages(*this, searched, message);
        return messages;
      });
}

Outcome<qint64> Jar::createSession(const QString& title) const {
  const Utf8 t(title);
  return makeId([&](int64_t* out, leyden_error** e) {
    return leyden_session_create(out, m_store.get(), t.data(), t.size(), e);
  });
}

Outcome<Done> Jar::renameSession(qint64 session, const QString& title) const {
  const Utf8 t(title);
  return call([&](leyden_error** e) {
    return leyden_session_rename(m_store.get(), session, t.data(), t.size(), e);
  });
}

Outcome<Done> Jar::pinSession(qint64 session, bool pinned) const {
  return call([&](leyden_error** e) {
    return leyden_session_set_pinned(m_store.get(), session, pinned ? 1 : 0, e);
  });
}

Outcome<SessionRow> Jar::session(qint64 session) const {
  const auto info = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_session_info_json(out, m_store.get(), session, e);
  });
  if (!info) return info.failure;
  return sessionsFromJson("[" + *info + "]").value(0);
}

Outcome<SessionChoices> Jar::choices(qint64 id) const {
  const auto row = session(id);
  if (!row) return row.failure;
  return choicesFrom(row->settings);
}

Outcome<Done> Jar::setChoices(qint64 session, const SessionChoices& choices) const {
  const auto row = this->session(session);
  if (!row) return row.failure;
  const QByteArray json =
      QJsonDocument(withChoices(row->settings, choices)).toJson(QJsonDocument::Compact);
  return call([&](leyden_error** e) {
    return leyden_session_set_settings_json(m_store.get(), session, json.constData(),
                                            size_t(json.size()), e);
  });
}

Outcome<Done> Jar::setHead(qint64 session, qint64 message) const {
  return call(
      [&](leyden_error** e) { return leyden_session_set_head(m_store.get(), session, message, e); });
}

Outcome<qint64> Jar::fork(qint64 session, const QString& title, qint64 atMessage) const {
  const Utf8 t(title);
  return makeId([&](int64_t* out, leyden_error** e) {
    return leyden_session_fork(out, m_store.get(), session, t.data(), t.size(), atMessage, e);
  });
}

Outcome<Done> Jar::removeSession(qint64 session) const {
  return call([&](leyden_error** e) { return leyden_session_remove(m_store.get(), session, 0, e); });
}

Outcome<QByteArray> Jar::transcript(qint64 session, TranscriptFormat format) const {
  const auto kind = format == TranscriptFormat::Json ? LEYDEN_TRANSCRIPT_JSON
                                                     : LEYDEN_TRANSCRIPT_MARKDOWN;
  return makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_session_transcript(out, m_store.get(), session, kind, e);
  });
}

Outcome<QVector<DocumentRow>> Jar::documents() const {
  auto rows = makeValue<QVector<DocumentRow>>(
      [&](leyden_string** out, leyden_error** e) {
        return leyden_documents_json(out, m_store.get(), e);
      },
      documentsFromJson);
  if (!rows) return rows;
  const QJsonObject read = filesRead();
  for (DocumentRow& row : *rows.value)
    row.file =
        fileState(row.source, std::max(row.addedMs, read[QString::number(row.id)].toInteger()));
  return rows;
}

// A document whose file is read again and says the same keeps its row and its time in the jar.
Outcome<Done> Jar::noteFileRead(qint64 document, qint64 ms) const {
  QJsonObject read = filesRead();
  read[QString::number(document)] = ms;
  return setSetting(kFilesKey, QJsonDocument(read).toJson(QJsonDocument::Compact));
}

QJsonObject Jar::filesRead() const {
  const auto json = setting(kFilesKey);
  return json ? QJsonDocument::fromJson(*json).object() : QJsonObject();
}

Outcome<qint64> Jar::addDocument(const QByteArray& json) const {
  return makeId([&](int64_t* out, leyden_error** e) {
    return leyden_document_add_json(out, m_store.get(), json.constData(), size_t(json.size()), e);
  });
}

Outcome<QString> Jar::partText(qint64 document, int part) const {
  const auto bytes = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_document_part_text(out, m_store.get(), document, uint32_t(part), e);
  });
  if (!bytes) return bytes.failure;
  return QString::fromUtf8(*bytes);
}

Outcome<QByteArray> Jar::documentInfo(qint64 document) const {
  return makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_document_info_json(out, m_store.get(), document, e);
  });
}

Outcome<QByteArray> Jar::pageMap(qint64 document) const {
  return makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_document_page_map_json(out, m_store.get(), document, e);
  });
}

Outcome<Done> Jar::pinDocument(qint64 document, bool pinned) const {
  return call([&](leyden_error** e) {
    return leyden_document_set_pinned(m_store.get(), document, pinned ? 1 : 0, e);
  });
}

Outcome<Done> Jar::removeDocument(qint64 document) const {
  return call([&](leyden_error** e) { return leyden_document_remove(m_store.get(), document, e); });
}

}  // namespace leyden::desktop
