// SPDX-License-Identifier: Apache-2.0
// How the two sides of a plugin's process talk: one message a datagram, over a SOCK_SEQPACKET pair.
//
//   offset  bytes
//   0       4      "LYP1"
//   4       4      flags: 1 = the payload is in the first descriptor, 2 = a file is handed over
//   (last one) 8       8      payload bytes 16      4      header bytes, at most kMaxHeader 20 ...
//   header, a JSON object with "op"
//   ...     ...    payload, where it is not in a descriptor
//
// Numbers are little-endian. A payload above kMaxInline travels in a memfd. The receiver copies it
// with pread(), so that the sender cannot change or truncate what is being looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/status.h"
#include "plugins/json_access.h"

namespace leyden::plugins {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

constexpr size_t kMaxHeader = 32 << 10;
constexpr size_t kMaxInline = 24 << 10;
constexpr uint64_t kMaxPayload = uint64_t{192} << 20;

struct WireMessage {
  Json header;
  std::string payload;
  Fd file;

  std::string op() const { return text_field(header, "op"); }
};

/// The fixed part and header of a datagram. What fuzzing aims at.
struct WireFrame {
  uint32_t flags = 0;
  uint64_t payload_bytes = 0;
  Json header;
  std::span<const uint8_t> inline_payload;
};
/// Errors: kCorrupt, naming the field.
Result<WireFrame> parse_frame(std::span<const uint8_t> datagram, uint64_t max_payload);

/// Sends one message; blocks while the socket is full. @param file  handed over too; -1: none
/// Errors: kInvalidArgument (too large), kIo (the other side is gone).
Status send_message(int socket, const Json& header, std::string_view payload = {}, int file = -1);

/// Waits for one message. nullopt: the other side has closed.
/// Errors: kCorrupt (not a message, too large), kIo.
Result<std::optional<WireMessage>> receive_message(int socket, uint64_t max_payload = kMaxPayload);

}  // namespace leyden::plugins
