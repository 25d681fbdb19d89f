// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/device_plans.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/model_facts.h"

namespace leyden::desktop {
namespace {

/// A plan with what is free now, shown against all the memory there is.
MemoryPlan planOn(const DeviceFacts& device, const QString& folder) {
  const uint64_t free = uint64_t(device.free);
  leyden_plan_options options = LEYDEN_PLAN_OPTIONS_INIT;
  if (device.isGpu()) {
    options.gpu_bytes = &free;
    options.n_gpus = 1;
  } else {
    options.host_bytes = free;
  }
  const QByteArray path = folder.toUtf8();
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_plan_json(out, path.constData(), size_t(path.size()), &options, e);
  });
  if (!json) return {};  // what is wrong with a folder is said by its facts
  MemoryPlan plan = planFromJson(*json);
  for (PlanBar& bar : plan.bars) {
    bar.taken = std::max<qint64>(0, device.memory - device.free);
    bar.total = std::max(bar.total, device.memory);
  }
  return plan;
}

}  // namespace

DevicePlans devicesFromJson(const QByteArray& json) {
  const QJsonObject o = QJsonDocument::fromJson(json).object();
  DevicePlans out;
  out.noGpu = o["no_cuda"].toString();
  for (const auto& value : o["devices"].toArray()) {
    const QJsonObject d = value.toObject();
    DeviceFacts device;
    device.id = d["id"].toString();
    device.name = d["name"].toString();
    device.units = d["units"].toInt();
    device.memory = d["memory_bytes"].toInteger();
    device.free = d["free_bytes"].toInteger();
    if (d["temperature_c"].isDouble()) device.celsius = d["temperature_c"].toInt();
    if (d["power_w"].isDouble()) device.watts = d["power_w"].toDouble();
    device.reason = d["reason"].toString();
    if (!device.id.isEmpty()) out.rows.append({device, {}});
  }
  return out;
}

Outcome<DevicePlans> planOnDevices(const QString& folder) {
  const auto json =
      makeBytes([](leyden_string** out, leyden_error** e) { return leyden_devices_json(out, e); });
  if (!json) return json.failure;
  DevicePlans plans = devicesFromJson(*json);
  if (folder.isEmpty()) return plans;
  for (DevicePlans::Row& row : plans.rows)
    if (row.device.isUsable()) row.plan = planOn(row.device, folder);
  return plans;
}

}  // namespace leyden::desktop
