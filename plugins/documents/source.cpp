// SPDX-License-Identifier: Apache-2.0
#include "plugins/documents/source.h"

#include <errno.h>
#include <unistd.h>

#include <cstring>

namespace leyden::documents {

Status Source::image(uint32_t, double, const CreateImage&, const Cancelled&) {
  return unsupported(format + " has no pages to draw");
}

std::string File::extension() const {
  const size_t dot = name.rfind('.');
  std::string out = dot == std::string::npos ? std::string() : name.substr(dot + 1);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Result<std::string> File::read_all(uint64_t max_bytes) const {
  if (size > max_bytes) {
    return unsupported("has " + std::to_string(size >> 20) + " MiB, at most " +
                       std::to_string(max_bytes >> 20) + " are read");
  }
  std::string out(size, '\0');
  for (size_t done = 0; done < out.size();) {
    const ssize_t n = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error(std::strerror(errno));
    if (n == 0) {
      out.resize(done);
      break;
    }
    done += static_cast<size_t>(n);
  }
  return out;
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') out += '\n';
    } else if (c == '\f' || c == '\v') {
      out += '\n';
    } else if (c >= 0x20 || c == '\t' || c == '\n') {
      if (c != 0x7F) out += static_cast<char>(c);
    }
  }
  return out;
}

}  // namespace leyden::documents
