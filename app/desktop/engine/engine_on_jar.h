// SPDX-License-Identifier: Apache-2.0
// EngineClient::onJar, for the sources of EngineClient.
#pragma once

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/task_thread.h"

namespace leyden::desktop {

template <typename T>
void EngineClient::onJar(QObject* context, Reply<T> reply, bool changes,
                         std::function<Outcome<T>(const Jar&)> body) {
  if (m_jar == nullptr) {
    const Failure none = m_jarFailure.code != 0
                             ? m_jarFailure
                             : Failure{LEYDEN_E_NOT_FOUND, tr("The library is not open yet.")};
    return deliver<T>(context, std::move(reply), none);
  }
  m_jarThread->post([this, jar = m_jar, context = QPointer(context), reply = std::move(reply),
                     changes, body = std::move(body)] {
    const auto outcome = body(*jar);
    deliver<T>(context, reply, outcome);
    if (changes)
      QMetaObject::invokeMethod(
          this, [this] { m_refreshSoon.start(); }, Qt::QueuedConnection);
  });
}

}  // namespace leyden::desktop
