// SPDX-License-Identifier: Apache-2.0
// What leyden eval asks: a file of JSON lines, made by models/recipe/make_suite.py.
//
//   {"kind": "text", "name", "length", "bos", "text"}                       held-out loss, recall
//   {"kind": "questions", "length", "language", "title", "text",            a document and
//   questions
//    "reference": "⟦{n}⟧", "refusals": [...],
//    "questions": [{"task", "question", "gold": [[begin, end], ...], "value"}]}
//   {"kind": "tool", "tools": [...], "system", "question", "call": {"name", "arguments"}}
//
// length: tokens, roughly, as the suite was made for. gold: bytes of the sentences the answer must
// quote, in its order; none: the answer must be a refusal. value: what stands behind "Answer: ", or
// null. Other fields are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/console.h"

namespace leyden_cli {

struct Range {
  size_t begin = 0, end = 0;
};

struct EvalQuestion {
  std::string task, question;
  std::vector<Range> gold;
  std::optional<std::string> value;
};

struct EvalItem {
  enum class Kind { kText, kQuestions, kTool } kind = Kind::kText;
  int64_t length = 0;
  std::string name, language, title, text, bos, reference, system;
  std::vector<std::string> refusals;
  std::vector<EvalQuestion> questions;  ///< kTool: one
  Json tools, call;
};

/// Throws a Failure that names file, line and field.
std::vector<EvalItem> read_suite(const std::string& path);

}  // namespace leyden_cli
