// SPDX-License-Identifier: Apache-2.0
// JSON text the way Python's default writer puts it, which is what the models were trained on:
// ", " and ": ", keys in their order, non-ASCII raw, shortest floats, integers of any size as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden {

/// How deep the JSON of messages and tools may nest.
inline constexpr int kMaxJsonDepth = 200;

/// `json` written anew. Of equal keys the last value stands at the first key's place, as in Python.
/// Errors: kInvalidArgument: not JSON, not UTF-8, or nested deeper than kMaxJsonDepth.
Result<std::string> python_json(std::string_view json);

/// `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
std::string python_json_string(std::string_view text);

/// Python's repr of a finite float: "1.0", "1e-07", "1e+16".
std::string python_float(double value);

struct JsonMember {
  std::string key;
  bool is_string = false;
  std::string text;  ///< the string itself when is_string, else JSON
};
/// The members of the object `json`, in order. Errors: also when it is no object.
Result<std::vector<JsonMember>> python_json_members(std::string_view json);

/// Whether `json` nests at most `limit` deep; guards recursive readers.
bool json_depth_within(std::string_view json, int limit);

}  // namespace leyden
