// SPDX-License-Identifier: Apache-2.0
// Reading small files whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/status.h"

namespace leyden {

/// All bytes of a file.
/// Errors: kNotFound, kIo; kCorrupt when there are more than max_bytes.
Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes);

}  // namespace leyden
