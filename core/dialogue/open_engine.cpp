// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/open_engine.h"

namespace leyden {

Result<std::unique_ptr<Engine>> open_engine(const std::filesystem::path& dir,
                                            const OpenOptions& options,
                                            const std::shared_ptr<ThreadPool>& pool,
                                            const ProgressFn& progress, const CancelToken* cancel) {
  LEYDEN_ASSIGN(std::shared_ptr<const Model> model,
                Model::load(dir, options.model, *pool, progress, cancel));
  EngineOptions engine;
  engine.chunk_tokens = options.chunk_tokens;
  engine.kv_bytes = options.kv_bytes;
  engine.store = options.store;
  LEYDEN_ASSIGN(std::unique_ptr<Network> network, make_network(options.device, model, *pool));
  return Engine::create(std::move(model), pool, std::move(network), engine);
}

}  // namespace leyden
