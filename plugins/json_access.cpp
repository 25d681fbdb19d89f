// SPDX-License-Identifier: Apache-2.0
#include "plugins/json_access.h"

#include <limits>

namespace leyden::plugins {

Json parse_json(std::string_view text, int max_depth) {
  bool too_deep = false;
  const Json::parser_callback_t depth_check = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > max_depth) too_deep = true;
    return !too_deep;
  };
  // The parser itself does not recurse, but printing and destroying a value does.
  Json value = Json::parse(text, depth_check, /*allow_exceptions=*/false);
  return too_deep ? Json(Json::value_t::discarded) : value;
}

std::string text_field(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

int64_t int_field(const Json& object, const char* key, int64_t otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(key);
  if (it == object.end() || !it->is_number_integer()) return otherwise;
  if (it->is_number_unsigned() &&
      it->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return otherwise;
  }
  return it->get<int64_t>();
}

double number_field(const Json& object, const char* key, double otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(key);
  return it != object.end() && it->is_number() ? it->get<double>() : otherwise;
}

bool bool_field(const Json& object, const char* key, bool otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(key);
  return it != object.end() && it->is_boolean() ? it->get<bool>() : otherwise;
}

std::vector<std::string> text_list_field(const Json& object, const char* key) {
  std::vector<std::string> out;
  if (!object.is_object()) return out;
  const auto it = object.find(key);
  if (it == object.end() || !it->is_array()) return out;
  for (const Json& element : *it) {
    if (element.is_string()) out.push_back(element.get<std::string>());
  }
  return out;
}

size_t valid_utf8_bytes(std::string_view text) {
  size_t i = 0;
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  while (i < text.size()) {
    const uint8_t lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return i;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    }
    const uint8_t second = byte(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return i;
    }
    i += length;
  }
  return i;
}

}  // namespace leyden::plugins
