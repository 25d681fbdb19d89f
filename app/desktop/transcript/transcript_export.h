// SPDX-License-Identifier: Apache-2.0
// A session as a file for others: Markdown, HTML, PDF, JSON, each with its sources. No widget in
// here; long sessions are written on another thread than the window's.
#pragma once

#include <QString>
#include <QVector>
#include <functional>
#include <utility>

#include "app/desktop/transcript/transcript_entry.h"

namespace leyden::desktop {

struct ExportOptions {
  QString title;
  bool thinking = true;
  bool toolCalls = true;
  /// Label of a source's place, e.g. "p. 12"; may be null.
  std::function<QString(const EvidencePassage&)> place;
};

enum class ExportFormat { Markdown, Html, Pdf, Json };

QString exportMarkdown(const QVector<TranscriptEntry>& entries, const ExportOptions& options);
QString exportHtml(const QVector<TranscriptEntry>& entries, const ExportOptions& options);
QByteArray exportJson(const QVector<TranscriptEntry>& entries, const ExportOptions& options);

/// Writes the whole file or, on an error, none of it. Returns what went wrong, empty: nothing.
QString exportTo(const QString& path, ExportFormat format, const QVector<TranscriptEntry>& entries,
                 const ExportOptions& options);
/// All formats with their names in the language of the window.
QVector<std::pair<QString, ExportFormat>> exportFormats();
/// A title as the name of a file, without an ending.
QString exportFileName(const QString& title);
/// "md", "html", "pdf", "json".
QString exportEnding(ExportFormat format);
/// By the file name's ending; Markdown where it says nothing.
ExportFormat exportFormatOf(const QString& path);

}  // namespace leyden::desktop
