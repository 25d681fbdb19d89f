// SPDX-License-Identifier: Apache-2.0
// JSON of answers and messages, as leyden.h hands it out, read into values. Bytes become UTF-16
// units where they count in an answer's text. What is missing or of another type counts as absent.
#pragma once

#include <QByteArray>

#include "app/desktop/engine/message_values.h"

namespace leyden::desktop {

/// leyden_answer_json.
Message answerFromJson(const QByteArray& json);
/// One call of a run, as in "run" of leyden_answer_json.
AgentCall agentCallFromJson(const QJsonObject& json);
/// A JSON list of passages, as in "evidence".
QVector<EvidencePassage> evidenceFromJson(const QByteArray& json);

/// From bytes of a text to its UTF-16 units; an offset inside a character counts as its beginning.
class ByteToUtf16 {
 public:
  explicit ByteToUtf16(const QString& text);
  qint64 operator()(qint64 byte) const;
  Span operator()(Span bytes) const { return {(*this)(bytes.begin), (*this)(bytes.end)}; }
  qint64 bytes() const { return m_starts.isEmpty() ? 0 : m_bytes; }

 private:
  QVector<qint32> m_starts;  ///< first byte of each UTF-16 unit
  qint64 m_bytes = 0;
};

}  // namespace leyden::desktop
