// SPDX-License-Identifier: Apache-2.0
// The seam between everything that talks to an engine and the engine: the one function that makes
// it. tests/fake links its own definition in place of ours.
#pragma once

#include <filesystem>
#include <memory>

#include "core/dialogue/loaded_model.h"

namespace leyden {

/// Loads the weights of a folder and starts an engine on them.
/// Errors: those of Model::load, make_network and Engine::create.
Result<std::unique_ptr<Engine>> open_engine(const std::filesystem::path& dir,
                                            const OpenOptions& options,
                                            const std::shared_ptr<ThreadPool>& pool,
                                            const ProgressFn& progress, const CancelToken* cancel);

}  // namespace leyden
