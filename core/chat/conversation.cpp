// SPDX-License-Identifier: Apache-2.0
#include "core/chat/conversation.h"

#include <algorithm>

#include "core/text/tokenizer.h"

namespace leyden {
namespace {

TokenRange shifted(TokenRange range, size_t by) { return {range.begin + by, range.end + by}; }

}  // namespace

Result<DocumentBlock> DocumentBlock::start(const ChatTemplate& chat, const Tokenizer& tokenizer) {
  DocumentBlock block;
  LEYDEN_ASSIGN(Tokenized head, tokenize(render_head(chat), tokenizer));
  block.ids = std::move(head.ids);
  return block;
}

Status DocumentBlock::append(const ChatTemplate& chat, std::string_view title, std::string_view text,
                             const Tokenizer& tokenizer, size_t max_tokens) {
  const size_t index = documents.size();
  const auto overflow = [&](size_t tokens) {
    return Status(StatusCode::kContextOverflow,
                  "document " + std::to_string(index) + ": " + std::to_string(tokens) +
                      " tokens, expected at most " + std::to_string(max_tokens) + " with those before it");
  };
  if (max_tokens > 0 && ids.size() >= max_tokens) return overflow(ids.size());
  const auto count = [&tokenizer](std::string_view sentence) {
    return tokenizer.encode(sentence, AddedTokens::kIgnore).size();
  };
  LEYDEN_ASSIGN(const LaidOutDocument document,
                lay_out_document(chat.profile, title, text, index, next_reference, count,
                                 max_tokens > 0 ? max_tokens - ids.size() : 0));
  LEYDEN_ASSIGN(const Tokenized tokens, tokenize(document.rendered, tokenizer));
  const size_t base = ids.size();
  if (max_tokens > 0 && base + tokens.ids.size() > max_tokens) return overflow(base + tokens.ids.size());

  const size_t first_passage = passages.size();
  passages.resize(first_passage + document.passages.size());
  for (size_t i = 0; i < document.passages.size(); ++i) {
    const Passage& from = document.passages[i];
    PassageTokens& to = passages[first_passage + i];
    to.document = index;
    to.passage = i;
    to.reference = from.reference;
    to.byte_begin = from.begin;
    to.byte_end = from.end;
  }
  const std::vector<RenderedSpan>& spans = document.rendered.spans();
  for (size_t i = 0; i < spans.size(); ++i) {
    const TokenRange range = shifted(tokens.spans[i], base);
    if (spans[i].kind == SpanKind::kDocument) documents.push_back(range);
    if (spans[i].kind == SpanKind::kPassage) passages[first_passage + spans[i].index].tokens = range;
    if (spans[i].kind == SpanKind::kPassageText) passages[first_passage + spans[i].index].text = range;
  }
  ids.insert(ids.end(), tokens.ids.begin(), tokens.ids.end());
  next_reference = document.next_reference;
  return {};
}

Result<Prompt> build_prompt(const ChatTemplate& chat, const DocumentBlock& block,
                            const std::vector<Message>& messages,
                            const std::vector<ToolSpec>& tools, const RenderOptions& options,
                            const Tokenizer& tokenizer) {
  RenderOptions render_options = options;
  render_options.documents = !block.documents.empty();
  LEYDEN_ASSIGN(const Rendered rendered, render_chat(chat, messages, tools, render_options));
  std::vector<int32_t> document_ids;
  if (render_options.documents) {
    document_ids.assign(block.ids.begin() + static_cast<ptrdiff_t>(block.documents.front().begin),
                        block.ids.end());
  }
  LEYDEN_ASSIGN(Tokenized tokens, tokenize(rendered, tokenizer, &document_ids));

  Prompt prompt;
  prompt.ids = std::move(tokens.ids);
  prompt.documents = block.documents;
  prompt.passages = block.passages;
  prompt.messages.resize(messages.size());
  const std::vector<RenderedSpan>& spans = rendered.spans();
  for (size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].kind == SpanKind::kMessage) prompt.messages[spans[i].index] = tokens.spans[i];
    if (spans[i].kind == SpanKind::kTools) prompt.tools = tokens.spans[i];
  }
  prompt.thinking = ends_in_thinking(rendered);
  if (render_options.documents && common_prefix(prompt.ids, block.ids) != block.ids.size()) {
    return internal_error("prompt: the documents are not its beginning");
  }
  return prompt;
}

size_t common_prefix(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace leyden
