// SPDX-License-Identifier: Apache-2.0
// Core's values as the JSON that leyden.h documents.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "capi/saved_chat.h"
#include "core/dialogue/dialogue.h"
#include "core/model/checkpoint.h"

namespace leyden::capi {

/// @param folder_has_tokenizer  whether a tokenizer.json is there
std::string model_info_json(const Checkpoint& checkpoint, bool folder_has_tokenizer);
std::string model_stats_json(LoadedModel& model);
std::string generation_json(const GenerateResult& result);
/// `documents` are those of the chat: the JSON quotes their passages. Without `saved`, nothing is said
/// about where the answer is kept.
std::string answer_json(const Answer& answer, const std::vector<Dialogue::Document>& documents,
                        const AnswerSaved* saved = nullptr);
/// Passages without titles and texts.
std::string evidence_json(std::span<const Evidence> evidence);
std::string messages_json(const std::vector<Message>& messages);
std::string passages_json(const std::vector<PassageTokens>& passages);
std::string recall_json(const IndexRecall& recall);
std::string chat_info_json(const Dialogue& dialogue);

/// A JSON list of strings. Errors: kInvalidArgument, naming the element.
Result<std::vector<std::string>> parse_string_list(std::string_view json);

}  // namespace leyden::capi
