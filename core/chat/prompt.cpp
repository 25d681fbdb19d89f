// SPDX-License-Identifier: Apache-2.0
#include "core/chat/prompt.h"

#include "base/status.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr std::string_view kOpen = "<｜";
constexpr std::string_view kBar = "｜";
constexpr size_t kMaxControlBytes = 96;

/// Length of the control string `text` begins with, 0 when none.
size_t control_length(std::string_view text) {
  for (const std::string_view fixed : {token::kThink, token::kThinkEnd, std::string_view("<|EOT|>")}) {
    if (text.starts_with(fixed)) return fixed.size();
  }
  if (!text.starts_with(kOpen)) return 0;
  const size_t bar = text.find(kBar, kOpen.size());
  if (bar == std::string_view::npos || bar > kMaxControlBytes || bar == kOpen.size()) return 0;
  const size_t end = bar + kBar.size();
  if (end >= text.size() || text[end] != '>') return 0;
  if (text.substr(0, end).find_first_of(" \t\r\n<>", 1) != std::string_view::npos) return 0;
  return end + 1;
}

}  // namespace

void Rendered::push(std::string_view text, PieceKind kind) {
  const size_t begin = text_.size();
  if (kind == PieceKind::kText) {
    if (text.empty()) return;
    // Kept valid, so that bytes here are bytes of tokens.
    if (utf8_valid_prefix(text) == text.size()) {
      text_ += text;
    } else {
      text_ += utf8_replace_invalid(text);
    }
    if (!pending_segment_ && !pieces_.empty() && pieces_.back().kind == PieceKind::kText) {
      pieces_.back().end = text_.size();
      return;
    }
  } else {
    text_ += text;
  }
  pieces_.push_back({begin, text_.size(), kind, pending_segment_});
  pending_segment_ = false;
}

void Rendered::text(std::string_view text) { push(text, PieceKind::kText); }
void Rendered::control(std::string_view token) { push(token, PieceKind::kControl); }
void Rendered::soft_control(std::string_view token) { push(token, PieceKind::kSoftControl); }

void Rendered::template_text(std::string_view text) {
  size_t start = 0;  // of the stretch that is plain so far
  for (size_t at = 0; at < text.size();) {
    // Control strings begin with '<' or with the first byte of the fullwidth bar.
    if (text[at] != '<' && text[at] != kBar[0]) {
      ++at;
      continue;
    }
    const std::string_view rest = text.substr(at);
    const size_t hard = control_length(rest);
    const size_t length = hard > 0 ? hard : rest.starts_with(token::kDsml) ? token::kDsml.size() : 0;
    if (length == 0) {
      ++at;
      continue;
    }
    push(text.substr(start, at - start), PieceKind::kText);
    push(rest.substr(0, length), hard > 0 ? PieceKind::kControl : PieceKind::kSoftControl);
    at += length;
    start = at;
  }
  push(text.substr(start), PieceKind::kText);
}

void Rendered::documents() {
  begin_segment();
  push({}, PieceKind::kDocuments);
  begin_segment();
}

void Rendered::append(const Rendered& other) {
  const size_t base = text_.size();
  for (const Piece& piece : other.pieces_) {
    if (piece.starts_segment) begin_segment();
    push(other.text_of(piece), piece.kind);
  }
  if (other.pending_segment_) begin_segment();
  for (const RenderedSpan& span : other.spans_) {
    spans_.push_back({span.kind, span.index, base + span.begin, base + span.end});
  }
}

void Rendered::add_span(SpanKind kind, size_t index, size_t begin, size_t end) {
  LEYDEN_CHECK(begin <= end && end <= text_.size());
  spans_.push_back({kind, index, begin, end});
}

Rendered Rendered::with_documents(const Rendered& documents) const {
  Rendered out;
  size_t slot = text_.size();
  for (const Piece& piece : pieces_) {
    if (piece.starts_segment) out.begin_segment();
    if (piece.kind == PieceKind::kDocuments) {
      slot = piece.begin;
      out.append(documents);
    } else {
      out.push(text_of(piece), piece.kind);
    }
  }
  // A span that begins at the slot begins behind it; one that ends there ends in front of it.
  const size_t added = documents.size();
  for (const RenderedSpan& span : spans_) {
    const bool empty_at_slot = span.begin == slot && span.end == slot;
    out.spans_.push_back({span.kind, span.index, span.begin >= slot ? span.begin + added : span.begin,
                          span.end > slot || empty_at_slot ? span.end + added : span.end});
  }
  return out;
}

bool Rendered::drop_last_control(std::string_view token) {
  if (pieces_.empty() || !pieces_.back().is_control() || text_of(pieces_.back()) != token) return false;
  text_.resize(pieces_.back().begin);
  pieces_.pop_back();
  for (RenderedSpan& span : spans_) {
    if (span.begin > text_.size()) span.begin = text_.size();
    if (span.end > text_.size()) span.end = text_.size();
  }
  return true;
}

}  // namespace leyden
