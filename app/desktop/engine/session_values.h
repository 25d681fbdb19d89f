// SPDX-License-Identifier: Apache-2.0
// Sessions as lists and headers show them.
#pragma once

#include <QJsonObject>
#include <QString>
#include <QVector>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

struct SessionRow {
  qint64 id = 0;
  QString title;
  QString model;
  QString fingerprint;
  qint64 createdMs = 0;
  qint64 usedMs = 0;
  bool pinned = false;
  int messages = 0;
  qint64 tokens = 0;
  qint64 kvBytes = 0;    ///< what was read of it, before compression
  qint64 keptBytes = 0;  ///< as much of that as eviction has left
  QVector<qint64> documents;
  qint64 forkedFrom = 0;
  /// What this program keeps with a session: {"desktop": {"folder", "archived", ...}, ...}.
  QJsonObject settings;

  bool operator==(const SessionRow&) const = default;
};

/// One place a search found.
struct SearchHit {
  enum class Kind { Title, Message, Document };
  Kind kind = Kind::Title;
  qint64 session = 0;
  qint64 message = 0;
  qint64 document = 0;
  int part = -1;
  QString title;
  QString snippet;
  QVector<Span> marks;  ///< of `snippet`, in UTF-16 units

  bool operator==(const SearchHit&) const = default;
};

/// What the jar takes on disk.
struct JarDisk {
  qint64 kvBytes = 0;     ///< what models have read
  qint64 totalBytes = 0;  ///< everything, text too
};

enum class TranscriptFormat { Markdown, Json };

/// How a saved session came back.
struct ResumeFacts {
  QString kind;  ///< "new", "ready", "reread", "other_model"
  qint64 restoredTokens = 0;
  double restoreS = 0;
  QString decision;
  QString reason;
  QStringList notices;
};

/// Where the tokens of a context go, counted by the model's own tokenizer.
struct ContextUse {
  struct OfDocument {
    qint64 document = 0;
    qint64 tokens = 0;
  };
  qint64 maxContext = 0;
  qint64 system = 0;
  qint64 tools = 0;
  QVector<OfDocument> documents;
  qint64 history = 0;
  qint64 thinking = 0;
  qint64 toolResults = 0;
  qint64 draft = 0;
  qint64 reserve = 0;
  qint64 free = 0;
};

}  // namespace leyden::desktop
