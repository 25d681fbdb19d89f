// SPDX-License-Identifier: Apache-2.0
#include "plugins/host/channel.h"

#include <algorithm>

namespace leyden::plugins {

namespace {

RunningCall& of(const leyden_call* call) { return *static_cast<RunningCall*>(call->host_data); }

int32_t is_cancelled(const leyden_call* call) { return of(call).cancelled.load() ? 1 : 0; }

void tell_progress(const leyden_call* call, const char* unit, uint64_t done, uint64_t total) {
  const Json message{{"op", "progress"},
                     {"id", call->id},
                     {"unit", std::string(unit ? unit : "").substr(0, 32)},
                     {"done", done},
                     {"total", total}};
  (void)!of(call).channel.send(message).ok();
}

}  // namespace

RunningCall::RunningCall(Channel& to, uint64_t id) : channel(to) {
  c.struct_size = sizeof c;
  c.id = id;
  c.host_data = this;
  c.cancelled = is_cancelled;
  c.progress = tell_progress;
  c.error = note_error;
}

void RunningCall::note_error(const leyden_call* call, const char* message, size_t size) {
  RunningCall& self = of(call);
  const std::lock_guard lock(self.mutex_);
  self.error_.assign(message ? message : "", message ? std::min<size_t>(size, 2000) : 0);
}

std::string RunningCall::error_text() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

Status Channel::send(const Json& header, std::string_view payload) {
  const std::lock_guard lock(send_mutex_);
  return send_message(socket_, header, payload);
}

Result<WireMessage> Channel::ask(const char* service, uint64_t call, Json request,
                                 std::string_view payload) {
  std::unique_lock lock(mutex_);
  const uint64_t number = next_question_++;
  questions_[number] = std::nullopt;
  lock.unlock();
  const Status sent = send({{"op", "ask"},
                            {"n", number},
                            {"service", service},
                            {"call", call},
                            {"request", std::move(request)}},
                           payload);
  lock.lock();
  if (sent.ok()) {
    answered_.wait(lock, [&] { return closed_ || questions_[number].has_value(); });
  }
  auto node = questions_.extract(number);
  LEYDEN_TRY(sent);
  if (!node.mapped()) return io_error("the host is gone");
  WireMessage message = std::move(*node.mapped());
  const int64_t status = int_field(message.header, "status", -11);
  if (status != 0) {
    return Status(static_cast<StatusCode>(status), text_field(message.header, "message"));
  }
  return message;
}

void Channel::answered(WireMessage message) {
  const auto number = static_cast<uint64_t>(int_field(message.header, "n"));
  const std::lock_guard lock(mutex_);
  if (const auto it = questions_.find(number); it != questions_.end() && !it->second) {
    it->second = std::move(message);
    answered_.notify_all();
  }
}

void Channel::closed() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (auto& [id, call] : calls_) call->cancelled = true;
  answered_.notify_all();
}

std::shared_ptr<RunningCall> Channel::begin(uint64_t id) {
  auto call = std::make_shared<RunningCall>(*this, id);
  const std::lock_guard lock(mutex_);
  calls_[id] = call;
  if (closed_) call->cancelled = true;
  return call;
}

void Channel::end(uint64_t id) {
  const std::lock_guard lock(mutex_);
  calls_.erase(id);
}

void Channel::cancel(uint64_t id) {
  const std::lock_guard lock(mutex_);
  for (auto& [own, call] : calls_) {
    if (id == 0 || own == id) call->cancelled = true;
  }
}

bool Channel::idle() const {
  const std::lock_guard lock(mutex_);
  return calls_.empty();
}

}  // namespace leyden::plugins
