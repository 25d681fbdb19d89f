// SPDX-License-Identifier: Apache-2.0
// leyden info: what a model folder holds.
#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/model_arguments.h"

namespace leyden_cli {

namespace {

std::string human_count(int64_t n) {
  const auto value = static_cast<double>(n);
  if (n >= 1'000'000'000) return fmt::format("{:.1f}B", value / 1e9);
  if (n >= 1'000'000) return fmt::format("{:.1f}M", value / 1e6);
  return grouped(static_cast<uint64_t>(n));
}

void run_info(const ModelFolder& model, const Console& console) {
  const std::string folder = model.path();
  Json info = Json::parse(model_info(folder));
  if (console.json) {
    info["folder"] = folder;
    return print_json(info);
  }
  const auto number = [&](const char* key) { return info.at(key).get<uint64_t>(); };
  const auto row = [](const char* name, const std::string& value) {
    print(fmt::format("{:<16} {}\n", name, value));
  };
  row("folder", folder);
  row("architecture", info.at("architecture").get<std::string>());
  row("layers", grouped(number("layers")));
  row("parameters", human_count(info.at("parameters").get<int64_t>()));
  row("size", human_bytes(number("bytes")));
  row("experts", fmt::format("{} of {}", grouped(info.at("experts").at("activated").get<uint64_t>()),
                             grouped(info.at("experts").at("routed").get<uint64_t>())));
  row("vocabulary", grouped(number("vocab_size")));
  row("context", grouped(number("max_context")) + " tokens");
  row("sparse top-k", grouped(number("index_topk")) + " tokens");
  row("KV per token", grouped(number("kv_bytes_per_token")) + " bytes");
  row("fingerprint", info.at("fingerprint").get<std::string>());
  row("tokenizer", info.at("tokenizer").get<bool>() ? "tokenizer.json" : "none");
}

}  // namespace

void add_info(CLI::App& app, Console& console) {
  CLI::App* command = add_command(app, console, "info", "Show what a model folder holds",
                                  "  leyden info\n"
                                  "  leyden info --model /data/DeepSeek-V3.2-Exp --json");
  auto model = std::make_shared<ModelFolder>();
  model->add_to(command);
  command->callback([model, &console] { run_info(*model, console); });
}

}  // namespace leyden_cli
