// SPDX-License-Identifier: Apache-2.0
// What a model folder holds, for the model page.
#pragma once

#include "app/desktop/engine/model_values.h"

struct leyden_model;

namespace leyden::desktop {

/// Reads config.json and tensor headers through the engine. Blocks; not for the GUI thread.
ModelFacts readModelFacts(const QString& folder);

/// Of an opened model; empty where it cannot be told.
QString fingerprintOf(const leyden_model* model);

/// Whether one session of the model's longest context fits, from config.json alone.
/// @param gpuBytes  memory of each GPU; empty: into main memory as it is now
Outcome<MemoryPlan> planModelMemory(const QString& folder, const QVector<quint64>& gpuBytes);
/// leyden_plan_json.
MemoryPlan planFromJson(const QByteArray& json);

/// The folder of the default model, or why there is none.
Outcome<QString> defaultModelFolder();

}  // namespace leyden::desktop
