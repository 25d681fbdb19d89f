// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/session_delegates.h"

#include <QPainter>
#include <QTextDocument>

#include "app/desktop/models/search_model.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

using Kind = SessionLine::Kind;

int bodyHeight() { return QFontMetrics(uiFont()).height(); }
int smallHeight() { return QFontMetrics(uiFont(TextSize::Small)).height(); }

/// The rounded ground of a row, and its inside.
QRect paintGround(QPainter* painter, const QStyleOptionViewItem& option) {
  const QRect ground = option.rect.adjusted(space::kOne, 1, -space::kOne, -1);
  const bool selected = option.state & QStyle::State_Selected;
  if (selected || (option.state & QStyle::State_MouseOver)) {
    painter->setPen((option.state & QStyle::State_HasFocus) && selected ? QPen(tokens().accent, 1)
                                                                        : QPen(Qt::NoPen));
    painter->setBrush(selected ? tokens().accentSoft : tokens().hover);
    painter->drawRoundedRect(ground, 6, 6);
  }
  return ground.adjusted(space::kOne, space::kHalf, -space::kOne, -space::kHalf);
}

void paintElided(QPainter* painter, const QRect& rect, const QString& text) {
  painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter,
                    painter->fontMetrics().elidedText(text, Qt::ElideRight, rect.width()));
}

}  // namespace

QSize SessionDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
  switch (Kind(index.data(SessionListModel::KindRole).toInt())) {
    case Kind::Heading: return {100, smallHeight() + space::kTwo};
    case Kind::Folder: return {100, bodyHeight() + space::kTwo};
    case Kind::Session: break;
  }
  return {100, bodyHeight() + smallHeight() + space::kTwo};
}

void SessionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const auto kind = Kind(index.data(SessionListModel::KindRole).toInt());
  if (kind == Kind::Heading) {
    painter->setFont(uiFont(TextSize::Small, QFont::DemiBold));
    painter->setPen(tokens().muted);
    const QRect r = option.rect.adjusted(space::kTwo, space::kOne, -space::kTwo, 0);
    paintElided(painter, r, index.data().toString());
    painter->restore();
    return;
  }
  QRect r = paintGround(painter, option);
  const bool inFolder = !index.data(SessionListModel::FolderRole).toString().isEmpty();
  if (kind == Kind::Folder) {
    icon("folder").paint(painter, QRect(r.left(), r.center().y() - 8, 16, 16));
    painter->setPen(tokens().text);
    painter->setFont(uiFont(TextSize::Body, QFont::DemiBold));
    paintElided(painter, r.adjusted(space::kThree, 0, 0, 0), index.data().toString());
    painter->restore();
    return;
  }
  if (inFolder) r.setLeft(r.left() + space::kTwo);
  QRect top(r.left(), r.top(), r.width(), bodyHeight());
  if (index.data(SessionListModel::PinnedRole).toBool()) {
    icon("pin", IconTone::Accent).paint(painter, QRect(top.right() - 13, top.center().y() - 7, 14, 14));
    top.setRight(top.right() - space::kTwo - 2);
  }
  painter->setPen(tokens().text);
  painter->setFont(uiFont());
  paintElided(painter, top, index.data().toString());
  QRect bottom(r.left(), r.bottom() - smallHeight() + 1, r.width(), smallHeight());
  painter->setPen(tokens().muted);
  painter->setFont(uiFont(TextSize::Small));
  if (index.data(SessionListModel::CachedRole).toBool()) {  // it reopens without reading
    icon("jar", IconTone::Accent).paint(painter, QRect(bottom.left(), bottom.center().y() - 6, 13, 13));
    bottom.setLeft(bottom.left() + space::kTwo + 1);
  }
  paintElided(painter, bottom, index.data(SessionListModel::DetailRole).toString());
  painter->restore();
}

void SessionDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                           const QModelIndex&) const {
  const int height = editor->sizeHint().height();
  editor->setGeometry(option.rect.left() + space::kOne, option.rect.center().y() - height / 2,
                      option.rect.width() - space::kTwo, height);
}

QSize HitDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
  const int lines = index.data(SearchModel::SnippetRole).toString().isEmpty() ? 0 : 2;
  return {100, bodyHeight() + lines * smallHeight() + space::kTwo};
}

void HitDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  const QRect r = paintGround(painter, option);
  const auto kind = SearchHit::Kind(index.data(SearchModel::KindRole).toInt());
  const QRect top(r.left(), r.top(), r.width(), bodyHeight());
  icon(kind == SearchHit::Kind::Document ? "file" : "chat")
      .paint(painter, QRect(top.left(), top.center().y() - 8, 16, 16));
  painter->setPen(tokens().text);
  painter->setFont(uiFont());
  paintElided(painter, top.adjusted(space::kThree, 0, 0, 0), index.data().toString());
  const QString snippet = index.data(SearchModel::SnippetRole).toString();
  if (!snippet.isEmpty()) {
    QTextDocument text;
    text.setDefaultFont(uiFont(TextSize::Small));
    text.setDocumentMargin(0);
    text.setTextWidth(r.width());
    const auto marks = index.data(SearchModel::MarksRole).value<QVector<Span>>();
    text.setHtml(QStringLiteral("<span style=\"color:%1\">%2</span>")
                     .arg(tokens().muted.name(), markedHtml(snippet, marks, tokens().accent.name())));
    painter->translate(r.left(), top.bottom() + 1);
    text.drawContents(painter, QRectF(0, 0, r.width(), 2 * smallHeight()));
  }
  painter->restore();
}

}  // namespace leyden::desktop
