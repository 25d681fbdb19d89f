// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/theme/theme_tokens.h"

#include <QFontDatabase>

#include "app/desktop/theme/theme_state.h"

namespace leyden::desktop {

const Tokens& lightTokens() {
  static const Tokens t{false,     "#f4f2ed", "#fcfbf9", "#ffffff", "#eae7e0", "#e0dcd3",
                        "#24221e", "#67635b", "#8a857b", "#17696f", "#ffffff", "#dcebea",
                        "#17696f", "#b3362b", "#966000", "#2f7a3d", "#f3f0ea", "#ffffff"};
  return t;
}

const Tokens& darkTokens() {
  static const Tokens t{true,      "#1b1c1e", "#212325", "#2a2c2f", "#303336", "#373a3e",
                        "#e6e3dd", "#a3a09a", "#85827d", "#68bcc0", "#0f2224", "#24403f",
                        "#2fa8ae", "#ec8177", "#e0b25c", "#7fc68b", "#292b2e", "#ffffff"};
  return t;
}

ThemeState& themeState() {
  static ThemeState state;
  return state;
}

const Tokens& tokens() { return themeState().dark ? darkTokens() : lightTokens(); }

QFont uiFont(TextSize size, QFont::Weight weight) {
  QFont font = themeState().font;
  const double factor = size == TextSize::Small   ? 0.88
                        : size == TextSize::Large ? 1.2
                        : size == TextSize::Title ? 1.6
                                                  : 1.0;
  font.setPointSizeF(themeState().points * factor);
  font.setWeight(weight);
  return font;
}

QFont codeFont(TextSize size) {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  font.setPointSizeF(uiFont(size).pointSizeF() * 0.95);
  return font;
}

}  // namespace leyden::desktop
