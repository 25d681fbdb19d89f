// SPDX-License-Identifier: Apache-2.0
//   parse -> which elements are furniture, by tag, role and name -> words of each element, without
//   furniture and links -> from <main>, the only <article> or <body> down, while one child has
//   nearly all of them -> that element's text
#include "plugins/web/readable_html.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace leyden::web {

namespace {

constexpr double kNearlyAll = 0.75;
constexpr uint64_t kShortest = 200;  ///< bytes; less than that is no page's text

const char* attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* a = gumbo_get_attribute(&node->v.element.attributes, name);
  return a ? a->value : nullptr;
}

bool is_element(const GumboNode* node) { return node->type == GUMBO_NODE_ELEMENT; }
bool is(const GumboNode* node, GumboTag tag) {
  return is_element(node) && node->v.element.tag == tag;
}

const GumboVector& children_of(const GumboNode* node) {
  return node->type == GUMBO_NODE_DOCUMENT ? node->v.document.children : node->v.element.children;
}

/// Whether a word of a class or id names a part that is no text: "main-nav", "cookieBanner" does
/// not.
bool furniture_name(std::string_view names) {
  constexpr std::array<std::string_view, 22> kWords{
      "nav",        "navbar",  "navigation", "menu",       "sidebar",     "footer",
      "cookie",     "cookies", "consent",    "banner",     "advert",      "ads",
      "share",      "social",  "comments",   "breadcrumb", "breadcrumbs", "related",
      "newsletter", "popup",   "modal",      "pagination"};
  std::string word;
  const auto known = [&] { return std::find(kWords.begin(), kWords.end(), word) != kWords.end(); };
  for (const char c : names) {
    if (c == ' ' || c == '-' || c == '_' || c == '\t' || c == '\n') {
      if (known()) return true;
      word.clear();
    } else {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return known();
}

bool furniture_tag(const GumboNode* node) {
  switch (node->v.element.tag) {
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
      return true;
    case GUMBO_TAG_HEADER:  // an article's header has its title and date
      return !is(node->parent, GUMBO_TAG_ARTICLE) && !is(node->parent, GUMBO_TAG_MAIN);
    default:
      break;
  }
  if (const char* hidden = attribute(node, "aria-hidden");
      hidden && hidden == std::string_view("true"))
    return true;
  if (attribute(node, "hidden")) return true;
  const char* role = attribute(node, "role");
  if (!role) return false;
  const std::string_view r = role;
  return r == "navigation" || r == "banner" || r == "contentinfo" || r == "complementary" ||
         r == "search" || r == "dialog";
}

bool may_be_furniture(const GumboNode* node) {
  switch (node->v.element.tag) {
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_ARTICLE:
      return false;
    default:
      return true;
  }
}

uint64_t solid_bytes(const char* text) {
  uint64_t n = 0;
  for (; *text; ++text) n += *text != ' ' && *text != '\n' && *text != '\t' && *text != '\r';
  return n;
}

using Weights = std::unordered_map<const GumboNode*, uint64_t>;

/// A page with what is known of its elements.
class Page {
 public:
  explicit Page(const GumboNode* document) : document_(document) {
    collect();
    weigh(false);
    for (const GumboNode* node : elements_) {
      if (!is_element(node) || !may_be_furniture(node)) continue;
      const bool named = [&] {
        for (const char* key : {"class", "id"})
          if (const char* value = attribute(node, key); value && furniture_name(value)) return true;
        return false;
      }();
      // "has-sidebar" may be a name of what holds everything.
      if (furniture_tag(node) || (named && words_[node] * 2 < words_[document_]))
        furniture_.insert(node);
    }
    weigh(true);
    choose();
  }

  bool found() const { return chosen_ != nullptr && words_.at(chosen_) >= kShortest; }
  bool left_out(const GumboNode* node) const {
    if (is(node, GUMBO_TAG_HEAD)) return false;
    if (furniture_.contains(node)) return true;
    return path_.contains(node->parent) && node->parent != chosen_ && !path_.contains(node);
  }

 private:
  /// Bytes of text outside of links below each element. Children come after parents in elements_,
  /// so one pass backwards sums them up.
  void weigh(bool without_furniture) {
    words_.clear();
    for (auto it = elements_.rbegin(); it != elements_.rend(); ++it) {
      const GumboNode* node = *it;
      if (node == document_) continue;
      const bool none = is(node, GUMBO_TAG_A) || is(node, GUMBO_TAG_HEAD) ||
                        (without_furniture && furniture_.contains(node));
      const uint64_t words = none ? 0 : words_[node] + own_words(node);
      words_[node] = words;
      words_[node->parent] += words;
    }
  }

  static uint64_t own_words(const GumboNode* node) {
    uint64_t words = 0;
    const GumboVector& children = children_of(node);
    for (unsigned i = 0; i < children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(children.data[i]);
      if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA)
        words += solid_bytes(child->v.text.text);
    }
    return words;
  }

  void collect() {
    elements_.push_back(document_);
    for (size_t i = 0; i < elements_.size(); ++i) {
      const GumboVector& children = children_of(elements_[i]);
      for (unsigned k = 0; k < children.length; ++k) {
        const auto* child = static_cast<const GumboNode*>(children.data[k]);
        if (is_element(child)) elements_.push_back(child);
      }
    }
  }

  void choose() {
    const GumboNode* start = nullptr;
    size_t articles = 0;
    const GumboNode* article = nullptr;
    for (const GumboNode* node : elements_) {
      if (is(node, GUMBO_TAG_BODY) && !start) start = node;
      if (is(node, GUMBO_TAG_ARTICLE) && ++articles == 1) article = node;
    }
    if (!start) return;
    const auto worth = [&](const GumboNode* node) { return words_[node] * 4 >= words_[start]; };
    for (const GumboNode* node : elements_)
      if (is(node, GUMBO_TAG_MAIN) && worth(node)) start = node;
    if (articles == 1 && worth(article)) start = article;
    chosen_ = start;
    for (;;) {
      const GumboNode* best = nullptr;
      const GumboVector& children = children_of(chosen_);
      for (unsigned i = 0; i < children.length; ++i) {
        const auto* child = static_cast<const GumboNode*>(children.data[i]);
        if (is_element(child) && (!best || words_[child] > words_[best])) best = child;
      }
      const bool container = best && best->v.element.tag != GUMBO_TAG_P;
      if (!container ||
          static_cast<double>(words_[best]) < kNearlyAll * static_cast<double>(words_[chosen_]))
        break;
      chosen_ = best;
    }
    for (const GumboNode* node = chosen_; node; node = node->parent) path_.insert(node);
  }

  const GumboNode* document_;
  std::vector<const GumboNode*> elements_;  ///< parents before children
  Weights words_;
  std::unordered_set<const GumboNode*> furniture_, path_;
  const GumboNode* chosen_ = nullptr;
};

}  // namespace

documents::HtmlText readable_html(std::string_view html) {
  documents::HtmlText out;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* tree = gumbo_parse_with_options(&options, html.data(), html.size());
  if (!tree) return out;
  const Page page(tree->document);
  if (page.found()) {
    out = documents::tree_text(tree->document,
                               [&](const GumboNode* node) { return page.left_out(node); });
  } else {
    out = documents::tree_text(tree->document, {});
  }
  gumbo_destroy_output(&options, tree);
  return out;
}

}  // namespace leyden::web
