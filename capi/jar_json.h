// SPDX-License-Identifier: Apache-2.0
// The jar's values as the JSON that leyden.h documents, and the documents that come in as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sessions/bundle.h"
#include "sessions/store.h"

namespace leyden::capi {

std::string strings_json(const std::vector<std::string>& list);
Result<std::string> stats_json(Store& store);
std::string check_json(const CheckReport& report);
std::string repair_json(const RepairReport& report);
std::string collect_json(const CollectReport& report);
std::string bundle_json(const BundleReport& report);
Result<std::string> search_json(Store& store, std::string_view query, size_t limit);

Result<std::string> sessions_json(Store& store, size_t limit, size_t offset);
Result<std::string> session_info_json(Store& store, CatalogueId session);
Result<std::string> session_messages_json(Store& store, CatalogueId session);

Result<std::string> documents_json(Store& store);
Result<std::string> document_info_json(Store& store, CatalogueId document);
/// The stored bytes of a page map, JSON since they were added.
std::string page_map_json(const std::vector<std::byte>& map);
/// Errors: kInvalidArgument, naming the field.
Result<NewDocument> parse_document(std::string_view json);

/// Errors: kInvalidArgument when it is no JSON object.
Status check_json_object(const char* name, std::string_view json);

}  // namespace leyden::capi
