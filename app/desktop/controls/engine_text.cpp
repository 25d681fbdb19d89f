// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/engine_text.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <vector>

namespace leyden::desktop {
namespace {

/// What the engine says, and the text shown for it; %1, %2... are its captures.
struct Line {
  QRegularExpression said;
  const char* shown;
};

const std::vector<Line>& lines() {
  auto whole = [](const char* pattern) {
    return QRegularExpression(QRegularExpression::anchoredPattern(QLatin1String(pattern)));
  };
  static const std::vector<Line> known{
      {whole("history is rendered anew from token (\\d+), what follows is read again"),
       QT_TRANSLATE_NOOP("EngineText", "From token %1 on, the conversation is read again.")},
      {whole("the first token was restricted to references of passages(?: that hold the words "
             "between quotation marks)?(?:, a tool call)? or a refusal"),
       QT_TRANSLATE_NOOP("EngineText",
                         "The answer had to begin with a passage, or say that there is none.")},
      {whole("model and words of the question together put passage (\\S+) first; the model alone "
             "\\S+, the words alone none(?:; then .*)?"),
       QT_TRANSLATE_NOOP("EngineText",
                         "The model chose %1; no passage has the words of the question.")},
      {whole("model and words of the question together put passage (\\S+) first; the model alone "
             "(\\S+), the words alone ([^\\s;]+)(?:; then .*)?"),
       QT_TRANSLATE_NOOP("EngineText",
                         "Model and words of the question chose %1 together; alone, the model "
                         "would have chosen %2, the words %3.")},
      {whole("(\\d+) stored pages failed verification and were computed again"),
       QT_TRANSLATE_NOOP("EngineText",
                         "%1 stored pieces were damaged on disk, and were computed again.")},
      {whole("quotes were held to the passages they name: (\\d+) of (\\d+) tokens would have "
             "differed"),
       QT_TRANSLATE_NOOP(
           "EngineText",
           "Quotations were held to their passages; %1 of %2 tokens would have differed.")},
      {whole("the answer repeated itself and was ended: its last \\d+ tokens are the same \\d+ again "
             "and again"),
       QT_TRANSLATE_NOOP("EngineText", "The answer repeated itself, and was ended.")},
      {whole("the turn ended inside a call"),
       QT_TRANSLATE_NOOP("EngineText", "The answer ended inside a tool call.")},
      {whole("the reasoning was not closed"),
       QT_TRANSLATE_NOOP("EngineText", "The model did not close its reasoning.")},
      {whole("nothing of what was read is kept here(?:; the text is read again)?"),
       QT_TRANSLATE_NOOP("EngineText",
                         "Nothing of what was read is kept; the text is read again.")},
      {whole("the state after the last full page is missing(?:; the text is read again)?"),
       QT_TRANSLATE_NOOP("EngineText",
                         "The end of what was read is missing; the text is read again.")},
      {whole("the KV was saved in format (\\d+), this build uses (\\d+)(?:; the text is read "
             "again)?"),
       QT_TRANSLATE_NOOP(
           "EngineText",
           "What was read was kept in format %1, this program uses %2; the text is read "
           "again.")},
      {whole("the KV is of other weights than the loaded ones \\(session: model '(.*)'\\)"
             "(?:; the text is read again)?"),
       QT_TRANSLATE_NOOP("EngineText",
                         "Another model read this session: %1. The text is read again.")},
      {whole("loading: the speeds are not measured yet"),
       QT_TRANSLATE_NOOP("EngineText",
                         "Loaded; the speeds of this computer are not measured yet.")},
      {whole("loading: loading takes about ([\\d.]+) s, reading (\\d+) tokens again ([\\d.]+) s"),
       QT_TRANSLATE_NOOP("EngineText",
                         "Loaded in about %1 s; reading %2 tokens again would take %3 s.")},
      {whole("reading again: loading takes about ([\\d.]+) s, reading (\\d+) tokens again "
             "([\\d.]+) s"),
       QT_TRANSLATE_NOOP(
           "EngineText",
           "Read again: loading would take about %1 s, reading %2 tokens takes %3 s.")},
      {whole("CUDA module: .*: cannot open shared object file: No such file or directory"),
       QT_TRANSLATE_NOOP("EngineText", "The part for NVIDIA GPUs (CUDA) is not installed.")},
      {whole("CUDA: no device can be used: (.*)"),
       QT_TRANSLATE_NOOP("EngineText", "The driver offers none: %1.")},
      {whole("(?:CUDA: )?expected a device of capability 9.0 \\(Hopper\\), found (.*) \\(([\\d.]+)\\)"),
       QT_TRANSLATE_NOOP("EngineText", "%1 has capability %2; 9.0 (Hopper) is needed.")},
      {whole("there is no such device"),
       QT_TRANSLATE_NOOP("EngineText", "There is no such device here now.")},
      {whole("(\\d+) heads do not divide among (\\d+) GPUs: some hold one more than others"),
       QT_TRANSLATE_NOOP("EngineText",
                         "%1 heads do not divide among %2 GPUs: some hold one more than others.")},
      {whole("the weights alone take (.+) on each GPU, which has (.+)"),
       QT_TRANSLATE_NOOP("EngineText", "The weights alone take %1 on each GPU, which has %2.")},
      {whole("the weights alone take (.+), and there are (.+)"),
       QT_TRANSLATE_NOOP("EngineText", "The weights alone take %1, and there are %2.")},
      {whole("(.+) are missing: weights (.+), KV (.+), workspace (.+), and each GPU has (.+)"),
       QT_TRANSLATE_NOOP("EngineText",
                         "%1 are missing: weights take %2, the context %3, the workspace "
                         "%4, and each GPU has %5.")},
      {whole("(.+) are missing: weights (.+), KV (.+), workspace (.+), and there are (.+)"),
       QT_TRANSLATE_NOOP("EngineText",
                         "%1 are missing: weights take %2, the context %3, the workspace "
                         "%4, and there are %5.")},
      {whole("a context of (\\d+) tokens would fit"),
       QT_TRANSLATE_NOOP("EngineText", "A context of %1 tokens would fit.")},
      {whole("(\\d+) sessions of (\\d+) tokens would fit"),
       QT_TRANSLATE_NOOP("EngineText", "%1 sessions of %2 tokens would fit.")},
      {whole("(\\d+) GPUs of (.+) would do"),
       QT_TRANSLATE_NOOP("EngineText", "%1 GPUs of %2 would do.")},
      {whole("(.+) is read-only: sessions can be read and resumed, not changed"),
       QT_TRANSLATE_NOOP("EngineText",
                         "%1 cannot be written: sessions can be read and resumed, not changed.")},
      {whole("kv.db was missing: sessions open, and read their text again on use"),
       QT_TRANSLATE_NOOP("EngineText",
                         "What models have read was missing: sessions open, and are read again.")},
      {whole("kv.db (.+); it was set aside as (.+), and sessions read their text again on use"),
       QT_TRANSLATE_NOOP("EngineText",
                         "What models have read (kv.db) was damaged: %1. It was set aside as "
                         "%2; sessions are read again.")},
      {whole("library"), QT_TRANSLATE_NOOP("EngineText", "Leyden")},
      {whole("host"), QT_TRANSLATE_NOOP("EngineText", "this program")},
      {whole("plugin (\\S+)"), QT_TRANSLATE_NOOP("EngineText", "plugin %1")},
      {whole("mcp (\\S+)"), QT_TRANSLATE_NOOP("EngineText", "server %1")},
      {whole("built in"), QT_TRANSLATE_NOOP("EngineText", "needs no asking")},
      {whole("once"), QT_TRANSLATE_NOOP("EngineText", "once")},
      {whole("session"), QT_TRANSLATE_NOOP("EngineText", "for the session")},
      {whole("always"), QT_TRANSLATE_NOOP("EngineText", "always")},
      {whole("denied"), QT_TRANSLATE_NOOP("EngineText", "no")},
  };
  return known;
}

const char* kindOf(int code) {
  switch (code) {
    case -3:
      return QT_TRANSLATE_NOOP("EngineText", "Damaged data.");
    case -4:
      return QT_TRANSLATE_NOOP("EngineText", "This cannot be done here.");
    case -5:
      return QT_TRANSLATE_NOOP("EngineText", "There is not enough memory.");
    case -6:
      return QT_TRANSLATE_NOOP("EngineText", "Stopped.");
    case -7:
      return QT_TRANSLATE_NOOP("EngineText", "The system refused to read or write.");
    case -8:
      return QT_TRANSLATE_NOOP("EngineText",
                               "This is longer than the model's context; nothing was lost.");
    case -9:
      return QT_TRANSLATE_NOOP("EngineText", "In use by another program or window.");
    case -10:
      return QT_TRANSLATE_NOOP("EngineText", "A device failed; open the model again to go on.");
    case -11:
      return QT_TRANSLATE_NOOP("EngineText", "An error of Leyden itself.");
    default:
      return nullptr;
  }
}

QString shown(const char* text) { return QCoreApplication::translate("EngineText", text); }

}  // namespace

QString engineText(const QString& sentence) {
  for (const Line& line : lines()) {
    const auto match = line.said.match(sentence);
    if (!match.hasMatch()) continue;
    QString text = shown(line.shown);
    // From the last to the first, so that what was captured is never taken for a place.
    for (int i = match.lastCapturedIndex(); i >= 1; --i)
      text.replace(QStringLiteral("%%1").arg(i), match.captured(i));
    return text;
  }
  return sentence;
}

QString engineTexts(const QStringList& sentences) {
  QStringList texts;
  for (const QString& sentence : sentences) texts.append(engineText(sentence));
  return texts.join(' ');
}

QString failureText(int code, const QString& message) {
  const char* kind = kindOf(code);
  return kind == nullptr ? message : shown(kind) + ' ' + message;
}

}  // namespace leyden::desktop
