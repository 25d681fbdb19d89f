// SPDX-License-Identifier: Apache-2.0
// The printable stand-ins that byte-level vocabularies use for raw bytes (GPT-2's mapping): bytes
// 0x21-0x7E, 0xA1-0xAC, 0xAE-0xFF stand for themselves, the other 68 become U+0100, U+0101, ...
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leyden {

/// The symbol of one byte, as UTF-8.
const std::string& byte_symbol(unsigned char byte);

/// The bytes a vocabulary entry stands for; nothing when a character in it is no byte symbol (then
/// the entry is no byte-level token, but for example "<｜User｜>"). `symbols` is valid UTF-8.
std::optional<std::string> bytes_of_symbols(std::string_view symbols);

}  // namespace leyden
