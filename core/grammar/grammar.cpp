// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/grammar.h"

#include <algorithm>

#include "core/grammar/number_state.h"

namespace leyden {

uint64_t add_counts(uint64_t a, uint64_t b) { return a > kUnlimited - b ? kUnlimited : a + b; }
uint64_t multiply_counts(uint64_t a, uint64_t b) {
  return a != 0 && b > kUnlimited / a ? kUnlimited : a * b;
}

NodeId Grammar::add(GrammarNode node) {
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Grammar::literal(std::vector<Symbol> symbols) {
  GrammarNode node;
  node.symbols = std::move(symbols);
  return add(std::move(node));
}

NodeId Grammar::literal(std::string_view bytes) {
  std::vector<Symbol> symbols;
  for (const char c : bytes) symbols.push_back(static_cast<unsigned char>(c));
  return literal(std::move(symbols));
}

NodeId Grammar::sequence(std::vector<NodeId> parts) {
  GrammarNode node;
  node.kind = GrammarNode::Kind::kSequence;
  node.children = std::move(parts);
  return add(std::move(node));
}

NodeId Grammar::choice(std::vector<NodeId> options) {
  GrammarNode node;
  node.kind = GrammarNode::Kind::kChoice;
  node.children = std::move(options);
  return add(std::move(node));
}

NodeId Grammar::spaced(NodeId value) {
  GrammarNode node;
  node.kind = GrammarNode::Kind::kSpaced;
  node.children = {value};
  return add(std::move(node));
}

NodeId Grammar::any_object() {
  if (any_object_ >= 0) return static_cast<NodeId>(any_object_);
  GrammarNode object;
  object.kind = GrammarNode::Kind::kObject;
  const NodeId id = add(std::move(object));
  any_object_ = id;
  allow_others(id, any_json());
  return id;
}

void Grammar::allow_others(NodeId object, NodeId value) {
  GrammarNode key;
  key.kind = GrammarNode::Kind::kOtherKey;
  key.children = {object};
  const NodeId key_id = add(std::move(key));
  nodes_[object].other_entry = sequence({key_id, spaced(value)});
}

NodeId Grammar::any_json() {
  if (any_ >= 0) return static_cast<NodeId>(any_);
  const NodeId id = choice({});
  any_ = id;
  GrammarNode string, number, array;
  string.kind = GrammarNode::Kind::kString;
  number.kind = GrammarNode::Kind::kNumber;
  array.kind = GrammarNode::Kind::kArray;
  array.children = {id};
  const NodeId object = any_object();
  std::vector<NodeId> options{add(std::move(string)), add(std::move(number)), object,
                              add(std::move(array)),  literal("true"),        literal("false"),
                              literal("null")};
  nodes_[id].children = std::move(options);
  return id;
}

Symbol Grammar::control(int32_t token_id) {
  const auto found = std::find(controls_.begin(), controls_.end(), token_id);
  const auto index = static_cast<size_t>(found - controls_.begin());
  if (found == controls_.end()) controls_.push_back(token_id);
  return static_cast<Symbol>(kControl + index);
}

uint64_t Grammar::least_of(const GrammarNode& n) const {
  using Kind = GrammarNode::Kind;
  uint64_t sum = 0;
  switch (n.kind) {
    case Kind::kLiteral:
      return n.symbols.size();
    case Kind::kSequence:
      for (NodeId child : n.children) sum = add_counts(sum, at(child).least);
      return sum;
    case Kind::kChoice: {
      uint64_t least = kUnlimited;
      for (NodeId child : n.children) least = std::min(least, at(child).least);
      return least;
    }
    case Kind::kRepeat:
    case Kind::kSpaced:
      return at(n.children[0]).least;
    case Kind::kString:
      return add_counts(n.min, 2);
    case Kind::kRawText:
      return n.min;
    case Kind::kNumber:
      return NumberState::start().least(n);
    case Kind::kOtherKey:
      return 4;  // two quotes, a colon, and a character that makes it another name
    case Kind::kArray: {
      const uint64_t item = add_counts(at(n.children[0]).least, 1);  // with its comma
      return n.min == 0 ? 2 : add_counts(multiply_counts(n.min, item), 1);
    }
    case Kind::kObject: {
      uint64_t required = 0;
      for (const GrammarNode::Property& p : n.properties) {
        if (!p.required) continue;
        ++required;
        sum = add_counts(sum, at(p.entry).least);
      }
      return add_counts(sum, required == 0 ? 2 : required - 1 + 2);
    }
  }
  return kUnlimited;
}

bool Grammar::finish(NodeId root) {
  root_ = root;
  // Values only fall, and each pass settles at least one more level of nesting.
  for (bool changed = true; changed;) {
    changed = false;
    for (GrammarNode& node : nodes_) {
      const uint64_t least = least_of(node);
      changed |= least < node.least;
      node.least = std::min(node.least, least);
    }
  }
  return nodes_[root].least != kUnlimited;
}

}  // namespace leyden
