// SPDX-License-Identifier: Apache-2.0
// Whatever a model writes, in whatever pieces it comes: chunks and pieces cover the source without
// gaps, no piece is too large, and streamed text ends as the same pieces as the whole.
#include <cstdint>
#include <cstdlib>

#include "app/desktop/transcript/message_pieces.h"

using namespace leyden::desktop;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const int step = 1 + data[0] % 32;
  const QString text =
      QString::fromUtf8(reinterpret_cast<const char*>(data + 1), qsizetype(size) - 1);
  TranscriptEntry entry;
  entry.message.role = Message::Role::Assistant;
  entry.message.state = Message::State::Streaming;
  MessagePieces streamed;
  for (qsizetype at = 0; at < text.size(); at += step) {
    entry.message.text = text.left(at + step);
    streamed.update(entry);
  }
  entry.message.text = text;
  entry.message.state = Message::State::Complete;
  streamed.update(entry);
  MessagePieces whole;
  whole.update(entry);
  require(streamed.pieces() == whole.pieces());
  qint64 end = 0;
  for (const Piece& p : whole.pieces()) {
    const bool body =
        p.kind == Piece::Kind::Text || p.kind == Piece::Kind::Code || p.kind == Piece::Kind::Table;
    if (!body) continue;
    require(p.source.begin == end && p.source.end >= end);
    end = p.source.end;
    qsizetype units = 0;
    for (const Paragraph& q : p.paragraphs) {
      units += q.text().size();
      for (const TextRun& r : q.runs) require(r.source < text.size());
    }
    require(units <= MessagePieces::kTextUnits);
  }
  return 0;
}
