// SPDX-License-Identifier: Apache-2.0
// Plans for a GPU, then asks with a function of this program as a tool:
//
//   tide QUESTION
#include <atomic>
#include <iostream>
#include <leyden/leyden.hpp>
#include <string>

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: tide QUESTION\n";
    return 2;
  }
  const std::uint64_t gpu = 80'000'000'000;
  leyden_plan_options plan = LEYDEN_PLAN_OPTIONS_INIT;
  plan.context = 4096;
  plan.gpu_bytes = &gpu;
  plan.n_gpus = 1;
  const bool fits = leyden::plan_json({}, &plan).find("\"fits\":true") != std::string::npos;
  std::cout << (fits ? "fits\n" : "does not fit\n");

  std::atomic<int> calls = 0;
  leyden::Toolbox toolbox(nullptr, /*offline=*/true);
  toolbox.add_function({"tide", "When the tide is high in a port.",
                        R"({"type": "object", "properties": {"port": {"type": "string"}}})"},
                       [&](const leyden::ToolCall&) {
                         ++calls;
                         return std::string("high at noon");
                       });
  const leyden::Model model;
  leyden::Chat chat(model);
  leyden::AskOptions options;
  options.max_tokens = 60;
  const auto approve = [](const leyden_approval&, std::string&) { return LEYDEN_APPROVE_ONCE; };
  std::cout << chat.run(argv[1], toolbox, approve, options).text << "\ncalled " << calls << '\n';
} catch (const leyden::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
