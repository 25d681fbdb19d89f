// SPDX-License-Identifier: Apache-2.0
// What Theme has put into force. Only files of theme/ include this.
#pragma once

#include <QFont>

namespace leyden::desktop {

struct ThemeState {
  bool dark = false;
  double points = 10.5;
  QFont font;
};
ThemeState& themeState();

}  // namespace leyden::desktop
