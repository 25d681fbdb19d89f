// SPDX-License-Identifier: Apache-2.0
// Devices, memory, and the table the module exports.
#include <cstdio>
#include <cstring>

#include "kernels/cuda/device.cuh"

namespace leyden::cuda {
namespace {

cudaStream_t stream_of(Stream stream) { return static_cast<cudaStream_t>(stream); }

Error device_count(int32_t* count) {
  int n = 0;
  const cudaError_t e = cudaGetDeviceCount(&n);
  *count = e == cudaSuccess ? n : 0;
  return error_text(e);
}

Error device_info(int32_t device, DeviceInfo* info) {
  cudaDeviceProp prop{};
  if (const cudaError_t e = cudaGetDeviceProperties(&prop, device); e != cudaSuccess)
    return cudaGetErrorString(e);
  std::snprintf(info->name, sizeof info->name, "%.*s", 127, prop.name);
  if (cudaDeviceGetPCIBusId(info->bus_id, sizeof info->bus_id, device) != cudaSuccess)
    info->bus_id[0] = 0;
  info->major = prop.major;
  info->minor = prop.minor;
  info->multiprocessors = prop.multiProcessorCount;
  size_t free_bytes = 0, total_bytes = 0;
  if (const cudaError_t e = cudaSetDevice(device); e != cudaSuccess) return cudaGetErrorString(e);
  const cudaError_t e = cudaMemGetInfo(&free_bytes, &total_bytes);
  info->free_bytes = free_bytes;
  info->total_bytes = total_bytes;
  return error_text(e);
}

Error use_device(int32_t device) { return error_text(cudaSetDevice(device)); }
Error allocate(void** out, size_t bytes) { return error_text(cudaMalloc(out, bytes)); }
void release(void* pointer) { (void)cudaFree(pointer); }
Error allocate_pinned(void** out, size_t bytes) { return error_text(cudaMallocHost(out, bytes)); }
void release_pinned(void* pointer) { (void)cudaFreeHost(pointer); }

Error make_stream(Stream* out) {
  cudaStream_t stream = nullptr;
  const cudaError_t e = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  *out = stream;
  return error_text(e);
}
void drop_stream(Stream stream) { (void)cudaStreamDestroy(stream_of(stream)); }

Error copy(void* to, const void* from, size_t bytes, Stream stream) {
  return error_text(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_of(stream)));
}
Error fill(void* to, int value, size_t bytes, Stream stream) {
  return error_text(cudaMemsetAsync(to, value, bytes, stream_of(stream)));
}
Error synchronize(Stream stream) { return error_text(cudaStreamSynchronize(stream_of(stream))); }

Error begin_recording(Stream stream) {
  return error_text(cudaStreamBeginCapture(stream_of(stream), cudaStreamCaptureModeThreadLocal));
}
Error end_recording(Stream stream, Graph* graph) {
  *graph = nullptr;
  cudaGraph_t recorded = nullptr;
  if (const cudaError_t e = cudaStreamEndCapture(stream_of(stream), &recorded); e != cudaSuccess)
    return cudaGetErrorString(e);
  cudaGraphExec_t ready = nullptr;
  const cudaError_t e = cudaGraphInstantiate(&ready, recorded, 0);
  (void)cudaGraphDestroy(recorded);
  if (e == cudaSuccess) *graph = ready;
  return error_text(e);
}
Error replay(Graph graph, Stream stream) {
  return error_text(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), stream_of(stream)));
}
void drop_graph(Graph graph) { (void)cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph)); }

const Ops kOps = {
    .struct_size = sizeof(Ops),
    .build_id = LEYDEN_BUILD_ID,
    .device_count = device_count,
    .device_info = device_info,
    .use_device = use_device,
    .allocate = allocate,
    .release = release,
    .allocate_pinned = allocate_pinned,
    .release_pinned = release_pinned,
    .make_stream = make_stream,
    .drop_stream = drop_stream,
    .copy = copy,
    .fill = fill,
    .synchronize = synchronize,
    .begin_recording = begin_recording,
    .end_recording = end_recording,
    .replay = replay,
    .drop_graph = drop_graph,
    .embed = embed,
    .add_rms_norm = add_rms_norm,
    .rms_norm = rms_norm,
    .quantize = quantize,
    .to_bf16 = to_bf16,
    .swiglu = swiglu,
    .linear = linear,
    .write_keys = write_keys,
    .index_queries = index_queries,
    .index_scores = index_scores,
    .select_topk = select_topk,
    .topk_scratch_bytes = topk_scratch_bytes,
    .mqa_attention = mqa_attention,
    .mqa_mass = mqa_mass,
    .read_latents = read_latents,
    .mha_attention = mha_attention,
    .mha_mass = mha_mass,
    .route = route,
    .expert_slots = expert_slots,
    .combine = combine,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Ops* leyden_cuda_ops(const char* build_id) {
  return build_id && std::strcmp(build_id, kOps.build_id) == 0 ? &kOps : nullptr;
}

}  // namespace leyden::cuda
