// SPDX-License-Identifier: Apache-2.0
// Files on their way into the jar and a session: opened by the reader, added, then read ahead by
// the model. One file after another; each can be stopped and tried again.
//
//   Waiting -> Opening (reader) -> Reading (model) -> Done        any of them -> Stopped | Failed
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QVector>
#include <memory>

#include "app/desktop/engine/document_values.h"

struct leyden_cancel;

namespace leyden::desktop {

class EngineClient;

class IngestQueue : public QObject {
  Q_OBJECT
 public:
  explicit IngestQueue(EngineClient* client);
  ~IngestQueue() override;

  const QVector<IngestRow>& rows() const { return m_rows; }
  /// A file is on its way into the session, and not among its documents yet.
  bool isOpeningFor(qint64 session) const { return m_openingFor.contains(session); }
  /// Folders are searched for files, hidden ones left out.
  void add(const QStringList& paths, qint64 session);
  /// Stops a file where it is; what was read is kept.
  void stop(quint64 ticket);
  void retry(quint64 ticket);
  /// Takes a row out that has come to an end.
  void dismiss(quint64 ticket);

 signals:
  /// A row or its progress; as often as the reader and the model report.
  void changed();
  /// isOpeningFor(session) is another than before. Comes before changed().
  void openingChanged(qint64 session);
  /// A file begins to be read, for a session or for the library alone (0).
  void fileBegun(const QString& path, qint64 session);
  /// A file that was begun is in the library, or could not be read or was stopped (document 0).
  void fileEnded(const QString& path, qint64 session, qint64 document);
  /// A session did not take its document whole.
  void doesNotFit(qint64 session, qint64 document, const leyden::desktop::Failure& failure);

 private:
  IngestRow* row(quint64 ticket);
  void next();
  void added(quint64 ticket, const Outcome<qint64>& document);
  void progress(quint64 ticket, const Progress& progress);
  void end(quint64 ticket, IngestRow::Phase phase, const Failure& failure = {});
  /// After rows came or went, or changed their phase.
  void tellPhases();

  EngineClient* m_client;
  QVector<IngestRow> m_rows;
  QSet<qint64> m_openingFor;  ///< sessions that wait for a file
  quint64 m_last = 0;
  quint64 m_running = 0;  ///< ticket; 0: none
  std::shared_ptr<leyden_cancel> m_cancel;
  QElapsedTimer m_since;      ///< of the phase that runs
  quint64 m_doneAtStart = 0;  ///< what was done when it began
};

}  // namespace leyden::desktop
