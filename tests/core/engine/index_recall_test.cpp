// SPDX-License-Identifier: Apache-2.0
// How much of a full attention's mass the index selection holds: bounds, and what it refuses.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/engine/engine.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(LEYDEN_SOURCE_DIR) / "tests/goldens/checkpoints/topk_small";

std::unique_ptr<Engine> open(ModelOptions options, int64_t chunk) {
  auto pool = std::make_shared<ThreadPool>(2);
  auto model = Model::load(kModel, options, *pool, nullptr, nullptr);
  EXPECT_TRUE(model.ok()) << model.status().to_string();
  EngineOptions engine;
  engine.chunk_tokens = chunk;
  return std::move(*Engine::create(*model, pool, engine));
}

std::vector<int32_t> ids() {
  std::ifstream in(kModel / "ids.txt");
  std::vector<int32_t> out;
  for (int32_t id; in >> id;) out.push_back(id);
  return out;
}

TEST(IndexRecall, LiesBetweenChanceAndTheBestAndDoesNotDependOnChunks) {
  IndexRecall first;
  for (const int64_t chunk : {1000, 17}) {
    auto engine = open({.precision = Precision::kReference}, chunk);
    const auto recall = engine->index_recall(ids(), 1, nullptr, nullptr);
    ASSERT_TRUE(recall.ok()) << recall.status().to_string();
    const int64_t topk = engine->model().config().index_topk;
    ASSERT_EQ(recall->layers.size(), 3u);
    EXPECT_EQ(recall->rows, static_cast<int64_t>(ids().size()) - topk);
    const auto rows = static_cast<double>(recall->rows);
    for (const LayerRecall& layer : recall->layers) {
      EXPECT_GT(layer.captured, 0);
      EXPECT_LE(layer.captured, layer.best * (1 + 1e-6));
      EXPECT_LE(layer.best, rows * (1 + 1e-5));
      // Every key has the mean at least once among the best.
      EXPECT_GE(layer.best / rows, static_cast<double>(topk) / static_cast<double>(ids().size()));
    }
    if (first.layers.empty()) first = *recall;
    for (size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(recall->layers[i].captured, first.layers[i].captured, 1e-6 * rows);
  }
}

TEST(IndexRecall, RefusesWhereNothingIsSelected) {
  const auto all = ids();
  auto dsa = open({.precision = Precision::kReference}, 64);
  EXPECT_EQ(dsa->index_recall({all.data(), 9}, 1, nullptr, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(dsa->index_recall(all, 0, nullptr, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  auto dense = open({.precision = Precision::kReference, .attention = AttentionMode::kDense}, 64);
  EXPECT_EQ(dense->index_recall(all, 1, nullptr, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(dsa->index_recall(all, 1, nullptr, &cancel).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace leyden
