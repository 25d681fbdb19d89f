// SPDX-License-Identifier: Apache-2.0
// How tools are announced to a model. The exact words belong to checkpoints and are read from their
// files; the words built in here are ours, carry the same information, and count as degraded.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/chat/message.h"

namespace leyden {

/// Tool announcement as four templates: preamble + tools joined by separator + postamble.
/// `tool` knows {name}, {description}, {parameters} (JSON line), {parameter_names} (a, b, c) and
/// {json} (the whole function object).
struct ToolPrompt {
  std::string preamble;
  std::string tool;
  std::string postamble;
  std::string separator;
  bool degraded = false;  ///< not what the model was trained on

  /// Own words around the structure V3.1 and V3.2-Exp were trained with.
  static ToolPrompt built_in();
  /// Reads {"preamble", "tool", "postamble", "separator"} (all strings, `tool` required).
  static Result<ToolPrompt> parse(std::string_view json, const std::string& file_name);
};

/// A template filled in: literal stretches are the template's, the others the user's.
struct TemplatePart {
  std::string text;
  bool from_user = false;
};
/// `tool_prompt` for these tools. Errors: kInvalidArgument when a tool's JSON does not parse.
Result<std::vector<TemplatePart>> announce_tools(const ToolPrompt& tool_prompt,
                                                 const std::vector<ToolSpec>& tools);

/// Cuts `text` at the {placeholders} named in `names` and puts `values` there; other braces stay.
std::vector<TemplatePart> fill_template(std::string_view text,
                                        const std::vector<std::string_view>& names,
                                        const std::vector<std::string_view>& values);

/// V3.2's two fixed texts: in front of the tool list, and in front of a response schema.
struct DsmlPreamble {
  std::string tools;            ///< through "<functions>\n"
  std::string response_format;  ///< through the line feed before the schema
  bool tools_degraded = true;
  bool response_format_degraded = true;
  std::vector<std::string> warnings;

  static DsmlPreamble built_in();
  /// Takes both from the text of the checkpoint's encoder program and checks their SHA-256. What is
  /// not found, or is not what it should be, stays built in, with a warning that says so.
  static DsmlPreamble from_encoder(std::string_view python, const std::string& file_name);
};

/// The value of the Python string literal that starts at `python[at]`: quotes of one or three, escapes
/// read, prefixes skipped. Errors: kNotFound when there is none.
Result<std::string> read_python_string(std::string_view python, size_t at);

}  // namespace leyden
