// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/height_index.h"

#include <algorithm>

namespace leyden::desktop {

void HeightIndex::reset(const QVector<int>& heights) {
  m_heights = heights;
  m_tree = QVector<qint64>(heights.begin(), heights.end());
  for (qsizetype i = 1; i <= m_tree.size(); ++i) {
    const qsizetype above = i + (i & -i);
    if (above <= m_tree.size()) m_tree[above - 1] += m_tree[i - 1];
  }
}

void HeightIndex::set(int row, int height) {
  const qint64 delta = height - m_heights[row];
  if (delta == 0) return;
  m_heights[row] = height;
  for (qsizetype i = row + 1; i <= m_tree.size(); i += i & -i) m_tree[i - 1] += delta;
}

void HeightIndex::append(int height) {
  const qsizetype i = m_heights.size() + 1;
  const qint64 below = top(int(i) - 1) - top(int(i - (i & -i)));
  m_heights.append(height);
  m_tree.append(below + height);
}

void HeightIndex::truncate(int rows) {
  // A prefix of a Fenwick tree is the tree of the prefix.
  m_heights.resize(rows);
  m_tree.resize(rows);
}

qint64 HeightIndex::top(int row) const {
  qint64 sum = 0;
  for (int i = row; i > 0; i -= i & -i) sum += m_tree[i - 1];
  return sum;
}

int HeightIndex::rowAt(qint64 y) const {
  if (m_heights.isEmpty()) return -1;
  int row = 0;
  int step = 1;
  while (step * 2 <= count()) step *= 2;
  for (; step > 0; step /= 2) {
    if (row + step <= count() && m_tree[row + step - 1] <= y) {
      row += step;
      y -= m_tree[row - 1];
    }
  }
  return std::min(row, count() - 1);
}

}  // namespace leyden::desktop
