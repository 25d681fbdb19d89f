// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/frame_pieces.h"

#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QTimerEvent>
#include <algorithm>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/controls/icon_button.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/fold_piece.h"

namespace leyden::desktop {

// ---- Header

HeaderPiece::HeaderPiece(QWidget* parent) : QWidget(parent) {
  m_speaker = new QLabel(this);
  m_time = new QLabel(this);
  m_time->setProperty("role", QStringLiteral("muted"));
  m_time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  setObjectName(QStringLiteral("headerPiece"));
}

void HeaderPiece::show(const PieceContext& c) {
  const Message& m = c.entry->message;
  QString who;
  switch (m.role) {
    case Message::Role::User:
      who = tr("You");
      break;
    case Message::Role::Assistant:
      who = tr("Leyden");
      break;
    case Message::Role::System:
      who = tr("Instructions");
      break;
    case Message::Role::Tool:
      who = tr("Tool result");
      break;
  }
  m_speaker->setFont(uiFont(TextSize::Small, QFont::DemiBold));
  m_speaker->setText(who);
  m_time->setFont(uiFont(TextSize::Small));
  QString when;
  if (m.createdMs > 0) {
    const auto at = QDateTime::fromMSecsSinceEpoch(m.createdMs);
    const QLocale locale;
    when = at.date() == QDate::currentDate() ? locale.toString(at.time(), QLocale::ShortFormat)
                                             : locale.toString(at, QLocale::ShortFormat);
  }
  m_time->setText(when);
}

int HeaderPiece::heightFor(int width) {
  const int h = m_speaker->sizeHint().height();
  m_speaker->setGeometry(0, 0, m_speaker->sizeHint().width(), h);
  m_time->setGeometry(width / 3, 0, width - width / 3, h);
  return h;
}

// ---- Notice

NoticePiece::NoticePiece(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("noticePiece"));
  setProperty("role", QStringLiteral("notice"));
  m_icon = new QLabel(this);
  m_text = new QLabel(this);
  m_text->setWordWrap(true);
  m_text->setTextFormat(Qt::PlainText);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void NoticePiece::show(const PieceContext& c) {
  m_icon->setPixmap(icon(QStringLiteral("info"), IconTone::Accent).pixmap(QSize(16, 16)));
  m_text->setFont(uiFont(TextSize::Small));
  m_text->setText(engineText(c.piece->notice));
  setAccessibleName(m_text->text());
}

int NoticePiece::heightFor(int width) {
  constexpr int pad = space::kOne;
  const int text = width - 2 * pad - 16 - pad;
  const int h = std::max(16, m_text->heightForWidth(text));
  m_icon->setGeometry(pad, pad, 16, 16);
  m_text->setGeometry(2 * pad + 16, pad, text, h);
  return h + 2 * pad;
}

// ---- Waiting

WaitingPiece::WaitingPiece(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("The answer has not begun yet"));
  setObjectName(QStringLiteral("waitingPiece"));
}

int WaitingPiece::heightFor(int) { return space::kThree; }

void WaitingPiece::showEvent(QShowEvent*) {
  if (m_timer == 0) m_timer = startTimer(160);
}

void WaitingPiece::hideEvent(QHideEvent*) {
  if (m_timer != 0) killTimer(std::exchange(m_timer, 0));
}

void WaitingPiece::timerEvent(QTimerEvent*) {
  m_phase = (m_phase + 1) % 6;
  update();
}

void WaitingPiece::paintEvent(QPaintEvent*) {
  QPainter p(this);
  p.setRenderHint(QPainter::Antialiasing);
  p.setPen(Qt::NoPen);
  for (int i = 0; i < 3; ++i) {
    QColor c = tokens().accent;
    c.setAlphaF(m_phase % 3 == i ? 0.9f : 0.35f);
    p.setBrush(c);
    p.drawEllipse(QPointF(5 + i * 13, height() / 2.0), 3.5, 3.5);
  }
}

// ---- Footer

