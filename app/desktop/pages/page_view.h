// SPDX-License-Identifier: Apache-2.0
// The open documents as tabs, each a PagePane, joined to the engine.
//
// Plug points for the main window (app/desktop/shell/reading_room.h), all on the GUI thread:
//   openDocument()      shows a document of the jar in a tab (its own if it is open already).
//   setEvidence()       passages of all documents the answer used: heat strip and page tint.
//   setGlow()           passages under the pointer in the transcript; empty: none.
//   showSource()        opens the document, goes to the passage and marks it; a passage that cannot
//                       be located exactly is said to be so, never marked at a guess.
//   placeOf()           "p. 12" of a passage of an open document, else empty.
//   viewState(), restoreViewState()   open tabs, page, zoom: small JSON, opaque to others.
// What it tells the window: askRequested() for "ask about selection", placesChanged() when
// placeOf() knows more than before.
#pragma once

#include <QHash>
#include <QJsonObject>
#include <QPointer>
#include <QStackedWidget>

#include "app/desktop/engine/message_values.h"

class QTabBar;

namespace leyden::desktop {

class DocumentOpener;
class EmptyState;
class EngineClient;
class PagePane;

class PageView : public QWidget {
  Q_OBJECT
 public:
  explicit PageView(EngineClient* client, QWidget* parent = nullptr);
  ~PageView() override;

  void openDocument(qint64 document);
  /// Shows a file that is being read into the library, until endPreview(). Formats without pages
  /// are not shown.
  void preview(const QString& path);
  /// The preview of a file is over; `document`: what it became, shown in its place, or 0.
  void endPreview(const QString& path, qint64 document);
  void closeAll();
  void showSource(const EvidencePassage& source);
  void setEvidence(const QVector<EvidencePassage>& evidence);
  void setGlow(const QVector<EvidencePassage>& sources);
  QString placeOf(const EvidencePassage& source) const;
  QJsonObject viewState() const;
  void restoreViewState(const QJsonObject& state);
  void showFind();
  PagePane* currentPane() const;

 signals:
  void askRequested(const QString& quote, const QString& source);
  void openFilesRequested();  ///< the button of the empty state
  void filesDropped(const QStringList& paths);
  void placesChanged();

 protected:
  void changeEvent(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  PagePane* paneOf(qint64 document) const;
  PagePane* open(qint64 document);
  PagePane* addPane(qint64 document, const QString& title);
  void close(int index);
  void showTabs();
  void retranslate();

  EngineClient* m_client;
  QTabBar* m_tabs;
  QStackedWidget* m_stack;
  EmptyState* m_empty;
  QVector<PagePane*> m_panes;  ///< in the order of the tabs
  QHash<QString, QPointer<PagePane>> m_previews;  ///< by path; they are among the panes
  DocumentOpener* m_opener;
  QVector<EvidencePassage> m_evidence;
  QHash<qint64, EvidencePassage> m_wanted;  ///< to be shown once the document is there
  QHash<qint64, QJsonObject> m_wantedState;
};

}  // namespace leyden::desktop
