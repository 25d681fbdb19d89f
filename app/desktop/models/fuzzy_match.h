// SPDX-License-Identifier: Apache-2.0
// How well a few typed letters fit a text.
#pragma once

#include <QString>

namespace leyden::desktop {

/// 0: the letters of `pattern` (spaces aside) do not come in this order in `text`. Else higher is
/// better: letters at the beginning of words and in unbroken runs count more, long texts less.
/// An empty pattern fits everything with 1.
int fuzzyScore(const QString& pattern, const QString& text);

}  // namespace leyden::desktop
