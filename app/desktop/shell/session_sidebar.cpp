// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/session_sidebar.h"

#include <QActionGroup>
#include <QEvent>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/desktop/controls/empty_state.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/shell/session_delegates.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr int kSearchDelayMs = 150;
constexpr int kUndoMs = 8000;
constexpr int kMostHits = 100;
constexpr auto kOrder = "desktop.order";

}  // namespace

SessionSidebar::SessionSidebar(EngineClient* client, QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_search(new QLineEdit(this)),
      m_new(new QToolButton(this)),
      m_options(new QToolButton(this)),
      m_stack(new QStackedWidget(this)),
      m_list(new QListView),
      m_results(new QListView),
      m_empty(new EmptyState("chat")),
      m_nothing(new EmptyState("search")),
      m_undoBar(new QFrame(this)),
      m_undoText(new QLabel(m_undoBar)),
      m_undo(new QPushButton(m_undoBar)) {
  setObjectName("sessionSidebar");
  auto* top = new QHBoxLayout;
  top->setContentsMargins(space::kOne, space::kOne, space::kOne, space::kOne);
  top->setSpacing(space::kHalf);
  m_search->setObjectName("sessionSearch");
  m_search->setClearButtonEnabled(true);
  m_search->addAction(icon("search"), QLineEdit::LeadingPosition);
  m_new->setObjectName("newSession");
  m_new->setIcon(icon("plus", IconTone::Accent));
  m_options->setObjectName("sessionOptions");
  m_options->setIcon(icon("more"));
  m_options->setPopupMode(QToolButton::InstantPopup);
  for (QToolButton* button : {m_new, m_options}) {
    button->setIconSize({space::kIcon, space::kIcon});
    button->setFocusPolicy(Qt::TabFocus);
  }
  top->addWidget(m_search);
  top->addWidget(m_new);
  top->addWidget(m_options);

  m_list->setObjectName("sessionList");
  m_list->setModel(&m_sessions);
  m_list->setItemDelegate(new SessionDelegate(m_list));
  m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_list->setEditTriggers(QAbstractItemView::EditKeyPressed);
  m_list->setContextMenuPolicy(Qt::CustomContextMenu);
  m_results->setObjectName("searchResults");
  m_results->setModel(&m_hits);
  m_results->setItemDelegate(new HitDelegate(m_results));
  for (QListView* list : {m_list, m_results}) {
    list->setMouseTracking(true);
    list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list->installEventFilter(this);
  }
  for (QWidget* page : std::initializer_list<QWidget*>{m_list, m_results, m_empty, m_nothing})
    m_stack->addWidget(page);

  m_undoBar->setProperty("role", "notice");
  m_undoBar->hide();
  m_undo->setObjectName("undoRemove");
  m_undo->setProperty("role", "quiet");
  auto* undoRow = new QHBoxLayout(m_undoBar);
  undoRow->setContentsMargins(space::kOne, space::kHalf, space::kHalf, space::kHalf);
  undoRow->addWidget(m_undoText, 1);
  undoRow->addWidget(m_undo);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(top);
  layout->addWidget(m_stack, 1);
  auto* below = new QVBoxLayout;
  below->setContentsMargins(space::kOne, 0, space::kOne, space::kOne);
  below->addWidget(m_undoBar);
  layout->addLayout(below);

  m_searchDelay.setSingleShot(true);
  m_searchDelay.setInterval(kSearchDelayMs);
  m_undoTime.setSingleShot(true);
  m_undoTime.setInterval(kUndoMs);
  connect(&m_searchDelay, &QTimer::timeout, this, &SessionSidebar::search);
  connect(&m_undoTime, &QTimer::timeout, this, &SessionSidebar::finishRemoval);
  connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
    if (text.trimmed().isEmpty()) {
      ++m_searchTicket;  // an answer still to come is not wanted
      m_searchDelay.stop();
      showSessions();
    } else {
      m_searchDelay.start();
    }
  });
  connect(m_new, &QToolButton::clicked, this, &SessionSidebar::newRequested);
  connect(m_empty, &EmptyState::clicked, this, &SessionSidebar::newRequested);
  connect(m_undo, &QPushButton::clicked, this, &SessionSidebar::undoRemove);
  connect(m_list, &QListView::clicked, this, [this](const QModelIndex& index) {
    const SessionLine* line = m_sessions.line(index.row());
    if (line == nullptr) return;
    if (line->kind == SessionLine::Kind::Folder) {
      m_sessions.toggleFolder(line->folder);
      saveOrder();
    } else if (line->kind == SessionLine::Kind::Session && selected().size() == 1) {
      emit sessionChosen(line->session.id);
    }
  });
  connect(m_results, &QListView::clicked, this, [this](const QModelIndex& index) {
    if (const SearchHit* hit = m_hits.hit(index.row())) emit hitChosen(*hit);
  });
  connect(m_list, &QListView::customContextMenuRequested, this, &SessionSidebar::openMenu);
  connect(&m_sessions, &SessionListModel::renameRequested, m_client, &EngineClient::renameSession);
  connect(&m_sessions, &QAbstractItemModel::modelReset, this, [this] { setCurrent(m_current); });
  connect(m_client, &EngineClient::sessionsChanged, this, [this] {
    m_sessions.setSessions(m_client->sessions());
    showSessions();
  });
  connect(m_client, &EngineClient::jarChanged, this, [this] {
    m_client->jarSetting("desktop.sessions", this, [this](const Outcome<QByteArray>& marks) {
      if (marks) m_sessions.setMarks(marksFromJson(*marks));
    });
    m_client->jarSetting(kOrder, this, [this](const Outcome<QByteArray>& order) {
      if (order) takeOrder(orderFromJson(*order));
    });
  });

  auto* menu = new QMenu(m_options);
  auto* sorts = new QActionGroup(menu);
  for (const auto sort : {SessionSort::Used, SessionSort::Created, SessionSort::Name}) {
    QAction* action = menu->addAction(QString());
    action->setCheckable(true);
    action->setChecked(sort == SessionSort::Used);
    sorts->addAction(action);
    connect(action, &QAction::triggered, this, [this, sort] {
      m_sessions.setSort(sort);
      saveOrder();
    });
  }
  menu->addSeparator();
  QAction* archived = menu->addAction(QString());
  archived->setCheckable(true);
  connect(archived, &QAction::triggered, this, [this](bool show) {
    m_sessions.setShowArchived(show);
    saveOrder();
  });
  m_options->setMenu(menu);
  retranslate();
  showSessions();
}

