// SPDX-License-Identifier: Apache-2.0
// Opening a folder and holding its headers against the config. Reading values:
// checkpoint_values.cpp.
#include "core/model/checkpoint.h"

#include <algorithm>
#include <set>

#include "base/json_dump.h"
#include "core/model/json_fields.h"

namespace leyden {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxIndexBytes = 256u << 20;
constexpr size_t kNamesShown = 5;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    text += (i ? ", " : "") + names[i];
  }
  if (names.size() > kNamesShown) {
    text += " and " + std::to_string(names.size() - kNamesShown) + " more";
  }
  return text;
}

/// A shard is a plain file name: an index must not reach outside its folder.
bool plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.size() < 256 &&
         name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

/// The layer number of "model.layers.<n>.", or -1.
int64_t layer_of(std::string_view name) {
  constexpr std::string_view kPrefix = "model.layers.";
  if (!name.starts_with(kPrefix)) return -1;
  int64_t layer = 0;
  size_t i = kPrefix.size();
  const size_t first = i;
  for (; i < name.size() && name[i] >= '0' && name[i] <= '9' && i < first + 6; ++i) {
    layer = 10 * layer + (name[i] - '0');
  }
  return i > first && i < name.size() && name[i] == '.' ? layer : -1;
}

}  // namespace

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& dir, const ModelConfig& config) {
  Checkpoint checkpoint;
  checkpoint.config_ = config;
  LEYDEN_TRY(checkpoint.open_files(dir));
  LEYDEN_TRY(checkpoint.check_required());
  return checkpoint;
}

Status Checkpoint::open_files(const std::filesystem::path& dir) {
  const std::filesystem::path single = dir / "model.safetensors";
  const std::filesystem::path index = dir / "model.safetensors.index.json";
  std::error_code ignored;
  if (std::filesystem::exists(single, ignored)) {
    where_ = single.string();
    LEYDEN_ASSIGN(SafetensorsFile file, SafetensorsFile::open(single));
    files_.push_back(std::move(file));
    for (const SafetensorsEntry& e : files_[0].entries()) locations_[e.name] = {0, &e};
  } else if (std::filesystem::exists(index, ignored)) {
    where_ = index.string();
    LEYDEN_TRY(open_sharded(dir, index));
  } else {
    return not_found(dir.string() +
                     ": expected model.safetensors or model.safetensors.index.json, found neither");
  }
  for (const auto& [name, at] : locations_) {
    bytes_ += static_cast<int64_t>(at.entry->end - at.entry->begin);
  }
  return {};
}

Status Checkpoint::open_sharded(const std::filesystem::path& dir,
                                const std::filesystem::path& index) {
  LEYDEN_ASSIGN(const std::string text, read_text_file(index, kMaxIndexBytes));
  LEYDEN_ASSIGN(const json object, parse_json_object(text, where_));
  const JsonFields fields(object, where_);
  const json* map = fields.find("weight_map");
  if (!map || !map->is_object()) {
    return fields.corrupt_field("weight_map", "an object of tensor names and shards");
  }
  std::map<std::string, size_t> shards;
  for (const auto& [name, shard] : map->items()) {
    if (!shard.is_string() || !plain_file_name(shard.get<std::string>())) {
      return corrupt(where_ + ": weight_map: " + name + ": expected a file name, found " +
                     dump_json(shard).substr(0, 80));
    }
    shards.emplace(shard.get<std::string>(), 0);
  }
  std::vector<std::string> missing;
  for (auto& [shard, number] : shards) {
    std::error_code ignored;
    if (!std::filesystem::exists(dir / shard, ignored)) {
      missing.push_back(shard);
      continue;
    }
    LEYDEN_ASSIGN(SafetensorsFile file, SafetensorsFile::open(dir / shard));
    number = files_.size();
    files_.push_back(std::move(file));
  }
  if (!missing.empty()) {
    return not_found(where_ + ": " + std::to_string(missing.size()) + " of " +
                     std::to_string(shards.size()) + " shards missing: " + listed(missing));
  }
  for (const auto& [name, shard] : map->items()) {
    const size_t number = shards[shard.get<std::string>()];
    const SafetensorsEntry* entry = files_[number].find(name);
    if (!entry) {
      return not_found(where_ + ": tensor " + name + ": expected in " + files_[number].path() +
                       ", found no such tensor");
    }
    locations_[name] = {number, entry};
  }
  return {};
}

