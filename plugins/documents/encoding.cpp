// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/encoding.h"

#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>
#include <optional>

namespace leyden::documents {

namespace {

/// All of the bytes in one encoding, or nullopt when one does not fit or there is no such encoding.
std::optional<std::string> convert(std::string_view bytes, const char* encoding) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding, &error),
                                                                     &ucnv_close);
  if (U_FAILURE(error)) return std::nullopt;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  std::u16string wide;
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  do {
    const size_t before = wide.size();
    wide.resize(before + static_cast<size_t>(end - source) + 64);
    UChar* target = wide.data() + before;
    error = U_ZERO_ERROR;
    ucnv_toUnicode(converter.get(), &target, wide.data() + wide.size(), &source, end, nullptr, true,
                   &error);
    wide.resize(static_cast<size_t>(target - wide.data()));
  } while (error == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(error) || wide.size() > (uint32_t{1} << 29)) return std::nullopt;
  std::string out(wide.size() * 3, '\0');
  int32_t written = 0;
  u_strToUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &written, wide.data(),
                     static_cast<int32_t>(wide.size()), 0xFFFD, nullptr, &error);
  if (U_FAILURE(error)) return std::nullopt;
  out.resize(static_cast<size_t>(written));
  return out;
}

/// Which half of the bytes is zero, where the text is UTF-16 of mostly Latin letters or spaces.
const char* utf16_without_mark(std::string_view bytes) {
  if (bytes.size() < 4 || bytes.size() % 2 != 0) return nullptr;
  size_t zero[2] = {0, 0};
  const size_t n = std::min<size_t>(bytes.size(), 4096) & ~size_t{1};
  for (size_t i = 0; i < n; ++i) zero[i % 2] += bytes[i] == 0;
  if (zero[1] * 5 > n && zero[0] == 0) return "UTF-16LE";
  if (zero[0] * 5 > n && zero[1] == 0) return "UTF-16BE";
  return nullptr;
}

/// How much a decoded text looks like text: control and private-use characters count against it,
/// common Han characters (the first block) and punctuation for it.
double plausibility(const std::string& utf8) {
  size_t good = 0, bad = 0, all = 0;
  for (size_t i = 0; i < utf8.size() && all < 20000;) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k)
      c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3F);
    i += length;
    if (lead < 0x80) continue;
    ++all;
    if ((c >= 0x4E00 && c < 0xA000) || (c >= 0x3000 && c < 0x3100) || (c >= 0xFF00 && c < 0xFF60) ||
        (c >= 0xAC00 && c < 0xD7B0)) {
      ++good;
    } else if (c < 0xA0 || (c >= 0xE000 && c < 0xF900) || c == 0xFFFD || c >= 0x20000) {
      ++bad;
    }
  }
  return all == 0 ? 0
                  : (static_cast<double>(good) - 4 * static_cast<double>(bad)) /
                        static_cast<double>(all);
}

/// Whether bytes above ASCII mostly stand alone, as accented letters do. In encodings with two
/// bytes a character they come in pairs and longer runs.
bool mostly_single(std::string_view bytes) {
  size_t high = 0, runs = 0;
  bool inside = false;
  for (const char c : bytes.substr(0, 256 << 10)) {
    const bool is_high = static_cast<unsigned char>(c) >= 0x80;
    high += is_high;
    runs += is_high && !inside;
    inside = is_high;
  }
  return high * 100 < runs * 135;
}

bool takes_two_bytes(const std::string& encoding) {
  return encoding.starts_with("GB") || encoding.starts_with("Big5") ||
         encoding.starts_with("EUC") || encoding.starts_with("Shift");
}

