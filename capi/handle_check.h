// SPDX-License-Identifier: Apache-2.0
// A member of every handle that says what the handle is and that it lives. Builds other than
// Release look at it, and stop the program at a handle that was destroyed, is destroyed twice or is
// of another kind. A help for finding mistakes, not a guarantee: freed memory may hold anything.
#pragma once

#ifdef LEYDEN_CHECK_HANDLES
#include <cstdio>
#include <cstdlib>
#endif

namespace leyden::capi {

#ifdef LEYDEN_CHECK_HANDLES

template <typename T>
class Alive {
 public:
  Alive() : word_(&kind_) {}
  ~Alive() {
    check("a handle");
    word_ = nullptr;
  }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  void check(const char* name) const {
    if (word_ == &kind_) return;
    std::fprintf(stderr, "leyden: %s was destroyed before, or is no object of this kind\n", name);
    std::abort();
  }

 private:
  static inline char kind_ = 0;  ///< its address is the kind
  const char* volatile word_;    ///< volatile: the last store counts, though the object ends
};

#else

template <typename T>
class Alive {
 public:
  void check(const char*) const {}
};

#endif

}  // namespace leyden::capi
