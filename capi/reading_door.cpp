// SPDX-License-Identifier: Apache-2.0
// Questions over all documents of a toolbox's library.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/json_dump.h"
#include "capi/answer_events.h"
#include "capi/convert.h"
#include "capi/guard.h"
#include "capi/json_out.h"
#include "capi/toolbox.h"
#include "core/agent/reading.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

using Json = nlohmann::ordered_json;

Result<ReadingOptions> reading_options(const leyden_reading_options& o,
                                       const leyden_ask_options& ask) {
  ReadingOptions out;
  LEYDEN_ASSIGN(out.ask, ask_options(ask));
  switch (o.mode) {
    case LEYDEN_READING_AUTO:
      out.mode = ReadingMode::kAuto;
      break;
    case LEYDEN_READING_WHOLE:
      out.mode = ReadingMode::kWhole;
      break;
    case LEYDEN_READING_PAGES:
      out.mode = ReadingMode::kPages;
      break;
    case LEYDEN_READING_MAP:
      out.mode = ReadingMode::kMap;
      break;
    default:
      return unsupported("mode: this library knows no value " + std::to_string(o.mode));
  }
  if (o.context_tokens < 0)
    return invalid_argument("context_tokens: expected 0 or more, found " +
                            std::to_string(o.context_tokens));
  out.context = o.context_tokens;
  return out;
}

ReadingEventFn reading_events(leyden_event_fn callback, void* user_data) {
  if (!callback) return {};
  return [callback, user_data](const ReadingEvent& event) {
    leyden_progress progress{};
    std::string text;
    leyden_event c{};
    c.struct_size = sizeof c;
    switch (event.kind) {
      case ReadingEvent::Kind::kAnswer:
        c = event_to_c(*event.answer, &progress, &text);
        break;
      case ReadingEvent::Kind::kPlan: {
        c.kind = LEYDEN_EVENT_READING;
        const std::string_view mode = reading_mode_name(event.mode);
        c.name = mode.data();
        c.name_size = mode.size();
        c.text = event.reason.data();
        c.text_size = event.reason.size();
        break;
      }
      case ReadingEvent::Kind::kPart:
        c.kind = LEYDEN_EVENT_STEP;
        progress = to_c(Progress{"part", "parts", event.part, event.parts});
        c.progress = &progress;
        break;
    }
    callback(&c, user_data);
  };
}

}  // namespace

void leyden_reading_options_init(leyden_reading_options* options, size_t size) {
  init_options(options, size);
}

leyden_status leyden_toolbox_ask(leyden_answer** out, leyden_toolbox* toolbox, leyden_model* model,
                                 const char* question, size_t question_size,
                                 const leyden_reading_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("toolbox", toolbox));
    LEYDEN_TRY(required("model", model));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("question", question, question_size));
    LEYDEN_ASSIGN(const leyden_reading_options o, read_options("leyden_reading_options", options));
    LEYDEN_ASSIGN(const leyden_ask_options ask, read_options("leyden_ask_options", o.ask));
    LEYDEN_ASSIGN(const ReadingOptions reading, reading_options(o, ask));
    const std::shared_ptr<Library> library = toolbox->toolbox->library();
    if (!library) return invalid_argument("toolbox: it has no library to read");
    LEYDEN_ASSIGN(Reading read, read_library(model->opened->loaded, *library, text, reading,
                                             reading_events(ask.on_event, ask.user_data),
                                             cancel_token(ask.cancel)));
    auto answer = std::make_unique<leyden_answer>();
    Json json = Json::parse(answer_json(read.answer, {}));
    json["reading"] = Json::parse(reading_json(read));
    answer->answer = std::move(read.answer);
    answer->json = dump_json(json);
    *out = answer.release();
    return {};
  });
}
