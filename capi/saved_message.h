// SPDX-License-Identifier: Apache-2.0
// Core's messages as the jar keeps them, and back. What the catalogue has no column for goes into
// extra_json:
//   {"tool_calls", "references", "prefix", "response_format"}           any message
//   {"call"}  the call, as in the run of leyden_answer_json            a tool's result
//   {"mode": {"thinking"}, "sampler": {"seed", "step"}}                 an answer
//   and of a finished one all of leyden_answer_json but "text" and "thinking"
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "core/dialogue/dialogue.h"
#include "sessions/session_types.h"

namespace leyden::capi {

/// @param call_trace  of a tool's result: JSON of its call, or ""
StoredMessage stored_message(const Message& message, const std::string& call_trace = {});
/// Errors: kCorrupt for a role or extra_json this build cannot read.
Result<Message> core_message(const StoredMessage& stored);

/// extra_json of an answer that is being written.
std::string streaming_extra(bool thinking, const SamplerState& sampler);
/// extra_json of a finished answer.
std::string finished_extra(const Answer& answer, const std::vector<Dialogue::Document>& documents,
                           bool thinking, const SamplerState& sampler);

/// What continuing an answer must know of it.
struct AnswerMode {
  bool thinking = false;
  std::string finish_reason;  ///< "" while it was being written
};
AnswerMode answer_mode(const StoredMessage& stored);

std::string tools_json(const std::vector<ToolSpec>& tools);

}  // namespace leyden::capi
