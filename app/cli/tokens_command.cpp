// SPDX-License-Identifier: Apache-2.0
// leyden tokenize, leyden detokenize: text to ids and back, through stdin and stdout.
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/input_files.h"
#include "app/cli/model_arguments.h"

namespace leyden_cli {

namespace {

Tokenizer open_tokenizer(const ModelFolder& model) {
  const std::string folder = model.path();
  return made<Tokenizer>([&](leyden_tokenizer** out, leyden_error** error) {
    return leyden_tokenizer_open(out, folder.data(), folder.size(), error);
  });
}

void run_tokenize(const ModelFolder& model, bool plain, const Console& console) {
  const Tokenizer tokenizer = open_tokenizer(model);
  const std::vector<int32_t> ids =
      encode(tokenizer, read_stdin(), plain ? LEYDEN_ADDED_IGNORE : LEYDEN_ADDED_MATCH);
  if (console.json) return print_json({{"ids", ids}, {"count", ids.size()}});
  std::string line;
  for (const int32_t id : ids) line += (line.empty() ? "" : " ") + std::to_string(id);
  print(line + "\n");
}

void run_detokenize(const ModelFolder& model, const Console& console) {
  const Tokenizer tokenizer = open_tokenizer(model);
  const std::vector<int32_t> ids = parse_ids(read_stdin(), "stdin");
  const std::string text = made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_tokenizer_decode(out, tokenizer.get(), ids.data(), ids.size(), error);
  });
  if (console.json) return print_json({{"text", text}});
  print(text);
}

}  // namespace

void add_tokenize(CLI::App& app, Console& console) {
  CLI::App* command =
      add_command(app, console, "tokenize", "Turn the text on stdin into token ids",
                  "  echo -n 'Hello' | leyden tokenize\n"
                  "  leyden tokenize --model DIR --json < chapter.txt");
  auto model = std::make_shared<ModelFolder>();
  auto plain = std::make_shared<bool>(false);
  model->add_to(command);
  command->add_flag("--plain", *plain, "Treat the strings of special tokens as ordinary text");
  command->callback([model, plain, &console] { run_tokenize(*model, *plain, console); });
}

void add_detokenize(CLI::App& app, Console& console) {
  CLI::App* command =
      add_command(app, console, "detokenize", "Turn the token ids on stdin into text",
                  "  leyden tokenize < a.txt | leyden detokenize | cmp - a.txt");
  auto model = std::make_shared<ModelFolder>();
  model->add_to(command);
  command->callback([model, &console] { run_detokenize(*model, console); });
}

}  // namespace leyden_cli
