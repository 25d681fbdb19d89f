// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/run_messages.h"

#include "app/desktop/engine/answer_json.h"

namespace leyden::desktop {
namespace {

bool isTool(const QVector<Message>& messages, qsizetype at) {
  return at < messages.size() && messages[at].role == Message::Role::Tool;
}

/// What became of a call, by the result that was kept; `written` is what the model wrote.
AgentCall callOf(const Message& result, const ToolCall& written) {
  const QJsonObject kept = result.extra["call"].toObject();
  if (!kept.isEmpty()) return agentCallFromJson(kept);
  AgentCall call;
  call.name = written.name;
  call.arguments = written.arguments;
  call.ok = true;
  call.result = result.text;
  return call;
}

/// The run that begins at `at`; moves `at` behind it.
Message oneRun(const QVector<Message>& messages, qsizetype* at) {
  const Message& first = messages[*at];
  AgentRun run;
  QVector<ToolCall> calls;
  QVector<qint64> parts;
  Message last;
  for (;;) {
    last = messages[*at];
    parts.append(last.id);
    run.steps.append(AgentStep{last.timing.prefillS + last.timing.decodeS, {}});
    qsizetype answered = 0;
    while (isTool(messages, ++*at)) {
      const Message& result = messages[*at];
      parts.append(result.id);
      const AgentCall call = callOf(result, last.toolCalls.value(answered++));
      run.steps.last().calls.append(call);
      calls.append({call.name, call.arguments, call.result, false});
    }
    const bool goesOn = answered > 0 && *at < messages.size() &&
                        messages[*at].role == Message::Role::Assistant;
    if (goesOn) continue;
    last.toolCalls.remove(0, std::min(answered, last.toolCalls.size()));
    break;
  }
  last.toolCalls = calls + last.toolCalls;
  if (last.run) {
    run.stopped = last.run->stopped;
    run.sources = last.run->sources;
  } else if (last.state == Message::State::Interrupted) {
    run.stopped = QStringLiteral("cancelled");
  }
  last.run = run;
  last.id = parts.last();
  last.parent = first.parent;
  if (last.siblings.size() < 2 && first.siblings.size() > 1) {
    last.siblings = first.siblings;
    last.branchEnds = first.branchEnds;
    last.siblings.replace(last.siblings.indexOf(first.id), last.id);
  }
  last.parts = parts;
  return last;
}

}  // namespace

QVector<Message> withRunsAsOne(const QVector<Message>& messages) {
  QVector<Message> out;
  for (qsizetype at = 0; at < messages.size();) {
    const Message& m = messages[at];
    const bool begins = m.role == Message::Role::Assistant && (m.run || isTool(messages, at + 1));
    if (begins)
      out.append(oneRun(messages, &at));
    else
      out.append(messages[at++]);
  }
  return out;
}

}  // namespace leyden::desktop
