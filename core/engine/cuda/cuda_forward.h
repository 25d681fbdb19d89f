// SPDX-License-Identifier: Apache-2.0
// The network on one CUDA device: the steps of forward.cpp, enqueued op by op.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "core/engine/cuda/device_memory.h"
#include "core/engine/cuda/device_weights.h"
#include "core/engine/cuda/recorded_steps.h"
#include "core/engine/model.h"
#include "core/engine/network.h"

namespace leyden {

/// Pages lie on the device, in canonical layout (kernels/kv_layout.h); `mass` of a row in host
/// memory. Deployed precision, no index recall. Sums run in another order than on the CPU: promise
/// (b) of the design there, promise (a) from run to run.
class CudaForward final : public Network {
 public:
  /// Copies the weights to a device. Errors: those of DeviceWeights::upload.
  static Result<std::unique_ptr<CudaForward>> create(std::shared_ptr<const Model> model,
                                                     const cuda::Ops& ops, int32_t device);
  ~CudaForward() override;

  Status run(std::span<const ForwardRow> rows) override;
  Status logits(std::span<const int32_t> rows, float* logits) override;
  std::shared_ptr<PageMemory> page_memory() const override { return page_memory_; }
  size_t default_kv_bytes() const override;
  std::string numerics_profile() const override;
  size_t scratch_bytes() const override;

 private:
  CudaForward(std::shared_ptr<const Model> model, const cuda::Ops& ops, int32_t device,
              std::unique_ptr<DeviceWeights> weights);
  struct Scratch;
  struct Form;
  /// The absorbed form is the faster one here at any length; the other is for those who ask for it.
  bool explicit_heads(const ForwardRow& row) const;
  Status place(std::span<const ForwardRow> rows);
  /// The whole pass; `step` holds at least the rows' last position.
  Status enqueue(std::span<const ForwardRow> rows, const StepShape& step);
  Status attention(const DeviceLayer& w, int64_t layer, std::span<const ForwardRow> rows,
                   const StepShape& step);
  Status select(int64_t layer, const StepShape& step);
  Status attend_mqa(const DeviceLayer& w, int64_t layer, std::span<const ForwardRow> rows,
                    size_t begin, size_t end, const StepShape& step);
  Status attend_mha(const DeviceLayer& w, int64_t layer, std::span<const ForwardRow> rows,
                    size_t begin, size_t end, const StepShape& step);
  Status dense_ffn(const DeviceFfn& w, int64_t m);
  Status moe_ffn(const DeviceLayer& w, int64_t m);
  Status collect_mass(std::span<const ForwardRow> rows);
  /// Products of x, which comes in the form each weight wants, made on first use.
  Status run_products(Form& x, std::span<cuda::Linear> products);
  /// y = w x for all rows of x.
  struct Product {
    const DeviceMatrix& w;
    float* y;
    bool round_bf16 = true;
  };
  Status products(Form& x, std::initializer_list<Product> products);
  /// y [m, heads, w.n] = each head's own matrix times its part of x [m, heads, width], bf16.
  Status product_by_head(const float* x, int64_t width, const DeviceMatrix& w, int64_t m, float* y);
  /// What both forms of attention are given for rows first .. first + m of the batch.
  cuda::Attention attention_of(int64_t layer, int64_t first, int64_t m, bool selected) const;
  cuda::PageShape page_shape(int64_t layer) const;

  std::shared_ptr<const Model> model_;
  const cuda::Ops& ops_;
  const int32_t device_;
  std::unique_ptr<DeviceWeights> weights_;
  std::shared_ptr<PageMemory> page_memory_;
  cuda::Stream stream_ = nullptr;
  std::unique_ptr<RecordedSteps> steps_;
  std::unique_ptr<Scratch> s_;
};

}  // namespace leyden
