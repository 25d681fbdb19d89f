// SPDX-License-Identifier: Apache-2.0
// The narrow column of places on the left edge; places below a gap sit at the bottom.
#pragma once

#include <QVector>
#include <QWidget>

class QButtonGroup;
class QToolButton;
class QVBoxLayout;

namespace leyden::desktop {

class Rail : public QWidget {
  Q_OBJECT
 public:
  explicit Rail(QWidget* parent = nullptr);
  /// @returns its number, from 0
  int addPlace(const QString& iconName, const QString& objectName);
  void addGap();
  /// A button that is no place.
  QToolButton* addButton(const QString& iconName, const QString& objectName);
  void setCurrent(int place);
  /// Name and shortcut, shown as a tooltip and read aloud.
  void setTexts(int place, const QString& name, const QString& shortcut);

 signals:
  void chosen(int place);

 private:
  QToolButton* make(const QString& iconName, const QString& objectName);

  QVBoxLayout* m_layout;
  QButtonGroup* m_places;
};

}  // namespace leyden::desktop
