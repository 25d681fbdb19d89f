// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/model_status.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QToolButton>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

ModelStatus::ModelStatus(EngineClient* client, QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_button(new QToolButton(this)),
      m_bar(new QProgressBar(this)) {
  m_button->setObjectName("modelStatus");
  m_button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_button->setIconSize({14, 14});
  m_button->setFocusPolicy(Qt::TabFocus);
  m_bar->setTextVisible(false);
  m_bar->setRange(0, 1000);
  m_bar->setFixedWidth(120);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(space::kHalf, 0, space::kHalf, 0);
  row->addWidget(m_button);
  row->addWidget(m_bar);
  connect(m_button, &QToolButton::clicked, this, &ModelStatus::clicked);
  connect(client, &EngineClient::modelChanged, this, &ModelStatus::show);
  connect(client, &EngineClient::modelProgressed, this, &ModelStatus::show);
  show();
}

void ModelStatus::show() {
  const ModelState state = m_client->modelState();
  const Progress progress = m_client->modelProgress();
  m_bar->setVisible(state == ModelState::Loading && progress.total > 0);
  m_bar->setValue(int(progress.share() * 1000));
  switch (state) {
    case ModelState::None:
      m_button->setIcon(icon("chip"));
      m_button->setText(tr("No model is open"));
      break;
    case ModelState::Loading:
      m_button->setIcon(icon("clock"));
      m_button->setText(tr("Opening the model"));
      break;
    case ModelState::Ready:
      m_button->setIcon(icon("check", IconTone::Good));
      m_button->setText(tr("Model: %1").arg(m_client->model().name));
      break;
    case ModelState::Failed:
      m_button->setIcon(icon("warning", IconTone::Warning));
      m_button->setText(m_client->modelFailure().isCancelled() ? tr("Opening was stopped")
                                                               : tr("The model did not open"));
      break;
  }
  m_button->setAccessibleName(m_button->text());
  m_button->setToolTip(state == ModelState::Failed ? m_client->modelFailure().message
                                                   : tr("Show the models"));
  m_bar->setAccessibleName(m_button->text());
}

void ModelStatus::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) show();
  QWidget::changeEvent(event);
}

}  // namespace leyden::desktop
