// SPDX-License-Identifier: Apache-2.0
// A page store in a map, small checkpoints, and answers of engines over them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/engine/engine.h"

namespace leyden {

/// Keeps pages in a map; takes none while `full`.
class MapStore final : public PageStore {
 public:
  Status put(StoredPage page) override {
    std::lock_guard lock(mutex_);
    ++offers;
    if (full) return {StatusCode::kBusy, "full"};
    pages.emplace(page.id, std::move(page));
    return {};
  }
  Result<std::optional<StoredPage>> get(const PageId& id) override {
    std::lock_guard lock(mutex_);
    const auto it = pages.find(id);
    return it == pages.end() ? std::optional<StoredPage>() : std::optional<StoredPage>(it->second);
  }
  bool contains(const PageId& id) override {
    std::lock_guard lock(mutex_);
    return pages.contains(id);
  }
  Status load_chain(const PageId& tip, unsigned,
                    const std::function<bool(StoredPage&&)>& take) override {
    std::vector<StoredPage> chain;
    for (PageId id = tip; id != PageId{}; id = chain.back().parent) {
      const auto it = pages.find(id);
      if (it == pages.end()) return not_found("a page is missing");
      chain.push_back(it->second);
    }
    for (auto page = chain.rbegin(); page != chain.rend(); ++page)
      if (!take(std::move(*page))) return cancelled("stopped");
    return {};
  }
  bool wait_for_room(size_t, int) override {
    if (refuses_late) return true;  // room when asked, none when offered
    return !full;
  }

  std::map<PageId, StoredPage> pages;
  std::atomic<bool> full = false, refuses_late = false;
  std::atomic<int> offers = 0;

 private:
  std::mutex mutex_;
};

inline std::shared_ptr<const Model> load_model(const char* name,
                                               Precision precision = Precision::kDeployed) {
  ThreadPool pool(2);
  ModelOptions options;
  options.precision = precision;
  auto model =
      Model::load(std::filesystem::path(LEYDEN_SOURCE_DIR) / "tests/goldens/checkpoints" / name,
                  options, pool, nullptr, nullptr);
  EXPECT_TRUE(model.ok()) << model.status().to_string();
  return *model;
}

inline std::unique_ptr<Engine> engine_over(std::shared_ptr<const Model> model, PageStore* store) {
  EngineOptions options;
  options.store = store;
  options.kv_bytes = size_t{64} << 20;
  return std::move(*Engine::create(std::move(model), std::make_shared<ThreadPool>(2), options));
}

inline std::vector<int32_t> some_tokens(size_t n, int32_t vocab) {
  std::vector<int32_t> ids;
  for (size_t i = 0; i < n; ++i)
    ids.push_back(
        static_cast<int32_t>((i * 7919 + i * i * 31 + 5) % static_cast<size_t>(vocab - 4)) + 3);
  return ids;
}

inline GenerateResult generate(Engine& engine, const std::shared_ptr<Sequence>& sequence,
                               const std::vector<int32_t>& prompt, int64_t n,
                               int64_t answer_tokens = 0) {
  GenerateRequest request;
  request.prompt = prompt;
  request.max_tokens = n;
  request.answer_tokens = answer_tokens;
  request.sampling.temperature = 0.9f;
  request.sampling.presence_penalty = 0.2f;
  request.sampling.seed = 11;
  auto result = engine.generate(sequence, request);
  EXPECT_TRUE(result.ok()) << result.status().to_string();
  return result.ok() ? *result : GenerateResult();
}

}  // namespace leyden
