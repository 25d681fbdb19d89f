// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/session_export.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>
#include <QSet>
#include <QThread>
#include <memory>

#include "app/desktop/engine/engine_client.h"

namespace leyden::desktop {
namespace {

struct ExportTexts {
  Q_DECLARE_TR_FUNCTIONS(leyden::desktop::SessionExport)
};

struct File {
  QString path;
  QVector<TranscriptEntry> entries;
  ExportOptions options;
};

struct Job {
  QString folder;
  ExportFormat format = ExportFormat::Markdown;
  QPointer<QObject> context;
  std::function<void(int, const QStringList&)> done;
  QVector<File> files;
  QSet<QString> taken;
  QStringList failures;
  qsizetype missing = 0;  ///< sessions whose messages have not come yet

  QString freePath(const QString& title) {
    const QString base = folder + '/' + exportFileName(title), end = '.' + exportEnding(format);
    QString path = base + end;
    for (int n = 2; taken.contains(path) || QFileInfo::exists(path); ++n)
      path = QStringLiteral("%1 %2%3").arg(base).arg(n).arg(end);
    taken.insert(path);
    return path;
  }
};

void write(std::shared_ptr<Job> job) {
  auto* thread = QThread::create([job] {
    int written = 0;
    for (const File& file : std::as_const(job->files)) {
      const QString failure = exportTo(file.path, job->format, file.entries, file.options);
      failure.isEmpty() ? void(++written) : job->failures.append(failure);
    }
    QMetaObject::invokeMethod(
        qApp,
        [job, written] {
          if (job->context) job->done(written, job->failures);
        },
        Qt::QueuedConnection);
  });
  QObject::connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

}  // namespace

void exportSessions(EngineClient* client, const QVector<qint64>& sessions, const QString& folder,
                    ExportFormat format, QObject* context,
                    std::function<void(int, const QStringList&)> done) {
  auto job = std::make_shared<Job>();
  job->folder = folder;
  job->format = format;
  job->context = context;
  job->done = std::move(done);
  job->missing = sessions.size();
  for (const qint64 id : sessions) {
    const SessionRow* row = client->session(id);
    const QString title =
        row == nullptr || row->title.isEmpty() ? ExportTexts::tr("Session %1").arg(id) : row->title;
    client->messages(id, context, [job, title](const Outcome<QVector<Message>>& messages) {
      if (messages) {
        File file{job->freePath(title), {}, {}};
        file.options.title = title;
        for (const Message& message : *messages) file.entries.append({message, -1, {}});
        job->files.append(file);
      } else {
        job->failures.append(messages.failure.message);
      }
      if (--job->missing == 0) write(job);
    });
  }
}

}  // namespace leyden::desktop
