// SPDX-License-Identifier: Apache-2.0
#include "core/agent/reading.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "core/agent/library_tools.h"

namespace leyden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 4;  ///< of kMap, before what is left is cut to what fits

// What models without a trained profile are told.
constexpr const char* kNothing = "I could not find this in what I was given to read.";
constexpr const char* kWholeWords =
    "{question}\n\nPut the sentences that your answer stands on word for word in quotation marks.";
constexpr const char* kPartWords =
    "{question}\n\nThis is a part of what there is to read. Answer from it alone, and put the "
    "sentences that your answer stands on word for word in quotation marks. If nothing in it "
    "helps, "
    "write only: ";

bool is_overflow(const Status& status) { return status.code() == StatusCode::kContextOverflow; }

std::vector<ReadRange> ranges_of(const Material& material) {
  std::vector<ReadRange> out;
  for (const ToolPassage& s : material) {
    if (s.document == 0) continue;  // a part's own words
    if (out.empty() || out.back().document != s.document || s.page > out.back().last_page + 1)
      out.push_back({s.document, s.title, s.page, s.page});
    out.back().last_page = std::max(out.back().last_page, s.page);
  }
  return out;
}

/// A prompt's answer, and where it came from.
struct Asked {
  Answer answer;
  std::vector<Claim> claims;
  std::vector<PageEvidence> evidence;
  Material cited;  ///< the passages that the verified quotes are in
};

class Reader {
 public:
  Reader(std::shared_ptr<LoadedModel> model, Library& library, std::string_view question,
         const ReadingOptions& options, const ReadingEventFn& events, const CancelToken* cancel)
      : model_(std::move(model)),
        profile_(model_->chat_template().profile),
        library_(library),
        question_(question),
        options_(options),
        events_(events),
        cancel_(cancel) {
    refusals_ = profile_.answer.refusal;
    if (refusals_.empty() && !profile_.from_file) refusals_.push_back(kNothing);
  }

  Result<Reading> go() {
    LEYDEN_TRY(find_room());
    for (int attempt = 0;; ++attempt) {
      LEYDEN_ASSIGN(const ReadingPlan plan,
                    plan_reading(library_, question_, options_.mode, limits_, count_, cancel_));
      out_.mode = plan.mode;
      out_.reason = plan.reason;
      out_.documents = plan.documents;
      out_.pages = plan.pages;
      out_.tokens = plan.tokens;
      out_.parts.clear();
      const Status status = plan.mode == ReadingMode::kMap ? map(plan.parts) : once(plan.parts[0]);
      if (status.ok()) return std::move(out_);
      // Counted apart, the texts fitted; laid out they do not.
      if (!is_overflow(status) || answering_ || attempt == 5) return status;
      if (plan.mode == ReadingMode::kWhole) {
        limits_.whole_overflowed = true;
      } else {
        limits_.room = limits_.room * 4 / 5;
      }
    }
  }

