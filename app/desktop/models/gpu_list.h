// SPDX-License-Identifier: Apache-2.0
// GPUs as people write them: "8x141GB", "2x80GB+48GB".
#pragma once

#include <QString>
#include <QVector>
#include <optional>

namespace leyden::desktop {

/// Bytes of each GPU, in order (GB are 10^9, GiB 2^30); an empty text has none. Nothing when the
/// text does not say GPUs, or more than 64.
std::optional<QVector<quint64>> gpuBytes(const QString& text);

}  // namespace leyden::desktop
