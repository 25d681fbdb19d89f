// SPDX-License-Identifier: Apache-2.0
#include "core/engine/gpu_sensors.h"

#include <dlfcn.h>

#include <type_traits>

namespace leyden {
namespace {

// Names, types and numbers of nvml.h, whose interface is stable.
using NvmlDevice = void*;
constexpr int kNvmlSuccess = 0;
constexpr int kNvmlTemperatureGpu = 0;

struct Nvml {
  int (*init)() = nullptr;
  int (*by_bus_id)(const char*, NvmlDevice*) = nullptr;
  int (*temperature)(NvmlDevice, int, unsigned*) = nullptr;
  int (*power_mw)(NvmlDevice, unsigned*) = nullptr;
  bool usable = false;

  Nvml() {
    void* library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    usable = find(init, "nvmlInit_v2") && find(by_bus_id, "nvmlDeviceGetHandleByPciBusId_v2") &&
             find(temperature, "nvmlDeviceGetTemperature") &&
             find(power_mw, "nvmlDeviceGetPowerUsage") && init() == kNvmlSuccess;
  }
};

}  // namespace

GpuSensors read_gpu_sensors(const char* bus_id) {
  static const Nvml nvml;  // never closed: the driver outlives every model
  GpuSensors sensors;
  NvmlDevice device = nullptr;
  if (!nvml.usable || nvml.by_bus_id(bus_id, &device) != kNvmlSuccess) return sensors;
  unsigned value = 0;
  if (nvml.temperature(device, kNvmlTemperatureGpu, &value) == kNvmlSuccess)
    sensors.temperature_c = int32_t(value);
  if (nvml.power_mw(device, &value) == kNvmlSuccess) sensors.power_w = double(value) / 1000;
  return sensors;
}

}  // namespace leyden
