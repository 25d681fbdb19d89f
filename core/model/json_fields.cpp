// SPDX-License-Identifier: Apache-2.0
#include "core/model/json_fields.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/json_dump.h"

namespace leyden {
namespace {

using nlohmann::json;

std::string shown(const json& value) {
  std::string text = dump_json(value);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::string shown(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", v);
  return buffer;
}

std::string range_text(const char* kind, const std::string& low, const std::string& high) {
  return std::string(kind) + " in [" + low + ", " + high + "]";
}

/// An exact integer, or nothing: fractions, bools, strings and values beyond 64 bits are none.
std::optional<int64_t> as_integer(const json& value) {
  if (value.is_number_unsigned()) {
    const uint64_t u = value.get<uint64_t>();
    if (u > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<int64_t>(u);
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number_float()) {
    const double d = value.get<double>();
    if (std::fabs(d) < 0x1p53 && d == std::floor(d)) return static_cast<int64_t>(d);
  }
  return std::nullopt;
}

}  // namespace

Result<json> parse_json_object(std::string_view text, const std::string& file_name) {
  // A strange file may nest deeper than any config does; that is cut off while it is read.
  constexpr int kMaxDepth = 64;
  bool too_deep = false;
  const auto limit_depth = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  json parsed = json::parse(text.begin(), text.end(), limit_depth, /*allow_exceptions=*/false);
  if (too_deep) return corrupt(file_name + ": expected a JSON object, found nesting beyond 64");
  if (parsed.is_discarded()) {
    return corrupt(file_name + ": expected a JSON object, found text that is not JSON");
  }
  if (!parsed.is_object()) {
    return corrupt(file_name + ": expected a JSON object, found " + shown(parsed));
  }
  return parsed;
}

const json* JsonFields::find(const char* field) const {
  const auto it = object_.find(field);
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

std::string JsonFields::message(const char* field, const std::string& expected) const {
  const json* value = find(field);
  return file_ + ": " + prefix_ + field + ": expected " + expected + ", found " +
         (value ? shown(*value) : "nothing");
}
Status JsonFields::corrupt_field(const char* field, const std::string& expected) const {
  return corrupt(message(field, expected));
}
Status JsonFields::unsupported_field(const char* field, const std::string& expected) const {
  return unsupported(message(field, expected));
}

Result<int64_t> JsonFields::integer(const char* field, int64_t low, int64_t high) const {
  const json* value = find(field);
  if (value) {
    const std::optional<int64_t> v = as_integer(*value);
    if (v && *v >= low && *v <= high) return *v;
  }
  return corrupt_field(field, range_text("an integer", std::to_string(low), std::to_string(high)));
}

Result<int64_t> JsonFields::integer_or(const char* field, int64_t low, int64_t high,
                                       int64_t fallback) const {
  if (!has(field)) return fallback;
  return integer(field, low, high);
}

Result<double> JsonFields::number(const char* field, double low, double high) const {
  const json* value = find(field);
  if (value && value->is_number()) {
    const double v = value->get<double>();
    if (std::isfinite(v) && v >= low && v <= high) return v;
  }
  return corrupt_field(field, range_text("a number", shown(low), shown(high)));
}

Result<double> JsonFields::number_or(const char* field, double low, double high,
                                     double fallback) const {
  if (!has(field)) return fallback;
  return number(field, low, high);
}

Result<bool> JsonFields::boolean_or(const char* field, bool fallback) const {
  const json* value = find(field);
  if (!value) return fallback;
  if (!value->is_boolean()) return corrupt_field(field, "true or false");
  return value->get<bool>();
}

Result<std::string> JsonFields::string_or_empty(const char* field) const {
  const json* value = find(field);
  if (!value) return std::string();
  if (!value->is_string()) return corrupt_field(field, "a string");
  return value->get<std::string>();
}

Result<std::vector<int64_t>> JsonFields::integers(const char* field, int64_t low,
                                                  int64_t high) const {
  constexpr size_t kMaxEntries = 4096;
  const std::string expected =
      range_text("an integer, or a list of integers,", std::to_string(low), std::to_string(high));
  std::vector<int64_t> found;
  const json* value = find(field);
  if (!value) return found;
  const auto take = [&](const json& entry) {
    const std::optional<int64_t> v = as_integer(entry);
    if (!v || *v < low || *v > high) return false;
    found.push_back(*v);
    return true;
  };
  if (!value->is_array()) {
    if (!take(*value)) return corrupt_field(field, expected);
    return found;
  }
  if (value->size() > kMaxEntries) return corrupt_field(field, "at most 4096 entries");
  for (const json& entry : *value) {
    if (!take(entry)) return corrupt_field(field, expected);
  }
  return found;
}

Status JsonFields::must_be(const char* field, std::string_view only) const {
  LEYDEN_ASSIGN(const std::string value, string_or_empty(field));
  if (!has(field) || value == only) return {};
  return unsupported_field(field, "\"" + std::string(only) + "\"");
}

}  // namespace leyden
