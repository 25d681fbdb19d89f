// SPDX-License-Identifier: Apache-2.0
// EngineClient's half that talks to the jar.
#include <QHash>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/engine_on_jar.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/task_thread.h"

namespace leyden::desktop {

void EngineClient::openJar() {
  m_jarThread->post([this, folder = m_options.store, quota = m_options.quotaBytes] {
    const auto opened = Jar::open(folder, quota);
    std::shared_ptr<Jar> jar;
    QStringList notes;
    if (opened) {
      jar = std::make_shared<Jar>(*opened);
      if (const auto told = jar->notes()) notes = *told;
    }
    QMetaObject::invokeMethod(
        this, [this, jar, notes, failure = opened.failure] { takeJar(jar, failure, notes); },
        Qt::QueuedConnection);
  });
}

void EngineClient::takeJar(std::shared_ptr<Jar> jar, const Failure& failure,
                           const QStringList& notes) {
  m_jar = std::move(jar);
  m_jarFailure = failure;
  m_jarNotes = notes;
  emit jarChanged();
  refreshJar();
  if (m_jar != nullptr) loadToolLog();
  if (m_modelWanted) {
    m_modelWanted = false;
    openModel(m_options.model, m_options.device);
  }
}

void EngineClient::repairJar(QObject* context, Reply<QString> reply) {
  m_jar.reset();
  m_jarThread->post(
      [this, folder = m_options.store, context = QPointer(context), reply = std::move(reply)] {
        const auto done = Jar::repair(folder);
        deliver<QString>(context, reply, done);
        if (done) QMetaObject::invokeMethod(this, &EngineClient::openJar, Qt::QueuedConnection);
      });
}

const SessionRow* EngineClient::session(qint64 id) const {
  for (const auto& row : m_sessions)
    if (row.id == id) return &row;
  return nullptr;
}

const DocumentRow* EngineClient::document(qint64 id) const {
  for (const auto& row : m_documents)
    if (row.id == id) return &row;
  return nullptr;
}

// Several changes in a row are told once.
void EngineClient::refreshJar() {
  if (m_jar == nullptr) return;
  m_jarThread->post([this, jar = m_jar] {
    const auto sessions = jar->sessions();
    const auto documents = jar->documents();
    const auto disk = jar->disk();
    QMetaObject::invokeMethod(
        this,
        [this, sessions, documents, disk] {
          if (sessions) m_sessions = *sessions;
          if (documents) m_documents = *documents;
          if (disk) m_disk = *disk;
          countDocumentUse();
          if (sessions) emit sessionsChanged();
          if (documents) emit documentsChanged();
          if (disk) emit diskChanged();
        },
        Qt::QueuedConnection);
  });
}

void EngineClient::countDocumentUse() {
  QHash<qint64, int> uses;
  for (const auto& row : std::as_const(m_sessions))
    for (const qint64 id : row.documents) ++uses[id];
  for (auto& row : m_documents) {
    row.sessions = uses.value(row.id);
    row.kvBytes = row.tokens * m_model.kvBytesPerToken;
  }
}

void EngineClient::change(std::function<Outcome<Done>(const Jar&)> body) {
  onJar<Done>(
      this,
      [this](const Outcome<Done>& done) {
        if (!done) emit jarRefused(done.failure);
      },
      true, std::move(body));
}

void EngineClient::collect(qint64 quotaBytes, QObject* context, Reply<Done> reply) {
  onJar<Done>(context, std::move(reply), true,
              [quotaBytes](const Jar& jar) { return jar.collect(quotaBytes); });
}

void EngineClient::jarSetting(const QString& key, QObject* context, Reply<QByteArray> reply) {
  onJar<QByteArray>(context, std::move(reply), false,
                    [key](const Jar& jar) { return jar.setting(key); });
}

void EngineClient::setJarSetting(const QString& key, const QByteArray& value) {
  onJar<Done>(
      this,
      [this](const Outcome<Done>& done) {
        if (!done) emit jarRefused(done.failure);
      },
      false, [key, value](const Jar& jar) { return jar.setSetting(key, value); });
}

void EngineClient::search(const QString& query, int limit, QObject* context,
                          Reply<QVector<SearchHit>> reply) {
  onJar<QVector<SearchHit>>(context, std::move(reply), false,
                            [query, limit](const Jar& jar) { return jar.search(query, limit); });
}

void EngineClient::createSession(const QString& title, QObject* context, Reply<qint64> reply) {
  onJar<qint64>(context, std::move(reply), true,
                [title](const Jar& jar) { return jar.createSession(title); });
}

void EngineClient::renameSession(qint64 session, const QString& title) {
  change([session, title](const Jar& jar) { return jar.renameSession(session, title); });
}

void EngineClient::pinSession(qint64 session, bool pinned) {
  change([session, pinned](const Jar& jar) { return jar.pinSession(session, pinned); });
}

void EngineClient::removeSession(qint64 session) {
  retireLane(session, [this, session] {  // the jar removes no session that is open
    change([session](const Jar& jar) { return jar.removeSession(session); });
  });
}

void EngineClient::forkSession(qint64 session, qint64 atMessage, QObject* context,
                               Reply<qint64> reply) {
  onJar<qint64>(context, std::move(reply), true, [session, atMessage](const Jar& jar) {
    return jar.fork(session, QString(), atMessage);
  });
}

void EngineClient::messages(qint64 session, QObject* context, Reply<QVector<Message>> reply) {
  onJar<QVector<Message>>(context, std::move(reply), false,
                          [session](const Jar& jar) { return jar.messages(session); });
}

void EngineClient::transcript(qint64 session, TranscriptFormat format, QObject* context,
                              Reply<QByteArray> reply) {
  onJar<QByteArray>(context, std::move(reply), false,
                    [session, format](const Jar& jar) { return jar.transcript(session, format); });
}

void EngineClient::addDocument(const QByteArray& json, QObject* context, Reply<qint64> reply) {
  onJar<qint64>(context, std::move(reply), true,
                [json](const Jar& jar) { return jar.addDocument(json); });
}

void EngineClient::pinDocument(qint64 document, bool pinned) {
  change([document, pinned](const Jar& jar) { return jar.pinDocument(document, pinned); });
}

void EngineClient::removeDocument(qint64 document, QObject* context, Reply<Done> reply) {
  onJar<Done>(context, std::move(reply), true,
              [document](const Jar& jar) { return jar.removeDocument(document); });
}

void EngineClient::partTexts(qint64 document, int count, QObject* context,
                             Reply<QStringList> reply) {
  onJar<QStringList>(context, std::move(reply), false,
                     [document, count](const Jar& jar) -> Outcome<QStringList> {
                       QStringList texts;
                       for (int part = 0; part < count; ++part) {
                         const auto text = jar.partText(document, part);
                         if (!text) return text.failure;
                         texts.append(*text);
                       }
                       return texts;
                     });
}

void EngineClient::documentInfo(qint64 document, QObject* context, Reply<QByteArray> reply) {
  onJar<QByteArray>(context, std::move(reply), false,
                    [document](const Jar& jar) { return jar.documentInfo(document); });
}

void EngineClient::pageMap(qint64 document, QObject* context, Reply<QByteArray> reply) {
  onJar<QByteArray>(context, std::move(reply), false,
                    [document](const Jar& jar) { return jar.pageMap(document); });
}

}  // namespace leyden::desktop
