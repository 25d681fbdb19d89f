// SPDX-License-Identifier: Apache-2.0
// The CPU ops' workers. Tasks are cut so that every output value is computed whole by one task in
// one order: results never depend on the number of threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace leyden {

/// Cores this process may run on, at least 1.
int usable_cores();

/// A fixed set of threads. The calling thread works too: size() == 1 starts no thread at all.
/// Threads: one parallel_for at a time per pool.
class ThreadPool {
 public:
  /// @param n_threads  >= 1; 0 means one per core the process may use.
  explicit ThreadPool(int n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  /// Calls body(task, worker) for every task in [0, n_tasks), in any order; returns when all are
  /// done. `worker` < size() numbers the executing thread: use it to pick scratch memory.
  void parallel_for(int64_t n_tasks, const std::function<void(int64_t task, int worker)>& body);

 private:
  struct State;
  void work(int worker);

  std::vector<std::thread> threads_;
  State* state_;
};

}  // namespace leyden
