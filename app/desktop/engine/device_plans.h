// SPDX-License-Identifier: Apache-2.0
// The devices of this computer, and whether a model fits on each.
#pragma once

#include "app/desktop/engine/model_values.h"
#include "app/desktop/engine/values.h"

namespace leyden::desktop {

/// leyden_devices_json; the plans are empty.
DevicePlans devicesFromJson(const QByteArray& json);
/// @param folder  empty, or no model: the devices alone
Outcome<DevicePlans> planOnDevices(const QString& folder);

}  // namespace leyden::desktop
