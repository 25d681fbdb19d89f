// SPDX-License-Identifier: Apache-2.0
// Reading fields of JSON that somebody else wrote: never throws, a wrong type is a missing field.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace leyden::plugins {

using Json = nlohmann::json;

/// A discarded value for what is not JSON or not UTF-8, or nests deeper than `max_depth`.
Json parse_json(std::string_view text, int max_depth = 64);

std::string text_field(const Json& object, const char* key);
int64_t int_field(const Json& object, const char* key, int64_t otherwise = 0);
double number_field(const Json& object, const char* key, double otherwise = 0);
bool bool_field(const Json& object, const char* key, bool otherwise = false);
/// Strings of a list; elements of another type are left out.
std::vector<std::string> text_list_field(const Json& object, const char* key);

/// Offset of the first byte that does not belong to valid UTF-8, or the size.
size_t valid_utf8_bytes(std::string_view text);

}  // namespace leyden::plugins
