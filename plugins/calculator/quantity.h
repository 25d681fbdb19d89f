// SPDX-License-Identifier: Apache-2.0
// Numbers with units. A quantity knows its value in SI base units, and the units it was written in,
// in which it is shown again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden::calculator {

/// Exponents of length, mass, time, current, temperature, amount, luminous intensity, information.
/// Angles have none.
using Dimension = std::array<int8_t, 8>;
enum BaseUnit : size_t { kLength, kMass, kTime, kCurrent, kTemperature, kAmount, kLight, kBits };

struct Unit {
  std::string name;  ///< as it was written
  Dimension dimension{};
  long double factor = 1;  ///< of SI base units
  long double offset = 0;  ///< SI value = number * factor + offset: only degrees of temperature
  int months = 0;          ///< 1 for a month, 12 for a year: a calendar's, when added to a date
};

/// A unit by name, symbol or Chinese word, with SI and binary prefixes: "km", "kilometres", "KiB",
/// "公里".
std::optional<Unit> find_unit(std::string_view name);

/// The units of a quantity, e.g. km, h^-1.
struct UnitPower {
  Unit unit;
  int power = 1;
};

struct Quantity {
  long double value = 0;  ///< in SI base units, offset included
  Dimension dimension{};
  std::vector<UnitPower> shown;  ///< empty: a plain number, or base units
  bool percent = false;          ///< written with %: adding it to something else is not clear

  bool plain() const { return dimension == Dimension{}; }
  /// Degrees with a zero of their own, which cannot be added or multiplied.
  bool has_offset() const { return shown.size() == 1 && shown[0].unit.offset != 0; }
};

Quantity number(long double value);
/// `value` of a unit.
Quantity in_unit(long double value, const Unit& unit);

/// Errors: kInvalidArgument in a sentence for who wrote the expression.
Result<Quantity> add(const Quantity& a, const Quantity& b);
Result<Quantity> subtract(const Quantity& a, const Quantity& b);
Result<Quantity> multiply(const Quantity& a, const Quantity& b);
Result<Quantity> divide(const Quantity& a, const Quantity& b);
Result<Quantity> raise(const Quantity& a, const Quantity& b);
Result<Quantity> root(const Quantity& a, int degree);
/// Shows `a` in the units of `to`, whose own value does not count.
Result<Quantity> convert(const Quantity& a, const Quantity& to);

/// The value as it is shown, and its units ("km/h", "" for none).
long double shown_value(const Quantity& q);
std::string unit_text(const Quantity& q);
/// "3.2 km": up to 15 digits, whole numbers below 2^63 exactly.
std::string quantity_text(const Quantity& q);
std::string number_text(long double value);

}  // namespace leyden::calculator
