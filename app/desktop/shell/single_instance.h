// SPDX-License-Identifier: Apache-2.0
// One window for each jar: a second start hands its files to the first and ends.
#pragma once

#include <QObject>
#include <QStringList>

class QLocalServer;
class QLocalSocket;

namespace leyden::desktop {

class SingleInstance : public QObject {
  Q_OBJECT
 public:
  /// @param jar  the folder that makes two starts "the same"; empty: the user's own
  explicit SingleInstance(const QString& jar, QObject* parent = nullptr);

  /// True when another instance has taken the files; this one should end.
  bool handOver(const QStringList& files);
  /// Becomes the instance others hand over to. False when the socket cannot be made; the window then
  /// works alone.
  bool listen();

 signals:
  /// Files of another start, as absolute paths; maybe none: then the window just comes to the front.
  void filesArrived(const QStringList& files);

 private:
  void read(QLocalSocket* socket);

  QString m_name;
  QLocalServer* m_server = nullptr;
};

}  // namespace leyden::desktop
