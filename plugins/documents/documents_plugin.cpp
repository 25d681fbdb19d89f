// SPDX-License-Identifier: Apache-2.0
// The documents reader as a plugin: leyden.reader/1 over Source.
#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "plugins/documents/formats.h"
#include "plugins/leyden_plugin.h"

using leyden::Status;
using leyden::documents::File;
using leyden::documents::Format;
using leyden::documents::Page;
using leyden::documents::Source;

struct leyden_reader_document {
  std::unique_ptr<Source> source;
  leyden_document_info info{};
  std::vector<leyden_outline_item> outline;
  std::string notices;
};

namespace {

leyden_plugin_status report(const leyden_call* call, const Status& status) {
  if (!status.ok()) call->error(call, status.message().data(), status.message().size());
  return static_cast<leyden_plugin_status>(status.code());
}

/// Runs a body that answers Status; nothing that is thrown leaves it.
template <typename Body>
leyden_plugin_status guarded(const leyden_call* call, Body&& body) {
  try {
    return report(call, body());
  } catch (const std::bad_alloc&) {
    return report(call, leyden::out_of_memory("needs more memory than the reader may use"));
  } catch (const std::exception& e) {
    return report(call, leyden::internal_error(std::string("unexpected exception: ") + e.what()));
  }
}

File file_of(const leyden_input* input) {
  return {input->fd, input->size, input->name ? input->name : ""};
}

int32_t probe(const leyden_plugin*, const leyden_input* input, const uint8_t* head, size_t size) {
  const Format format = leyden::documents::guess_format(file_of(input), {head, size});
  return format == Format::kNone ? 0 : format == Format::kText ? 30 : 90;
}

leyden_plugin_status open_document(const leyden_plugin*, leyden_reader_document** out,
                                   const leyden_input* input, const leyden_call* call) {
  return guarded(call, [&]() -> Status {
    const File file = file_of(input);
    std::vector<uint8_t> head(64 << 10);
    File front = file;
    front.size = std::min<uint64_t>(file.size, head.size());
    LEYDEN_ASSIGN(const std::string bytes, front.read_all(head.size()));
    const Format format = leyden::documents::guess_format(
        file, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    auto document = std::make_unique<leyden_reader_document>();
    LEYDEN_ASSIGN(document->source, leyden::documents::open_source(file, format, [call] {
                    return call->cancelled(call) != 0;
                  }));
    const Source& s = *document->source;
    document->info = {sizeof(leyden_document_info),
                      s.n_pages(),
                      s.format.c_str(),
                      s.title.c_str(),
                      s.author.c_str(),
                      s.has_layout(),
                      {}};
    for (const auto& h : s.outline) {
      document->outline.push_back({h.title.data(), h.title.size(), h.page, h.level});
    }
    for (const std::string& notice : s.notices) document->notices += notice + "\n";
    *out = document.release();
    return {};
  });
}

const leyden_document_info* info(leyden_reader_document* document) { return &document->info; }

const leyden_outline_item* outline(leyden_reader_document* document, size_t* n) {
  *n = document->outline.size();
  return document->outline.data();
}

const char* notices(leyden_reader_document* document) { return document->notices.c_str(); }

leyden_plugin_status read_page(leyden_reader_document* document, uint32_t number,
                               const leyden_page_sink* sink, const leyden_call* call) {
  return guarded(call, [&]() -> Status {
    LEYDEN_ASSIGN(const Page page,
                  document->source->page(number, [call] { return call->cancelled(call) != 0; }));
    if (page.width > 0) sink->size(sink, page.width, page.height);
    sink->label(sink, page.label.data(), page.label.size());
    std::vector<leyden_span> spans;
    spans.reserve(page.words.size());
    for (const auto& w : page.words) spans.push_back({w.begin, w.end, w.x0, w.y0, w.x1, w.y1});
    if (sink->text(sink, page.text.data(), page.text.size()) != LEYDEN_PLUGIN_OK ||
        sink->spans(sink, spans.data(), spans.size()) != LEYDEN_PLUGIN_OK) {
      return leyden::out_of_memory("the page is too large");
    }
    return {};
  });
}

leyden_plugin_status draw_page(leyden_reader_document* document, uint32_t number, double scale,
                               const leyden_image_sink* sink, const leyden_call* call) {
  return guarded(call, [&]() -> Status {
    return document->source->image(
        number, scale,
        [sink](uint32_t width, uint32_t height) { return sink->create(sink, width, height); },
        [call] { return call->cancelled(call) != 0; });
  });
}

void close_document(leyden_reader_document* document) { delete document; }

const leyden_reader kReader{
    sizeof(leyden_reader), 0, probe, open_document, info, outline, notices, read_page, draw_page,
    close_document};

const void* get_interface(const leyden_plugin*, const char* id) {
  return std::string_view(id) == LEYDEN_PLUGIN_READER ? &kReader : nullptr;
}

leyden_plugin plugin{sizeof(leyden_plugin), 0, nullptr, get_interface, [](leyden_plugin*) {}};

}  // namespace

const leyden_plugin_entry leyden_plugin_main = {sizeof(leyden_plugin_entry), LEYDEN_PLUGIN_ABI,
                                                "org.leyden.documents", "1.0.0",
                                                [](const leyden_host*) { return &plugin; }};
