// SPDX-License-Identifier: Apache-2.0
// The exact top-k of rows of scores, ascending by position; ties go to the smaller position.
//
//   count    how often each first digit (11 bits) occurs: which one holds the k-th largest
//   gather   what has that digit or a larger one, in order of position
//   finish   two digits more, of 11 and 10 bits, find the k-th largest exactly; what is above it
//   and
//            the first of those equal to it are written
//
// One block does all three, or for few long rows each of the first two is shared out in chunks of
// the row. Where too many share the digit to be gathered, the row itself is looked at every time.
#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

/// Larger is better; -0 counts as +0, NaN is the least.
__device__ uint32_t ordered(float v) {
  if (v != v) return 0;
  const uint32_t u = v == 0.0f ? 0u : as_bits(v);
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}

constexpr int kSelectThreads = 1024, kSelectWarps = kSelectThreads / kWarp;
constexpr int kDigits = 2048;
constexpr int kMostCandidates = 12 * 1024;  ///< 8 bytes each; two blocks on a multiprocessor
constexpr int kTogether = 4;                ///< loads of four scores under way

struct Histogram {
  int bins[kDigits], by_16[kDigits / 16], by_256[kDigits / 256];

  __device__ void clear() {
    __syncthreads();
    for (int i = threadIdx.x; i < kDigits; i += kSelectThreads) bins[i] = 0;
    __syncthreads();
  }

  /// The digit of the `rank`-th largest entry, all threads; `left`: its rank among those of that
  /// digit.
  __device__ int find(int rank, int* left) {
    __shared__ int found, rest;
    __syncthreads();
    for (int i = threadIdx.x; i < kDigits / 16; i += kSelectThreads) by_16[i] = sum(bins + 16 * i);
    __syncthreads();
    for (int i = threadIdx.x; i < kDigits / 256; i += kSelectThreads)
      by_256[i] = sum(by_16 + 16 * i);
    __syncthreads();
    if (threadIdx.x == 0) {
      int at = last(by_256, kDigits / 256 - 1, &rank);
      at = last(by_16, 16 * at + 15, &rank);
      found = last(bins, 16 * at + 15, &rank);
      rest = rank;
    }
    __syncthreads();
    *left = rest;
    return found;
  }

 private:
  __device__ static int sum(const int* from) {
    int total = 0;
    for (int i = 0; i < 16; ++i) total += from[i];
    return total;
  }
  __device__ static int last(const int* counts, int at, int* rank) {
    while (counts[at] < *rank) *rank -= counts[at--];
    return at;
  }
};

/// Scores `begin` to `end` of a row, four at a time. `begin` is a multiple of four.
struct Scores {
  const float* at;
  int begin, end;
  bool aligned;

  /// visit(position, value) for all, this thread's neighbours after each other.
  template <typename Visit>
  __device__ void each(Visit visit) const {
    for (int first = begin + 4 * static_cast<int>(threadIdx.x); first < end;
         first += 4 * kTogether * kSelectThreads) {
      float v[kTogether][4];
#pragma unroll
      for (int i = 0; i < kTogether; ++i) load(first + 4 * i * kSelectThreads, v[i]);
#pragma unroll
      for (int i = 0; i < kTogether; ++i)
        for (int j = 0; j < 4; ++j)
          if (const int at_j = first + 4 * i * kSelectThreads + j; at_j < end)
            visit(at_j, ordered(v[i][j]));
    }
  }
  /// visit(first position of this lane's four, values) along the warp's share, in order; all lanes
  /// take part.
  template <typename Visit>
  __device__ void each_of_share(Visit visit) const {
    constexpr int kStep = 4 * kWarp;
    const int n = end - begin,
              share = (n + kSelectWarps * kStep - 1) / (kSelectWarps * kStep) * kStep;
    const int from = begin + static_cast<int>(threadIdx.x) / kWarp * share;
    const int to = from + share < end ? from + share : end;
    for (int base = from; base < to; base += kTogether * kStep) {
      float v[kTogether][4];
      const int first = base + 4 * (threadIdx.x % kWarp);
#pragma unroll
      for (int i = 0; i < kTogether; ++i)
        if (base + i * kStep < to) load(first + i * kStep, v[i]);
#pragma unroll
      for (int i = 0; i < kTogether; ++i)
        if (base + i * kStep < to) visit(first + i * kStep, v[i]);
    }
  }

