// SPDX-License-Identifier: Apache-2.0
// The network on the emulated device against the network on the CPU: read in chunks, then decoded,
// on checkpoints of several shapes. Deployed precision on both sides, so what differs is the order
// of sums, amplified by FP8 (tests/core/dialogue/closeness_test.cpp says how far).
#include "core/engine/cuda/cuda_forward.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "core/engine/forward.h"
#include "kernels/thread_pool.h"

namespace leyden {
namespace {

constexpr int64_t kPage = KvLayout::kPageTokens;

std::shared_ptr<const Model> open_model(const std::string& name, ModelOptions options,
                                        ThreadPool& pool) {
  auto model = Model::load(std::string(LEYDEN_SOURCE_DIR "/tests/goldens/checkpoints/") + name,
                           options, pool, nullptr, nullptr);
  EXPECT_TRUE(model.ok()) << model.status().to_string();
  return model.ok() ? *model : nullptr;
}

struct Batch {
  int64_t first, count;
  bool decode;
};

std::vector<ForwardRow> rows_of(const Batch& b, const std::vector<int32_t>& tokens,
                                std::byte* const* pages, std::vector<std::vector<float>>* mass) {
  std::vector<ForwardRow> rows;
  for (int64_t i = b.first; i < b.first + b.count; ++i) {
    ForwardRow row{tokens[static_cast<size_t>(i)], i, pages, b.decode, nullptr};
    if (mass && i % 3 == 0) {
      (*mass)[static_cast<size_t>(i)].assign(static_cast<size_t>(i) + 1, 0.0f);
      row.mass = (*mass)[static_cast<size_t>(i)].data();
    }
    rows.push_back(row);
  }
  return rows;
}

struct Outcome {
  std::vector<float> logits;             // [tokens, vocab]
  std::vector<std::vector<float>> mass;  // of every third token
  std::vector<std::byte> first_page;     // canonical
};

Outcome on_cpu(const std::shared_ptr<const Model>& model, ThreadPool& pool,
               const std::vector<int32_t>& tokens, const std::vector<Batch>& batches) {
  const KvLayout& layout = model->kv_layout();
  std::vector<std::vector<std::byte>> memory;
  std::vector<std::byte*> pages;
  for (size_t p = 0; p * kPage < tokens.size(); ++p) {
    memory.emplace_back(static_cast<size_t>(layout.page_bytes()), std::byte{0xff});
    pages.push_back(memory.back().data());
  }
  Outcome run;
  run.mass.resize(tokens.size());
  const auto vocab = static_cast<size_t>(model->config().vocab_size);
  Forward forward(model, pool);
  for (const Batch& b : batches) {
    const auto rows = rows_of(b, tokens, pages.data(), &run.mass);
    EXPECT_TRUE(forward.run(rows).ok());
    std::vector<int32_t> all(rows.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int32_t>(i);
    std::vector<float> logits(rows.size() * vocab);
    EXPECT_TRUE(forward.logits(all, logits.data()).ok());
    run.logits.insert(run.logits.end(), logits.begin(), logits.end());
  }
  run.first_page.resize(static_cast<size_t>(layout.page_bytes()));
  kv_to_canonical(layout, pages[0], run.first_page.data());
  return run;
}

Outcome on_device(const std::shared_ptr<const Model>& model, const std::vector<int32_t>& tokens,
                  const std::vector<Batch>& batches) {
  const cuda::Ops& ops = *cuda::leyden_cuda_ops(LEYDEN_BUILD_ID);
  const auto page_bytes = static_cast<size_t>(model->kv_layout().page_bytes());
  std::vector<DeviceMemory> memory;
  std::vector<std::byte*> pages;
  for (size_t p = 0; p * kPage < tokens.size(); ++p) {
    memory.emplace_back(&ops);
    EXPECT_TRUE(memory.back().ensure(page_bytes).ok());
    pages.push_back(memory.back().as<std::byte>());
  }
  Outcome run;
  run.mass.resize(tokens.size());
  const auto vocab = static_cast<size_t>(model->config().vocab_size);
  auto created = CudaForward::create(model, ops, 0);
  EXPECT_TRUE(created.ok()) << created.status().to_string();
  CudaForward& forward = **created;
  for (const Batch& b : batches) {
    const auto rows = rows_of(b, tokens, pages.data(), &run.mass);
    const Status s = forward.run(rows);
    EXPECT_TRUE(s.ok()) << s.to_string();
    std::vector<int32_t> all(rows.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int32_t>(i);
    std::vector<float> logits(rows.size() * vocab);
    EXPECT_TRUE(forward.logits(all, logits.data()).ok());
    run.logits.insert(run.logits.end(), logits.begin(), logits.end());
  }
  run.first_page.resize(page_bytes);
  EXPECT_EQ(ops.copy(run.first_page.data(), pages[0], page_bytes, nullptr), nullptr);
  return run;
}

/// Mean over rows of KL(a || b), nats.
double mean_kl(const std::vector<float>& a, const std::vector<float>& b, size_t vocab) {
  double sum = 0;
  const size_t rows = a.size() / vocab;
  for (size_t r = 0; r < rows; ++r) {
    const float *p = a.data() + r * vocab, *q = b.data() + r * vocab;
    double np = 0, nq = 0;
    for (size_t v = 0; v < vocab; ++v) np += std::exp(p[v]), nq += std::exp(q[v]);
    for (size_t v = 0; v < vocab; ++v)
      sum += std::exp(p[v]) / np * ((p[v] - std::log(np)) - (q[v] - std::log(nq)));
  }
  return sum / static_cast<double>(rows);
}

class CudaForwardTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CudaForwardTest, ComputesWhatTheCpuComputes) {
  ThreadPool pool(1);
  constexpr size_t kTokens = 80;
  std::vector<AttentionForm> forms = {AttentionForm::kMha};
  forms.push_back(AttentionForm::kMqa);
  for (const AttentionForm form : forms) {
    const auto model = open_model(GetParam(), {.form = form}, pool);
    ASSERT_TRUE(model);
    const auto vocab = static_cast<size_t>(model->config().vocab_size);
    std::vector<int32_t> tokens;
    for (size_t i = 0; i < kTokens; ++i)
      tokens.push_back(static_cast<int32_t>((i * 7919 + i * i * 31) % vocab));
    const std::vector<Batch> batches = {
        {0, 30, false}, {30, 44, false}, {74, 1, true}, {75, 1, true}, {76, 4, false}};
    const Outcome cpu = on_cpu(model, pool, tokens, batches);
    const Outcome device = on_device(model, tokens, batches);

    // The noise of FP8 itself, on this checkpoint.
    const auto reference = open_model(GetParam(), {.precision = Precision::kReference}, pool);
    const Outcome exact = on_cpu(reference, pool, tokens, batches);
    const double noise = mean_kl(exact.logits, cpu.logits, vocab);
    const double kl = mean_kl(cpu.logits, device.logits, vocab);
    std::printf("%s, form %d: mean KL %.2e nats; deployed against reference %.2e\n", GetParam(),
                static_cast<int>(form), kl, noise);
    EXPECT_LE(kl, noise + 1e-7);

    // The first token's records pass through few sums: their bytes are the same but for single
    // codes.
    const KvLayout& layout = model->kv_layout();
    size_t different = 0;
    for (int64_t i = 0; i < layout.latent_bytes(); ++i)
      different +=
          cpu.first_page[static_cast<size_t>(i)] != device.first_page[static_cast<size_t>(i)];
    EXPECT_LE(different, static_cast<size_t>(layout.latent_bytes()) / 50 + 1);

    // Attention mass: whole for every token, and no further off than FP8 puts it.
    const double heads = static_cast<double>(model->config().n_heads * model->config().n_layers);
    double apart = 0, noise_apart = 0;
    for (size_t t = 0; t < kTokens; t += 3) {
      double sum = 0;
      for (size_t p = 0; p <= t; ++p) {
        sum += device.mass[t][p];
        apart += std::fabs(device.mass[t][p] - cpu.mass[t][p]);
        noise_apart += std::fabs(exact.mass[t][p] - cpu.mass[t][p]);
      }
      EXPECT_NEAR(sum, heads, 1e-3 * heads) << "token " << t;
    }
    EXPECT_LE(apart, noise_apart + 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, CudaForwardTest,
                         ::testing::Values("moe_groups_fp8", "topk_small", "fp8_ragged",
                                           "head_dims", "dense_bf16", "yarn_long"));

TEST(CudaForward, AReplayedStepHasTheBitsOfAnEnqueuedOne) {
  ThreadPool pool(1);
  constexpr int64_t kTokens = 80;
  for (const char* name : {"topk_small", "moe_groups_fp8"}) {
    const auto model = open_model(name, {.form = AttentionForm::kMqa}, pool);
    const auto vocab = static_cast<size_t>(model->config().vocab_size);
    std::vector<int32_t> tokens;
    for (size_t i = 0; i < kTokens; ++i)
      tokens.push_back(static_cast<int32_t>((i * 7919 + i * i * 31) % vocab));
    std::vector<Batch> steps = {{0, 60, false}};
    for (int64_t i = 60; i < kTokens; ++i) steps.push_back({i, 1, true});
    const Outcome at_once = on_device(model, tokens, {{0, kTokens, false}});  // too many to record
    const Outcome stepwise = on_device(model, tokens, steps);
    EXPECT_EQ(at_once.logits, stepwise.logits) << name;
    EXPECT_EQ(at_once.mass, stepwise.mass) << name;
  }
}

TEST(RecordedSteps, AreMadeAgainWhenMemoryMoved) {
  const cuda::Ops& ops = *cuda::leyden_cuda_ops(LEYDEN_BUILD_ID);
  cuda::Stream stream = nullptr;
  ASSERT_EQ(ops.make_stream(&stream), nullptr);
  size_t memory = 1;
  int enqueued = 0;
  uint8_t value = 0;
  {
    RecordedSteps steps(ops, stream);
    const auto run = [&](const StepShape& shape) {
      return steps.run(
          shape, [&] { return memory; },
          [&]() -> Status {
            LEYDEN_CUDA_TRY(ops.fill(&value, ++enqueued, 1, stream));
            return {};
          });
    };
    const StepShape one{1, 256, false, false}, two{2, 256, false, false};
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 1);  // as it is
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 2);  // recorded, and done
    ASSERT_TRUE(run(two).ok());
    EXPECT_EQ(value, 3);
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 2);  // replayed
    memory = 2;
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 4);
    // Scratch that grows under one shape takes the graphs of the others with it.
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 5);  // recorded
    ASSERT_TRUE(steps
                    .run(
                        two, [&] { return memory; },
                        [&]() -> Status {
                          memory = 3;
                          return {};
                        })
                    .ok());
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 6);  // not the graph of before
    // What fails while recording ends the recording.
    EXPECT_FALSE(steps
                     .run(
                         one, [&] { return memory; }, [&] { return out_of_memory("scratch"); })
                     .ok());
    ASSERT_TRUE(run(one).ok());
    EXPECT_EQ(value, 7);
  }
  ops.drop_stream(stream);
}

TEST(RecordedSteps, ReachIsRoundedUpByAQuarterAtMost) {
  for (int64_t n : {1, 64, 255, 256, 257, 1000, 4096, 4097, 102'400}) {
    const int64_t reach = rounded_reach(n);
    EXPECT_GE(reach, n);
    EXPECT_EQ(reach % kPage, 0) << n;
    EXPECT_LE(reach, std::max<int64_t>(n + n / 4 + 1, 256)) << n;
  }
}

TEST(CudaForward, ReferencePrecisionIsRefused) {
  ThreadPool pool(1);
  const auto model = open_model("topk_small", {.precision = Precision::kReference}, pool);
  const auto weights = DeviceWeights::upload(*model, *cuda::leyden_cuda_ops(LEYDEN_BUILD_ID));
  EXPECT_EQ(weights.status().code(), StatusCode::kUnsupported);
}

}  // namespace
}  // namespace leyden
