// SPDX-License-Identifier: Apache-2.0
// How much memory this process may still take.
#pragma once

#include <cstddef>

namespace leyden {

/// What the system can give without swapping (page cache that can go counts as free), at most what
/// a control group leaves. 1 GiB where nobody can tell.
size_t available_memory_bytes();

}  // namespace leyden
