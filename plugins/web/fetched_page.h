// SPDX-License-Identifier: Apache-2.0
// What a server sent, as text a model reads, in parts of a readable length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace leyden::web {

constexpr size_t kPartBytes = 12000;

struct PageText {
  std::string title;  ///< may be empty
  std::string text;
};

/// HTML as its readable part, other text as it is; bytes in the encoding that the type or the page
/// declares, else in the likeliest one.
/// @param type  Content-Type, e.g. "text/html; charset=gb2312"
/// Errors: kUnsupported for a type that is no text.
Result<PageText> page_text(std::string_view type, std::string_view bytes);

struct TextPart {
  std::string text;
  int64_t number = 1, of = 1;  ///< from 1
};
/// The part with this number, cut at the end of a paragraph or line where there is one.
/// Errors: kNotFound, naming how many there are.
Result<TextPart> part_of(std::string_view text, int64_t number);

/// Errors: kCorrupt.
Result<std::string> from_base64(std::string_view text);

}  // namespace leyden::web
