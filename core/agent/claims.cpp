// SPDX-License-Identifier: Apache-2.0
#include "core/agent/claims.h"

#include <algorithm>
#include <string>

#include "core/agent/check_quotes.h"
#include "core/chat/sentences.h"

namespace leyden {
namespace {

/// Without white space, in small letters: what a value is looked for in.
std::string folded(std::string_view text) {
  std::string out = without_white_space(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

bool overlaps(const std::vector<Claim>& claims, size_t begin, size_t end) {
  return std::any_of(claims.begin(), claims.end(),
                     [&](const Claim& c) { return begin < c.answer_end && c.answer_begin < end; });
}

/// Sets the place of a claim to bytes of a document of the prompt.
void put_place(const PromptDocuments& documents, size_t document, size_t begin, size_t end,
               Claim* claim) {
  const Material places = documents.places(document, begin, end);
  if (places.empty() || places[0].document == 0) return;  // 0: words of a part's answer
  claim->verified = true;
  claim->place = places[0];
  claim->place.end = places.back().end;
  claim->last_page = places.back().page;
  for (size_t i = 1; i < places.size(); ++i) claim->place.text += "\n" + places[i].text;
}

/// Lines that begin with a passage's number.
void add_numbered(const Answer& answer, const Profile& profile, const PromptDocuments& documents,
                  const std::vector<PassageTokens>& passages, std::vector<Claim>* claims) {
  if (profile.document.reference.empty()) return;
  std::vector<NumberedPassage> numbered;
  for (const PassageTokens& p : passages) {
    NumberedPassage one;
    one.reference = p.reference;
    one.passage.document = static_cast<int64_t>(p.document);
    one.passage.begin = p.byte_begin;
    one.passage.text =
        documents.documents()[p.document].text.substr(p.byte_begin, p.byte_end - p.byte_begin);
    numbered.push_back(std::move(one));
  }
  for (const CheckedQuote& quote : check_quotes(answer.text, profile, numbered)) {
    Claim claim;
    claim.kind = ClaimKind::kQuote;
    claim.answer_begin = quote.answer_begin;
    claim.answer_end = quote.answer_end;
    claim.reference = quote.reference;
    const bool bare = quote.begin == quote.end;  // names the passage and quotes nothing
    if (quote.answer_begin == quote.answer_end)
      claim.answer_begin = answer.text.rfind(profile.reference(quote.reference), quote.answer_end);
    const size_t begin = quote.passage.begin + (bare ? 0 : quote.begin);
    const size_t end = quote.passage.begin + (bare ? quote.passage.text.size() : quote.end);
    if (quote.verified)
      put_place(documents, static_cast<size_t>(quote.passage.document), begin, end, &claim);
    for (const Quote& elsewhere : answer.quotes)  // the wrong number, but words that are there
      if (!claim.verified && elsewhere.answer_begin <= claim.answer_begin &&
          elsewhere.answer_end >= claim.answer_end)
        put_place(documents, elsewhere.document, elsewhere.begin, elsewhere.end, &claim);
    claims->push_back(std::move(claim));
  }
}

/// Other words of the documents, and what stands in quotation marks and is not there.
void add_quoted(const Answer& answer, const PromptDocuments& documents,
                std::vector<Claim>* claims) {
  for (const Quote& quote : answer.quotes) {
    if (overlaps(*claims, quote.answer_begin, quote.answer_end)) continue;
    Claim claim;
    claim.kind = ClaimKind::kQuote;
    claim.answer_begin = quote.answer_begin;
    claim.answer_end = quote.answer_end;
    put_place(documents, quote.document, quote.begin, quote.end, &claim);
    claims->push_back(std::move(claim));
  }
  for (const auto& [begin, end] : quoted_ranges(answer.text)) {
    if (overlaps(*claims, begin, end)) continue;
    Claim claim;
    claim.kind = ClaimKind::kQuote;
    claim.answer_begin = begin;
    claim.answer_end = end;
    claims->push_back(std::move(claim));
  }
}

/// The value behind the profile's words for it: it has to stand in what was quoted.
void add_value(const Answer& answer, const Profile& profile, std::vector<Claim>* claims) {
  const std::string& words = profile.answer.value;
  const size_t at = words.find("{value}");
  if (at == std::string::npos) return;
  const size_t line = answer.text.rfind(words.substr(0, at));
  if (line == std::string::npos) return;
  const std::string behind = words.substr(at + 7);
  Claim claim;
  claim.kind = ClaimKind::kValue;
  claim.answer_begin = line + at;
  claim.answer_end = std::max(claim.answer_begin, answer.text.find_last_not_of(" \n\t\r") + 1);
  const std::string_view value =
      std::string_view(answer.text)
          .substr(claim.answer_begin, claim.answer_end - claim.answer_begin);
  if (!behind.empty() && value.ends_with(behind)) claim.answer_end -= behind.size();
  if (claim.answer_end == claim.answer_begin) return;
  const std::string wanted =
      folded(std::string_view(answer.text)
                 .substr(claim.answer_begin, claim.answer_end - claim.answer_begin));
  for (const Claim& quote : *claims) {
    if (!quote.verified || folded(quote.place.text).find(wanted) == std::string::npos) continue;
    claim.verified = true;
    claim.reference = quote.reference;
    claim.place = quote.place;
    claim.last_page = quote.last_page;
    break;
  }
  claims->push_back(std::move(claim));
}

/// Sentences that are no quote, value or refusal.
void add_statements(const Answer& answer, const std::vector<std::string>& refusals,
                    std::vector<Claim>* claims) {
  for (const Sentence& s : split_sentences(answer.text)) {
    const std::string_view text = std::string_view(answer.text).substr(s.begin, s.end - s.begin);
    const bool refuses =
        std::any_of(refusals.begin(), refusals.end(),
                    [&](const std::string& refusal) { return text.starts_with(refusal); });
    if (refuses || overlaps(*claims, s.begin, s.end)) continue;
    Claim claim;
    claim.answer_begin = s.begin;
    claim.answer_end = s.end;
    claims->push_back(std::move(claim));
  }
}

}  // namespace

const char* claim_kind_name(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::kQuote:
      return "quote";
    case ClaimKind::kValue:
      return "value";
    case ClaimKind::kStatement:
      return "statement";
  }
  return "";
}

PromptDocuments::PromptDocuments(const Material& material) {
  const ToolPassage* last = nullptr;
  for (const ToolPassage& stretch : material) {
    if (!last || stretch.document != last->document || stretch.title != last->title)
      documents_.push_back({stretch.title, {}});
    last = &stretch;
    std::string& text = documents_.back().text;
    if (!text.empty() && text.back() != '\n') text += "\n\n";
    pieces_.push_back({documents_.size() - 1, text.size(), stretch});
    text += stretch.text;
  }
}

Material PromptDocuments::places(size_t document, size_t begin, size_t end) const {
  Material out;
  for (const Piece& piece : pieces_) {
    if (piece.document != document) continue;
    const size_t from = std::max(begin, piece.begin);
    const size_t to = std::min(end, piece.begin + piece.stretch.text.size());
    if (from >= to) continue;
    ToolPassage place = piece.stretch;
    place.begin = piece.stretch.begin + (from - piece.begin);
    place.end = piece.stretch.begin + (to - piece.begin);
    place.text = piece.stretch.text.substr(from - piece.begin, to - from);
    out.push_back(std::move(place));
  }
  return out;
}

std::vector<Claim> find_claims(const Answer& answer, const Profile& profile,
                               const std::vector<std::string>& refusals,
                               const PromptDocuments& documents,
                               const std::vector<PassageTokens>& passages) {
  std::vector<Claim> claims;
  add_numbered(answer, profile, documents, passages, &claims);
  add_quoted(answer, documents, &claims);
  add_value(answer, profile, &claims);
  add_statements(answer, refusals, &claims);
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Claim& a, const Claim& b) { return a.answer_begin < b.answer_begin; });
  return claims;
}

}  // namespace leyden
