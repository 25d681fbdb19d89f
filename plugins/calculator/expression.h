// SPDX-License-Identifier: Apache-2.0
// Evaluates what a person or a model types into a calculator.
//
//   whole     sum [("to" | "in" | "as" | "->") (units | "%" | date)]
//   sum       product (("+" | "-") product)*
//   product   signed (("*" | "/" | "mod" | "of") signed)*
//   signed    ("-" | "+") signed | power
//   power     postfix ["^" signed]                  to the right; -2^2 is -4
//   postfix   primary ("!" | "%")*
//   primary   number [units [number units]...] | units | date | constant | function "(" ... ")" |
//   "(" sum ")" units     unit ["^" integer] ...                5 km^2, 5 N m; "/" and "*" are
//   those of a product
//
// Numbers may have thousands separators (1,234.5 outside of a function's arguments), an exponent,
// or be hexadecimal (0x1F). A date is written 2026-11-26.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/status.h"
#include "plugins/calculator/calendar.h"
#include "plugins/calculator/quantity.h"

namespace leyden::calculator {

using Value = std::variant<Quantity, Date>;

/// Errors: kInvalidArgument, saying what was expected and where, or what cannot be computed.
/// Cost: linear in the text; at most 4,096 bytes and 64 parentheses deep.
Result<Value> evaluate(std::string_view expression);

/// "3.2 km", "2026-11-26 (Thursday)"
std::string value_text(const Value& value);

}  // namespace leyden::calculator
