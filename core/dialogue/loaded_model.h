// SPDX-License-Identifier: Apache-2.0
// A model folder, opened: weights, engine, tokenizer and chat format together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/page_store.h"
#include "base/status.h"
#include "core/chat/format.h"
#include "core/engine/engine.h"
#include "core/engine/model.h"
#include "core/grammar/token_trie.h"
#include "core/text/tokenizer.h"

namespace leyden {

struct OpenOptions {
  ModelOptions model;
  int threads = 0;  ///< 0: one per core
  int64_t chunk_tokens = 512;
  size_t kv_bytes = 0;         ///< cap on KV memory; 0: Network::default_kv_bytes()
  std::string device = "cpu";  ///< make_network's
  PageStore* store = nullptr;
  std::optional<ChatFormat> chat_format;  ///< overrides what the folder says
};

/// Threads: concurrent use of the parts is as their own classes say.
class LoadedModel {
 public:
  /// The tokenizer and chat format are optional here: without tokenizer.json the model still
  /// computes on token ids, and tokenizer() says what is missing.
  /// Errors: those of Model::load and Engine::create; kCorrupt for a bad tokenizer.json or profile.
  static Result<std::shared_ptr<LoadedModel>> open(const std::filesystem::path& dir,
                                                   const OpenOptions& options,
                                                   const ProgressFn& progress,
                                                   const CancelToken* cancel);

  const Model& model() const { return engine_->model(); }
  Engine& engine() { return *engine_; }
  /// kNotFound when the folder has no tokenizer.json.
  Result<std::shared_ptr<const Tokenizer>> tokenizer() const;
  /// The tokenizer's tokens for constrained answers; made when first asked for. Needs a tokenizer.
  std::shared_ptr<const TokenTrie> token_trie();
  const ChatTemplate& chat_template() const { return chat_; }
  const std::filesystem::path& folder() const { return folder_; }
  int threads() const { return pool_->size(); }
  /// As asked for: "cpu", "cuda", "cuda:1".
  const std::string& device() const { return device_; }

 private:
  LoadedModel() = default;

  std::filesystem::path folder_;
  std::shared_ptr<ThreadPool> pool_;
  std::string device_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::once_flag trie_once_;
  std::shared_ptr<const TokenTrie> trie_;
  ChatTemplate chat_;
};

}  // namespace leyden
