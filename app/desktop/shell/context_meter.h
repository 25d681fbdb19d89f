// SPDX-License-Identifier: Apache-2.0
// Where the context's tokens go, by source, as the model's own tokenizer counts them: a narrow bar
// in the status bar, the full account behind it.
#pragma once

#include <QToolButton>

#include "app/desktop/engine/session_values.h"

namespace leyden::desktop {

class EngineClient;

class ContextMeter : public QToolButton {
  Q_OBJECT
 public:
  explicit ContextMeter(EngineClient* client, QWidget* parent = nullptr);
  void setUse(const ContextUse& use);
  /// Nothing is known: no session is open.
  void clear();
  /// The account, a line each.
  QString account() const;
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void openAccount();
  void retell();

  EngineClient* m_client;
  ContextUse m_use;
};

}  // namespace leyden::desktop
