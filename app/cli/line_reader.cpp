// SPDX-License-Identifier: Apache-2.0
#include "app/cli/line_reader.h"

#include <unistd.h>

#include <utility>

#include "app/cli/interrupt.h"

namespace leyden_cli {

std::optional<std::string> LineReader::next() {
  size_t searched = 0;
  for (;;) {
    if (const size_t end = held_.find('\n', searched); end != std::string::npos) {
      std::string line = held_.substr(0, end);
      held_.erase(0, end + 1);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    searched = held_.size();
    char buffer[4096];
    const std::optional<size_t> n = read_interruptibly(STDIN_FILENO, buffer, "stdin");
    if (!n) {
      held_.clear();
      stop_if_interrupted();
    } else if (*n == 0) {
      if (held_.empty()) return std::nullopt;
      return std::exchange(held_, {});
    } else {
      held_.append(buffer, *n);
    }
  }
}

}  // namespace leyden_cli