std::optional<Decoded> guess(std::string_view bytes) {
  const bool single = mostly_single(bytes);
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&error),
                                                                            &ucsdet_close);
  if (U_FAILURE(error)) return std::nullopt;
  const auto n = static_cast<int32_t>(std::min<size_t>(bytes.size(), 256 << 10));
  ucsdet_setText(detector.get(), bytes.data(), n, &error);
  int32_t found = 0;
  const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &found, &error);
  std::optional<Decoded> best;
  double best_score = -1e9;
  for (int32_t i = 0; U_SUCCESS(error) && i < found; ++i) {
    const std::string name = ucsdet_getName(matches[i], &error);
    const double confidence = ucsdet_getConfidence(matches[i], &error);
    if (confidence < 10 || name.starts_with("UTF-") || name.starts_with("ISO-2022") ||
        name.starts_with("IBM") || (single && takes_two_bytes(name))) {
      continue;
    }
    auto text = convert(bytes, name.c_str());
    if (!text) continue;
    const double score = confidence / 100 + plausibility(*text);
    if (score > best_score) {
      best_score = score;
      best = Decoded{std::move(*text), name, true};
    }
  }
  return best;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  const auto size = bytes.size();
  size_t i = 0;
  while (i < size) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xC2 ? 0
                          : lead < 0xE0 ? 2
                          : lead < 0xF0 ? 3
                          : lead < 0xF5 ? 4
                                        : 0;
    if (length == 0 || i + length > size) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0) != 0x80) return false;
    }
    if (length > 2) {
      const auto second = static_cast<unsigned char>(bytes[i + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
          (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
        return false;
      }
    }
    i += length;
  }
  return true;
}

Result<Decoded> decode_text(std::string_view bytes, std::string_view declared) {
  struct Mark {
    std::string_view bytes;
    const char* encoding;
  };
  using namespace std::string_view_literals;
  for (const Mark& mark : {Mark{"\xFF\xFE\0\0"sv, "UTF-32LE"}, Mark{"\0\0\xFE\xFF"sv, "UTF-32BE"},
                           Mark{"\xEF\xBB\xBF"sv, "UTF-8"}, Mark{"\xFF\xFE"sv, "UTF-16LE"},
                           Mark{"\xFE\xFF"sv, "UTF-16BE"}, Mark{"\x84\x31\x95\x33"sv, "GB18030"}}) {
    if (!bytes.starts_with(mark.bytes)) continue;
    const std::string_view rest = bytes.substr(mark.bytes.size());
    if (mark.encoding == "UTF-8"sv && is_utf8(rest))
      return Decoded{std::string(rest), "UTF-8", false};
    if (auto text = convert(rest, mark.encoding))
      return Decoded{std::move(*text), mark.encoding, false};
  }
  if (const char* name = utf16_without_mark(bytes)) {
    if (auto text = convert(bytes, name)) return Decoded{std::move(*text), name, true};
  }
  const size_t zeros = static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\0'));
  if (zeros > 0) return unsupported("is no text: it has " + std::to_string(zeros) + " NUL bytes");
  if (is_utf8(bytes)) return Decoded{std::string(bytes), "UTF-8", false};
  if (!declared.empty()) {
    std::string name(declared);
    // Web practice: pages that say gb2312 mean its superset.
    if (::strcasecmp(name.c_str(), "gb2312") == 0 || ::strcasecmp(name.c_str(), "gbk") == 0)
      name = "GB18030";
    if (auto text = convert(bytes, name.c_str())) return Decoded{std::move(*text), name, false};
  }
  if (auto guessed = guess(bytes)) return std::move(*guessed);
  if (auto text = convert(bytes, "windows-1252"))
    return Decoded{std::move(*text), "windows-1252", true};
  return unsupported("is no text in any encoding we know");
}

std::string declared_encoding(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 2048);
  for (const std::string_view key : {std::string_view("charset="), std::string_view("encoding=")}) {
    size_t at = head.find(key);
    if (at == std::string_view::npos) continue;
    at += key.size();
    while (at < head.size() && (head[at] == '"' || head[at] == '\'' || head[at] == ' ')) ++at;
    size_t end = at;
    while (end < head.size() && (std::isalnum(static_cast<unsigned char>(head[end])) ||
                                 head[end] == '-' || head[end] == '_' || head[end] == ':')) {
      ++end;
    }
    if (end > at && end - at <= 40) return std::string(head.substr(at, end - at));
  }
  return {};
}

}  // namespace leyden::documents
