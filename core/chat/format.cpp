// SPDX-License-Identifier: Apache-2.0
#include "core/chat/format.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "base/text_file.h"
#include "core/chat/format_dsml.h"
#include "core/chat/format_v31.h"
#include "core/chat/json_text.h"
#include "core/chat/render_parts.h"

namespace leyden {
namespace {

constexpr uintmax_t kMaxTextBytes = 16 << 20;

bool has_chat_template(const std::filesystem::path& dir) {
  std::error_code error;
  for (const char* name : {"chat_template.jinja", "chat_template.json"}) {
    if (std::filesystem::exists(dir / name, error)) return true;
  }
  const auto config = read_text_file(dir / "tokenizer_config.json", kMaxTextBytes);
  if (!config.ok() || !json_depth_within(*config, 200)) return false;
  const auto json = nlohmann::json::parse(*config, nullptr, false);
  return json.is_object() && json.contains("chat_template") && !json["chat_template"].is_null();
}

}  // namespace

Result<ChatTemplate> ChatTemplate::load(const std::filesystem::path& model_dir,
                                        std::optional<ChatFormat> format_override) {
  ChatTemplate chat;
  LEYDEN_ASSIGN(chat.profile, Profile::load(model_dir));
  std::error_code error;
  const bool has_encoder = std::filesystem::is_directory(model_dir / "encoding", error);
  if (format_override) {
    chat.format = *format_override;
  } else if (chat.profile.chat_format) {
    chat.format = *chat.profile.chat_format;
  } else if (has_chat_template(model_dir)) {
    chat.format = ChatFormat::kV32Exp;
  } else if (has_encoder) {
    chat.format = ChatFormat::kV32;
  } else {
    chat.warnings.push_back("the model folder has no leyden.json, chat template or encoding/ folder; "
                            "the chat format is taken to be v3.2-exp");
  }
  chat.tool_prompt = chat.profile.tools ? *chat.profile.tools : ToolPrompt::built_in();
  chat.dsml = DsmlPreamble::built_in();
  if (chat.format == ChatFormat::kV32) {
    const auto encoder = read_text_file(model_dir / "encoding" / "encoding_dsv32.py", kMaxTextBytes);
    if (encoder.ok()) {
      chat.dsml = DsmlPreamble::from_encoder(*encoder, "encoding_dsv32.py");
      for (const std::string& warning : chat.dsml.warnings) chat.warnings.push_back(warning);
    } else if (encoder.status().code() == StatusCode::kNotFound) {
      chat.warnings.push_back("encoding/encoding_dsv32.py is not in the model folder; tools are "
                              "announced in Leyden's own words, which the model was not trained on");
    } else {
      return encoder.status();
    }
  }
  return chat;
}

Result<Rendered> render_chat(const ChatTemplate& chat, const std::vector<Message>& messages,
                             const std::vector<ToolSpec>& tools, const RenderOptions& options) {
  const bool dsml = chat.format == ChatFormat::kV32;
  LEYDEN_TRY(check_messages(messages, {dsml, options.thinking, options.add_generation_prompt}));
  LEYDEN_TRY(check_tools(tools));
  return dsml ? render_dsml(chat, messages, tools, options) : render_v31(chat, messages, tools, options);
}

bool ends_in_thinking(const Rendered& rendered) {
  const std::vector<Piece>& pieces = rendered.pieces();
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    if (piece->is_control()) return rendered.text_of(*piece) == token::kThink;
  }
  return false;
}

Rendered render_head(const ChatTemplate& chat) {
  Rendered head;
  head.control(token::kBos);
  if (documents_in_first_user(chat, {.documents = true})) head.control(token::kUser);
  return head;
}

}  // namespace leyden
