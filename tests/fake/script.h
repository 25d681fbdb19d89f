// SPDX-License-Identifier: Apache-2.0
// What the scripted engine plays, read from JSON. README.md beside this file has the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/chat/format.h"

namespace leyden {

/// Something that goes wrong on purpose.
struct ScriptedFailure {
  Status status;
};

/// Speed of reading, and where it breaks.
struct ScriptedPrefill {
  double tokens_per_s = 0;  ///< 0: as fast as the engine is
  int64_t fail_at = 0;      ///< tokens of the prompt read before `fail`
  std::optional<ScriptedFailure> fail;
};

struct ScriptStep {
  enum class Kind : uint8_t { kThinking, kText, kWait, kEvidence, kFail, kKill };
  Kind kind = Kind::kText;
  std::string text;     ///< kThinking, kText: as the model would write it, markers and all
  int64_t wait_ms = 0;  ///< kWait
  std::map<size_t, float> shares;  ///< kEvidence: passage (by position in the prompt) to mass
  std::optional<ScriptedFailure> fail;
};

struct ScriptedAnswer {
  std::string when;   ///< must stand in the last user message or tool results; empty: always
  int64_t times = 0;  ///< how often it may be played; 0: always
  double token_ms = 0;
  ScriptedPrefill prefill;
  std::vector<ScriptStep> steps;
};

struct Script {
  int64_t open_ms = 0;
  std::optional<ScriptedFailure> open_fail;
  std::vector<ScriptedAnswer> answers;

  /// Reads a script. `chat` says how tool calls are written.
  /// Errors: kNotFound, kIo; kCorrupt naming file, field, expected and found.
  static Result<Script> load(const std::filesystem::path& path, const ChatTemplate& chat);
};

}  // namespace leyden
