// SPDX-License-Identifier: Apache-2.0
// Tokenizer speed on one core: median MB/s of 7 runs, for English, Chinese, code, and hard cases.
// Time is the thread's CPU time, so that a busy machine does not count as a slow tokenizer.
//   tokenizer_bench [tokenizer.json]     default: the DeepSeek-V3 vocabulary beside the repository
//
// English is the machine's license texts and docs, code is this repository's C++ with the system's
// C++ headers, both real files. Chinese is generated: words of one to four characters drawn from
// the vocabulary's own Chinese tokens with Zipf weights, in clauses of 4 to 16 words between
// full-width punctuation; Vim's Chinese tutor is real but short, and where it is, it is repeated.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/text/tokenizer.h"

namespace leyden {
namespace {

constexpr size_t kTextBytes = size_t{8} << 20;

// Files below `roots` whose names end in one of `suffixes`, in name order, up to kTextBytes;
// repeated until there is enough.
std::string read_files(const std::vector<std::string>& roots,
                       const std::vector<std::string>& suffixes) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& root : roots) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator it(root, error);
    for (; !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      const std::string name = it->path().filename().string();
      const bool wanted = std::any_of(suffixes.begin(), suffixes.end(),
                                      [&](const std::string& s) { return name.ends_with(s); });
      if (wanted && it->is_regular_file(error)) paths.push_back(it->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::string text;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    text.append(std::istreambuf_iterator<char>(in), {});
    if (text.size() >= kTextBytes) break;
  }
  while (!text.empty() && text.size() < kTextBytes)
    text += text.substr(0, kTextBytes - text.size());
  return text.substr(0, kTextBytes);
}

std::string chinese(const Tokenizer& tokenizer) {
  std::vector<std::string> words;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string_view bytes = tokenizer.token_bytes(id);
    bool cjk = bytes.size() % 3 == 0 && !bytes.empty() && bytes.size() <= 12;
    for (size_t i = 0; i < bytes.size() && cjk; i += 3) {
      const auto lead = static_cast<unsigned char>(bytes[i]);
      cjk = lead >= 0xE5 && lead <= 0xE9;
    }
    if (cjk) words.emplace_back(bytes);
  }
  std::string text;
  std::mt19937 random(20260101);
  const double n = static_cast<double>(words.size());
  while (!words.empty() && text.size() < kTextBytes) {
    const uint32_t clause = 4 + random() % 13;
    for (uint32_t w = 0; w < clause; ++w) {  // rank ~ 1/r: log-uniform
      const double r = std::exp(static_cast<double>(random()) / 4294967296.0 * std::log(n)) - 1;
      text += words[static_cast<size_t>(r)];
    }
    text += random() % 3 == 0 ? "。" : "，";
  }
  return text;
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void measure(const Tokenizer& tokenizer, const char* name, const std::string& text) {
  if (text.empty()) {
    std::printf("%-30s no such text here\n", name);
    return;
  }
  std::vector<double> rates;
  size_t n_tokens = 0;
  for (int run = 0; run < 7; ++run) {
    const double start = cpu_seconds();
    n_tokens = tokenizer.encode(text).size();
    rates.push_back(static_cast<double>(text.size()) / 1e6 / (cpu_seconds() - start));
  }
  std::sort(rates.begin(), rates.end());
  std::printf("%-30s %7.2f MB  %6.2f bytes/token  median %7.1f MB/s  (min %.1f, max %.1f)\n", name,
              static_cast<double>(text.size()) / 1e6,
              static_cast<double>(text.size()) / static_cast<double>(n_tokens),
              rates[rates.size() / 2], rates.front(), rates.back());
}

int run(const std::string& path) {
  const double start = cpu_seconds();
  const auto loaded = Tokenizer::load(path);
  const double t = cpu_seconds() - start;
  if (!loaded.ok()) {
    std::fprintf(stderr, "%s\n", loaded.status().to_string().c_str());
    return 1;
  }
  const Tokenizer& tokenizer = **loaded;
  std::printf("load: %.0f ms, %d ids\n", t * 1e3, tokenizer.vocab_size());
  const std::string english =
      read_files({"/usr/share/common-licenses", "/usr/share/doc"}, {"GPL-3", "copyright", ".md"});
  measure(tokenizer, "english (files)", english);
  measure(tokenizer, "chinese (generated)", chinese(tokenizer));
  measure(tokenizer, "chinese (vim tutor, repeated)",
          read_files({"/usr/share/vim"}, {"tutor.zh_cn.utf-8"}));
  measure(tokenizer, "code (files)",
          read_files({LEYDEN_SOURCE_DIR "/base", LEYDEN_SOURCE_DIR "/core", "/usr/include/c++"},
                     {".h", ".cpp", ".hpp", ".tcc"}));
  measure(tokenizer, "run of one letter", std::string(1 << 20, 'a'));
  std::string run_of_cjk;
  std::mt19937 random(7);
  while (run_of_cjk.size() < (1 << 20)) {
    const uint32_t c = 0x4E00 + random() % 0x5000;
    for (const uint32_t b : {0xE0 | c >> 12, 0x80 | (c >> 6 & 63), 0x80 | (c & 63)}) {
      run_of_cjk.push_back(static_cast<char>(b));
    }
  }
  measure(tokenizer, "one piece of rare CJK", run_of_cjk);
  return 0;
}

}  // namespace
}  // namespace leyden

int main(int argc, char** argv) {
  return leyden::run(argc > 1 ? argv[1]
                              : LEYDEN_SOURCE_DIR
                         "/../shared/data/deepseek-v3-tokenizer/tokenizer.json");
}
