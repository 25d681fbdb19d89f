// SPDX-License-Identifier: Apache-2.0
// Memory on one CUDA device with an owner.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "kernels/cuda/cuda_module.h"

namespace leyden {

/// Returns the error of a CUDA call from the enclosing function, naming the call.
#define LEYDEN_CUDA_TRY(call)                                                      \
  do {                                                                             \
    if (const ::leyden::cuda::Error leyden_cuda_error = (call); leyden_cuda_error) \
      return ::leyden::cuda::status_of(leyden_cuda_error, #call);                  \
  } while (0)

/// Threads: one at a time.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  explicit DeviceMemory(const cuda::Ops* ops) : ops_(ops) {}
  DeviceMemory(DeviceMemory&& other) noexcept { swap(other); }
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~DeviceMemory() {
    if (data_) ops_->release(data_);
  }

  /// At least so many bytes; what was there is lost when it grows. It grows by half at least, since
  /// growing waits for the device.
  Status ensure(size_t bytes) {
    if (bytes <= size_) return {};
    const size_t grown = data_ ? std::max(bytes, size_ + size_ / 2) : bytes;
    if (data_) ops_->release(std::exchange(data_, nullptr));
    size_ = 0;
    LEYDEN_CUDA_TRY(ops_->allocate(&data_, grown));
    size_ = grown;
    return {};
  }
  /// The elements of a vector, which must live until the stream has been synchronised.
  template <typename T>
  Status upload(const std::vector<T>& values, cuda::Stream stream) {
    LEYDEN_TRY(ensure(values.size() * sizeof(T)));
    if (!values.empty())
      LEYDEN_CUDA_TRY(ops_->copy(data_, values.data(), values.size() * sizeof(T), stream));
    return {};
  }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  size_t size() const { return size_; }

 private:
  void swap(DeviceMemory& other) {
    std::swap(ops_, other.ops_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }
  const cuda::Ops* ops_ = nullptr;
  void* data_ = nullptr;
  size_t size_ = 0;
};

/// Host memory that a device copies from without a detour. Threads: one at a time.
class PinnedMemory {
 public:
  explicit PinnedMemory(const cuda::Ops* ops) : ops_(ops) {}
  PinnedMemory(const PinnedMemory&) = delete;
  ~PinnedMemory() { drop(); }

  /// At least so many bytes; what was there is lost when it grows.
  Status ensure(size_t bytes) {
    if (bytes <= size_) return {};
    drop();
    LEYDEN_CUDA_TRY(ops_->allocate_pinned(&data_, 2 * bytes));
    size_ = 2 * bytes;
    return {};
  }
  std::byte* data() const { return static_cast<std::byte*>(data_); }

 private:
  void drop() {
    if (data_) ops_->release_pinned(std::exchange(data_, nullptr));
    size_ = 0;
  }
  const cuda::Ops* ops_;
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace leyden
