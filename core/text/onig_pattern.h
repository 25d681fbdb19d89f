// SPDX-License-Identifier: Apache-2.0
// Hugging Face hands patterns to Oniguruma in Ruby syntax; we run them on PCRE2. Most of what
// tokenizers write means the same in both. This rewrites what is spelt differently and refuses what
// would silently match something else.
//
//   Oniguruma           here                      why
//   \v  \uHHHH          \x{B}  \x{HHHH}           PCRE2: vertical space class; unknown
//   \p{Han}             \p{sc:Han}                PCRE2 would use script extensions
//   \w                  its UTS 18 members        PCRE2 knows letters, numbers and "_" only
//   {,n}                {0,n}                     literal text in PCRE2 10.42
//   ^ $                 the same, multi-line      always so in Ruby
// Refused (kUnsupported, with the place): {..}+ and {n}? (other meaning), [..[..]..], &&, POSIX
// classes, \b \B \h \R \X \K \G, back references, named groups, look-behind of unbounded length,
// flags other than i, comments, conditionals.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace leyden {

/// `pattern` for pcre2_compile with UTF | UCP | MULTILINE. Messages do not name a file.
Result<std::string> onig_to_pcre2(std::string_view pattern);

}  // namespace leyden
