// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/fold_piece.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QLocale>
#include <QPainter>

#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

constexpr int kBodyIndent = 14;

struct FoldTexts {
  Q_DECLARE_TR_FUNCTIONS(leyden::desktop::FoldPiece)
};

QString indented(const QString& json) {
  const auto document = QJsonDocument::fromJson(json.toUtf8());
  return document.isNull() ? json : QString::fromUtf8(document.toJson()).trimmed();
}

}  // namespace

QString durationText(qint64 ms) {
  const QLocale locale;
  if (ms < 1000) return FoldTexts::tr("%1 ms").arg(ms);
  if (ms < 10'000) return FoldTexts::tr("%1 s").arg(locale.toString(double(ms) / 1000, 'f', 1));
  const qint64 s = (ms + 500) / 1000;
  return s < 60 ? FoldTexts::tr("%1 s").arg(s)
                : FoldTexts::tr("%1 min %2 s").arg(s / 60).arg(s % 60);
}

QString foldText(const TranscriptEntry& entry, const Piece& piece) {
  const Message& m = entry.message;
  if (piece.kind == Piece::Kind::Thinking) return m.thinking;
  if (piece.kind != Piece::Kind::Call || piece.call >= m.toolCalls.size()) return {};
  const ToolCall& call = m.toolCalls[piece.call];
  QString text = FoldTexts::tr("Arguments") + u'\n' + indented(call.arguments);
  if (!call.result.isEmpty()) {
    text += QStringLiteral("\n\n") + FoldTexts::tr("Result") + u'\n' +
            call.result.left(FoldPiece::kMaxShown);
    if (call.result.size() > FoldPiece::kMaxShown)
      text += u'\n' +
              FoldTexts::tr("… %1 more characters").arg(call.result.size() - FoldPiece::kMaxShown);
  }
  return text;
}

FoldPiece::FoldPiece(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("foldPiece"));
  m_head = new QToolButton(this);
  m_head->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_head->setIconSize({16, 16});
  m_head->setAutoRaise(true);
  m_head->setFocusPolicy(Qt::TabFocus);
  m_head->setObjectName(QStringLiteral("foldButton"));
  m_body = new PlainBox(this);
  m_body->setWrap(true);
  connect(m_head, &QToolButton::clicked, this,
          [this] { emit m_actions->foldToggled(m_row, m_part, !m_open); });
}

void FoldPiece::show(const PieceContext& c) {
  m_actions = c.actions;
  m_row = c.row;
  m_part = c.piece->call;
  m_open = c.open;
  m_head->setFont(uiFont(TextSize::Small));
  if (c.piece->kind == Piece::Kind::Thinking) {
    showThinking(*c.entry);
  } else {
    showCall(c.entry->message.toolCalls[m_part],
             c.entry->message.state == Message::State::Streaming && !c.entry->approval);
  }
  m_head->setAccessibleName(m_head->text());
  m_head->setAccessibleDescription(m_open ? tr("Unfolded. Press to fold.")
                                          : tr("Folded. Press to unfold."));
  m_body->setVisible(m_open);
  if (m_open) {
    m_body->setFont(m_part >= 0 ? codeFont(TextSize::Small) : uiFont(TextSize::Small));
    m_body->restyle();
    m_body->setText(foldText(*c.entry, *c.piece));
  }
}

void FoldPiece::showThinking(const TranscriptEntry& entry) {
  const bool live =
      entry.message.state == Message::State::Streaming && entry.message.text.isEmpty();
  m_head->setIcon(icon(m_open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right")));
  m_head->setText(live                    ? tr("Thinking…")
                  : entry.thinkingMs >= 0 ? tr("Thought for %1").arg(durationText(entry.thinkingMs))
                                          : tr("Reasoning"));
  m_body->setAccessibleName(tr("Reasoning"));
}

void FoldPiece::showCall(const ToolCall& call, bool running) {
  const QString chevron = m_open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right");
  if (call.malformed) {
    m_head->setIcon(icon(QStringLiteral("warning"), IconTone::Warning));
    m_head->setText(tr("A tool call could not be read: %1").arg(call.name));
  } else if (call.result.isNull()) {
    m_head->setIcon(icon(chevron));
    m_head->setText(running ? tr("Using %1…").arg(call.name)
                            : tr("Wanted to use %1").arg(call.name));
  } else {
    m_head->setIcon(icon(chevron));
    m_head->setText(
        tr("Used %1 · %2").arg(call.name, tr("%n character(s)", nullptr, int(call.result.size()))));
  }
  m_body->setAccessibleName(tr("Arguments and result of %1").arg(call.name));
}

int FoldPiece::heightFor(int width) {
  const QSize head = m_head->sizeHint();
  m_head->setGeometry(-4, 0, std::min(head.width(), width), head.height());
  if (!m_open) return head.height();
  const int w = width - kBodyIndent;
  m_body->setGeometry(kBodyIndent, head.height() + 2, w, m_body->height());
  const int body = m_body->heightFor(w, kMaxLines);
  m_body->setGeometry(kBodyIndent, head.height() + 2, w, body);
  return head.height() + 2 + body + space::kHalf;
}

void FoldPiece::highlight(const QString& needle, int current) {
  if (m_open) m_body->highlight(needle, current);
}

int FoldPiece::currentY() const { return m_open ? m_body->y() + m_body->currentY() : 0; }

void FoldPiece::paintEvent(QPaintEvent*) {
  if (!m_open) return;
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  p.setBrush(tokens().line);
  p.drawRoundedRect(QRectF(3, m_body->y(), 3, m_body->height()), 1.5, 1.5);
}

}  // namespace leyden::desktop
