// SPDX-License-Identifier: Apache-2.0
// A question over a library of any size: whole where it fits the context, else the pages that share
// its words, else part after part. What is said links to file, page and words.
//
//   plan (reading_plan.h) --whole, pages--> one prompt --> answer --> claims (claims.h)
//                         --map--> every part asked --> pages they quote --> one prompt --> ...
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/agent/claims.h"
#include "core/agent/reading_plan.h"
#include "core/dialogue/dialogue.h"

namespace leyden {

struct ReadingOptions {
  AskOptions ask;  ///< of the answer; of the parts without its schema
  ReadingMode mode = ReadingMode::kAuto;
  /// Most tokens of one prompt with its answer; 0: what the model's context and the memory for KV
  /// hold.
  int64_t context = 0;
};

/// Pages of one document that were in a prompt.
struct ReadRange {
  int64_t document = 0;
  std::string title;
  uint32_t first_page = 1, last_page = 1;
};

/// One part of a kMap reading.
struct PartRecord {
  int round = 1;  ///< above 1: what was found in the round before was too much for one prompt
  std::vector<ReadRange> read;
  bool found = false;  ///< it answered and did not refuse
  std::string text;
  std::vector<Claim> claims;
  int64_t prompt_tokens = 0, reused_tokens = 0, completion_tokens = 0;
  double seconds = 0;
};

struct PageEvidence {
  ToolPassage passage;
  double share = 0;
};

struct Reading {
  /// Its evidence, sentences and quotes are empty: they are told here, by page.
  Answer answer;
  ReadingMode mode = ReadingMode::kWhole;
  std::string reason;
  size_t documents = 0, pages = 0;  ///< of the library
  int64_t tokens = 0;               ///< of its text
  int64_t context = 0;              ///< most tokens of one prompt with its answer
  std::vector<PartRecord> parts;    ///< kMap
  std::vector<ReadRange> read;      ///< what the answer was written from
  std::vector<Claim> claims;
  std::vector<PageEvidence> evidence;
};

/// What happens during a reading: the answer's AnswerEvents, prefill of parts too, or one of these.
struct ReadingEvent {
  enum class Kind : uint8_t { kAnswer, kPlan, kPart };
  Kind kind = Kind::kAnswer;
  const AnswerEvent* answer = nullptr;
  ReadingMode mode = ReadingMode::kWhole;  ///< kPlan
  std::string_view reason;                 ///< kPlan
  size_t part = 0,
         parts = 0;  ///< kPart: which prompt begins, from 1, of how many; the last answers
};
using ReadingEventFn = std::function<void(const ReadingEvent&)>;

/// Answers a question over everything in a library. Where one part of a kMap reading finds
/// something, its answer is the answer; where none does, the first part's refusal. On a cancel the
/// answer is what was written of it. Errors: those of plan_reading and Dialogue::ask;
/// kInvalidArgument for an empty question, kContextOverflow for a context that holds no text beside
/// it. Threads: events come one at a time, on the calling thread or the engine's.
Result<Reading> read_library(const std::shared_ptr<LoadedModel>& model, Library& library,
                             std::string_view question, const ReadingOptions& options,
                             const ReadingEventFn& events, const CancelToken* cancel);

/// {"mode", "reason", "documents", "pages", "tokens", "context", "read": [range], "parts":
/// [{"round", "read": [range], "found", "text", "claims": [claim], "usage", "seconds"}], "claims":
/// [claim], "evidence": [{"share", "document", "title", "label", "page", "begin", "end", "text"}]};
/// range:
/// {"document", "title", "first_page", "last_page"}; claim: {"kind", "answer_begin", "answer_end",
/// "reference", "verified", "document", "title", "label", "page", "begin", "last_page", "end",
/// "text"}, the last eight where it is verified.
std::string reading_json(const Reading& reading);

}  // namespace leyden
