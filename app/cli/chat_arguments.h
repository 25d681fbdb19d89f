// SPDX-License-Identifier: Apache-2.0
// The flags of leyden chat, and what they make of leyden_ask_options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/model_arguments.h"
#include "app/cli/store_arguments.h"
#include "app/cli/tool_arguments.h"

namespace leyden_cli {

struct ChatArguments {
  ModelArguments model;
  StoreArguments store;
  std::string session;  ///< name of a session of the store; "" to keep nothing
  bool must_exist = false;  ///< the session may not be a new one
  std::vector<std::string> documents;
  std::string question;
  bool has_question = false;
  std::string system;
  bool thinking = false;
  bool evidence = false;
  bool constrain = false;
  bool exact_quotes = false;
  std::string schema;  ///< a file; "" for free answers
  ToolArguments tools;
  int32_t max_steps = 0;
  int64_t max_tokens = 0;
  float temperature = 0, top_p = 1, min_p = 0, repetition_penalty = 1;
  int32_t top_k = 0;
  uint64_t seed = 0;
  std::vector<std::string> stop;

  void add_to(CLI::App* command);
  /// The flags that chatting and resuming have in common.
  void add_common(CLI::App* command);
  /// How an answer is written: reasoning, evidence, length, sampling.
  void add_writing(CLI::App* command);
};

/// leyden_ask_options with everything it points to. Not movable: it points into itself.
class AskOptions {
 public:
  explicit AskOptions(const ChatArguments& args);
  AskOptions(const AskOptions&) = delete;
  AskOptions& operator=(const AskOptions&) = delete;

  leyden_ask_options c = LEYDEN_ASK_OPTIONS_INIT;

 private:
  leyden_sampling sampling_ = LEYDEN_SAMPLING_INIT;
  std::vector<leyden_text> stop_;
  std::string schema_;
};

}  // namespace leyden_cli
