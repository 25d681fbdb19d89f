// SPDX-License-Identifier: Apache-2.0
// A thread that runs jobs one after another, in the order they came.
#pragma once

#include <QObject>
#include <QThread>
#include <functional>

namespace leyden::desktop {

/// [any thread] post(); the rest from the thread that made it.
class TaskThread {
 public:
  explicit TaskThread(const QString& name);
  /// Runs what was posted before, then ends. Waits for the job that runs, at most `kPatienceMs`: an
  /// engine that hangs must not keep the window from closing.
  ~TaskThread();
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  void post(std::function<void()> job);

 private:
  static constexpr unsigned long kPatienceMs = 5000;
  QThread* m_thread;
  QObject* m_worker;
};

}  // namespace leyden::desktop
