// SPDX-License-Identifier: Apache-2.0
// leyden plan: whether a model fits, before anything is loaded.
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/model_arguments.h"

namespace leyden_cli {

namespace {

struct PlanArguments {
  ModelFolder model;
  std::string precision = "deployed";
  std::string attention = "dsa";
  std::string gpus;
  bool cpu = false;
  std::string memory;
  int64_t context = 0;
  int64_t sessions = 1;
  int64_t chunk_tokens = 0;
};

/// "8x80GB" or "80GB" as a size for each GPU.
std::vector<uint64_t> parse_gpus(const std::string& text) {
  if (text.empty()) return {};
  long count = 1;
  std::string size = text;
  if (const size_t x = text.find('x'); x != std::string::npos) {
    char* end = nullptr;
    count = std::strtol(text.c_str(), &end, 10);
    size = text.substr(x + 1);
    if (end != text.c_str() + x || count < 1 || count > 1024) {
      throw bad_argument("--gpus: expected a number and a size like 8x80GB, found " +
                         in_quotes(text));
    }
  }
  return std::vector<uint64_t>(static_cast<size_t>(count), parse_bytes(size, "--gpus"));
}

std::string signed_bytes(int64_t bytes) {
  return bytes < 0 ? "-" + human_bytes(static_cast<uint64_t>(-bytes))
                   : human_bytes(static_cast<uint64_t>(bytes));
}

void print_part(const std::string& name, const Json& part) {
  const auto bytes = [&](const char* key) { return signed_bytes(part.at(key).get<int64_t>()); };
  print(fmt::format("{:<10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", name, bytes("memory_bytes"),
                    bytes("weights_bytes"), bytes("kv_bytes"), bytes("workspace_bytes"),
                    bytes("free_bytes")));
}

void run_plan(const PlanArguments& args, const Console& console) {
  if (args.cpu && !args.gpus.empty()) throw bad_argument("--cpu and --gpus exclude each other");
  const std::vector<uint64_t> gpus = parse_gpus(args.gpus);
  leyden_plan_options options = LEYDEN_PLAN_OPTIONS_INIT;
  options.precision =
      args.precision == "reference" ? LEYDEN_PRECISION_REFERENCE : LEYDEN_PRECISION_DEPLOYED;
  options.attention = args.attention == "dense" ? LEYDEN_ATTENTION_DENSE : LEYDEN_ATTENTION_DSA;
  options.context = args.context;
  options.sessions = args.sessions;
  options.chunk_tokens = args.chunk_tokens;
  options.gpu_bytes = gpus.empty() ? nullptr : gpus.data();
  options.n_gpus = gpus.size();
  if (!args.memory.empty()) options.host_bytes = parse_bytes(args.memory, "--memory");
  const std::string folder = args.model.path();
  const Json plan = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_plan_json(out, folder.data(), folder.size(), &options, error);
  }));
  if (console.json) return print_json(plan);
  print(fmt::format(
      "{} of {} tokens: {}\n\n",
      plan.at("sessions") == 1 ? "1 session" : fmt::format("{} sessions", args.sessions),
      grouped(plan.at("context").get<uint64_t>()),
      plan.at("fits").get<bool>() ? "fits" : "does not fit"));
  print(fmt::format("{:<10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "", "memory", "weights", "KV",
                    "workspace", "free"));
  if (!plan.at("host").is_null()) print_part("host", plan.at("host"));
  const Json& parts = plan.at("gpus");
  for (size_t i = 0; i < parts.size(); ++i) print_part(fmt::format("GPU {}", i), parts[i]);
  print(fmt::format("\nlargest context for these sessions: {}\nmost sessions of this context: {}\n",
                    grouped(plan.at("max_context").get<uint64_t>()),
                    grouped(plan.at("max_sessions").get<uint64_t>())));
  for (const Json& line : plan.at("advice")) print("- " + line.get<std::string>() + "\n");
}

}  // namespace

void add_plan(CLI::App& app, Console& console) {
  CLI::App* command =
      add_command(app, console, "plan", "Tell whether a model fits, from its config.json alone",
                  "  leyden plan --sessions 4\n"
                  "  leyden plan --model /data/DeepSeek-V3.2-Exp --gpus 8x141GB");
  auto args = std::make_shared<PlanArguments>();
  args->model.add_to(command);
  command->add_option("--gpus", args->gpus,
                      "Number and memory of the GPUs, e.g. 8x80GB (powers of 1000; GiB: of 1024)");
  command->add_flag("--cpu", args->cpu, "Plan for the CPU (the default)");
  command
      ->add_option("--memory", args->memory,
                   "CPU: memory to plan with, e.g. 16G. Default: what is available now")
      ->type_name("BYTES");
  command->add_option("--context", args->context, "Tokens of each session. 0: the model's longest")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
  command->add_option("--sessions", args->sessions, "Sessions held at once")
      ->check(CLI::Range(int64_t{1}, int64_t{1000000}))
      ->capture_default_str();
  command->add_option("--precision", args->precision, "deployed or reference")
      ->check(CLI::IsMember({"deployed", "reference"}))
      ->capture_default_str();
  command->add_option("--attention", args->attention, "dsa or dense")
      ->check(CLI::IsMember({"dsa", "dense"}))
      ->capture_default_str();
  command->add_option("--chunk", args->chunk_tokens, "Most tokens of one forward pass. 0: 512")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 20));
  command->callback([args, &console] { run_plan(*args, console); });
}

}  // namespace leyden_cli
