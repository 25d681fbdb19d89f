// SPDX-License-Identifier: Apache-2.0
// Removes pages nobody needs, and the least valuable ones when the store is over its quota.
//
// Pages go leaves first, so what remains of a chain is always its front part, which is still of use. The
// rows of evicted pages stay, without a payload, so that its tip still leads there.
// That order also protects a chain that is being written: its newest page is young, and no page goes
// before those that continue it.
#pragma once

#include <string>

#include "base/status.h"
#include "sessions/kv_pages.h"
#include "sessions/session_catalogue.h"

namespace leyden {

struct CollectOptions {
  int64_t grace_s = 600;         ///< pages written, found or read since then stay
  uint64_t quota_bytes = 0;      ///< of stored payloads; 0 means no limit
  double half_life_days = 7;     ///< how fast unused KV loses value
};

struct CollectReport {
  uint64_t unreachable_pages = 0, unreachable_bytes = 0;  ///< removed: nothing pointed at them
  uint64_t evicted_pages = 0, evicted_bytes = 0;          ///< removed: quota
  uint64_t kept_pages = 0, kept_bytes = 0;
  bool over_quota = false;   ///< what is left is pinned, in use or young
  bool skipped = false;      ///< another process is collecting
};

/// One pass. Never touches text; never removes what a pinned session or document or an open session
/// (in any process) needs.
/// Cost: reads the metadata of all pages, about 1 us each, then one small transaction per 64 removed.
Result<CollectReport> collect_pages(const std::string& folder, SessionCatalogue& catalogue,
                                    KvPages& pages, const CollectOptions& options);

/// What one page is worth keeping: relative cost to compute it again, per stored byte, fading with
/// the time since anyone used it. Comparable only within one store.
double page_value(uint32_t depth, uint64_t stored_bytes, double unused_days, double half_life_days);

}  // namespace leyden
