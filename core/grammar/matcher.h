// SPDX-License-Identifier: Apache-2.0
// Follows a grammar symbol by symbol. Behind it is a set of stacks (all ways the text so far can be
// read), turned into numbered states as they are met, so that a step met before is one table
// look-up.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/grammar/grammar.h"

namespace leyden {

/// Threads: one at a time. Memory: about 1 KB for each state met.
class Matcher {
 public:
  static constexpr int32_t kDead = -1;

  explicit Matcher(std::shared_ptr<const Grammar> grammar);

  int32_t start() const { return 0; }
  /// The state after one more symbol; kDead where it may not stand.
  int32_t next(int32_t state, Symbol symbol);
  /// Whether the text may end here.
  bool accepting(int32_t state) const { return states_[static_cast<size_t>(state)].accepting; }
  /// Fewest symbols to an end.
  uint64_t least(int32_t state) const { return states_[static_cast<size_t>(state)].least; }
  size_t n_states() const { return states_.size(); }
  const Grammar& grammar() const { return *grammar_; }

 private:
  /// One node of a stack: how far a grammar node has come, and what waits below it.
  struct Frame {
    NodeId node = 0;
    uint32_t state = 0;
    uint64_t data = 0;
    const Frame* below = nullptr;
    uint64_t least = 0;  ///< symbols to the end of the whole stack
  };
  struct FrameHash {
    size_t operator()(const Frame* f) const;
  };
  struct FrameEqual {
    bool operator()(const Frame* a, const Frame* b) const;
  };
  struct State {
    std::vector<const Frame*> stacks;  ///< sorted; all their tops take symbols
    bool accepting = false;
    uint64_t least = kUnlimited;
    std::array<int32_t, 256> after_byte;
    std::map<Symbol, int32_t> after_control;
  };
  static constexpr int32_t kUnknown = -2;

  const Frame* frame(NodeId node, uint32_t state, uint64_t data, const Frame* below);
  uint64_t frame_least(const Frame& f) const;
  uint64_t object_least(const GrammarNode& node, uint32_t state, uint64_t seen) const;
  uint64_t array_least(const GrammarNode& node, uint32_t state, uint64_t count) const;

  // All of these add to open_, the state that is being made.
  void push(NodeId node, const Frame* below);
  void sequence(NodeId node, uint32_t index, const Frame* below);
  void resume(const Frame* below);
  void add(const Frame* f) { open_.push_back(f); }
  void add_keys(NodeId object, uint64_t seen, const Frame* below);
  void add_item(NodeId array, uint64_t count, const Frame* below);
  void step(const Frame& f, Symbol symbol);
  void step_string(const Frame& f, const GrammarNode& node, uint8_t byte);
  void step_raw(const Frame& f, const GrammarNode& node, uint8_t byte);
  void step_object(const Frame& f, const GrammarNode& node, uint8_t byte);
  void step_array(const Frame& f, const GrammarNode& node, uint8_t byte);
  void step_other_key(const Frame& f, const GrammarNode& node, uint8_t byte);
  int32_t close_state();

  std::shared_ptr<const Grammar> grammar_;
  std::deque<Frame> frames_;
  std::unordered_map<const Frame*, const Frame*, FrameHash, FrameEqual> known_frames_;
  std::deque<State> states_;
  std::map<std::vector<const Frame*>, int32_t> known_states_;
  std::vector<const Frame*> open_;
  bool open_accepts_ = false;
  std::vector<std::pair<NodeId, const Frame*>> open_choices_;
};

}  // namespace leyden
