// SPDX-License-Identifier: Apache-2.0
// The units there are. Factors are exact by definition where the unit has one.
#include <algorithm>
#include <iterator>
#include <numbers>

#include "plugins/calculator/quantity.h"

namespace leyden::calculator {

namespace {

/// What may stand in front of a unit's names.
enum Prefixes : uint8_t {
  kNone = 0,
  kSi = 1,      ///< symbol prefixes: k, m, M, ...
  kSiWord = 2,  ///< word prefixes: kilo, milli, ...
  kBinary = 4,  ///< Ki, Mi, ...
};

struct Row {
  std::string_view names;  ///< a space between; symbols and words alike
  Dimension dimension;
  long double factor;
  uint8_t prefixes = kNone;
  long double offset = 0;
  int months = 0;
};

constexpr Dimension dim(int length, int mass = 0, int time = 0, int current = 0,
                        int temperature = 0, int amount = 0, int light = 0, int bits = 0) {
  const auto e = [](int n) { return static_cast<int8_t>(n); };
  return {e(length), e(mass), e(time), e(current), e(temperature), e(amount), e(light), e(bits)};
}

constexpr Dimension kOne = dim(0), kL = dim(1), kArea = dim(2), kVolume = dim(3), kM = dim(0, 1),
                    kT = dim(0, 0, 1), kSpeed = dim(1, 0, -1), kForce = dim(1, 1, -2),
                    kPressure = dim(-1, 1, -2), kEnergy = dim(2, 1, -2), kPower = dim(2, 1, -3),
                    kTemp = dim(0, 0, 0, 0, 1), kData = dim(0, 0, 0, 0, 0, 0, 0, 1);
constexpr long double kPi = std::numbers::pi_v<long double>;
constexpr long double kDay = 86400, kYear = 365.2425L * kDay;

constexpr Row kRows[] = {
    // length
    {"m", kL, 1, kSi},
    {"metre meter 米", kL, 1, kSiWord},
    {"公里 千米", kL, 1000},
    {"厘米", kL, 0.01L},
    {"毫米", kL, 0.001L},
    {"里 市里", kL, 500},
    {"in inch inches 英寸", kL, 0.0254L},
    {"ft foot feet 英尺", kL, 0.3048L},
    {"yd yard", kL, 0.9144L},
    {"mi mile 英里", kL, 1609.344L},
    {"nmi nautical_mile 海里", kL, 1852},
    {"au AU", kL, 149597870700.0L},
    {"ly light_year lightyear 光年", kL, 9460730472580800.0L},
    {"pc parsec", kL, 3.0856775814913673e16L, kSi},
    // area, volume
    {"ha hectare 公顷", kArea, 10000},
    {"acre", kArea, 4046.8564224L},
    {"亩", kArea, 10000 / 15.0L},
    {"L l", kVolume, 0.001L, kSi},
    {"litre liter 升", kVolume, 0.001L, kSiWord},
    {"毫升", kVolume, 1e-6L},
    {"gal gallon", kVolume, 0.003785411784L},
    {"qt quart", kVolume, 0.000946352946L},
    {"pt pint", kVolume, 0.000473176473L},
    {"cup", kVolume, 0.0002365882365L},
    {"floz fl_oz", kVolume, 0.0000295735295625L},
    {"tbsp tablespoon", kVolume, 0.00001478676478125L},
    {"tsp teaspoon", kVolume, 0.00000492892159375L},
    {"bbl barrel 桶", kVolume, 0.158987294928L},
    // mass
    {"g", kM, 0.001L, kSi},
    {"gram gramme 克", kM, 0.001L, kSiWord},
    {"公斤 千克", kM, 1},
    {"t tonne 吨", kM, 1000, kSi},
    {"斤", kM, 0.5L},
    {"两", kM, 0.05L},
    {"lb lbs pound 磅", kM, 0.45359237L},
    {"oz ounce 盎司", kM, 0.028349523125L},
    {"stone", kM, 6.35029318L},
    {"ton", kM, 907.18474L},
    {"ct carat 克拉", kM, 0.0002L},
    // time
    {"s", kT, 1, kSi},
    {"sec second 秒", kT, 1, kSiWord},
    {"min minute 分钟 分", kT, 60},
    {"h hr hour 小时", kT, 3600},
    {"d day 天 日", kT, kDay},
    {"week wk 周 星期", kT, 7 * kDay},
    {"fortnight", kT, 14 * kDay},
    {"month 月 个月", kT, kYear / 12, kNone, 0, 1},
    {"year yr 年", kT, kYear, kNone, 0, 12},
    {"decade", kT, 10 * kYear, kNone, 0, 120},
    {"century centuries 世纪", kT, 100 * kYear, kNone, 0, 1200},
    // speed
    {"mph", kSpeed, 0.44704L},
    {"kph kmh", kSpeed, 1 / 3.6L},
    {"kn knot 节", kSpeed, 1852 / 3600.0L},
    // mechanics
    {"N", kForce, 1, kSi},
    {"newton 牛顿", kForce, 1, kSiWord},
    {"lbf", kForce, 4.4482216152605L},
    {"Pa", kPressure, 1, kSi},
    {"pascal 帕", kPressure, 1, kSiWord},
    {"bar", kPressure, 1e5L, kSi},
    {"atm", kPressure, 101325},
    {"mmHg torr", kPressure, 133.322387415L},
    {"psi", kPressure, 6894.757293168361L},
    {"J", kEnergy, 1, kSi},
    {"joule 焦耳 焦", kEnergy, 1, kSiWord},
    {"Wh", kEnergy, 3600, kSi},
    {"度电", kEnergy, 3.6e6L},
    {"cal", kEnergy, 4.184L, kSi},
    {"calorie 卡", kEnergy, 4.184L, kSiWord},
    {"大卡 千卡", kEnergy, 4184},
    {"eV", kEnergy, 1.602176634e-19L, kSi},
    {"BTU btu", kEnergy, 1055.05585262L},
    {"W", kPower, 1, kSi},
    {"watt 瓦", kPower, 1, kSiWord},
    {"千瓦", kPower, 1000},
    {"hp horsepower", kPower, 745.69987158227022L},
    {"马力", kPower, 735.49875L},
    {"Hz", dim(0, 0, -1), 1, kSi},
    {"hertz 赫兹", dim(0, 0, -1), 1, kSiWord},
    {"rpm", dim(0, 0, -1), 1 / 60.0L},
    // electricity, light, amount
    {"A", dim(0, 0, 0, 1), 1, kSi},
    {"ampere amp 安培", dim(0, 0, 0, 1), 1, kSiWord},
    {"V", dim(2, 1, -3, -1), 1, kSi},
    {"volt 伏特 伏", dim(2, 1, -3, -1), 1, kSiWord},
    {"ohm Ω Ω", dim(2, 1, -3, -2), 1, kSi | kSiWord},
    {"C", dim(0, 0, 1, 1), 1, kSi},
    {"coulomb", dim(0, 0, 1, 1), 1, kSiWord},
    {"Ah", dim(0, 0, 1, 1), 3600, kSi},
    {"F", dim(-2, -1, 4, 2), 1, kSi},
    {"farad", dim(-2, -1, 4, 2), 1, kSiWord},
    {"H", dim(2, 1, -2, -2), 1, kSi},
    {"T", dim(0, 1, -2, -1), 1, kSi},
    {"tesla", dim(0, 1, -2, -1), 1, kSiWord},
    {"cd candela", dim(0, 0, 0, 0, 0, 0, 1), 1},
    {"lm lumen", dim(0, 0, 0, 0, 0, 0, 1), 1},
    {"lx lux", dim(-2, 0, 0, 0, 0, 0, 1), 1},
    {"mol", dim(0, 0, 0, 0, 0, 1), 1, kSi},
    {"mole 摩尔", dim(0, 0, 0, 0, 0, 1), 1, kSiWord},
    // temperature
    {"K", kTemp, 1, kSi},
    {"kelvin", kTemp, 1},
    {"°C ℃ degC celsius 摄氏度", kTemp, 1, kNone, 273.15L},
    {"°F ℉ degF fahrenheit 华氏度", kTemp, 5 / 9.0L, kNone, 273.15L - 32 * 5 / 9.0L},
    // information
    {"bit 比特", kData, 1, kSi | kSiWord | kBinary},
    {"B", kData, 8, kSi | kBinary},
    {"byte 字节", kData, 8, kSiWord},
    // angles, parts
    {"rad radian", kOne, 1, kSi},
    {"° deg degree", kOne, kPi / 180},
    {"turn", kOne, 2 * kPi},
    {"ppm", kOne, 1e-6L},
};

struct Prefix {
  std::string_view symbol, word;
  long double factor;
};
constexpr Prefix kPrefixes[] = {
    {"Q", "quetta", 1e30L}, {"R", "ronna", 1e27L}, {"Y", "yotta", 1e24L}, {"Z", "zetta", 1e21L},
    {"E", "exa", 1e18L},    {"P", "peta", 1e15L},  {"T", "tera", 1e12L},  {"G", "giga", 1e9L},
    {"M", "mega", 1e6L},    {"k", "kilo", 1e3L},   {"da", "deca", 10},    {"h", "hecto", 100},
    {"d", "deci", 0.1L},    {"c", "centi", 0.01L}, {"m", "milli", 1e-3L}, {"u", "micro", 1e-6L},
    {"µ", "", 1e-6L},       {"μ", "", 1e-6L},      {"n", "nano", 1e-9L},  {"p", "pico", 1e-12L},
    {"f", "femto", 1e-15L}, {"a", "atto", 1e-18L}};
constexpr Prefix kBinaryPrefixes[] = {{"Ki", "kibi", 1024.0L},
                                      {"Mi", "mebi", 1048576.0L},
                                      {"Gi", "gibi", 1073741824.0L},
                                      {"Ti", "tebi", 1099511627776.0L},
                                      {"Pi", "pebi", 1125899906842624.0L}};

bool has_name(const Row& row, std::string_view name) {
  for (size_t at = 0; at < row.names.size();) {
    const size_t end = std::min(row.names.find(' ', at), row.names.size());
    if (row.names.substr(at, end - at) == name) return true;
    at = end + 1;
  }
  return false;
}

std::optional<Unit> unit_of(const Row& row, std::string_view name, long double prefix = 1) {
  return Unit{std::string(name), row.dimension, row.factor * prefix, row.offset, row.months};
}

std::optional<Unit> exactly(std::string_view name) {
  for (const Row& row : kRows)
    if (has_name(row, name)) return unit_of(row, name);
  for (const Row& row : kRows) {
    if (row.prefixes == kNone) continue;
    for (const Prefix& p : kPrefixes) {
      const bool symbol = (row.prefixes & kSi) != 0 && name.starts_with(p.symbol) &&
                          has_name(row, name.substr(p.symbol.size()));
      const bool word = (row.prefixes & kSiWord) != 0 && !p.word.empty() &&
                        name.starts_with(p.word) && has_name(row, name.substr(p.word.size()));
      if (symbol || word) return unit_of(row, name, p.factor);
    }
    if ((row.prefixes & kBinary) == 0) continue;
    for (const Prefix& p : kBinaryPrefixes)
      if ((name.starts_with(p.symbol) && has_name(row, name.substr(p.symbol.size()))) ||
          (name.starts_with(p.word) && has_name(row, name.substr(p.word.size()))))
        return unit_of(row, name, p.factor);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Unit> find_unit(std::string_view name) {
  if (name.empty() || name.size() > 40) return std::nullopt;
  if (auto unit = exactly(name)) return unit;
  // Words in the plural. Symbols have none: "ms" are milliseconds and were found above.
  if (name.size() > 3 && name.ends_with('s')) {
    auto unit = exactly(name.substr(0, name.size() - 1));
    if (unit) unit->name = name;
    return unit;
  }
  return std::nullopt;
}

}  // namespace leyden::calculator
