// SPDX-License-Identifier: Apache-2.0
// Where an answer came from, in the terms of the user's files.
#include <algorithm>

#include <fmt/format.h>

#include "app/cli/chat_run.h"

namespace leyden_cli {

namespace {

/// Adds the page. Of a text file also the line, and moves begin and end from its text to the file.
void place(Json& entry, const std::vector<DocumentFile>& documents) {
  const auto index = entry.at("document").get<size_t>();
  if (index >= documents.size()) return;
  const DocumentFile& d = documents[index];
  const auto begin = entry.at("begin").get<size_t>();
  const auto end = entry.at("end").get<size_t>();
  if (const PagePlace at = page_of(d, begin); at.page > 0) {
    entry["page"] = at.page;
    entry["label"] = at.label;
  }
  if (d.path.empty()) return;
  entry["file"] = d.path;
  if (!d.page_begin.empty()) return;
  const TextPlace at = place_of(d.text, begin);
  entry["begin"] = begin + d.bom_bytes;
  entry["end"] = end + d.bom_bytes;
  entry["line"] = at.line;
  entry["column"] = at.column;
}

std::string where(const Json& entry) {
  // A document of the session, whose file nobody named, has only its title.
  std::string out = entry.at(entry.contains("file") ? "file" : "title").get<std::string>();
  if (entry.contains("page")) out += fmt::format(", page {}", entry.at("page").get<size_t>());
  if (entry.contains("line")) out += fmt::format(", line {}", entry.at("line").get<uint64_t>());
  return out + fmt::format(", bytes {}-{}", entry.at("begin").get<uint64_t>(),
                           entry.at("end").get<uint64_t>());
}

}  // namespace

std::string one_line(const std::string& text, size_t limit) {
  std::string out;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out.size() <= limit ? out : std::string(front_of(out, limit)) + "…";
}

void place_in_files(Json& answer, const std::vector<DocumentFile>& documents) {
  for (Json& e : answer.at("evidence")) place(e, documents);
  for (Json& q : answer.at("quotes")) place(q, documents);
  for (Json& s : answer.at("sentences")) {
    for (Json& e : s.at("evidence")) place(e, documents);
  }
}

std::string evidence_text(const Json& answer) {
  constexpr size_t kShown = 5;
  std::string out;
  const Json& evidence = answer.at("evidence");
  if (!evidence.empty()) out += "\nPassages the answer was drawn from:\n";
  for (size_t i = 0; i < std::min(evidence.size(), kShown); ++i) {
    const Json& e = evidence[i];
    out += fmt::format("{:>5.1f} %  {}\n         {}\n", 100 * e.at("share").get<double>(), where(e),
                       one_line(e.at("quote").get<std::string>(), 180));
  }
  const Json& quotes = answer.at("quotes");
  if (!quotes.empty()) out += "\nQuoted word for word:\n";
  for (const Json& q : quotes) {
    out += fmt::format("  “{}”\n         {}\n", one_line(q.at("text").get<std::string>(), 180),
                       where(q));
  }
  return out;
}

std::string library_quotes_text(const Json& answer) {
  std::string out;
  if (!answer.contains("run")) return out;
  for (const Json& q : answer.at("run").at("quotes")) {
    if (out.empty()) out += "\nFrom the library:\n";
    if (q.at("verified").get<bool>()) {
      out += fmt::format("  “{}”\n         {}, page {}\n",
                         one_line(q.at("text").get<std::string>(), 180),
                         q.at("title").get<std::string>(), q.at("page").get<uint32_t>());
    } else {
      out += fmt::format("  passage {}: NOT FOUND word for word\n", q.at("reference").get<int>());
    }
  }
  return out;
}

std::string timing_text(const Json& answer) {
  const Json& usage = answer.at("usage");
  const Json& timing = answer.at("timing");
  const auto tokens = usage.at("completion_tokens").get<uint64_t>();
  const double decode_s = timing.at("decode_s").get<double>();
  const double rate = decode_s > 0 ? static_cast<double>(tokens) / decode_s : 0;
  return fmt::format("[read {} tokens, {} of them kept from before, in {:.1f} s; wrote {} at {:.1f} "
                     "tokens/s; {}]",
                     grouped(usage.at("prompt_tokens").get<uint64_t>()),
                     grouped(usage.at("reused_tokens").get<uint64_t>()),
                     timing.at("prefill_s").get<double>(), grouped(tokens), rate,
                     answer.at("finish_reason").get<std::string>());
}

}  // namespace leyden_cli
