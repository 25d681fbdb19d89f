// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/loaded_model.h"

#include "core/dialogue/open_engine.h"
#include "core/engine/host_memory.h"
#include "core/plan/plan.h"

namespace leyden {

Result<std::shared_ptr<LoadedModel>> LoadedModel::open(const std::filesystem::path& dir,
                                                       const OpenOptions& options,
                                                       const ProgressFn& progress,
                                                       const CancelToken* cancel) {
  if (options.threads < 0)
    return invalid_argument("open: threads " + std::to_string(options.threads) + ", expected >= 0");
  std::shared_ptr<LoadedModel> loaded(new LoadedModel);
  loaded->folder_ = dir;
  // Small files first: what is wrong with them should not cost the reading of the weights.
  LEYDEN_ASSIGN(const ModelConfig config, ModelConfig::load(dir));
  LEYDEN_TRY(check_loadable(config, options.model, available_memory_bytes()));
  LEYDEN_ASSIGN(loaded->chat_, ChatTemplate::load(dir, options.chat_format));
  const auto tokenizer = dir / "tokenizer.json";
  std::error_code error;
  if (std::filesystem::exists(tokenizer, error)) {
    LEYDEN_ASSIGN(loaded->tokenizer_, Tokenizer::load(tokenizer));
  }
  loaded->pool_ = std::make_shared<ThreadPool>(options.threads);
  loaded->device_ = options.device;
  LEYDEN_ASSIGN(loaded->engine_, open_engine(dir, options, loaded->pool_, progress, cancel));
  return loaded;
}

std::shared_ptr<const TokenTrie> LoadedModel::token_trie() {
  std::call_once(trie_once_, [this] { trie_ = std::make_shared<TokenTrie>(*tokenizer_); });
  return trie_;
}

Result<std::shared_ptr<const Tokenizer>> LoadedModel::tokenizer() const {
  if (!tokenizer_)
    return not_found((folder_ / "tokenizer.json").string() + ": the model has no tokenizer");
  return tokenizer_;
}

}  // namespace leyden
