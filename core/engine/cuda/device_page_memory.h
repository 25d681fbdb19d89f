// SPDX-License-Identifier: Apache-2.0
// KV pages on one CUDA device.
#pragma once

#include <cstdint>
#include <memory>

#include "core/engine/page_memory.h"
#include "kernels/cuda/cuda_ops.h"

namespace leyden {

/// Pages in canonical layout. Copies to and from the host go through pinned memory on a stream of
/// their own, beside what is being computed; a page that is copied must not be written at that
/// time.
std::shared_ptr<PageMemory> make_device_page_memory(const KvLayout& layout, const cuda::Ops& ops,
                                                    int32_t device);

}  // namespace leyden
