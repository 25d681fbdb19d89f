// SPDX-License-Identifier: Apache-2.0
// Messages, answers and what happens while one is written.
#pragma once

#include <QJsonObject>
#include <QString>
#include <QVector>
#include <optional>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

/// A passage of a document that attention used. `document` is an id of the jar (a position in the
/// chat where nothing is saved); `bytes` of that document's text.
struct EvidencePassage {
  qint64 document = 0;
  QString title;
  Span bytes;
  int reference = -1;  ///< the passage's number in the prompt; -1: none
  int page = -1;       ///< from 0; -1: told by `bytes`
  double share = 0;    ///< of the attention on all passages, above background, in [0, 1]
  QString quote;
};

/// A sentence of an answer with where it came from. `text` in UTF-16 units of the answer.
struct SentenceEvidence {
  Span text;
  QVector<EvidencePassage> evidence;
};

/// A stretch of an answer that stands literally in a document. `answer` in UTF-16 units.
struct Quote {
  Span answer;
  EvidencePassage source;
};

struct ToolCall {
  QString name;
  QString arguments;  ///< JSON text
  QString result;     ///< empty until it has come
  bool malformed = false;
};

/// One call of a run with tools, and what became of it.
struct AgentCall {
  QString name;
  QString origin;
  QString arguments;  ///< JSON text
  QString decision;   ///< "built in", "once", "session", "always", "denied"
  QString reason;     ///< of a denial
  bool ok = false;
  QString result;
  QStringList hosts;
  double seconds = 0;
};
struct AgentStep {
  double seconds = 0;
  QVector<AgentCall> calls;
};
/// How an answer with tools came about.
struct AgentRun {
  QString stopped;  ///< "answered", "max_steps", "max_seconds", "max_tokens", "cancelled"
  QVector<AgentStep> steps;
  QVector<EvidencePassage> sources;  ///< passages that tools read
};

struct AnswerTiming {
  qint64 promptTokens = 0;
  qint64 completionTokens = 0;
  qint64 reusedTokens = 0;
  double prefillS = 0;
  double decodeS = 0;
  double firstTokenS = 0;
};

/// One message of the shown branch.
struct Message {
  enum class Role { System, User, Assistant, Tool };
  enum class State { Complete, Streaming, Interrupted };
  qint64 id = 0;
  qint64 parent = 0;
  Role role = Role::User;
  State state = State::Complete;
  QString text;      ///< Markdown source
  QString thinking;  ///< reasoning, before the text
  qint64 createdMs = 0;
  qint64 tokens = 0;
  QVector<qint64> siblings;  ///< all branches at this place, this one among them
  QVector<qint64> branchEnds;  ///< the last message of each, where there are several
  QVector<qint64> parts;       ///< messages of the jar that a run is made of; empty: this one
  QString finishReason;      ///< "stop", "length", "cancelled", "tool_calls"
  QVector<EvidencePassage> evidence;
  QVector<SentenceEvidence> sentences;
  QVector<Quote> quotes;
  QVector<ToolCall> toolCalls;
  std::optional<AgentRun> run;
  AnswerTiming timing;
  QStringList notices;
  QJsonObject extra;  ///< as the jar keeps it
};

/// What comes while an answer is written, in order.
struct AnswerEvent {
  enum class Kind { Prefill, Thinking, Text, ToolCall, MalformedCall, ToolResult, Step, Evidence };
  Kind kind = Kind::Text;
  QString text;
  QString name;
  Progress progress;                  ///< of Kind::Prefill; Kind::Step: done is its number, from 1
  QVector<EvidencePassage> evidence;  ///< of Kind::Evidence: of all that was written so far
};

/// How to ask. Zero is the engine's default.
struct AskSettings {
  bool thinking = false;
  bool evidence = true;
  bool constrainReferences = false;
  double temperature = 0;
  double topP = 0;
  int topK = 0;
  quint64 seed = 0;
  qint64 maxTokens = 0;
  int maxSteps = 0;       ///< of a run with tools
  double maxSeconds = 0;  ///< of a run with tools

  bool operator==(const AskSettings&) const = default;
};

}  // namespace leyden::desktop