SessionSidebar::~SessionSidebar() {
  m_undoTime.stop();
  finishRemoval();
}

void SessionSidebar::setCurrent(qint64 session) {
  m_current = session;
  const int row = m_sessions.rowOf(session);
  if (row >= 0)
    m_list->setCurrentIndex(m_sessions.index(row));
  else
    m_list->clearSelection();
}

QVector<qint64> SessionSidebar::selected() const {
  QVector<qint64> ids;
  for (const auto& index : m_list->selectionModel()->selectedIndexes())
    ids.append(index.data(SessionListModel::IdRole).toLongLong());
  return ids;
}

void SessionSidebar::focusSearch() {
  m_search->setFocus();
  m_search->selectAll();
}

void SessionSidebar::editTitle(qint64 session) {
  const int row = m_sessions.rowOf(session);
  if (row >= 0) m_list->edit(m_sessions.index(row));
}

void SessionSidebar::showSessions() {
  if (!m_search->text().trimmed().isEmpty()) return;
  m_stack->setCurrentWidget(m_sessions.sessions().isEmpty() ? static_cast<QWidget*>(m_empty)
                                                            : m_list);
}

void SessionSidebar::saveOrder() {
  m_client->setJarSetting(kOrder, orderToJson(m_sessions.order()));
}

void SessionSidebar::takeOrder(const ArrangeOptions& order) {
  m_sessions.setOrder(order);
  const QList<QAction*> actions = m_options->menu()->actions();
  actions[int(order.sort)]->setChecked(true);
  actions[4]->setChecked(order.showArchived);
}

void SessionSidebar::search() {
  const quint64 ticket = ++m_searchTicket;
  m_client->search(m_search->text().trimmed(), kMostHits, this,
                   [this, ticket](const Outcome<QVector<SearchHit>>& hits) {
                     if (ticket != m_searchTicket) return;
                     m_hits.setHits(hits ? *hits : QVector<SearchHit>());
                     m_stack->setCurrentWidget(m_hits.rowCount() > 0
                                                   ? static_cast<QWidget*>(m_results)
                                                   : m_nothing);
                   });
}

void SessionSidebar::mark(const QVector<qint64>& sessions,
                          const std::function<void(SessionMark&)>& change) {
  SessionMarks marks = m_sessions.marks();
  for (const qint64 id : sessions) change(marks[id]);
  m_sessions.setMarks(marks);
  m_client->setJarSetting("desktop.sessions", marksToJson(marks));
}

void SessionSidebar::removeWithUndo(const QVector<qint64>& sessions) {
  if (sessions.isEmpty()) return;
  finishRemoval();
  m_removing = sessions;
  m_sessions.setHidden(QSet<qint64>(sessions.begin(), sessions.end()));
  m_undoText->setText(tr("%n session(s) deleted", nullptr, int(sessions.size())));
  m_undoBar->show();
  m_undoTime.start();
  if (sessions.contains(m_current)) emit sessionChosen(0);
}

