// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/html_source.h"

#include <gumbo.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "plugins/documents/encoding.h"

namespace leyden::documents {

namespace {

/// Puts text together: runs of white space become one space, blocks are apart by an empty line.
class TextBuilder {
 public:
  explicit TextBuilder(Flow& flow) : out_(flow.text) {}

  void words(std::string_view text) {
    for (const char c : text) {
      if (preformatted > 0) {
        flush();
        if (c != '\r') out_ += c;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        space_ = true;
      } else {
        flush();
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out_ += c;
      }
    }
  }
  /// A new block begins; `lines` line breaks before it.
  void block(size_t lines) {
    breaks_ = std::max(breaks_, lines);
    space_ = false;
  }
  void line_break() {
    breaks_ = std::max<size_t>(breaks_, 1);
    space_ = false;
  }
  /// Where the next character will stand.
  size_t next_offset() {
    flush();
    return out_.size();
  }
  void raw(std::string_view text) {
    flush();
    out_ += text;
    space_ = false;
  }
  size_t preformatted = 0;

 private:
  void flush() {
    if (breaks_ > 0) {
      while (!out_.empty() && out_.back() == ' ') out_.pop_back();
      size_t have = 0;
      while (have < out_.size() && out_[out_.size() - 1 - have] == '\n') ++have;
      if (!out_.empty() && have < breaks_) out_.append(breaks_ - have, '\n');
      breaks_ = 0;
    } else if (space_ && !out_.empty() && out_.back() != '\n' && out_.back() != '\t') {
      out_ += ' ';
    }
    space_ = false;
  }
  std::string& out_;
  size_t breaks_ = 0;
  bool space_ = false;
};

bool skipped(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_BUTTON:
      return true;
    default:
      return false;
  }
}

/// Line breaks around an element: 0 for what stands within a line.
size_t block_breaks(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HR:
      return 2;
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_BODY:
      return 1;
    default:
      return 0;
  }
}

int heading_level(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_H1:
      return 0;
    case GUMBO_TAG_H2:
      return 1;
    case GUMBO_TAG_H3:
      return 2;
    case GUMBO_TAG_H4:
      return 3;
    case GUMBO_TAG_H5:
      return 4;
    case GUMBO_TAG_H6:
      return 5;
    default:
      return -1;
  }
}

const char* attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* a = gumbo_get_attribute(&node->v.element.attributes, name);
  return a ? a->value : nullptr;
}

/// The tree is walked with a stack of our own: documents may nest deeper than ours would bear.
class Walker {
 public:
  using LeaveOut = std::function<bool(const GumboNode*)>;
  Walker(HtmlText& out, const LeaveOut& leave_out)
      : out_(out), leave_out_(leave_out), build_(out.flow) {}

