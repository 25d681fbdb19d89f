// SPDX-License-Identifier: Apache-2.0
// What the door costs for each streamed token, over calling core directly: core's event turned into
// the caller's, and his callback called through a pointer.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "capi/answer_events.h"

using namespace leyden;

namespace {

constexpr int kEvents = 200'000;
constexpr int kRuns = 30;

void take(const leyden_event* event, void* data) {
  *static_cast<size_t*>(data) += event->text_size;
}

/// Median nanoseconds for one event.
double nanoseconds(const AnswerEventFn& function, const AnswerEvent& event) {
  std::vector<double> runs;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kEvents; ++i) function(event);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
    runs.push_back(spent.count() / kEvents);
  }
  std::nth_element(runs.begin(), runs.begin() + kRuns / 2, runs.end());
  return runs[kRuns / 2];
}

}  // namespace

int main() {
  size_t bytes = 0;
  const AnswerEventFn direct = [&bytes](const AnswerEvent& event) { bytes += event.text.size(); };
  const AnswerEventFn door = capi::event_function(take, &bytes);
  const std::string text = " lamp";
  AnswerEvent event;
  event.text = text;
  const double without = nanoseconds(direct, event), with = nanoseconds(door, event);
  std::printf(
      "a streamed token: core %.1f ns, through the door %.1f ns, the door's share %.1f ns (limit "
      "2000 ns)\n",
      without, with, with - without);
  return bytes > 0 && with - without <= 2000 ? 0 : 1;
}
