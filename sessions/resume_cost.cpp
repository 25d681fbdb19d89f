// SPDX-License-Identifier: Apache-2.0
#include "sessions/resume_cost.h"

#include <algorithm>
#include <cstdio>

namespace leyden {

ResumeChoice choose_resume(const ResumeSpeeds& speeds, uint64_t stored_bytes, uint64_t raw_bytes,
                           uint64_t n_tokens) {
  ResumeChoice choice;
  const bool load_known = speeds.disk_bytes_per_s > 0 && speeds.decode_bytes_per_s > 0;
  choice.load_s = !load_known ? -1
                              : std::max(static_cast<double>(stored_bytes) / speeds.disk_bytes_per_s,
                                         static_cast<double>(raw_bytes) / speeds.decode_bytes_per_s);
  choice.recompute_s = speeds.prefill_tokens_per_s > 0
                           ? static_cast<double>(n_tokens) / speeds.prefill_tokens_per_s : -1;
  if (choice.load_s < 0 || choice.recompute_s < 0) {
    choice.reason = "loading: the speeds are not measured yet";
    return choice;
  }
  choice.load = choice.load_s <= choice.recompute_s;
  char text[160];
  std::snprintf(text, sizeof text, "%s: loading takes about %.2f s, reading %llu tokens again %.2f s",
                choice.load ? "loading" : "reading again", choice.load_s,
                static_cast<unsigned long long>(n_tokens), choice.recompute_s);
  choice.reason = text;
  return choice;
}

void ResumeMeter::note(double& mean, double amount, double seconds) {
  if (seconds <= 0 || amount <= 0) return;
  std::lock_guard lock(mutex_);
  const double now = amount / seconds;
  mean = mean == 0 ? now : 0.7 * mean + 0.3 * now;
}
void ResumeMeter::disk(uint64_t bytes, double seconds) {
  note(speeds_.disk_bytes_per_s, static_cast<double>(bytes), seconds);
}
void ResumeMeter::decode(uint64_t bytes, double seconds) {
  note(speeds_.decode_bytes_per_s, static_cast<double>(bytes), seconds);
}
void ResumeMeter::prefill(uint64_t tokens, double seconds) {
  note(speeds_.prefill_tokens_per_s, static_cast<double>(tokens), seconds);
}
ResumeSpeeds ResumeMeter::speeds() const {
  std::lock_guard lock(mutex_);
  return speeds_;
}

}  // namespace leyden
