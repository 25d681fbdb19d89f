// SPDX-License-Identifier: Apache-2.0
// Puts widgets beside one another and begins a new row where the width ends.
#pragma once

#include <QLayout>
#include <QVector>

namespace leyden::desktop {

class FlowLayout : public QLayout {
 public:
  FlowLayout(QWidget* parent, int gap);
  ~FlowLayout() override;

  void addItem(QLayoutItem* item) override { m_items.append(item); }
  int count() const override { return int(m_items.size()); }
  QLayoutItem* itemAt(int index) const override { return m_items.value(index); }
  QLayoutItem* takeAt(int index) override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override { return arrange({0, 0, width, 0}, false); }
  QSize sizeHint() const override { return minimumSize(); }
  QSize minimumSize() const override;
  void setGeometry(const QRect& rect) override;

 private:
  int arrange(const QRect& rect, bool apply) const;

  QVector<QLayoutItem*> m_items;
  int m_gap;
};

}  // namespace leyden::desktop
