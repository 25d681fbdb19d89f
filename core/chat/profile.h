// SPDX-License-Identifier: Apache-2.0
// The prompt profile of a model folder, `leyden.json`: which chat format it speaks, how documents are
// laid out, how it answers, how tools are announced. Without the file a generic profile serves.
//
// {"leyden_profile": 1, "chat_format": "v3.2-exp" | "v3.2",
//  "document": {"layout": "passages" | "plain", "placement": "before_system" | "first_user",
//    "begin", "end", "title": "# {title}\n", "heading": "# {title}\n",
//    "reference": {"pattern": "⟦{n}⟧", "count": 1024},
//    "passage": "{ref}{sp}{text}\n", "passage_tokens": {"min": 40, "max": 100},
//    "question": "\n{question}"},
//  "answer": {"quote": "{ref} >{sp}{text}", "value": "\nAnswer: {value}.", "refusal": ["..."]},
//  "tools": {"preamble", "tool", "postamble", "separator"},
//  "tasks": {"cite": "Cite: {question}", ...}, "notes": ...}
//
// `tasks` holds the wordings a model was trained with for workflows; those built in here (`cite`) are
// checked, others are kept for whoever knows them. `notes` is for people.
// Only leyden_profile is required. `comment` and names that begin with "x-" are skipped everywhere;
// any other unknown name is an error, so that a typing mistake does not pass as a default.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "core/chat/tool_prompt.h"

namespace leyden {

enum class ChatFormat : uint8_t {
  kV32Exp,  ///< V3.1, V3.1-Terminus, V3.2-Exp: special tokens around calls
  kV32,     ///< V3.2, V3.2-Speciale: DSML
};
/// "v3.2-exp" and "v3.2"; also reads "v3.1".
const char* chat_format_name(ChatFormat format);
std::optional<ChatFormat> chat_format_from_name(std::string_view name);

struct DocumentProfile {
  enum class Layout : uint8_t {
    kPlain,     ///< the text as it is, between the fences
    kPassages,  ///< numbered passages, white space made single
  };
  enum class Placement : uint8_t {
    kBeforeSystem,  ///< BOS documents system tools turns
    kFirstUser,     ///< BOS user-mark documents system tools question
  };
  Layout layout = Layout::kPlain;
  Placement placement = Placement::kBeforeSystem;
  std::string begin;    ///< fence; may hold {title}
  std::string end;
  std::string title;    ///< {title} is the document's; left out when it has none. Empty: never
  /// Passages only: {title} is the heading, written in front of its passage's reference. Absent:
  /// headings are the first line of their passage's text, as they are. Empty: left out.
  std::optional<std::string> heading;
  /// {n} is the reference number; each such string is one token where the vocabulary has it.
  std::string reference;
  int reference_count = 0;
  /// {ref}, {text}, {n}, and {sp}: one space before text of a script that writes with spaces.
  std::string passage;
  int passage_tokens_min = 40;
  int passage_tokens_max = 100;
  std::string question = "{question}";  ///< first_user only
};

struct AnswerProfile {
  std::string quote;                 ///< {ref} {sp} {text}
  std::string value;                 ///< {value}
  std::vector<std::string> refusal;  ///< the sentences that mean "not in the document"
};

struct Profile {
  bool from_file = false;
  std::optional<ChatFormat> chat_format;
  DocumentProfile document;
  AnswerProfile answer;
  std::optional<ToolPrompt> tools;
  /// Wordings by name; "cite" has {question}. An object (a tool's schema) is kept as JSON text.
  std::map<std::string, std::string> tasks;

  /// Readable fences, plain text, documents before the system text.
  static Profile generic();
  /// Parses and validates. Errors: kCorrupt "leyden.json: document.layout: expected ..., found ...";
  /// kUnsupported for another version.
  static Result<Profile> parse(std::string_view json, const std::string& file_name);
  /// `dir`/leyden.json, or generic() when there is none. Errors: also kIo.
  static Result<Profile> load(const std::filesystem::path& dir);

  /// The reference string of number n, e.g. "⟦7⟧".
  std::string reference(int n) const;
  /// Number of the reference `text` begins with and its length in bytes; {-1, 0} when none.
  std::pair<int, size_t> match_reference(std::string_view text) const;
  /// The user text of a task, e.g. task("cite", {{"question", q}}), task("read", {{"ref", reference(3)}}).
  /// Where references must be tokens, set Message::references.
  /// Errors: kNotFound, naming the tasks there are; kInvalidArgument for a value it has no place for.
  Result<std::string> task(const std::string& name,
                           const std::vector<std::pair<std::string, std::string>>& values) const;
  /// The {question} of a user text that is the task "cite"; nothing for another text.
  std::optional<std::string_view> cited_question(std::string_view text) const;
};

}  // namespace leyden
