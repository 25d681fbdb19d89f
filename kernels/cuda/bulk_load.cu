// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/bulk_load.cuh"

namespace leyden::cuda {

#ifdef __CUDACC__
namespace {

using Encode = decltype(&cuTensorMapEncodeTiled);

/// From the driver that is there: the module links to none.
Encode find_encode() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
  const cudaError_t e = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000,
                                                         cudaEnableDefault, &found);
  return e == cudaSuccess && found == cudaDriverEntryPointSuccess
             ? reinterpret_cast<Encode>(function)
             : nullptr;
}

}  // namespace

Error make_rows_map(RowsMap* out, const void* data, int64_t rows, int64_t row_bytes, int64_t stride,
                    int box_rows) {
  static const Encode encode = find_encode();
  if (!encode) return "the driver has no cuTensorMapEncodeTiled (it is older than CUDA 12)";
  const cuuint64_t size[2] = {static_cast<cuuint64_t>(row_bytes), static_cast<cuuint64_t>(rows)};
  const cuuint64_t strides[1] = {static_cast<cuuint64_t>(stride)};
  const cuuint32_t box[2] = {kLine, static_cast<cuuint32_t>(box_rows)}, every[2] = {1, 1};
  const CUresult r =
      encode(&out->map, CU_TENSOR_MAP_DATA_TYPE_UINT8, 2, const_cast<void*>(data), size, strides,
             box, every, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return r == CUDA_SUCCESS ? nullptr : "cuTensorMapEncodeTiled refused a matrix";
}
#else
Error make_rows_map(RowsMap* out, const void* data, int64_t rows, int64_t row_bytes, int64_t stride,
                    int box_rows) {
  emulator_check_alignment(data, reinterpret_cast<const void*>(stride), 16);
  out->box = {static_cast<const uint8_t*>(data), rows, row_bytes, stride, box_rows};
  return nullptr;
}
#endif

}  // namespace leyden::cuda
