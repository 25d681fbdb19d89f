// SPDX-License-Identifier: Apache-2.0
#include "sessions/stream_saver.h"

#include <chrono>
#include <utility>

namespace leyden {

StreamSaver::StreamSaver(SessionCatalogue& sessions, int interval_ms)
    : sessions_(sessions), interval_ms_(interval_ms), thread_([this] { loop(); }) {}

StreamSaver::~StreamSaver() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = hurry_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StreamSaver::offer(TurnSave state) {
  {
    std::lock_guard lock(mutex_);
    waiting_ = std::move(state);
  }
  wake_.notify_all();
}

Result<TurnSaved> StreamSaver::finish(TurnSave state) {
  std::unique_lock lock(mutex_);
  waiting_ = std::move(state);
  hurry_ = true;
  wake_.notify_all();
  done_.wait(lock, [&] { return !waiting_ && !saving_; });
  hurry_ = false;
  return last_;
}

void StreamSaver::loop() {
  using Clock = std::chrono::steady_clock;
  auto next = Clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return waiting_ || stopping_; });
    if (!waiting_) return;
    // The first save of a second goes out at once; later ones wait for their turn.
    wake_.wait_until(lock, next, [&] { return hurry_; });
    TurnSave state = std::move(*waiting_);
    waiting_.reset();
    saving_ = true;
    lock.unlock();
    next = Clock::now() + std::chrono::milliseconds(interval_ms_);
    Result<TurnSaved> saved = sessions_.save_turn(state);
    lock.lock();
    last_ = std::move(saved);
    saving_ = false;
    done_.notify_all();
  }
}

}  // namespace leyden
