// SPDX-License-Identifier: Apache-2.0
// leyden bench: how fast a model reads and writes at different lengths, and what memory it takes.
// Each figure comes from a freshly opened model, so that nothing read before is reused or counted;
// with --keep-open only the memory of what was read before is.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_arguments.h"

namespace leyden_cli {

namespace {

struct BenchArguments {
  ModelArguments model;
  std::vector<int64_t> contexts = {1024, 4096, 16384};
  std::vector<std::string> attentions = {"dsa"};
  int64_t decode_tokens = 64;
  bool keep_open = false;
};

/// Lets the peak of the resident memory begin anew (Linux; without effect elsewhere).
void reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5";
}

uint64_t peak_memory() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    unsigned long long kilobytes = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %llu", &kilobytes) == 1) return kilobytes * 1024;
  }
  return 0;
}

/// Pseudo-random ids; other numbers for every seed from the first token on.
std::vector<int32_t> random_ids(int64_t n, int64_t vocab, uint64_t seed) {
  std::vector<int32_t> ids;
  uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  for (int64_t i = 0; i < n; ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    ids.push_back(static_cast<int32_t>(state % static_cast<uint64_t>(vocab)));
  }
  return ids;
}

Json generate(const Model& model, const std::vector<int32_t>& ids, int64_t n_tokens,
              ProgressLine& progress) {
  leyden_generate_options options = LEYDEN_GENERATE_OPTIONS_INIT;
  options.max_tokens = n_tokens;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  const Generation generation = made<Generation>([&](leyden_generation** out, leyden_error** error) {
    return leyden_model_generate(out, model.get(), ids.data(), ids.size(), &options, error);
  });
  stop_if_interrupted();
  return Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_generation_json(out, generation.get(), error);
  }));
}

Model open(const BenchArguments& args, const std::string& attention, const Console& console) {
  ModelArguments arguments = args.model;
  arguments.attention = attention;
  return arguments.open(console);
}

Json measure(const BenchArguments& args, const Model& model, const std::string& attention,
             int64_t context, const Console& console) {
  const Json stats = Json::parse(model_stats(model));
  const auto limit = stats.at("max_context").get<int64_t>();
  const auto vocab = stats.at("vocab_size").get<int64_t>();
  const int64_t prompt = std::min(context, limit - args.decode_tokens);
  ProgressLine progress(console);
  generate(model, random_ids(std::min<int64_t>(prompt, 512), vocab, 1), 4, progress);  // warm-up
  const Json result = generate(model, random_ids(prompt, vocab, 2 + static_cast<uint64_t>(context)),
                               args.decode_tokens, progress);
  progress.clear();
  if (result.at("usage").at("reused_tokens") != 0) {
    throw Failure{LEYDEN_E_INTERNAL, "bench: tokens were reused, the figures would be wrong"};
  }
  const auto written = result.at("usage").at("completion_tokens").get<int64_t>();
  const double prefill_s = result.at("timing").at("prefill_s").get<double>();
  const double decode_s = result.at("timing").at("decode_s").get<double>();
  const auto page = stats.at("page_tokens").get<int64_t>();
  const int64_t kv_tokens = (prompt + written + page - 1) / page * page;
  const auto rate = [](int64_t tokens, double seconds) {
    return seconds > 0 ? static_cast<double>(tokens) / seconds : 0.0;
  };
  // The first token falls out of reading; the time of writing is that of the others.
  return {{"context", context},
          {"attention", attention},
          {"prefill_tokens_per_s", rate(prompt, prefill_s)},
          {"decode_tokens_per_s", rate(written - 1, decode_s)},
          {"peak_rss_bytes", peak_memory()},
          {"kv_bytes", kv_tokens * stats.at("kv_bytes_per_token").get<int64_t>()},
          {"precision", stats.at("precision")},
          {"threads", stats.at("threads")},
          {"prompt_tokens", prompt},
          {"decode_tokens", written},
          {"prefill_s", prefill_s},
          {"decode_s", decode_s}};
}

void run_bench(const BenchArguments& args, const Console& console) {
  const Json info = Json::parse(model_info(args.model.model.path()));
  const auto limit = info.at("max_context").get<int64_t>();
  for (const int64_t context : args.contexts) {
    if (context > limit || limit <= args.decode_tokens) {
      throw Failure{LEYDEN_E_CONTEXT_OVERFLOW,
                    fmt::format("--context {}: the model's context has {} tokens", context, limit)};
    }
  }
  Json rows = Json::array();
  if (!console.json) {
    print(fmt::format("{:>9}  {:<9}  {:>14}  {:>14}  {:>10}  {:>10}\n", "context", "attention",
                      "read, tokens/s", "write, tokens/s", "peak RSS", "KV"));
  }
  for (const std::string& attention : args.attentions) {
    Model model;
    for (const int64_t context : args.contexts) {
      reset_peak_memory();
      if (!model || !args.keep_open) {
        model.reset();
        model = open(args, attention, console);
      }
      rows.push_back(measure(args, model, attention, context, console));
      if (console.json) continue;
      const Json& r = rows.back();
      print(fmt::format("{:>9}  {:<9}  {:>14.1f}  {:>15.1f}  {:>10}  {:>10}\n", grouped(
                            static_cast<uint64_t>(context)),
                        attention, r.at("prefill_tokens_per_s").get<double>(),
                        r.at("decode_tokens_per_s").get<double>(),
                        human_bytes(r.at("peak_rss_bytes").get<uint64_t>()),
                        human_bytes(r.at("kv_bytes").get<uint64_t>())));
      flush_output();
    }
  }
  if (console.json) print_json(rows);
}

}  // namespace

void add_bench(CLI::App& app, Console& console) {
  CLI::App* command = add_command(app, console, "bench",
                                  "Measure reading and writing speed and memory by context length",
                                  "  leyden bench --context 1024,4096,16384,65536\n"
                                  "  leyden bench --context 4096,32768 --attention dsa,dense --json");
  auto args = std::make_shared<BenchArguments>();
  args->model.add_to(command, false);
  command->add_option("--context", args->contexts, "Prompt lengths in tokens, separated by commas")
      ->delimiter(',')
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40))
      ->capture_default_str();
  command->add_option("--attention", args->attentions, "dsa, dense or both, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"dsa", "dense"}))
      ->capture_default_str();
  command->add_option("--decode", args->decode_tokens, "Tokens written after each prompt")
      ->check(CLI::Range(int64_t{32}, int64_t{1} << 20))
      ->capture_default_str();
  command->add_flag("--keep-open", args->keep_open,
                    "Open the model once for all lengths: memory then has what earlier ones left");
  command->callback([args, &console] { run_bench(*args, console); });
}

}  // namespace leyden_cli
