// SPDX-License-Identifier: Apache-2.0
#include "plugins/document_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace leyden::plugins {

namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMaxFile = uint64_t{4} << 30;
constexpr double kMaxPagePoints = 100'000;

Result<Fd> open_file(const fs::path& path) {
  // A pipe or a device would make us wait.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) {
    const std::string message = path.string() + ": " + std::strerror(errno);
    return errno == ENOENT ? not_found(message) : io_error(message);
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return io_error(path.string() + ": " + std::strerror(errno));
  if (S_ISDIR(info.st_mode)) return invalid_argument(path.string() + ": is a folder");
  if (!S_ISREG(info.st_mode)) return invalid_argument(path.string() + ": is no regular file");
  if (info.st_size == 0) return corrupt(path.string() + ": is empty");
  if (static_cast<uint64_t>(info.st_size) > kMaxFile) {
    return unsupported(path.string() + ": is larger than 4 GiB");
  }
  return fd;
}

std::string extension_of(const fs::path& path) {
  std::string extension = path.extension().string();
  if (!extension.empty()) extension.erase(0, 1);
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

bool on_boundary(std::string_view text, uint64_t at) {
  return at >= text.size() || (static_cast<uint8_t>(text[at]) & 0xC0) != 0x80;
}

Status read_words(const Json& spans, FilePage& page) {
  if (!spans.is_array()) return corrupt("reader: spans is no list");
  page.words.reserve(spans.size());
  uint64_t last = 0;
  for (const Json& s : spans) {
    if (!s.is_array() || s.size() != 6 ||
        !std::all_of(s.begin(), s.end(), [](const Json& v) { return v.is_number(); }) ||
        !s[0].is_number_unsigned() || !s[1].is_number_unsigned()) {
      return corrupt("reader: a span is not [begin, end, x0, y0, x1, y1]");
    }
    FileWord w{s[0].get<uint64_t>(), s[1].get<uint64_t>(), s[2].get<double>(),
               s[3].get<double>(),   s[4].get<double>(),   s[5].get<double>()};
    if (w.begin < last || w.end <= w.begin || w.end > page.text.size() ||
        !on_boundary(page.text, w.begin) || !on_boundary(page.text, w.end)) {
      return corrupt("reader: span [" + std::to_string(w.begin) + ", " + std::to_string(w.end) +
                     ") is out of order or no stretch of the text");
    }
    last = w.end;
    page.words.push_back(w);
  }
  return {};
}

}  // namespace

Result<FilePage> parse_page(std::string_view payload, size_t about_bytes) {
  if (about_bytes > payload.size()) return corrupt("reader: its page is cut short");
  const Json about = parse_json(payload.substr(0, about_bytes));
  if (!about.is_object()) return corrupt("reader: its page is no JSON object");
  FilePage page;
  page.text = payload.substr(about_bytes);
  if (const size_t good = valid_utf8_bytes(page.text); good != page.text.size()) {
    return corrupt("reader: its text is not UTF-8 at byte " + std::to_string(good));
  }
  page.label = text_field(about, "label");
  page.width = number_field(about, "width");
  page.height = number_field(about, "height");
  for (const double side : {page.width, page.height}) {
    if (!(side >= 0 && side <= kMaxPagePoints))
      return corrupt("reader: a page of no possible size");
  }
  if (const auto it = about.find("spans"); it != about.end()) LEYDEN_TRY(read_words(*it, page));
  return page;
}

