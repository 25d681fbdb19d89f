// SPDX-License-Identifier: Apache-2.0
// Workers wait for a new generation number: first by spinning (decode issues hundreds of small
// regions per token), then asleep on a condition variable.
//
//   caller:  body, n_tasks, next = 0, active = workers  ->  generation++  ->  works  ->  waits
//   active == 0 worker:  sees generation change  ->  takes task numbers from `next` until they run
//   out  ->  active--
#include "kernels/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>

namespace leyden {
namespace {

constexpr int kSpins = 2000;  // some tens of microseconds

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

int usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

struct ThreadPool::State {
  const std::function<void(int64_t, int)>* body = nullptr;
  int64_t n_tasks = 0;
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<uint64_t> generation{0};
  alignas(64) std::atomic<int> active{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable wake;

  void run_tasks(int worker) {
    for (;;) {
      const int64_t task = next.fetch_add(1, std::memory_order_relaxed);
      if (task >= n_tasks) return;
      (*body)(task, worker);
    }
  }
};

ThreadPool::ThreadPool(int n_threads) : state_(new State) {
  const int n = n_threads > 0 ? n_threads : usable_cores();
  for (int worker = 1; worker < n; ++worker)
    threads_.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stop.store(true);
    state_->generation.fetch_add(1);
  }
  state_->wake.notify_all();
  for (std::thread& t : threads_) t.join();
  delete state_;
}

void ThreadPool::work(int worker) {
  uint64_t seen = 0;
  for (;;) {
    for (int i = 0; i < kSpins && state_->generation.load(std::memory_order_acquire) == seen; ++i) {
      pause_cpu();
    }
    if (state_->generation.load(std::memory_order_acquire) == seen) {
      std::unique_lock<std::mutex> lock(state_->mutex);
      state_->wake.wait(lock, [&] { return state_->generation.load() != seen; });
    }
    seen = state_->generation.load(std::memory_order_acquire);
    if (state_->stop.load()) return;
    state_->run_tasks(worker);
    state_->active.fetch_sub(1, std::memory_order_acq_rel);
  }
}

void ThreadPool::parallel_for(int64_t n_tasks,
                              const std::function<void(int64_t task, int worker)>& body) {
  if (n_tasks <= 1 || threads_.empty()) {
    for (int64_t task = 0; task < n_tasks; ++task) body(task, 0);
    return;
  }
  State& s = *state_;
  s.body = &body;
  s.n_tasks = n_tasks;
  s.next.store(0, std::memory_order_relaxed);
  s.active.store(static_cast<int>(threads_.size()), std::memory_order_relaxed);
  {
    std::lock_guard<std::mutex> lock(s.mutex);
    s.generation.fetch_add(1, std::memory_order_release);
  }
  s.wake.notify_all();
  s.run_tasks(0);
  for (int i = 0; s.active.load(std::memory_order_acquire) != 0; ++i) {
    if (i < kSpins) {
      pause_cpu();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace leyden
