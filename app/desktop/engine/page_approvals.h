// SPDX-License-Identifier: Apache-2.0
// Approvals asked for on a thread without a chat: of servers that the tool page starts.
#pragma once

#include <QMutex>
#include <QWaitCondition>
#include <functional>
#include <optional>

#include "app/desktop/engine/tool_shelf.h"

namespace leyden::desktop {

/// Threads: thread-safe; one question at a time.
class PageApprovals {
 public:
  /// Waits until answer() has this ticket, or close().
  ApprovalAnswer ask(quint64 ticket, const std::function<void()>& tell) {
    QMutexLocker lock(&m_mutex);
    m_ticket = ticket;
    m_answer.reset();
    tell();
    while (!m_answer && !m_closed) m_answered.wait(&m_mutex);
    m_ticket = 0;
    return m_answer.value_or(ApprovalAnswer{});
  }
  void answer(quint64 ticket, const ApprovalAnswer& answer) {
    QMutexLocker lock(&m_mutex);
    if (m_ticket != ticket) return;
    m_answer = answer;
    m_answered.wakeAll();
  }
  void close() {
    QMutexLocker lock(&m_mutex);
    m_closed = true;
    m_answered.wakeAll();
  }

 private:
  QMutex m_mutex;
  QWaitCondition m_answered;
  quint64 m_ticket = 0;
  std::optional<ApprovalAnswer> m_answer;
  bool m_closed = false;
};

}  // namespace leyden::desktop
