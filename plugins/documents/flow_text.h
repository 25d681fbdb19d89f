// SPDX-License-Identifier: Apache-2.0
// Documents without pages: one long text with headings, cut into logical pages of a readable size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/documents/source.h"

namespace leyden::documents {

/// About this many characters a page; a Han character counts twice.
constexpr size_t kPageCharacters = 3000;

struct FlowHeading {
  size_t offset = 0;  ///< of the heading's text
  uint32_t level = 0;
  std::string title;
};

struct Flow {
  std::string text;  ///< paragraphs with an empty line between them
  std::vector<FlowHeading> headings;
  std::vector<size_t> breaks;  ///< offsets where a page must begin, e.g. a chapter's
};

/// Ends of pages: at a forced break, else before a heading or at the end of a paragraph, line,
/// sentence or, in the last resort, character near the wished size. The last end is text.size(); at
/// least one.
std::vector<size_t> page_ends(const Flow& flow);

/// A flow as a document. Words are those of ICU's word breaks.
class FlowSource : public Source {
 public:
  explicit FlowSource(Flow flow);
  uint32_t n_pages() const override { return static_cast<uint32_t>(ends_.size()); }
  Result<Page> page(uint32_t page, const Cancelled& cancelled) override;

 private:
  Flow flow_;
  std::vector<size_t> ends_;
};

/// Words of a text, without places: stretches between word breaks that hold a letter or digit.
std::vector<Word> words_of(std::string_view text);

}  // namespace leyden::documents
