// SPDX-License-Identifier: Apache-2.0
// The interactive chat: lines from stdin, commands that begin with a slash.
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "app/cli/chat_run.h"
#include "app/cli/interrupt.h"
#include "app/cli/line_reader.h"

namespace leyden_cli {

namespace {

constexpr const char* kHelp =
    "Type a question and press Enter.\n"
    "  \\ at the end of a line     the question goes on in the next line\n"
    "  \"\"\"                        begins and ends a question of several lines\n"
    "  /evidence [on|off]         show the passages an answer was drawn from\n"
    "  /thinking [on|off]         let the model reason first\n"
    "  /doc                       the documents of this chat\n"
    "  /undo                      take the last question back\n"
    "  /help                      this\n"
    "  /quit, Ctrl-D              leave\n"
    "Ctrl-C stops an answer; what was written stays in the chat.\n";

/// The next line; nullopt at the end of input. At a terminal Ctrl-C throws away what was typed and
/// answers an empty line.
std::optional<std::string> next_line(LineReader& lines, const char* prompt) {
  const bool tty = isatty(STDIN_FILENO) == 1;
  if (tty) {
    print(prompt);
    flush_output();
  }
  try {
    return lines.next();
  } catch (const Failure& failure) {
    if (!tty || failure.status != LEYDEN_E_CANCELLED) throw;
    forget_interrupt();
    print("\n(/quit or Ctrl-D leaves)\n");
    return std::string();
  }
}

/// A whole question, which may span lines.
std::optional<std::string> read_question(LineReader& lines) {
  std::optional<std::string> line = next_line(lines, "> ");
  if (!line) return line;
  if (*line == "\"\"\"") {
    std::string text;
    while ((line = next_line(lines, ". ")) && *line != "\"\"\"") text += *line + "\n";
    if (!text.empty()) text.pop_back();
    return text;
  }
  std::string text = *line;
  while (!text.empty() && text.back() == '\\') {
    text.back() = '\n';
    if (!(line = next_line(lines, ". "))) break;
    text += *line;
  }
  return text;
}

void show_documents(const ChatRun& chat) {
  const Json info = chat.info();
  const Json& documents = info.at("documents");
  if (documents.empty()) print("This chat has no documents (start with --doc FILE).\n");
  for (size_t i = 0; i < documents.size(); ++i) {
    const bool named = i < chat.documents().size() && !chat.documents()[i].path.empty();
    print(
        fmt::format("{}. {}, {}\n", i + 1,
                    named ? chat.documents()[i].path : documents[i].at("title").get<std::string>(),
                    human_bytes(documents[i].at("bytes").get<uint64_t>())));
  }
  print(fmt::format("{} messages, {} tokens read\n", info.at("messages").get<uint64_t>(),
                    grouped(info.at("tokens").get<uint64_t>())));
}

void turn(bool& what, const std::string& name, const std::string& argument) {
  if (argument == "on" || argument == "off") {
    what = argument == "on";
  } else if (argument.empty()) {
    what = !what;
  } else {
    return print(fmt::format("/{}: expected on or off\n", name));
  }
  print(fmt::format("{} is {}\n", name, what ? "on" : "off"));
}

/// False to leave.
bool run_command(ChatRun& chat, const std::string& line) {
  const size_t space = line.find(' ');
  const std::string name = line.substr(1, space == std::string::npos ? space : space - 1);
  const std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
  if (name == "quit" || name == "exit") return false;
  if (name == "help") {
    print(kHelp);
  } else if (name == "doc" || name == "docs") {
    show_documents(chat);
  } else if (name == "evidence") {
    turn(chat.evidence, name, argument);
  } else if (name == "thinking") {
    turn(chat.thinking, name, argument);
  } else if (name == "undo") {
    print(chat.undo() ? "The last question is gone.\n" : "There is nothing to take back.\n");
  } else {
    print(fmt::format("No command /{}; /help shows those there are.\n", name));
  }
  return true;
}

}  // namespace

int32_t run_chat_loop(ChatRun& chat, const Console& console) {
  const bool tty = isatty(STDIN_FILENO) == 1;
  chat.read_documents();
  if (tty && !console.json) print("Ask away; /help shows how, /quit leaves.\n");
  LineReader lines;
  int32_t status = LEYDEN_OK;
  while (const std::optional<std::string> question = read_question(lines)) {
    if (question->find_first_not_of(" \t\n") == std::string::npos) continue;
    try {
      if (!console.json && question->front() == '/') {
        if (!run_command(chat, *question)) break;
      } else if (!chat.ask(*question)) {
        if (!tty) return LEYDEN_E_CANCELLED;
        note("(stopped)");
        forget_interrupt();
      }
    } catch (const Failure& failure) {
      if (failure.status == LEYDEN_E_IO) throw;
      print_failure(failure, console.json);
      if (!tty) status = failure.status;
      if (tty) forget_interrupt();
    }
  }
  return status;
}

}  // namespace leyden_cli
