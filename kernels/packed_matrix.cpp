// SPDX-License-Identifier: Apache-2.0
// Row-major weights into panels. Each task packs one panel of 16 outputs.
#include "kernels/packed_matrix.h"

#include <atomic>
#include <cstring>
#include <string>

#include "kernels/thread_pool.h"

namespace leyden {
namespace {

// Copies rows of element type T into [k/2][16][2]. Untouched places keep their zeros.
template <typename T>
void pack_pairs(const T* rows, int64_t n_rows, int64_t k, T* panel) {
  for (int64_t lane = 0; lane < n_rows; ++lane) {
    const T* row = rows + lane * k;
    for (int64_t i = 0; i < k; ++i) panel[(i / 2) * 32 + lane * 2 + i % 2] = row[i];
  }
}

void pack_single(const std::byte* rows, int64_t n_rows, int64_t k, std::byte* panel) {
  for (int64_t lane = 0; lane < n_rows; ++lane) {
    for (int64_t i = 0; i < k; ++i) {
      std::memcpy(panel + 4 * (i * 16 + lane), rows + 4 * (lane * k + i), 4);
    }
  }
}

bool has_nan_code(const uint8_t* codes, int64_t n) {
  bool found = false;
  for (int64_t i = 0; i < n; ++i) found |= (codes[i] & 0x7fu) == 0x7fu;
  return found;
}

}  // namespace

Result<PackedMatrix> PackedMatrix::pack(ThreadPool& pool, DType dtype, int64_t n, int64_t k,
                                        const void* data, const float* scales) {
  if (n <= 0 || k <= 0) {
    return invalid_argument("pack: shape [" + std::to_string(n) + "," + std::to_string(k) + "]");
  }
  if ((dtype == DType::kF8E4M3) != (scales != nullptr)) {
    return invalid_argument(std::string("pack: scales and dtype ") + dtype_name(dtype) +
                            " do not go together");
  }
  PackedMatrix m;
  m.dtype_ = dtype;
  m.n_ = n;
  m.k_ = k;
  m.k_blocks_ = (k + kBlock - 1) / kBlock;
  const int64_t element = static_cast<int64_t>(dtype_size(dtype));
  m.panel_bytes_ = dtype == DType::kF32 ? k * 64 : (k + 1) / 2 * 32 * element;
  const int64_t bytes = m.panels() * m.panel_bytes_;
  m.data_.resize(static_cast<size_t>((bytes + 63) / 64 + 1));
  if (scales != nullptr) {
    m.scales_.assign(scales, scales + (n + kBlock - 1) / kBlock * m.k_blocks_);
    for (float s : m.scales_) {
      if (std::isnan(s)) return corrupt("pack: a weight scale is NaN");
    }
  }
  std::atomic<bool> nan_code{false};
  std::byte* out = reinterpret_cast<std::byte*>(m.data_.data());
  const std::byte* in = static_cast<const std::byte*>(data);
  pool.parallel_for(m.panels(), [&](int64_t p, int) {
    const int64_t first = p * kPanel;
    const int64_t rows = n - first < kPanel ? n - first : kPanel;
    const std::byte* src = in + first * k * element;
    std::byte* dst = out + p * m.panel_bytes_;
    switch (dtype) {
      case DType::kF32:
        pack_single(src, rows, k, dst);
        break;
      case DType::kBF16:
        pack_pairs(reinterpret_cast<const uint16_t*>(src), rows, k,
                   reinterpret_cast<uint16_t*>(dst));
        break;
      case DType::kF8E4M3:
        if (has_nan_code(reinterpret_cast<const uint8_t*>(src), rows * k)) nan_code.store(true);
        pack_pairs(reinterpret_cast<const uint8_t*>(src), rows, k, reinterpret_cast<uint8_t*>(dst));
        break;
    }
  });
  if (nan_code.load()) return corrupt("pack: an FP8 weight is NaN");
  return m;
}

void PackedMatrix::copy_rows(std::byte* out) const {
  const size_t element = dtype_size(dtype_);
  for (int64_t row = 0; row < n_; ++row) {
    const std::byte* p = panel(row / kPanel);
    const int64_t lane = row % kPanel;
    for (int64_t col = 0; col < k_; ++col) {
      const int64_t at =
          dtype_ == DType::kF32 ? col * kPanel + lane : col / 2 * 2 * kPanel + lane * 2 + col % 2;
      std::memcpy(out, p + static_cast<size_t>(at) * element, element);
      out += element;
    }
  }
}

float PackedMatrix::code_at(int64_t row, int64_t col) const {
  const std::byte* p = panel(row / kPanel);
  const int64_t lane = row % kPanel;
  const int64_t pair = (col / 2) * 32 + lane * 2 + col % 2;
  switch (dtype_) {
    case DType::kF32: {
      float v;
      std::memcpy(&v, p + 4 * (col * 16 + lane), 4);
      return v;
    }
    case DType::kBF16: {
      uint16_t v;
      std::memcpy(&v, p + 2 * pair, 2);
      return float_from_bf16(v);
    }
    case DType::kF8E4M3:
      return float_from_e4m3(static_cast<uint8_t>(p[pair]));
  }
  return 0;
}

float PackedMatrix::at(int64_t row, int64_t col) const {
  const float v = code_at(row, col);
  return dtype_ == DType::kF8E4M3 ? v * scale(row / kBlock, col / kBlock) : v;
}

}  // namespace leyden
