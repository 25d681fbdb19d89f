// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/task_thread.h"

#include <QMetaObject>
#include <cstdlib>

namespace leyden::desktop {

TaskThread::TaskThread(const QString& name) : m_thread(new QThread), m_worker(new QObject) {
  m_thread->setObjectName(name);
  m_worker->moveToThread(m_thread);
  m_thread->start();
}

TaskThread::~TaskThread() {
  post([thread = m_thread] { thread->quit(); });
  if (!m_thread->wait(kPatienceMs)) {
    // The engine hangs. Everything is on disk already, so the way out is the end of the process.
    qCritical("%s does not end: giving up", qPrintable(m_thread->objectName()));
    std::_Exit(1);
  }
  delete m_worker;
  delete m_thread;
}

void TaskThread::post(std::function<void()> job) {
  QMetaObject::invokeMethod(m_worker, std::move(job), Qt::QueuedConnection);
}

}  // namespace leyden::desktop
