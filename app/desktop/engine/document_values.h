// SPDX-License-Identifier: Apache-2.0
// Documents of the library, and pages as the sandboxed reader hands them out.
#pragma once

#include <QJsonObject>
#include <QRectF>
#include <QString>
#include <QVector>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

struct DocumentRow {
  qint64 id = 0;
  QString title;
  QString source;  ///< path of the file it came from; may be gone
  int parts = 0;
  qint64 tokens = 0;   ///< as last read; 0: never
  qint64 kvBytes = 0;  ///< of what is kept of it, before compression; 0: no model is open to tell
  bool pinned = false;
  qint64 addedMs = 0;
  int sessions = 0;  ///< how many use it
  /// What became of the file it was read from.
  enum class File { None, Same, Changed, Gone };
  File file = File::None;

  bool operator==(const DocumentRow&) const = default;
};

/// A file on its way into the library, or a session whose documents are being read ahead.
struct IngestRow {
  enum class Phase { Waiting, Opening, Reading, Done, Failed, Stopped };
  quint64 ticket = 0;
  QString title;
  QString path;  ///< empty: reading ahead
  qint64 session = 0;
  qint64 document = 0;
  Phase phase = Phase::Waiting;
  Progress progress;
  double perSecond = 0;  ///< of progress.unit
  Failure failure;
};

struct OutlineEntry {
  QString title;
  int page = 0;
  int level = 0;
};

/// A file the reader has opened.
struct FileFacts {
  QString format;
  QString title;
  QString author;
  int pages = 0;
  bool layout = false;  ///< pages have sizes, rectangles and pictures
  QVector<OutlineEntry> outline;
  QStringList notices;
};

/// A word of a page. `text` in UTF-16 units of PageText::text; `rect` in points from the top left.
struct PageWord {
  Span text;
  Span bytes;
  QRectF rect;
};

struct PageText {
  QString text;
  QString label;  ///< the page's number in print
  QSizeF size;    ///< points
  QVector<PageWord> words;
};

}  // namespace leyden::desktop
