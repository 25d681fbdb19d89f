// SPDX-License-Identifier: Apache-2.0
// leyden read: what the sandboxed reader makes of a file.

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/door.h"
#include "app/cli/failure.h"

namespace leyden_cli {

namespace {

using File = Owned<leyden_file, leyden_file_destroy>;
using Image = Owned<leyden_image, leyden_image_destroy>;

struct ReadArguments {
  std::string path, image;
  uint32_t page = 0;  ///< from 1; 0: all
  double scale = 2;
  bool allow_unsandboxed = false;
};

Json info_of(const File& file) {
  return Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_file_info_json(out, file.get(), error);
  }));
}

Json page_of(const File& file, uint32_t page) {
  return Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_file_page_json(out, file.get(), page, error);
  }));
}

/// A binary PPM: every viewer reads it, and it needs no library.
void write_image(const Image& image, const std::string& path) {
  std::FILE* out = std::fopen(path.c_str(), "wb");
  if (!out) throw errno_failure(path, "cannot be written");
  const uint32_t width = leyden_image_width(image.get()), height = leyden_image_height(image.get());
  std::fprintf(out, "P6\n%u %u\n255\n", width, height);
  std::vector<uint8_t> row(size_t{width} * 3);
  bool written = true;
  for (uint32_t y = 0; y < height && written; ++y) {
    const uint8_t* from = leyden_image_data(image.get()) + y * leyden_image_stride(image.get());
    for (uint32_t x = 0; x < width; ++x) {
      row[x * 3] = from[x * 4 + 2];
      row[x * 3 + 1] = from[x * 4 + 1];
      row[x * 3 + 2] = from[x * 4];
    }
    written = std::fwrite(row.data(), 1, row.size(), out) == row.size();
  }
  if (std::fclose(out) != 0 || !written) throw errno_failure(path, "cannot be written");
}

void print_about(const Json& info) {
  const auto row = [](const char* name, const std::string& value) {
    if (!value.empty()) print(fmt::format("{:<8} {}\n", name, value));
  };
  row("format", info.at("format").get<std::string>());
  row("title", info.at("title").get<std::string>());
  row("author", info.at("author").get<std::string>());
  row("pages", std::to_string(info.at("pages").get<uint32_t>()));
  for (const Json& notice : info.at("notices")) row("note", notice.get<std::string>());
  for (const Json& h : info.at("outline")) {
    print(fmt::format("{:>6}  {}{}\n", h.at("page").get<uint32_t>() + 1,
                      std::string(2 * h.at("level").get<size_t>(), ' '),
                      h.at("title").get<std::string>()));
  }
}

void run_read(const ReadArguments& a, bool about, const Console& console) {
  leyden_file_options options = LEYDEN_FILE_OPTIONS_INIT;
  options.allow_unsandboxed = a.allow_unsandboxed ? 1 : 0;
  const File file = made<File>([&](leyden_file** out, leyden_error** error) {
    return leyden_file_open(out, a.path.data(), a.path.size(), &options, error);
  });
  const Json info = info_of(file);
  const auto pages = info.at("pages").get<uint32_t>();
  if (a.page > pages) {
    throw bad_argument(fmt::format("--page is {}, {} has {}", a.page, in_quotes(a.path), pages));
  }
  if (!a.image.empty()) {
    const uint32_t page = a.page == 0 ? 0 : a.page - 1;
    write_image(made<Image>([&](leyden_image** out, leyden_error** error) {
                  return leyden_file_page_image(out, file.get(), page, a.scale, error);
                }),
                a.image);
    return;
  }
  if (about) return console.json ? print_json(info) : print_about(info);
  Json all = Json::array();
  for (uint32_t i = a.page == 0 ? 0 : a.page - 1; i < (a.page == 0 ? pages : a.page); ++i) {
    Json page = page_of(file, i);
    if (console.json) {
      page["page"] = i;
      all.push_back(std::move(page));
    } else {
      print(page.at("text").get<std::string>() + "\n");
      if (i + 1 < pages && a.page == 0) print("\f");
    }
  }
  if (console.json) {
    Json out = info;
    out["text_pages"] = std::move(all);
    print_json(out);
  }
}

}  // namespace

void add_read(CLI::App& app, Console& console) {
  CLI::App* command = add_command(app, console, "read",
                                  "Show the text of a PDF, DOCX, EPUB, HTML, Markdown or text file",
                                  "  leyden read report.md --about\n"
                                  "  leyden read report.md --page 1\n"
                                  "  leyden read report.pdf --page 1 --image page.ppm\n"
                                  "  leyden read report.md --json");
  auto a = std::make_shared<ReadArguments>();
  auto about = std::make_shared<bool>(false);
  command->add_option("file", a->path, "The file")->required();
  command->add_option("--page", a->page, "Only this page, from 1")->check(CLI::PositiveNumber);
  command->add_option("--image", a->image,
                      "Write a picture of the page (the first without --page) as PPM");
  command->add_option("--scale", a->scale, "Pixels a point of the picture, 2 without");
  command->add_flag("--about", *about, "Format, title, pages and outline instead of text");
  command->add_flag("--allow-unsandboxed", a->allow_unsandboxed,
                    "Read it even where this system offers no sandbox");
  command->callback([a, about, &console] { run_read(*a, *about, console); });
}

}  // namespace leyden_cli
