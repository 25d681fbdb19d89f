// SPDX-License-Identifier: Apache-2.0
#include "core/engine/devices.h"

#include <sys/sysinfo.h>

#include "core/engine/host_memory.h"
#include "kernels/cpu_features.h"
#include "kernels/cuda/cuda_module.h"
#include "kernels/thread_pool.h"

namespace leyden {
namespace {

Device cpu() {
  Device d;
  d.id = "cpu";
  d.name = std::string("CPU, ") + cpu_level_name(cpu_level());
  d.units = usable_cores();
  struct sysinfo host{};
  if (sysinfo(&host) == 0) d.memory_bytes = uint64_t{host.totalram} * host.mem_unit;
  d.free_bytes = available_memory_bytes();
  return d;
}

Device cuda_device(const cuda::Ops& ops, int32_t number) {
  Device d;
  d.id = "cuda:" + std::to_string(number);
  cuda::DeviceInfo info;
  if (const cuda::Error e = ops.device_info(number, &info)) {
    d.unusable = e;
    return d;
  }
  d.name = info.name;
  d.capability = std::to_string(info.major) + "." + std::to_string(info.minor);
  d.units = info.multiprocessors;
  d.memory_bytes = info.total_bytes;
  d.free_bytes = info.free_bytes;
  d.unusable = cuda::refusal(info);
  d.sensors = read_gpu_sensors(info.bus_id);
  return d;
}

}  // namespace

DeviceList list_devices() {
  DeviceList list;
  list.devices.push_back(cpu());
  const auto ops = cuda::load_module();
  if (!ops.ok()) {
    list.no_cuda = ops.status().message();
    return list;
  }
  int32_t count = 0;
  if (const cuda::Error e = (*ops)->device_count(&count)) {
    list.no_cuda = e;
    return list;
  }
  for (int32_t i = 0; i < count; ++i) list.devices.push_back(cuda_device(**ops, i));
  return list;
}

}  // namespace leyden
