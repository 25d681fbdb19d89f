// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace leyden_cli {

/// Lines from stdin. Unlike std::getline it notices Ctrl-C.
class LineReader {
 public:
  /// The next line without its end; nullopt at the end of input. Throws "cancelled" when Ctrl-C
  /// came; what was typed of this line is then forgotten.
  std::optional<std::string> next();

 private:
  std::string held_;
};

}  // namespace leyden_cli