 private:
  __device__ void load(int first, float (&v)[4]) const {
    if (aligned && first + 4 <= end) {
      const float4 four = *reinterpret_cast<const float4*>(at + first);
      v[0] = four.x, v[1] = four.y, v[2] = four.z, v[3] = four.w;
    } else {
      for (int j = 0; j < 4; ++j) v[j] = first + j < end ? at[first + j] : 0.0f;
    }
  }
};

/// Counts digits; a thread's neighbours often share one and are counted together.
class DigitCounter {
 public:
  __device__ explicit DigitCounter(Histogram& histogram) : bins_(histogram.bins) {}
  __device__ ~DigitCounter() { flush(); }
  __device__ void add(uint32_t digit) {
    if (static_cast<int>(digit) != bin_) {
      flush();
      bin_ = static_cast<int>(digit);
      run_ = 0;
    }
    ++run_;
  }

 private:
  __device__ void flush() {
    if (run_ > 0) atomicAdd(&bins_[bin_], run_);
  }
  int* bins_;
  int bin_ = -1, run_ = 0;
};

__device__ void count_first_digits(const Scores& scores, Histogram& histogram) {
  histogram.clear();
  DigitCounter counter(histogram);
  scores.each([&](int, uint32_t u) { counter.add(u >> 21); });
}

/// What may be among the best: values, as ordered() has them, and their positions, ascending.
struct Candidates {
  uint32_t* values;
  int32_t* positions;
};

/// The sum over the block, and over the warps before this one. `scratch` [kSelectWarps].
struct WarpSum {
  int all, before;
  __device__ WarpSum(int own, int* scratch) {
    const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
    own = warp_sum(own);
    __syncthreads();
    if (lane == 0) scratch[warp] = own;
    __syncthreads();
    all = warp_sum(scratch[lane]);
    before = warp_sum(lane < warp ? scratch[lane] : 0);
  }
};
static_assert(kSelectWarps == kWarp);

/// Writes the scores from `threshold` up to `to`, from number `first` on, unless there are more
/// than kMostCandidates in all. `all`: in all, where the caller knows; else 0: those counted here.
__device__ int gather(const Scores& scores, uint32_t threshold, int first, int all, Candidates to) {
  __shared__ int scratch[kSelectWarps];
  const int lane = threadIdx.x % kWarp;
  const auto is_candidate = [&](int position, float v) {
    return position < scores.end && ordered(v) >= threshold;
  };
  int found = 0;
  scores.each_of_share([&](int at, const float(&v)[4]) {
    for (int j = 0; j < 4; ++j) found += is_candidate(at + j, v[j]);
  });
  const WarpSum sum(found, scratch);
  if (all == 0) all = sum.all;
  if (all > kMostCandidates) return all;
  int written = first + sum.before;
  scores.each_of_share([&](int at, const float(&v)[4]) {
    int own = 0;
    for (int j = 0; j < 4; ++j) own += is_candidate(at + j, v[j]);
    int upto = own;  // of this lane and those before it
    for (int step = 1; step < kWarp; step *= 2) {
      const int other = __shfl_up_sync(0xffffffffu, upto, step);
      if (lane >= step) upto += other;
    }
    int place = written + upto - own;
    for (int j = 0; j < 4; ++j) {
      if (!is_candidate(at + j, v[j])) continue;
      to.values[place] = ordered(v[j]);
      to.positions[place++] = at + j;
    }
    written += __shfl_sync(0xffffffffu, upto, kWarp - 1);
  });
  return all;
}

/// value(i), position(i) of n entries ascending by position -> the topk best. `threshold`: the
/// first digit of the topk-th largest; `ties`: its rank among those of that digit.
template <typename Value, typename Position>
__device__ void finish(int n, Value value, Position position, uint32_t threshold, int ties,
                       Histogram& histogram, int32_t* out) {
  __shared__ int scratch[2][kSelectWarps];
  for (const int shift : {10, 0}) {
    const uint32_t known = shift == 10 ? ~0u << 21 : ~0u << 10;
    const uint32_t digits = shift == 10 ? kDigits - 1 : kDigits / 2 - 1;
    histogram.clear();
    {
      DigitCounter counter(histogram);
      for (int i = threadIdx.x; i < n; i += kSelectThreads)
        if (const uint32_t u = value(i); (u & known) == threshold) counter.add(u >> shift & digits);
    }
    threshold |= static_cast<uint32_t>(histogram.find(ties, &ties)) << shift;
  }

  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int share = (n + kSelectThreads - 1) / kSelectThreads * kWarp;
  const int begin = warp * share, end = begin + share < n ? begin + share : n;
  int above = 0, equal = 0;
#pragma unroll 8
  for (int i = begin + lane; i < end; i += kWarp) {
    const uint32_t u = value(i);
    above += u > threshold;
    equal += u == threshold;
  }
  int seen = WarpSum(equal, scratch[1]).before;
  int written = WarpSum(above, scratch[0]).before + (seen < ties ? seen : ties);
  const unsigned before = (1u << lane) - 1u;
  for (int base = begin; base < end; base += kWarp) {
    const int i = base + lane;
    const uint32_t u = i < end ? value(i) : 0u;
    const bool tie = i < end && u == threshold;
    const unsigned tied = __ballot_sync(0xffffffffu, tie);
    const bool take = i < end && (u > threshold || (tie && seen + __popc(tied & before) < ties));
    const unsigned taken = __ballot_sync(0xffffffffu, take);
    if (take) out[written + __popc(taken & before)] = position(i);
    written += __popc(taken);
    seen += __popc(tied);
  }
}