  void walk(const GumboNode* root) {
    push(root);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      const GumboVector& children = top.node->type == GUMBO_NODE_DOCUMENT
                                        ? top.node->v.document.children
                                        : top.node->v.element.children;
      if (top.next < children.length) {
        const auto* child = static_cast<const GumboNode*>(children.data[top.next++]);
        visit(child);
      } else {
        const Frame done = top;
        stack_.pop_back();
        if (done.node->type == GUMBO_NODE_ELEMENT) leave(done);
      }
    }
  }

 private:
  struct Frame {
    const GumboNode* node;
    unsigned next = 0;
    size_t begin = 0;
  };

  void push(const GumboNode* node) { stack_.push_back({node, 0, out_.flow.text.size()}); }

  void visit(const GumboNode* node) {
    switch (node->type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        build_.words(node->v.text.text);
        return;
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE:
        break;
      default:
        return;
    }
    const GumboTag tag = node->v.element.tag;
    if (skipped(tag) || attribute(node, "hidden") || (leave_out_ && leave_out_(node))) {
      if (tag == GUMBO_TAG_HEAD) read_head(node);
      return;
    }
    if (tag == GUMBO_TAG_BR) return build_.line_break();
    if (tag == GUMBO_TAG_IMG) {
      if (const char* text = attribute(node, "alt"); text && *text) {
        build_.words(" [");
        build_.words(text);
        build_.words("] ");
      }
      return;
    }
    enter(node, tag);
  }

  void enter(const GumboNode* node, GumboTag tag) {
    if (const size_t lines = block_breaks(tag); lines > 0) build_.block(lines);
    if (tag == GUMBO_TAG_LI) build_.raw(list_mark(node));
    if ((tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) && node->index_within_parent > 0 &&
        row_has_cell_) {
      build_.raw("\t");
    }
    if (tag == GUMBO_TAG_TR) row_has_cell_ = false;
    push(node);
    if (heading_level(tag) >= 0) stack_.back().begin = build_.next_offset();
    if (tag == GUMBO_TAG_PRE) ++build_.preformatted;
  }

  void leave(const Frame& frame) {
    const GumboTag tag = frame.node->v.element.tag;
    if (tag == GUMBO_TAG_PRE) --build_.preformatted;
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) row_has_cell_ = true;
    if (const int level = heading_level(tag); level >= 0) {
      std::string title = out_.flow.text.substr(std::min(frame.begin, out_.flow.text.size()));
      std::replace(title.begin(), title.end(), '\n', ' ');
      if (title.find_first_not_of(' ') != std::string::npos) {
        out_.flow.headings.push_back({frame.begin, static_cast<uint32_t>(level), std::move(title)});
      }
    }
    if (const size_t lines = block_breaks(tag); lines > 0) build_.block(lines);
  }

  static std::string list_mark(const GumboNode* node) {
    const GumboNode* parent = node->parent;
    if (!parent || parent->type != GUMBO_NODE_ELEMENT || parent->v.element.tag != GUMBO_TAG_OL)
      return "- ";
    size_t number = 1;
    for (unsigned i = 0; i < node->index_within_parent && i < 10'000; ++i) {
      const auto* other = static_cast<const GumboNode*>(parent->v.element.children.data[i]);
      if (other->type == GUMBO_NODE_ELEMENT && other->v.element.tag == GUMBO_TAG_LI) ++number;
    }
    return std::to_string(number) + ". ";
  }

  void read_head(const GumboNode* head) {
    const GumboVector& children = head->v.element.children;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(children.data[i]);
      if (child->type != GUMBO_NODE_ELEMENT) continue;
      if (child->v.element.tag == GUMBO_TAG_TITLE && child->v.element.children.length > 0 &&
          out_.title.empty()) {
        const auto* text = static_cast<const GumboNode*>(child->v.element.children.data[0]);
        if (text->type == GUMBO_NODE_TEXT || text->type == GUMBO_NODE_WHITESPACE) {
          Flow flow;
          TextBuilder(flow).words(text->v.text.text);
          out_.title = flow.text;
        }
      } else if (child->v.element.tag == GUMBO_TAG_META) {
        const char* name = attribute(child, "name");
        const char* content = attribute(child, "content");
        if (name && content && std::strcmp(name, "author") == 0) out_.author = content;
      }
    }
  }

  HtmlText& out_;
  const LeaveOut& leave_out_;
  TextBuilder build_;
  std::vector<Frame> stack_;
  bool row_has_cell_ = false;
};

}  // namespace

HtmlText tree_text(const GumboInternalNode* document,
                   const std::function<bool(const GumboInternalNode*)>& leave_out) {
  HtmlText out;
  Walker(out, leave_out).walk(document);
  return out;
}

HtmlText html_text(std::string_view html) {
  HtmlText out;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* tree = gumbo_parse_with_options(&options, html.data(), html.size());
  if (!tree) return out;
  out = tree_text(tree->document, {});
  gumbo_destroy_output(&options, tree);
  return out;
}

Result<std::unique_ptr<Source>> open_html(std::string_view bytes) {
  LEYDEN_ASSIGN(const Decoded decoded, decode_text(bytes, declared_encoding(bytes)));
  HtmlText html = html_text(decoded.text);
  const std::string first =
      html.flow.headings.empty() ? std::string() : html.flow.headings.front().title;
  auto source = std::make_unique<FlowSource>(std::move(html.flow));
  source->format = "html";
  source->title = html.title.empty() ? first : html.title;
  source->author = html.author;
  if (decoded.guessed)
    source->notices.push_back("The encoding was guessed: " + decoded.encoding + ".");
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace leyden::documents
