// SPDX-License-Identifier: Apache-2.0
// One regex of a Split step, on PCRE2 with JIT, with Oniguruma's meaning (onig_pattern.h) and
// Unicode 16's classes (unicode_class.h).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace leyden {

class SplitRegex {
 public:
  /// Match memory and stack; one for each thread, made at first use.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

   private:
    friend class SplitRegex;
    struct Memory;
    std::unique_ptr<Memory> memory_;
  };

  struct Match {
    size_t begin = 0, end = 0;
    bool found = false;
  };

  /// Errors: kUnsupported, kCorrupt (does not compile). Messages do not name a file.
  static Result<std::shared_ptr<const SplitRegex>> compile(std::string_view pattern);
  ~SplitRegex();
  SplitRegex(const SplitRegex&) = delete;
  SplitRegex& operator=(const SplitRegex&) = delete;

  /// The text to search in place of `text`: PCRE2 may know an older Unicode, so characters it does
  /// not know (and U+180E, which it takes for a space) are replaced, byte for byte, by characters
  /// of the same category that it does. Returns `text` itself when there is nothing to replace.
  static std::string_view subject(std::string_view text, std::string* storage);

  /// The first match at or after `from`. A pattern that runs out of PCRE2's limits finds nothing.
  Match find(std::string_view subject, size_t from, Scratch* scratch) const;

 private:
  struct Code;
  explicit SplitRegex(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace leyden
