// SPDX-License-Identifier: Apache-2.0
// Reads every #include of the tree and fails on an arrow between rooms that is not drawn below.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

/// room (or a part of core) -> what it may include besides itself.
const std::map<std::string, std::set<std::string>> kArrows{
    {"base", {}},
    {"kernels", {"base"}},
    {"core/model", {"base"}},
    {"core/text", {"base"}},
    {"core/chat", {"base", "core/text"}},
    {"core/engine", {"base", "kernels", "core/model"}},
    {"core/grammar", {"base", "core/text"}},
    {"core/plan", {"base", "core/model", "core/engine"}},
    {"core/dialogue",
     {"base", "core/model", "core/text", "core/chat", "core/grammar", "core/engine", "core/plan"}},
    {"core/agent", {"base", "core/text", "core/chat", "core/grammar", "core/dialogue"}},
    {"sessions", {"base"}},
    {"plugins", {"base"}},
    {"capi", {"base", "core", "sessions", "plugins"}},
    {"app", {}},  // and capi/leyden.h, checked apart
};

/// The drawn node a path belongs to: "core/text" for core/text/bpe.cpp, "app" for app/cli/main.cpp.
std::string node_of(const std::string& path) {
  const size_t first = path.find('/');
  if (first == std::string::npos) return "";
  const std::string room = path.substr(0, first);
  if (room != "core") return kArrows.contains(room) ? room : "";
  const size_t second = path.find('/', first + 1);
  return second == std::string::npos ? "core" : path.substr(0, second);
}

bool allowed(const std::string& from, const std::string& to, const std::string& included) {
  if (from == to || (from == "app" && included == "capi/leyden.h")) return true;
  const auto& targets = kArrows.at(from);
  return targets.contains(to) || (to.starts_with("core/") && targets.contains("core"));
}

struct Include {
  std::string file, included;
  bool system = false;
};

std::vector<Include> all_includes() {
  const fs::path root = LEYDEN_SOURCE_DIR;
  const std::regex pattern(R"re(^\s*#\s*include\s+(["<])([^">]+)[">])re");
  std::vector<Include> includes;
  for (const char* room : {"base", "kernels", "core", "sessions", "plugins", "capi", "app"}) {
    if (!fs::exists(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string ext = entry.path().extension();
      if (ext != ".h" && ext != ".cpp" && ext != ".c" && ext != ".cu" && ext != ".cuh" && ext != ".inc")
        continue;
      std::ifstream in(entry.path());
      std::smatch m;
      for (std::string line; std::getline(in, line);)
        if (std::regex_search(line, m, pattern))
          includes.push_back({fs::relative(entry.path(), root), m[2], m[1] == "<"});
    }
  }
  return includes;
}

TEST(Architecture, EveryArrowIsDrawn) {
  const auto includes = all_includes();
  ASSERT_GT(includes.size(), 100u);
  for (const auto& i : includes) {
    const std::string from = node_of(i.file), to = node_of(i.included);
    if (i.system || to.empty()) continue;
    ASSERT_TRUE(kArrows.contains(from)) << i.file << " is in no drawn room";
    EXPECT_TRUE(allowed(from, to, i.included)) << i.file << " includes " << i.included;
  }
}

TEST(Architecture, OwnHeadersAreIncludedFromTheRoot) {
  const fs::path root = LEYDEN_SOURCE_DIR;
  for (const auto& i : all_includes()) {
    if (i.system || i.file.starts_with("capi/bindings")) continue;
    if (i.included == "core/engine/numerics_build.h") continue;  // made by the build
    EXPECT_TRUE(fs::exists(root / i.included)) << i.file << ": \"" << i.included << "\"";
  }
}

TEST(Architecture, ForbiddenArrowsAreNoticed) {
  EXPECT_FALSE(allowed("sessions", "core/engine", "core/engine/engine.h"));
  EXPECT_FALSE(allowed("core/engine", "sessions", "sessions/store.h"));
  EXPECT_FALSE(allowed("app", "core/text", "core/text/tokenizer.h"));
  EXPECT_FALSE(allowed("app", "capi", "capi/handles.h"));
  EXPECT_TRUE(allowed("app", "capi", "capi/leyden.h"));
  EXPECT_TRUE(allowed("capi", "core/chat", "core/chat/message.h"));
}

TEST(Architecture, SourceFileNamesAreUnique) {
  const fs::path root = LEYDEN_SOURCE_DIR;
  std::map<std::string, std::string> seen;
  for (const char* room : {"base", "kernels", "core", "sessions", "plugins", "capi", "app"}) {
    if (!fs::exists(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string ext = entry.path().extension();
      if (ext != ".cpp" && ext != ".h" && ext != ".cu") continue;
      const std::string name = entry.path().filename();
      EXPECT_TRUE(seen.emplace(name, entry.path()).second)
          << entry.path() << " has the name of " << seen[name];
    }
  }
}

TEST(Architecture, BaseStaysSmall) {
  size_t lines = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(LEYDEN_SOURCE_DIR) / "base")) {
    const std::string ext = entry.path().extension();
    if (ext != ".h" && ext != ".cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) ++lines;
  }
  EXPECT_LT(lines, 800u);
}

}  // namespace
