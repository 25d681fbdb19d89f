// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/session/session_documents.h"

#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/desktop/controls/table_look.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

enum Column { TitleColumn, TokensColumn, UseColumn, Columns };
constexpr int kUseWidth = 168;

}  // namespace

SessionDocuments::SessionDocuments(EngineClient* client, const SessionPlan& plan, bool asked,
                                   QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_asked(asked),
      m_before(plan.whole),
      m_table(new QTableWidget(0, Columns, this)),
      m_sum(new QLabel(this)) {
  m_table->setObjectName("sessionDocuments");
  m_table->setAccessibleName(tr("Documents of this session"));
  dressTable(m_table, space::kFour + space::kOne);
  m_table->setHorizontalHeaderLabels({tr("Document"), tr("Tokens"), tr("In this session")});
  m_table->horizontalHeader()->setSectionResizeMode(TitleColumn, QHeaderView::Stretch);
  m_table->horizontalHeader()->setSectionResizeMode(UseColumn, QHeaderView::Fixed);
  m_table->horizontalHeader()->resizeSection(UseColumn, kUseWidth);
  m_table->horizontalHeaderItem(TokensColumn)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_table->setSelectionMode(QAbstractItemView::NoSelection);
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_sum->setObjectName("sessionDocumentsSum");
  m_sum->setProperty("role", "muted");
  m_sum->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(space::kOne);
  column->addWidget(m_table, 1);
  column->addWidget(m_sum);
  for (const qint64 document : plan.whole) addRow(document, DocumentUse::Whole);
  for (const qint64 document : plan.choices.searched) addRow(document, DocumentUse::Searched);
  showSum();
}

void SessionDocuments::addRow(qint64 document, DocumentUse use) {
  const DocumentRow* known = m_client->document(document);
  const int row = m_table->rowCount();
  m_table->insertRow(row);
  const QString title = known == nullptr ? tr("Document %1").arg(document) : known->title;
  m_table->setItem(row, TitleColumn, new QTableWidgetItem(title));
  auto* tokens = new QTableWidgetItem(QStringLiteral("…"));
  tokens->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_table->setItem(row, TokensColumn, tokens);
  auto* box = new QComboBox;
  box->addItems({tr("Read whole"), tr("Search only"), tr("Leave out")});
  box->setCurrentIndex(int(use));
  box->setAccessibleName(tr("%1: in this session").arg(title));
  connect(box, &QComboBox::currentIndexChanged, this, &SessionDocuments::showSum);
  m_table->setCellWidget(row, UseColumn, box);
  m_rows.append({document, -1});
  count(document);
}

void SessionDocuments::count(qint64 document) {
  m_client->countTokens(document, this, [this, document](const Outcome<qint64>& tokens) {
    for (int row = 0; row < m_rows.size(); ++row) {
      if (m_rows[row].document != document) continue;
      m_rows[row].tokens = tokens ? *tokens : -1;
      m_table->item(row, TokensColumn)
          ->setText(tokens ? QLocale().toString(*tokens) : tr("unknown"));
      if (!tokens) m_table->item(row, TokensColumn)->setToolTip(tokens.failure.message);
    }
    showSum();
  });
}

QVector<qint64> SessionDocuments::documents(DocumentUse use) const {
  QVector<qint64> found;
  for (int row = 0; row < m_rows.size(); ++row)
    if (static_cast<QComboBox*>(m_table->cellWidget(row, UseColumn))->currentIndex() == int(use))
      found.append(m_rows[row].document);
  return found;
}

void SessionDocuments::setUse(qint64 document, DocumentUse use) {
  for (int row = 0; row < m_rows.size(); ++row)
    if (m_rows[row].document == document)
      static_cast<QComboBox*>(m_table->cellWidget(row, UseColumn))->setCurrentIndex(int(use));
}

void SessionDocuments::showSum() {
  if (m_rows.isEmpty())
    return m_sum->setText(
        tr("No document yet. Documents you open are read whole, unless they are "
           "longer than the model's context."));
  const QVector<qint64> whole = documents(DocumentUse::Whole);
  qint64 tokens = 0;
  for (const Row& row : std::as_const(m_rows))
    if (whole.contains(row.document)) tokens += std::max<qint64>(0, row.tokens);
  const qint64 most = m_client->model().maxContext;
  QString text = most > 0 ? tr("%1 of the %2 tokens of the model's context are read whole.")
                                .arg(QLocale().toString(tokens), QLocale().toString(most))
                          : tr("%1 tokens are read whole.").arg(QLocale().toString(tokens));
  if (most > 0 && tokens > most)
    text += ' ' + tr("That does not fit: choose documents to be searched only.");
  if (!documents(DocumentUse::Searched).isEmpty())
    text += ' ' + tr("Of searched documents the model reads only what it looks up.");
  if (m_asked && whole != m_before)
    text +=
        ' ' + tr("Questions were asked already, so a new session begins; this one stays as it is.");
  m_sum->setText(text);
}

void SessionDocuments::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) showSum();
  QWidget::changeEvent(event);
}

}  // namespace leyden::desktop