FooterPiece::FooterPiece(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("footerPiece"));
  m_drawn = new QLabel(tr("Drawn from"), this);
  m_drawn->setProperty("role", QStringLiteral("muted"));
  m_previous = makeIconButton(QStringLiteral("chevron-left"), tr("Previous branch"), this);
  m_branch = new QLabel(this);
  m_branch->setProperty("role", QStringLiteral("muted"));
  m_next = makeIconButton(QStringLiteral("chevron-right"), tr("Next branch"), this);
  m_copy = makeIconButton(QStringLiteral("copy"), tr("Copy message"), this);
  m_edit = makeIconButton(QStringLiteral("edit"), tr("Edit as a new branch"), this);
  m_again = makeIconButton(QStringLiteral("refresh"), tr("Answer again"), this);
  m_continue = new QPushButton(tr("Continue"), this);
  m_continue->setIcon(icon(QStringLiteral("play"), IconTone::Accent));
  m_continue->setProperty("role", QStringLiteral("quiet"));
  m_continue->setObjectName(QStringLiteral("continueButton"));
  m_fork = makeIconButton(QStringLiteral("branch"), tr("Fork a session from here"), this);
  m_timing = new QLabel(this);
  m_timing->setProperty("role", QStringLiteral("muted"));
  m_timing->setAlignment(Qt::AlignRight | Qt::AlignVCenter);

  connect(m_copy, &QToolButton::clicked, this, [this] { emit m_actions->copyMessage(m_row); });
  connect(m_edit, &QToolButton::clicked, this, [this] { emit m_actions->editMessage(m_row); });
  connect(m_again, &QToolButton::clicked, this, [this] { emit m_actions->regenerate(m_row); });
  connect(m_continue, &QPushButton::clicked, this,
          [this] { emit m_actions->continueAnswer(m_row); });
  connect(m_fork, &QToolButton::clicked, this, [this] { emit m_actions->forkAt(m_row); });
  connect(m_previous, &QToolButton::clicked, this, [this] {
    if (m_sibling > 0) emit m_actions->chooseBranch(m_row, m_siblings[m_sibling - 1]);
  });
  connect(m_next, &QToolButton::clicked, this, [this] {
    if (m_sibling + 1 < m_siblings.size())
      emit m_actions->chooseBranch(m_row, m_siblings[m_sibling + 1]);
  });
}

void FooterPiece::show(const PieceContext& c) {
  m_actions = c.actions;
  m_row = c.row;
  const Message& m = c.entry->message;
  const bool answer = m.role == Message::Role::Assistant;
  m_siblings = m.siblings;
  m_sibling = int(std::max<qsizetype>(0, m.siblings.indexOf(m.id)));
  const bool branches = m.siblings.size() > 1;
  m_previous->setVisible(branches);
  m_next->setVisible(branches);
  m_branch->setVisible(branches);
  m_previous->setEnabled(!c.busy && m_sibling > 0);
  m_next->setEnabled(!c.busy && m_sibling + 1 < m.siblings.size());
  m_branch->setFont(uiFont(TextSize::Small));
  m_branch->setText(QStringLiteral("%1/%2").arg(m_sibling + 1).arg(m.siblings.size()));
  m_branch->setAccessibleName(tr("Branch %1 of %2").arg(m_sibling + 1).arg(m.siblings.size()));
  m_edit->setVisible(m.role == Message::Role::User);
  m_again->setVisible(answer && c.lastAnswer);
  const bool cut = m.state == Message::State::Interrupted ||
                   m.finishReason == QStringLiteral("length") ||
                   m.finishReason == QStringLiteral("cancelled");
  m_continue->setVisible(answer && c.lastAnswer && cut);
  m_continue->setFont(uiFont(TextSize::Small));
  for (QAbstractButton* b :
       {static_cast<QAbstractButton*>(m_edit), static_cast<QAbstractButton*>(m_again),
        static_cast<QAbstractButton*>(m_continue), static_cast<QAbstractButton*>(m_fork)})
    b->setEnabled(!c.busy);
  m_fork->setVisible(m.role != Message::Role::System);
  m_timing->setFont(uiFont(TextSize::Small));
  m_timing->setText(answer ? timingText(m) : QString());
  showSources(c);
}

