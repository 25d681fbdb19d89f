// SPDX-License-Identifier: Apache-2.0
// Dates of the Gregorian calendar, counted in days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leyden::calculator {

/// Days since 1970-01-01; years 1 to 9999.
struct Date {
  int64_t days = 0;
  auto operator<=>(const Date&) const = default;
};

struct CivilDate {
  int64_t year = 1970;
  int month = 1, day = 1;  ///< from 1
};

/// nullopt for a day there is not, e.g. February 30.
std::optional<Date> make_date(const CivilDate& civil);
CivilDate civil(Date date);
/// "2026-11-26" at the beginning of `text`; sets *bytes to its length. nullopt when there is none,
/// or no such day.
std::optional<Date> leading_date(std::string_view text, size_t* bytes);
/// nullopt outside of the years 1 to 9999.
std::optional<Date> add_days(Date date, int64_t days);
/// The same day of another month; its last day where there is no such day.
std::optional<Date> add_months(Date date, int64_t months);
/// "2026-11-26"
std::string date_text(Date date);
/// "Monday", ...
const char* weekday(Date date);
/// Today in UTC: plugins are told no time zone.
Date today();

}  // namespace leyden::calculator
