// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/text_source.h"

#include <algorithm>
#include <utility>

#include "plugins/documents/encoding.h"

namespace leyden::documents {

namespace {

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

bool all_are(std::string_view text, char c) {
  return !text.empty() && text.find_first_not_of(c) == std::string_view::npos;
}

size_t run_of(std::string_view text, char c) {
  return std::min(text.find_first_not_of(c), text.size());
}

}  // namespace

std::vector<FlowHeading> markdown_headings(std::string_view text) {
  std::vector<FlowHeading> out;
  char fence = 0;
  size_t fence_length = 0, before_begin = 0;
  std::string_view before;  // the line before, where it could be an underlined heading
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view raw = text.substr(begin, end - begin);
    const std::string_view line = trimmed(raw);
    const bool indented = raw.starts_with("    ") || raw.starts_with("\t");
    const size_t run = line.empty() ? 0 : run_of(line, line[0]);
    if (fence) {
      if (run >= fence_length && line[0] == fence && run == line.size()) fence = 0;
      before = {};
    } else if (!indented && run >= 3 && (line[0] == '`' || line[0] == '~')) {
      fence = line[0];
      fence_length = run;
      before = {};
    } else if (!indented && run >= 1 && run <= 6 && line[0] == '#' &&
               (run == line.size() || line[run] == ' ' || line[run] == '\t')) {
      std::string_view title = trimmed(line.substr(run));
      while (!title.empty() && title.back() == '#') title.remove_suffix(1);
      title = trimmed(title);
      if (!title.empty())
        out.push_back({begin, static_cast<uint32_t>(run - 1), std::string(title)});
      before = {};
    } else if (!indented && !before.empty() && line.size() >= 2 &&
               (all_are(line, '=') || all_are(line, '-'))) {
      out.push_back({before_begin, line[0] == '=' ? 0u : 1u, std::string(before)});
      before = {};
    } else {
      before = indented || line.size() > 200 || line.starts_with('>') || line.starts_with('|')
                   ? std::string_view()
                   : line;
      before_begin = begin;
    }
    begin = end + 1;
  }
  return out;
}

Result<std::unique_ptr<Source>> open_text(std::string_view bytes, bool markdown) {
  LEYDEN_ASSIGN(Decoded decoded, decode_text(bytes));
  Flow flow;
  for (size_t at = 0; at < decoded.text.size(); ++at) {
    at = decoded.text.find('\f', at);  // a printed text's own pages
    if (at == std::string::npos) break;
    flow.breaks.push_back(at);
  }
  if (flow.breaks.empty()) {
    flow.text = clean_text(decoded.text);
  } else {
    size_t begin = 0;
    for (size_t& at : flow.breaks) {
      flow.text += clean_text(std::string_view(decoded.text).substr(begin, at - begin));
      begin = at + 1;
      at = flow.text.size();
    }
    flow.text += clean_text(std::string_view(decoded.text).substr(begin));
  }
  if (markdown) flow.headings = markdown_headings(flow.text);
  const std::string title = flow.headings.empty() ? std::string() : flow.headings.front().title;
  auto source = std::make_unique<FlowSource>(std::move(flow));
  source->format = markdown ? "markdown" : "text";
  source->title = title;
  if (decoded.guessed)
    source->notices.push_back("The encoding was guessed: " + decoded.encoding + ".");
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace leyden::documents