void FooterPiece::showSources(const PieceContext& c) {
  m_evidence = c.entry->message.evidence;
  std::stable_sort(
      m_evidence.begin(), m_evidence.end(),
      [](const EvidencePassage& a, const EvidencePassage& b) { return a.share > b.share; });
  if (m_evidence.size() > kSources) m_evidence.resize(kSources);
  m_drawn->setVisible(!m_evidence.isEmpty());
  m_drawn->setFont(uiFont(TextSize::Small));
  while (m_sources.size() < m_evidence.size()) {
    auto* chip = new QPushButton(this);
    chip->setProperty("role", QStringLiteral("quiet"));
    chip->setObjectName(QStringLiteral("source"));
    const auto index = m_sources.size();
    connect(chip, &QPushButton::clicked, this,
            [this, index] { emit m_actions->sourceActivated(m_evidence[index]); });
    m_sources.append(chip);
  }
  const QLocale locale;
  for (qsizetype i = 0; i < m_sources.size(); ++i) {
    m_sources[i]->setVisible(i < m_evidence.size());
    if (i >= m_evidence.size()) continue;
    const EvidencePassage& e = m_evidence[i];
    QString place = c.place ? c.place(e) : QString();
    if (place.isEmpty()) place = tr("passage %1").arg(e.reference >= 0 ? e.reference : int(i) + 1);
    const QString share = locale.toString(100 * e.share, 'f', e.share < 0.1 ? 1 : 0);
    m_sources[i]->setFont(uiFont(TextSize::Small));
    m_sources[i]->setText(tr("%1 · %2 %").arg(place, share));
    const QString quote = e.quote.simplified().left(480).toHtmlEscaped();
    m_sources[i]->setToolTip(QStringLiteral("<div style='max-width: 420px'><b>%1</b><br>%2</div>")
                                 .arg(e.title.toHtmlEscaped(), quote));
    m_sources[i]->setAccessibleName(
        tr("Source: %1, %2, %3 per cent of attention").arg(e.title, place, share));
    m_sources[i]->setAccessibleDescription(e.quote.simplified().left(480));
  }
}

QString FooterPiece::timingText(const Message& m) const {
  const AnswerTiming& t = m.timing;
  if (t.completionTokens <= 0) return {};
  QStringList parts{tr("%n token(s)", nullptr, int(t.completionTokens))};
  const QLocale locale;
  if (t.decodeS > 0)
    parts.append(
        tr("%1 tokens/s").arg(locale.toString(double(t.completionTokens) / t.decodeS, 'f', 1)));
  if (t.firstTokenS > 0)
    parts.append(tr("first after %1").arg(durationText(qint64(t.firstTokenS * 1000))));
  return parts.join(QStringLiteral(" · "));
}

/// Sources wrap to as many rows as they need; below them one row of actions, with the timing at its
/// right where there is room, else beneath.
int FooterPiece::heightFor(int width) {
  int x = 0, y = 0;
  if (!m_drawn->isHidden()) {
    const int row = m_sources.first()->sizeHint().height();
    m_drawn->setGeometry(0, 0, m_drawn->sizeHint().width(), row);
    x = m_drawn->sizeHint().width() + space::kHalf;
    for (QPushButton* chip : m_sources) {
      if (chip->isHidden()) continue;
      const int w = std::min(chip->sizeHint().width(), width);
      if (x > 0 && x + w > width) {
        x = 0;
        y += row;
      }
      chip->setGeometry(x, y, w, row);
      x += w;
    }
    y += row;
  }
  x = -6;  // the icons' own padding
  int row = 0;
  for (QWidget* w : {static_cast<QWidget*>(m_previous), static_cast<QWidget*>(m_branch),
                     static_cast<QWidget*>(m_next), static_cast<QWidget*>(m_copy),
                     static_cast<QWidget*>(m_edit), static_cast<QWidget*>(m_again),
                     static_cast<QWidget*>(m_fork), static_cast<QWidget*>(m_continue)}) {
    if (w->isHidden()) continue;
    row = std::max(row, m_copy->sizeHint().height());
    w->setGeometry(x, y, w->sizeHint().width(), m_copy->sizeHint().height());
    x += w->sizeHint().width();
  }
  const int timing = m_timing->sizeHint().width();
  if (!m_timing->text().isEmpty() && x + timing + space::kOne > width) {
    y += row;
    row = m_timing->sizeHint().height();
    m_timing->setGeometry(0, y, width, row);
    m_timing->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  } else {
    m_timing->setGeometry(width - timing, y, timing, row);
  }
  return y + row;
}

}  // namespace leyden::desktop
