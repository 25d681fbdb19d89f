// SPDX-License-Identifier: Apache-2.0
#include "plugins/calculator/expression.h"

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "plugins/calculator/functions.h"

namespace leyden::calculator {

namespace {

constexpr size_t kMaxBytes = 4096;
constexpr int kMaxDepth = 64;

struct Token {
  enum class Kind : uint8_t { kEnd, kNumber, kDate, kWord, kSign };
  Kind kind = Kind::kEnd;
  std::string text;  ///< a word; of a sign its one ASCII character
  long double number = 0;
  Date date;
  size_t at = 0;  ///< byte of the expression
};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Signs that are written in several ways; each stands for one or two tokens.
struct Spelling {
  std::string_view written, meant;
};
constexpr Spelling kSpellings[] = {
    {"**", "^"}, {"->", ">"}, {"→", ">"},  {"×", "*"},  {"·", "*"},  {"⋅", "*"},    {"÷", "/"},
    {"−", "-"},  {"–", "-"},  {"（", "("}, {"）", ")"}, {"，", ","}, {"％", "%"},   {"＋", "+"},
    {"²", "^2"}, {"³", "^3"}, {"=", ""},   {"？", ""},  {"?", ""},   {"\u00A0", ""}};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> tokens() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (digit(c) || (c == '.' && at_ + 1 < text_.size() && digit(text_[at_ + 1]))) {
        LEYDEN_TRY(number());
      } else if (!spelling()) {
        if (word_byte(c)) {
          word();
        } else if (std::string_view("+-*/^(),!%").find(c) != std::string_view::npos) {
          push(Token::Kind::kSign, std::string(1, c));
          ++at_;
        } else {
          return invalid_argument("'" + std::string(1, c) + "' at character " +
                                  std::to_string(at_ + 1) + " means nothing here");
        }
      }
    }
    push(Token::Kind::kEnd, "");
    return std::move(out_);
  }

 private:
  void push(Token::Kind kind, std::string text) {
    Token& t = out_.emplace_back();
    t.kind = kind;
    t.text = std::move(text);
    t.at = at_;
    if (t.text == "(") open_.push_back(was_word_);
    if (t.text == ")" && !open_.empty()) open_.pop_back();
    was_word_ = kind == Token::Kind::kWord;
  }

  bool spelling() {
    for (const Spelling& s : kSpellings) {
      if (!text_.substr(at_).starts_with(s.written)) continue;
      for (const char c : s.meant) {
        push(digit(c) ? Token::Kind::kNumber : Token::Kind::kSign, std::string(1, c));
        out_.back().number = c - '0';
      }
      at_ += s.written.size();
      return true;
    }
    return false;
  }

  Status number() {
    size_t bytes = 0;
    const std::string_view rest = text_.substr(at_);
    if (const auto date = leading_date(rest, &bytes)) {
      push(Token::Kind::kDate, std::string(rest.substr(0, bytes)));
      out_.back().date = *date;
      at_ += bytes;
      return {};
    }
    if (bytes > 0) return invalid_argument("there is no day " + std::string(rest.substr(0, bytes)));
    // A comma is a thousands separator in front of exactly three digits, outside of arguments.
    const bool in_arguments = !open_.empty() && open_.back();
    std::string digits;
    size_t i = 0;
    const bool hex = rest.starts_with("0x") || rest.starts_with("0X");
    const auto at = [&](size_t k) { return k < rest.size() ? rest[k] : '\0'; };
    if (hex) {
      for (i = 2; std::isxdigit(static_cast<unsigned char>(at(i))); ++i) digits += at(i);
      if (digits.empty()) return invalid_argument("0x without digits");
      digits = "0x" + digits;
    } else {
      for (;; ++i) {
        const char c = at(i);
        const bool thousands = c == ',' && !in_arguments && i > 0 && i <= digits.size() + 9 &&
                               digits.find('.') == std::string::npos && digit(at(i + 1)) &&
                               digit(at(i + 2)) && digit(at(i + 3)) && !digit(at(i + 4));
        if (digit(c) || (c == '.' && digits.find('.') == std::string::npos)) {
          digits += c;
        } else if (!thousands && !(c == '_' && digit(at(i + 1)))) {
          break;
        }
      }
      const size_t sign = at(i + 1) == '-' || at(i + 1) == '+' ? 1 : 0;
      if ((at(i) == 'e' || at(i) == 'E') && digit(at(i + 1 + sign))) {
        digits += rest.substr(i, 1 + sign);
        for (i += 1 + sign; digit(at(i)); ++i) digits += at(i);
      }
    }
    const long double value = std::strtold(digits.c_str(), nullptr);
    if (!std::isfinite(value))
      return invalid_argument("the number at character " + std::to_string(at_ + 1) +
                              " is too large");
    push(Token::Kind::kNumber, std::string(rest.substr(0, i)));
    out_.back().number = value;
    at_ += i;
    return {};
  }

  void word() {
    size_t end = at_;
    while (end < text_.size()) {
      bool sign = false;
      for (const Spelling& s : kSpellings) sign |= text_.substr(end).starts_with(s.written);
      if (sign || !(word_byte(text_[end]) || (digit(text_[end]) && text_[end - 1] != ' '))) break;
      ++end;
    }
    push(Token::Kind::kWord, std::string(text_.substr(at_, end - at_)));
    at_ = end;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> out_;
  std::vector<bool>
      open_;  ///< of each open parenthesis: whether a word, so a function, is before it
  bool was_word_ = false;
};

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Value> whole() {
    if (now().kind == Token::Kind::kEnd) return invalid_argument("the expression is empty");
    LEYDEN_ASSIGN(Value value, sum());
    if (conversion_word(0)) {
      ++at_;
      LEYDEN_ASSIGN(value, converted(value));
    }
    if (now().kind != Token::Kind::kEnd) return unexpected("the end or an operator");
    return value;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  bool sign(const char* text) const {
    return now().kind == Token::Kind::kSign && now().text == text;
  }
  bool word(const char* text) const {
    return now().kind == Token::Kind::kWord && now().text == text;
  }
  bool take(const char* text) {
    if (!sign(text)) return false;
    ++at_;
    return true;
  }
  Status unexpected(const std::string& wanted) const {
    if (now().kind == Token::Kind::kEnd)
      return invalid_argument("expected " + wanted + " at the end");
    return invalid_argument("expected " + wanted + " at character " + std::to_string(now().at + 1) +
                            ", found '" + now().text + "'");
  }
  bool conversion_word(size_t n) const {
    const Token& t = ahead(n);
    if (t.kind == Token::Kind::kSign) return t.text == ">";
    return t.kind == Token::Kind::kWord && (t.text == "to" || t.text == "in" || t.text == "as");
  }

  /// Whether the word here is a unit behind a number. "in" is the inch right behind a number when
  /// nothing follows that it could convert to.
  std::optional<Unit> unit_here(bool behind_bare_number) const {
    if (now().kind != Token::Kind::kWord) return std::nullopt;
    if (conversion_word(0)) {
      const Token& next = ahead(1);
      const bool last = next.kind != Token::Kind::kWord || conversion_word(1);
      if (now().text != "in" || !behind_bare_number || !last) return std::nullopt;
    }
    if (ahead(1).kind == Token::Kind::kSign && ahead(1).text == "(" && is_function(now().text))
      return std::nullopt;
    return find_unit(now().text);
  }

  Result<Value> converted(const Value& value) {
    if (const auto* from = std::get_if<Date>(&value)) {
      if (now().kind != Token::Kind::kDate) return unexpected("a date");
      const Date to = now().date;
      ++at_;
      return Value(days_between(*from, to));
    }
    const auto& q = std::get<Quantity>(value);
    Quantity target;
    if (take("%")) {
      target = in_unit(1, {"%", {}, 0.01L, 0, 0});
    } else {
      if (now().kind != Token::Kind::kWord) return unexpected("a unit");
      LEYDEN_ASSIGN(const Value to, product());
      LEYDEN_ASSIGN(target, quantity_of(to));
    }
    LEYDEN_ASSIGN(Quantity out, convert(q, target));
    return Value(std::move(out));
  }

  Result<Value> sum() {
    LEYDEN_ASSIGN(Value left, product());
    while (sign("+") || sign("-")) {
      const int way = sign("+") ? 1 : -1;
      ++at_;
      LEYDEN_ASSIGN(const Value right, product());
      LEYDEN_ASSIGN(left, add_values(left, right, way));
    }
    return left;
  }

  Result<Value> product() {
    LEYDEN_ASSIGN(Value left, signed_value());
    for (;;) {
      Result<Quantity> (*operation)(const Quantity&, const Quantity&) = nullptr;
      if (sign("*") || word("of")) operation = multiply;
      if (sign("/")) operation = divide;
      if (sign("%") || word("mod")) operation = remainder;
      if (!operation) return left;
      ++at_;
      LEYDEN_ASSIGN(const Quantity a, quantity_of(left));
      LEYDEN_ASSIGN(const Value right, signed_value());
      LEYDEN_ASSIGN(const Quantity b, quantity_of(right));
      LEYDEN_ASSIGN(left, operation(a, b));
    }
  }

  Result<Value> signed_value() {
    if (++depth_ > kMaxDepth) return invalid_argument("nested too deeply");
    const Leave leave{&depth_};
    if (take("+")) return signed_value();
    if (take("-")) {
      LEYDEN_ASSIGN(const Value value, signed_value());
      LEYDEN_ASSIGN(Quantity q, quantity_of(value));
      if (q.has_offset()) {
        q = in_unit(-shown_value(q), q.shown[0].unit);  // -5 °C is five below its zero
      } else {
        q.value = -q.value;
      }
      return Value(std::move(q));
    }
    LEYDEN_ASSIGN(Value base, postfix());
    if (!take("^")) return base;
    LEYDEN_ASSIGN(const Quantity a, quantity_of(base));
    LEYDEN_ASSIGN(const Value exponent, signed_value());
    LEYDEN_ASSIGN(const Quantity b, quantity_of(exponent));
    LEYDEN_ASSIGN(Quantity out, raise(a, b));
    return Value(std::move(out));
  }

  /// "%" is a percentage unless a number follows it, as in 10 % 3.
  bool percent_here() const {
    if (!sign("%")) return false;
    const Token& next = ahead(1);
    const bool begins =
        next.kind == Token::Kind::kNumber || (next.kind == Token::Kind::kSign && next.text == "(");
    return !begins;
  }

  Result<Value> postfix() {
    LEYDEN_ASSIGN(Value value, primary());
    while (sign("!") || percent_here()) {
      LEYDEN_ASSIGN(Quantity q, quantity_of(value));
      if (take("!")) {
        LEYDEN_ASSIGN(q, factorial(q));
      } else {
        ++at_;
        if (!q.plain()) return invalid_argument("% behind " + quantity_text(q));
        q.value /= 100;
        q.percent = true;
      }
      value = std::move(q);
    }
    return value;
  }

  Result<Value> primary() {
    switch (now().kind) {
      case Token::Kind::kNumber:
        return number_with_units();
      case Token::Kind::kDate: {
        const Date date = now().date;
        ++at_;
        return Value(date);
      }
      case Token::Kind::kWord:
        return named();
      case Token::Kind::kSign:
        if (take("(")) {
          LEYDEN_ASSIGN(Value value, sum());
          if (!take(")")) return unexpected("')'");
          return value;
        }
        break;
      case Token::Kind::kEnd:
        break;
    }
    return unexpected("a number");
  }

  Result<Value> named() {
    const std::string name = now().text;
    if (ahead(1).kind == Token::Kind::kSign && ahead(1).text == "(" &&
        (is_function(name) || !find_unit(name))) {
      if (!is_function(name)) return invalid_argument("there is no function " + name);
      at_ += 2;
      std::vector<Value> arguments;
      while (!sign(")")) {
        LEYDEN_ASSIGN(Value argument, sum());
        arguments.push_back(std::move(argument));
        if (!take(",") && !sign(")")) return unexpected("',' or ')'");
      }
      ++at_;
      return call_function(name, arguments);
    }
    constexpr std::pair<std::string_view, long double> kConstants[] = {
        {"pi", std::numbers::pi_v<long double>},
        {"π", std::numbers::pi_v<long double>},
        {"tau", 2 * std::numbers::pi_v<long double>},
        {"e", std::numbers::e_v<long double>}};
    for (const auto& [known, value] : kConstants) {
      if (name != known) continue;
      ++at_;
      return Value(number(value));
    }
    if (name == "today" || name == "now") {
      ++at_;
      return Value(today());
    }
    if (unit_here(false)) {
      LEYDEN_ASSIGN(Quantity q, units(number(1)));
      return Value(std::move(q));
    }
    return invalid_argument("'" + name + "' is no unit, function or constant known here");
  }

  /// Takes units, each with its whole power, behind `q`.
  Result<Quantity> units(Quantity q) {
    bool first = true;
    while (const auto unit = unit_here(first)) {
      ++at_;
      Quantity one = in_unit(1, *unit);
      if (sign("^")) {
        const bool minus = ahead(1).kind == Token::Kind::kSign && ahead(1).text == "-";
        const Token& power = ahead(minus ? 2 : 1);
        if (power.kind != Token::Kind::kNumber) return unexpected("a whole power of " + unit->name);
        at_ += minus ? 3 : 2;
        LEYDEN_ASSIGN(one, raise(one, number(minus ? -power.number : power.number)));
      }
      if (first && one.has_offset()) {
        q = in_unit(q.value, *unit);
      } else if (first) {
        q.value *= one.value;
        q.dimension = one.dimension;
        q.shown = one.shown;
      } else {
        LEYDEN_ASSIGN(q, multiply(q, one));
      }
      first = false;
    }
    return q;
  }

  Result<Value> number_with_units() {
    Quantity q = number(now().number);
    ++at_;
    if (!unit_here(true)) return Value(q);
    LEYDEN_ASSIGN(q, units(q));
    // 5 ft 3 in, 1 h 30 min
    while (now().kind == Token::Kind::kNumber) {
      Quantity more = number(now().number);
      ++at_;
      if (!unit_here(true)) return unexpected("a unit behind the second number");
      LEYDEN_ASSIGN(more, units(more));
      LEYDEN_ASSIGN(q, add(q, more));
    }
    return Value(std::move(q));
  }

  struct Leave {
    int* depth;
    ~Leave() { --*depth; }
  };

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Value> evaluate(std::string_view expression) {
  if (expression.size() > kMaxBytes)
    return invalid_argument("the expression has more than " + std::to_string(kMaxBytes) + " bytes");
  LEYDEN_ASSIGN(std::vector<Token> tokens, Lexer(expression).tokens());
  LEYDEN_ASSIGN(Value value, Parser(std::move(tokens)).whole());
  if (const auto* q = std::get_if<Quantity>(&value); q && !std::isfinite(shown_value(*q)))
    return invalid_argument("the result is too large, or there is none");
  return value;
}

}  // namespace leyden::calculator
