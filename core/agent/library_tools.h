// SPDX-License-Identifier: Apache-2.0
// The tools by which a model reads the user's library: search and open, with the names, schemas and
// wordings its profile was trained with, and find_in_document for models without such a profile.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/library.h"
#include "base/tool_registry.h"
#include "core/agent/passages.h"
#include "core/chat/profile.h"

namespace leyden {

struct LibraryToolOptions {
  size_t hits = 5;                        ///< passages of a search
  size_t candidates = 40;                 ///< pages whose passages are ranked
  size_t page_passages = 40;              ///< most passages of an opened page
  int min_tokens = 40, max_tokens = 100;  ///< of a passage
  bool find_in_document = false;
};

/// Threads: thread-safe when the library is.
class LibraryTools : public ToolRegistry {
 public:
  /// Names and schemas are those of profile.tasks (search_tool, open_tool) where it has them.
  LibraryTools(std::shared_ptr<Library> library, const Profile& profile,
               LibraryToolOptions options = {});

  std::vector<ToolInfo> list() const override { return tools_; }
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override;

 private:
  ToolResult search(const std::string& query);
  ToolResult open(const std::string& document, int64_t page);
  ToolResult find(const std::string& document, const std::string& words);

  std::shared_ptr<Library> library_;
  LibraryToolOptions options_;
  std::vector<ToolInfo> tools_;
};

/// A passage of one of several pages, and how well it fits a question.
struct RankedPassage {
  size_t page = 0;     ///< position among the pages
  size_t passage = 0;  ///< position among cut_passages of the page
  TextRange range;     ///< bytes of the page's text
  double score = 0;
};
/// The best passages of some pages for a question, by BM25; best first. A page's title counts as a
/// part of each of its passages.
std::vector<RankedPassage> rank_passages(const std::vector<LibraryPart>& pages,
                                         std::string_view question,
                                         const LibraryToolOptions& options);
/// The same as passages.
std::vector<ToolPassage> best_passages(const std::vector<LibraryPart>& pages,
                                       std::string_view question,
                                       const LibraryToolOptions& options);
/// A range of a page's text as a passage.
ToolPassage passage_of(const LibraryPart& page, TextRange range);

}  // namespace leyden
