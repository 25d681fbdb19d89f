// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/session/session_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/models/tool_model.h"
#include "app/desktop/session/session_answers.h"
#include "app/desktop/session/session_documents.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

SessionDialog::SessionDialog(EngineClient* client, const SessionDialogInput& input, QWidget* parent)
    : QDialog(parent),
      m_client(client),
      m_before(input.plan),
      m_documents(new SessionDocuments(client, input.plan, input.asked)),
      m_answers(new SessionAnswers(input.plan.choices, input.general, input.generalInstructions,
                                   input.presets, input.asked)),
      m_useTools(new QCheckBox),
      m_tools(new QListWidget),
      m_problems(new QLabel) {
  setObjectName("sessionDialog");
  setWindowTitle(tr("This session"));
  auto* tabs = new QTabWidget;
  tabs->setObjectName("sessionTabs");
  tabs->setAccessibleName(tr("This session"));
  auto page = [&](QWidget* content, const QString& title) {
    auto* around = new QWidget;
    auto* margins = new QVBoxLayout(around);
    margins->setContentsMargins(0, space::kTwo, 0, space::kTwo);
    margins->addWidget(content);
    tabs->addTab(around, title);
  };
  page(m_documents, tr("Documents"));
  page(m_answers, tr("Answers"));
  page(makeTools(), tr("Tools"));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
  buttons->button(QDialogButtonBox::Ok)->setProperty("role", "primary");
  buttons->button(QDialogButtonBox::Ok)->setText(tr("Apply"));
  buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(space::kThree, space::kOne, space::kThree, space::kTwo);
  column->setSpacing(space::kTwo);
  column->addWidget(tabs, 1);
  column->addWidget(buttons);
  setMinimumSize(600, 600);
  resize(680, 620);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_answers, &SessionAnswers::presetsChanged, this,
          [this] { emit presetsChanged(m_answers->presets()); });
}

QWidget* SessionDialog::makeTools() {
  auto* box = new QWidget;
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(space::kOne);
  m_useTools->setObjectName("sessionTools");
  m_useTools->setText(tr("The model may use tools"));
  m_useTools->setChecked(m_before.choices.tools);
  m_tools->setObjectName("sessionToolList");
  m_tools->setAccessibleName(tr("Tools of this session"));
  m_tools->setWordWrap(true);
  m_tools->setEnabled(m_before.choices.tools);
  m_problems->setProperty("role", "muted");
  m_problems->setWordWrap(true);
  m_problems->setText(
      tr("You are asked before a tool is used, unless it only looks into your library. "
         "Documents that are searched need no switch."));
  column->addWidget(m_useTools);
  column->addWidget(m_tools, 1);
  column->addWidget(m_problems);
  connect(m_useTools, &QCheckBox::toggled, this, [this](bool on) {
    m_tools->setEnabled(on);
    if (on && m_tools->count() == 0) listTools();
  });
  if (m_before.choices.tools) listTools();
  return box;
}

void SessionDialog::listTools() {
  m_client->listTools(this, [this](const Outcome<ToolCatalogue>& found) {
    if (!found) return m_problems->setText(found.failure.message);
    m_tools->clear();
    for (const ToolRow& tool : found->tools) {
      auto* item = new QListWidgetItem(
          tr("%1 — %2 (%3)").arg(tool.name, tool.origin, ToolModel::rights(tool)), m_tools);
      item->setToolTip(tool.description);
      item->setData(Qt::UserRole, tool.name);
      item->setFlags(tool.enabled
                         ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                         : Qt::NoItemFlags);
      const bool on = tool.enabled && !m_before.choices.toolsOff.contains(tool.name);
      item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
  });
}

SessionPlan SessionDialog::plan() const {
  SessionPlan plan = m_before;
  m_answers->putInto(plan.choices);
  plan.whole = m_documents->documents(DocumentUse::Whole);
  plan.choices.searched = m_documents->documents(DocumentUse::Searched);
  plan.choices.tools = m_useTools->isChecked();
  if (m_tools->count() == 0) return plan;
  plan.choices.toolsOff.clear();
  for (int i = 0; i < m_tools->count(); ++i) {
    const QListWidgetItem* item = m_tools->item(i);
    if ((item->flags() & Qt::ItemIsEnabled) && item->checkState() != Qt::Checked)
      plan.choices.toolsOff.append(item->data(Qt::UserRole).toString());
  }
  return plan;
}

}  // namespace leyden::desktop
