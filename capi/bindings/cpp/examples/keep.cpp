// SPDX-License-Identifier: Apache-2.0
// Token ids, logits and a conversation that is kept, resumed, forked, searched and carried
// elsewhere:
//
//   keep DOCUMENT QUESTION NEXT_QUESTION FOLDER
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <leyden/leyden.hpp>
#include <string>
#include <vector>

namespace {

void raw_tokens(leyden::Model& model, std::string_view text) {
  const leyden::Tokenizer tokenizer = model.tokenizer();
  std::cout << tokenizer.decode(tokenizer.encode("Grüße, 世界!", LEYDEN_ADDED_IGNORE)) << '\n';
  std::vector<std::int32_t> ids = tokenizer.encode(text, LEYDEN_ADDED_IGNORE);
  if (ids.size() > 64) ids.resize(64);
  std::vector<float> last;
  model.logits(ids, [&](std::int64_t, std::int64_t n, std::int64_t vocab, const float* rows) {
    last.assign(rows + (n - 1) * vocab, rows + n * vocab);
  });
  leyden::GenerateOptions options;
  options.max_tokens = 4;
  for (const std::int32_t id : model.generate(ids, options).ids) std::cout << id << ' ';
  std::cout << "after " << std::max_element(last.begin(), last.end()) - last.begin() << '\n';
}

void resume(const leyden::Model& model, std::int64_t session, std::string_view question) {
  leyden::Chat chat(model, session);
  const bool fresh = chat.resume_json().find("\"kind\":\"new\"") != std::string::npos;
  const bool same = chat.verify_json().find("\"same\":true") != std::string::npos;
  std::cout << (fresh ? "new" : "resumed") << (same ? ", the same\n" : ", not the same\n");
  leyden::AskOptions options;
  options.max_tokens = 40;
  std::cout << chat.ask(question, options).text << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::cerr << "usage: keep DOCUMENT QUESTION NEXT_QUESTION FOLDER\n";
    return 2;
  }
  const std::string folder = argv[4];
  leyden::Store store(folder + "/jar");
  leyden::ModelOptions model_options;
  model_options.store = &store;
  leyden::Model model({}, model_options);
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  raw_tokens(model, text);
  const std::int64_t session = store.create_session("The tower");
  {
    leyden::Chat chat(model, session);
    chat.add_document("Log book", text);
    chat.prefill();
    leyden::AskOptions options;
    options.max_tokens = 40;
    std::cout << chat.ask(argv[2], options).text << '\n';
  }
  const std::int64_t fork = store.fork_session(session, "A fork", 0);
  resume(model, session, argv[3]);
  resume(model, fork, argv[2]);
  store.export_session_json(fork, folder + "/fork.leyden");
  store.import_session_json(folder + "/fork.leyden");
  const std::string told = store.session_transcript(fork, LEYDEN_TRANSCRIPT_MARKDOWN);
  std::cout << (told.find(argv[2]) == std::string::npos ? "untold\n" : "told\n");
  store.set_session_quota(fork, 1 << 20);
  store.rename_session(store.find_session("The tower"), "Lighthouse");
  std::cout << (store.search_json("lighthouse", 0) == "[]" ? "lost\n" : "found\n");
  const bool sound = store.check_json().find("\"sound\":true") != std::string::npos;
  std::cout << (sound ? "sound\n" : "damaged\n");
} catch (const leyden::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
