// SPDX-License-Identifier: Apache-2.0
// The shown branch of a session as a list, root first. Widgets draw from at(); item views and tests
// use the roles. Text that streams in is announced by textGrew(), which is cheaper than
// dataChanged() and comes once for each append.
#pragma once

#include <QAbstractListModel>
#include <QElapsedTimer>

#include "app/desktop/transcript/transcript_entry.h"

namespace leyden::desktop {

class TranscriptModel : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role {
    TextRole = Qt::UserRole + 1,
    ThinkingRole,
    SpeakerRole,  ///< Message::Role as int
    StateRole,    ///< Message::State as int
    IdRole,
    BranchRole,  ///< position among the siblings, from 0
    BranchCountRole
  };

  explicit TranscriptModel(QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  const TranscriptEntry& at(int row) const { return m_entries[row]; }
  const QVector<TranscriptEntry>& entries() const { return m_entries; }
  /// Row of a message; -1 when it is not in the shown branch.
  int rowOf(qint64 message) const;
  /// The row that is being written; -1 when none is.
  int streamingRow() const { return m_streaming; }

  void reset(const QVector<Message>& messages);
  int append(const Message& message);
  void replace(int row, const Message& message);
  /// Shows only the first `rows` messages.
  void truncate(int rows);

  /// Appends an empty answer that is being written.
  int beginAnswer();
  /// Goes on writing an answer that stands there: what comes is put behind its text.
  void resumeAnswer(int row);
  /// Applies what came for the streaming answer. Nothing happens without one.
  void apply(const QVector<AnswerEvent>& events);
  /// The streaming answer is `message` now. An empty one with nothing in it disappears.
  void finishAnswer(const Message& message);
  /// The streaming answer stopped on an error: what came is kept, `reason` stands below it.
  void failAnswer(const QString& reason);
  void setApproval(int row, std::optional<ApprovalRequest> request);

 signals:
  void textGrew(int row);
  /// The streaming answer draws on other passages now; nothing else of it changed.
  void evidenceMoved(int row);

 private:
  void changed(int row);
  void endThinking(TranscriptEntry& entry);

  QVector<TranscriptEntry> m_entries;
  int m_streaming = -1;
  QString m_before;  ///< text of a resumed answer
  QElapsedTimer m_thinking;
};

}  // namespace leyden::desktop
