// SPDX-License-Identifier: Apache-2.0
// Finds text in a session, folded parts included, a few milliseconds at a time.
#pragma once

#include <QTimer>
#include <QVector>

#include "app/desktop/controls/finder.h"
#include "app/desktop/transcript/transcript_model.h"

namespace leyden::desktop {

class TranscriptFinder : public Finder {
  Q_OBJECT
 public:
  /// Match `number` (from 0) of a piece.
  struct Match {
    int row = -1, piece = -1, number = -1;
    bool operator==(const Match&) const = default;
  };

  explicit TranscriptFinder(TranscriptModel* model, QObject* parent = nullptr);

  /// Begins anew; the empty query finds nothing. The first match at or below `fromRow` becomes
  /// current.
  void setQuery(const QString& query, int fromRow) override;
  const QString& query() const { return m_query; }
  int total() const override { return m_total; }
  int current() const override { return m_current; }  ///< from 0; -1: none
  bool isSearching() const override { return m_timer.isActive(); }
  Match match() const;
  void next() override { step(1); }
  void previous() override { step(-1); }

 private:
  struct Place {
    int row, piece, count, before;  ///< matches in it, and in all places before
  };
  void searchOn();
  void searchRow(int row);
  void step(int by);
  void chooseFirst();

  TranscriptModel* m_model;
  QTimer m_timer;
  QString m_query;
  QVector<Place> m_places;
  int m_next = 0, m_from = 0, m_total = 0, m_current = -1;
};

}  // namespace leyden::desktop
