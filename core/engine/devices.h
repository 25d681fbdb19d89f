// SPDX-License-Identifier: Apache-2.0
// What a model can compute on here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/engine/gpu_sensors.h"

namespace leyden {

struct Device {
  std::string id;    ///< as make_network() takes it: "cpu", "cuda:0"
  std::string name;  ///< of the product; of the CPU, the instructions its kernels use
  std::string capability;  ///< "9.0"; empty for the CPU
  int32_t units = 0;       ///< cores this process may use, or multiprocessors
  uint64_t memory_bytes = 0, free_bytes = 0;
  GpuSensors sensors;  ///< of a GPU whose driver tells them
  std::string unusable;  ///< why it cannot be used; empty: it can
};

struct DeviceList {
  std::vector<Device> devices;  ///< the CPU first
  std::string no_cuda;          ///< why there is no CUDA device; empty: there is one
};

/// Threads: thread-safe. Asks the driver anew each time.
DeviceList list_devices();

}  // namespace leyden
