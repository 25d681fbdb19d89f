// SPDX-License-Identifier: Apache-2.0
// The engine's question for approval, handed to a function of ours. Only sources of
// app/desktop/engine include it.
#pragma once

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/tool_shelf.h"

namespace leyden::desktop {

/// Must outlive the call it is handed to.
class ApprovalDoor {
 public:
  explicit ApprovalDoor(const AskUser& ask) : m_ask(ask) {}
  void* data() const { return const_cast<ApprovalDoor*>(this); }

  static int32_t forward(const leyden_approval* approval, leyden_approval_answer* answer,
                         void* self) {
    ApprovalRequest request;
    request.name = QString::fromUtf8(approval->name);
    request.origin = QString::fromUtf8(approval->origin);
    request.description = QString::fromUtf8(approval->description);
    request.arguments = QString::fromUtf8(approval->arguments, qsizetype(approval->arguments_size));
    request.onceOnly = approval->once_only != 0;
    request.sharesLibrary = approval->shares_library != 0;
    request.libraryText =
        QString::fromUtf8(approval->library_text, qsizetype(approval->library_text_size));
    request.hosts = QString::fromUtf8(approval->hosts, qsizetype(approval->hosts_size));
    request.readOnly = (approval->flags & LEYDEN_TOOL_READ_ONLY) != 0;
    request.destructive = (approval->flags & LEYDEN_TOOL_DESTRUCTIVE) != 0;
    request.network = (approval->flags & LEYDEN_TOOL_NETWORK) != 0;
    const ApprovalAnswer said = static_cast<ApprovalDoor*>(self)->m_ask(request);
    switch (said.decision) {
      case ApprovalDecision::Once:
        return LEYDEN_APPROVE_ONCE;
      case ApprovalDecision::Session:
        return LEYDEN_APPROVE_SESSION;
      case ApprovalDecision::Always:
        return LEYDEN_APPROVE_ALWAYS;
      case ApprovalDecision::Deny:
        break;
    }
    const QByteArray reason = said.reason.toUtf8();
    leyden_approval_deny_reason(answer, reason.constData(), size_t(reason.size()));
    return LEYDEN_APPROVE_DENY;
  }

 private:
  AskUser m_ask;
};

}  // namespace leyden::desktop
