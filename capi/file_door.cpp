// SPDX-License-Identifier: Apache-2.0
// Documents from outside, read by the sandboxed reader.
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/json_dump.h"
#include "capi/convert.h"
#include "capi/guard.h"
#include "plugins/document_file.h"
#include "plugins/host_paths.h"

using namespace leyden;
using namespace leyden::capi;

struct leyden_file {
  std::string path;
  leyden_file_options options;
  std::unique_ptr<plugins::DocumentFile> file;
};

struct leyden_image {
  plugins::FileImage image;
};

namespace {

using Json = nlohmann::ordered_json;

Json outline_json(const plugins::FileInfo& info) {
  Json out = Json::array();
  for (const auto& h : info.outline) {
    out.push_back({{"title", h.title}, {"page", h.page}, {"level", h.level}});
  }
  return out;
}

/// A heading's or file's text as a title: the file's name where the document has none.
std::string title_of(const leyden_file& file) {
  const std::string& title = file.file->info().title;
  return title.empty() ? std::filesystem::path(file.path).filename().string() : title;
}

Json page_map(const plugins::FilePage& page, bool has_layout) {
  if (!has_layout) return Json::object();
  Json words = Json::array();
  const auto tenths = [](double v) { return std::round(v * 10) / 10; };
  for (const auto& w : page.words) {
    words.push_back(w.begin);
    words.push_back(w.end);
    for (const double v : {w.x0, w.y0, w.x1, w.y1}) words.push_back(tenths(v));
  }
  return {{"width", page.width}, {"height", page.height}, {"words", std::move(words)}};
}

}  // namespace

void leyden_file_options_init(leyden_file_options* options, size_t size) {
  init_options(options, size);
}

leyden_status leyden_file_open(leyden_file** out, const char* path, size_t path_size,
                               const leyden_file_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("path", path, path_size));
    if (text.empty()) return invalid_argument("path is empty");
    if (text.find('\0') != std::string_view::npos) return invalid_argument("path has a NUL in it");
    LEYDEN_ASSIGN(const leyden_file_options o, read_options("leyden_file_options", options));
    LEYDEN_ASSIGN(const plugins::HostPaths paths, plugins::find_host_paths(library_folder()));
    LEYDEN_ASSIGN(auto file, plugins::DocumentFile::open(text, paths, o.allow_unsandboxed != 0,
                                                         cancel_token(o.cancel)));
    *out = new leyden_file{std::string(text), o, std::move(file)};
    return {};
  });
}

leyden_status leyden_file_info_json(leyden_string** out, leyden_file* file, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("file", file));
    const plugins::FileInfo& info = file->file->info();
    give(out, dump_json(Json{{"format", info.format},
                             {"title", info.title},
                             {"author", info.author},
                             {"pages", info.n_pages},
                             {"layout", info.has_layout},
                             {"outline", outline_json(info)},
                             {"notices", info.notices}}));
    return {};
  });
}

leyden_status leyden_file_page_json(leyden_string** out, leyden_file* file, uint32_t page,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("file", file));
    LEYDEN_ASSIGN(const plugins::FilePage p,
                  file->file->page(page, cancel_token(file->options.cancel)));
    Json spans = Json::array();
    for (const auto& w : p.words) {
      spans.push_back({{"begin", w.begin}, {"end", w.end}, {"rect", {w.x0, w.y0, w.x1, w.y1}}});
    }
    give(out, dump_json(Json{{"text", p.text},
                             {"label", p.label},
                             {"width", p.width},
                             {"height", p.height},
                             {"spans", std::move(spans)}}));
    return {};
  });
}

leyden_status leyden_file_page_image(leyden_image** out, leyden_file* file, uint32_t page,
                                     double scale, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("file", file));
    LEYDEN_ASSIGN(plugins::FileImage image,
                  file->file->image(page, scale, cancel_token(file->options.cancel)));
    *out = new leyden_image{std::move(image)};
    return {};
  });
}

leyden_status leyden_file_document_json(leyden_string** out, leyden_file* file,
                                        leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("file", file));
    const plugins::FileInfo info = file->file->info();
    const ProgressFn progress =
        progress_function(file->options.on_progress, file->options.user_data);
    Json parts = Json::array(), pages = Json::array();
    for (uint32_t i = 0; i < info.n_pages; ++i) {
      LEYDEN_ASSIGN(plugins::FilePage p, file->file->page(i, cancel_token(file->options.cancel)));
      pages.push_back(page_map(p, info.has_layout));
      parts.push_back({{"label", p.label.empty() ? std::to_string(i + 1) : std::move(p.label)},
                       {"text", std::move(p.text)}});
      if (progress) progress({"document", "pages", i + 1, info.n_pages, -1});
    }
    give(out, dump_json(Json{{"title", title_of(*file)},
                             {"source", file->path},
                             {"parts", std::move(parts)},
                             {"page_map",
                              {{"format", info.format},
                               {"pages", std::move(pages)},
                               {"outline", outline_json(info)}}}}));
    return {};
  });
}

void leyden_file_destroy(leyden_file* file) { delete file; }

uint32_t leyden_image_width(const leyden_image* image) { return image ? image->image.width : 0; }
uint32_t leyden_image_height(const leyden_image* image) { return image ? image->image.height : 0; }
size_t leyden_image_stride(const leyden_image* image) {
  return image ? size_t{image->image.width} * 4 : 0;
}
const uint8_t* leyden_image_data(const leyden_image* image) {
  return image ? reinterpret_cast<const uint8_t*>(image->image.pixels.data()) : nullptr;
}
void leyden_image_destroy(leyden_image* image) { delete image; }