 private:
  /// How many tokens of text one prompt takes.
  Status find_room() {
    if (question_.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return invalid_argument("the question is empty");
    LEYDEN_ASSIGN(tokenizer_, model_->tokenizer());
    count_ = [this](std::string_view text) {
      return tokenizer_->encode(text, AddedTokens::kIgnore).size();
    };
    const KvLayout& layout = model_->model().kv_layout();
    const PagePool::Stats memory = model_->engine().page_stats();
    const size_t pages = memory.max_bytes / static_cast<size_t>(layout.page_bytes());
    const auto held = static_cast<int64_t>((pages > 2 ? pages - 2 : 0) * KvLayout::kPageTokens);
    out_.context = std::min(model_->model().config().max_seq_len, held);
    if (options_.context > 0) out_.context = std::min(out_.context, options_.context);
    const int64_t eighth = std::min<int64_t>(out_.context / 8, 4096);
    reserve_ = options_.ask.max_tokens > 0 ? options_.ask.max_tokens : eighth;
    LEYDEN_ASSIGN(const auto dialogue, Dialogue::create(model_));
    int64_t template_tokens = 0;
    for (const bool part : {false, true}) {
      LEYDEN_ASSIGN(const Prompt prompt, dialogue->prompt(words(part)));
      template_tokens = std::max(template_tokens, static_cast<int64_t>(prompt.ids.size()));
    }
    limits_.room = out_.context - reserve_ - template_tokens;
    if (limits_.room < kLeastRoom)
      return Status(StatusCode::kContextOverflow,
                    "a context of " + std::to_string(out_.context) + " tokens, less " +
                        std::to_string(template_tokens) + " of the question and " +
                        std::to_string(reserve_) + " kept for the answer, leaves no room to read");
    return {};
  }

  /// The question as it is asked of everything, or of a part.
  std::string words(bool part) const {
    const auto trained = profile_.tasks.find(part ? "ask_part" : "ask_whole");
    std::string text = trained != profile_.tasks.end() ? trained->second
                       : profile_.from_file            ? "{question}"
                       : part                          ? kPartWords + std::string(kNothing)
                                                       : kWholeWords;
    const size_t at = text.find("{question}");
    if (at != std::string::npos) text.replace(at, 10, question_);
    return text;
  }

  bool refuses(const Answer& answer) const {
    const size_t begin = answer.text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return true;
    const std::string_view text = std::string_view(answer.text).substr(begin);
    return std::any_of(refusals_.begin(), refusals_.end(),
                       [&](const std::string& refusal) { return text.starts_with(refusal); });
  }

  void tell_plan() {
    if (told_plan_ || !events_) return;
    told_plan_ = true;
    ReadingEvent event;
    event.kind = ReadingEvent::Kind::kPlan;
    event.mode = out_.mode;
    event.reason = out_.reason;
    events_(event);
  }
  void tell_part(size_t part, size_t parts) {
    ReadingEvent event;
    event.kind = ReadingEvent::Kind::kPart;
    event.part = part;
    event.parts = parts;
    if (events_) events_(event);
  }

  /// Asks over some material. Errors: kContextOverflow before anything is read.
  Result<Asked> ask(const Material& material, bool part) {
    LEYDEN_ASSIGN(const auto dialogue, Dialogue::create(model_));
    const PromptDocuments documents(material);
    for (const PromptDocuments::Document& d : documents.documents()) {
      const Result<size_t> added = dialogue->add_document(d.title, d.text);
      if (!added.ok() && added.status().code() == StatusCode::kInvalidArgument)
        return Status(StatusCode::kContextOverflow, added.status().message());  // no numbers left
      LEYDEN_TRY(added);
    }
    const std::string text = words(part);
    LEYDEN_ASSIGN(const Prompt prompt, dialogue->prompt(text));
    if (static_cast<int64_t>(prompt.ids.size()) + reserve_ > out_.context)
      return Status(StatusCode::kContextOverflow, std::to_string(prompt.ids.size()) +
                                                      " tokens and " + std::to_string(reserve_) +
                                                      " for the answer do not fit the context of " +
                                                      std::to_string(out_.context));
    tell_plan();
    answering_ = !part;
    AskOptions options = options_.ask;
    options.max_tokens = reserve_;
    if (part) options.schema.clear();
    const AnswerEventFn on_event = [&](const AnswerEvent& answer) {
      if (!events_ || (part && answer.kind != AnswerEvent::Kind::kPrefill)) return;
      ReadingEvent event;
      event.answer = &answer;
      events_(event);
    };
    Asked out;
    LEYDEN_ASSIGN(out.answer, dialogue->ask(text, options, on_event, cancel_));
    const std::vector<PassageTokens>& passages = dialogue->passages();
    out.claims = find_claims(out.answer, profile_, refusals_, documents, passages);
    for (const Evidence& e : out.answer.evidence)
      for (ToolPassage& place : documents.places(e.document, e.begin, e.end))
        out.evidence.push_back({std::move(place), e.share});
    for (const Claim& claim : out.claims) {
      if (claim.kind != ClaimKind::kQuote || !claim.verified) continue;
      add_cited(claim, documents, passages, &out.cited);
    }
    return out;
  }

  /// The passage a quote is in, whole: the next prompt reads it as this one did.
  static void add_cited(const Claim& claim, const PromptDocuments& documents,
                        const std::vector<PassageTokens>& passages, Material* cited) {
    Material places{claim.place};
    for (const PassageTokens& p : passages) {
      const Material whole = documents.places(p.document, p.byte_begin, p.byte_end);
      const bool here = std::any_of(whole.begin(), whole.end(), [&](const ToolPassage& w) {
        return w.document == claim.place.document && w.page == claim.place.page &&
               w.begin <= claim.place.begin && claim.place.begin < w.end;
      });
      if (here) places = whole;
    }
    cited->insert(cited->end(), places.begin(), places.end());
  }

  void finish(Asked asked, const Material& material) {
    out_.answer = std::move(asked.answer);
    out_.answer.evidence.clear();
    out_.answer.sentences.clear();
    out_.answer.quotes.clear();
    out_.claims = std::move(asked.claims);
    out_.evidence = std::move(asked.evidence);
    out_.read = ranges_of(material);
  }

  Status once(const Material& material) {
    LEYDEN_ASSIGN(Asked asked, ask(material, false));
    finish(std::move(asked), material);
    return {};
  }

  /// One part, in two where laying it out shows that it does not fit.
  Status ask_part(const Material& part, int round, Material* found, bool* cancelled) {
    const Clock::time_point begin = Clock::now();
    Result<Asked> asked = ask(part, true);
    if (!asked.ok() && is_overflow(asked.status())) {
      const auto [first, second] = halves(part);
      if (second.empty()) return asked.status();
      LEYDEN_TRY(ask_part(first, round, found, cancelled));
      return *cancelled ? Status() : ask_part(second, round, found, cancelled);
    }
    LEYDEN_TRY(asked);
    PartRecord record;
    record.round = round;
    record.read = ranges_of(part);
    record.text = asked->answer.text;
    record.found = !refuses(asked->answer);
    record.claims = asked->claims;
    record.prompt_tokens = asked->answer.prompt_tokens;
    record.reused_tokens = asked->answer.reused_tokens;
    record.completion_tokens = asked->answer.completion_tokens;
    record.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    *cancelled = asked->answer.finish_reason == "cancelled";
    if (record.found && !*cancelled) {
      found->insert(found->end(), asked->cited.begin(), asked->cited.end());
      if (asked->cited.empty()) {  // it said something and quoted nothing
        ToolPassage note;
        const ReadRange last = record.read.empty() ? ReadRange() : record.read.back();
        note.title = part[0].title + ", pages " +
                     std::to_string(record.read.empty() ? 1 : record.read[0].first_page) + "-" +
                     std::to_string(last.last_page);
        note.text = asked->answer.text;
        note.end = note.text.size();
        found->push_back(std::move(note));
      }
    }
    const bool first_found = record.found && ++answers_ == 1;
    if (out_.parts.empty() || first_found || *cancelled) finish(std::move(*asked), part);
    out_.parts.push_back(std::move(record));
    return {};
  }

  Status map(std::vector<Material> parts) {
    tell_plan();
    for (int round = 1;; ++round) {
      Material found;
      answers_ = 0;
      for (size_t i = 0; i < parts.size(); ++i) {
        tell_part(i + 1, parts.size() + 1);
        bool cancelled = false;
        LEYDEN_TRY(ask_part(parts[i], round, &found, &cancelled));
        if (cancelled) return {};
      }
      // Nothing to put together: the one answer stands, or the first part's refusal.
      if (found.empty() || (answers_ == 1 && options_.ask.schema.empty())) {
        tell_part(parts.size() + 1, parts.size() + 1);
        AnswerEvent text;
        text.text = out_.answer.text;
        ReadingEvent event;
        event.answer = &text;
        if (events_) events_(event);
        return {};
      }
      found = in_order(std::move(found));
      int64_t cost = 0;
      for (const ToolPassage& s : found) cost += prompt_cost(s.title + s.text, count_);
      if (cost <= limits_.room || round == kRounds) {
        tell_part(parts.size() + 1, parts.size() + 1);
        LEYDEN_ASSIGN(Material pages, with_their_pages(found));
        return combine(std::move(pages));
      }
      parts = cut_parts(found, std::min(limits_.room, limits_.part), count_);
    }
  }

  /// Asks over what the parts found; what does not fit is left out, and the answer says so.
  Status combine(Material found) {
    size_t left_out = 0;
    Result<Asked> asked = ask(found, false);
    while (!asked.ok() && is_overflow(asked.status()) && !answering_ && found.size() > 1) {
      left_out += found.size() - found.size() * 3 / 4;
      found.resize(found.size() * 3 / 4);
      asked = ask(found, false);
    }
    answering_ = true;
    LEYDEN_TRY(asked);
    finish(std::move(*asked), found);
    if (left_out > 0)
      out_.answer.notices.push_back(std::to_string(left_out) +
                                    " of the passages that the parts found did not fit the last "
                                    "prompt and were left out");
    return {};
  }

  /// The pages that the passages are on, where all of those fit: a passage means more among its
  /// neighbours. Else the passages.
  Result<Material> with_their_pages(const Material& found) {
    Material pages;
    int64_t cost = 0;
    for (const ToolPassage& s : found) {
      ToolPassage page = s;
      if (s.document != 0) {
        if (!pages.empty() && pages.back().document == s.document && pages.back().page == s.page)
          continue;
        LEYDEN_ASSIGN(const LibraryPart part, library_.part(s.document, s.page - 1));
        page = passage_of(part, {0, part.text.size()});
      }
      cost += prompt_cost(page.title + page.text, count_);
      if (cost > limits_.room) return found;
      pages.push_back(std::move(page));
    }
    return pages;
  }

  /// Once each, in the library's order as the parts had it.
  static Material in_order(Material found) {
    std::map<int64_t, size_t> order;
    for (const ToolPassage& s : found) order.emplace(s.document, order.size());
    std::stable_sort(found.begin(), found.end(), [&](const ToolPassage& a, const ToolPassage& b) {
      if (a.document != b.document) return order.at(a.document) < order.at(b.document);
      return a.page != b.page ? a.page < b.page : a.begin < b.begin;
    });
    const auto same = [](const ToolPassage& a, const ToolPassage& b) {
      return a.document == b.document && a.page == b.page && a.begin == b.begin && a.text == b.text;
    };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    return found;
  }

  static constexpr int64_t kLeastRoom = 200;  ///< two passages and their titles

  const std::shared_ptr<LoadedModel> model_;
  const Profile& profile_;
  Library& library_;
  const std::string_view question_;
  const ReadingOptions& options_;
  const ReadingEventFn& events_;
  const CancelToken* cancel_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  TokenCountFn count_;
  std::vector<std::string> refusals_;
  ReadingLimits limits_;
  int64_t reserve_ = 0;
  int answers_ = 0;  ///< parts of this round that knew something
  bool told_plan_ = false;
  bool answering_ = false;  ///< the last prompt is read: no other plan any more
  Reading out_;
};

}  // namespace

Result<Reading> read_library(const std::shared_ptr<LoadedModel>& model, Library& library,
                             std::string_view question, const ReadingOptions& options,
                             const ReadingEventFn& events, const CancelToken* cancel) {
  return Reader(model, library, question, options, events, cancel).go();
}

}  // namespace leyden
