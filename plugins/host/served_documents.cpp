// SPDX-License-Identifier: Apache-2.0
#include "plugins/host/served_documents.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/json_dump.h"

namespace leyden::plugins {

namespace {

constexpr uint64_t kMaxPageText = 32 << 20;
constexpr size_t kMaxSpans = 2'000'000;
constexpr uint64_t kMaxPixels = 40'000'000;
constexpr size_t kMaxOutline = 50'000;

Status failed(leyden_plugin_status status, const RunningCall& call, const char* what) {
  std::string why = call.error_text();
  if (why.empty()) why = std::string(what) + " failed, and the reader did not say why";
  const bool known = status < 0 && status >= static_cast<int>(StatusCode::kInternal);
  return {known ? static_cast<StatusCode>(status) : StatusCode::kInternal, why};
}

struct CollectedPage {
  std::string text, label;
  double width = 0, height = 0;
  std::vector<leyden_span> spans;
};

CollectedPage& page_of(const leyden_page_sink* sink) {
  return *static_cast<CollectedPage*>(sink->host_data);
}

leyden_page_sink page_sink(CollectedPage& page) {
  leyden_page_sink sink{};
  sink.struct_size = sizeof sink;
  sink.host_data = &page;
  sink.size = [](const leyden_page_sink* s, double width, double height) {
    page_of(s).width = width;
    page_of(s).height = height;
  };
  sink.label = [](const leyden_page_sink* s, const char* label, size_t size) {
    if (label) page_of(s).label.assign(label, std::min<size_t>(size, 200));
  };
  sink.text = [](const leyden_page_sink* s, const char* text, size_t size) -> leyden_plugin_status {
    if (!text && size > 0) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
    if (size > kMaxPageText - page_of(s).text.size()) return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
    page_of(s).text.append(text, size);
    return LEYDEN_PLUGIN_OK;
  };
  sink.spans = [](const leyden_page_sink* s, const leyden_span* spans,
                  size_t n) -> leyden_plugin_status {
    if (!spans && n > 0) return LEYDEN_PLUGIN_E_INVALID_ARGUMENT;
    if (n > kMaxSpans - page_of(s).spans.size()) return LEYDEN_PLUGIN_E_OUT_OF_MEMORY;
    page_of(s).spans.insert(page_of(s).spans.end(), spans, spans + n);
    return LEYDEN_PLUGIN_OK;
  };
  return sink;
}

struct CollectedImage {
  uint32_t width = 0, height = 0;
  std::string pixels;
};

uint8_t* create_image(const leyden_image_sink* sink, uint32_t width, uint32_t height) {
  auto& image = *static_cast<CollectedImage*>(sink->host_data);
  if (image.width || !width || !height || uint64_t{width} * height > kMaxPixels) return nullptr;
  image.pixels.assign(size_t{width} * height * 4, '\0');
  image.width = width;
  image.height = height;
  return reinterpret_cast<uint8_t*>(image.pixels.data());
}

}  // namespace

ServedDocuments::~ServedDocuments() = default;

Result<ServedDocuments::Reply> ServedDocuments::handle(WireMessage& request, RunningCall& call) {
  if (!reader_) return unsupported("the plugin reads no documents");
  const std::string op = request.op();
  if (op == "open") return open(request, call);
  const auto id = static_cast<uint64_t>(int_field(request.header, "document"));
  std::shared_ptr<Open> document;
  {
    const std::lock_guard lock(mutex_);
    const auto it = open_.find(id);
    if (it == open_.end()) return not_found("no open document " + std::to_string(id));
    document = it->second;
    if (op == "close") open_.erase(it);
  }
  const std::lock_guard lock(document->mutex);
  if (op == "close") return Reply{};
  return op == "page" ? page(*document, request.header, call)
                      : image(*document, request.header, call);
}

Result<ServedDocuments::Reply> ServedDocuments::open(WireMessage& request, RunningCall& call) {
  struct stat info {};
  if (!request.file || ::fstat(request.file.get(), &info) != 0)
    return internal_error("open without a file");
  auto open = std::make_shared<Open>();
  open->reader = reader_;
  open->file = std::move(request.file);
  open->name = text_field(request.header, "name");
  open->input.struct_size = sizeof open->input;
  open->input.fd = open->file.get();
  open->input.size = static_cast<uint64_t>(info.st_size);
  open->input.name = open->name.c_str();
  std::vector<uint8_t> head(64 << 10);
  const ssize_t got = ::pread(open->file.get(), head.data(), head.size(), 0);
  if (got < 0) return io_error(std::string("reading the file: ") + std::strerror(errno));
  if (reader_->probe(plugin_, &open->input, head.data(), static_cast<size_t>(got)) <= 0) {
    return unsupported("not a document this reader knows");
  }
  const leyden_plugin_status status =
      reader_->open(plugin_, &open->document, &open->input, &call.c);
  if (status != LEYDEN_PLUGIN_OK) {
    open->document = nullptr;
    return failed(status, call, "opening");
  }
  if (!open->document) return internal_error("the reader made no document");
  const leyden_document_info* about = reader_->info(open->document);
  if (!about || about->n_pages == 0) return corrupt("the reader found no page");
  Reply reply;
  const auto text = [](const char* s) { return Json(s ? s : ""); };
  Json body{{"pages", about->n_pages},          {"format", text(about->format)},
            {"title", text(about->title)},      {"author", text(about->author)},
            {"layout", about->has_layout != 0}, {"notices", text(reader_->notices(open->document))},
            {"outline", Json::array()}};
  size_t n = 0;
  const leyden_outline_item* outline = reader_->outline(open->document, &n);
  for (size_t i = 0; outline && i < std::min(n, kMaxOutline); ++i) {
    body["outline"].push_back(
        {std::string(outline[i].title, outline[i].title_size), outline[i].page, outline[i].level});
  }
  reply.payload = dump_json(body);
  const std::lock_guard lock(mutex_);
  reply.header["document"] = next_;
  open_[next_++] = std::move(open);
  return reply;
}

Result<ServedDocuments::Reply> ServedDocuments::page(Open& open, const Json& request,
                                                     RunningCall& call) {
  CollectedPage page;
  const leyden_page_sink sink = page_sink(page);
  const auto status = reader_->page(
      open.document, static_cast<uint32_t>(int_field(request, "page")), &sink, &call.c);
  if (status != LEYDEN_PLUGIN_OK) return failed(status, call, "reading the page");
  Reply reply;
  Json spans = Json::array();
  const auto hundredths = [](float v) { return std::round(double{v} * 100) / 100; };
  for (const leyden_span& s : page.spans) {
    spans.push_back(
        {s.begin, s.end, hundredths(s.x0), hundredths(s.y0), hundredths(s.x1), hundredths(s.y1)});
  }
  // The text stands behind the JSON as it is: whether it is UTF-8 is for the other side to find
  // out.
  const std::string about = dump_json(Json{{"width", page.width},
                                           {"height", page.height},
                                           {"label", page.label},
                                           {"spans", std::move(spans)}});
  reply.header["about_bytes"] = about.size();
  reply.payload = about + page.text;
  return reply;
}

Result<ServedDocuments::Reply> ServedDocuments::image(Open& open, const Json& request,
                                                      RunningCall& call) {
  if (!reader_->image) return unsupported("this reader draws no pages");
  CollectedImage image;
  leyden_image_sink sink{};
  sink.struct_size = sizeof sink;
  sink.host_data = &image;
  sink.create = create_image;
  const auto status =
      reader_->image(open.document, static_cast<uint32_t>(int_field(request, "page")),
                     number_field(request, "scale", 1), &sink, &call.c);
  if (status != LEYDEN_PLUGIN_OK) return failed(status, call, "drawing the page");
  if (!image.width) return internal_error("the reader drew nothing");
  Reply reply;
  reply.header["width"] = image.width;
  reply.header["height"] = image.height;
  reply.payload = std::move(image.pixels);
  return reply;
}

}  // namespace leyden::plugins
