// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/ingest_queue.h"

#include <QDirIterator>
#include <QFileInfo>
#include <utility>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/engine_client.h"

namespace leyden::desktop {
namespace {

using Phase = IngestRow::Phase;

bool hasEnded(Phase phase) {
  return phase == Phase::Done || phase == Phase::Failed || phase == Phase::Stopped;
}

QStringList filesOf(const QString& path) {
  if (!QFileInfo(path).isDir()) return {path};
  QStringList files;
  QDirIterator it(path, QDir::Files | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
  while (it.hasNext()) files.append(it.next());
  files.sort();
  return files;
}

}  // namespace

IngestQueue::IngestQueue(EngineClient* client) : QObject(client), m_client(client) {}

IngestQueue::~IngestQueue() { leyden_cancel_request(m_cancel.get()); }

IngestRow* IngestQueue::row(quint64 ticket) {
  for (auto& row : m_rows)
    if (row.ticket == ticket) return &row;
  return nullptr;
}

void IngestQueue::tellPhases() {
  QSet<qint64> opening;
  for (const auto& row : std::as_const(m_rows))
    if (row.phase == Phase::Waiting || row.phase == Phase::Opening) opening.insert(row.session);
  const QSet<qint64> before = std::exchange(m_openingFor, opening);
  for (const qint64 session : (opening - before) + (before - opening)) emit openingChanged(session);
  emit changed();
}

void IngestQueue::add(const QStringList& paths, qint64 session) {
  for (const auto& path : paths) {
    for (const auto& file : filesOf(path)) {
      IngestRow row;
      row.ticket = ++m_last;
      row.title = QFileInfo(file).fileName();
      row.path = file;
      row.session = session;
      m_rows.append(row);
    }
  }
  tellPhases();
  next();
}

void IngestQueue::next() {
  if (m_running != 0) return;
  for (auto& row : m_rows) {
    if (row.phase != Phase::Waiting) continue;
    m_running = row.ticket;
    row.phase = Phase::Opening;
    m_cancel = makeCancel();
    m_since.start();
    m_doneAtStart = 0;
    const quint64 ticket = row.ticket;
    const QString path = row.path;
    const qint64 session = row.session;
    m_client->addFile(
        path, m_cancel, [this, ticket](const Progress& p) { progress(ticket, p); }, this,
        [this, ticket](const Outcome<qint64>& document) { added(ticket, document); });
    tellPhases();
    emit fileBegun(path, session);
    return;
  }
}

void IngestQueue::added(quint64 ticket, const Outcome<qint64>& document) {
  IngestRow* r = row(ticket);
  if (r == nullptr) return;
  emit fileEnded(r->path, r->session, document ? *document : 0);
  r = row(ticket);  // listeners may have changed the rows
  if (r == nullptr) return;
  if (!document)
    return end(ticket, document.failure.isCancelled() ? Phase::Stopped : Phase::Failed,
               document.failure);
  r->document = *document;
  if (r->session == 0) return end(ticket, Phase::Done);
  r->phase = Phase::Reading;
  r->progress = {};
  m_since.start();
  // Before the phases are told: a question that waited for the file is asked behind it.
  m_client->addToSession(r->session, *document, this, [this, ticket](const Outcome<Done>& added) {
    IngestRow* r = row(ticket);
    if (r == nullptr) return;
    if (!added) {
      constexpr int kContextOverflow = -8;
      if (added.failure.code == kContextOverflow)
        emit doesNotFit(r->session, r->document, added.failure);
      return end(ticket, Phase::Failed, added.failure);
    }
    m_client->readAhead(
        r->session, [this, ticket](const Progress& p) { progress(ticket, p); }, this,
        [this, ticket](const Outcome<Done>& read) {
          end(ticket,
              read                         ? Phase::Done
              : read.failure.isCancelled() ? Phase::Stopped
                                           : Phase::Failed,
              read.failure);
        });
  });
  tellPhases();
}

void IngestQueue::progress(quint64 ticket, const Progress& progress) {
  IngestRow* r = row(ticket);
  if (r == nullptr) return;
  if (r->progress.total == 0) m_doneAtStart = progress.done;  // what was there already is not speed
  r->progress = progress;
  const double seconds = double(m_since.elapsed()) / 1000;
  r->perSecond = seconds > 0.2 ? double(progress.done - m_doneAtStart) / seconds : 0;
  emit changed();
}

void IngestQueue::end(quint64 ticket, Phase phase, const Failure& failure) {
  if (IngestRow* r = row(ticket)) {
    r->phase = phase;
    r->failure = failure;
  }
  if (m_running == ticket) m_running = 0;
  tellPhases();
  next();
}

void IngestQueue::stop(quint64 ticket) {
  IngestRow* r = row(ticket);
  if (r == nullptr || hasEnded(r->phase)) return;
  if (r->phase == Phase::Waiting) return end(ticket, Phase::Stopped);
  leyden_cancel_request(m_cancel.get());
  if (r->phase == Phase::Reading) m_client->stop(r->session);
}

void IngestQueue::retry(quint64 ticket) {
  IngestRow* r = row(ticket);
  if (r == nullptr || !hasEnded(r->phase)) return;
  r->phase = Phase::Waiting;
  r->failure = {};
  r->progress = {};
  tellPhases();
  next();
}

void IngestQueue::dismiss(quint64 ticket) {
  m_rows.removeIf([ticket](const IngestRow& r) { return r.ticket == ticket && hasEnded(r.phase); });
  tellPhases();
}

}  // namespace leyden::desktop
