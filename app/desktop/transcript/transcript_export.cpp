// SPDX-License-Identifier: Apache-2.0
// HTML is made from the same elements the view draws, so both show the same; PDF is that HTML
// printed.
#include "app/desktop/transcript/transcript_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextDocument>

#include "app/desktop/transcript/answer_marks.h"
#include "app/desktop/transcript/fold_piece.h"
#include "app/desktop/transcript/markdown_chunks.h"
#include "app/desktop/transcript/markdown_elements.h"

namespace leyden::desktop {

namespace {

struct ExportTexts {
  Q_DECLARE_TR_FUNCTIONS(leyden::desktop::TranscriptExport)
};

QString speaker(const Message& m) {
  switch (m.role) {
    case Message::Role::User:
      return ExportTexts::tr("You");
    case Message::Role::Assistant:
      return ExportTexts::tr("Leyden");
    case Message::Role::System:
      return ExportTexts::tr("Instructions");
    case Message::Role::Tool:
      return ExportTexts::tr("Tool result");
  }
  return {};
}

/// Sources by number, each once.
QVector<AnswerMark> numberedSources(const Message& m) {
  QVector<AnswerMark> sources;
  for (const AnswerMark& mark : findAnswerMarks(m)) {
    const bool known = std::any_of(sources.begin(), sources.end(),
                                   [&](const AnswerMark& s) { return s.number == mark.number; });
    if (mark.kind != AnswerMark::Kind::Unlocated && !known) sources.append(mark);
  }
  return sources;
}

QString sourceLine(const EvidencePassage& source, const ExportOptions& options) {
  const QString place = options.place ? options.place(source) : QString();
  QString line = source.title;
  if (!place.isEmpty()) line += (line.isEmpty() ? QString() : QStringLiteral(", ")) + place;
  const QString quote = source.quote.simplified();
  if (!quote.isEmpty()) line += QStringLiteral(": “%1”").arg(quote);
  return line;
}

/// A fence longer than any in the text.
QString fenced(const QString& text, const QString& language) {
  QString fence = QStringLiteral("```");
  while (text.contains(fence)) fence += u'`';
  return fence + language + u'\n' + text + u'\n' + fence;
}

QString htmlRuns(const QVector<TextRun>& runs) {
  QString out;
  for (const TextRun& r : runs) {
    QString text = r.text.toHtmlEscaped();
    text.replace(QChar(QChar::LineSeparator), QStringLiteral("<br>"));
    if ((r.look & TextRun::Code) != 0) text = QStringLiteral("<code>%1</code>").arg(text);
    if ((r.look & TextRun::Bold) != 0) text = QStringLiteral("<b>%1</b>").arg(text);
    if ((r.look & TextRun::Italic) != 0) text = QStringLiteral("<i>%1</i>").arg(text);
    if ((r.look & TextRun::Strike) != 0) text = QStringLiteral("<s>%1</s>").arg(text);
    if (r.href.startsWith(QStringLiteral("http://")) ||
        r.href.startsWith(QStringLiteral("https://")) ||
        r.href.startsWith(QStringLiteral("mailto:")))
      text = QStringLiteral("<a href=\"%1\">%2</a>").arg(r.href.toHtmlEscaped(), text);
    out += text;
  }
  return out;
}

QString htmlElement(const MarkdownElement& element) {
  if (const auto* code = std::get_if<CodeBlock>(&element.content))
    return QStringLiteral("<pre>%1</pre>\n").arg(code->text.toHtmlEscaped());
  if (const auto* table = std::get_if<MarkdownTable>(&element.content)) {
    QString out = QStringLiteral("<table border=\"1\" cellspacing=\"0\" cellpadding=\"4\"><tr>");
    for (const auto& cell : table->header) out += QStringLiteral("<th>%1</th>").arg(htmlRuns(cell));
    out += QStringLiteral("</tr>\n");
    for (const auto& row : table->rows) {
      out += QStringLiteral("<tr>");
      for (const auto& cell : row) out += QStringLiteral("<td>%1</td>").arg(htmlRuns(cell));
      out += QStringLiteral("</tr>\n");
    }
    return out + QStringLiteral("</table>\n");
  }
  const auto& p = std::get<Paragraph>(element.content);
  if (p.kind == Paragraph::Kind::Rule) return QStringLiteral("<hr>\n");
  if (p.kind == Paragraph::Kind::Heading)
    return QStringLiteral("<h%1>%2</h%1>\n").arg(std::min(6, p.level + 2)).arg(htmlRuns(p.runs));
  const QString marker =
      p.marker.isEmpty() ? QString() : p.marker.toHtmlEscaped() + QStringLiteral("&nbsp; ");
  return QStringLiteral("<p style=\"margin-left: %1px\"%2>%3%4</p>\n")
      .arg((p.depth + p.quote) * 24)
      .arg(p.quote > 0 ? QStringLiteral(" class=\"quote\"") : QString(), marker, htmlRuns(p.runs));
}

constexpr auto kStyle = R"(
body { font-family: sans-serif; max-width: 46em; margin: 2em auto; line-height: 1.5; color: #24221e; }
h1 { font-size: 1.5em; } h2 { font-size: 1em; color: #17696f; margin-top: 2em; }
pre { background: #f3f0ea; padding: 0.8em; white-space: pre-wrap; font-family: monospace; }
code { background: #f3f0ea; font-family: monospace; } table { border-collapse: collapse; }
.quote, .aside { color: #67635b; } .sources { font-size: 0.9em; color: #67635b; }
)";

void writePdf(QIODevice* device, const QVector<TranscriptEntry>& entries,
              const ExportOptions& options) {
  QPdfWriter writer(device);
  writer.setTitle(options.title);
  writer.setCreator(QStringLiteral("Leyden"));
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setPageMargins(QMarginsF(18, 18, 18, 20), QPageLayout::Millimeter);
  QTextDocument document;
  document.setDefaultFont(QFont(QStringLiteral("sans-serif"), 10));
  document.setHtml(exportHtml(entries, options));
  document.print(&writer);
}

}  // namespace

QString exportMarkdown(const QVector<TranscriptEntry>& entries, const ExportOptions& options) {
  QString out = QStringLiteral("# %1\n").arg(options.title);
  for (const TranscriptEntry& entry : entries) {
    const Message& m = entry.message;
    out += QStringLiteral("\n## %1\n\n").arg(speaker(m));
    if (options.thinking && !m.thinking.isEmpty())
      out += ExportTexts::tr("Reasoning") + QStringLiteral(":\n\n") + fenced(m.thinking, {}) +
             QStringLiteral("\n\n");
    if (options.toolCalls) {
      for (const ToolCall& call : m.toolCalls) {
        out += ExportTexts::tr("Tool %1").arg(call.name) + QStringLiteral(":\n\n") +
               fenced(call.arguments, QStringLiteral("json")) + QStringLiteral("\n\n");
        if (!call.result.isEmpty()) out += fenced(call.result, {}) + QStringLiteral("\n\n");
      }
    }
    out += m.text.trimmed() + u'\n';
    const auto sources = numberedSources(m);
    if (!sources.isEmpty()) out += QStringLiteral("\n%1:\n\n").arg(ExportTexts::tr("Sources"));
    for (const AnswerMark& s : sources)
      out += QStringLiteral("%1. %2\n").arg(s.number).arg(sourceLine(s.source, options));
  }
  return out;
}

QString exportHtml(const QVector<TranscriptEntry>& entries, const ExportOptions& options) {
  const QString title = options.title.toHtmlEscaped();
  QString out = QStringLiteral(
                    "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title>"
                    "<style>%2</style></head><body>\n<h1>%1</h1>\n")
                    .arg(title, QString::fromLatin1(kStyle));
  for (const TranscriptEntry& entry : entries) {
    const Message& m = entry.message;
    out += QStringLiteral("<h2>%1</h2>\n").arg(speaker(m));
    if (options.thinking && !m.thinking.isEmpty())
      out += QStringLiteral("<p class=\"aside\">%1</p>\n<pre class=\"aside\">%2</pre>\n")
                 .arg(ExportTexts::tr("Reasoning"), m.thinking.toHtmlEscaped());
    if (options.toolCalls) {
      for (const ToolCall& call : m.toolCalls)
        out += QStringLiteral("<p class=\"aside\">%1</p>\n<pre class=\"aside\">%2\n\n%3</pre>\n")
                   .arg(ExportTexts::tr("Tool %1").arg(call.name).toHtmlEscaped(),
                        call.arguments.toHtmlEscaped(), call.result.toHtmlEscaped());
    }
    if (m.role == Message::Role::Assistant) {
      MarkdownChunks chunks;  // as it is shown
      chunks.setSource(m.text);
      for (int i = 0; i < chunks.count(); ++i) {
        const Span s = chunks.chunk(i);
        const auto stretch = QStringView(m.text).mid(s.begin, s.end - s.begin);
        for (const MarkdownElement& e : parseMarkdown(stretch, int(s.begin))) out += htmlElement(e);
      }
    } else {
      QString text = m.text.toHtmlEscaped();
      text.replace(u'\n', QStringLiteral("<br>\n"));
      out += QStringLiteral("<p>%1</p>\n").arg(text);
    }
    const auto sources = numberedSources(m);
    if (sources.isEmpty()) continue;
    out += QStringLiteral("<p class=\"sources\">%1</p>\n<ol class=\"sources\">\n")
               .arg(ExportTexts::tr("Sources"));
    for (const AnswerMark& s : sources)
      out += QStringLiteral("<li value=\"%1\">%2</li>\n")
                 .arg(s.number)
                 .arg(sourceLine(s.source, options).toHtmlEscaped());
    out += QStringLiteral("</ol>\n");
  }
  return out + QStringLiteral("</body></html>\n");
}

QByteArray exportJson(const QVector<TranscriptEntry>& entries, const ExportOptions& options) {
  const auto passage = [&](const EvidencePassage& e) {
    QJsonObject o{{"document", e.document}, {"title", e.title}, {"begin", e.bytes.begin},
                  {"end", e.bytes.end},     {"share", e.share}, {"quote", e.quote}};
    if (options.place) o.insert("place", options.place(e));
    return o;
  };
  QJsonArray messages;
  for (const TranscriptEntry& entry : entries) {
    const Message& m = entry.message;
    static const char* const kRoles[]{"system", "user", "assistant", "tool"};
    QJsonObject o{
        {"id", m.id}, {"role", QString::fromLatin1(kRoles[int(m.role)])}, {"text", m.text}};
    if (m.createdMs > 0)
      o.insert("created",
               QDateTime::fromMSecsSinceEpoch(m.createdMs).toUTC().toString(Qt::ISODate));
    if (options.thinking && !m.thinking.isEmpty()) o.insert("thinking", m.thinking);
    QJsonArray calls, evidence, quotes;
    for (const ToolCall& call : m.toolCalls)
      calls.append(
          QJsonObject{{"name", call.name}, {"arguments", call.arguments}, {"result", call.result}});
    for (const EvidencePassage& e : m.evidence) evidence.append(passage(e));
    for (const Quote& q : m.quotes) {
      QJsonObject quote = passage(q.source);
      quote.insert("answer_begin", q.answer.begin);
      quote.insert("answer_end", q.answer.end);
      quotes.append(quote);
    }
    if (options.toolCalls && !calls.isEmpty()) o.insert("tool_calls", calls);
    if (!evidence.isEmpty()) o.insert("evidence", evidence);
    if (!quotes.isEmpty()) o.insert("quotes", quotes);
    messages.append(o);
  }
  return QJsonDocument(QJsonObject{{"title", options.title}, {"messages", messages}}).toJson();
}

QString exportTo(const QString& path, ExportFormat format, const QVector<TranscriptEntry>& entries,
                 const ExportOptions& options) {
  QByteArray bytes;
  switch (format) {
    case ExportFormat::Markdown:
      bytes = exportMarkdown(entries, options).toUtf8();
      break;
    case ExportFormat::Html:
      bytes = exportHtml(entries, options).toUtf8();
      break;
    case ExportFormat::Json:
      bytes = exportJson(entries, options);
      break;
    case ExportFormat::Pdf: {
      QBuffer buffer(&bytes);
      buffer.open(QIODevice::WriteOnly);
      writePdf(&buffer, entries, options);
      break;
    }
  }
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
    return ExportTexts::tr("%1 could not be written: %2").arg(path, file.errorString());
  return {};
}

QVector<std::pair<QString, ExportFormat>> exportFormats() {
  return {{ExportTexts::tr("Markdown"), ExportFormat::Markdown},
          {ExportTexts::tr("Web page"), ExportFormat::Html},
          {ExportTexts::tr("PDF"), ExportFormat::Pdf},
          {ExportTexts::tr("JSON"), ExportFormat::Json}};
}

QString exportFileName(const QString& title) {
  constexpr int kLongest = 80;  // a name has room for 255 bytes; a Chinese sign takes three
  QString name = title.simplified().left(kLongest);
  if (!name.isEmpty() && name.back().isHighSurrogate()) name.chop(1);
  for (QChar& c : name)
    if (c == u'/' || c == u'\\' || c.unicode() < 32) c = u'-';
  if (name.startsWith(u'.')) name[0] = u'-';
  return name;
}

QString exportEnding(ExportFormat format) {
  switch (format) {
    case ExportFormat::Html:
      return QStringLiteral("html");
    case ExportFormat::Pdf:
      return QStringLiteral("pdf");
    case ExportFormat::Json:
      return QStringLiteral("json");
    case ExportFormat::Markdown:
      break;
  }
  return QStringLiteral("md");
}

ExportFormat exportFormatOf(const QString& path) {
  const QString ending = path.section(u'.', -1).toLower();
  if (ending == QStringLiteral("html") || ending == QStringLiteral("htm"))
    return ExportFormat::Html;
  if (ending == QStringLiteral("pdf")) return ExportFormat::Pdf;
  return ending == QStringLiteral("json") ? ExportFormat::Json : ExportFormat::Markdown;
}

}  // namespace leyden::desktop
