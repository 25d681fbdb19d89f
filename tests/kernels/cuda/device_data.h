// SPDX-License-Identifier: Apache-2.0
// Arrays on the device for tests: guarded on both sides, NaN where nothing was written.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/cuda/cuda_ops.h"

namespace leyden::testing {

/// The ops under test: emulated, or those of the module on a real device. Null: no device here.
const cuda::Ops* cuda_ops();

inline void ok(cuda::Error e) { ASSERT_EQ(e, nullptr) << e; }

template <typename T>
class DeviceArray {
 public:
  explicit DeviceArray(size_t n) : n_(n), host_((n * sizeof(T) + 2 * kGuard), 0xff) {
    ok(cuda_ops()->allocate(&memory_, host_.size()));
    upload_all();
  }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    std::memcpy(host_.data() + kGuard, values.data(), n_ * sizeof(T));
    upload_all();
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { cuda_ops()->release(memory_); }

  T* data() { return reinterpret_cast<T*>(static_cast<unsigned char*>(memory_) + kGuard); }
  size_t size() const { return n_; }
  /// What is there now; fails when a guard was written.
  std::vector<T> values() {
    ok(cuda_ops()->synchronize(nullptr));
    std::vector<unsigned char> now(host_.size());
    ok(cuda_ops()->copy(now.data(), memory_, now.size(), nullptr));
    ok(cuda_ops()->synchronize(nullptr));
    for (size_t i = 0; i < kGuard; ++i) {
      EXPECT_EQ(now[i], 0xff) << "written before the array";
      EXPECT_EQ(now[now.size() - 1 - i], 0xff) << "written behind the array";
      if (now[i] != 0xff || now[now.size() - 1 - i] != 0xff) break;
    }
    std::vector<T> out(n_);
    std::memcpy(out.data(), now.data() + kGuard, n_ * sizeof(T));
    return out;
  }

 private:
  static constexpr size_t kGuard = 256;
  void upload_all() {
    ok(cuda_ops()->copy(memory_, host_.data(), host_.size(), nullptr));
    ok(cuda_ops()->synchronize(nullptr));
  }
  size_t n_;
  std::vector<unsigned char> host_;
  void* memory_ = nullptr;
};

/// |a - b| <= tolerance * (rms of b) everywhere, and no NaN.
inline void expect_close(const std::vector<float>& a, const std::vector<float>& b,
                         double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  double squares = 0;
  for (float v : b) squares += static_cast<double>(v) * v;
  const double limit = tolerance * (std::sqrt(squares / static_cast<double>(b.size())) + 1e-30);
  for (size_t i = 0; i < a.size(); ++i)
    ASSERT_LE(std::fabs(static_cast<double>(a[i]) - b[i]), limit)
        << "at " << i << ": " << a[i] << ", expected " << b[i];
}

}  // namespace leyden::testing
