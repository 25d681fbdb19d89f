// SPDX-License-Identifier: Apache-2.0
#include "sessions/search_tokenizer.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

namespace leyden {
namespace {

enum class Kind : uint8_t { kSeparator, kWord, kCjk, kDictionary };

const uint8_t* u8(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

Kind kind_of(UChar32 c) {
  if (c < 0) return Kind::kSeparator;
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ? Kind::kWord
                                                                                      : Kind::kSeparator;
  const int8_t type = u_charType(c);
  const bool word = u_isalnum(c) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
  if (!word && type != U_OTHER_NUMBER && type != U_LETTER_NUMBER) return Kind::kSeparator;
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(c, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
      return Kind::kCjk;
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return Kind::kDictionary;
    default:
      return c == 0x30fc ? Kind::kCjk : Kind::kWord;  // the prolonged sound mark belongs to kana
  }
}

/// NFKC case folding, then without combining accents (U+0300 to U+036F) of decomposed letters.
class Folder {
 public:
  Folder() {
    UErrorCode error = U_ZERO_ERROR;
    fold_ = unorm2_getNFKCCasefoldInstance(&error);
    decompose_ = unorm2_getNFDInstance(&error);
    compose_ = unorm2_getNFCInstance(&error);
    if (U_FAILURE(error)) fold_ = nullptr;
  }
  void fold(std::string_view in, std::string& out) {
    out.clear();
    bool ascii = true;
    for (char c : in) {
      ascii = ascii && static_cast<unsigned char>(c) < 0x80;
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c);
    }
    if (ascii || fold_ == nullptr || in.size() > 4096) return;
    UErrorCode error = U_ZERO_ERROR;
    int32_t n = 0;
    wide_.resize(in.size() + 1);
    u_strFromUTF8(wide_.data(), static_cast<int32_t>(wide_.size()), &n, in.data(),
                  static_cast<int32_t>(in.size()), &error);
    n = run(fold_, wide_, n, folded_, error);
    n = run(decompose_, folded_, n, wide_, error);
    int32_t kept = 0;
    for (int32_t i = 0; i < n; ++i)
      if (wide_[static_cast<size_t>(i)] < 0x300 || wide_[static_cast<size_t>(i)] > 0x36f)
        wide_[static_cast<size_t>(kept++)] = wide_[static_cast<size_t>(i)];
    kept = run(compose_, wide_, kept, folded_, error);
    if (U_FAILURE(error)) return;  // `out` holds the text with ASCII folded
    std::string utf8(static_cast<size_t>(kept) * 3 + 1, '\0');
    int32_t bytes = 0;
    u_strToUTF8(utf8.data(), static_cast<int32_t>(utf8.size()), &bytes, folded_.data(), kept, &error);
    if (U_FAILURE(error)) return;
    utf8.resize(static_cast<size_t>(bytes));
    out = std::move(utf8);
  }

 private:
  static int32_t run(const UNormalizer2* how, const std::u16string& in, int32_t n,
                     std::u16string& out, UErrorCode& error) {
    if (U_FAILURE(error)) return 0;
    out.resize(static_cast<size_t>(n) * 4 + 32);
    int32_t made = unorm2_normalize(how, in.data(), n, out.data(), static_cast<int32_t>(out.size()), &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
      error = U_ZERO_ERROR;
      out.resize(static_cast<size_t>(made));
      made = unorm2_normalize(how, in.data(), n, out.data(), made, &error);
    }
    return made;
  }
  const UNormalizer2* fold_ = nullptr;
  const UNormalizer2* decompose_ = nullptr;
  const UNormalizer2* compose_ = nullptr;
  std::u16string wide_, folded_;
};

struct CloseBreaker {
  void operator()(UBreakIterator* b) const { ubrk_close(b); }
};

class Splitter {
 public:
  Splitter(std::string_view text, bool for_query, const std::function<bool(const SearchTerm&)>& take)
      : text_(text), for_query_(for_query), take_(take) {}

  void run() {
    size_t run_begin = 0, at = 0;
    Kind run_kind = Kind::kSeparator;
    while (going_ && at <= text_.size()) {
      const size_t begin = at;
      Kind kind = Kind::kSeparator;
      if (at < text_.size()) {
        int32_t i = static_cast<int32_t>(at);
        UChar32 c;
        U8_NEXT(u8(text_), i, static_cast<int32_t>(text_.size()), c);
        kind = kind_of(c);
        at = static_cast<size_t>(i);
      } else {
        ++at;  // the end closes the last run
      }
      if (kind != run_kind) {
        emit_run(run_kind, run_begin, begin);
        run_kind = kind;
        run_begin = begin;
        starts_.clear();
      }
      if (kind == Kind::kCjk) starts_.push_back(begin);
    }
  }

 private:
  void emit(size_t begin, size_t end) {
    if (!going_ || begin == end) return;
    folder().fold(text_.substr(begin, end - begin), term_);
    if (!term_.empty()) going_ = take_({term_, begin, end});
  }
  static Folder& folder() {
    thread_local Folder folder;
    return folder;
  }

  void emit_run(Kind kind, size_t begin, size_t end) {
    if (kind == Kind::kWord) emit(begin, end);
    if (kind == Kind::kDictionary) emit_dictionary_words(begin, end);
    if (kind != Kind::kCjk) return;
    for (size_t i = 0; i + 1 < starts_.size(); ++i)
      emit(starts_[i], i + 2 < starts_.size() ? starts_[i + 2] : end);
    if (!starts_.empty() && (!for_query_ || starts_.size() == 1)) emit(starts_.back(), end);
  }

