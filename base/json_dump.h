// SPDX-License-Identifier: Apache-2.0
// nlohmann::json as text that is always UTF-8 and never throws.
#pragma once

#include <string>

namespace leyden {

/// `json` (of any nlohmann::basic_json) in one line; bytes that are not UTF-8 become U+FFFD.
template <class Json>
std::string dump_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leyden