void SessionSidebar::undoRemove() {
  m_undoTime.stop();
  m_removing.clear();
  m_sessions.setHidden({});
  m_undoBar->hide();
}

void SessionSidebar::finishRemoval() {
  m_undoTime.stop();
  for (const qint64 id : std::as_const(m_removing)) m_client->removeSession(id);
  m_removing.clear();
  m_undoBar->hide();
}

void SessionSidebar::openMenu(const QPoint& at) {
  const QVector<qint64> ids = selected();
  if (ids.isEmpty()) return;
  const SessionLine* line = m_sessions.line(m_list->currentIndex().row());
  const bool pinned = line != nullptr && line->session.pinned;
  const SessionMark mark0 = m_sessions.marks().value(ids.first());
  QMenu menu(this);
  if (ids.size() == 1) {
    menu.addAction(icon("edit"), tr("Rename"), this, [this, ids] { editTitle(ids.first()); });
    menu.addAction(icon("branch"), tr("Fork"), this, [this, ids] { emit forkRequested(ids.first()); });
  }
  menu.addAction(icon("pin"), pinned ? tr("Unpin") : tr("Pin"), this, [this, ids, pinned] {
    for (const qint64 id : ids) m_client->pinSession(id, !pinned);
  });
  QMenu* folders = menu.addMenu(icon("folder"), tr("Move to folder"));
  QStringList names;
  for (const auto& known : m_sessions.marks())
    if (!known.folder.isEmpty() && !names.contains(known.folder)) names.append(known.folder);
  names.sort();
  for (const auto& name : std::as_const(names))
    folders->addAction(name, this,
                       [this, ids, name] { mark(ids, [&](SessionMark& m) { m.folder = name; }); });
  if (!names.isEmpty()) folders->addSeparator();
  folders->addAction(icon("plus"), tr("New folder…"), this, [this, ids] {
    const QString name =
        QInputDialog::getText(this, tr("New folder"), tr("Name of the folder")).trimmed();
    if (!name.isEmpty()) mark(ids, [&](SessionMark& m) { m.folder = name; });
  });
  if (!mark0.folder.isEmpty())
    folders->addAction(tr("Out of the folder"), this,
                       [this, ids] { mark(ids, [](SessionMark& m) { m.folder.clear(); }); });
  menu.addAction(icon("archive"), mark0.archived ? tr("Take out of the archive") : tr("Archive"), this,
                 [this, ids, archived = mark0.archived] {
                   mark(ids, [&](SessionMark& m) { m.archived = !archived; });
                 });
  QMenu* formats = menu.addMenu(icon("export"), tr("Export as"));
  for (const auto& [name, format] : exportFormats())
    formats->addAction(name, this,
                       [this, ids, format = format] { emit exportRequested(ids, format); });
  menu.addSeparator();
  menu.addAction(icon("trash", IconTone::Danger), tr("Delete"), this,
                 [this, ids] { removeWithUndo(ids); });
  menu.exec(m_list->viewport()->mapToGlobal(at));
}

bool SessionSidebar::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
      auto* list = static_cast<QListView*>(watched);
      emit list->clicked(list->currentIndex());  // an editor has the keys to itself
      return true;
    }
    if (watched == m_list && key == Qt::Key_Delete) {
      removeWithUndo(selected());
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void SessionSidebar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

void SessionSidebar::retranslate() {
  m_search->setPlaceholderText(tr("Search"));
  m_search->setAccessibleName(tr("Search titles and messages"));
  m_new->setToolTip(tr("New session"));
  m_new->setAccessibleName(m_new->toolTip());
  m_options->setToolTip(tr("Order of the sessions"));
  m_options->setAccessibleName(m_options->toolTip());
  m_list->setAccessibleName(tr("Sessions"));
  m_results->setAccessibleName(tr("Search results"));
  m_undo->setText(tr("Undo"));
  m_empty->setTexts(tr("No sessions yet"),
                    tr("A session is a conversation with its documents. Everything in it is saved as "
                       "it happens, and reopens without reading again."),
                    tr("New session"));
  m_nothing->setTexts(tr("Nothing found"),
                      tr("Titles, messages and documents were searched for every word."));
  const QList<QAction*> actions = m_options->menu()->actions();
  actions[0]->setText(tr("Last used first"));
  actions[1]->setText(tr("Newest first"));
  actions[2]->setText(tr("By name"));
  actions[4]->setText(tr("Show archived"));
  m_sessions.retranslate();
}

}  // namespace leyden::desktop
