// SPDX-License-Identifier: Apache-2.0
// From a chat to token ids, with the token range of everything evidence and reuse must find again.
//
//   ChatTemplate chat = ChatTemplate::load(model_dir)
//   DocumentBlock docs = DocumentBlock::start(chat, tokenizer); docs.append(...) per document
//   Prompt prompt = build_prompt(chat, docs, messages, tools, options, tokenizer)
//   parser = make_stream_parser(chat.format, prompt.thinking)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/chat/document.h"
#include "core/chat/format.h"
#include "core/chat/tokenize.h"

namespace leyden {

/// Where one passage stands among the prompt's tokens, and in its document's bytes.
struct PassageTokens {
  size_t document = 0;
  size_t passage = 0;      ///< position in its document
  int reference = -1;
  TokenRange tokens;       ///< reference and text
  TokenRange text;         ///< without the reference
  size_t byte_begin = 0;   ///< in the document's UTF-8 text
  size_t byte_end = 0;
};

/// The documents of a chat as tokens, from position 0 (BOS). Depends only on model folder and
/// documents, so all chats with the same documents share these tokens; kept between turns.
struct DocumentBlock {
  std::vector<int32_t> ids;            ///< head (BOS, for first_user the user mark), then documents
  std::vector<TokenRange> documents;
  std::vector<PassageTokens> passages; ///< of all documents, in order
  int next_reference = 0;

  static Result<DocumentBlock> start(const ChatTemplate& chat, const Tokenizer& tokenizer);
  /// Lays out, tokenises and appends one document; on error the block is unchanged.
  /// Errors: kContextOverflow when `ids` would exceed max_tokens (0 = no limit); see lay_out_document.
  Status append(const ChatTemplate& chat, std::string_view title, std::string_view text,
                const Tokenizer& tokenizer, size_t max_tokens = 0);
};

struct Prompt {
  std::vector<int32_t> ids;
  std::vector<TokenRange> documents;
  std::vector<PassageTokens> passages;
  std::vector<TokenRange> messages;  ///< one for each input message; empty where nothing stands for it
  TokenRange tools;                  ///< empty without tools
  bool thinking = false;             ///< generation begins inside the reasoning
};

/// Renders and tokenises a chat.
/// Errors: those of render_chat; kInvalidArgument when the vocabulary lacks a needed special token.
Result<Prompt> build_prompt(const ChatTemplate& chat, const DocumentBlock& documents,
                            const std::vector<Message>& messages,
                            const std::vector<ToolSpec>& tools, const RenderOptions& options,
                            const Tokenizer& tokenizer);

/// Number of leading ids both have: where re-reading begins when history was rendered anew.
size_t common_prefix(const std::vector<int32_t>& a, const std::vector<int32_t>& b);

}  // namespace leyden
