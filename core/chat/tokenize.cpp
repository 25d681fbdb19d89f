// SPDX-License-Identifier: Apache-2.0
#include "core/chat/tokenize.h"

#include <algorithm>

#include "core/text/tokenizer.h"

namespace leyden {
namespace {

/// Finds the token indices of byte positions while the tokens pass by in order.
class Boundaries {
 public:
  explicit Boundaries(const std::vector<RenderedSpan>& spans) {
    ranges_.resize(spans.size());
    places_.reserve(2 * spans.size());
    for (size_t i = 0; i < spans.size(); ++i) {
      const bool empty = spans[i].begin == spans[i].end;
      places_.push_back({spans[i].begin, i, false, false});
      places_.push_back({spans[i].end, i, true, !empty});
    }
    // At one place: ends, then (the documents' slot), then begins.
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
      if (a.byte != b.byte) return a.byte < b.byte;
      return a.before_slot > b.before_slot;
    });
  }

  /// A token (or the end) begins at `byte` and has this index.
  void pass(size_t byte, size_t index) {
    while (next_ < places_.size() && places_[next_].byte <= byte) settle(index);
  }
  /// The documents' slot is at `byte`; the token that follows its predecessors has this index.
  void pass_slot(size_t byte, size_t index) {
    while (next_ < places_.size() &&
           (places_[next_].byte < byte || (places_[next_].byte == byte && places_[next_].before_slot))) {
      settle(index);
    }
  }
  std::vector<TokenRange> take(size_t count) {
    pass(static_cast<size_t>(-1), count);
    return std::move(ranges_);
  }

 private:
  struct Place {
    size_t byte;
    size_t span;
    bool end;
    bool before_slot;
  };
  void settle(size_t index) {
    const Place& place = places_[next_++];
    (place.end ? ranges_[place.span].end : ranges_[place.span].begin) = index;
  }

  std::vector<Place> places_;
  size_t next_ = 0;
  std::vector<TokenRange> ranges_;
};

}  // namespace

Result<Tokenized> tokenize(const Rendered& rendered, const Tokenizer& tokenizer,
                           const std::vector<int32_t>* documents) {
  Tokenized out;
  Boundaries boundaries(rendered.spans());
  const std::string_view text = rendered.to_string();
  size_t run_begin = 0;  // of the text that is not encoded yet
  size_t run_end = 0;
  const auto flush = [&] {
    if (run_begin == run_end) return;
    size_t byte = run_begin;
    for (const int32_t id :
         tokenizer.encode(text.substr(run_begin, run_end - run_begin), AddedTokens::kIgnore)) {
      boundaries.pass(std::min(byte, run_end - 1), out.ids.size());
      out.ids.push_back(id);
      byte += tokenizer.token_bytes(id).size();
    }
    run_begin = run_end;
  };

  for (const Piece& piece : rendered.pieces()) {
    if (piece.starts_segment) flush();
    if (piece.kind == PieceKind::kDocuments) {
      flush();
      boundaries.pass_slot(piece.begin, out.ids.size());
      if (documents != nullptr) out.ids.insert(out.ids.end(), documents->begin(), documents->end());
      continue;
    }
    if (piece.kind != PieceKind::kText) {
      const std::string_view name = rendered.text_of(piece);
      const std::optional<int32_t> id = tokenizer.token_id(name);
      const bool known = id && tokenizer.is_added(*id);
      if (!known && piece.kind == PieceKind::kControl) {
        return invalid_argument("prompt: the vocabulary has no special token " + std::string(name));
      }
      if (known) {
        flush();
        boundaries.pass(piece.begin, out.ids.size());
        out.ids.push_back(*id);
        run_begin = run_end = piece.end;
        continue;
      }
    }
    if (run_begin == run_end) run_begin = piece.begin;
    run_end = piece.end;
  }
  flush();
  out.spans = boundaries.take(out.ids.size());
  return out;
}

}  // namespace leyden