/// A row with no more scores than are asked for: all of them.
__device__ bool takes_all(int n, int topk, int32_t* out, int32_t* count) {
  if (n > topk) {
    if (threadIdx.x == 0) *count = topk;
    return false;
  }
  for (int i = threadIdx.x; i < n; i += kSelectThreads) out[i] = i;
  if (threadIdx.x == 0) *count = n;
  return true;
}

/// Block = row.
__global__ void __launch_bounds__(kSelectThreads)
    select_topk_kernel(const Row* rows, const float* scores, int64_t stride, int topk,
                       int32_t* keys, int32_t* count) {
  begin_kernel();
  __shared__ Histogram histogram;
  const int n = static_cast<int>(rows[blockIdx.x].position) + 1;
  int32_t* out = keys + static_cast<int64_t>(blockIdx.x) * topk;
  if (takes_all(n, topk, out, count + blockIdx.x)) return;
  const float* score = scores + blockIdx.x * stride;
  const Scores row{score, 0, n, stride % 4 == 0 && is_aligned(scores)};
  uint32_t* shared = dynamic_shared<uint32_t>();
  const Candidates found{shared, reinterpret_cast<int32_t*>(shared + kMostCandidates)};

  count_first_digits(row, histogram);
  int ties = topk;
  const uint32_t threshold = static_cast<uint32_t>(histogram.find(ties, &ties)) << 21;
  const int gathered = gather(row, threshold, 0, 0, found);
  const bool fits = gathered <= kMostCandidates;
  finish(
      fits ? gathered : n, [&](int i) { return fits ? found.values[i] : ordered(score[i]); },
      [&](int i) { return fits ? found.positions[i] : i; }, threshold, ties, histogram, out);
}

// ---- few long rows

constexpr int kChunk = 8192;

/// Between the kernels, of one row.
struct Between {
  int threshold, ties, gathered, pad;
  uint32_t values[kMostCandidates];
  int32_t positions[kMostCandidates];
  int digits[1][kDigits];  ///< of each chunk

  __host__ __device__ static int64_t bytes(int64_t chunks) {
    return static_cast<int64_t>(sizeof(Between)) + (chunks - 1) * kDigits * 4;
  }
};
__device__ Between& between(uint8_t* scratch, int64_t row, int64_t chunks) {
  return *reinterpret_cast<Between*>(scratch + row * Between::bytes(chunks));
}
__device__ Scores chunk_of(const float* scores, int64_t stride, int64_t row, int n) {
  const int begin = static_cast<int>(blockIdx.x) * kChunk;
  return {scores + row * stride, begin, begin + kChunk < n ? begin + kChunk : n,
          stride % 4 == 0 && is_aligned(scores)};
}

/// Block (chunk, row).
__global__ void __launch_bounds__(kSelectThreads)
    count_chunk_kernel(const Row* rows, const float* scores, int64_t stride, int topk,
                       uint8_t* scratch) {
  begin_kernel();
  __shared__ Histogram histogram;
  const int n = static_cast<int>(rows[blockIdx.y].position) + 1;
  const Scores chunk = chunk_of(scores, stride, blockIdx.y, n);
  if (n <= topk || chunk.begin >= n) return;
  count_first_digits(chunk, histogram);
  __syncthreads();
  int* digits = between(scratch, blockIdx.y, gridDim.x).digits[blockIdx.x];
  for (int i = threadIdx.x; i < kDigits; i += kSelectThreads) digits[i] = histogram.bins[i];
}

