// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/transcript_model.h"

#include <algorithm>

namespace leyden::desktop {

TranscriptModel::TranscriptModel(QObject* parent) : QAbstractListModel(parent) {}

int TranscriptModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_entries.size());
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Message& m = m_entries[index.row()].message;
  switch (role) {
    case Qt::DisplayRole:
    case TextRole:
      return m.text;
    case ThinkingRole:
      return m.thinking;
    case SpeakerRole:
      return int(m.role);
    case StateRole:
      return int(m.state);
    case IdRole:
      return m.id;
    case BranchRole:
      return int(std::max<qsizetype>(0, m.siblings.indexOf(m.id)));
    case BranchCountRole:
      return int(std::max<qsizetype>(1, m.siblings.size()));
    case Qt::AccessibleTextRole: {
      const QString who = m.role == Message::Role::User ? tr("You") : tr("Leyden");
      return tr("%1: %2").arg(who, m.text);
    }
    default:
      return {};
  }
}

QHash<int, QByteArray> TranscriptModel::roleNames() const {
  auto names = QAbstractListModel::roleNames();
  names.insert({{TextRole, "text"},
                {ThinkingRole, "thinking"},
                {SpeakerRole, "speaker"},
                {StateRole, "state"},
                {IdRole, "id"},
                {BranchRole, "branch"},
                {BranchCountRole, "branchCount"}});
  return names;
}

int TranscriptModel::rowOf(qint64 message) const {
  for (qsizetype i = m_entries.size(); i-- > 0;) {
    const Message& m = m_entries[i].message;
    if (m.id == message || m.parts.contains(message)) return int(i);
  }
  return -1;
}

void TranscriptModel::reset(const QVector<Message>& messages) {
  beginResetModel();
  m_entries.clear();
  m_entries.reserve(messages.size());
  m_streaming = -1;
  for (const Message& m : messages) m_entries.append(TranscriptEntry{m, -1, {}});
  endResetModel();
}

int TranscriptModel::append(const Message& message) {
  const int row = int(m_entries.size());
  beginInsertRows({}, row, row);
  m_entries.append(TranscriptEntry{message, -1, {}});
  endInsertRows();
  return row;
}

void TranscriptModel::replace(int row, const Message& message) {
  m_entries[row].message = message;
  changed(row);
}

void TranscriptModel::truncate(int rows) {
  if (rows >= m_entries.size()) return;
  beginRemoveRows({}, rows, int(m_entries.size()) - 1);
  m_entries.resize(rows);
  if (m_streaming >= rows) m_streaming = -1;
  endRemoveRows();
}

int TranscriptModel::beginAnswer() {
  Message answer;
  answer.role = Message::Role::Assistant;
  answer.state = Message::State::Streaming;
  m_streaming = append(answer);
  m_before.clear();
  m_thinking.invalidate();
  return m_streaming;
}

void TranscriptModel::resumeAnswer(int row) {
  m_streaming = row;
  m_entries[row].message.state = Message::State::Streaming;
  m_before = m_entries[row].message.text;
  m_thinking.invalidate();
  changed(row);
}

void TranscriptModel::endThinking(TranscriptEntry& entry) {
  if (!m_thinking.isValid()) return;
  entry.thinkingMs = std::max<qint64>(0, entry.thinkingMs) + m_thinking.elapsed();
  m_thinking.invalidate();
}

void TranscriptModel::apply(const QVector<AnswerEvent>& events) {
  if (m_streaming < 0) return;
  TranscriptEntry& entry = m_entries[m_streaming];
  Message& m = entry.message;
  bool grew = false, other = false;
  for (const AnswerEvent& e : events) {
    if (e.kind != AnswerEvent::Kind::Thinking && e.kind != AnswerEvent::Kind::Prefill &&
        e.kind != AnswerEvent::Kind::Evidence)
      endThinking(entry);
    switch (e.kind) {
      case AnswerEvent::Kind::Thinking:
        if (!m_thinking.isValid()) m_thinking.start();
        m.thinking += e.text;
        grew = true;
        break;
      case AnswerEvent::Kind::Text:
        m.text += e.text;
        grew = true;
        break;
      case AnswerEvent::Kind::ToolCall:
        m.toolCalls.append({e.name, e.text, {}, false});
        other = true;
        break;
      case AnswerEvent::Kind::MalformedCall:
        m.toolCalls.append({e.name, e.text, {}, true});
        other = true;
        break;
      case AnswerEvent::Kind::ToolResult:
        for (ToolCall& call : m.toolCalls) {
          if (!call.result.isNull() || call.malformed || (!e.name.isEmpty() && call.name != e.name))
            continue;
          call.result = e.text.isNull() ? QStringLiteral("") : e.text;
          break;
        }
        other = true;
        break;
      case AnswerEvent::Kind::Evidence:
        m.evidence = e.evidence;
        emit evidenceMoved(m_streaming);
        break;
      case AnswerEvent::Kind::Prefill:
      case AnswerEvent::Kind::Step:
        break;
    }
  }
  if (other) {
    changed(m_streaming);
  } else if (grew) {
    emit textGrew(m_streaming);
  }
}

void TranscriptModel::finishAnswer(const Message& message) {
  if (m_streaming < 0) return;
  const int row = std::exchange(m_streaming, -1);
  TranscriptEntry& entry = m_entries[row];
  endThinking(entry);
  entry.approval.reset();
  // Results of calls are known from the events where the final answer does not repeat them.
  const QVector<ToolCall> seen = entry.message.toolCalls;
  entry.message = message;
  if (!entry.message.text.startsWith(m_before)) entry.message.text.prepend(m_before);
  if (entry.message.toolCalls.size() < seen.size()) entry.message.toolCalls = seen;
  if (entry.message.state == Message::State::Streaming)
    entry.message.state = Message::State::Complete;
  if (entry.message.text.isEmpty() && message.thinking.isEmpty() &&
      entry.message.toolCalls.isEmpty()) {
    truncate(row);
    return;
  }
  changed(row);
}

void TranscriptModel::failAnswer(const QString& reason) {
  if (m_streaming < 0) return;
  const int row = std::exchange(m_streaming, -1);
  TranscriptEntry& entry = m_entries[row];
  endThinking(entry);
  entry.approval.reset();
  entry.message.state = Message::State::Interrupted;
  entry.message.notices.append(reason);
  changed(row);
}

void TranscriptModel::setApproval(int row, std::optional<ApprovalRequest> request) {
  m_entries[row].approval = std::move(request);
  changed(row);
}

void TranscriptModel::changed(int row) {
  const QModelIndex i = index(row);
  emit dataChanged(i, i);
}

}  // namespace leyden::desktop
