// SPDX-License-Identifier: Apache-2.0
// One document: pages in the middle, outline and thumbnails beside them, the heat strip at the
// edge, tools above. Knows nothing of the engine; whoever owns it hands in a PageSource and the
// evidence.
#pragma once

#include <QJsonObject>
#include <QWidget>
#include <memory>

#include "app/desktop/pages/page_canvas.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QToolButton;

namespace leyden::desktop {

class FindBar;
class HeatStrip;
class PageSide;

class PagePane : public QWidget {
  Q_OBJECT
 public:
  explicit PagePane(QWidget* parent = nullptr);
  ~PagePane() override;

  /// @param document  id of the jar, by which evidence names it
  void setSource(std::shared_ptr<PageSource> source, qint64 document);
  qint64 document() const { return m_document; }
  PageSource* source() const;
  PageCanvas* canvas() const { return m_canvas; }

  void setEvidence(const QVector<EvidencePassage>& evidence);
  void setGlow(const QVector<EvidencePassage>& passages);
  /// Goes to the passage. Marks the quotation where it stands exactly as the source says; where the
  /// text differs it is looked for on its page and the ones beside it; where it is not found
  /// nothing is marked, and a notice says so.
  void showSource(const EvidencePassage& source);
  /// The document could not be opened; says why.
  void showFailure(const QString& why) { showNotice(why); }
  void goToPage(int page);
  /// "p. 12" of a passage of this document; empty: not on a page.
  QString placeOf(const EvidencePassage& source) const;

  void showFind();
  void back() { step(-1); }
  void forward() { step(1); }
  void nextEvidence(bool forward);
  void setSideShown(bool shown);
  QJsonObject viewState() const;
  void restoreViewState(const QJsonObject& state);

 signals:
  void askRequested(const QString& quote, const QString& place);
  void sideToggled(bool shown);

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Wanted {
    EvidencePassage source;
    QVector<int> pages;  ///< still to be looked at
  };
  void retranslate();
  void showNumbers();
  void showSelectionTools();
  void showMenu(const QPoint& position);
  void showNotice(const QString& text);
  void locate();
  void jump(int page, const Span& units);
  void step(int by);
  void ask();

  std::unique_ptr<PageLoader> m_loader;
  std::unique_ptr<PageFinder> m_finder;
  qint64 m_document = 0;
  QVector<EvidencePassage> m_evidencePassages;
  EvidenceMap m_evidence;

  QToolButton* m_sideButton;
  QToolButton* m_back;
  QToolButton* m_forward;
  QLineEdit* m_page;
  QLabel* m_pages;
  QToolButton* m_zoomOut;
  QLabel* m_zoom;
  QToolButton* m_zoomIn;
  QToolButton* m_fitWidth;
  QToolButton* m_fitPage;
  QToolButton* m_previousEvidence;
  QToolButton* m_nextEvidence;
  QToolButton* m_findButton;
  FindBar* m_find;
  QLabel* m_notice;
  QSplitter* m_splitter;
  PageSide* m_side;
  PageCanvas* m_canvas;
  HeatStrip* m_strip;
  QWidget* m_selectionTools;
  QPushButton* m_askButton;
  QPushButton* m_copyButton;

  QVector<int> m_trail;  ///< pages one may go back to
  int m_at = -1;
  std::unique_ptr<Wanted> m_wanted;
};

}  // namespace leyden::desktop
