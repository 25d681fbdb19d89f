// SPDX-License-Identifier: Apache-2.0
// Load or recompute: which gets a session's KV into memory sooner, by measured speeds.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace leyden {

/// Speeds as last measured; zero means not measured yet.
struct ResumeSpeeds {
  double disk_bytes_per_s = 0;    ///< stored bytes off the disk
  double decode_bytes_per_s = 0;  ///< raw bytes out of the codec, all threads together
  double prefill_tokens_per_s = 0;
};

struct ResumeChoice {
  bool load = true;
  double load_s = 0, recompute_s = 0;  ///< expected; negative when it cannot be said
  std::string reason;                  ///< one sentence for the log and the user
};

/// Reading and decoding overlap, so a load takes the longer of the two. Without measurements of both
/// ways, loading wins.
ResumeChoice choose_resume(const ResumeSpeeds& speeds, uint64_t stored_bytes, uint64_t raw_bytes,
                           uint64_t n_tokens);

/// Keeps running means of the speeds. Threads: thread-safe.
class ResumeMeter {
 public:
  void disk(uint64_t bytes, double seconds);
  void decode(uint64_t bytes, double seconds);
  void prefill(uint64_t tokens, double seconds);
  ResumeSpeeds speeds() const;

 private:
  void note(double& mean, double amount, double seconds);
  mutable std::mutex mutex_;
  ResumeSpeeds speeds_;
};

}  // namespace leyden
