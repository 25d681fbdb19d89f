// SPDX-License-Identifier: Apache-2.0
// SearXNG's search API: GET <base>/search?q=...&format=json, and what it answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden::web {

struct SearchHit {
  std::string title, url, text;
};

/// @param base  of the instance, e.g. "http://127.0.0.1:8888"; a slash at its end does not count
std::string search_url(std::string_view base, std::string_view query, std::string_view language);
/// The hits with an address, at most `limit`, as SearXNG ranked them.
/// Errors: kCorrupt when it is not SearXNG's JSON.
Result<std::vector<SearchHit>> read_hits(std::string_view json, size_t limit);
/// As a model reads them: "1. title\n   address\n   text".
std::string hits_text(const std::vector<SearchHit>& hits);
/// {"results": [{"title", "url", "text"}]}
std::string hits_json(const std::vector<SearchHit>& hits);

}  // namespace leyden::web
