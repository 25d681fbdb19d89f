// SPDX-License-Identifier: Apache-2.0
// Which expanded keys a thread still has from the rows of attention before.
#pragma once

#include "kernels/cpu_ops.h"

namespace leyden {
namespace {

inline int64_t key_of(const MqaBlock& b, int64_t i) { return b.keys == nullptr ? i : b.keys[i]; }

// Where expanded keys lie: `capacity` slots that outlive a row. A key is looked for where its low
// bits point; two keys that meet there only cost another expansion.
class KeySlots {
 public:
  static int64_t bytes(int64_t capacity) { return 4 * (3 * capacity + kTable); }

  KeySlots(std::byte* memory, MqaKept* kept)
      : slot_(reinterpret_cast<int32_t*>(memory)),
        key_in_(slot_ + kept->capacity),
        used_by_(key_in_ + kept->capacity),
        table_(used_by_ + kept->capacity),
        kept_(kept) {}

  /// Slots of the block's keys, to be read with slot() and is_new() until the next row.
  void assign(const MqaBlock& b) {
    if (kept_->lone_row) {
      for (int64_t i = 0; i < b.n_keys; ++i) slot_[i] = ~static_cast<int32_t>(i);
      return;
    }
    if (kept_->rows == 0 || kept_->pages != b.pages) forget(b.pages);
    const int32_t row = static_cast<int32_t>(++kept_->rows);
    for (int64_t i = 0; i < b.n_keys; ++i) {
      const int32_t key = static_cast<int32_t>(key_of(b, i)), at = table_[key % kTable];
      const bool here = key_in_[at] == key;
      slot_[i] = here ? at : -1;
      used_by_[at] = here ? row : used_by_[at];
    }
    int32_t next = 0;
    for (int64_t i = 0; i < b.n_keys; ++i) {
      if (slot_[i] >= 0) continue;
      while (used_by_[next] == row) ++next;
      const int32_t key = static_cast<int32_t>(key_of(b, i));
      used_by_[next] = row;
      key_in_[next] = key;
      table_[key % kTable] = next;
      slot_[i] = ~next;
    }
  }
  int64_t slot(int64_t i) const { return slot_[i] < 0 ? ~slot_[i] : slot_[i]; }
  bool is_new(int64_t i) const { return slot_[i] < 0; }

 private:
  static constexpr int64_t kTable = 4096;

  void forget(const std::byte* const* pages) {
    kept_->rows = 0;
    kept_->pages = pages;
    for (int64_t i = 0; i < kept_->capacity; ++i) key_in_[i] = -1, used_by_[i] = 0;
    for (int64_t i = 0; i < kTable; ++i) table_[i] = 0;
  }

  int32_t* slot_;     // of the row's keys; ~slot where the key has to be expanded first
  int32_t* key_in_;   // of each slot
  int32_t* used_by_;  // of each slot: the last row
  int32_t* table_;    // of low bits of keys: a slot
  MqaKept* kept_;
};

}  // namespace
}  // namespace leyden
