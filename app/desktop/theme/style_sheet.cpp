// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/theme/style_sheet.h"

#include <QHash>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

// @name stands for a token. Widgets opt in by a dynamic property: role = "rail" | "pane" | "header"
// | "card" | "primary" | "quiet" | "muted" | "title" | "danger".
constexpr auto kSheet = R"(
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 8px; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QWidget[role="rail"], QWidget[role="side"] { background: @window; }
QWidget[role="pane"] { background: @surface; }
QWidget[role="rail"] { border-right: 1px solid @line; }
QWidget[role="header"] { background: transparent; border-bottom: 1px solid @line; }
QFrame[role="card"] { background: @raised; border: 1px solid @line; border-radius: 8px; }
QFrame[role="notice"] { background: @accentSoft; border: none; border-radius: 8px; }
QDialog#commandPalette { border: 1px solid @line; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="danger"] { color: @danger; }
QLabel[role="good"] { color: @good; }

QToolButton { border: none; border-radius: 6px; padding: 6px; background: transparent; }
QToolButton:hover, QToolButton:open { background: @hover; }
QToolButton:pressed { background: @line; }
QToolButton:checked { background: @accentSoft; }
QToolButton:focus { outline: none; border: 2px solid @accent; padding: 4px; }
QToolButton::menu-indicator { image: none; }

QPushButton { border: 1px solid @line; border-radius: 6px; padding: 6px 16px; icon-size: 18px; background: @raised; color: @text; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @line; }
QPushButton:disabled { color: @faint; background: transparent; }
QPushButton:focus { border: 2px solid @accent; padding: 5px 15px; outline: none; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; }
QPushButton[role="primary"]:disabled { background: @line; color: @faint; border-color: @line; }
QPushButton[role="primary"]:focus { border: 2px solid @text; }
QPushButton[role="quiet"] { border-color: transparent; background: transparent; color: @accent; padding: 6px 8px; }
QPushButton[role="quiet"]:hover { background: @hover; }
QPushButton[role="quiet"]:focus { border: 2px solid @accent; padding: 5px 7px; }
QPushButton[role="danger"] { color: @danger; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {
  border: 1px solid @line; border-radius: 6px; padding: 5px 8px; background: @raised; color: @text;
  selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid @accent; padding: 4px 7px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @line; border-radius: 0; padding: 4px; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 6px; border-radius: 4px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(:/icons/@arrow); width: 12px; height: 12px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 24px; border: none; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; padding-top: 4px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; padding-bottom: 4px; }
QAbstractSpinBox::up-arrow { image: url(:/icons/@upArrow); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(:/icons/@arrow); width: 10px; height: 10px; }
QPlainTextEdit#logText, QPlainTextEdit#sessionInstructions { border: 1px solid @line; border-radius: 8px; padding: 8px; background: @raised; }

QListView, QTreeView, QTableView { border: none; background: transparent; outline: none; }
QListView::item, QTreeView::item { border-radius: 6px; }
QListView::item:hover, QTreeView::item:hover { background: @hover; }
QListView::item:selected, QTreeView::item:selected { background: @accentSoft; color: @text; }
QCheckBox::indicator, QListView::indicator, QTableView::indicator {
  width: 14px; height: 14px; border: 1px solid @faint; border-radius: 4px; background: @raised; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTableView::indicator:checked {
  border-color: @accent; background: @accent; image: url(:/icons/@tick); }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @faint; border-radius: 8px; background: @raised; }
QRadioButton::indicator:checked { border: 4px solid @accent; width: 8px; height: 8px; background: @onAccent; }
QRadioButton:disabled { color: @faint; }
QCheckBox:focus, QRadioButton:focus { color: @accent; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: @muted; border: none; border-bottom: 1px solid @line; padding: 6px 3px; }
QTableView[role="list"]::item { padding: 0 8px; border: none; }
QTableView[role="list"]::item:hover { background: @hover; }
QTableView[role="list"]::item:selected { background: @accentSoft; color: @text; }
QTableView QComboBox { margin: 3px 8px; }

QProgressBar { border: none; border-radius: 3px; background: @line; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QStatusBar { background: @window; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QMenu { background: @raised; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QTabBar::tab { padding: 8px 12px; border: none; border-bottom: 2px solid transparent; color: @muted; background: transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:hover { color: @text; }
QTabBar::close-button { image: url(:/icons/@close); subcontrol-position: right; width: 14px; height: 14px; border-radius: 4px; }
QTabBar::close-button:hover { background: @line; }
QTabWidget::pane { border: none; }

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 12px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 12px; background: transparent; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

}  // namespace

QString styleSheet(const Tokens& t) {
  const QVector<std::pair<const char*, QString>> names{
      {"@accentSoft", t.accentSoft.name()},
      {"@accent", t.accent.name()},
      {"@onAccent", t.onAccent.name()},
      {"@window", t.window.name()},
      {"@surface", t.surface.name()},
      {"@raised", t.raised.name()},
      {"@hover", t.hover.name()},
      {"@line", t.line.name()},
      {"@text", t.text.name()},
      {"@muted", t.muted.name()},
      {"@faint", t.faint.name()},
      {"@danger", t.danger.name()},
      {"@good", t.good.name()},
      {"@scroll", t.dark ? "#4b4e52" : "#cfcac0"},
      {"@upArrow", t.dark ? "up-dark.svg" : "up-light.svg"},
      {"@close", t.dark ? "close-dark.svg" : "close-light.svg"},
      {"@tick", t.dark ? "tick-dark.svg" : "tick-light.svg"},
      {"@arrow", t.dark ? "arrow-dark.svg" : "arrow-light.svg"}};
  QString sheet = QString::fromLatin1(kSheet);
  for (const auto& [name, value] : names) sheet.replace(QLatin1String(name), value);
  return sheet;
}

}  // namespace leyden::desktop
