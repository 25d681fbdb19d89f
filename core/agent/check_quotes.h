// SPDX-License-Identifier: Apache-2.0
// Which quotes of an answer stand word for word in the passages they name.
#pragma once

#include <string_view>
#include <vector>

#include "core/agent/agent.h"

namespace leyden {

/// One entry for each line of the answer that begins with a passage number, in order. White space
/// does not count. A line that names a passage and quotes nothing is verified when the passage
/// exists.
std::vector<CheckedQuote> check_quotes(std::string_view answer, const Profile& profile,
                                       const std::vector<NumberedPassage>& passages);

}  // namespace leyden
