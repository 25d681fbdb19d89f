// SPDX-License-Identifier: Apache-2.0
// Documents of the jar.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capi/guard.h"
#include "capi/jar_json.h"

using namespace leyden;
using namespace leyden::capi;

leyden_status leyden_document_add_json(int64_t* out, leyden_store* store, const char* json,
                                       size_t json_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("json", json, json_size));
    LEYDEN_ASSIGN(const NewDocument document, parse_document(text));
    LEYDEN_ASSIGN(*out, store->store->documents().add(document));
    return {};
  });
}

leyden_status leyden_documents_json(leyden_string** out, const leyden_store* store,
                                    leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json, documents_json(*store->store));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_document_find(int64_t* out, const leyden_store* store, const char* name,
                                   size_t name_size, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::string_view text, utf8_argument("name", name, name_size));
    LEYDEN_ASSIGN(const DocumentInfo document, store->store->documents().find(text));
    *out = document.id;
    return {};
  });
}

leyden_status leyden_document_info_json(leyden_string** out, const leyden_store* store,
                                        int64_t document, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(std::string json, document_info_json(*store->store, document));
    give(out, std::move(json));
    return {};
  });
}

leyden_status leyden_document_part_text(leyden_string** out, const leyden_store* store,
                                        int64_t document, uint32_t part, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(DocumentPart one, store->store->documents().part(document, part));
    give(out, std::move(one.text));
    return {};
  });
}

leyden_status leyden_document_page_map_json(leyden_string** out, const leyden_store* store,
                                            int64_t document, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_TRY(required("store", store));
    LEYDEN_ASSIGN(const std::vector<std::byte> map, store->store->documents().page_map(document));
    give(out, page_map_json(map));
    return {};
  });
}

leyden_status leyden_document_set_pinned(leyden_store* store, int64_t document, int32_t pinned,
                                         leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    return store->store->documents().set_pinned(document, pinned != 0);
  });
}

leyden_status leyden_document_remove(leyden_store* store, int64_t document, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(required("store", store));
    return store->store->documents().remove(document);
  });
}
