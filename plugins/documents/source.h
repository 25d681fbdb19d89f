// SPDX-License-Identifier: Apache-2.0
// What each format's reader makes of a file, and how files come in. Everything here runs in the
// sandbox.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace leyden::documents {

struct Heading {
  std::string title;
  uint32_t page = 0;   ///< from 0
  uint32_t level = 0;  ///< from 0
};

struct Word {
  uint64_t begin = 0, end = 0;
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

struct Page {
  std::string text;  ///< valid UTF-8
  std::string label;
  double width = 0, height = 0;
  std::vector<Word> words;
};

/// BGRA rows, as leyden_image_sink wants them; nullptr when that is too large.
using CreateImage = std::function<uint8_t*(uint32_t width, uint32_t height)>;
using Cancelled = std::function<bool()>;

/// An open document.
class Source {
 public:
  virtual ~Source() = default;
  virtual uint32_t n_pages() const = 0;
  virtual Result<Page> page(uint32_t page, const Cancelled& cancelled) = 0;
  virtual bool has_layout() const { return false; }
  virtual Status image(uint32_t page, double scale, const CreateImage& create,
                       const Cancelled& cancelled);

  std::string format, title, author;
  std::vector<Heading> outline;
  std::vector<std::string> notices;
};

/// The file behind a descriptor.
struct File {
  int fd = -1;
  uint64_t size = 0;
  std::string name;

  /// Its extension in lower case, without the dot.
  std::string extension() const;
  /// Errors: kUnsupported above `max_bytes`, kIo.
  Result<std::string> read_all(uint64_t max_bytes) const;
};

constexpr uint64_t kMaxTextFile = 256 << 20;

/// Removes control characters other than tab and newline, makes every line break "\n".
std::string clean_text(std::string_view text);

}  // namespace leyden::documents
