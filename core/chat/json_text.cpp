// SPDX-License-Identifier: Apache-2.0
#include "core/chat/json_text.h"

#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "base/json_dump.h"

namespace leyden {
namespace {

/// Writes while nlohmann reads: no tree, so integers of any size keep their digits.
class Rewriter : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Rewriter(std::vector<JsonMember>* top) : top_(top) {}

  bool null() override { return value("null"); }
  bool boolean(bool v) override { return value(v ? "true" : "false"); }
  bool number_integer(number_integer_t v) override { return value(std::to_string(v)); }
  bool number_unsigned(number_unsigned_t v) override { return value(std::to_string(v)); }
  bool number_float(number_float_t v, const string_t& digits) override {
    // An integer too large for 64 bits arrives here, too.
    const bool integer = digits.find_first_of(".eE") == std::string::npos;
    return value(integer ? digits : python_float(v));
  }
  bool string(string_t& v) override {
    if (top_ != nullptr && frames_.size() == 1 && frames_.back().object) {
      return value(std::move(v), true);
    }
    return value(python_json_string(v));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(true); }
  bool start_array(size_t) override { return open(false); }
  bool key(string_t& v) override {
    frames_.back().key = v;
    return true;
  }
  bool end_object() override { return close('{', '}'); }
  bool end_array() override { return close('[', ']'); }
  bool parse_error(size_t position, const std::string& last_token,
                   const nlohmann::json::exception&) override {
    error_ = "not JSON at byte " + std::to_string(position) +
             (last_token.size() > 40 ? "" : " near '" + last_token + "'");
    return false;
  }

  const std::string& error() const { return error_; }
  std::string take() { return std::move(result_); }
  bool top_is_object() const { return top_is_object_; }

 private:
  struct Frame {
    bool object = false;
    std::string key;
    std::vector<JsonMember> members;
    std::unordered_map<std::string, size_t> index;
  };

  bool open(bool object) {
    if (frames_.size() >= size_t{kMaxJsonDepth}) {
      error_ = "nested deeper than " + std::to_string(kMaxJsonDepth);
      return false;
    }
    if (frames_.empty()) top_is_object_ = object;
    frames_.emplace_back().object = object;
    return true;
  }

  bool value(std::string text, bool raw_string = false) {
    if (frames_.empty()) {
      result_ = std::move(text);
      return true;
    }
    Frame& frame = frames_.back();
    if (frame.object) {
      const auto [at, fresh] = frame.index.try_emplace(frame.key, frame.members.size());
      if (!fresh) {
        frame.members[at->second].text = std::move(text);
        frame.members[at->second].is_string = raw_string;
        return true;
      }
    }
    frame.members.push_back({frame.object ? frame.key : std::string(), raw_string, std::move(text)});
    return true;
  }

  bool close(char left, char right) {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frames_.empty() && top_ != nullptr) {
      *top_ = std::move(frame.members);
      return true;
    }
    std::string text(1, left);
    for (size_t i = 0; i < frame.members.size(); ++i) {
      if (i > 0) text += ", ";
      if (frame.object) text += python_json_string(frame.members[i].key) + ": ";
      text += frame.members[i].text;
    }
    text += right;
    return value(std::move(text));
  }

  std::vector<JsonMember>* top_;
  std::vector<Frame> frames_;
  std::string result_;
  std::string error_;
  bool top_is_object_ = false;
};

}  // namespace

std::string python_float(double value) {
  // Shortest digits that read back the same, then Python's choice between the two notations.
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  std::string sign;
  if (text.starts_with('-')) {
    sign = "-";
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  if (e == std::string_view::npos) return sign + std::string(text);  // inf, nan
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  const int n = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    std::string out = sign + digits.substr(0, 1);
    if (n > 1) out += "." + digits.substr(1);
    const std::string power = std::to_string(std::abs(exponent));
    return out + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  if (n <= exponent + 1) return sign + digits + std::string(static_cast<size_t>(exponent + 1 - n), '0') + ".0";
  return sign + digits.substr(0, static_cast<size_t>(exponent) + 1) + "." +
         digits.substr(static_cast<size_t>(exponent) + 1);
}

std::string python_json_string(std::string_view text) {
  return dump_json(nlohmann::json(std::string(text)));
}

Result<std::string> python_json(std::string_view json) {
  Rewriter rewriter(nullptr);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &rewriter)) {
    return invalid_argument(rewriter.error());
  }
  return rewriter.take();
}

Result<std::vector<JsonMember>> python_json_members(std::string_view json) {
  std::vector<JsonMember> members;
  Rewriter rewriter(&members);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &rewriter)) {
    return invalid_argument(rewriter.error());
  }
  if (!rewriter.top_is_object()) return invalid_argument("expected a JSON object");
  return members;
}

bool json_depth_within(std::string_view json, int limit) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

}  // namespace leyden
