// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/approval_piece.h"

#include <QJsonDocument>
#include <utility>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

ApprovalPiece::ApprovalPiece(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("approvalPiece"));
  setProperty("role", QStringLiteral("card"));
  m_icon = new QLabel(this);
  m_title = new QLabel(this);
  m_title->setTextFormat(Qt::PlainText);
  m_title->setWordWrap(true);
  m_about = new QLabel(this);
  m_about->setTextFormat(Qt::PlainText);
  m_about->setWordWrap(true);
  m_about->setProperty("role", QStringLiteral("muted"));
  m_arguments = new PlainBox(this);
  m_arguments->setWrap(true);
  addChoice(QStringLiteral("approveOnce"), ApprovalDecision::Once)
      ->setProperty("role", QStringLiteral("primary"));
  addChoice(QStringLiteral("approveSession"), ApprovalDecision::Session);
  addChoice(QStringLiteral("approveAlways"), ApprovalDecision::Always);
  m_reason = new QLineEdit(this);
  m_reason->setObjectName(QStringLiteral("denyReason"));
  addChoice(QStringLiteral("deny"), ApprovalDecision::Deny)
      ->setProperty("role", QStringLiteral("danger"));
  connect(m_reason, &QLineEdit::returnPressed, this, [this] { choose(ApprovalDecision::Deny); });
}

QPushButton* ApprovalPiece::addChoice(const QString& name, ApprovalDecision choice) {
  auto* button = new QPushButton(this);
  button->setObjectName(name);
  button->setAutoDefault(false);
  connect(button, &QPushButton::clicked, this, [this, choice] { choose(choice); });
  m_choices.append(button);
  return button;
}

void ApprovalPiece::choose(ApprovalDecision choice) {
  for (QPushButton* b : m_choices) b->setEnabled(false);
  emit m_actions->approvalChosen(m_row, choice, m_reason->text().trimmed());
}

void ApprovalPiece::show(const PieceContext& c) {
  m_actions = c.actions;
  m_row = c.row;
  const ApprovalRequest& request = *c.entry->approval;
  m_icon->setPixmap(
      icon(QStringLiteral("shield"), request.destructive ? IconTone::Warning : IconTone::Accent)
          .pixmap(QSize(space::kIcon, space::kIcon)));
  m_title->setFont(uiFont(TextSize::Body, QFont::DemiBold));
  m_title->setText(tr("May the model use %1?").arg(request.name));
  QStringList about;
  if (!request.origin.isEmpty()) about.append(tr("From %1.").arg(engineText(request.origin)));
  about.append(request.network ? tr("Reaches the network.") : tr("Stays on this computer."));
  about.append(request.destructive ? tr("Can change or delete things.")
               : request.readOnly  ? tr("Only reads.")
                                   : tr("May change things."));
  if (!request.hosts.isEmpty()) about.append(tr("It names %1.").arg(request.hosts));
  if (!request.libraryText.isEmpty())
    about.append(tr("It passes on words of your documents: “%1”.").arg(request.libraryText));
  else if (request.sharesLibrary)
    about.append(tr("The model has read your documents: words of them could go along."));
  if (request.onceOnly) about.append(tr("Asked about every time."));
  m_about->setFont(uiFont(TextSize::Small));
  m_about->setText(about.join(u' '));
  const auto json = QJsonDocument::fromJson(request.arguments.toUtf8());
  m_arguments->setFont(codeFont(TextSize::Small));
  m_arguments->restyle();
  m_arguments->setText(json.isNull() ? request.arguments
                                     : QString::fromUtf8(json.toJson()).trimmed());
  if (std::exchange(m_ticket, request.ticket) != request.ticket) {
    m_reason->clear();
    for (QPushButton* b : m_choices) b->setEnabled(true);
  }
  for (const int i : {1, 2}) m_choices[i]->setVisible(!request.onceOnly);
  retranslate();
  setAccessibleName(m_title->text());
  setAccessibleDescription(m_about->text());
}

void ApprovalPiece::retranslate() {
  m_choices[0]->setText(tr("Allow once"));
  m_choices[1]->setText(tr("This session"));
  m_choices[1]->setToolTip(tr("Allow this tool until the session is closed"));
  m_choices[2]->setText(tr("Always"));
  m_choices[2]->setToolTip(tr("Always allow this tool; the tools page takes it back"));
  m_choices[3]->setText(tr("Deny"));
  m_arguments->setAccessibleName(tr("Arguments of the call"));
  m_reason->setPlaceholderText(tr("Why not? The model is told"));
  m_reason->setAccessibleName(tr("Reason for denying"));
}

/// Laid out by hand: the choices wrap to as many rows as the pane's width asks for.
int ApprovalPiece::heightFor(int width) {
  constexpr int pad = space::kTwo, gap = space::kOne;
  const int inner = width - 2 * pad;
  const int text = inner - space::kIcon - gap;
  int y = pad;
  m_icon->setGeometry(pad, y, space::kIcon, space::kIcon);
  const int title = m_title->heightForWidth(text);
  m_title->setGeometry(pad + space::kIcon + gap, y, text, title);
  y += title + 2;
  const int about = m_about->heightForWidth(text);
  m_about->setGeometry(pad + space::kIcon + gap, y, text, about);
  y += about + gap;
  const int box = m_arguments->heightFor(inner, 14);
  m_arguments->setGeometry(pad, y, inner, box);
  y += box + pad;
  int x = pad, line = 0;
  for (int i = 0; i < 3; ++i) {
    if (m_choices[i]->isHidden()) continue;
    const QSize s = m_choices[i]->sizeHint();
    if (x > pad && x + s.width() > pad + inner) {
      x = pad;
      y += line + gap;
    }
    m_choices[i]->setGeometry(x, y, s.width(), s.height());
    x += s.width() + gap;
    line = s.height();
  }
  y += line + gap;
  const QSize deny = m_choices[3]->sizeHint();
  m_reason->setGeometry(pad, y, inner - deny.width() - gap, deny.height());
  m_choices[3]->setGeometry(pad + inner - deny.width(), y, deny.width(), deny.height());
  return y + deny.height() + pad;
}

}  // namespace leyden::desktop
