// SPDX-License-Identifier: Apache-2.0
#include "app/cli/model_arguments.h"

#include <cmath>
#include <cstdlib>

#include "app/cli/interrupt.h"

namespace leyden_cli {

void ModelFolder::add_to(CLI::App* command) {
  command
      ->add_option(
          "-m,--model", folder,
          "Model folder: config.json, safetensors, tokenizer.json. Default: $LEYDEN_MODEL, "
          "else the model that came with this program")
      ->type_name("DIR");
}

std::string ModelFolder::path() const {
  if (!folder.empty()) return folder;
  return made_text([](leyden_string** out, leyden_error** error) {
    return leyden_default_model_path(out, error);
  });
}

void ModelArguments::add_to(CLI::App* command, bool with_attention) {
  model.add_to(command);
  command->add_option("--precision", precision, "deployed (FP8 activations and KV) or reference")
      ->check(CLI::IsMember({"deployed", "reference"}))
      ->capture_default_str();
  if (with_attention) {
    command->add_option("--attention", attention, "dsa (sparse) or dense, for comparison")
        ->check(CLI::IsMember({"dsa", "dense"}))
        ->capture_default_str();
  }
  command->add_option("--form", form, "Form of attention while reading: auto, mqa or mha")
      ->check(CLI::IsMember({"auto", "mqa", "mha"}))
      ->group("Expert");
  command->add_option("--device", device, "cpu, or cuda or cuda:N for one GPU")
      ->capture_default_str();
  command->add_option("--threads", threads, "0: one per core")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  command->add_option("--chunk", chunk_tokens, "Most tokens of one forward pass. 0: 512")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 20));
  command
      ->add_option(
          "--kv-memory", kv_memory,
          "Cap on memory for what was read, e.g. 8G. Default: three quarters of what is free")
      ->type_name("BYTES");
}

Model ModelArguments::open(const Console& console, leyden_store* store) const {
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.precision =
      precision == "reference" ? LEYDEN_PRECISION_REFERENCE : LEYDEN_PRECISION_DEPLOYED;
  options.attention = attention == "dense" ? LEYDEN_ATTENTION_DENSE : LEYDEN_ATTENTION_DSA;
  options.form = form == "mqa"   ? LEYDEN_FORM_MQA
                 : form == "mha" ? LEYDEN_FORM_MHA
                                 : LEYDEN_FORM_AUTO;
  options.device = device.data();
  options.device_size = device.size();
  options.threads = threads;
  options.chunk_tokens = chunk_tokens;
  if (!kv_memory.empty()) options.kv_bytes = parse_bytes(kv_memory, "--kv-memory");
  ProgressLine progress(console);
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  options.store = store;
  const std::string folder = model.path();
  return made<Model>([&](leyden_model** out, leyden_error** error) {
    return leyden_model_open(out, folder.data(), folder.size(), &options, error);
  });
}

uint64_t parse_bytes(const std::string& text, const std::string& flag) {
  const char* begin = text.c_str();
  char* end = nullptr;
  const double number = std::strtod(begin, &end);
  const std::string unit = end;
  double factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  for (const auto& [letter, power] : {std::pair{'k', 1}, {'K', 1}, {'M', 2}, {'G', 3}, {'T', 4}}) {
    if (unit == std::string(1, letter) || unit == std::string(1, letter) + "B") {
      factor = std::pow(1000.0, power);
    }
    if (unit == std::string(1, letter) + "iB") factor = std::pow(1024.0, power);
  }
  if (end == begin || factor == 0 || !(number > 0) || number * factor > 1e18) {
    throw bad_argument(flag + ": expected a size like 800M, 8G or 2GiB, found " + in_quotes(text));
  }
  return static_cast<uint64_t>(number * factor);
}

}  // namespace leyden_cli
