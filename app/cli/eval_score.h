// SPDX-License-Identifier: Apache-2.0
// How answers of leyden eval are judged, and counted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/cli/eval_suite.h"

namespace leyden_cli {

/// One answer's marks.
struct Marks {
  bool first = false;    ///< the first passage named holds (part of) the first gold sentence; where
                         ///< nothing is to be found: refused
  bool exact = false;    ///< every gold sentence stands in a verbatim quote, and the value is right
  bool value = false;    ///< the value is right (true without one)
  bool refused = false;  ///< the answer is a refusal
};

/// @param answer    what leyden_answer_json says
/// @param passages  what leyden_chat_passages_json says
Marks judge(const EvalItem& item, const EvalQuestion& question, const Json& answer,
            const Json& passages);

/// Whether arguments satisfy the `properties` and `required` of a tool's schema: a valid call.
bool valid_call(const Json& tools, const Json& call);

/// Counts of one cell of the table.
struct Cell {
  int64_t n = 0, first = 0, exact = 0, value = 0, refused = 0;
  void add(const Marks& marks);
};

/// 95 % interval of a share (Wilson).
struct Interval {
  double low = 0, high = 0;
};
Interval wilson(int64_t hits, int64_t n);

}  // namespace leyden_cli
