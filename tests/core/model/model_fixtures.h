// SPDX-License-Identifier: Apache-2.0
// Configs and checkpoint folders that tests write, change and break.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "core/model/config.h"
#include "core/model/tensor_list.h"

namespace leyden::test {

using nlohmann::json;

/// config.json as DeepSeek publishes it with V3.2-Exp.
inline json deepseek_config() {
  return json::parse(R"({
    "architectures": ["DeepseekV32ForCausalLM"], "model_type": "deepseek_v32",
    "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 0, "eos_token_id": 1,
    "first_k_dense_replace": 3, "hidden_act": "silu", "hidden_size": 7168, "index_head_dim": 128,
    "index_n_heads": 64, "index_topk": 2048, "initializer_range": 0.02,
    "intermediate_size": 18432, "kv_lora_rank": 512, "max_position_embeddings": 163840,
    "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_group": 8, "n_routed_experts": 256,
    "n_shared_experts": 1, "norm_topk_prob": true, "num_attention_heads": 128,
    "num_experts_per_tok": 8, "num_hidden_layers": 61, "num_key_value_heads": 128,
    "num_nextn_predict_layers": 1, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "quantization_config": {"activation_scheme": "dynamic", "fmt": "e4m3",
    "quant_method": "fp8", "scale_fmt": "ue8m0", "weight_block_size": [128, 128]},
    "rms_norm_eps": 1e-06, "rope_scaling": {"beta_fast": 32, "beta_slow": 1, "factor": 40,
    "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096,
    "type": "yarn"}, "rope_theta": 10000, "routed_scaling_factor": 2.5,
    "scoring_func": "sigmoid", "tie_word_embeddings": false, "topk_group": 4,
    "topk_method": "noaux_tc", "torch_dtype": "bfloat16", "use_cache": true, "v_head_dim": 128,
    "vocab_size": 129280})");
}

/// The same fields at a size whose checkpoint is written in a millisecond: 3 layers, the first
/// dense, ragged FP8 blocks, one MTP layer.
inline json small_config() {
  json c = deepseek_config();
  c.update(json::parse(R"({"first_k_dense_replace": 1, "hidden_size": 136, "index_head_dim": 16,
    "index_n_heads": 2, "index_topk": 8, "intermediate_size": 24, "kv_lora_rank": 24,
    "moe_intermediate_size": 8, "n_group": 2, "n_routed_experts": 4, "num_attention_heads": 2,
    "num_experts_per_tok": 2, "num_hidden_layers": 3, "num_key_value_heads": 2, "q_lora_rank": 20,
    "qk_nope_head_dim": 12, "qk_rope_head_dim": 8, "topk_group": 1, "v_head_dim": 10,
    "vocab_size": 40})"));
  return c;
}

inline Result<ModelConfig> parse(const json& config) {
  return ModelConfig::parse(config.dump(), "config.json");
}

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "leyden-model-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct StoredTensor {
  std::string dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};
using Tensors = std::map<std::string, StoredTensor>;

/// Length, header and data, from a header's text as it is.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  std::string file;
  for (size_t i = 0; i < 8; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i)));
  return file + header + data;
}

inline std::string safetensors_bytes(const Tensors& tensors) {
  json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto& [name, t] : tensors) {
    header[name] = {{"dtype", t.dtype},
                    {"shape", t.shape},
                    {"data_offsets", {data.size(), data.size() + t.bytes.size()}}};
    data += t.bytes;
  }
  return safetensors_bytes(header.dump(), data);
}

/// Random tensors of every name the config requires: FP8 with scales where it says so, norms in
/// F32.
inline Tensors random_tensors(const ModelConfig& config, uint32_t seed = 1) {
  std::mt19937 random(seed);
  Tensors tensors;
  const auto count = [](const std::vector<int64_t>& shape) {
    size_t n = 1;
    for (const int64_t d : shape) n *= static_cast<size_t>(d);
    return n;
  };
  const auto f32 = [&](const std::vector<int64_t>& shape) {
    StoredTensor t{"F32", shape, std::string(4 * count(shape), '\0')};
    for (size_t i = 0; i < count(shape); ++i) {
      const float v = 0.5f + static_cast<float>(random() % 1000) * 1e-3f;
      std::memcpy(t.bytes.data() + 4 * i, &v, 4);
    }
    return t;
  };
  for (const TensorSpec& spec : required_tensors(config)) {
    if (spec.role == TensorRole::kNorm || spec.role == TensorRole::kBias) {
      tensors[spec.name] = f32(spec.shape);
    } else if (spec.role == TensorRole::kLinear && config.fp8_weights) {
      StoredTensor t{"F8_E4M3", spec.shape, std::string(count(spec.shape), '\0')};
      for (char& b : t.bytes) b = static_cast<char>(random() % 0x7f);  // no NaN codes
      tensors[spec.name] = t;
      tensors[scale_name(spec.name)] = f32(scale_shape(config, spec.shape));
    } else {
      StoredTensor t{"BF16", spec.shape, std::string(2 * count(spec.shape), '\0')};
      for (size_t i = 0; i < count(spec.shape); ++i) {
        const uint16_t v = bf16_from_float(static_cast<float>(random() % 1000) * 1e-3f);
        std::memcpy(t.bytes.data() + 2 * i, &v, 2);
      }
      tensors[spec.name] = t;
    }
  }
  return tensors;
}

/// One model.safetensors, or `n_shards` of them under an index whose total_size lies.
inline void write_tensors(const std::filesystem::path& dir, const Tensors& tensors, int n_shards) {
  if (n_shards == 1) return write_file(dir / "model.safetensors", safetensors_bytes(tensors));
  std::vector<Tensors> shards(static_cast<size_t>(n_shards));
  json map = json::object();
  size_t i = 0;
  for (const auto& [name, t] : tensors) {
    const size_t shard = i++ % shards.size();
    shards[shard][name] = t;
    map[name] = "part-" + std::to_string(shard) + ".safetensors";
  }
  for (size_t s = 0; s < shards.size(); ++s) {
    write_file(dir / ("part-" + std::to_string(s) + ".safetensors"), safetensors_bytes(shards[s]));
  }
  write_file(dir / "model.safetensors.index.json",
             json{{"metadata", {{"total_size", 1}}}, {"weight_map", map}}.dump());
}

}  // namespace leyden::test
