// SPDX-License-Identifier: Apache-2.0
#include "plugins/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/json_dump.h"

namespace leyden::plugins {

namespace {

constexpr uint32_t kMagic = 0x3150594C;  // "LYP1"
constexpr size_t kFixed = 20;
constexpr uint32_t kPayloadInFd = 1, kCarriesFile = 2;

template <typename T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

template <typename T>
T take(std::span<const uint8_t> in, size_t at) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<T>(static_cast<T>(in[at + i]) << (8 * i));
  return value;
}

Status errno_error(const char* what) {
  return io_error(std::string("plugin socket: ") + what + ": " + std::strerror(errno));
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return errno_error("writing a payload");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<Fd> payload_fd(std::string_view payload) {
  Fd fd(::memfd_create("leyden-payload", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return errno_error("memfd_create");
  LEYDEN_TRY(write_all(fd.get(), payload));
  ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return fd;
}

Result<std::string> read_payload(int fd, uint64_t bytes) {
  struct stat info {};
  // Only memory files know seals: a pipe or a file on a slow disk could make us wait.
  if (::fcntl(fd, F_GET_SEALS) < 0 || ::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    return corrupt("plugin message: its payload is not in a memory file");
  }
  if (static_cast<uint64_t>(info.st_size) != bytes) {
    return corrupt("plugin message: payload of " + std::to_string(info.st_size) +
                   " bytes, expected " + std::to_string(bytes));
  }
  std::string out(bytes, '\0');
  for (size_t done = 0; done < out.size();) {
    const ssize_t n = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return corrupt("plugin message: its payload shrank while it was read");
    done += static_cast<size_t>(n);
  }
  return out;
}

}  // namespace

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<WireFrame> parse_frame(std::span<const uint8_t> in, uint64_t max_payload) {
  if (in.size() < kFixed || take<uint32_t>(in, 0) != kMagic) {
    return corrupt("plugin message: expected the magic LYP1");
  }
  WireFrame frame;
  frame.flags = take<uint32_t>(in, 4);
  frame.payload_bytes = take<uint64_t>(in, 8);
  const uint32_t header_bytes = take<uint32_t>(in, 16);
  if (frame.flags > (kPayloadInFd | kCarriesFile)) {
    return corrupt("plugin message: unknown flags " + std::to_string(frame.flags));
  }
  if (header_bytes > kMaxHeader || header_bytes > in.size() - kFixed) {
    return corrupt("plugin message: header of " + std::to_string(header_bytes) + " bytes");
  }
  if (frame.payload_bytes > max_payload) {
    return corrupt("plugin message: payload of " + std::to_string(frame.payload_bytes) +
                   " bytes, at most " + std::to_string(max_payload) + " are taken");
  }
  frame.inline_payload = in.subspan(kFixed + header_bytes);
  const uint64_t expected = (frame.flags & kPayloadInFd) ? 0 : frame.payload_bytes;
  if (frame.inline_payload.size() != expected) {
    return corrupt("plugin message: " + std::to_string(frame.inline_payload.size()) +
                   " bytes behind the header, expected " + std::to_string(expected));
  }
  const auto header = in.subspan(kFixed, header_bytes);
  frame.header = parse_json({reinterpret_cast<const char*>(header.data()), header.size()});
  if (!frame.header.is_object()) return corrupt("plugin message: its header is no JSON object");
  return frame;
}

Status send_message(int socket, const Json& header, std::string_view payload, int file) {
  const std::string head = dump_json(header);
  if (head.size() > kMaxHeader || payload.size() > kMaxPayload) {
    return invalid_argument("plugin message: too large");
  }
  const bool in_fd = payload.size() > kMaxInline;
  std::string bytes;
  bytes.reserve(kFixed + head.size() + (in_fd ? 0 : payload.size()));
  put(bytes, kMagic);
  put(bytes, (in_fd ? kPayloadInFd : 0u) | (file >= 0 ? kCarriesFile : 0u));
  put(bytes, static_cast<uint64_t>(payload.size()));
  put(bytes, static_cast<uint32_t>(head.size()));
  bytes += head;
  Fd memory;
  std::vector<int> fds;
  if (in_fd) {
    LEYDEN_ASSIGN(memory, payload_fd(payload));
    fds.push_back(memory.get());
  } else {
    bytes += payload;
  }
  if (file >= 0) fds.push_back(file);

  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(c), fds.data(), fds.size() * sizeof(int));
  }
  for (;;) {
    const ssize_t n = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (n >= 0) return {};
    if (errno != EINTR) return errno_error("sending");
  }
}

Result<std::optional<WireMessage>> receive_message(int socket, uint64_t max_payload) {
  thread_local std::array<uint8_t, kFixed + kMaxHeader + kMaxInline> buffer;
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n;
  do {
    n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n < 0) {
    if (errno == ECONNRESET) return std::optional<WireMessage>();
    return errno_error("receiving");
  }
  std::vector<Fd> fds;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
  if (n == 0) return std::optional<WireMessage>();
  if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
    return corrupt("plugin message: longer than a message can be");
  }
  LEYDEN_ASSIGN(WireFrame frame, parse_frame({buffer.data(), static_cast<size_t>(n)}, max_payload));
  const size_t expected =
      ((frame.flags & kPayloadInFd) ? 1u : 0u) + ((frame.flags & kCarriesFile) ? 1u : 0u);
  if (fds.size() != expected) {
    return corrupt("plugin message: " + std::to_string(fds.size()) + " descriptors, expected " +
                   std::to_string(expected));
  }
  WireMessage out;
  out.header = std::move(frame.header);
  if (frame.flags & kPayloadInFd) {
    LEYDEN_ASSIGN(out.payload, read_payload(fds.front().get(), frame.payload_bytes));
  } else {
    out.payload.assign(reinterpret_cast<const char*>(frame.inline_payload.data()),
                       frame.inline_payload.size());
  }
  if (frame.flags & kCarriesFile) out.file = std::move(fds.back());
  return std::optional<WireMessage>(std::move(out));
}

}  // namespace leyden::plugins
