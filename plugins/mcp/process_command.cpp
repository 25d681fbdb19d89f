// SPDX-License-Identifier: Apache-2.0
// The command line that starts a local server: behind bubblewrap's walls unless it is trusted.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "plugins/mcp/json_rpc.h"

namespace leyden::mcp {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSystem[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt"};
/// Where /etc/resolv.conf may point to.
constexpr const char* kNameServers[] = {"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager"};

std::string found_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/bin:/bin";
  for (size_t at = 0; at <= rest.size();) {
    const size_t end = std::min(rest.find(':', at), rest.size());
    const std::string candidate = rest.substr(at, end - at) + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end + 1;
  }
  return {};
}

bool within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// Files and folders outside the system that a command names, and what its program is made of.
class Named {
 public:
  explicit Named(fs::path home) : home_(std::move(home)) {}

  void program(const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) return;
    for (const fs::path& one : {path, real}) {
      const fs::path root = one.parent_path().parent_path();
      // PREFIX/bin/program needs PREFIX/lib; but not all of the home folder, or all that is kept in ~/.local.
      const bool installed = one.parent_path().filename() == "bin" && fs::is_directory(root / "lib", error) &&
                             root != home_ && root != home_ / ".local";
      const bool is_new = add(installed ? root : one);
      const fs::path python = root / "bin/python";
      if (installed && is_new && fs::is_symlink(python, error)) program(python);
    }
  }

  /// Something that exists. Whether it was not to be seen before.
  bool add(const fs::path& path) {
    if (within(home_, path)) return false;
    for (const char* folder : kSystem) {
      if (within(path, folder)) return false;
    }
    for (const fs::path& known : paths_) {
      if (within(path, known)) return false;
    }
    paths_.push_back(path);
    return true;
  }

  const std::vector<fs::path>& paths() const { return paths_; }

 private:
  fs::path home_;
  std::vector<fs::path> paths_;
};

fs::path absolute(const std::string& path) {
  std::error_code error;
  fs::path out = fs::absolute(path, error).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();  // "folder/"
  return out;
}

}  // namespace

Result<std::vector<std::string>> process_command(const ProcessOptions& options) {
  if (options.command.empty() || options.command[0].empty())
    return invalid_argument("mcp: command: expected a program and its arguments");
  if (!options.sandbox) return options.command;
  const std::string bwrap = found_in_path("bwrap");
  if (bwrap.empty())
    return unsupported(
        "mcp: the sandbox needs bubblewrap (bwrap), which is not installed; \"sandbox\": "
        "false starts the server without one");

  std::vector<std::string> command{bwrap, "--unshare-all", "--die-with-parent", "--new-session"};
  const auto see = [&](const char* how, const std::string& path) {
    command.insert(command.end(), {how, path, path});
  };
  for (const char* folder : kSystem) see("--ro-bind-try", folder);
  command.insert(command.end(), {"--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"});
  if (options.network) {
    command.push_back("--share-net");
    for (const char* folder : kNameServers) see("--ro-bind-try", folder);
  }
  const char* home = std::getenv("HOME");
  const fs::path home_folder = home && home[0] == '/' ? absolute(home) : fs::path("/");
  if (home_folder != "/") command.insert(command.end(), {"--tmpfs", home_folder});

  Named named(home_folder);
  std::vector<std::string> words = options.command;
  const auto is_path = [](const std::string& word) { return word.find('/') != std::string::npos; };
  if (!is_path(words[0])) named.program(found_in_path(words[0]));
  for (size_t i = 0; i < words.size(); ++i) {
    std::error_code error;
    const fs::path path = absolute(words[i]);
    if (!is_path(words[i]) || !fs::exists(path, error)) continue;
    if (i == 0)
      named.program(path);
    else
      named.add(path);
    words[i] = path;  // a ".." may lead through what is not to be seen
  }
  for (const fs::path& path : named.paths()) see("--ro-bind", path);

  command.push_back("--");
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

}  // namespace leyden::mcp
