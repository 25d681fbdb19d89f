// SPDX-License-Identifier: Apache-2.0
// The engine on the emulated device: the same bits however a prompt is cut, sessions that move
// between devices, and what happens when the device has no memory left or is lost.
#include <gtest/gtest.h>

#include <thread>

#include "core/engine/cuda/cuda_forward.h"
#include "tests/core/engine/engine_fixture.h"

namespace leyden {
namespace {

const cuda::Ops& emulated() { return *cuda::leyden_cuda_ops(LEYDEN_BUILD_ID); }

std::unique_ptr<Engine> device_engine(const std::shared_ptr<const Model>& model, PageStore* store,
                                      const cuda::Ops& ops = emulated(), int64_t chunk = 512,
                                      size_t kv_bytes = size_t{64} << 20) {
  auto network = CudaForward::create(model, ops, 0);
  EXPECT_TRUE(network.ok()) << network.status().to_string();
  EngineOptions options;
  options.store = store;
  options.chunk_tokens = chunk;
  options.kv_bytes = kv_bytes;
  return std::move(
      *Engine::create(model, std::make_shared<ThreadPool>(2), std::move(*network), options));
}

std::vector<float> logits_of(Engine& engine, const std::vector<int32_t>& tokens) {
  std::vector<float> out;
  const auto vocab = engine.model().config().vocab_size;
  const Status status = engine.logits(
      tokens,
      [&](int64_t, int64_t n, const float* logits) -> Status {
        out.insert(out.end(), logits, logits + n * vocab);
        return {};
      },
      nullptr, nullptr);
  EXPECT_TRUE(status.ok()) << status.to_string();
  return out;
}

TEST(CudaEngine, AnyChunkGivesTheSameBits) {
  const auto model = load_model("topk_small");
  const std::vector<int32_t> tokens = some_tokens(40, 96);  // top-k is 24
  const std::vector<float> whole = logits_of(*device_engine(model, nullptr), tokens);
  ASSERT_EQ(whole.size(), 40 * static_cast<size_t>(model->config().vocab_size));
  for (const int64_t chunk : {1, 17}) {
    const auto cut = logits_of(*device_engine(model, nullptr, emulated(), chunk), tokens);
    EXPECT_TRUE(cut == whole) << "chunk " << chunk;
  }
}

TEST(CudaEngine, BatchMatesChangeNothing) {
  const auto model = load_model("topk_small");
  auto alone = device_engine(model, nullptr);
  const auto expected = generate(*alone, alone->new_sequence(), some_tokens(30, 96), 8).tokens;
  auto engine = device_engine(model, nullptr);
  std::vector<int32_t> others = some_tokens(20, 96);
  others[0] = 17;
  std::thread mate([&] { (void)generate(*engine, engine->new_sequence(), others, 12); });
  EXPECT_EQ(generate(*engine, engine->new_sequence(), some_tokens(30, 96), 8).tokens, expected);
  mate.join();
}

TEST(CudaEngine, ASessionMovesBetweenDevices) {
  const auto model = load_model("topk_small");
  for (const bool to_device : {false, true}) {
    MapStore store;
    const std::vector<int32_t> prompt = some_tokens(62, 96);
    const auto engine = [&](bool device) {
      return device ? device_engine(model, &store) : engine_over(model, &store);
    };
    SavedSequence saved;
    std::vector<int32_t> answer;
    {
      auto first = engine(!to_device);
      auto sequence = first->new_sequence();
      answer = generate(*first, sequence, prompt, 6).tokens;
      ASSERT_EQ(answer.size(), 6u);
      saved = first->save(*sequence);
    }
    auto next = engine(to_device);
    auto sequence = next->restore(saved, nullptr, nullptr);
    ASSERT_TRUE(sequence.ok()) << sequence.status().to_string();
    EXPECT_EQ((*sequence)->tokens().size(), 67u);
    const SavedSequence again = next->save(**sequence);
    EXPECT_TRUE(again.tail_payload == saved.tail_payload && again.tip == saved.tip);
    const auto report = next->verify(*sequence, nullptr, nullptr);
    ASSERT_TRUE(report.ok()) << report.status().to_string();
    EXPECT_FALSE(report->bits_promised);
    EXPECT_TRUE(report->measured);
    // As far as FP8 puts any two deployed computations of this checkpoint (cuda_forward_test).
    EXPECT_LE(report->mean_kl, 5e-2);
    std::vector<int32_t> second = prompt;
    second.insert(second.end(), answer.begin(), answer.end());
    second.push_back(5);
    const GenerateResult more = generate(*next, *sequence, second, 5);
    EXPECT_EQ(more.tokens.size(), 5u);
    EXPECT_EQ(more.reused_tokens, 67);
  }
}

TEST(CudaEngine, TheSameDeviceKeepsItsBits) {
  const auto model = load_model("moe_groups_fp8");
  MapStore store;
  SavedSequence saved;
  {
    auto first = device_engine(model, &store);
    auto sequence = first->new_sequence();
    (void)generate(*first, sequence, some_tokens(66, 96), 3);
    saved = first->save(*sequence);
  }
  auto next = device_engine(model, &store);
  auto sequence = *next->restore(saved, nullptr, nullptr);
  const auto report = *next->verify(sequence, nullptr, nullptr);
  EXPECT_TRUE(report.bits_promised && report.same_bits) << report.first_difference;
  // A fork shares full pages and owns its last one.
  auto fork = *next->fork(sequence, 66);
  auto longer = some_tokens(68, 96);
  EXPECT_EQ(generate(*next, fork, longer, 3).tokens, generate(*next, sequence, longer, 3).tokens);
}

/// The emulated ops with a call that fails.
struct Failing {
  static inline int64_t calls_left = 0;
  static inline int64_t bytes_left = 0;
  static cuda::Error synchronize(cuda::Stream stream) {
    if (calls_left-- <= 0) return "an illegal memory access was encountered";
    return emulated().synchronize(stream);
  }
  static cuda::Error allocate(void** out, size_t bytes) {
    if (static_cast<int64_t>(bytes) > bytes_left) return "out of memory";
    bytes_left -= static_cast<int64_t>(bytes);
    return emulated().allocate(out, bytes);
  }
};

TEST(CudaEngine, ALostDeviceIsAStatusAndFullPagesAreSafe) {
  const auto model = load_model("topk_small");
  const std::vector<int32_t> prompt = some_tokens(80, 96);
  cuda::Ops ops = emulated();
  ops.synchronize = Failing::synchronize;
  int lost = 0;
  for (const int64_t calls : {0, 2, 3, 4}) {
    MapStore store;
    Failing::calls_left = 1 << 30;
    auto engine = device_engine(model, &store, ops);
    auto sequence = engine->new_sequence();
    Failing::calls_left = calls;
    GenerateRequest request;
    request.prompt = prompt;
    request.max_tokens = 20;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto result = engine->generate(sequence, request);
      ASSERT_FALSE(result.ok()) << calls;
      EXPECT_EQ(result.status().code(), StatusCode::kDeviceLost) << result.status().to_string();
    }
    ++lost;
    const SavedSequence saved = engine->save(*sequence);
    EXPECT_EQ(saved.n_tokens % 64, 0);
    EXPECT_TRUE(saved.tail_payload.empty());
    // What reached the store serves on the CPU; the rest is read again.
    auto cpu = engine_over(model, &store);
    EXPECT_EQ(generate(*cpu, cpu->new_sequence(), prompt, 3).tokens.size(), 3u);
  }
  EXPECT_EQ(lost, 4);
}

TEST(CudaEngine, NoMemoryNamesWhatWasAsked) {
  const auto model = load_model("topk_small");
  cuda::Ops ops = emulated();
  ops.allocate = Failing::allocate;
  Failing::bytes_left = 1000;
  const auto refused = CudaForward::create(model, ops, 0);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kOutOfMemory) << refused.status().to_string();

