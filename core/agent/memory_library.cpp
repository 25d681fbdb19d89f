// SPDX-License-Identifier: Apache-2.0
#include "core/agent/memory_library.h"

namespace leyden {

int64_t MemoryLibrary::add(std::string title, std::vector<PageText> pages) {
  std::lock_guard lock(mutex_);
  const size_t document = documents_.size();
  for (size_t i = 0; i < pages.size(); ++i) {
    index_.add(title + "\n" + pages[i].text);
    places_.emplace_back(document, i);
  }
  documents_.push_back({std::move(title), std::move(pages)});
  return static_cast<int64_t>(document) + 1;
}

Result<std::vector<LibraryDocument>> MemoryLibrary::documents() {
  std::lock_guard lock(mutex_);
  std::vector<LibraryDocument> out;
  for (size_t i = 0; i < documents_.size(); ++i)
    out.push_back({static_cast<int64_t>(i) + 1, documents_[i].title,
                   static_cast<uint32_t>(documents_[i].pages.size())});
  return out;
}

Result<LibraryDocument> MemoryLibrary::find(std::string_view name) {
  LEYDEN_ASSIGN(const std::vector<LibraryDocument> all, documents());
  for (const LibraryDocument& d : all)
    if (d.title == name || std::to_string(d.id) == name) return d;
  return not_found("there is no document '" + std::string(name) + "'");
}

LibraryPart MemoryLibrary::part_locked(size_t document, size_t page) const {
  const Document& d = documents_[document];
  return {static_cast<int64_t>(document) + 1, static_cast<uint32_t>(page), d.title,
          d.pages[page].label, d.pages[page].text};
}

Result<LibraryPart> MemoryLibrary::part(int64_t document, uint32_t part) {
  std::lock_guard lock(mutex_);
  if (document < 1 || static_cast<size_t>(document) > documents_.size())
    return not_found("there is no document " + std::to_string(document));
  const auto index = static_cast<size_t>(document) - 1;
  const size_t n = documents_[index].pages.size();
  if (part >= n)
    return not_found("document " + std::to_string(document) + " has " + std::to_string(n) +
                     " pages, there is no page " + std::to_string(part + 1));
  return part_locked(index, part);
}

Result<std::vector<LibraryPart>> MemoryLibrary::candidates(std::string_view query, size_t limit) {
  std::lock_guard lock(mutex_);
  std::vector<LibraryPart> out;
  for (const Bm25::Hit& hit : index_.best(bm25_query_terms(query), limit))
    out.push_back(part_locked(places_[hit.text].first, places_[hit.text].second));
  return out;
}

}  // namespace leyden