  void emit_dictionary_words(size_t begin, size_t end) {
    UErrorCode error = U_ZERO_ERROR;
    thread_local std::unique_ptr<UBreakIterator, CloseBreaker> breaker(
        ubrk_open(UBRK_WORD, "th", nullptr, 0, &error));
    UText utext = UTEXT_INITIALIZER;
    if (breaker) {
      utext_openUTF8(&utext, text_.data() + begin, static_cast<int64_t>(end - begin), &error);
      ubrk_setUText(breaker.get(), &utext, &error);
    }
    if (!breaker || U_FAILURE(error)) {
      emit(begin, end);
    } else {
      int32_t from = ubrk_first(breaker.get());
      for (int32_t to = ubrk_next(breaker.get()); to != UBRK_DONE; from = to, to = ubrk_next(breaker.get()))
        emit(begin + static_cast<size_t>(from), begin + static_cast<size_t>(to));
    }
    utext_close(&utext);
  }

  std::string_view text_;
  bool for_query_;
  const std::function<bool(const SearchTerm&)>& take_;
  std::vector<size_t> starts_;
  std::string term_;
  bool going_ = true;
};

// FTS5's side.
int fts_create(void*, const char**, int, Fts5Tokenizer** out) {
  static int stateless;
  *out = reinterpret_cast<Fts5Tokenizer*>(&stateless);
  return SQLITE_OK;
}
void fts_delete(Fts5Tokenizer*) {}
int fts_tokenize(Fts5Tokenizer*, void* context, int flags, const char* text, int n,
                 int (*token)(void*, int, const char*, int, int, int)) {
  int rc = SQLITE_OK;
  const bool for_query = (flags & FTS5_TOKENIZE_QUERY) != 0;
  split_search_terms({text, n > 0 ? static_cast<size_t>(n) : 0}, for_query, [&](const SearchTerm& t) {
    rc = token(context, 0, t.text.data(), static_cast<int>(t.text.size()), static_cast<int>(t.begin),
               static_cast<int>(t.end));
    return rc == SQLITE_OK;
  });
  return rc;
}

size_t count_characters(std::string_view utf8) {
  return static_cast<size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// As an FTS5 string.
std::string in_quotes(std::string_view words) {
  std::string out = "\"";
  for (char c : words) out += c == '"' || c == '\0' ? ' ' : c;
  return out + '"';
}

/// Whether a query for `term` looks for exactly this term.
bool is_one_term(std::string_view term) {
  size_t n = 0;
  bool same = false;
  split_search_terms(term, true, [&](const SearchTerm& t) {
    same = t.text == term;
    return ++n < 2;
  });
  return n == 1 && same;
}

/// One word or phrase as an FTS5 expression; empty when it has no terms.
Result<std::string> expression_of(std::string_view words, bool prefix_last, size_t indexed,
                                  const Completions& complete) {
  size_t last_begin = 0;
  std::string last;
  bool lone_cjk = false;
  split_search_terms(words, true, [&](const SearchTerm& t) {
    last_begin = t.begin;
    last = t.text;
    int32_t i = 0;
    UChar32 c;
    const auto size = static_cast<int32_t>(t.text.size());
    U8_NEXT(u8(t.text), i, size, c);
    lone_cjk = kind_of(c) == Kind::kCjk && i == size;
    return true;
  });
  if (last.empty()) return std::string();
  if (!prefix_last && !lone_cjk) return in_quotes(words);
  if (complete && count_characters(last) > indexed) {
    LEYDEN_ASSIGN(const std::vector<std::string> terms, complete(last));
    if (!terms.empty() && std::ranges::all_of(terms, is_one_term)) {
      std::string out;
      for (const std::string& term : terms)
        out += (out.empty() ? "(" : " OR ") + in_quotes(std::string(words.substr(0, last_begin)) + term);
      return out + ')';
    }
  }
  return in_quotes(words) + '*';
}

}  // namespace

void split_search_terms(std::string_view text, bool for_query,
                        const std::function<bool(const SearchTerm&)>& take) {
  constexpr size_t kMost = size_t{1} << 30;
  Splitter(text.substr(0, kMost), for_query, take).run();
}

Result<std::string> search_expression(std::string_view typed, size_t indexed, const Completions& complete) {
  std::string out;
  while (!typed.empty()) {
    const bool phrase = typed.front() == '"';
    if (phrase) typed.remove_prefix(1);
    const size_t end = typed.find_first_of(phrase ? "\"" : " \t\r\n\"");
    const std::string_view word = typed.substr(0, end);
    typed.remove_prefix(end == std::string_view::npos ? typed.size() : end);
    if (!typed.empty() && (phrase || typed.front() != '"')) typed.remove_prefix(1);
    LEYDEN_ASSIGN(const std::string part, expression_of(word, !phrase && typed.empty(), indexed, complete));
    if (part.empty()) continue;
    if (!out.empty()) out += " AND ";
    out += part;
  }
  return out;
}

Status register_search_tokenizer(Database& db) {
  fts5_api* api = nullptr;
  sqlite3_stmt* q = nullptr;
  int rc = sqlite3_prepare_v2(db.handle(), "SELECT fts5(?1)", -1, &q, nullptr);
  if (rc == SQLITE_OK) {
    sqlite3_bind_pointer(q, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(q);
    sqlite3_finalize(q);
  }
  if (api == nullptr) return unsupported("search: this SQLite has no FTS5");
  fts5_tokenizer tokenizer = {fts_create, fts_delete, fts_tokenize};
  rc = api->xCreateTokenizer(api, "leyden", nullptr, &tokenizer, nullptr);
  return sqlite_error(db.handle(), rc, "search: tokenizer");
}

}  // namespace leyden
