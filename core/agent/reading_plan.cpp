// SPDX-License-Identifier: Apache-2.0
#include "core/agent/reading_plan.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "core/agent/library_tools.h"
#include "core/agent/passages.h"

namespace leyden {
namespace {

constexpr size_t kHits = 400;           ///< passages looked at when pages are chosen
constexpr size_t kCandidates = 1000;    ///< pages whose passages are ranked
constexpr double kRival = 0.5;          ///< of the best score: as likely to hold the answer
constexpr double kWorthReading = 0.25;  ///< of the best score
constexpr int64_t kWindow = 1024;       ///< tokens around a hit on a page that is long

constexpr std::array<std::string_view, 19> kEverything{
    "summarize",       "summarise",   "summary",    "overview",   "compare",
    "comparison",      "every",       "each",       "all",        "list",
    "how many",        "overall",     "throughout", "across",     "how often",
    "which documents", "which files", "in total",   "differences"};
constexpr std::array<std::string_view, 10> kEverythingChinese{
    "总结", "概括", "概述", "比较", "所有", "全部", "列出", "多少", "哪些", "每"};

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(size_t n, const char* what) {
  return grouped(static_cast<int64_t>(n)) + " " + what + (n == 1 ? "" : "s");
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The pages of a library that hold text.
struct Pages {
  std::vector<LibraryPart> list;
  std::vector<int64_t> cost;  ///< of each, in a prompt
  size_t documents = 0;
  int64_t tokens = 0;  ///< of all texts and titles

  /// A page by its place, or list.size().
  size_t at(int64_t document, uint32_t part) const {
    const auto found =
        std::lower_bound(list.begin(), list.end(), 0, [&](const LibraryPart& p, int) {
          return order.at(p.document) != order.at(document)
                     ? order.at(p.document) < order.at(document)
                     : p.part < part;
        });
    return static_cast<size_t>(found - list.begin());
  }
  std::map<int64_t, size_t> order;  ///< of documents
};

Result<Pages> read_all(Library& library, const TokenCountFn& count, const CancelToken* cancel) {
  Pages pages;
  LEYDEN_ASSIGN(const std::vector<LibraryDocument> documents, library.documents());
  for (const LibraryDocument& document : documents) {
    pages.order.emplace(document.id, pages.order.size());
    const size_t before = pages.list.size();
    for (uint32_t i = 0; i < document.n_parts; ++i) {
      if (cancel && cancel->cancelled()) return cancelled("reading was cancelled");
      LEYDEN_ASSIGN(LibraryPart part, library.part(document.id, i));
      if (part.text.find_first_not_of(" \t\r\n\f\v") == std::string::npos) continue;
      pages.tokens += static_cast<int64_t>(count(part.text));
      pages.cost.push_back(prompt_cost(part.text, count));
      pages.list.push_back(std::move(part));
    }
    if (pages.list.size() == before) continue;
    ++pages.documents;
    pages.tokens += static_cast<int64_t>(count(document.title)) + 4;  // its fences
  }
  if (pages.list.empty()) return invalid_argument("there is no text to read");
  return pages;
}

ToolPassage whole_page(const LibraryPart& page) { return passage_of(page, {0, page.text.size()}); }

/// Passages of pages, chosen one after the other until the room is full.
class Selection {
 public:
  Selection(const Pages& pages, int64_t room, const TokenCountFn& count)
      : pages_(pages), room_(room), count_(count) {}

  /// Takes a hit with its page, or with what stands around it on a long one. False when not even
  /// the hit fits.
  bool take(const RankedPassage& hit, size_t page) {
    Page& own = open(page);
    const int64_t window = std::min(room_ / 4, std::max(kWindow, room_ / 16));
    size_t first = hit.passage, last = hit.passage + 1;
    if (pages_.cost[page] <= window) {
      first = 0;
      last = own.cost.size();
    } else {
      int64_t around = own.cost[first];
      while ((first > 0 || last < own.cost.size()) && around < window) {
        if (first > 0) around += own.cost[--first];
        if (last < own.cost.size()) around += own.cost[last++];
      }
    }
    if (add(own, first, last)) return true;
    return add(own, hit.passage, hit.passage + 1);
  }
  /// Pages of which something was taken.
  size_t size() const {
    return static_cast<size_t>(std::count_if(chosen_.begin(), chosen_.end(), [](const auto& p) {
      return std::find(p.second.taken.begin(), p.second.taken.end(), true) != p.second.taken.end();
    }));
  }
  Material material() const {
    Material out;
    for (const auto& [page, own] : chosen_) {
      for (size_t i = 0; i < own.taken.size(); ++i) {
        if (!own.taken[i]) continue;
        const size_t first = i;
        while (i + 1 < own.taken.size() && own.taken[i + 1]) ++i;
        out.push_back(passage_of(pages_.list[page], {own.ranges[first].begin, own.ranges[i].end}));
      }
    }
    return out;
  }

 private:
  struct Page {
    std::vector<TextRange> ranges;
    std::vector<int64_t> cost;
    std::vector<bool> taken;
  };

  Page& open(size_t page) {
    const auto [found, fresh] = chosen_.try_emplace(page);
    if (fresh) {
      const std::string& text = pages_.list[page].text;
      found->second.ranges = cut_passages(text);
      for (const TextRange& r : found->second.ranges)
        found->second.cost.push_back(
            prompt_cost(std::string_view(text).substr(r.begin, r.end - r.begin), count_));
      found->second.taken.resize(found->second.ranges.size());
    }
    return found->second;
  }
  bool add(Page& page, size_t first, size_t last) {
    int64_t more = 0;
    for (size_t i = first; i < last; ++i) more += page.taken[i] ? 0 : page.cost[i];
    if (used_ + more > room_) return false;
    used_ += more;
    std::fill(page.taken.begin() + static_cast<ptrdiff_t>(first),
              page.taken.begin() + static_cast<ptrdiff_t>(last), true);
    return true;
  }

  const Pages& pages_;
  const int64_t room_;
  const TokenCountFn& count_;
  std::map<size_t, Page> chosen_;  ///< by position: the library's order
  int64_t used_ = 0;
};

struct Search {
  Material material;  ///< the best pages that fit; empty when no word was found
  size_t pages = 0;   ///< in it
  size_t rivals = 0;  ///< passages about as good as the best one
  bool rivals_fit = true;
};

Result<Search> search(Library& library, std::string_view question, const Pages& pages,
                      const ReadingLimits& limits, const TokenCountFn& count) {
  Search out;
  LEYDEN_ASSIGN(const std::vector<LibraryPart> candidates,
                library.candidates(question, kCandidates));
  LibraryToolOptions options;
  options.hits = kHits;
  const std::vector<RankedPassage> hits = rank_passages(candidates, question, options);
  Selection chosen(pages, limits.room, count);
  for (const RankedPassage& hit : hits) {
    const LibraryPart& page = candidates[hit.page];
    const bool rival = hit.score >= kRival * hits[0].score;
    if (hit.score < kWorthReading * hits[0].score) break;
    out.rivals += rival;
    if (chosen.take(hit, pages.at(page.document, page.part))) continue;
    out.rivals_fit = out.rivals_fit && !rival;
    if (!rival) break;
  }
  if (out.rivals == kHits) out.rivals_fit = false;
  out.material = chosen.material();
  out.pages = chosen.size();
  return out;
}

}  // namespace

const char* reading_mode_name(ReadingMode mode) {
  switch (mode) {
    case ReadingMode::kAuto:
      return "auto";
    case ReadingMode::kWhole:
      return "whole";
    case ReadingMode::kPages:
      return "pages";
    case ReadingMode::kMap:
      return "map";
  }
  return "";
}

int64_t prompt_cost(std::string_view text, const TokenCountFn& count) {
  const auto n = static_cast<int64_t>(count(text));
  return n + n / 16 + 4;
}

std::string_view asks_about_everything(std::string_view question) {
  std::string lower(question);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const std::string_view word : kEverything) {
    for (size_t at = 0; (at = lower.find(word, at)) != std::string::npos; at += word.size()) {
      const bool begins = at == 0 || !is_letter(lower[at - 1]);
      const size_t end = at + word.size();
      if (begins && (end == lower.size() || !is_letter(lower[end]))) return word;
    }
  }
  for (const std::string_view word : kEverythingChinese)
    if (question.find(word) != std::string_view::npos) return word;
  return {};
}

std::pair<Material, Material> halves(const Material& material) {
  if (material.size() > 1) {
    const auto size = [](size_t n, const ToolPassage& s) { return n + s.text.size(); };
    const size_t all = std::accumulate(material.begin(), material.end(), size_t{0}, size);
    auto middle = material.begin();
    for (size_t n = 0; middle + 1 != material.end() && n + middle->text.size() <= all / 2; ++middle)
      n += middle->text.size();
    if (middle == material.begin()) ++middle;
    return {{material.begin(), middle}, {middle, material.end()}};
  }
  if (material.empty()) return {};
  const ToolPassage& one = material[0];
  const std::vector<TextRange> ranges = cut_passages(one.text);
  if (ranges.size() < 2) return {material, {}};
  const size_t cut = ranges[ranges.size() / 2].begin;
  ToolPassage first = one, second = one;
  first.text.resize(cut);
  first.end = one.begin + cut;
  second.text.erase(0, cut);
  second.begin = one.begin + cut;
  return {{first}, {second}};
}

std::vector<Material> cut_parts(const Material& material, int64_t limit,
                                const TokenCountFn& count) {
  std::vector<Material> parts;
  int64_t used = 0;
  const auto put = [&](const ToolPassage& stretch, int64_t cost) {
    const bool same = !parts.empty() && parts.back().back().document == stretch.document;
    if (!same || used + cost > limit) {
      parts.emplace_back();
      used = 0;
    }
    parts.back().push_back(stretch);
    used += cost;
  };
  std::vector<ToolPassage> waiting;  // in reverse: the next one last
  for (const ToolPassage& stretch : material) {
    waiting = {stretch};
    while (!waiting.empty()) {
      const ToolPassage next = std::move(waiting.back());
      waiting.pop_back();
      const int64_t cost = prompt_cost(next.text, count);
      const auto [first, second] = cost > limit ? halves({next}) : std::pair<Material, Material>();
      if (second.empty()) {
        put(next, cost);
      } else {
        waiting.push_back(second[0]);
        waiting.push_back(first[0]);
      }
    }
  }
  return parts;
}

Result<ReadingPlan> plan_reading(Library& library, std::string_view question, ReadingMode mode,
                                 const ReadingLimits& limits, const TokenCountFn& count,
                                 const CancelToken* cancel) {
  LEYDEN_ASSIGN(const Pages pages, read_all(library, count, cancel));
  ReadingPlan plan;
  plan.documents = pages.documents;
  plan.pages = pages.list.size();
  plan.tokens = pages.tokens;
  const std::string size = counted(plan.documents, "document") + ", " +
                           counted(plan.pages, "page") + ", " + grouped(plan.tokens) + " tokens";
  const bool fits = pages.tokens <= limits.room && !limits.whole_overflowed;
  const std::string too_many =
      size + " do not fit one reading of " + grouped(limits.room) + " tokens";
  Material all;
  for (const LibraryPart& page : pages.list) all.push_back(whole_page(page));

  if (mode == ReadingMode::kWhole && !fits)
    return Status(StatusCode::kContextOverflow,
                  too_many + "; the modes pages and map read them all the same");
  if (mode == ReadingMode::kWhole || (mode == ReadingMode::kAuto && fits)) {
    plan.mode = ReadingMode::kWhole;
    plan.reason = (mode == ReadingMode::kAuto
                       ? "everything fits one reading of " + grouped(limits.room) + " tokens: "
                       : "asked for: ") +
                  size;
    plan.parts.push_back(std::move(all));
    return plan;
  }

  std::string why_parts = "asked for: " + size;
  if (mode != ReadingMode::kMap) {
    const std::string_view everything = asks_about_everything(question);
    if (mode == ReadingMode::kAuto && !everything.empty()) {
      why_parts = too_many + ", and the question asks about all of them (\"" +
                  std::string(everything) + "\")";
    } else {
      LEYDEN_ASSIGN(Search found, search(library, question, pages, limits, count));
      if (found.material.empty()) {
        if (mode == ReadingMode::kPages)
          return not_found("no word of the question stands in the documents (" + size +
                           "); the mode map reads them all the same");
        why_parts = too_many + ", and no word of the question stands in them";
      } else if (mode == ReadingMode::kAuto && !found.rivals_fit) {
        why_parts = too_many + ", and " + counted(found.rivals, "passage") +
                    " share the question's words about equally, more than fit";
      } else {
        plan.mode = ReadingMode::kPages;
        plan.reason = (mode == ReadingMode::kAuto ? too_many : "asked for: " + size) + "; " +
                      counted(found.pages, "page") + " with the question's words " +
                      (found.pages == 1 ? "was" : "were") + " chosen";
        plan.parts.push_back(std::move(found.material));
        return plan;
      }
    }
  }
  plan.mode = ReadingMode::kMap;
  plan.parts = cut_parts(all, std::min(limits.room, limits.part), count);
  plan.reason = why_parts + "; " + counted(plan.parts.size(), "part") + " are asked one by one";
  return plan;
}

}  // namespace leyden
