// SPDX-License-Identifier: Apache-2.0
// Typed reading of one JSON object out of an untrusted file. Every error names the file, the field,
// what was expected and what was found. null counts as absent throughout, as in Hugging Face
// configs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/text_file.h"

namespace leyden {

/// Parses text that must hold one JSON object. Errors: kCorrupt, with the byte where parsing
/// stopped.
Result<nlohmann::json> parse_json_object(std::string_view text, const std::string& file_name);

/// A view of one JSON object; the object must outlive it.
class JsonFields {
 public:
  /// @param prefix  put before field names in messages, as "rope_scaling."
  JsonFields(const nlohmann::json& object, std::string file_name, std::string prefix = "")
      : object_(object), file_(std::move(file_name)), prefix_(std::move(prefix)) {}

  bool has(const char* field) const { return find(field) != nullptr; }
  /// The value, or nullptr when absent or null.
  const nlohmann::json* find(const char* field) const;

  /// Integer in [low, high]; the required one, or `fallback` when absent. 3.0 counts as 3.
  Result<int64_t> integer(const char* field, int64_t low, int64_t high) const;
  Result<int64_t> integer_or(const char* field, int64_t low, int64_t high, int64_t fallback) const;
  /// Finite number in [low, high].
  Result<double> number_or(const char* field, double low, double high, double fallback) const;
  Result<double> number(const char* field, double low, double high) const;
  Result<bool> boolean_or(const char* field, bool fallback) const;
  /// The string, or "" when absent.
  Result<std::string> string_or_empty(const char* field) const;
  /// One integer or a list of them, each in [low, high]; empty when absent.
  Result<std::vector<int64_t>> integers(const char* field, int64_t low, int64_t high) const;
  /// kUnsupported unless the field is absent or the string `only`.
  Status must_be(const char* field, std::string_view only) const;

  /// "<file>: <field>: expected <expected>, found <value>" for errors of the caller's own.
  Status corrupt_field(const char* field, const std::string& expected) const;
  Status unsupported_field(const char* field, const std::string& expected) const;
  const std::string& file() const { return file_; }

 private:
  std::string message(const char* field, const std::string& expected) const;

  const nlohmann::json& object_;
  std::string file_;
  std::string prefix_;
};

}  // namespace leyden