  Failing::bytes_left = int64_t{1} << 40;
  auto engine = device_engine(model, nullptr, ops);
  Failing::bytes_left = 0;
  GenerateRequest request;
  request.prompt = some_tokens(80, 96);
  request.max_tokens = 2;
  auto sequence = engine->new_sequence();
  const auto result = engine->generate(sequence, request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), StatusCode::kOutOfMemory);
  EXPECT_NE(result.status().message().find("a page of"), std::string::npos)
      << result.status().message();
  // Once there is room it goes on.
  Failing::bytes_left = int64_t{1} << 40;
  EXPECT_TRUE(engine->generate(sequence, request).ok());
}

TEST(CudaEngine, PagesBeyondTheCapComeBackFromTheStore) {
  const auto model = load_model("topk_small");
  MapStore store;
  const auto page = static_cast<size_t>(model->kv_layout().page_bytes());
  auto engine = device_engine(model, &store, emulated(), 512, 2 * page);
  const std::vector<int32_t> first = some_tokens(66, 96);
  std::vector<int32_t> second = first;
  second[0] = 9;
  (void)generate(*engine, engine->new_sequence(), first, 2);
  (void)generate(*engine, engine->new_sequence(), second, 2);
  EXPECT_GT(engine->page_stats().evictions, 0u);
  const GenerateResult again = generate(*engine, engine->new_sequence(), first, 2);
  EXPECT_EQ(again.reused_tokens, 64);
  EXPECT_GT(engine->page_stats().store_hits, 0u);
}

TEST(CudaEngine, IndexRecallIsMeasuredOnTheCpuOnly) {
  const auto model = load_model("topk_small");
  auto engine = device_engine(model, nullptr);
  const auto recall = engine->index_recall(some_tokens(80, 96), 1, nullptr, nullptr);
  EXPECT_EQ(recall.status().code(), StatusCode::kUnsupported);
}

TEST(Network, DevicesAreNamed) {
  const auto model = load_model("topk_small");
  ThreadPool pool(1);
  EXPECT_TRUE(make_network("cpu", model, pool).ok());
  for (const char* wrong : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", ""}) {
    const auto network = make_network(wrong, model, pool);
    ASSERT_FALSE(network.ok()) << wrong;
    EXPECT_EQ(network.status().code(), StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace leyden
