// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/single_instance.h"

#include <unistd.h>

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocalServer>
#include <QLocalSocket>

namespace leyden::desktop {
namespace {

constexpr int kWaitMs = 1000;
constexpr qint64 kMostBytes = 1 << 20;
constexpr char kTaken[] = "taken\n";

}  // namespace

SingleInstance::SingleInstance(const QString& jar, QObject* parent) : QObject(parent) {
  const QString folder = jar.isEmpty() ? QString() : QDir(jar).absolutePath();
  const QByteArray digest =
      QCryptographicHash::hash(folder.toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
  const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
  const QString name = QStringLiteral("leyden-%1-%2").arg(getuid()).arg(QLatin1String(digest));
  m_name = runtime.isEmpty() ? name : runtime + '/' + name;
}

bool SingleInstance::handOver(const QStringList& files) {
  QLocalSocket socket;
  socket.connectToServer(m_name);
  if (!socket.waitForConnected(kWaitMs)) return false;
  QJsonArray paths;
  for (const auto& file : files) paths.append(QDir::current().absoluteFilePath(file));
  socket.write(QJsonDocument(paths).toJson(QJsonDocument::Compact) + '\n');
  // Only an instance that answers has taken them; one that hangs must not swallow files.
  return socket.waitForBytesWritten(kWaitMs) && socket.waitForReadyRead(kWaitMs * 3) &&
         socket.readAll() == kTaken;
}

bool SingleInstance::listen() {
  m_server = new QLocalServer(this);
  m_server->setSocketOptions(QLocalServer::UserAccessOption);
  if (!m_server->listen(m_name)) {
    QLocalServer::removeServer(m_name);  // of an instance that died
    if (!m_server->listen(m_name)) return false;
  }
  connect(m_server, &QLocalServer::newConnection, this, [this] {
    while (QLocalSocket* socket = m_server->nextPendingConnection()) {
      connect(socket, &QLocalSocket::readyRead, this, [this, socket] { read(socket); });
      connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
    }
  });
  return true;
}

void SingleInstance::read(QLocalSocket* socket) {
  if (socket->bytesAvailable() > kMostBytes) return socket->abort();
  if (!socket->canReadLine()) return;
  const auto document = QJsonDocument::fromJson(socket->readLine());
  if (!document.isArray()) return socket->abort();
  QStringList files;
  for (const auto& path : document.array()) files.append(path.toString());
  socket->write(kTaken);
  socket->flush();
  emit filesArrived(files);
}

}  // namespace leyden::desktop
