// SPDX-License-Identifier: Apache-2.0
// Heights of a long column of rows: where a row begins and which row lies at a height, both in
// O(log n), while single heights change all the time. A Fenwick tree over the heights.
#pragma once

#include <QVector>

namespace leyden::desktop {

class HeightIndex {
 public:
  int count() const { return int(m_heights.size()); }
  qint64 total() const { return top(count()); }
  int height(int row) const { return m_heights[row]; }

  void reset(const QVector<int>& heights);
  void set(int row, int height);
  void append(int height);
  void truncate(int rows);

  /// Sum of the heights of rows before `row`; `row` may be count().
  qint64 top(int row) const;
  /// The row that covers `y`; the nearest one outside of [0, total). -1 when there are no rows.
  int rowAt(qint64 y) const;

 private:
  QVector<int> m_heights;
  QVector<qint64> m_tree;  ///< m_tree[i - 1] sums the lowbit(i) heights that end with row i - 1
};

}  // namespace leyden::desktop
