// SPDX-License-Identifier: Apache-2.0
// Cuts products into blocks of outputs x rows and hands them to threads. The cut never shows in the
// results: see LinearBlock.
#include "kernels/linear.h"

#include <algorithm>
#include <map>

#include "kernels/cpu_ops.h"
#include "kernels/parallel_rows.h"

namespace leyden {
namespace {

struct Unit {
  const LinearTask* task;
  int64_t first_row, end_row, first_output, end_output;
};

int64_t row_count(const LinearTask& t) { return t.rows == nullptr ? t.x->m() : t.n_rows; }

std::vector<Unit> cut(std::span<const LinearTask> tasks, int64_t rows_per_unit,
                      int64_t single_row_outputs) {
  std::vector<Unit> units;
  for (const LinearTask& t : tasks) {
    const int64_t rows = row_count(t);
    const int64_t outputs = rows == 1 ? single_row_outputs : LinearBlock::kMaxOutputs;
    for (int64_t r = 0; r < rows; r += rows_per_unit) {
      for (int64_t n = 0; n < t.w->n(); n += outputs) {
        units.push_back(
            {&t, r, std::min(rows, r + rows_per_unit), n, std::min(t.w->n(), n + outputs)});
      }
    }
  }
  return units;
}

LinearBlock::Weight weight_kind(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return LinearBlock::Weight::kF32Panels;
    case DType::kBF16:
      return LinearBlock::Weight::kBF16Panels;
    case DType::kF8E4M3:
      break;
  }
  return LinearBlock::Weight::kFP8Panels;
}

// bf16 rows as fp32, for processors without bf16 products.
using Widened = std::map<const LinearInput*, std::vector<float>>;

Widened widen(ThreadPool& pool, const CpuOps& ops, std::span<const LinearTask> tasks) {
  Widened out;
  if (ops.has_dot) return out;
  for (const LinearTask& t : tasks) {
    if (t.x->form() == LinearInput::Form::kF32 || out.count(t.x) != 0) continue;
    const LinearInput& x = *t.x;
    std::vector<float>& f = out[t.x];
    f.resize(static_cast<size_t>(x.m() * x.k()));
    parallel_rows(pool, x.m(), x.k(), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        ops.from_bf16(x.bf16_rows() + row * x.bf16_stride(), x.k(), f.data() + row * x.k());
      }
    });
  }
  return out;
}

void run(const CpuOps& ops, const Unit& u, const Widened& widened) {
  constexpr int64_t kRowsAtOnce = 256;
  const LinearTask& t = *u.task;
  const LinearInput& x = *t.x;
  const PackedMatrix& w = *t.w;
  const bool f32 = x.form() == LinearInput::Form::kF32;
  const float* floats = f32           ? x.f32_rows()
                        : ops.has_dot ? nullptr
                                      : widened.find(t.x)->second.data();
  const int64_t groups = (w.k() + PackedMatrix::kBlock - 1) / PackedMatrix::kBlock;
  const void* rows[kRowsAtOnce];
  const float* scales[kRowsAtOnce];
  float* y[kRowsAtOnce];
  const int64_t n = u.end_row - u.first_row;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t r = u.first_row + i;
    const int64_t row = t.rows == nullptr ? r : t.rows[r];
    rows[i] = floats != nullptr ? static_cast<const void*>(floats + row * x.k())
                                : x.bf16_rows() + row * x.bf16_stride();
    scales[i] = x.scales() + row * groups;
    y[i] = t.y + r * t.y_stride + u.first_output;
  }
  LinearBlock b;
  b.n_rows = n;
  b.x = rows;
  b.x_bf16 = floats == nullptr;
  b.x_scale = x.form() == LinearInput::Form::kFP8 ? scales : nullptr;
  b.k = w.k();
  b.weight = weight_kind(w.dtype());
  b.w = w.panel(u.first_output / PackedMatrix::kPanel);
  b.w_stride = w.panel_bytes();
  b.w_scale =
      w.dtype() == DType::kF8E4M3 ? w.scale_row(u.first_output / PackedMatrix::kBlock) : nullptr;
  b.n = u.end_output - u.first_output;
  b.y = y;
  b.round_bf16 = t.round_bf16;
  ops.linear_block(b);
}

}  // namespace

void linear(ThreadPool& pool, std::span<const LinearTask> tasks) {
  const CpuOps& ops = cpu_ops();
  const Widened widened = widen(pool, ops, tasks);
  const size_t enough = 2 * static_cast<size_t>(pool.size());
  int64_t rows = 256;
  std::vector<Unit> units = cut(tasks, rows, LinearBlock::kMaxOutputsOneRow);
  while (pool.size() > 1 && units.size() < enough && rows > 16) {
    rows /= 2;
    std::vector<Unit> finer = cut(tasks, rows, LinearBlock::kMaxOutputs);
    if (finer.size() == units.size() && rows > 16) continue;
    units = std::move(finer);
  }
  // Few units: the waking costs more than it brings.
  double work = 0;
  for (const Unit& u : units) {
    work += static_cast<double>((u.end_row - u.first_row) * (u.end_output - u.first_output) *
                                u.task->w->k());
  }
  if (work < 65536) {
    for (const Unit& u : units) run(ops, u, widened);
    return;
  }
  pool.parallel_for(static_cast<int64_t>(units.size()),
                    [&](int64_t i, int) { run(ops, units[static_cast<size_t>(i)], widened); });
}

}  // namespace leyden
