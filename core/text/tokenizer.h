// SPDX-License-Identifier: Apache-2.0
// Text to token ids and back, as a Hugging Face tokenizer.json says: byte-level BPE with any chain
// of splits in front. Equal to Hugging Face `tokenizers` (add_special_tokens off), id for id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden {

/// What happens to the strings of added tokens ("<｜User｜>", "</think>", ...) inside a text.
enum class AddedTokens {
  kMatch,   ///< they become their token: for prompts that a template wrote
  kIgnore,  ///< they stay ordinary text, and no added id comes out: for what users and tools wrote
};

/// An immutable vocabulary with its rules. Create it once, share it freely.
///
/// Limits:  files up to 256 MiB, ids below 4,194,304. truncation, padding and post_processor of the
///          file are not applied: nothing is cut, and no BOS is added (prompts bring their own).
/// Threads: every const member may be called from any number of threads at once.
class Tokenizer {
 public:
  /// Reads a tokenizer.json.
  /// Errors:  kNotFound, kIo; kCorrupt when the file contradicts itself; kUnsupported when it asks
  ///          for something else than byte-level BPE. Messages name file, field, expected and
  ///          found.
  static Result<std::shared_ptr<const Tokenizer>> load(const std::filesystem::path& path);
  /// The same from memory. `name` stands where messages name the file.
  static Result<std::shared_ptr<const Tokenizer>> parse(std::string_view json,
                                                        const std::string& name);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// The ids of `text`. Bytes that are not UTF-8 count as U+FFFD, one for each maximal subpart, as
  /// Python's bytes.decode("utf-8", "replace") has it; valid UTF-8 comes back exactly from decode()
  /// (unless the file adds a prefix space or lets added tokens strip spaces).
  /// Cost:    linear, n log n in the length of a single word; no limit on the length of `text`.
  std::vector<int32_t> encode(std::string_view text, AddedTokens added = AddedTokens::kMatch) const;

  /// The bytes of all ids in a row; they may end inside a character (StreamDecoder waits for it).
  /// Errors:  kInvalidArgument naming the first id without a token.
  Result<std::string> decode(std::span<const int32_t> ids) const;

  /// Highest id + 1, holes counted. A model may have more embedding rows than this.
  int32_t vocab_size() const;
  /// False for ids out of range and for holes: those must never be sampled.
  bool has_token(int32_t id) const;
  /// The token with exactly these bytes ("<｜User｜>", " the"); added tokens come first.
  std::optional<int32_t> token_id(std::string_view bytes) const;
  /// What the token adds to a text; empty for an id without a token. Lives as long as the
  /// tokenizer.
  std::string_view token_bytes(int32_t id) const;
  /// True for ids in the file's added_tokens list.
  bool is_added(int32_t id) const;
  /// True for added tokens flagged `special`. Most control tokens of DeepSeek are not.
  bool is_special(int32_t id) const;

 private:
  struct Parts;
  explicit Tokenizer(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

/// Turns ids into UTF-8 as they come. What it has given out is always whole characters: an
/// unfinished one is held back until its remaining bytes arrive.
/// Threads: one at a time.
class StreamDecoder {
 public:
  explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer);

  /// The text that `id` completes, often all of its token, sometimes nothing. Bytes that can no
  /// longer become a character turn into U+FFFD at once.
  /// Errors:  kInvalidArgument for an id without a token; the stream is unchanged then.
  Result<std::string> push(int32_t id);
  /// The end: an unfinished character becomes one U+FFFD. The decoder may be used anew afterwards.
  std::string finish();
  /// Bytes held back, 0 to 3.
  size_t pending_bytes() const { return pending_.size(); }

 private:
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::string pending_;
};

}  // namespace leyden