__global__ void __launch_bounds__(kSelectThreads)
    gather_chunk_kernel(const Row* rows, const float* scores, int64_t stride, int topk,
                        uint8_t* scratch) {
  begin_kernel();
  __shared__ Histogram histogram;
  __shared__ int sums[kSelectWarps];
  const int n = static_cast<int>(rows[blockIdx.y].position) + 1, own = static_cast<int>(blockIdx.x);
  const Scores chunk = chunk_of(scores, stride, blockIdx.y, n);
  if (n <= topk || chunk.begin >= n) return;
  Between& row = between(scratch, blockIdx.y, gridDim.x);
  const int chunks = (n + kChunk - 1) / kChunk;
  for (int i = threadIdx.x; i < kDigits; i += kSelectThreads) {
    int all = 0;
    for (int c = 0; c < chunks; ++c) all += row.digits[c][i];
    histogram.bins[i] = all;
  }
  int ties = topk;
  const int digit = histogram.find(ties, &ties);
  const int gathered = topk - ties + histogram.bins[digit];
  int first = 0;  // in chunks before this one
  for (int i = digit + static_cast<int>(threadIdx.x); i < kDigits; i += kSelectThreads)
    for (int c = 0; c < own; ++c) first += row.digits[c][i];
  first = WarpSum(first, sums).all;
  const uint32_t threshold = static_cast<uint32_t>(digit) << 21;
  gather(chunk, threshold, first, gathered, {row.values, row.positions});
  if (own != 0 || threadIdx.x != 0) return;
  row.threshold = static_cast<int>(threshold);
  row.ties = ties;
  row.gathered = gathered;
}

/// Block = row.
__global__ void __launch_bounds__(kSelectThreads)
    finish_kernel(const Row* rows, const float* scores, int64_t stride, int topk, int64_t chunks,
                  uint8_t* scratch, int32_t* keys, int32_t* count) {
  begin_kernel();
  __shared__ Histogram histogram;
  const int n = static_cast<int>(rows[blockIdx.x].position) + 1;
  int32_t* out = keys + static_cast<int64_t>(blockIdx.x) * topk;
  if (takes_all(n, topk, out, count + blockIdx.x)) return;
  const float* score = scores + blockIdx.x * stride;
  const Between& row = between(scratch, blockIdx.x, chunks);
  const bool fits = row.gathered <= kMostCandidates;
  uint32_t* values = dynamic_shared<uint32_t>();
  if (fits)
    for (int i = threadIdx.x; i < row.gathered; i += kSelectThreads) values[i] = row.values[i];
  finish(
      fits ? row.gathered : n, [&](int i) { return fits ? values[i] : ordered(score[i]); },
      [&](int i) { return fits ? row.positions[i] : i; }, static_cast<uint32_t>(row.threshold),
      row.ties, histogram, out);
}

}  // namespace

int64_t topk_scratch_bytes(int64_t m, int64_t stride) {
  // What one block looks through as fast as three launches, and what keeps the device busy anyway.
  constexpr int64_t kShort = 2 * kChunk, kManyRows = kMultiprocessors / 4;
  return stride <= kShort || m > kManyRows ? 0 : m * Between::bytes(blocks(stride, kChunk));
}

Error select_topk(const Row* rows, const float* scores, int64_t stride, int64_t m, int64_t topk,
                  int32_t* keys, int32_t* count, void* scratch, int64_t scratch_bytes,
                  Stream stream) {
  const int k = static_cast<int>(topk);
  const int64_t needed = topk_scratch_bytes(m, stride);
  if (needed == 0 || needed > scratch_bytes)
    return launch(select_topk_kernel, dim3(blocks(m, 1)), dim3(kSelectThreads), 8 * kMostCandidates,
                  stream, rows, scores, stride, k, keys, count);
  auto* between = static_cast<uint8_t*>(scratch);
  const dim3 chunks(blocks(stride, kChunk), blocks(m, 1));
  if (const Error e = launch(count_chunk_kernel, chunks, dim3(kSelectThreads), 0, stream, rows,
                             scores, stride, k, between))
    return e;
  if (const Error e = launch(gather_chunk_kernel, chunks, dim3(kSelectThreads), 0, stream, rows,
                             scores, stride, k, between))
    return e;
  return launch(finish_kernel, dim3(blocks(m, 1)), dim3(kSelectThreads), 4 * kMostCandidates,
                stream, rows, scores, stride, k, int64_t{chunks.x}, between, keys, count);
}

}  // namespace leyden::cuda
