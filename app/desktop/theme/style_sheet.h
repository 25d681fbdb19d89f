// SPDX-License-Identifier: Apache-2.0
// The app's style sheet: what palette and Fusion cannot say. Kept small.
#pragma once

#include <QString>

namespace leyden::desktop {

struct Tokens;
QString styleSheet(const Tokens& tokens);

}  // namespace leyden::desktop
