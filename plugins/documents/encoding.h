// SPDX-License-Identifier: Apache-2.0
// Bytes of unknown encoding as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace leyden::documents {

struct Decoded {
  std::string text;      ///< UTF-8, no byte order mark
  std::string encoding;  ///< "UTF-8", "UTF-16LE", "GB18030", "Big5", ...
  bool guessed = false;  ///< neither marked, declared nor certain by its form
};

/// @param declared  what the document itself says (HTML, XML), or ""
/// A byte order mark wins, then valid UTF-8, then what is declared if the bytes fit it, then the
/// most likely encoding whose rules all bytes keep to. Errors: kUnsupported for bytes that are no
/// text.
Result<Decoded> decode_text(std::string_view bytes, std::string_view declared = {});

/// The encoding an HTML or XML document names in its first KiB, or "".
std::string declared_encoding(std::string_view bytes);

bool is_utf8(std::string_view bytes);

}  // namespace leyden::documents
