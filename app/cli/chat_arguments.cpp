// SPDX-License-Identifier: Apache-2.0
#include "app/cli/chat_arguments.h"

#include <cmath>
#include <limits>

#include "app/cli/input_files.h"
#include "app/cli/interrupt.h"

namespace leyden_cli {

namespace {

/// CLI11 takes "nan" and "inf" for numbers; no flag here means them.
CLI::Validator finite_number() {
  return CLI::Validator(
      [](std::string& text) {
        double value = 0;
        const bool ok = CLI::detail::lexical_cast(text, value) && std::isfinite(value);
        return ok ? std::string() : "expected a number, found " + in_quotes(text);
      },
      "NUMBER", "finite");
}

}  // namespace

void ChatArguments::add_to(CLI::App* command) {
  add_common(command);
  command
      ->add_option(
          "-s,--session", session,
          "Keep this chat under a name, or go on with the one of that name (or id): what was "
          "asked, answered and read is there again next time. Without it nothing is kept")
      ->type_name("NAME");
  command
      ->add_option("-d,--doc", documents,
                   "A document to read first: a UTF-8 text or Markdown file. May be given again")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  tools.add_to(command);
  command->add_option("--max-steps", max_steps, "Most rounds of tool calls. 0: 8")
      ->check(CLI::Range(0, 1000));
  command->add_option("--system", system, "System text, e.g. how to answer")->type_name("TEXT");
}

void ChatArguments::add_common(CLI::App* command) {
  model.add_to(command);
  store.add_to(command);
  command
      ->add_option_function<std::string>(
          "-a,--ask",
          [this](const std::string& text) {
            question = text;
            has_question = true;
          },
          "Ask one question and leave. Without it, an interactive chat")
      ->type_name("TEXT");
  add_writing(command);
  command->add_flag(
      "--constrain", constrain,
      "Where the model numbers passages, make an answer begin with one or refuse; of the "
      "task \"cite\", the question's words choose with the model");
  command->add_flag("--exact-quotes", exact_quotes,
                    "There, hold a quote to the passage it names, word for word");
  command
      ->add_option(
          "--schema", schema,
          "A file with a JSON Schema: the answer is JSON that satisfies it. Not with tools")
      ->type_name("FILE");
}

void ChatArguments::add_writing(CLI::App* command) {
  command->add_flag("--thinking", thinking, "Let the model reason before it answers");
  command->add_flag("--evidence", evidence, "Show which passages the answer was drawn from");
  command->add_option("--max-tokens", max_tokens, "Longest answer. 0: what fits the context")
      ->check(CLI::Range(int64_t{0}, std::numeric_limits<int64_t>::max()));
  command->add_option("--temperature", temperature, "0: always the likeliest token")
      ->check(finite_number())
      ->capture_default_str();
  command->add_option("--top-p", top_p, "Keep the likeliest tokens up to this share")
      ->check(finite_number());
  command->add_option("--top-k", top_k, "Keep this many likeliest tokens. 0: all")
      ->check(CLI::Range(0, std::numeric_limits<int32_t>::max()));
  command->add_option("--min-p", min_p, "Drop tokens below this share of the likeliest")
      ->check(finite_number());
  command->add_option("--repetition-penalty", repetition_penalty, "1: none")
      ->check(finite_number());
  command->add_option("--seed", seed, "Same seed, same answer")->capture_default_str();
  command->add_option("--stop", stop, "End the answer before this text. May be given again")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

AskOptions::AskOptions(const ChatArguments& args) {
  sampling_.temperature = args.temperature;
  sampling_.top_p = args.top_p;
  sampling_.top_k = args.top_k;
  sampling_.min_p = args.min_p;
  sampling_.repetition_penalty = args.repetition_penalty;
  sampling_.seed = args.seed;
  // To the door zero is "default"; to someone who types it, it is a mistake.
  if (args.top_p <= 0) throw bad_argument("--top-p: expected more than 0 and at most 1");
  if (args.repetition_penalty <= 0)
    throw bad_argument("--repetition-penalty: expected more than 0");
  for (const std::string& text : args.stop) {
    if (text.empty()) throw bad_argument("--stop: the text is empty");
    stop_.push_back({text.data(), text.size()});
  }
  c.sampling = &sampling_;
  c.thinking = args.thinking ? 1 : 0;
  c.evidence = args.evidence ? 1 : 0;
  c.constrain_references = args.constrain ? 1 : 0;
  c.clamp_quotes = args.exact_quotes ? 1 : 0;
  if (!args.schema.empty()) {
    if (args.tools.any()) throw bad_argument("--schema does not go together with tools");
    schema_ = read_document(args.schema).text;
    c.schema = schema_.data();
    c.schema_size = schema_.size();
  }
  c.max_tokens = args.max_tokens;
  c.stop = stop_.data();
  c.n_stop = stop_.size();
  c.cancel = interrupt();
}

}  // namespace leyden_cli
