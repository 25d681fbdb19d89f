// SPDX-License-Identifier: Apache-2.0
// Asks about a document, streaming; with a folder, the conversation is kept there and goes on:
//
//   chat DOCUMENT QUESTION [FOLDER]
#include <fstream>
#include <iostream>
#include <iterator>
#include <leyden/leyden.hpp>
#include <optional>
#include <string>

namespace {

std::int64_t session_of(leyden::Store& store) try {
  return store.find_session("example");
} catch (const leyden::Error&) {
  return store.create_session("example");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: chat DOCUMENT QUESTION [FOLDER]\n";
    return 2;
  }
  std::optional<leyden::Store> store;
  leyden::ModelOptions model_options;
  if (argc == 4) model_options.store = &store.emplace(argv[3]);
  const leyden::Model model({}, model_options);
  leyden::Chat chat(model, store ? session_of(*store) : 0);
  if (const std::string resume = chat.resume_json(); resume.find("\"new\"") != std::string::npos) {
    std::ifstream file(argv[1], std::ios::binary);
    chat.add_document(argv[1], std::string{std::istreambuf_iterator<char>(file), {}});
  } else {
    std::cerr << "resumed: " << resume << '\n';
  }
  leyden::AskOptions options;
  options.max_tokens = 120;
  chat.ask(argv[2], options, [](const leyden::Event& event) {
    if (event.kind == LEYDEN_EVENT_TEXT) std::cout << event.text << std::flush;
  });
  std::cout << '\n';
} catch (const leyden::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
