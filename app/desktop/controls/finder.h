// SPDX-License-Identifier: Apache-2.0
// What a FindBar talks to: something that finds a text in many places, one of which is current.
#pragma once

#include <QObject>
#include <QString>

namespace leyden::desktop {

class Finder : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// Begins anew; the empty query finds nothing. The first match at or behind `from` becomes
  /// current.
  virtual void setQuery(const QString& query, int from) = 0;
  virtual int total() const = 0;
  virtual int current() const = 0;  ///< from 0; -1: none
  virtual bool isSearching() const = 0;
  virtual void next() = 0;
  virtual void previous() = 0;

 signals:
  void countChanged();
  void currentChanged();
};

}  // namespace leyden::desktop
