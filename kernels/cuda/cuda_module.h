// SPDX-License-Identifier: Apache-2.0
// Opens the CUDA module, where there is one and a device it can run on.
#pragma once

#include <string>

#include "base/status.h"
#include "kernels/cuda/cuda_ops.h"

namespace leyden::cuda {

/// The ops of libleyden_cuda.so beside this library; opened once, never closed.
/// Errors: kNotFound when the module is not there; kUnsupported when it is of another build, when
/// there is no driver, or when no device has capability 9.0 (naming the device that was found).
/// Threads: thread-safe.
Result<const Ops*> load_module();

/// Why the module cannot run on a device, "" when it can: "expected a device of capability 9.0
/// (Hopper), found NVIDIA A100 (8.0)".
std::string refusal(const DeviceInfo& device);

/// A failed call as a status: kOutOfMemory where the driver says so, else kDeviceLost.
Status status_of(Error error, const char* what);

}  // namespace leyden::cuda