Status Checkpoint::check_required() {
  std::vector<std::string> missing;
  std::set<std::string, std::less<>> known;
  size_t mtp_listed = 0;
  size_t mtp_found = 0;
  for (const TensorSpec& spec : required_tensors(config_)) {
    known.insert(spec.name);
    known.insert(scale_name(spec.name));
    const bool found = locations_.contains(spec.name);
    mtp_listed += spec.mtp;
    mtp_found += spec.mtp && found;
    if (!found) {
      if (!spec.mtp) missing.push_back(spec.name);
      continue;
    }
    LEYDEN_TRY(check_one(spec));
    (spec.mtp ? mtp_parameters_ : parameters_) += spec.elements();
  }
  if (!missing.empty()) return explain_missing(missing);
  mtp_ = mtp_found == 0 ? MtpState::kNone
                        : (mtp_found == mtp_listed ? MtpState::kComplete : MtpState::kPartial);
  for (const auto& [name, at] : locations_) {
    if (known.contains(name)) continue;
    if (layer_of(name) >= config_.n_layers) {  // MTP layers the config does not mention
      if (mtp_ == MtpState::kNone) mtp_ = MtpState::kPartial;
      continue;
    }
    unused_.push_back(name);
  }
  return {};
}

Status Checkpoint::check_one(const TensorSpec& spec) const {
  const Location& at = locations_.find(spec.name)->second;
  const std::string where = files_[at.file].path() + ": tensor " + spec.name + ": ";
  const std::string found = at.entry->dtype_name + " " + shape_text(at.entry->shape);
  const bool fp8 = at.entry->dtype == DType::kF8E4M3;
  if (!at.entry->dtype || (fp8 && spec.role != TensorRole::kLinear)) {
    return unsupported(where + "expected " + (spec.role == TensorRole::kLinear ? "F8_E4M3, " : "") +
                       "BF16 or F32, found " + found);
  }
  if (at.entry->shape != spec.shape) {
    return corrupt(where + "expected " + shape_text(spec.shape) + ", found " + found);
  }
  if (!fp8) return {};
  if (!config_.fp8_weights) {
    return corrupt(where + "expected BF16 or F32 (config.json has no quantization_config), found " +
                   found);
  }
  const std::string partner = scale_name(spec.name);
  const SafetensorsEntry* scale = entry(partner);
  const std::string expected = "F32 " + shape_text(scale_shape(config_, spec.shape));
  if (!scale) {
    return not_found(where + "expected block scales " + partner + " " + expected + ", found none");
  }
  if (scale->dtype != DType::kF32 || scale->shape != scale_shape(config_, spec.shape)) {
    const std::string is = scale->dtype_name + " " + shape_text(scale->shape);
    const std::string message =
        where_ + ": tensor " + partner + ": expected " + expected + ", found " + is;
    return scale->dtype ? corrupt(message) : unsupported(message);
  }
  return {};
}

/// Names what is missing, and the reason where the names give one away.
Status Checkpoint::explain_missing(const std::vector<std::string>& missing) const {
  if (contains("embed_tokens.weight")) {
    return unsupported(where_ +
                       ": expected tensor names that begin with \"model.\", as "
                       "model.embed_tokens.weight, found embed_tokens.weight");
  }
  if (contains("model.model.embed_tokens.weight")) {
    return unsupported(where_ +
                       ": expected tensor model.embed_tokens.weight, found the prefix "
                       "\"model.\" twice");
  }
  if (contains("embed.weight")) {
    return unsupported(where_ +
                       ": expected the published Hugging Face tensor names, found those of "
                       "DeepSeek's converted demo format");
  }
  if (locations_.lower_bound("model.layers.0.mlp.experts.gate_up_proj") != locations_.end()) {
    for (int64_t i = 0; i < config_.n_layers; ++i) {
      const std::string fused = "model.layers." + std::to_string(i) + ".mlp.experts.gate_up_proj";
      if (contains(fused)) {
        return unsupported(where_ + ": expected one tensor per expert, found the fused " + fused);
      }
    }
  }
  if (missing.size() == 1 && missing[0] == "lm_head.weight") {
    return not_found(where_ + ": tensor lm_head.weight is missing (tie_word_embeddings is false)");
  }
  return not_found(where_ + ": " + std::to_string(missing.size()) +
                   " tensors are missing: " + listed(missing));
}

}  // namespace leyden
