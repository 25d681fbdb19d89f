// SPDX-License-Identifier: Apache-2.0
// Which prompt format a checkpoint speaks, and the one way to render a chat in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/chat/message.h"
#include "core/chat/profile.h"
#include "core/chat/prompt.h"
#include "core/chat/tool_prompt.h"

namespace leyden {

struct RenderOptions {
  bool thinking = false;
  bool add_generation_prompt = true;  ///< V3.2 has no such flag: there it only checks the last message
  bool keep_prefix_end = false;       ///< leave the end mark after a prefix message (the template's way)
  bool documents = false;             ///< reserve the documents' place (Rendered::documents())
};

/// Everything about prompts that belongs to a model folder; immutable once loaded.
struct ChatTemplate {
  ChatFormat format = ChatFormat::kV32Exp;
  Profile profile;
  ToolPrompt tool_prompt;             ///< V3.2-Exp, or a profile's own
  DsmlPreamble dsml;                  ///< V3.2
  std::vector<std::string> warnings;  ///< for the user, e.g. that a preamble is a stand-in

  /// Reads leyden.json, chat_template*, encoding/ and the tool preamble of a model folder.
  /// The format is: `override`, else the profile's, else V3.2-Exp when there is a chat template, else
  /// V3.2 when there is encoding/, else V3.2-Exp with a warning.
  /// Errors: kCorrupt or kUnsupported for a bad profile, kIo.
  static Result<ChatTemplate> load(const std::filesystem::path& model_dir,
                                   std::optional<ChatFormat> format_override = std::nullopt);
};

/// Checks messages and tools, then renders them. The order is BOS, documents, system text, tools,
/// turns; with placement first_user the documents open the first user turn and the system text
/// follows them.
/// Errors: kInvalidArgument, kUnsupported; nothing is rendered then.
Result<Rendered> render_chat(const ChatTemplate& chat, const std::vector<Message>& messages,
                             const std::vector<ToolSpec>& tools, const RenderOptions& options);

/// True when what the model writes next is reasoning: the last mode mark of the prompt is open.
bool ends_in_thinking(const Rendered& rendered);

/// What stands in front of the documents in every chat: BOS, and the user mark for first_user.
Rendered render_head(const ChatTemplate& chat);

}  // namespace leyden
