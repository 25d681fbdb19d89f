// SPDX-License-Identifier: Apache-2.0
// What may be written: a grammar over bytes and control tokens, made of nodes.
//
// A symbol is a byte (0..255), or kControl + i for the i-th control token, which no spelling of
// bytes can replace. JSON nodes write what Python's json.dumps would: no white space but one
// optional space behind ',' and ':'.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

using Symbol = uint16_t;
inline constexpr Symbol kControl = 256;
/// Lengths and counts without a limit.
inline constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

using NodeId = uint32_t;

struct GrammarNode {
  enum class Kind : uint8_t {
    kLiteral,   ///< symbols
    kSequence,  ///< children, one after the other
    kChoice,    ///< any one of children
    kRepeat,    ///< children[0] once or more; children[1], if there, stands between
    kString,    ///< a JSON string of min..max characters
    kRawText,   ///< UTF-8 of min..max characters without the bytes `symbols` in a row
    kNumber,    ///< a JSON number; `integer` with bounds
    kObject,    ///< properties in any order, each once
    kArray,     ///< min..max times children[0]
    kSpaced,    ///< children[0] behind an optional space
    kOtherKey,  ///< the JSON string of a key that is none of object children[0]'s; no escapes
  };
  struct Property {
    std::string name;
    NodeId entry = 0;  ///< "name": value
    bool required = false;
  };
  Kind kind = Kind::kLiteral;
  std::vector<Symbol> symbols;
  std::vector<NodeId> children;
  uint64_t min = 0, max = kUnlimited;
  bool integer = false, bounded = false, one_line = false;
  int64_t low = 0, high = 0;         ///< of a bounded integer
  std::vector<Property> properties;  ///< at most 64
  int64_t other_entry = -1;          ///< of properties with any other name; -1: there are none
  uint64_t least = kUnlimited;       ///< fewest symbols that complete it; kUnlimited: none do
};

/// Build it bottom up, then finish(); immutable afterwards.
class Grammar {
 public:
  NodeId add(GrammarNode node);
  NodeId literal(std::string_view bytes);
  NodeId literal(std::vector<Symbol> symbols);
  NodeId sequence(std::vector<NodeId> parts);
  NodeId choice(std::vector<NodeId> options);
  NodeId spaced(NodeId value);
  /// `object` may have further properties, of any other name.
  void allow_others(NodeId object, NodeId value);
  /// Any JSON value; the same node each time.
  NodeId any_json();
  /// An object of any properties.
  NodeId any_object();
  /// The symbol of a control token; the same for the same id.
  Symbol control(int32_t token_id);

  GrammarNode& at(NodeId id) { return nodes_[id]; }
  const GrammarNode& at(NodeId id) const { return nodes_[id]; }
  /// Token ids of the control symbols, in order.
  const std::vector<int32_t>& controls() const { return controls_; }
  NodeId root() const { return root_; }

  /// Sets the root and computes `least` everywhere. False when nothing can satisfy the root.
  bool finish(NodeId root);

 private:
  uint64_t least_of(const GrammarNode& node) const;

  std::vector<GrammarNode> nodes_;
  std::vector<int32_t> controls_;
  int64_t any_ = -1, any_object_ = -1;
  NodeId root_ = 0;
};

/// a + b and a * b that stay at kUnlimited.
uint64_t add_counts(uint64_t a, uint64_t b);
uint64_t multiply_counts(uint64_t a, uint64_t b);

}  // namespace leyden
