// SPDX-License-Identifier: Apache-2.0
// How a question over many pages is read: all of them at once, the pages that share its words, or
// part after part. Decided from texts and token counts alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/library.h"
#include "base/tool_registry.h"
#include "core/chat/document.h"

namespace leyden {

enum class ReadingMode : uint8_t {
  kAuto,
  kWhole,  ///< everything in one prompt
  kPages,  ///< the pages with the question's words in one prompt
  kMap,    ///< each file, or part of one, asked alone; then the passages that were found together
};
/// "auto", "whole", "pages", "map".
const char* reading_mode_name(ReadingMode mode);

/// What one prompt holds: stretches of pages, in the library's order.
using Material = std::vector<ToolPassage>;

struct ReadingPlan {
  ReadingMode mode = ReadingMode::kWhole;  ///< never kAuto
  std::string reason;                      ///< for the user
  std::vector<Material> parts;             ///< one; of kMap those that are asked
  size_t documents = 0, pages = 0;         ///< of the library; pages that hold text
  int64_t tokens = 0;                      ///< of all of its text
};

struct ReadingLimits {
  int64_t room = 0;               ///< tokens of documents that one prompt takes
  int64_t part = 16384;           ///< most tokens of a part of kMap; also bounded by room
  bool whole_overflowed = false;  ///< it was tried: laid out, everything does not fit
};

/// Reads the library and decides. With kAuto everything is read whole where it fits; part by part
/// where the question asks about everything ("how many", "compare"), shares no word with the texts,
/// or shares its words with more pages than fit; else by pages.
/// Errors: kInvalidArgument (there is no text), kContextOverflow (kWhole was asked for and does not
/// fit), kCancelled. Cost: counts the tokens of every page once.
Result<ReadingPlan> plan_reading(Library& library, std::string_view question, ReadingMode mode,
                                 const ReadingLimits& limits, const TokenCountFn& count,
                                 const CancelToken* cancel);

/// Whether a question asks about its documents as a whole; the word that says so, or "".
std::string_view asks_about_everything(std::string_view question);

/// Cuts material into two of about the same size, at a page's or a passage's end. The second is
/// empty when there is only one passage.
std::pair<Material, Material> halves(const Material& material);

/// Material cut into prompts of at most `limit` tokens; a prompt has pages of one document.
std::vector<Material> cut_parts(const Material& material, int64_t limit, const TokenCountFn& count);

/// Tokens that a stretch takes in a prompt, with the numbers of its passages; a little too many.
int64_t prompt_cost(std::string_view text, const TokenCountFn& count);

}  // namespace leyden
