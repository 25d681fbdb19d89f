// SPDX-License-Identifier: Apache-2.0
// The calculator's functions, by name.
#pragma once

#include <string_view>
#include <vector>

#include "plugins/calculator/expression.h"

namespace leyden::calculator {

bool is_function(std::string_view name);
/// Errors: kInvalidArgument: another number of arguments, or of another kind; no result.
Result<Value> call_function(std::string_view name, const std::vector<Value>& arguments);
/// a + sign * b, where one may be a date. Months and years are added to dates as a calendar does.
Result<Value> add_values(const Value& a, const Value& b, int sign);
/// The quantity a value is. Errors: kInvalidArgument for a date.
Result<Quantity> quantity_of(const Value& value);
/// Whole days from one date to another.
Quantity days_between(Date from, Date to);
Result<Quantity> remainder(const Quantity& a, const Quantity& b);
Result<Quantity> factorial(const Quantity& a);

}  // namespace leyden::calculator
