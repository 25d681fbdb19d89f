// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/library/library_page.h"

#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "app/desktop/controls/empty_state.h"
#include "app/desktop/controls/table_look.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

LibraryPage::LibraryPage(EngineClient* client, AppSettings* settings, QWidget* parent)
    : Place(0, parent),
      m_client(client),
      m_settings(settings),
      m_disk(new QLabel),
      m_quota(new QProgressBar),
      m_collect(new QPushButton),
      m_add(new QPushButton),
      m_ask(new QPushButton),
      m_pin(new QPushButton),
      m_again(new QPushButton),
      m_remove(new QPushButton),
      m_stack(new QStackedWidget),
      m_table(new QTableView),
      m_empty(new EmptyState("library")) {
  setObjectName("libraryPage");
  auto* disk = new Card;
  auto* diskRow = new QHBoxLayout;
  diskRow->addWidget(m_disk, 1);
  diskRow->addWidget(m_collect);
  disk->content()->addLayout(diskRow);
  disk->content()->addWidget(m_quota);
  m_disk->setWordWrap(true);
  m_quota->setTextVisible(false);
  m_quota->setRange(0, 1000);
  content()->addWidget(disk);

  auto* bar = new QHBoxLayout;
  bar->setSpacing(space::kOne);
  m_add->setObjectName("libraryAdd");
  m_ask->setObjectName("libraryAsk");
  m_pin->setObjectName("libraryPin");
  m_again->setObjectName("libraryReadAgain");
  m_again->setIcon(icon("refresh"));
  m_remove->setObjectName("libraryRemove");
  m_collect->setObjectName("libraryCollect");
  m_add->setProperty("role", "primary");
  m_add->setIcon(icon("file-plus", IconTone::OnAccent));
  m_ask->setIcon(icon("chat"));
  m_pin->setIcon(icon("pin"));
  m_remove->setIcon(icon("trash"));
  for (QPushButton* button : {m_add, m_ask, m_pin, m_again, m_remove}) bar->addWidget(button);
  bar->addStretch(1);
  content()->addLayout(bar);

  m_sorted.setSourceModel(&m_documents);
  m_sorted.setSortRole(DocumentTableModel::SortRole);
  m_table->setObjectName("libraryTable");
  dressTable(m_table, space::kFour + space::kHalf);
  m_table->setModel(&m_sorted);
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(DocumentTableModel::AddedColumn, Qt::DescendingOrder);
  m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_table->horizontalHeader()->setSectionResizeMode(DocumentTableModel::TitleColumn,
                                                    QHeaderView::Stretch);
  m_stack->addWidget(m_table);
  m_stack->addWidget(m_empty);
  content()->addWidget(m_stack, 1);

  connect(m_add, &QPushButton::clicked, this, &LibraryPage::addRequested);
  connect(m_empty, &EmptyState::clicked, this, &LibraryPage::addRequested);
  connect(m_ask, &QPushButton::clicked, this, [this] { emit askRequested(selected()); });
  connect(m_table, &QTableView::doubleClicked, this, [this] { emit askRequested(selected()); });
  connect(m_again, &QPushButton::clicked, this, [this] { emit filesRequested(changedFiles()); });
  connect(m_pin, &QPushButton::clicked, this, [this] {
    const auto rows = m_table->selectionModel()->selectedRows();
    if (rows.isEmpty()) return;
    const bool pin = !rows.first().data(DocumentTableModel::PinnedRole).toBool();
    for (const qint64 id : selected()) m_client->pinDocument(id, pin);
  });
  connect(m_remove, &QPushButton::clicked, this, [this] {
    const auto ids = selected();
    const auto answer = QMessageBox::question(
        this, tr("Remove from the library"),
        tr("Remove %n document(s) from the library? The files they came from are not touched.",
           nullptr, int(ids.size())),
        QMessageBox::Cancel | QMessageBox::Yes, QMessageBox::Cancel);
    if (answer != QMessageBox::Yes) return;
    for (const qint64 id : ids)
      m_client->removeDocument(id, this, [this](const Outcome<Done>& done) {
        if (!done) QMessageBox::information(this, tr("Remove from the library"), done.failure.message);
      });
  });
  connect(m_collect, &QPushButton::clicked, this, [this] {
    m_collect->setEnabled(false);
    m_client->collect(qint64(m_settings->value("jar/quota_gb").toDouble() * 1e9), this,
                      [this](const Outcome<Done>&) { m_collect->setEnabled(true); });
  });
  connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this] { showDocuments(); });
  connect(m_client, &EngineClient::documentsChanged, this, [this] {
    m_documents.setDocuments(m_client->documents());
    showDocuments();
  });
  connect(m_client, &EngineClient::diskChanged, this, &LibraryPage::showDisk);
  connect(m_settings, &AppSettings::changed, this, &LibraryPage::showDisk);
  LibraryPage::retranslate();
}

QVector<qint64> LibraryPage::selected() const {
  QVector<qint64> ids;
  for (const auto& index : m_table->selectionModel()->selectedRows())
    ids.append(index.data(DocumentTableModel::IdRole).toLongLong());
  return ids;
}

QStringList LibraryPage::changedFiles() const {
  QStringList paths;
  for (const qint64 id : selected())
    if (const DocumentRow* row = m_client->document(id);
        row != nullptr && row->file == DocumentRow::File::Changed)
      paths.append(row->source);
  return paths;
}

void LibraryPage::showDocuments() {
  const bool any = !selected().isEmpty();
  for (QPushButton* button : {m_ask, m_pin, m_remove}) button->setEnabled(any);
  m_again->setVisible(!changedFiles().isEmpty());
  m_stack->setCurrentWidget(m_documents.rowCount() > 0 ? static_cast<QWidget*>(m_table) : m_empty);
}

void LibraryPage::showDisk() {
  const JarDisk disk = m_client->disk();
  const double quota = m_settings->value("jar/quota_gb").toDouble() * 1e9;
  const QString used = disk.kvBytes > 0 ? sizeText(disk.kvBytes) : tr("nothing");
  m_disk->setText(quota > 0
                      ? tr("What models have read takes %1 of %2.").arg(used, sizeText(qint64(quota)))
                      : tr("What models have read takes %1; no limit is set.").arg(used));
  m_quota->setVisible(quota > 0);
  m_quota->setValue(quota > 0 ? int(std::min(1.0, double(disk.kvBytes) / quota) * 1000) : 0);
  m_quota->setAccessibleName(m_disk->text());
}

void LibraryPage::retranslate() {
  setTexts(tr("Library"),
           tr("A document is read once. What the model keeps of it lies on disk, so that a session "
              "reopens in a moment."));
  m_collect->setText(tr("Free space now"));
  m_collect->setToolTip(tr("Removes what was not used for longest until the limit holds. It is read "
                           "again when needed; pinned documents stay."));
  m_add->setText(tr("Add documents…"));
  m_ask->setText(tr("Ask in a new session"));
  m_pin->setText(tr("Pin or unpin"));
  m_again->setText(tr("Read the new version"));
  m_again->setToolTip(
      tr("Reads the files as they are now, as new documents; what was read before stays"));
  m_remove->setText(tr("Remove…"));
  m_table->setAccessibleName(tr("Documents"));
  m_empty->setTexts(tr("Your library is empty"),
                    tr("Add PDF, Word, EPUB, HTML, Markdown or text files, or drop them anywhere on "
                       "the window. Nothing leaves this computer."),
                    tr("Add documents…"));
  m_documents.retranslate();
  showDocuments();
  showDisk();
}

}  // namespace leyden::desktop
