// SPDX-License-Identifier: Apache-2.0
// leyden logits: token ids in, one row of logits for each out, as a .npy file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/input_files.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_arguments.h"
#include "app/cli/npy_writer.h"

namespace leyden_cli {

namespace {

struct LogitsArguments {
  ModelArguments model;
  std::string ids_file;
  std::string out_file;
  int64_t last = 0;
};

/// What the sink needs; it may not throw.
struct Sink {
  NpyWriter& writer;
  int64_t first_kept = 0;
  int error_number = 0;

  static leyden_status rows(int64_t first, int64_t n, int64_t vocab, const float* logits,
                            void* data) {
    auto* sink = static_cast<Sink*>(data);
    const int64_t skipped = std::clamp<int64_t>(sink->first_kept - first, 0, n);
    sink->error_number = sink->writer.append(logits + skipped * vocab, n - skipped);
    return sink->error_number == 0 ? LEYDEN_OK : LEYDEN_E_IO;
  }
};

void run_logits(const LogitsArguments& args, const Console& console) {
  const std::vector<int32_t> ids = read_ids_file(args.ids_file);
  // The width is known without the weights: an output that cannot be written fails right away.
  const Json info = Json::parse(model_info(args.model.model.path()));
  const auto n_ids = static_cast<int64_t>(ids.size());
  const int64_t rows = args.last > 0 ? std::min(args.last, n_ids) : n_ids;
  const auto vocab = info.at("vocab_size").get<int64_t>();
  if (const auto limit = info.at("max_context").get<int64_t>(); n_ids > limit) {
    throw Failure{LEYDEN_E_CONTEXT_OVERFLOW,
                  fmt::format("{}: {} ids, but the model's context has {} tokens", args.ids_file,
                              n_ids, limit)};
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= vocab) {
      throw bad_argument(fmt::format("{}: id {} is {}, but the vocabulary has {}", args.ids_file, i,
                                     ids[i], vocab));
    }
  }
  NpyWriter writer(args.out_file, rows, vocab);
  const Model model = args.model.open(console);

  Sink sink{writer, n_ids - rows};
  ProgressLine progress(console);
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  const auto start = std::chrono::steady_clock::now();
  try {
    done([&](leyden_error** error) {
      return leyden_model_logits(model.get(), ids.data(), ids.size(), Sink::rows, &sink, &options,
                                 error);
    });
  } catch (const Failure&) {
    if (sink.error_number == 0) throw;
    throw io_failure(args.out_file + ": cannot write: " + std::strerror(sink.error_number));
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  stop_if_interrupted();
  writer.commit();
  progress.clear();
  if (console.json) {
    return print_json({{"out", args.out_file},
                       {"shape", {rows, vocab}},
                       {"bytes", writer.total_bytes()},
                       {"seconds", seconds}});
  }
  print(fmt::format("{}: float32 [{}, {}], {} in {:.2f} s\n", args.out_file, rows, vocab,
                    human_bytes(writer.total_bytes()), seconds));
}

}  // namespace

void add_logits(CLI::App& app, Console& console) {
  CLI::App* command = add_command(
      app, console, "logits",
      "Write the logits of a list of token ids, every position's or the last ones'",
      "  leyden logits --model DIR --ids ids.txt --out logits.npy\n"
      "  leyden logits --ids ids.txt --out dense.npy --precision reference --attention dense");
  auto args = std::make_shared<LogitsArguments>();
  args->model.add_to(command);
  command->add_option("--ids", args->ids_file, "File of whitespace-separated token ids")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--out", args->out_file,
                   "Output, float32 [positions, vocab]; appears only when complete")
      ->required()
      ->type_name("FILE.npy");
  command->add_option("--last", args->last, "Keep the last N positions only")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, std::numeric_limits<int64_t>::max()));
  command->callback([args, &console] { run_logits(*args, console); });
}

}  // namespace leyden_cli
