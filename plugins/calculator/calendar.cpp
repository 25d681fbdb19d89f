// SPDX-License-Identifier: Apache-2.0
#include "plugins/calculator/calendar.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace leyden::calculator {

namespace {

namespace chr = std::chrono;

constexpr int64_t kFirst = -719162, kLast = 2932896;  ///< 0001-01-01, 9999-12-31

chr::year_month_day ymd(Date date) {
  return chr::sys_days(chr::days(static_cast<chr::days::rep>(date.days)));
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

int digits_value(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

}  // namespace

std::optional<Date> make_date(const CivilDate& c) {
  if (c.year < 1 || c.year > 9999) return std::nullopt;
  const chr::year_month_day day(chr::year(static_cast<int>(c.year)),
                                chr::month(static_cast<unsigned>(c.month)),
                                chr::day(static_cast<unsigned>(c.day)));
  if (!day.ok()) return std::nullopt;
  return Date{chr::sys_days(day).time_since_epoch().count()};
}

CivilDate civil(Date date) {
  const auto day = ymd(date);
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
          static_cast<int>(static_cast<unsigned>(day.day()))};
}

std::optional<Date> leading_date(std::string_view text, size_t* bytes) {
  constexpr size_t kSize = 10;
  if (text.size() < kSize || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::string_view year = text.substr(0, 4), month = text.substr(5, 2),
                         day = text.substr(8, 2);
  if (!all_digits(year) || !all_digits(month) || !all_digits(day)) return std::nullopt;
  if (text.size() > kSize && text[kSize] >= '0' && text[kSize] <= '9') return std::nullopt;
  *bytes = kSize;
  return make_date({digits_value(year), digits_value(month), digits_value(day)});
}

std::optional<Date> add_days(Date date, int64_t days) {
  if (days < kFirst - date.days || days > kLast - date.days) return std::nullopt;
  return Date{date.days + days};
}

std::optional<Date> add_months(Date date, int64_t months) {
  if (months < -120000 || months > 120000) return std::nullopt;
  const CivilDate from = civil(date);
  const int64_t month = from.year * 12 + from.month - 1 + months;
  CivilDate to{month / 12, static_cast<int>(month % 12) + 1, from.day};
  if (to.year < 1 || to.year > 9999) return std::nullopt;
  while (!make_date(to)) --to.day;
  return make_date(to);
}

std::string date_text(Date date) {
  const CivilDate c = civil(date);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", static_cast<int>(c.year), c.month,
                c.day);
  return text.data();
}

const char* weekday(Date date) {
  constexpr std::array<const char*, 7> kNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday"};
  return kNames[chr::weekday(chr::sys_days(ymd(date))).c_encoding()];
}

Date today() {
  return {chr::floor<chr::days>(chr::system_clock::now()).time_since_epoch().count()};
}

}  // namespace leyden::calculator
