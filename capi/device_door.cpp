// SPDX-License-Identifier: Apache-2.0
// What a model can compute on.
#include <nlohmann/json.hpp>

#include "capi/convert.h"
#include "capi/guard.h"
#include "core/engine/devices.h"

using namespace leyden;
using namespace leyden::capi;

leyden_status leyden_devices_json(leyden_string** out, leyden_error** error) {
  using Json = nlohmann::ordered_json;
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    const auto text = [](const std::string& s) { return s.empty() ? Json(nullptr) : Json(s); };
    const auto known = [](const auto& n) { return n ? Json(*n) : Json(nullptr); };
    const DeviceList list = list_devices();
    Json devices = Json::array();
    for (const Device& d : list.devices) {
      devices.push_back({{"id", d.id},
                         {"name", d.name},
                         {"capability", text(d.capability)},
                         {"units", d.units},
                         {"memory_bytes", d.memory_bytes},
                         {"free_bytes", d.free_bytes},
                         {"temperature_c", known(d.sensors.temperature_c)},
                         {"power_w", known(d.sensors.power_w)},
                         {"usable", d.unusable.empty()},
                         {"reason", text(d.unusable)}});
    }
    give(out, Json{{"devices", devices}, {"no_cuda", text(list.no_cuda)}}.dump());
    return {};
  });
}
