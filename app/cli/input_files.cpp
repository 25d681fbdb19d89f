// SPDX-License-Identifier: Apache-2.0
#include "app/cli/input_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/cli/console.h"
#include "app/cli/door.h"
#include "app/cli/interrupt.h"

namespace leyden_cli {

const std::string kBetweenPages = "\n\n";

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string read_all(int fd, const std::string& name, size_t expected) {
  std::string out;
  out.reserve(expected);
  char buffer[1 << 16];
  for (;;) {
    const std::optional<size_t> n = read_interruptibly(fd, buffer, name);
    if (!n) stop_if_interrupted();
    if (n.value_or(0) == 0) return out;
    out.append(buffer, *n);
  }
}

std::string read_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw errno_failure(path, "cannot open");
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{fd};
  struct stat info {};
  if (fstat(fd, &info) != 0) throw errno_failure(path, "cannot stat");
  if (S_ISDIR(info.st_mode)) throw bad_argument(path + ": is a folder, expected a file");
  return read_all(fd, path, static_cast<size_t>(std::max<off_t>(info.st_size, 0)));
}

/// Bytes of the UTF-8 character at the beginning of `s`, 0 when there is none.
size_t utf8_character(std::string_view s) {
  const auto at = [s](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const size_t n = lead >= 0xC2 && lead < 0xE0   ? 2
                   : lead >= 0xE0 && lead < 0xF0 ? 3
                   : lead >= 0xF0 && lead < 0xF5 ? 4
                                                 : 0;
  if (n == 0 || s.size() < n) return 0;
  for (size_t i = 1; i < n; ++i) {
    if ((at(i) & 0xC0u) != 0x80u) return 0;
  }
  const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  const bool surrogate = lead == 0xED && at(1) >= 0xA0;
  const bool too_large = lead == 0xF4 && at(1) >= 0x90;
  return overlong || surrogate || too_large ? 0 : n;
}

size_t first_bad_byte(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const size_t n = utf8_character(text.substr(i));
    if (n == 0) return i;
    i += n;
  }
  return std::string_view::npos;
}

}  // namespace

bool needs_reader(const std::string& path) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const char* known : {".pdf", ".docx", ".epub", ".html", ".htm", ".xhtml"}) {
    if (extension == known) return true;
  }
  return false;
}

std::string read_document_json(const std::string& path) {
  using File = Owned<leyden_file, leyden_file_destroy>;
  const File file = made<File>([&](leyden_file** out, leyden_error** error) {
    return leyden_file_open(out, path.data(), path.size(), nullptr, error);
  });
  return made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_file_document_json(out, file.get(), error);
  });
}

DocumentFile read_document(const std::string& path) {
  DocumentFile out;
  out.path = path;
  out.title = std::filesystem::path(path).filename().string();
  if (needs_reader(path)) {
    const Json document = Json::parse(read_document_json(path));
    for (const Json& part : document.at("parts")) {
      if (!out.page_begin.empty()) out.text += kBetweenPages;
      out.page_begin.push_back(out.text.size());
      out.labels.push_back(part.value("label", std::string()));
      out.text += part.at("text").get<std::string>();
    }
  } else {
    out.text = read_file(path);
  }
  if (const size_t bad = first_bad_byte(out.text); bad != std::string_view::npos) {
    throw bad_argument(fmt::format("{}: not UTF-8: byte 0x{:02x} at offset {}", path,
                                   static_cast<unsigned char>(out.text[bad]), bad));
  }
  if (out.page_begin.empty() && out.text.starts_with(kByteOrderMark)) {
    out.bom_bytes = kByteOrderMark.size();
    out.text.erase(0, out.bom_bytes);
  }
  if (out.text.find_first_not_of(" \t\r\n\f\v") == std::string::npos) {
    throw bad_argument(path + ": the document is empty");
  }
  return out;
}

DocumentFile kept_document(const leyden_store* store, int64_t id) {
  DocumentFile out;
  const Json info = Json::parse(made_text([&](leyden_string** text, leyden_error** error) {
    return leyden_document_info_json(text, store, id, error);
  }));
  out.title = info.at("title").get<std::string>();
  const auto parts = info.at("parts").get<uint32_t>();
  for (uint32_t i = 0; i < parts; ++i) {
    if (!out.text.empty()) out.text += kBetweenPages;
    if (parts > 1) {
      out.page_begin.push_back(out.text.size());
      out.labels.push_back(info.at("labels").at(i).get<std::string>());
    }
    out.text += made_text([&](leyden_string** text, leyden_error** error) {
      return leyden_document_part_text(text, store, id, i, error);
    });
  }
  return out;
}

std::vector<int32_t> parse_ids(std::string_view text, const std::string& name) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  std::vector<int32_t> ids;
  size_t at = text.find_first_not_of(kSpace);
  while (at != std::string_view::npos) {
    const size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    const std::string_view word = text.substr(at, end - at);
    int32_t id = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || stop != word.data() + word.size() || id < 0) {
      const TextPlace place = place_of(text, at);
      throw bad_argument(
          fmt::format("{}: line {}, column {} (id {}): expected a token id, found {}", name,
                      place.line, place.column, ids.size(), in_quotes(std::string(word))));
    }
    ids.push_back(id);
    at = text.find_first_not_of(kSpace, end);
  }
  if (ids.empty()) throw bad_argument(name + ": no token ids");
  return ids;
}

std::vector<int32_t> read_ids_file(const std::string& path) {
  return parse_ids(read_file(path), path);
}

std::string read_stdin() { return read_all(STDIN_FILENO, "stdin", 0); }

std::string_view front_of(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0u) == 0x80u) --limit;
  return text.substr(0, limit);
}

PagePlace page_of(const DocumentFile& document, size_t byte) {
  const std::vector<size_t>& begins = document.page_begin;
  if (begins.empty()) {
    if (document.text.find('\f') == std::string::npos) return {};
    const auto end = document.text.begin() +
                     static_cast<ptrdiff_t>(std::min(byte, document.text.size()));
    const size_t page = 1 + static_cast<size_t>(std::count(document.text.begin(), end, '\f'));
    return {page, std::to_string(page)};
  }
  const auto after = std::upper_bound(begins.begin(), begins.end(), byte);
  const size_t page = std::max<size_t>(1, static_cast<size_t>(after - begins.begin()));
  return {page, document.labels[page - 1]};
}

TextPlace place_of(std::string_view text, size_t byte) {
  TextPlace place;
  for (size_t i = 0; i < std::min(byte, text.size()); ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0u) != 0x80u) {
      ++place.column;
    }
  }
  return place;
}

}  // namespace leyden_cli
