// SPDX-License-Identifier: Apache-2.0
// Short spellings for prompts in tests, and what every chat test needs.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/chat/format.h"
#include "core/chat/stream_parser.h"

namespace leyden {

/// Replaces <BOS>, <EOS>, <U>, <A>, <CALLS>, </CALLS>, <CALL>, </CALL>, <SEP>, <OUT>, </OUT> by the
/// special tokens' strings, and "D|" by the DSML mark.
inline std::string expand(std::string text) {
  static const std::pair<std::string, std::string_view> kShort[] = {
      {"<BOS>", token::kBos},         {"<EOS>", token::kEos},       {"<U>", token::kUser},
      {"<A>", token::kAssistant},     {"<CALLS>", token::kCallsBegin}, {"</CALLS>", token::kCallsEnd},
      {"<CALL>", token::kCallBegin},  {"</CALL>", token::kCallEnd}, {"<SEP>", token::kSep},
      {"<OUT>", token::kOutputBegin}, {"</OUT>", token::kOutputEnd}, {"D|", token::kDsml}};
  for (const auto& [from, to] : kShort) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

/// A file of tests/goldens/chat, expanded; one last line feed is the editor's.
inline std::string golden(const std::string& name) {
  std::ifstream file(std::string(LEYDEN_SOURCE_DIR) + "/tests/goldens/chat/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  std::string out = text.str();
  if (out.ends_with('\n')) out.pop_back();
  return expand(out);
}

/// A chat template of this format, with the built-in words.
inline ChatTemplate plain_template(ChatFormat format) {
  ChatTemplate chat;
  chat.format = format;
  chat.profile = Profile::generic();
  chat.tool_prompt = ToolPrompt::built_in();
  chat.dsml = DsmlPreamble::built_in();
  return chat;
}

inline Message user(std::string content) { return {Role::kUser, std::move(content)}; }
inline Message system_message(std::string content) { return {Role::kSystem, std::move(content)}; }
inline Message tool_result(std::string content) { return {Role::kTool, std::move(content)}; }
inline Message assistant(std::string content, std::vector<ToolCall> calls = {}, std::string reasoning = {}) {
  Message m{Role::kAssistant, std::move(content)};
  m.tool_calls = std::move(calls);
  m.reasoning = std::move(reasoning);
  return m;
}

/// The rendered text, or "error: ..." so that a failure shows in the comparison.
inline std::string render_text(const ChatTemplate& chat, const std::vector<Message>& messages,
                               const RenderOptions& options = {}, const std::vector<ToolSpec>& tools = {}) {
  const auto rendered = render_chat(chat, messages, tools, options);
  return rendered.ok() ? rendered->to_string() : "error: " + rendered.status().to_string();
}

/// All events of a text pushed in the given chunks.
inline std::vector<StreamEvent> parse_chunks(ChatFormat format, bool thinking,
                                             const std::vector<std::string>& chunks,
                                             StreamEnd end = StreamEnd::kEndOfTurn) {
  const auto parser = make_stream_parser(format, thinking);
  std::vector<StreamEvent> events;
  for (const std::string& chunk : chunks) parser->push(chunk, &events);
  parser->finish(end, &events);
  return events;
}

/// Everything the events stand for, in order: must be what was pushed.
inline std::string raw_of(const std::vector<StreamEvent>& events) {
  std::string raw;
  for (const StreamEvent& event : events) raw += event.raw;
  return raw;
}

/// The events in one line, neighbouring deltas joined:
/// "think(a) text(b) call(name {...}) bad(raw: reason) cut(raw) note(reason)"; plain markers left out.
/// A note on text stands behind the whole stretch, however it was cut.
inline std::string summary(const std::vector<StreamEvent>& events) {
  std::string out, delta, note;
  StreamEventKind kind = StreamEventKind::kMarker;
  const auto flush = [&] {
    if (!delta.empty()) out += (kind == StreamEventKind::kThinking ? "think(" : "text(") + delta + ") ";
    if (!note.empty()) out += "note(" + note + ") ";
    delta.clear();
    note.clear();
  };
  for (const StreamEvent& event : events) {
    if (event.kind == StreamEventKind::kThinking || event.kind == StreamEventKind::kText) {
      if (event.kind != kind || !event.reason.empty()) flush();
      kind = event.kind;
      delta += event.text;
      note += event.reason;
      continue;
    }
    if (event.kind == StreamEventKind::kMarker && event.reason.empty()) continue;
    flush();
    switch (event.kind) {
      case StreamEventKind::kToolCall: out += "call(" + event.call.name + " " + event.call.arguments + ") "; break;
      case StreamEventKind::kMalformedCall: out += "bad(" + event.raw + ": " + event.reason + ") "; break;
      case StreamEventKind::kTruncatedCall: out += "cut(" + event.raw + ") "; break;
      default: out += "note(" + event.reason + ") ";
    }
  }
  flush();
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace leyden
