// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/answer_json.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>

namespace leyden::desktop {
namespace {

EvidencePassage passage(const QJsonObject& o) {
  EvidencePassage p;
  p.document = o["document"].toInteger();
  p.title = o["title"].toString();
  p.bytes = {o["begin"].toInteger(), o["end"].toInteger()};
  p.reference = o["reference"].toInt(-1);
  p.share = o["share"].toDouble();
  p.quote = o["quote"].toString();
  return p;
}

QVector<EvidencePassage> passages(const QJsonArray& array) {
  QVector<EvidencePassage> out;
  for (const auto& value : array) out.append(passage(value.toObject()));
  return out;
}

/// A passage of a library that tools read: bytes of a page, which counts from 1.
EvidencePassage pagePassage(const QJsonObject& o) {
  EvidencePassage p = passage(o);
  p.page = o["page"].toInt(1) - 1;
  p.quote = o["text"].toString();
  return p;
}

/// "run" of leyden_chat_run. Its calls and quotes become those of the message.
void readRun(const QJsonObject& o, const ByteToUtf16& units, Message& m) {
  AgentRun run;
  run.stopped = o["stopped"].toString();
  QVector<ToolCall> calls;
  for (const auto& value : o["steps"].toArray()) {
    const QJsonObject s = value.toObject();
    AgentStep step{s["seconds"].toDouble(), {}};
    for (const auto& one : s["calls"].toArray()) {
      step.calls.append(agentCallFromJson(one.toObject()));
      const AgentCall& call = step.calls.last();
      calls.append({call.name, call.arguments, call.result, false});
    }
    run.steps.append(step);
  }
  for (const auto& value : o["passages"].toArray())
    run.sources.append(pagePassage(value.toObject()));
  for (const auto& value : o["quotes"].toArray()) {
    const QJsonObject q = value.toObject();
    if (q["verified"].toBool())
      m.quotes.append({units(Span{q["answer_begin"].toInteger(), q["answer_end"].toInteger()}),
                       pagePassage(q)});
  }
  m.toolCalls = calls + m.toolCalls;
  m.run = run;
}

}  // namespace

AgentCall agentCallFromJson(const QJsonObject& o) {
  AgentCall call;
  call.name = o["name"].toString();
  call.origin = o["origin"].toString();
  call.arguments = o["arguments"].toString();
  call.decision = o["decision"].toString();
  call.reason = o["reason"].toString();
  call.ok = o["ok"].toBool();
  call.result = o["result"].toString();
  for (const auto& host : o["hosts"].toArray()) call.hosts.append(host.toString());
  call.seconds = o["seconds"].toDouble();
  return call;
}

QVector<EvidencePassage> evidenceFromJson(const QByteArray& json) {
  return passages(QJsonDocument::fromJson(json).array());
}

ByteToUtf16::ByteToUtf16(const QString& text) {
  m_starts.reserve(text.size());
  qint32 byte = 0;
  for (qsizetype i = 0; i < text.size(); ++i) {
    const char16_t unit = text[i].unicode();
    m_starts.append(byte);
    if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
      m_starts.append(byte);
      byte += 4;
      ++i;
    } else {
      byte += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }
  }
  m_bytes = byte;
}

qint64 ByteToUtf16::operator()(qint64 byte) const {
  if (byte >= m_bytes) return m_starts.size();
  auto it = std::upper_bound(m_starts.begin(), m_starts.end(), byte) - 1;
  while (it > m_starts.begin() && *(it - 1) == *it) --it;  // to the first half of a pair
  return it - m_starts.begin();
}

Message answerFromJson(const QByteArray& json) {
  const QJsonObject o = QJsonDocument::fromJson(json).object();
  Message m;
  m.role = Message::Role::Assistant;
  m.id = o["message"].toInteger();
  m.text = o["text"].toString();
  m.thinking = o["thinking"].toString();
  m.finishReason = o["finish_reason"].toString();
  if (m.finishReason == "cancelled") m.state = Message::State::Interrupted;
  m.extra = o;
  const QJsonObject usage = o["usage"].toObject(), timing = o["timing"].toObject();
  m.timing = {usage["prompt_tokens"].toInteger(), usage["completion_tokens"].toInteger(),
              usage["reused_tokens"].toInteger(), timing["prefill_s"].toDouble(),
              timing["decode_s"].toDouble(),      timing["ttft_s"].toDouble()};
  const ByteToUtf16 units(m.text);
  m.evidence = passages(o["evidence"].toArray());
  for (const auto& value : o["sentences"].toArray()) {
    const QJsonObject s = value.toObject();
    m.sentences.append({units(Span{s["begin"].toInteger(), s["end"].toInteger()}),
                        passages(s["evidence"].toArray())});
  }
  for (const auto& value : o["quotes"].toArray()) {
    const QJsonObject q = value.toObject();
    EvidencePassage source = passage(q);
    source.quote = q["text"].toString();
    m.quotes.append(
        {units(Span{q["answer_begin"].toInteger(), q["answer_end"].toInteger()}), source});
  }
  for (const auto& value : o["tool_calls"].toArray()) {
    const QJsonObject f = value.toObject()["function"].toObject();
    m.toolCalls.append({f["name"].toString(), f["arguments"].toString(), {}, false});
  }
  for (const auto& value : o["malformed_calls"].toArray()) {
    const QJsonObject c = value.toObject();
    m.toolCalls.append({c["reason"].toString(), c["text"].toString(), {}, true});
  }
  if (o["run"].isObject()) readRun(o["run"].toObject(), units, m);
  for (const auto& value : o["notices"].toArray()) m.notices.append(value.toString());
  return m;
}

}  // namespace leyden::desktop
