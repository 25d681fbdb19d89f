// SPDX-License-Identifier: Apache-2.0
// Lists of the jar, as leyden.h hands them out in JSON, read into values. What is missing or of
// another type counts as absent; what is no list is an empty one.
#pragma once

#include <QByteArray>

#include "app/desktop/engine/document_values.h"
#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/session_values.h"

namespace leyden::desktop {

QVector<SessionRow> sessionsFromJson(const QByteArray& json);
QVector<SearchHit> hitsFromJson(const QByteArray& json);
QVector<DocumentRow> documentsFromJson(const QByteArray& json);
/// The shown branch, root first. Evidence names documents by their place in the session: `documents`
/// are the session's ids in order.
QVector<Message> messagesFromJson(const QByteArray& json, const QVector<qint64>& documents);
ResumeFacts resumeFromJson(const QByteArray& json);
ContextUse contextFromJson(const QByteArray& json);
/// Replaces places of documents by their ids; a place that is none becomes 0.
void nameDocuments(Message& message, const QVector<qint64>& documents);

}  // namespace leyden::desktop