Result<FileInfo> parse_file_info(std::string_view payload) {
  const Json json = parse_json(payload);
  FileInfo info;
  const int64_t pages = int_field(json, "pages");
  if (pages < 1 || pages > 10'000'000) {
    return corrupt("reader: a document of " + std::to_string(pages) + " pages");
  }
  info.n_pages = static_cast<uint32_t>(pages);
  info.format = text_field(json, "format");
  info.title = text_field(json, "title");
  info.author = text_field(json, "author");
  info.has_layout = bool_field(json, "layout");
  std::string notices = text_field(json, "notices");
  for (size_t begin = 0; begin < notices.size();) {
    const size_t end = std::min(notices.find('\n', begin), notices.size());
    if (end > begin) info.notices.push_back(notices.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto outline = json.find("outline");
  if (outline == json.end() || !outline->is_array()) return info;
  for (const Json& item : *outline) {
    if (!item.is_array() || item.size() != 3 || !item[0].is_string() ||
        !item[1].is_number_unsigned() || !item[2].is_number_unsigned()) {
      return corrupt("reader: an outline item is not [title, page, level]");
    }
    FileHeading heading{item[0].get<std::string>(), 0, 0};
    const uint64_t deepest = info.outline.empty() ? 0 : info.outline.back().level + 1;
    heading.page =
        static_cast<uint32_t>(std::min<uint64_t>(item[1].get<uint64_t>(), info.n_pages - 1));
    heading.level = static_cast<uint32_t>(std::min<uint64_t>(item[2].get<uint64_t>(), deepest));
    info.outline.push_back(std::move(heading));
  }
  return info;
}

DocumentFile::~DocumentFile() = default;

Result<std::unique_ptr<DocumentFile>> DocumentFile::open(const fs::path& path,
                                                         const HostPaths& paths,
                                                         bool allow_unsandboxed,
                                                         const CancelToken* cancel) {
  std::unique_ptr<DocumentFile> file(new DocumentFile);
  LEYDEN_ASSIGN(file->file_, open_file(path));
  if (cancel && cancel->cancelled()) return cancelled(path.string() + ": opening was cancelled");
  file->name_ = path.filename().string();
  std::vector<std::string> problems;
  std::vector<Manifest> readers = find_plugins(paths.plugins, &problems);
  std::erase_if(readers, [](const Manifest& m) { return m.reads.empty(); });
  // Those that know the extension first; a wrong extension still finds its reader.
  const std::string extension = extension_of(path);
  std::stable_partition(readers.begin(), readers.end(), [&](const Manifest& m) {
    return std::find(m.reads.begin(), m.reads.end(), extension) != m.reads.end();
  });
  if (readers.empty()) {
    return not_found("no document reader in " + paths.plugins.string() +
                     (problems.empty() ? "" : ": " + problems.front()));
  }
  StartOptions options;
  options.host_program = paths.host_program;
  options.allow_unsandboxed = allow_unsandboxed;
  Status status;
  for (const Manifest& manifest : readers) {
    status = file->open_with(manifest, options, cancel);
    if (status.ok()) return file;
    if (status.code() != StatusCode::kUnsupported) break;
  }
  return status.with_context(path.string());
}

Status DocumentFile::open_with(const Manifest& manifest, const StartOptions& options,
                               const CancelToken* cancel) {
  process_.reset();
  supervisor_ = std::make_unique<PluginSupervisor>(manifest, options, services_);
  return ensure_open(cancel);
}

Status DocumentFile::ensure_open(const CancelToken* cancel) {
  LEYDEN_ASSIGN(auto process, supervisor_->process());
  if (process == process_) return {};
  PluginRequest request;
  request.header = {{"op", "open"}, {"name", name_}};
  request.file = file_.get();
  request.seconds = supervisor_->manifest().permissions.programs.empty() ? 60 : 120;
  request.cancel = cancel;
  LEYDEN_ASSIGN(const WireMessage reply, process->call(request));
  LEYDEN_ASSIGN(info_, parse_file_info(reply.payload));
  document_ = int_field(reply.header, "document");
  process_ = std::move(process);
  return {};
}

Status DocumentFile::check_page(uint32_t page) const {
  if (page < info_.n_pages) return {};
  return invalid_argument(name_ + ": page " + std::to_string(page) + ", pages are 0 to " +
                          std::to_string(info_.n_pages - 1));
}

Result<WireMessage> DocumentFile::ask(Json header, const CancelToken* cancel) {
  if (cancel && cancel->cancelled()) return cancelled(name_ + ": reading was cancelled");
  LEYDEN_TRY(ensure_open(cancel));
  header["document"] = document_;
  PluginRequest request;
  request.header = std::move(header);
  request.seconds = supervisor_->manifest().call_seconds;
  request.cancel = cancel;
  auto reply = process_->call(request);
  if (!reply.ok()) return reply.status().with_context(name_);
  return reply;
}

Result<FilePage> DocumentFile::page(uint32_t page, const CancelToken* cancel) {
  LEYDEN_TRY(check_page(page));
  LEYDEN_ASSIGN(const WireMessage reply, ask({{"op", "page"}, {"page", page}}, cancel));
  return parse_page(reply.payload, static_cast<size_t>(int_field(reply.header, "about_bytes")));
}

Result<FileImage> DocumentFile::image(uint32_t page, double scale, const CancelToken* cancel) {
  LEYDEN_TRY(check_page(page));
  if (!(scale > 0.01 && scale <= 20)) {
    return invalid_argument("scale: expected 0.01 to 20, found " + std::to_string(scale));
  }
  LEYDEN_ASSIGN(WireMessage reply,
                ask({{"op", "image"}, {"page", page}, {"scale", scale}}, cancel));
  FileImage image;
  const int64_t width = int_field(reply.header, "width"),
                height = int_field(reply.header, "height");
  if (width < 1 || height < 1 || width > 100'000 || height > 100'000 ||
      static_cast<uint64_t>(width) * static_cast<uint64_t>(height) * 4 != reply.payload.size()) {
    return corrupt("reader: a picture of " + std::to_string(width) + " x " +
                   std::to_string(height) + " with " + std::to_string(reply.payload.size()) +
                   " bytes");
  }
  image.width = static_cast<uint32_t>(width);
  image.height = static_cast<uint32_t>(height);
  image.pixels = std::move(reply.payload);
  return image;
}

std::vector<std::string> DocumentFile::refusals() const {
  return process_ ? process_->refusals() : std::vector<std::string>();
}

}  // namespace leyden::plugins
