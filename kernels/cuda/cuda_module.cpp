// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda_module.h"

#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace leyden::cuda {
namespace {

constexpr const char* kModule = "libleyden_cuda.so";
constexpr int32_t kMajor = 9;

std::filesystem::path beside_this_library() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&load_module), &info) == 0 || !info.dli_fname) return {};
  std::error_code ignored;
  return std::filesystem::weakly_canonical(info.dli_fname, ignored).parent_path();
}

Result<const Ops*> open_module() {
  const std::filesystem::path folder = beside_this_library();
  std::filesystem::path path = folder / kModule;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) path = folder.parent_path() / "lib" / kModule;
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) return not_found(std::string("CUDA module: ") + dlerror());
  const auto ops_of = reinterpret_cast<OpsFunction>(dlsym(handle, "leyden_cuda_ops"));
  const Ops* ops = ops_of ? ops_of(LEYDEN_BUILD_ID) : nullptr;
  if (!ops || ops->struct_size != sizeof(Ops)) {
    return unsupported(path.string() + ": is of another build, expected build " LEYDEN_BUILD_ID);
  }
  int32_t n = 0;
  if (const Error e = ops->device_count(&n); e || n == 0)
    return unsupported(std::string("CUDA: no device can be used: ") + (e ? e : "none is there"));
  std::string refusals;
  for (int32_t d = 0; d < n; ++d) {
    DeviceInfo info;
    if (const Error e = ops->device_info(d, &info)) return unsupported(std::string("CUDA: ") + e);
    const std::string why = refusal(info);
    if (why.empty()) return ops;
    refusals += (refusals.empty() ? "" : "; ") + why;
  }
  return unsupported("CUDA: " + refusals);
}

}  // namespace

Result<const Ops*> load_module() {
  static std::mutex mutex;
  static std::optional<Result<const Ops*>> loaded;
  std::lock_guard lock(mutex);
  if (!loaded) loaded = open_module();
  return *loaded;
}

std::string refusal(const DeviceInfo& device) {
  if (device.major == kMajor) return "";
  return std::string("expected a device of capability 9.0 (Hopper), found ") + device.name + " (" +
         std::to_string(device.major) + "." + std::to_string(device.minor) + ")";
}

Status status_of(Error error, const char* what) {
  if (!error) return {};
  const std::string message = std::string("CUDA: ") + what + ": " + error;
  if (std::strstr(error, "out of memory")) return out_of_memory(message);
  return {StatusCode::kDeviceLost, message};
}

}  // namespace leyden::cuda
