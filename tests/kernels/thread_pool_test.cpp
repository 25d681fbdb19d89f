// SPDX-License-Identifier: Apache-2.0
#include "kernels/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <vector>

namespace leyden {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (int threads = 1; threads <= 5; ++threads) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (int64_t n : {0, 1, 2, 3, 7, 64, 1000}) {
      std::vector<std::atomic<int>> hits(static_cast<size_t>(n));
      std::atomic<bool> bad_worker{false};
      pool.parallel_for(n, [&](int64_t task, int worker) {
        hits[static_cast<size_t>(task)]++;
        if (worker < 0 || worker >= threads) bad_worker = true;
      });
      for (auto& h : hits) ASSERT_EQ(h.load(), 1);
      EXPECT_FALSE(bad_worker.load());
    }
  }
}

TEST(ThreadPool, ManySmallRegionsFollowEachOther) {
  ThreadPool pool(3);
  int64_t sum = 0;
  std::vector<int64_t> parts(4);
  for (int i = 0; i < 4000; ++i) {
    pool.parallel_for(4, [&](int64_t task, int) { parts[static_cast<size_t>(task)] = task + i; });
    for (int64_t p : parts) sum += p;
  }
  EXPECT_EQ(sum, 4LL * (4000LL * 3999 / 2) + 6LL * 4000);
}

TEST(ThreadPool, WakesAfterSleeping) {
  ThreadPool pool(2);
  std::atomic<int> count{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.parallel_for(8, [&](int64_t, int) { count++; });
  }
  EXPECT_EQ(count.load(), 24);
}

TEST(ThreadPool, ZeroMeansOnePerCore) {
  ThreadPool pool(0);
  EXPECT_GE(pool.size(), 1);
}

}  // namespace
}  // namespace leyden
