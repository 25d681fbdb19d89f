// SPDX-License-Identifier: Apache-2.0
// A JSON value together with where it stands, so that every complaint names file, field, what was
// expected and what was found.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/status.h"

namespace leyden {

class JsonField {
 public:
  JsonField(std::string path, const nlohmann::json& value)
      : path_(std::move(path)), value_(&value) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }

  /// A member; JSON null when it is not there. Call on objects only.
  JsonField operator[](const char* key) const {
    static const nlohmann::json kNull;
    const auto it = value_->find(key);
    return {path_ + "." + key, it == value_->end() ? kNull : *it};
  }
  JsonField operator[](size_t i) const {
    return {path_ + "[" + std::to_string(i) + "]", (*value_)[i]};
  }

  Status corrupt(std::string_view expected) const {
    return {StatusCode::kCorrupt, complaint(expected, found())};
  }
  Status corrupt(std::string_view expected, std::string_view found) const {
    return {StatusCode::kCorrupt, complaint(expected, found)};
  }
  Status unsupported(std::string_view expected) const {
    return {StatusCode::kUnsupported, complaint(expected, found())};
  }

  bool is_null() const { return value_->is_null(); }
  Status expect_object() const { return value_->is_object() ? Status() : corrupt("an object"); }
  Status expect_array() const { return value_->is_array() ? Status() : corrupt("an array"); }
  Result<std::string> string() const {
    if (!value_->is_string()) return corrupt("a string");
    return value_->get<std::string>();
  }
  /// A boolean; `missing` when the member is absent or null.
  Result<bool> boolean(bool missing) const {
    if (is_null()) return missing;
    if (!value_->is_boolean()) return corrupt("true or false");
    return value_->get<bool>();
  }

 private:
  std::string complaint(std::string_view expected, std::string_view found) const {
    return path_ + ": expected " + std::string(expected) + ", found " + std::string(found);
  }
  /// The value as JSON, or its kind when it is large.
  std::string found() const {
    if (value_->is_structured()) {
      if (value_->is_object() && value_->contains("type") && (*value_)["type"].is_string()) {
        return shorten("type " + (*value_)["type"].get<std::string>());
      }
      return std::string("an ") + value_->type_name() + " of " + std::to_string(value_->size());
    }
    return shorten(value_->dump());
  }
  static std::string shorten(std::string s) {
    if (s.size() <= 80) return s;
    size_t n = 77;
    while (n > 0 && (static_cast<unsigned char>(s[n]) & 0xC0) == 0x80) --n;
    return s.substr(0, n) + "...";
  }

  std::string path_;
  const nlohmann::json* value_;
};

}  // namespace leyden
