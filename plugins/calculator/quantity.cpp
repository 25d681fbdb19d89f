// SPDX-License-Identifier: Apache-2.0
#include "plugins/calculator/quantity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace leyden::calculator {

namespace {

constexpr int kMaxPower = 24;

long double power(long double base, int exponent) { return std::pow(base, exponent); }

/// How many base units one of the shown units is.
long double shown_factor(const Quantity& q) {
  long double factor = 1;
  for (const UnitPower& u : q.shown) factor *= power(u.unit.factor, u.power);
  return factor;
}

std::string kind(const Quantity& q) {
  return q.plain() ? "a plain number" : "a quantity in " + unit_text(q);
}

Result<Quantity> checked(Quantity q, const char* what) {
  if (!std::isfinite(q.value))
    return invalid_argument(std::string(what) + ": the result is too large, or there is none");
  return q;
}

Status no_offset(const Quantity& q, const char* what) {
  if (!q.has_offset()) return {};
  return invalid_argument("degrees have a zero of their own and cannot be " + std::string(what) +
                          "; convert to K first");
}

Result<Dimension> scaled(const Dimension& d, int by) {
  Dimension out{};
  for (size_t i = 0; i < d.size(); ++i) {
    const int e = d[i] * by;
    if (std::abs(e) > kMaxPower) return invalid_argument("a unit's power above 24");
    out[i] = static_cast<int8_t>(e);
  }
  return out;
}

/// Adds `more` to the shown units; a unit of a kind that is there already becomes that one.
void join(std::vector<UnitPower>* shown, const std::vector<UnitPower>& more, int sign) {
  for (const UnitPower& u : more) {
    const auto same = std::find_if(shown->begin(), shown->end(), [&](const UnitPower& s) {
      return s.unit.dimension == u.unit.dimension && s.unit.dimension != Dimension{};
    });
    if (same == shown->end()) {
      shown->push_back({u.unit, sign * u.power});
    } else if ((same->power += sign * u.power) == 0) {
      shown->erase(same);
    }
  }
}

Result<Quantity> product(const Quantity& a, const Quantity& b, int sign) {
  Quantity out;
  LEYDEN_ASSIGN(const Dimension other, scaled(b.dimension, sign));
  for (size_t i = 0; i < other.size(); ++i) {
    const int e = a.dimension[i] + other[i];
    if (std::abs(e) > kMaxPower) return invalid_argument("a unit's power above 24");
    out.dimension[i] = static_cast<int8_t>(e);
  }
  out.value = sign > 0 ? a.value * b.value : a.value / b.value;
  out.shown = a.shown;
  join(&out.shown, b.shown, sign);
  if (out.plain()) out.shown.clear();
  return checked(std::move(out), sign > 0 ? "*" : "/");
}

std::string base_units(const Dimension& d) {
  constexpr std::array<const char*, 8> kNames{"m", "kg", "s", "A", "K", "mol", "cd", "bit"};
  std::string out;
  for (size_t i = 0; i < d.size(); ++i) {
    if (d[i] == 0) continue;
    out += (out.empty() ? "" : "*") + std::string(kNames[i]);
    if (d[i] != 1) out += "^" + std::to_string(d[i]);
  }
  return out;
}

}  // namespace

Quantity number(long double value) {
  Quantity q;
  q.value = value;
  return q;
}

Quantity in_unit(long double value, const Unit& unit) {
  Quantity q;
  q.value = value * unit.factor + unit.offset;
  q.dimension = unit.dimension;
  q.shown.push_back({unit, 1});
  return q;
}

Result<Quantity> add(const Quantity& a, const Quantity& b) {
  if (a.dimension != b.dimension)
    return invalid_argument(kind(a) + " and " + kind(b) + " cannot be added");
  if (a.percent != b.percent)
    return invalid_argument("adding a percentage is not clear; write 1.15 * x for 15% more");
  LEYDEN_TRY(no_offset(a, "added"));
  LEYDEN_TRY(no_offset(b, "added"));
  Quantity out = a;
  if (out.shown.empty()) out.shown = b.shown;
  out.value += b.value;
  return checked(std::move(out), "+");
}

Result<Quantity> subtract(const Quantity& a, const Quantity& b) {
  if (a.dimension != b.dimension)
    return invalid_argument(kind(b) + " cannot be taken from " + kind(a));
  if (a.percent != b.percent)
    return invalid_argument("taking off a percentage is not clear; write 0.85 * x for 15% less");
  if (a.has_offset() != b.has_offset())
    return invalid_argument("degrees and kelvin cannot be mixed; convert to K first");
  Quantity out = a;
  out.value -= b.value;
  if (a.has_offset()) {  // a difference of temperatures has no zero of its own
    out.shown.clear();
    out.shown.push_back({*find_unit("K"), 1});
  } else if (out.shown.empty()) {
    out.shown = b.shown;
  }
  return checked(std::move(out), "-");
}

