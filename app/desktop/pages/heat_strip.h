// SPDX-License-Identifier: Apache-2.0
// A narrow band beside the pages that stands for the whole document: warm where the answer looked,
// with a frame around what is in view. A click goes there.
#pragma once

#include <QWidget>

#include "app/desktop/pages/evidence_map.h"

namespace leyden::desktop {

class HeatStrip : public QWidget {
  Q_OBJECT
 public:
  explicit HeatStrip(QWidget* parent = nullptr);

  void setEvidence(const EvidenceMap& evidence);
  void setGlow(const EvidenceMap& glow);
  /// Shares of the document's height.
  void setView(double top, double bottom);
  QSize sizeHint() const override { return {14, 100}; }

 signals:
  void wanted(double share);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();

  EvidenceMap m_evidence, m_glow;
  double m_top = 0, m_bottom = 0;
};

}  // namespace leyden::desktop
