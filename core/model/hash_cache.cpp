// SPDX-License-Identifier: Apache-2.0
#include "core/model/hash_cache.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/model/digest.h"
#include "core/model/json_fields.h"

namespace leyden {
namespace {

constexpr uint64_t kMaxCacheFile = 4096;
constexpr std::string_view kMagic = "leyden tensor hash 1 ";

std::filesystem::path cache_file(const std::vector<FileIdentity>& files,
                                 const std::vector<std::string>& names) {
  const std::filesystem::path dir = cache_directory();
  if (dir.empty()) return {};
  Digest digest("leyden cache 1");
  digest.integer(static_cast<uint64_t>(files.size()));
  for (const FileIdentity& f : files) {
    for (const uint64_t v : {f.device, f.inode, f.size}) digest.integer(v);
    digest.integer(f.mtime_ns);
  }
  digest.integer(static_cast<uint64_t>(names.size()));
  for (const std::string& name : names) digest.text(name);
  return dir / ("tensors-" + to_hex(digest.finish()).substr(0, 40));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::filesystem::path absolute_env(const char* name) {
  const char* value = std::getenv(name);
  const std::filesystem::path path = value ? value : "";
  return path.is_absolute() ? path : std::filesystem::path();
}

/// A line tells its own damage: the hash stands there with a hash of itself.
std::string line_of(const TensorHash& hash) {
  Digest check("leyden check 1");
  check.bytes(hash);
  return std::string(kMagic) + to_hex(hash) + " " + to_hex(check.finish()).substr(0, 16) + "\n";
}

}  // namespace

std::string to_hex(const TensorHash& hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t b : hash) {
    hex.push_back(kDigits[b >> 4]);
    hex.push_back(kDigits[b & 15]);
  }
  return hex;
}

std::filesystem::path cache_directory() {
  if (const auto xdg = absolute_env("XDG_CACHE_HOME"); !xdg.empty()) return xdg / "leyden";
  if (const auto home = absolute_env("HOME"); !home.empty()) return home / ".cache" / "leyden";
  return {};
}

std::optional<TensorHash> load_tensor_hash(const std::vector<FileIdentity>& files,
                                           const std::vector<std::string>& names) {
  const std::filesystem::path path = cache_file(files, names);
  if (path.empty()) return std::nullopt;
  const Result<std::string> text = read_text_file(path, kMaxCacheFile);
  if (!text.ok() || text->size() < kMagic.size() + 64) return std::nullopt;
  TensorHash hash{};
  for (size_t i = 0; i < hash.size(); ++i) {
    const int high = hex_value((*text)[kMagic.size() + 2 * i]);
    const int low = hex_value((*text)[kMagic.size() + 2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<uint8_t>(high * 16 + low);
  }
  if (*text != line_of(hash)) return std::nullopt;
  return hash;
}

void store_tensor_hash(const std::vector<FileIdentity>& files,
                       const std::vector<std::string>& names, const TensorHash& hash) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  for (const FileIdentity& f : files) {
    if (f.mtime_ns > now.count() - 2'000'000'000) return;
  }
  const std::filesystem::path path = cache_file(files, names);
  if (path.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) return;
  // Written aside and renamed: a reader sees the whole line or none.
  std::filesystem::path aside = path;
  aside += "." + std::to_string(::getpid()) + ".tmp";
  {
    std::ofstream out(aside, std::ios::binary | std::ios::trunc);
    out << line_of(hash);
    out.flush();
    if (!out) failed = std::make_error_code(std::errc::io_error);
  }
  if (!failed) std::filesystem::rename(aside, path, failed);
  if (failed) {
    std::error_code ignored;
    std::filesystem::remove(aside, ignored);
  }
}

}  // namespace leyden
