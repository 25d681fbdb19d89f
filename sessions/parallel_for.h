// SPDX-License-Identifier: Apache-2.0
// Loops over independent units on a few threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace leyden {

/// Calls body(i) once for each i in [0, count), on at most `threads` threads, this one included.
/// Returns when all calls have. `body` must not throw.
template <typename Body>
void parallel_for(size_t count, unsigned threads, const Body& body) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(i);
  };
  std::vector<std::thread> helpers;
  for (size_t t = 1; t < std::min<size_t>(threads, count); ++t) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
}

/// Calls take(i, make(i)) for i = 0, 1, ... in order on this thread, while make runs ahead on at
/// most `threads` threads, this one included, by at most `ahead` units (1 or more). Stops when
/// `take` answers false. Neither may throw; `make` answers a T.
template <typename T, typename Make, typename Take>
void parallel_in_order(size_t count, unsigned threads, size_t ahead, const Make& make,
                       const Take& take) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::optional<T>> made(ahead);  // unit i waits at i % ahead
  size_t next = 0, taken = 0;
  bool stopped = false;
  const auto may_make = [&] { return next < count && next < taken + ahead; };
  const auto make_next = [&](std::unique_lock<std::mutex>& lock) {
    const size_t i = next++;
    lock.unlock();
    T unit = make(i);
    lock.lock();
    made[i % ahead].emplace(std::move(unit));
    changed.notify_all();
  };
  std::vector<std::thread> helpers;
  for (size_t t = 1; t < std::min<size_t>(threads, count); ++t)
    helpers.emplace_back([&] {
      std::unique_lock lock(mutex);
      for (;;) {
        changed.wait(lock, [&] { return stopped || next == count || may_make(); });
        if (stopped || next == count) return;
        make_next(lock);
      }
    });
  std::unique_lock lock(mutex);
  for (size_t i = 0; i < count && !stopped; ++i) {
    std::optional<T>& slot = made[i % ahead];
    while (!slot) {
      if (may_make())
        make_next(lock);
      else
        changed.wait(lock, [&] { return slot.has_value(); });
    }
    T unit = std::move(*slot);
    slot.reset();
    taken = i + 1;
    changed.notify_all();
    lock.unlock();
    const bool more = take(i, std::move(unit));
    lock.lock();
    stopped = !more;
  }
  stopped = true;
  lock.unlock();
  changed.notify_all();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace leyden
