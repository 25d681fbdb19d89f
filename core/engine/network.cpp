// SPDX-License-Identifier: Apache-2.0
#include "core/engine/network.h"

#include <charconv>

#include "core/engine/cuda/cuda_forward.h"
#include "core/engine/forward.h"
#include "kernels/cuda/cuda_module.h"

namespace leyden {

bool uses_mha(const Model& model, const ForwardRow& row) {
  switch (model.options().form) {
    case AttentionForm::kMha:
      return !row.decode;
    case AttentionForm::kMqa:
      return false;
    case AttentionForm::kAuto:
      break;
  }
  return !row.decode && row.position < model.mha_positions();
}

Result<std::unique_ptr<Network>> make_network(const std::string& device,
                                              std::shared_ptr<const Model> model,
                                              ThreadPool& pool) {
  if (device == "cpu")
    return std::unique_ptr<Network>(std::make_unique<Forward>(std::move(model), pool));
  const auto wrong = [&](const std::string& expected) {
    return invalid_argument("device: expected " + expected + ", found \"" + device + "\"");
  };
  int32_t number = 0;
  if (device.starts_with("cuda:")) {
    const char* end = device.data() + device.size();
    const auto [rest, error] = std::from_chars(device.data() + 5, end, number);
    if (error != std::errc() || rest != end || number < 0) return wrong("cuda:N with a number N");
  } else if (device != "cuda") {
    return wrong("cpu, cuda or cuda:N");
  }
  LEYDEN_ASSIGN(const cuda::Ops* ops, cuda::load_module());
  int32_t count = 0;
  LEYDEN_CUDA_TRY(ops->device_count(&count));
  if (number >= count) return wrong("a device below cuda:" + std::to_string(count));
  cuda::DeviceInfo info;
  LEYDEN_CUDA_TRY(ops->device_info(number, &info));
  if (const std::string why = cuda::refusal(info); !why.empty())
    return unsupported("cuda:" + std::to_string(number) + ": " + why);
  LEYDEN_ASSIGN(std::unique_ptr<CudaForward> network,
                CudaForward::create(std::move(model), *ops, number));
  return std::unique_ptr<Network>(std::move(network));
}

}  // namespace leyden
