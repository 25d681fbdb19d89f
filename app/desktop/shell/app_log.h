// SPDX-License-Identifier: Apache-2.0
// The app's log: what the program did, never what was written or read in it. Kept in memory and in a
// file of at most a megabyte.
#pragma once

#include <QMutex>
#include <QObject>
#include <QStringList>

namespace leyden::desktop {

class AppLog : public QObject {
  Q_OBJECT
 public:
  /// Takes over qDebug(), qWarning() and so on. One at a time.
  /// @param path  of the file; empty: memory only
  explicit AppLog(const QString& path, QObject* parent = nullptr);
  ~AppLog() override;

  QStringList lines() const;
  QString path() const { return m_path; }

 signals:
  void appended(const QString& line);

 private:
  static void take(QtMsgType type, const QMessageLogContext& context, const QString& text);
  void append(const QString& line);

  static AppLog* s_current;
  QString m_path;
  mutable QMutex m_mutex;
  QStringList m_lines;
  QtMessageHandler m_before;
};

}  // namespace leyden::desktop
