// SPDX-License-Identifier: Apache-2.0
// A file from outside, read by a plugin in a process of its own: information, text with places,
// pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"
#include "plugins/host_paths.h"
#include "plugins/plugin_supervisor.h"

namespace leyden::plugins {

struct FileHeading {
  std::string title;
  uint32_t page = 0;   ///< from 0
  uint32_t level = 0;  ///< from 0
};

struct FileInfo {
  std::string format, title, author;
  uint32_t n_pages = 0;
  bool has_layout = false;  ///< real pages: sizes, rectangles and pictures
  std::vector<FileHeading> outline;
  std::vector<std::string> notices;
};

struct FileWord {
  uint64_t begin = 0, end = 0;            ///< bytes of the page's text
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< points from the page's top left
};

struct FilePage {
  std::string text;  ///< valid UTF-8
  std::string label;
  double width = 0, height = 0;  ///< points; 0 without layout
  std::vector<FileWord> words;   ///< in order, apart from each other, none without layout
};

struct FileImage {
  uint32_t width = 0, height = 0;
  std::string pixels;  ///< BGRA, premultiplied, rows of 4 * width bytes
};

/// Errors of every method: kUnsupported (no reader knows it, or no sandbox here), kCorrupt (the
/// file, or what the reader says about it), kCancelled, kIo (unreadable; the reader crashed or was
/// too slow). After a crash the next call starts anew, three times at most. Threads: one call at a
/// time.
class DocumentFile {
 public:
  /// @param allow_unsandboxed  read it even where the system offers no sandbox
  static Result<std::unique_ptr<DocumentFile>> open(const std::filesystem::path& path,
                                                    const HostPaths& paths, bool allow_unsandboxed,
                                                    const CancelToken* cancel);
  ~DocumentFile();

  const FileInfo& info() const { return info_; }
  Result<FilePage> page(uint32_t page, const CancelToken* cancel);
  Result<FileImage> image(uint32_t page, double scale, const CancelToken* cancel);
  /// Notices of the plugin's process: what its sandbox refused.
  std::vector<std::string> refusals() const;

 private:
  DocumentFile() = default;
  Status open_with(const Manifest& manifest, const StartOptions& options,
                   const CancelToken* cancel);
  /// The process with the document open in it.
  Status ensure_open(const CancelToken* cancel);
  Result<WireMessage> ask(Json header, const CancelToken* cancel);
  Status check_page(uint32_t page) const;

  PluginServices services_;
  Fd file_;
  std::string name_;
  std::unique_ptr<PluginSupervisor> supervisor_;
  std::shared_ptr<PluginProcess> process_;
  int64_t document_ = 0;
  FileInfo info_;
};

/// What a reader said about a page, checked. The payload is `about` (JSON) and then the text.
/// Errors: kCorrupt, naming what is wrong.
Result<FilePage> parse_page(std::string_view payload, size_t about_bytes);
Result<FileInfo> parse_file_info(std::string_view payload);

}  // namespace leyden::plugins
