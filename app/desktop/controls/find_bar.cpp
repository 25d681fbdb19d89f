// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/controls/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>

#include "app/desktop/controls/finder.h"
#include "app/desktop/controls/icon_button.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

FindBar::FindBar(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("findBar"));
  m_edit = new QLineEdit(this);
  m_edit->setObjectName(QStringLiteral("findEdit"));
  m_edit->setClearButtonEnabled(false);
  m_edit->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  m_edit->installEventFilter(this);
  m_count = new QLabel(this);
  m_count->setProperty("role", QStringLiteral("muted"));
  m_count->setObjectName(QStringLiteral("findCount"));
  m_previous = makeIconButton(QStringLiteral("chevron-up"), {}, this);
  m_next = makeIconButton(QStringLiteral("chevron-down"), {}, this);
  m_close = makeIconButton(QStringLiteral("close"), {}, this);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(space::kOne, space::kHalf, space::kHalf, space::kHalf);
  row->setSpacing(space::kHalf);
  row->addWidget(m_edit, 1);
  row->addWidget(m_count);
  row->addWidget(m_previous);
  row->addWidget(m_next);
  row->addWidget(m_close);
  connect(m_edit, &QLineEdit::textChanged, this, &FindBar::search);
  connect(m_previous, &QToolButton::clicked, this, [this] {
    if (m_finder) m_finder->previous();
  });
  connect(m_next, &QToolButton::clicked, this, [this] {
    if (m_finder) m_finder->next();
  });
  connect(m_close, &QToolButton::clicked, this, &FindBar::close);
  retranslate();
  hide();
}

void FindBar::setFinder(Finder* finder, std::function<int()> from) {
  if (m_finder) m_finder->disconnect(this);
  m_finder = finder;
  m_from = std::move(from);
  if (finder != nullptr) connect(finder, &Finder::countChanged, this, &FindBar::showCount);
  showCount();
}

void FindBar::search() {
  if (m_finder) m_finder->setQuery(m_edit->text(), m_from ? m_from() : 0);
  showCount();
}

bool FindBar::takes(QKeyEvent* event) {
  if (event->matches(QKeySequence::Find))
    open();
  else if (event->matches(QKeySequence::FindNext))
    m_next->click();
  else if (event->matches(QKeySequence::FindPrevious))
    m_previous->click();
  else
    return false;
  return true;
}

void FindBar::setPrompt(const QString& prompt) {
  m_edit->setPlaceholderText(prompt);
  m_edit->setAccessibleName(prompt);
}

void FindBar::open() {
  show();
  m_edit->setFocus(Qt::ShortcutFocusReason);
  m_edit->selectAll();
  search();
}

void FindBar::close() {
  if (isHidden()) return;
  hide();
  if (m_finder) m_finder->setQuery({}, 0);
  emit closed();
}

QString FindBar::query() const { return m_edit->text(); }

void FindBar::showCount() {
  const int total = m_finder ? m_finder->total() : 0;
  const int current = m_finder ? m_finder->current() + 1 : 0;
  const bool more = m_finder && m_finder->isSearching();
  const QLocale locale;
  const QString count = locale.toString(total) + (more ? QStringLiteral("…") : QString());
  if (m_edit->text().isEmpty())
    m_count->setText({});
  else if (total == 0)
    m_count->setText(more ? tr("Searching…") : tr("Nothing found"));
  else if (current == 0)
    m_count->setText(tr("%1 found").arg(count));
  else
    m_count->setText(tr("%1 of %2").arg(locale.toString(current), count));
  m_previous->setEnabled(total > 0);
  m_next->setEnabled(total > 0);
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_edit && event->type() == QEvent::KeyPress) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
      if ((key->modifiers() & Qt::ShiftModifier) != 0)
        m_previous->click();
      else
        m_next->click();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape)
    close();
  else if (!takes(event))
    QWidget::keyPressEvent(event);
}

void FindBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

void FindBar::retranslate() {
  setButtonName(m_previous, tr("Previous match"));
  setButtonName(m_next, tr("Next match"));
  setButtonName(m_close, tr("Close find"));
  showCount();
}

}  // namespace leyden::desktop
