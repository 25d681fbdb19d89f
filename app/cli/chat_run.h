// SPDX-License-Identifier: Apache-2.0
// One chat of this program: its documents, and how a question is asked and its answer shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/chat_arguments.h"
#include "app/cli/console.h"
#include "app/cli/input_files.h"

namespace leyden_cli {

class ChatRun {
 public:
  /// Reads the files, opens the model and hands the documents over. Throws.
  ChatRun(const ChatArguments& args, const Console& console);

  /// Reads the documents ahead of the first question. Throws.
  void read_documents();
  /// Asks and shows the answer as it comes. False when it was cancelled. Throws.
  bool ask(const std::string& question);
  /// Goes on with an answer that was interrupted; the same. Throws.
  bool go_on();
  /// Reads what came back once more and compares; shows what it found. False on a mismatch. Throws.
  bool verify();
  /// Takes the last question and its answer back; false when there is none. Throws.
  bool undo();

  Json info() const;
  /// A line of JSON: what was restored of a kept session, and what was decided.
  void print_how_it_came_back() const;
  const std::vector<DocumentFile>& documents() const { return documents_; }

  // What an interactive user may change between questions.
  bool thinking, evidence;

 private:
  struct Stream;
  void open_session();
  /// The session's documents whose files nobody named, once an answer points into one.
  void read_kept_documents(const Json& answer);
  void say_how_it_came_back() const;
  /// Runs one call that writes an answer, and shows it.
  template <typename Call>
  bool show(Call&& call);

  const ChatArguments& args_;
  const Console& console_;
  std::vector<DocumentFile> documents_;
  Store store_;   ///< null when nothing is kept
  Model model_;
  OpenedTools tools_;
  KeptGrants grants_{nullptr};
  Chat chat_;
  Json resume_;   ///< how the session came back; null when nothing is kept
};

/// Adds to an answer's JSON what only the files know: path and lines; counts bytes in the file.
void place_in_files(Json& answer, const std::vector<DocumentFile>& documents);
/// Passages and quotes of a placed answer, for people; "" when there are none.
std::string evidence_text(const Json& answer);
/// One line of at most `limit` bytes, cut between characters.
std::string one_line(const std::string& text, size_t limit);
/// What a run with tools quoted from the library; "" when nothing.
std::string library_quotes_text(const Json& answer);
/// "read 1,234 tokens (1,000 kept) in 0:02, wrote 56 at 30.1 tokens/s"
std::string timing_text(const Json& answer);

/// Questions from stdin until it ends. The exit status: LEYDEN_OK, or that of the last failure when
/// machines are listening.
int32_t run_chat_loop(ChatRun& chat, const Console& console);

}  // namespace leyden_cli
