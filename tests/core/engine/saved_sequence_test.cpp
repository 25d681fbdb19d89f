// SPDX-License-Identifier: Apache-2.0
// A sequence that was saved and restored goes on as if it had never stopped, bit for bit; a restore
// is complete or does not happen; a store without room never holds up decoding.
#include "core/engine/saved_sequence.h"

#include <gtest/gtest.h>

#include "tests/core/engine/engine_fixture.h"

namespace leyden {
namespace {

/// All KV of a sequence as bytes, through what saving shows of it.
std::vector<std::byte> kv_of(Engine& engine, const Sequence& sequence, MapStore& store) {
  EXPECT_TRUE(engine.hand_over(&sequence, 1000).ok());
  const SavedSequence saved = engine.save(sequence);
  std::vector<std::byte> out;
  (void)store.load_chain(saved.tip, 1, [&](StoredPage&& page) {
    out.insert(out.end(), page.payload.begin(), page.payload.end());
    return true;
  });
  out.insert(out.end(), saved.tail_payload.begin(), saved.tail_payload.end());
  return out;
}

class SavedSequenceOf : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Checkpoints, SavedSequenceOf,
                         ::testing::Values("topk_small", "fp8_ragged", "tied_head",
                                           "moe_groups_fp8"));

TEST_P(SavedSequenceOf, GoesOnAsIfItHadNeverStopped) {
  for (const Precision precision : {Precision::kDeployed, Precision::kReference}) {
    const auto model = load_model(GetParam(), precision);
    const auto vocab = static_cast<int32_t>(model->config().vocab_size);
    const std::vector<int32_t> prompt = some_tokens(37, vocab);
    // Without a stop: 150 tokens, then a second question.
    MapStore whole_store;
    auto whole = engine_over(model, &whole_store);
    auto straight = whole->new_sequence();
    const std::vector<int32_t> answer = generate(*whole, straight, prompt, 150).tokens;
    ASSERT_EQ(answer.size(), 150u);
    std::vector<int32_t> second = prompt;
    second.insert(second.end(), answer.begin(), answer.end());
    for (int32_t t : some_tokens(20, vocab)) second.push_back(t);
    const std::vector<int32_t> answer2 = generate(*whole, straight, second, 40).tokens;

    // With one after 70 tokens, in another engine, and one more between the questions.
    MapStore store;
    SavedSequence saved;
    {
      auto first = engine_over(model, &store);
      auto sequence = first->new_sequence();
      EXPECT_EQ(generate(*first, sequence, prompt, 70).tokens,
                std::vector<int32_t>(answer.begin(), answer.begin() + 70));
      const SamplerState sampler{11, 70};
      saved = first->save(*sequence, &sampler);
      EXPECT_EQ(Manifest::parse(saved.manifest)->sampler, sampler);
    }
    {
      auto next = engine_over(model, &store);
      auto sequence = next->restore(saved, nullptr, nullptr);
      ASSERT_TRUE(sequence.ok()) << sequence.status().to_string();
      EXPECT_EQ((*sequence)->tokens().size(), 37u + 69u);
      std::vector<int32_t> so_far = prompt;
      so_far.insert(so_far.end(), answer.begin(), answer.begin() + 70);
      EXPECT_EQ(generate(*next, *sequence, so_far, 80, 70).tokens, answer);
      saved = next->save(**sequence);
    }
    auto last = engine_over(model, &store);
    auto sequence = *last->restore(saved, nullptr, nullptr);
    EXPECT_EQ(generate(*last, sequence, second, 40).tokens, answer2);
    EXPECT_TRUE(kv_of(*last, *sequence, store) == kv_of(*whole, *straight, whole_store));

    auto report = last->verify(sequence, nullptr, nullptr);
    ASSERT_TRUE(report.ok()) << report.status().to_string();
    EXPECT_TRUE(report->bits_promised && report->same_bits && report->holds())
        << "first difference at " << report->first_difference;
  }
}

TEST(SavedSequence, VerifyTellsAChangedBit) {
  const auto model = load_model("topk_small");
  MapStore store;
  SavedSequence saved;
  {
    auto engine = engine_over(model, &store);
    auto sequence = engine->new_sequence();
    (void)generate(*engine, sequence, some_tokens(100, 96), 60);
    saved = engine->save(*sequence);
  }
  for (const bool in_tail : {false, true}) {
    MapStore changed;
    for (const auto& [id, page] : store.pages) changed.pages.emplace(id, page);
    SavedSequence bent = saved;
    // The highest mantissa bit of an fp8 code of the first layer, in the slot of token 70 or 130.
    const KvLayout& layout = model->kv_layout();
    for (auto& [id, page] : changed.pages)
      if (!in_tail && page.depth == 1)
        page.payload[static_cast<size_t>(layout.latent_offset(0, 6))] ^= std::byte{4};
    if (in_tail) bent.tail_payload[static_cast<size_t>(layout.latent_offset(0, 2))] ^= std::byte{4};
    auto engine = engine_over(model, &changed);
    auto sequence = engine->restore(bent, nullptr, nullptr);
    ASSERT_TRUE(sequence.ok()) << sequence.status().to_string();
    auto report = engine->verify(*sequence, nullptr, nullptr);
    ASSERT_TRUE(report.ok());
    EXPECT_FALSE(report->holds());
    EXPECT_TRUE(report->bits_promised && report->measured);
    EXPECT_EQ(report->first_difference, in_tail ? 130 : 70);
  }
}

TEST(SavedSequence, OtherNumericsPromiseCloseness) {
  const auto model = load_model("dense_bf16");
  MapStore store;
  SavedSequence saved;
  {
    auto engine = engine_over(model, &store);
    auto sequence = engine->new_sequence();
    (void)generate(*engine, sequence, some_tokens(150, 96), 3);
    saved = engine->save(*sequence);
  }
  for (auto& [id, page] : store.pages) page.numerics_profile = "cuda sm90 0123456789ab";
  auto engine = engine_over(model, &store);
  auto sequence = *engine->restore(saved, nullptr, nullptr);
  auto report = *engine->verify(sequence, nullptr, nullptr);
  EXPECT_FALSE(report.bits_promised);
  EXPECT_TRUE(report.same_bits && report.holds());
}

TEST(SavedSequence, RestoreIsCompleteOrDoesNotHappen) {
  const auto model = load_model("topk_small");
  MapStore store;
  SavedSequence saved;
  {
    auto engine = engine_over(model, &store);
    auto sequence = engine->new_sequence();
    (void)generate(*engine, sequence, some_tokens(140, 96), 10);
    saved = engine->save(*sequence);
  }
  const auto refused = [&](const char* what, SavedSequence bad, StatusCode code) {
    auto engine = engine_over(model, &store);
    const auto sequence = engine->restore(bad, nullptr, nullptr);
    EXPECT_FALSE(sequence.ok()) << what;
    EXPECT_EQ(sequence.status().code(), code) << what << ": " << sequence.status().to_string();
  };
  SavedSequence bad = saved;
  bad.n_tokens += 1;
  refused("tokens that do not add up", bad, StatusCode::kCorrupt);
  bad = saved;
  bad.tail_payload.pop_back();
  refused("a tail too short", bad, StatusCode::kCorrupt);
  bad = saved;
  bad.tail_tokens.back() = 96;
  refused("a token out of range", bad, StatusCode::kCorrupt);
  bad = saved;
  bad.manifest.clear();
  refused("no manifest", bad, StatusCode::kCorrupt);
  for (size_t n = 1; n < saved.manifest.size(); ++n) {
    bad = saved;
    bad.manifest.resize(n);
    EXPECT_FALSE(engine_over(model, &store)->restore(bad, nullptr, nullptr).ok()) << n;
  }
  bad = saved;
  bad.manifest[8] = std::byte{9};  // the type of the first entry
  refused("an entry nobody knows", bad, StatusCode::kUnsupported);
  bad = saved;
  bad.manifest[16] ^= std::byte{1};  // bytes of a latent record
  refused("records of another kind", bad, StatusCode::kUnsupported);

  MapStore kept;
  for (const auto& [id, page] : store.pages) kept.pages.emplace(id, page);
  for (auto& [id, page] : store.pages)
    if (page.depth == 1) page.tokens[3] += 1;
  refused("a page of other tokens", saved, StatusCode::kCorrupt);
  store.pages = kept.pages;
  std::erase_if(store.pages, [](const auto& entry) { return entry.second.depth == 0; });
  refused("a missing page", saved, StatusCode::kNotFound);
  store.pages = kept.pages;
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(engine_over(model, &store)->restore(saved, nullptr, &cancel).status().code(),
            StatusCode::kCancelled);
  EXPECT_TRUE(engine_over(model, &store)->restore(saved, nullptr, nullptr).ok());
}

TEST(SavedSequence, AStoreWithoutRoomIsAskedLater) {
  const auto model = load_model("topk_small");
  const std::vector<int32_t> prompt = some_tokens(300, 96);
  MapStore none;
  const auto expected = [&] {
    auto engine = engine_over(model, &none);
    return generate(*engine, engine->new_sequence(), prompt, 200).tokens;
  }();
  for (const bool late : {false, true}) {
    MapStore store;
    store.full = true;
    store.refuses_late = late;
    auto engine = engine_over(model, &store);
    auto sequence = engine->new_sequence();
    EXPECT_EQ(generate(*engine, sequence, prompt, 200).tokens, expected);
    EXPECT_TRUE(store.pages.empty());
    EXPECT_EQ(engine->page_stats().backlog, 7u);
    EXPECT_EQ(engine->hand_over(nullptr, 1).code(), StatusCode::kBusy);
    store.full = false;
    EXPECT_TRUE(engine->hand_over(nullptr, 1000).ok());
    EXPECT_EQ(store.pages.size(), 7u);
    EXPECT_EQ(engine->page_stats().backlog, 0u);
    store.pages.clear();  // the store lost them: they are offered once more from memory
    EXPECT_TRUE(engine->hand_over(sequence.get(), 1000).ok());
    EXPECT_EQ(store.pages.size(), 7u);
  }
}

TEST(SavedSequence, AFreshEngineFindsAWholePromptInTheStore) {
  const auto model = load_model("topk_small");
  const std::vector<int32_t> prompt = some_tokens(64 * 12 + 20, 96);
  MapStore store;
  std::vector<int32_t> expected;
  {
    auto engine = engine_over(model, &store);
    expected = generate(*engine, engine->new_sequence(), prompt, 5).tokens;
  }
  auto engine = engine_over(model, &store);
  const GenerateResult result = generate(*engine, engine->new_sequence(), prompt, 5);
  EXPECT_EQ(result.tokens, expected);
  EXPECT_EQ(result.reused_tokens, 64 * 12);
}

}  // namespace
}  // namespace leyden
