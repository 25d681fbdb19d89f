// SPDX-License-Identifier: Apache-2.0
// What fits where, before anything is loaded.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "capi/convert.h"
#include "capi/guard.h"
#include "core/model/model_info.h"
#include "core/plan/plan.h"

using namespace leyden;
using namespace leyden::capi;

namespace {

using Json = nlohmann::ordered_json;

Json part_json(const DevicePlan& d) {
  return {{"memory_bytes", d.memory_bytes},
          {"weights_bytes", d.weights_bytes},
          {"kv_bytes", d.kv_bytes},
          {"workspace_bytes", d.workspace_bytes},
          {"free_bytes", d.free_bytes}};
}

Result<PlanRequest> plan_request(const leyden_plan_options& o) {
  leyden_model_options model = LEYDEN_MODEL_OPTIONS_INIT;
  model.precision = o.precision;
  model.attention = o.attention;
  model.chunk_tokens = o.chunk_tokens;
  LEYDEN_ASSIGN(const OpenOptions open, open_options(model));
  PlanRequest request;
  request.model = open.model;
  request.chunk_tokens = open.chunk_tokens;
  request.context = o.context;
  if (o.sessions != 0) request.sessions = o.sessions;
  request.host_bytes = o.host_bytes;
  if (!o.gpu_bytes && o.n_gpus > 0) return invalid_argument("gpu_bytes is NULL");
  if (o.n_gpus > 0) request.gpu_bytes.assign(o.gpu_bytes, o.gpu_bytes + o.n_gpus);
  return request;
}

}  // namespace

void leyden_plan_options_init(leyden_plan_options* options, size_t size) {
  init_options(options, size);
}

leyden_status leyden_plan_json(leyden_string** out, const char* folder, size_t folder_size,
                               const leyden_plan_options* options, leyden_error** error) {
  return guard(error, [&]() -> Status {
    LEYDEN_TRY(clear(out));
    LEYDEN_ASSIGN(const std::filesystem::path dir, folder_argument(folder, folder_size));
    LEYDEN_ASSIGN(const leyden_plan_options o, read_options("leyden_plan_options", options));
    LEYDEN_ASSIGN(const PlanRequest request, plan_request(o));
    LEYDEN_ASSIGN(const ModelConfig config, ModelConfig::load(dir));
    LEYDEN_ASSIGN(const Plan plan, make_plan(config, request));
    Json json = {{"fits", plan.fits},
                 {"device", plan.gpu ? "gpu" : "cpu"},
                 {"context", plan.context},
                 {"sessions", plan.sessions},
                 {"gpus", Json::array()},
                 {"host", nullptr},
                 {"max_context", plan.max_context},
                 {"max_sessions", plan.max_sessions},
                 {"kv_bytes_per_token", kv_bytes_per_token(config, request.model.precision)},
                 {"advice", plan.advice}};
    for (const DevicePlan& device : plan.devices) {
      if (plan.gpu) {
        json["gpus"].push_back(part_json(device));
      } else {
        json["host"] = part_json(device);
      }
    }
    give(out, json.dump());
    return {};
  });
}
