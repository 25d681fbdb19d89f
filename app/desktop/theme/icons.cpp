// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

QColor colourOf(IconTone tone) {
  const Tokens& t = tokens();
  switch (tone) {
    case IconTone::Muted:
      return t.muted;
    case IconTone::Text:
      return t.text;
    case IconTone::Accent:
      return t.accent;
    case IconTone::OnAccent:
      return t.onAccent;
    case IconTone::Danger:
      return t.danger;
    case IconTone::Warning:
      return t.warning;
    case IconTone::Good:
      return t.good;
    case IconTone::Faint:
      return t.faint;
  }
  return t.muted;
}

/// Draws the SVG anew for each size, with its black strokes in the tone's colour.
class LineIconEngine : public QIconEngine {
 public:
  LineIconEngine(QString name, IconTone tone) : m_name(std::move(name)), m_tone(tone) {}

  QIconEngine* clone() const override { return new LineIconEngine(m_name, m_tone); }

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const double scale = painter->device()->devicePixelRatioF();
    painter->drawPixmap(rect, scaledPixmap(rect.size() * scale, mode, state, scale));
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return scaledPixmap(size, mode, state, 1.0);
  }

  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state,
                       qreal scale) override {
    const bool marked = state == QIcon::On && m_tone == IconTone::Muted;
    const QColor colour = mode == QIcon::Disabled ? tokens().faint
                          : marked                ? tokens().accent
                                                  : colourOf(m_tone);
    const QString key = QStringLiteral("leyden/%1/%2/%3x%4")
                            .arg(m_name, colour.name())
                            .arg(size.width())
                            .arg(size.height());
    QPixmap pixmap;
    if (!QPixmapCache::find(key, &pixmap)) {
      pixmap = QPixmap(size);
      pixmap.fill(Qt::transparent);
      QPainter painter(&pixmap);
      QSvgRenderer renderer(source(colour));
      renderer.render(&painter);
      QPixmapCache::insert(key, pixmap);
    }
    pixmap.setDevicePixelRatio(scale);
    return pixmap;
  }

 private:
  QByteArray source(const QColor& colour) const {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
    const bool found = file.open(QIODevice::ReadOnly);
    Q_ASSERT_X(found, "icon", qPrintable(m_name));
    if (!found) return {};
    return file.readAll().replace("#000", colour.name().toLatin1());
  }

  QString m_name;
  IconTone m_tone;
};

}  // namespace

QIcon icon(const QString& name, IconTone tone) { return QIcon(new LineIconEngine(name, tone)); }

}  // namespace leyden::desktop
