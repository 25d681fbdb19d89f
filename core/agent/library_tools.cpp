// SPDX-License-Identifier: Apache-2.0
#include "core/agent/library_tools.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/chat/json_text.h"
#include "core/text/bm25.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSearchSchema =
    R"({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})";
constexpr const char* kOpenSchema =
    R"({"type": "object", "properties": {"document": {"type": "string"}, "page": {"type": "integer"}}, )"
    R"("required": ["document", "page"]})";
constexpr const char* kFindSchema =
    R"({"type": "object", "properties": {"document": {"type": "string"}, "words": {"type": "string"}}, )"
    R"("required": ["document", "words"]})";

ToolInfo library_tool(const char* name, const char* description, const char* schema) {
  ToolInfo tool;
  tool.name = name;
  tool.description = description;
  tool.parameters = schema;
  tool.origin = "library";
  tool.hints.read_only = true;
  return tool;
}

/// The words a profile was trained with, in place of ours.
void take_words(const Profile& profile, const char* task, ToolInfo* tool) {
  const auto found = profile.tasks.find(task);
  if (found == profile.tasks.end()) return;
  const Json json = Json::parse(found->second, nullptr, false);
  if (!json.is_object()) return;
  tool->description = json.value("description", tool->description);
  if (json.contains("parameters")) tool->parameters = json["parameters"].dump();
}

/// A string argument. The schema holds when calls are sampled under it; foreign callers are
/// checked.
Result<std::string> text_argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  if (found == arguments.end() || !found->is_string())
    return invalid_argument(std::string("argument '") + name + "': expected a string");
  return found->get<std::string>();
}

}  // namespace

LibraryTools::LibraryTools(std::shared_ptr<Library> library, const Profile& profile,
                           LibraryToolOptions options)
    : library_(std::move(library)), options_(options) {
  tools_.push_back(
      library_tool("search", "Search the library and return the best passages.", kSearchSchema));
  tools_.push_back(library_tool("open", "Open one page of a document.", kOpenSchema));
  take_words(profile, "search_tool", &tools_[0]);
  take_words(profile, "open_tool", &tools_[1]);
  if (options_.find_in_document)
    tools_.push_back(library_tool(
        "find_in_document", "Find words in one document; returns the passages.", kFindSchema));
}

Result<ToolResult> LibraryTools::call(std::string_view name, std::string_view arguments,
                                      const ToolContext&) {
  if (!json_depth_within(arguments, 100)) return tool_error("the arguments are nested too deep");
  const Json json = Json::parse(arguments.begin(), arguments.end(), nullptr, false);
  if (!json.is_object()) return tool_error("the arguments are no JSON object");
  const auto text = [&](const char* key) { return text_argument(json, key); };
  if (name == tools_[0].name) {
    const Result<std::string> query = text("query");
    return query.ok() ? search(*query) : tool_error(query.status().message());
  }
  if (name == tools_[1].name) {
    const Result<std::string> document = text("document");
    if (!document.ok()) return tool_error(document.status().message());
    const auto page = json.find("page");
    if (page == json.end() || !page->is_number_integer())
      return tool_error("argument 'page': expected an integer");
    return open(*document, page->get<int64_t>());
  }
  if (tools_.size() > 2 && name == tools_[2].name) {
    const Result<std::string> document = text("document"), words = text("words");
    if (!document.ok()) return tool_error(document.status().message());
    return words.ok() ? find(*document, *words) : tool_error(words.status().message());
  }
  return not_found("library tools: no tool '" + std::string(name) + "'");
}

