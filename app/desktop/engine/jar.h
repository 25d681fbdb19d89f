// SPDX-License-Identifier: Apache-2.0
// The jar as blocking calls with values. [any thread]; not for the GUI thread.
#pragma once

#include <QByteArray>
#include <memory>

#include "app/desktop/engine/document_values.h"
#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/session_choices.h"
#include "app/desktop/engine/session_values.h"

struct leyden_store;

namespace leyden::desktop {

class Jar {
 public:
  /// @param folder  empty: the user's own
  static Outcome<Jar> open(const QString& folder, quint64 quotaBytes);
  /// Puts what a damaged jar still has into order; what was done, in words.
  static Outcome<QString> repair(const QString& folder);

  const std::shared_ptr<leyden_store>& handle() const { return m_store; }

  Outcome<QStringList> notes() const;
  Outcome<JarDisk> disk() const;
  Outcome<Done> collect(qint64 quotaBytes) const;
  Outcome<QByteArray> setting(const QString& key) const;
  Outcome<Done> setSetting(const QString& key, const QByteArray& value) const;

  Outcome<QVector<SessionRow>> sessions() const;
  Outcome<SessionRow> session(qint64 session) const;
  Outcome<QVector<SearchHit>> search(const QString& query, int limit) const;
  Outcome<QVector<Message>> messages(qint64 session) const;
  Outcome<qint64> createSession(const QString& title) const;
  Outcome<Done> renameSession(qint64 session, const QString& title) const;
  Outcome<Done> pinSession(qint64 session, bool pinned) const;
  Outcome<SessionChoices> choices(qint64 session) const;
  Outcome<Done> setChoices(qint64 session, const SessionChoices& choices) const;
  Outcome<Done> setHead(qint64 session, qint64 message) const;
  Outcome<qint64> fork(qint64 session, const QString& title, qint64 atMessage) const;
  Outcome<Done> removeSession(qint64 session) const;
  Outcome<QByteArray> transcript(qint64 session, TranscriptFormat format) const;

  /// With what became of their files: one that was written to since noteFileRead() has changed.
  Outcome<QVector<DocumentRow>> documents() const;
  Outcome<Done> noteFileRead(qint64 document, qint64 ms) const;
  Outcome<qint64> addDocument(const QByteArray& json) const;
  Outcome<QString> partText(qint64 document, int part) const;
  Outcome<QByteArray> documentInfo(qint64 document) const;
  Outcome<QByteArray> pageMap(qint64 document) const;
  Outcome<Done> pinDocument(qint64 document, bool pinned) const;
  Outcome<Done> removeDocument(qint64 document) const;

 private:
  QJsonObject filesRead() const;
  std::shared_ptr<leyden_store> m_store;
};

}  // namespace leyden::desktop
