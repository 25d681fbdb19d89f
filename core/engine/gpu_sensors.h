// SPDX-License-Identifier: Apache-2.0
// How warm a GPU is and what it draws, as the driver's own library (NVML) tells it. That library is
// opened when it is first needed and is no requirement: without it nothing is known.
#pragma once

#include <cstdint>
#include <optional>

namespace leyden {

struct GpuSensors {
  std::optional<int32_t> temperature_c;  ///< degrees Celsius
  std::optional<double> power_w;         ///< watts, drawn now
};

/// @param bus_id  on PCI, "0000:3b:00.0"
/// Threads: thread-safe. Asks the driver anew each time, some 0.1 ms.
GpuSensors read_gpu_sensors(const char* bus_id);

}  // namespace leyden