ToolResult LibraryTools::search(const std::string& query) {
  const Result<std::vector<LibraryPart>> pages = library_->candidates(query, options_.candidates);
  if (!pages.ok()) return tool_error(pages.status().message());
  ToolResult result;
  result.passages = best_passages(*pages, query, options_);
  // Passages of one document stand together, in the order in which they stand there.
  std::vector<int64_t> order;
  for (const ToolPassage& p : result.passages)
    if (std::find(order.begin(), order.end(), p.document) == order.end())
      order.push_back(p.document);
  const auto rank = [&](int64_t d) {
    return std::find(order.begin(), order.end(), d) - order.begin();
  };
  std::stable_sort(result.passages.begin(), result.passages.end(),
                   [&](const ToolPassage& a, const ToolPassage& b) {
                     if (a.document != b.document) return rank(a.document) < rank(b.document);
                     return a.page != b.page ? a.page < b.page : a.begin < b.begin;
                   });
  return result;
}

ToolResult LibraryTools::open(const std::string& document, int64_t page) {
  const Result<LibraryDocument> found = library_->find(document);
  if (!found.ok()) return tool_error(found.status().message());
  if (page < 1 || page > found->n_parts)
    return tool_error("'" + found->title + "' has " + std::to_string(found->n_parts) +
                      " pages, there is no page " + std::to_string(page));
  const Result<LibraryPart> part = library_->part(found->id, static_cast<uint32_t>(page - 1));
  if (!part.ok()) return tool_error(part.status().message());
  ToolResult result;
  result.whole_page = true;
  for (const TextRange& range : cut_passages(part->text, static_cast<size_t>(options_.min_tokens),
                                             static_cast<size_t>(options_.max_tokens))) {
    if (result.passages.size() == options_.page_passages) break;
    result.passages.push_back(passage_of(*part, range));
  }
  if (result.passages.empty()) result.text = "The page is empty.";
  return result;
}

ToolResult LibraryTools::find(const std::string& document, const std::string& words) {
  const Result<LibraryDocument> found = library_->find(document);
  if (!found.ok()) return tool_error(found.status().message());
  std::vector<LibraryPart> pages;
  for (uint32_t i = 0; i < found->n_parts; ++i) {
    Result<LibraryPart> part = library_->part(found->id, i);
    if (!part.ok()) return tool_error(part.status().message());
    pages.push_back(std::move(*part));
  }
  ToolResult result;
  result.passages = best_passages(pages, words, options_);
  std::stable_sort(result.passages.begin(), result.passages.end(),
                   [](const ToolPassage& a, const ToolPassage& b) {
                     return a.page != b.page ? a.page < b.page : a.begin < b.begin;
                   });
  return result;
}

ToolPassage passage_of(const LibraryPart& page, TextRange range) {
  ToolPassage p;
  p.document = page.document;
  p.title = page.title;
  p.label = page.label;
  p.page = page.part + 1;
  p.begin = range.begin;
  p.end = range.end;
  p.text = page.text.substr(range.begin, range.end - range.begin);
  return p;
}

std::vector<RankedPassage> rank_passages(const std::vector<LibraryPart>& pages,
                                         std::string_view question,
                                         const LibraryToolOptions& options) {
  Bm25 index;
  std::vector<RankedPassage> all, out;
  for (size_t i = 0; i < pages.size(); ++i) {
    size_t passage = 0;
    for (const TextRange& range :
         cut_passages(pages[i].text, static_cast<size_t>(options.min_tokens),
                      static_cast<size_t>(options.max_tokens))) {
      index.add(pages[i].title + "\n" + pages[i].text.substr(range.begin, range.end - range.begin));
      all.push_back({i, passage++, range, 0});
    }
  }
  for (const Bm25::Hit& hit : index.best(bm25_query_terms(question), options.hits)) {
    out.push_back(all[hit.text]);
    out.back().score = hit.score;
  }
  return out;
}

std::vector<ToolPassage> best_passages(const std::vector<LibraryPart>& pages,
                                       std::string_view question,
                                       const LibraryToolOptions& options) {
  std::vector<ToolPassage> out;
  for (const RankedPassage& hit : rank_passages(pages, question, options))
    out.push_back(passage_of(pages[hit.page], hit.range));
  return out;
}

}  // namespace leyden