Result<Quantity> multiply(const Quantity& a, const Quantity& b) {
  LEYDEN_TRY(no_offset(a, "multiplied"));
  LEYDEN_TRY(no_offset(b, "multiplied"));
  return product(a, b, 1);
}

Result<Quantity> divide(const Quantity& a, const Quantity& b) {
  LEYDEN_TRY(no_offset(a, "divided"));
  LEYDEN_TRY(no_offset(b, "divided"));
  if (b.value == 0) return invalid_argument("division by zero");
  return product(a, b, -1);
}

Result<Quantity> raise(const Quantity& a, const Quantity& b) {
  if (!b.plain()) return invalid_argument("a power must be a plain number, not " + kind(b));
  LEYDEN_TRY(no_offset(a, "raised"));
  if (a.plain()) {
    if (a.value == 0 && b.value < 0) return invalid_argument("division by zero");
    return checked(number(std::pow(a.value, b.value)), "^");
  }
  if (b.value != std::trunc(b.value) || std::fabs(b.value) > kMaxPower)
    return invalid_argument("a quantity with units can be raised to whole powers up to 24");
  const int exponent = static_cast<int>(b.value);
  if (a.value == 0 && exponent < 0) return invalid_argument("division by zero");
  Quantity out;
  LEYDEN_ASSIGN(out.dimension, scaled(a.dimension, exponent));
  out.value = power(a.value, exponent);
  if (!out.plain())
    for (const UnitPower& u : a.shown) out.shown.push_back({u.unit, u.power * exponent});
  return checked(std::move(out), "^");
}

Result<Quantity> root(const Quantity& a, int degree) {
  LEYDEN_TRY(no_offset(a, "put under a root"));
  if (a.value < 0 && degree % 2 == 0) return invalid_argument("the root of a negative number");
  Quantity out;
  for (size_t i = 0; i < a.dimension.size(); ++i) {
    if (a.dimension[i] % degree != 0)
      return invalid_argument(unit_text(a) + " has no root of degree " + std::to_string(degree));
    out.dimension[i] = static_cast<int8_t>(a.dimension[i] / degree);
  }
  out.value = degree == 2 ? std::sqrt(a.value) : std::cbrt(a.value);
  for (const UnitPower& u : a.shown) {
    if (u.power % degree != 0) {  // m^2 written as "ha": shown in base units
      out.shown.clear();
      break;
    }
    out.shown.push_back({u.unit, u.power / degree});
  }
  return out;
}

Result<Quantity> convert(const Quantity& a, const Quantity& to) {
  if (a.dimension != to.dimension)
    return invalid_argument(kind(a) + " cannot be converted to " +
                            (to.plain() && to.shown.empty() ? "a plain number" : unit_text(to)));
  Quantity out = a;
  out.shown = to.shown;
  out.percent = false;
  return out;
}

long double shown_value(const Quantity& q) {
  if (q.has_offset()) return (q.value - q.shown[0].unit.offset) / q.shown[0].unit.factor;
  return q.value / shown_factor(q);
}

std::string unit_text(const Quantity& q) {
  if (q.shown.empty()) return base_units(q.dimension);
  std::string above, below;
  for (const UnitPower& u : q.shown) {
    std::string& side = u.power > 0 ? above : below;
    side += (side.empty() ? "" : u.power > 0 ? "*" : "/") + u.unit.name;
    if (std::abs(u.power) != 1) side += "^" + std::to_string(std::abs(u.power));
  }
  if (below.empty()) return above;
  return (above.empty() ? "1/" : above + "/") + below;
}

std::string number_text(long double value) {
  if (value == 0) return "0";
  std::array<char, 64> text{};
  const bool exact =
      value == std::trunc(value) &&
      std::fabs(value) <= static_cast<long double>(std::numeric_limits<int64_t>::max());
  std::snprintf(text.data(), text.size(), exact ? "%.0Lf" : "%.15Lg", value);
  return text.data();
}

std::string quantity_text(const Quantity& q) {
  const std::string unit = unit_text(q);
  return number_text(shown_value(q)) + (unit.empty() ? "" : " " + unit);
}

}  // namespace leyden::calculator
