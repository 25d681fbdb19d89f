// SPDX-License-Identifier: Apache-2.0
// Cuts text into the pieces that BPE works on: a chain of splits, each applied to every piece of
// the one before, and then the ByteLevel step (a prefix space, a default split, or nothing).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/text/split_regex.h"

namespace leyden {

/// Takes pieces as they are found.
class PieceSink {
 public:
  virtual void piece(std::string_view piece) = 0;

 protected:
  ~PieceSink() = default;
};

class PreTokenizer {
 public:
  /// A `Split` of behaviour Isolated: matches and what lies between them become pieces.
  struct Split {
    std::string pattern;
    bool regex = true;  ///< false: the pattern is a literal string
  };
  struct Options {
    std::vector<Split> splits;
    bool add_prefix_space = false;  ///< of the ByteLevel step
    bool use_regex = false;         ///< of the ByteLevel step: GPT-2's split
    bool fast_paths = true;         ///< serve known chains by hand-written matchers
  };

  /// Errors: kUnsupported or kCorrupt when a pattern does not compile; `name` is the file.
  static Result<PreTokenizer> create(const Options& options, const std::string& name);

  /// Cuts `text`, valid UTF-8. Pieces come in order; they are valid during the call only.
  void split(std::string_view text, PieceSink* sink) const;

  /// True when the DeepSeek chain was recognised.
  bool uses_deepseek_matcher() const { return deepseek_; }

 private:
  struct Step {
    std::string literal;  // when there is no regex
    std::shared_ptr<const SplitRegex> regex;
  };
  void split_from(size_t step, std::string_view text, SplitRegex::Scratch* scratch,
                  PieceSink* sink) const;
  void finish(std::string_view piece, PieceSink* sink) const;

  bool deepseek_ = false;  // the three splits of DeepSeek come before steps_
  std::vector<Step> steps_;
  bool add_prefix_space_ = false;
  Step gpt2_;  // set when use_regex
};

}  // namespace leyden
