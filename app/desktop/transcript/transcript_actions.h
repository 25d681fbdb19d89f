// SPDX-License-Identifier: Apache-2.0
// What a reader may do inside a message. Piece widgets emit, the view and the window listen.
#pragma once

#include <QObject>
#include <QUrl>

#include "app/desktop/transcript/answer_marks.h"
#include "app/desktop/transcript/transcript_entry.h"

namespace leyden::desktop {

class TranscriptActions : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

 signals:
  void copyMessage(int row);
  void editMessage(int row);     ///< a question: its edit becomes a branch
  void regenerate(int row);      ///< an answer: another one beside it
  void continueAnswer(int row);  ///< an answer that was cut short
  void forkAt(int row);          ///< a new session that begins with everything up to here
  void chooseBranch(int row, qint64 message);

  /// Show this place of this document, and mark it.
  void sourceActivated(const leyden::desktop::EvidencePassage& source);
  /// Let these passages glow while the pointer rests; empty: none.
  void evidenceHovered(const QVector<leyden::desktop::EvidencePassage>& passages);
  void linkActivated(const QUrl& url);

  void approvalChosen(int row, leyden::desktop::ApprovalDecision choice, const QString& reason);
  void saveCode(const QString& text, const QString& language);

  /// A fold was opened or closed; `part` is -1 for the reasoning, else the number of the call.
  void foldToggled(int row, int part, bool open);
  /// A piece changed its height by itself, e.g. when wrapping was switched.
  void pieceResized(int row);
};

}  // namespace leyden::desktop
