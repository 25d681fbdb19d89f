// SPDX-License-Identifier: Apache-2.0
#include "core/engine/cuda/device_page_memory.h"

#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "core/engine/cuda/device_memory.h"

namespace leyden {
namespace {

class DevicePageMemory final : public PageMemory {
 public:
  DevicePageMemory(const KvLayout& layout, const cuda::Ops& ops, int32_t device)
      : PageMemory(layout, 256), ops_(ops), device_(device) {}
  ~DevicePageMemory() override {
    if (staging_) ops_.release_pinned(staging_);
    if (stream_) ops_.drop_stream(stream_);
  }

  Status clear(std::byte* page) override {
    std::lock_guard lock(mutex_);
    LEYDEN_TRY(ready());
    LEYDEN_CUDA_TRY(ops_.fill(page, 0, page_bytes(), stream_));
    LEYDEN_CUDA_TRY(ops_.synchronize(stream_));
    return {};
  }

  Status copy(const std::byte* from, std::byte* to) override {
    std::lock_guard lock(mutex_);
    LEYDEN_TRY(ready());
    return move(to, from);
  }

  Status to_canonical(const std::byte* page, std::byte* canonical) override {
    std::lock_guard lock(mutex_);
    LEYDEN_TRY(ready());
    LEYDEN_TRY(move(staging_, page));
    std::memcpy(canonical, staging_, page_bytes());
    return {};
  }

  Status from_canonical(const std::byte* canonical, std::byte* page) override {
    std::lock_guard lock(mutex_);
    LEYDEN_TRY(ready());
    std::memcpy(staging_, canonical, page_bytes());
    return move(page, staging_);
  }

 private:
  Result<std::byte*> make_block(size_t bytes) override {
    LEYDEN_CUDA_TRY(ops_.use_device(device_));
    DeviceMemory block(&ops_);
    LEYDEN_TRY(block.ensure(bytes));
    blocks_.push_back(std::move(block));
    return blocks_.back().as<std::byte>();
  }

  /// Binds the calling thread to the device; makes what copies need on first use.
  Status ready() {
    LEYDEN_CUDA_TRY(ops_.use_device(device_));
    if (!stream_) LEYDEN_CUDA_TRY(ops_.make_stream(&stream_));
    if (!staging_) LEYDEN_CUDA_TRY(ops_.allocate_pinned(&staging_, page_bytes()));
    return {};
  }

  Status move(void* to, const void* from) {
    LEYDEN_CUDA_TRY(ops_.copy(to, from, page_bytes(), stream_));
    LEYDEN_CUDA_TRY(ops_.synchronize(stream_));
    return {};
  }

  const cuda::Ops& ops_;
  const int32_t device_;
  std::mutex mutex_;  ///< stream_ and staging_
  cuda::Stream stream_ = nullptr;
  void* staging_ = nullptr;  ///< pinned, one page
  std::vector<DeviceMemory> blocks_;
};

}  // namespace

std::shared_ptr<PageMemory> make_device_page_memory(const KvLayout& layout, const cuda::Ops& ops,
                                                    int32_t device) {
  return std::make_shared<DevicePageMemory>(layout, ops, device);
}

}  // namespace leyden
