// SPDX-License-Identifier: Apache-2.0
#include "plugins/calculator/functions.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

namespace leyden::calculator {

namespace {

using Arguments = std::vector<Value>;

Result<std::vector<Quantity>> quantities(const Arguments& arguments) {
  std::vector<Quantity> out;
  for (const Value& v : arguments) {
    LEYDEN_ASSIGN(Quantity q, quantity_of(v));
    out.push_back(std::move(q));
  }
  return out;
}

Result<long double> plain(const Value& v) {
  LEYDEN_ASSIGN(const Quantity q, quantity_of(v));
  if (!q.plain()) return invalid_argument("expected a plain number, found " + quantity_text(q));
  return q.value;
}

Result<Date> date_of(const Value& v) {
  if (const auto* date = std::get_if<Date>(&v)) return *date;
  return invalid_argument("expected a date such as 2026-11-26, found " + value_text(v));
}

Result<int64_t> whole(const Value& v) {
  LEYDEN_ASSIGN(const long double x, plain(v));
  if (x != std::trunc(x) || std::fabs(x) > 9e15L)
    return invalid_argument("expected a whole number, found " + number_text(x));
  return static_cast<int64_t>(x);
}

/// A function of a plain number.
template <long double (*F)(long double)>
Result<Value> of_number(const Arguments& a) {
  LEYDEN_ASSIGN(const long double x, plain(a[0]));
  const long double y = F(x);
  if (!std::isfinite(y)) return invalid_argument("no result for " + number_text(x));
  return Value(number(y));
}

/// A function of a quantity's number, in its own units.
template <long double (*F)(long double)>
Result<Value> of_shown(const Arguments& a) {
  LEYDEN_ASSIGN(Quantity q, quantity_of(a[0]));
  const long double shown = shown_value(q);
  if (shown != 0 && !q.has_offset()) q.value *= F(shown) / shown;
  if (q.has_offset()) q = in_unit(F(shown), q.shown[0].unit);
  return Value(q);
}

template <int Degree>
Result<Value> root_of(const Arguments& a) {
  LEYDEN_ASSIGN(const Quantity q, quantity_of(a[0]));
  LEYDEN_ASSIGN(Quantity out, root(q, Degree));
  return Value(std::move(out));
}

/// Rounds half away from zero, to the digits of a second argument.
Result<Value> round_to(const Arguments& a) {
  LEYDEN_ASSIGN(Quantity q, quantity_of(a[0]));
  int64_t digits = 0;
  if (a.size() > 1) {
    LEYDEN_ASSIGN(digits, whole(a[1]));
  }
  if (digits < -18 || digits > 18) return invalid_argument("round: expected at most 18 digits");
  const long double scale = std::pow(10.0L, static_cast<long double>(digits));
  const long double shown = std::round(shown_value(q) * scale) / scale;
  if (q.shown.size() == 1 && q.shown[0].power == 1) return Value(in_unit(shown, q.shown[0].unit));
  const long double before = shown_value(q);
  if (before != 0) q.value *= shown / before;
  return Value(q);
}

Result<Value> best(const Arguments& a, bool largest) {
  if (std::all_of(a.begin(), a.end(), [](const Value& v) { return v.index() == 1; })) {
    Date out = std::get<Date>(a[0]);
    for (const Value& v : a)
      out = largest ? std::max(out, std::get<Date>(v)) : std::min(out, std::get<Date>(v));
    return Value(out);
  }
  LEYDEN_ASSIGN(const std::vector<Quantity> all, quantities(a));
  Quantity out = all[0];
  for (const Quantity& q : all) {
    if (q.dimension != out.dimension)
      return invalid_argument(quantity_text(q) + " and " + quantity_text(out) +
                              " cannot be compared");
    if (largest ? q.value > out.value : q.value < out.value) out = q;
  }
  return Value(out);
}

Result<Value> sum(const Arguments& a) {
  Value out = a[0];
  for (size_t i = 1; i < a.size(); ++i) {
    LEYDEN_ASSIGN(out, add_values(out, a[i], 1));
  }
  return out;
}

Result<Value> mean(const Arguments& a) {
  LEYDEN_ASSIGN(const Value total, sum(a));
  LEYDEN_ASSIGN(const Quantity q, quantity_of(total));
  LEYDEN_ASSIGN(Quantity out, divide(q, number(static_cast<long double>(a.size()))));
  return Value(std::move(out));
}

Result<Value> common_divisor(const Arguments& a, bool multiple) {
  int64_t out = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    LEYDEN_ASSIGN(const int64_t n, whole(a[i]));
    if (i == 0) {
      out = std::abs(n);
    } else if (!multiple) {
      out = std::gcd(out, n);
    } else {
      const long double product = static_cast<long double>(out) /
                                  static_cast<long double>(std::max<int64_t>(std::gcd(out, n), 1)) *
                                  std::fabs(static_cast<long double>(n));
      if (product > 9e15L) return invalid_argument("lcm: the result is too large");
      out = static_cast<int64_t>(product);
    }
  }
  return Value(number(static_cast<long double>(out)));
}

Result<Value> logarithm(const Arguments& a) {
  LEYDEN_ASSIGN(const long double x, plain(a[0]));
  if (x <= 0) return invalid_argument("log: expected more than 0, found " + number_text(x));
  if (a.size() == 1) return Value(number(std::log10(x)));
  LEYDEN_ASSIGN(const long double base, plain(a[1]));
  if (base <= 0 || base == 1)
    return invalid_argument("log: expected a base above 0 other than 1, found " +
                            number_text(base));
  return Value(number(std::log(x) / std::log(base)));
}

Result<Value> make_date_of(const Arguments& a) {
  LEYDEN_ASSIGN(const int64_t year, whole(a[0]));
  LEYDEN_ASSIGN(const int64_t month, whole(a[1]));
  LEYDEN_ASSIGN(const int64_t day, whole(a[2]));
  const bool small = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const auto date =
      small ? make_date({year, static_cast<int>(month), static_cast<int>(day)}) : std::nullopt;
  if (!date) return invalid_argument("date: there is no such day");
  return Value(*date);
}

template <int Part>
Result<Value> part_of(const Arguments& a) {
  LEYDEN_ASSIGN(const Date date, date_of(a[0]));
  const CivilDate c = civil(date);
  const int64_t part = Part == 0 ? c.year : Part == 1 ? c.month : c.day;
  return Value(number(static_cast<long double>(part)));
}

Result<Value> days_of(const Arguments& a) {
  LEYDEN_ASSIGN(const Date from, date_of(a[0]));
  LEYDEN_ASSIGN(const Date to, date_of(a[1]));
  return Value(days_between(from, to));
}

struct Function {
  std::string_view name;
  size_t least, most;
  Result<Value> (*call)(const Arguments&);
};
constexpr size_t kMany = 1000;
const Function kFunctions[] = {
    {"sqrt", 1, 1, root_of<2>},
    {"cbrt", 1, 1, root_of<3>},
    {"abs", 1, 1, of_shown<std::fabs>},
    {"round", 1, 2, round_to},
    {"floor", 1, 1, of_shown<std::floor>},
    {"ceil", 1, 1, of_shown<std::ceil>},
    {"trunc", 1, 1, of_shown<std::trunc>},
    {"exp", 1, 1, of_number<std::exp>},
    {"ln", 1, 1, of_number<std::log>},
    {"log", 1, 2, logarithm},
    {"log10", 1, 1, of_number<std::log10>},
    {"log2", 1, 1, of_number<std::log2>},
    {"sin", 1, 1, of_number<std::sin>},
    {"cos", 1, 1, of_number<std::cos>},
    {"tan", 1, 1, of_number<std::tan>},
    {"asin", 1, 1, of_number<std::asin>},
    {"acos", 1, 1, of_number<std::acos>},
    {"atan", 1, 1, of_number<std::atan>},
    {"min", 1, kMany, [](const Arguments& a) { return best(a, false); }},
    {"max", 1, kMany, [](const Arguments& a) { return best(a, true); }},
    {"sum", 1, kMany, sum},
    {"mean", 1, kMany, mean},
    {"avg", 1, kMany, mean},
    {"average", 1, kMany, mean},
    {"gcd", 2, kMany, [](const Arguments& a) { return common_divisor(a, false); }},
    {"lcm", 2, kMany, [](const Arguments& a) { return common_divisor(a, true); }},
    {"fact", 1, 1,
     [](const Arguments& a) -> Result<Value> {
       LEYDEN_ASSIGN(const Quantity q, quantity_of(a[0]));
       LEYDEN_ASSIGN(Quantity out, factorial(q));
       return Value(std::move(out));
     }},
    {"mod", 2, 2,
     [](const Arguments& a) -> Result<Value> {
       LEYDEN_ASSIGN(const std::vector<Quantity> both, quantities(a));
       LEYDEN_ASSIGN(Quantity out, remainder(both[0], both[1]));
       return Value(std::move(out));
     }},
    {"today", 0, 0, [](const Arguments&) -> Result<Value> { return Value(today()); }},
    {"date", 3, 3, make_date_of},
    {"days", 2, 2, days_of},
    {"year", 1, 1, part_of<0>},
    {"month", 1, 1, part_of<1>},
    {"day", 1, 1, part_of<2>},
};

const Function* find(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const Function& f) { return f.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

bool near_whole(long double x) { return std::fabs(x - std::round(x)) < 1e-9L; }

Result<Value> moved_date(Date date, const Quantity& by, int sign) {
  static const Unit day = *find_unit("day"), month = *find_unit("month");
  if (by.dimension != day.dimension)
    return invalid_argument("to a date only days, weeks, months or years can be added, not " +
                            quantity_text(by));
  const long double days = by.value / day.factor, months = by.value / month.factor;
  const bool calendar = by.shown.size() == 1 && by.shown[0].unit.months > 0;
  if (!near_whole(calendar ? months : days) || std::fabs(days) > 1e7L)
    return invalid_argument(calendar ? "add months and days to a date one after the other"
                                     : "dates have no time of day; add whole days, not " +
                                           quantity_text(by));
  const auto n = sign * static_cast<int64_t>(std::llround(calendar ? months : days));
  const auto out = calendar ? add_months(date, n) : add_days(date, n);
  if (!out) return invalid_argument("the date is outside of the years 1 to 9999");
  return Value(*out);
}

}  // namespace

bool is_function(std::string_view name) { return find(name) != nullptr; }

Result<Value> call_function(std::string_view name, const Arguments& arguments) {
  const Function* f = find(name);
  if (!f) return invalid_argument("no function " + std::string(name));
  if (arguments.size() < f->least || arguments.size() > f->most)
    return invalid_argument(std::string(name) + ": expected " + std::to_string(f->least) +
                            (f->most == f->least ? ""
                             : f->most == kMany  ? " or more"
                                                 : " or 2") +
                            (f->most == 1 ? " argument" : " arguments") + ", found " +
                            std::to_string(arguments.size()));
  return f->call(arguments);
}

Result<Quantity> quantity_of(const Value& value) {
  if (const auto* q = std::get_if<Quantity>(&value)) return *q;
  return invalid_argument("expected a number, found the date " + date_text(std::get<Date>(value)));
}

Quantity days_between(Date from, Date to) {
  const int64_t n = to.days - from.days;
  return in_unit(static_cast<long double>(n), *find_unit(n == 1 || n == -1 ? "day" : "days"));
}

Result<Value> add_values(const Value& a, const Value& b, int sign) {
  const auto* first = std::get_if<Date>(&a);
  const auto* second = std::get_if<Date>(&b);
  if (first && second) {
    if (sign > 0) return invalid_argument("two dates cannot be added");
    return Value(days_between(*second, *first));
  }
  if (first) return moved_date(*first, std::get<Quantity>(b), sign);
  if (second) {
    if (sign < 0) return invalid_argument("a date cannot be taken from a number");
    return moved_date(*second, std::get<Quantity>(a), 1);
  }
  const auto& x = std::get<Quantity>(a);
  const auto& y = std::get<Quantity>(b);
  LEYDEN_ASSIGN(Quantity out, sign > 0 ? add(x, y) : subtract(x, y));
  return Value(std::move(out));
}

Result<Quantity> remainder(const Quantity& a, const Quantity& b) {
  if (a.dimension != b.dimension)
    return invalid_argument("mod: " + quantity_text(a) + " and " + quantity_text(b) +
                            " are of different kinds");
  if (b.value == 0) return invalid_argument("division by zero");
  Quantity out = a;
  out.value = a.value - b.value * std::floor(a.value / b.value);
  return out;
}

Result<Quantity> factorial(const Quantity& a) {
  if (!a.plain() || a.value != std::trunc(a.value) || a.value < 0 || a.value > 1000)
    return invalid_argument("!: expected a whole number from 0 to 1000, found " + quantity_text(a));
  long double out = 1;
  for (int i = 2; i <= static_cast<int>(a.value); ++i) out *= i;
  return number(out);
}

std::string value_text(const Value& value) {
  if (const auto* date = std::get_if<Date>(&value))
    return date_text(*date) + " (" + weekday(*date) + ")";
  return quantity_text(std::get<Quantity>(value));
}

}  // namespace leyden::calculator
