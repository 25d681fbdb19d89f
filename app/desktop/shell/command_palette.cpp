// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/command_palette.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/desktop/controls/table_look.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

/// Icon, title, section behind it in muted text, shortcut on the right.
class EntryDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    return {200, option.fontMetrics.height() + space::kTwo};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QRect r = option.rect.adjusted(space::kHalf, 1, -space::kHalf, -1);
    if (option.state & QStyle::State_Selected) {
      painter->setPen(Qt::NoPen);
      painter->setBrush(tokens().accentSoft);
      painter->drawRoundedRect(r, 6, 6);
    }
    r.adjust(space::kOne, 0, -space::kOne, 0);
    const QString name = index.data(CommandModel::IconNameRole).toString();
    if (!name.isEmpty()) icon(name).paint(painter, QRect(r.left(), r.center().y() - 9, 18, 18));
    r.setLeft(r.left() + space::kFour);
    const QString shortcut = index.data(CommandModel::ShortcutRole).toString();
    painter->setFont(uiFont(TextSize::Small));
    painter->setPen(tokens().muted);
    painter->drawText(r, Qt::AlignRight | Qt::AlignVCenter, shortcut);
    r.setRight(r.right() - painter->fontMetrics().horizontalAdvance(shortcut) - space::kOne);
    painter->setFont(uiFont());
    painter->setPen(tokens().text);
    const QString title =
        painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, r.width());
    painter->drawText(r, Qt::AlignVCenter, title);
    r.setLeft(r.left() + painter->fontMetrics().horizontalAdvance(title) + space::kOne);
    painter->setFont(uiFont(TextSize::Small));
    painter->setPen(tokens().muted);
    painter->drawText(r, Qt::AlignVCenter, index.data(CommandModel::SectionRole).toString());
    painter->restore();
  }
};

}  // namespace

CommandPalette::CommandPalette(QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint),
      m_query(new QLineEdit(this)),
      m_list(new QListView(this)) {
  setObjectName("commandPalette");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(space::kOne, space::kOne, space::kOne, space::kOne);
  layout->setSpacing(space::kOne);
  layout->addWidget(m_query);
  layout->addWidget(m_list);
  m_query->setObjectName("paletteQuery");
  m_query->installEventFilter(this);
  m_list->setObjectName("paletteList");
  m_list->setModel(&m_model);
  m_list->setItemDelegate(new EntryDelegate(m_list));
  m_list->setUniformItemSizes(true);
  m_list->setFocusPolicy(Qt::NoFocus);  // arrow keys in the field move its row
  connect(m_query, &QLineEdit::textChanged, this, [this](const QString& text) {
    m_model.setQuery(text);
    m_list->setCurrentIndex(m_model.index(0));
  });
  connect(m_query, &QLineEdit::returnPressed, this, &CommandPalette::accept);
  connect(m_list, &QListView::clicked, this, &CommandPalette::accept);
  retranslate();
}

void CommandPalette::open(const QVector<PaletteEntry>& entries) {
  m_model.setEntries(entries);
  m_query->clear();
  m_list->setCurrentIndex(m_model.index(0));
  const QWidget* window = parentWidget();
  resize(std::min(640, window->width() - space::kSix), std::min(420, window->height() * 2 / 3));
  move(window->mapToGlobal(QPoint((window->width() - width()) / 2, window->height() / 8)));
  show();
  raise();
  activateWindow();
  m_query->setFocus();
}

void CommandPalette::accept() {
  const PaletteEntry* entry = m_model.entry(m_list->currentIndex().row());
  const QString id = entry == nullptr ? QString() : entry->id;
  QDialog::accept();
  if (!id.isEmpty()) emit chosen(id);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_query && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int rows = m_model.rowCount();
    const int step = key == Qt::Key_Down       ? 1
                     : key == Qt::Key_Up       ? -1
                     : key == Qt::Key_PageDown ? 8
                     : key == Qt::Key_PageUp   ? -8
                                               : 0;
    if (step != 0 && rows > 0) {
      const int row = std::clamp(m_list->currentIndex().row() + step, 0, rows - 1);
      m_list->setCurrentIndex(m_model.index(row));
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

void CommandPalette::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QDialog::changeEvent(event);
}

void CommandPalette::retranslate() {
  setWindowTitle(tr("Commands"));
  m_query->setPlaceholderText(tr("Type a command, a session or a document"));
  m_query->setAccessibleName(tr("Find a command"));
  m_list->setAccessibleName(tr("Commands"));
}

ShortcutsDialog::ShortcutsDialog(const QVector<PaletteEntry>& entries, QWidget* parent)
    : QDialog(parent) {
  setObjectName("shortcutsDialog");
  setWindowTitle(tr("Keyboard shortcuts"));
  auto* table = new QTableWidget(this);
  table->setObjectName("shortcutsTable");
  table->setAccessibleName(windowTitle());
  dressTable(table, space::kFour);
  table->setColumnCount(3);
  table->setHorizontalHeaderLabels({tr("Keys"), tr("Command"), tr("Where")});
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  for (const auto& entry : entries) {
    if (entry.shortcut.isEmpty()) continue;
    const int row = table->rowCount();
    table->insertRow(row);
    table->setItem(row, 0, new QTableWidgetItem(entry.shortcut));
    table->setItem(row, 1, new QTableWidgetItem(entry.title));
    table->setItem(row, 2, new QTableWidgetItem(entry.section));
  }
  table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(space::kTwo, space::kTwo, space::kTwo, space::kTwo);
  layout->addWidget(table);
  layout->addWidget(buttons);
  resize(620, 520);
}

}  // namespace leyden::desktop
