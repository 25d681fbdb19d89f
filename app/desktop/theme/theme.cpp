// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/theme/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QFontDatabase>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QTimer>
#include <algorithm>

#include "app/desktop/theme/style_sheet.h"
#include "app/desktop/theme/theme_state.h"

namespace leyden::desktop {
namespace {

constexpr auto kPortal = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kSettings = "org.freedesktop.portal.Settings";
constexpr auto kGroup = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

/// 1: dark, 2: light, 0: no preference or no portal. Qt 6.4 cannot be asked itself.
uint portalScheme() {
  auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return 0;
  auto ask = QDBusMessage::createMethodCall(kPortal, kPath, kSettings, "Read");
  ask << QString(kGroup) << QString(kKey);
  const auto reply = bus.call(ask, QDBus::Block, 100);
  if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty()) return 0;
  QVariant value = reply.arguments().first();
  while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  return value.toUInt();
}

QPalette paletteOf(const Tokens& t) {
  QPalette p;
  p.setColor(QPalette::Window, t.window);
  p.setColor(QPalette::WindowText, t.text);
  p.setColor(QPalette::Base, t.surface);
  p.setColor(QPalette::AlternateBase, t.raised);
  p.setColor(QPalette::Text, t.text);
  p.setColor(QPalette::PlaceholderText, t.faint);
  p.setColor(QPalette::Button, t.raised);
  p.setColor(QPalette::ButtonText, t.text);
  p.setColor(QPalette::BrightText, t.onAccent);
  p.setColor(QPalette::ToolTipBase, t.raised);
  p.setColor(QPalette::ToolTipText, t.text);
  p.setColor(QPalette::Highlight, t.accent);
  p.setColor(QPalette::HighlightedText, t.onAccent);
  p.setColor(QPalette::Link, t.accent);
  p.setColor(QPalette::LinkVisited, t.accent);
  p.setColor(QPalette::Light, t.raised);
  p.setColor(QPalette::Midlight, t.hover);
  p.setColor(QPalette::Mid, t.line);
  p.setColor(QPalette::Dark, t.line);
  p.setColor(QPalette::Shadow, t.line);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    p.setColor(QPalette::Disabled, role, t.faint);
  p.setColor(QPalette::Disabled, QPalette::Highlight, t.line);
  return p;
}

}  // namespace

Theme::Theme(QApplication* app) : QObject(app), m_app(app) {
  QApplication::setStyle(QStyleFactory::create("Fusion"));
  themeState().font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
  apply();
}

Theme::~Theme() = default;

void Theme::setScheme(Scheme scheme) {
  m_scheme = scheme;
  if (scheme == Scheme::System)
    QDBusConnection::sessionBus().connect(kPortal, kPath, kSettings, "SettingChanged", this,
                                          SLOT(onPortalSetting(QString, QString)));
  apply();
}

void Theme::setTextSize(double points) {
  m_points = std::clamp(points, 8.0, 24.0);
  apply();
}

void Theme::setFamily(const QString& family) {
  m_family = family;
  apply();
}

void Theme::onPortalSetting(const QString& group, const QString& key) {
  if (m_scheme == Scheme::System && group == kGroup && key == kKey) apply();
}

bool Theme::systemIsDark() const {
  const uint portal = portalScheme();
  if (portal != 0) return portal == 1;
  // No portal: what the platform's palette looks like, before it was replaced by ours.
  static const bool dark =
      QStyleFactory::create("Fusion")->standardPalette().color(QPalette::Window).lightness() < 128;
  return dark;
}

void Theme::apply() {
  ThemeState& state = themeState();
  state.dark = m_scheme == Scheme::Dark || (m_scheme == Scheme::System && systemIsDark());
  state.points = m_points;
  state.font =
      m_family.isEmpty() ? QFontDatabase::systemFont(QFontDatabase::GeneralFont) : QFont(m_family);
  // Where a font lacks Chinese, these follow in this order.
  QStringList families = state.font.families();
  families << "Noto Sans CJK SC"
           << "Source Han Sans SC"
           << "WenQuanYi Micro Hei";
  families.removeDuplicates();
  state.font.setFamilies(families);
  state.font.setPointSizeF(m_points);
  QApplication::setPalette(paletteOf(tokens()));
  QApplication::setFont(state.font);
  m_app->setStyleSheet(styleSheet(tokens()));
}

}  // namespace leyden::desktop
