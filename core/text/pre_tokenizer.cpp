// SPDX-License-Identifier: Apache-2.0
#include "core/text/pre_tokenizer.h"

#include <algorithm>

#include "core/text/deepseek_split.h"
#include "core/text/utf8.h"

namespace leyden {
namespace {

constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

bool starts_with_deepseek(const std::vector<PreTokenizer::Split>& splits) {
  const auto patterns = deepseek_patterns();
  if (splits.size() < patterns.size()) return false;
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (!splits[i].regex || splits[i].pattern != patterns[i]) return false;
  }
  return true;
}

// Calls piece(text) for what lies between matches and for the matches; empty ones are left out.
// After an empty match the search goes on at the same place, but not with another empty one there.
template <typename Find, typename Piece>
void isolate(std::string_view text, const Find& find, const Piece& piece) {
  const auto emit = [&](size_t begin, size_t end) {
    if (begin < end) piece(text.substr(begin, end - begin));
  };
  size_t done = 0;
  size_t from = 0;
  while (from <= text.size()) {
    const SplitRegex::Match m = find(from);
    if (!m.found) break;
    emit(done, m.begin);
    emit(m.begin, m.end);
    done = m.end;
    from = m.end;
    if (m.begin == m.end) {
      if (from == text.size()) break;
      from += utf8_decode_valid(text.data() + from).bytes;
    }
  }
  emit(done, text.size());
}

}  // namespace

Result<PreTokenizer> PreTokenizer::create(const Options& options, const std::string& name) {
  PreTokenizer p;
  p.add_prefix_space_ = options.add_prefix_space;
  p.deepseek_ = options.fast_paths && starts_with_deepseek(options.splits);
  for (size_t i = p.deepseek_ ? deepseek_patterns().size() : 0; i < options.splits.size(); ++i) {
    const Split& split = options.splits[i];
    Step step;
    if (split.regex) {
      auto regex = SplitRegex::compile(split.pattern);
      if (!regex.ok()) {
        return regex.status().with_context(name + ": pre_tokenizer: Split " + std::to_string(i));
      }
      step.regex = *regex;
    } else {
      step.literal = split.pattern;
    }
    p.steps_.push_back(std::move(step));
  }
  if (options.use_regex) {
    LEYDEN_ASSIGN(p.gpt2_.regex, SplitRegex::compile(kGpt2Pattern));
  }
  return p;
}

void PreTokenizer::split(std::string_view text, PieceSink* sink) const {
  SplitRegex::Scratch scratch;
  if (!deepseek_) {
    split_from(0, text, &scratch, sink);
  } else if (steps_.empty() && !add_prefix_space_ && gpt2_.regex == nullptr) {
    deepseek_split(text, sink);
  } else {
    struct Next final : PieceSink {
      const PreTokenizer* self;
      SplitRegex::Scratch* scratch;
      PieceSink* sink;
      void piece(std::string_view text) override { self->split_from(0, text, scratch, sink); }
    } next;
    next.self = this;
    next.scratch = &scratch;
    next.sink = sink;
    deepseek_split(text, &next);
  }
}

void PreTokenizer::split_from(size_t step, std::string_view text, SplitRegex::Scratch* scratch,
                              PieceSink* sink) const {
  const bool byte_level = step == steps_.size();
  if (byte_level && gpt2_.regex == nullptr) return finish(text, sink);
  std::string prefixed;
  if (byte_level && add_prefix_space_ && !text.starts_with(' ')) {
    text = prefixed.append(" ").append(text);
  }
  const Step& here = byte_level ? gpt2_ : steps_[step];
  const auto next = [&](std::string_view piece) {
    if (byte_level) {
      sink->piece(piece);
    } else {
      split_from(step + 1, piece, scratch, sink);
    }
  };
  if (here.regex != nullptr) {
    std::string storage;
    const std::string_view subject = SplitRegex::subject(text, &storage);
    isolate(
        text, [&](size_t from) { return here.regex->find(subject, from, scratch); }, next);
  } else {
    isolate(
        text,
        [&](size_t from) -> SplitRegex::Match {
          const size_t at = text.find(here.literal, from);
          if (at == std::string_view::npos) return {};
          return {at, at + here.literal.size(), true};
        },
        next);
  }
}

void PreTokenizer::finish(std::string_view piece, PieceSink* sink) const {
  if (add_prefix_space_ && !piece.starts_with(' ')) {
    sink->piece(std::string(" ").append(piece));
  } else {
    sink->piece(piece);
  }
}

}  // namespace leyden
