// SPDX-License-Identifier: Apache-2.0
// sentences -> groups of sentences (passages) -> text with marks. Every step is linear; finding a
// passage size that fits the reference numbers repeats the second one, on counts alone.
#include "core/chat/document.h"

#include <algorithm>

#include "core/chat/render_parts.h"
#include "core/chat/sentences.h"

namespace leyden {
namespace {

/// Sentences [first, last] of one passage.
struct Group {
  size_t first = 0;
  size_t last = 0;
};

struct Counted {
  Sentence sentence;
  size_t tokens = 0;
};

/// What a heading is to passages: between them, the first line of one, or a sentence like others.
enum class Headings : uint8_t { kApart, kLead, kInside };

std::vector<Group> group(const std::vector<Counted>& sentences, double low, double high,
                         Headings headings) {
  std::vector<Group> groups;
  double tokens = 0;  // of the open group
  bool open = false;
  bool bare = false;  // the open group has only headings so far
  for (size_t i = 0; i < sentences.size(); ++i) {
    const auto n = static_cast<double>(sentences[i].tokens);
    const bool heading = sentences[i].sentence.heading && headings != Headings::kInside;
    if (heading && headings == Headings::kApart) {
      open = false;
      continue;
    }
    if (open && !bare && (heading || tokens + n > high)) open = false;
    if (!open) {
      groups.push_back({i, i});
      open = true;
      tokens = 0;
    }
    bare = heading;
    groups.back().last = i;
    tokens += n;
    if (heading) continue;
    if (tokens >= high || (sentences[i].sentence.ends_paragraph && tokens >= low)) open = false;
  }
  return groups;
}

/// Passages of the wanted size, or larger ones when there are more than `available`.
std::vector<Group> group_to_fit(const std::vector<Counted>& sentences, const DocumentProfile& profile,
                                size_t available) {
  double low = profile.passage_tokens_min;
  double high = profile.passage_tokens_max;
  Headings headings = profile.heading ? Headings::kApart : Headings::kLead;
  std::vector<Group> groups = group(sentences, low, high, headings);
  for (int attempt = 0; groups.size() > available; ++attempt) {
    // Many short sections cannot be merged; then headings become part of passages.
    if (attempt == 6) {
      headings = Headings::kInside;
      low = profile.passage_tokens_min;
      high = profile.passage_tokens_max;
    }
    const double factor =
        1.1 * static_cast<double>(groups.size()) / static_cast<double>(available);
    low *= factor;
    high *= factor;
    groups = group(sentences, low, high, headings);
  }
  return groups;
}

void render_heading(const DocumentProfile& profile, std::string_view heading, Rendered* out) {
  if (!profile.heading || profile.heading->empty()) return;
  render_parts(fill_template(*profile.heading, {"title"}, {heading}), out);
}

/// The sentences of a group as text: white space single, headings in it on lines of their own.
std::string passage_text(std::string_view text, const std::vector<Counted>& sentences, Group group) {
  std::string out;
  for (size_t i = group.first; i <= group.last;) {
    const bool heading = sentences[i].sentence.heading;
    size_t last = i;
    while (!heading && last < group.last && !sentences[last + 1].sentence.heading) ++last;
    const size_t begin = sentences[i].sentence.begin;
    if (!out.empty()) out += '\n';
    out += single_spaced(text.substr(begin, sentences[last].sentence.end - begin));
    i = last + 1;
  }
  return out;
}

/// One numbered passage, as the profile's template has it.
void render_passage(const Profile& profile, size_t index, int number, std::string_view text,
                    Rendered* out) {
  const std::string_view form = profile.document.passage;
  const size_t at = form.find("{text}");
  const std::string reference = profile.reference(number);
  const std::string digits = std::to_string(number);
  const size_t begin = out->size();
  size_t text_begin = begin;
  // Around {text}, everything is template or number; the reference is one token if it can be.
  const auto around = [&](std::string_view part) {
    while (!part.empty()) {
      const size_t ref = part.find("{ref}");
      for (const TemplatePart& piece :
           fill_template(part.substr(0, ref), {"n", "sp"}, {digits, leading_space(text)})) {
        out->template_text(piece.text);
      }
      if (ref == std::string_view::npos) return;
      out->soft_control(reference);
      text_begin = out->size();
      part.remove_prefix(ref + 5);
    }
  };
  around(form.substr(0, at));
  const size_t text_start = text_begin;
  out->text(text);
  const size_t text_end = out->size();
  around(form.substr(at + 6));
  out->add_span(SpanKind::kPassage, index, begin, out->size());
  out->add_span(SpanKind::kPassageText, index, text_start, text_end);
}

bool only_spaces(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace

std::string_view leading_space(std::string_view text) {
  return text.empty() || begins_unspaced(text) ? std::string_view() : std::string_view(" ");
}

size_t estimate_tokens(std::string_view text) {
  size_t wide = 0;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0xE3) ++wide;
  }
  const size_t rest = text.size() - std::min(text.size(), 3 * wide);
  return wide + (rest + 3) / 4;
}

Result<LaidOutDocument> lay_out_document(const Profile& profile, std::string_view title,
                                         std::string_view text, size_t index, int first_reference,
                                         const TokenCountFn& count_tokens, size_t max_tokens) {
  const DocumentProfile& form = profile.document;
  const bool plain = form.layout == DocumentProfile::Layout::kPlain;
  const std::string where = "document " + std::to_string(index) + ": ";

  std::vector<Counted> sentences;
  size_t total = 0;
  for (const Sentence& sentence : split_sentences(text)) {
    // Plain passages only divide the evidence; a guess of their size is good enough.
    const std::string_view raw = text.substr(sentence.begin, sentence.end - sentence.begin);
    size_t tokens = 0;
    if (plain) {
      tokens = estimate_tokens(raw);
    } else {
      const std::string spaced = single_spaced(raw);
      tokens = count_tokens(std::string(leading_space(spaced)) + spaced);
    }
    total += tokens;
    if (!plain && max_tokens > 0 && total > max_tokens) {
      return Status(StatusCode::kContextOverflow,
                    where + "more than the " + std::to_string(max_tokens) + " tokens there is room for");
    }
    sentences.push_back({sentence, tokens});
  }

  size_t available = sentences.size();
  if (!plain && !sentences.empty()) {
    const int left = form.reference_count - first_reference;
    if (left <= 0) {
      return invalid_argument(where + "all " + std::to_string(form.reference_count) +
                              " passage numbers of this model are taken by the documents before it");
    }
    available = static_cast<size_t>(std::max<int64_t>(1, int64_t{left} * 4 / 5));
  }
  const std::vector<Group> groups = group_to_fit(sentences, form, available);

  LaidOutDocument result;
  result.next_reference = first_reference;
  Rendered& out = result.rendered;
  const std::string name = single_spaced(title);
  out.begin_segment();
  render_parts(fill_template(form.begin, {"title"}, {name.empty() ? "document" : name}), &out);
  if (!form.title.empty() && !name.empty()) {
    render_parts(fill_template(form.title, {"title"}, {name}), &out);
  }

  result.passages.reserve(groups.size());
  size_t done_bytes = 0;      // plain: of the text
  size_t done_sentences = 0;  // passages
  const auto headings_to = [&](size_t end) {
    for (; done_sentences < end; ++done_sentences) {
      const Sentence& heading = sentences[done_sentences].sentence;
      render_heading(form, single_spaced(text.substr(heading.begin, heading.end - heading.begin)), &out);
    }
  };
  for (size_t i = 0; i < groups.size(); ++i) {
    const size_t begin = sentences[groups[i].first].sentence.begin;
    const size_t end = sentences[groups[i].last].sentence.end;
    const std::string_view raw = text.substr(begin, end - begin);
    if (plain) {
      // White space in front joins the passage: a word's token begins with its space.
      const std::string_view gap = text.substr(done_bytes, begin - done_bytes);
      size_t span_begin = out.size();
      out.text(gap);
      if (!only_spaces(gap)) span_begin = out.size();
      out.text(raw);
      out.add_span(SpanKind::kPassage, i, span_begin, out.size());
      out.add_span(SpanKind::kPassageText, i, span_begin, out.size());
      result.passages.push_back({begin, end, -1});
      done_bytes = end;
    } else {
      headings_to(groups[i].first);
      done_sentences = groups[i].last + 1;
      render_passage(profile, i, result.next_reference, passage_text(text, sentences, groups[i]), &out);
      result.passages.push_back({begin, end, result.next_reference++});
    }
  }
  if (plain) {
    out.text(text.substr(done_bytes));
  } else {
    headings_to(sentences.size());
  }
  out.template_text(form.end);
  out.add_span(SpanKind::kDocument, index, 0, out.size());
  return result;
}

}  // namespace leyden
