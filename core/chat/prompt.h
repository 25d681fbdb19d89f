// SPDX-License-Identifier: Apache-2.0
// A rendered prompt: one text, cut into pieces that say how each stretch becomes tokens.
//
//   text   <BOS>Answer briefly.<User>Hi<Assistant></think>
//   piece  [ C ][     T       ][ C ][T][    C    ][   C  ]      C control, T text
//
// Text of users, documents and tools is always a text piece, whatever characters it holds: it is
// encoded with added tokens ignored and can never become a control token. Neighbouring text, from
// whatever source, is one piece and is tokenised as one string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leyden {

enum class PieceKind : uint8_t {
  kText,         ///< encoded, added tokens ignored
  kControl,      ///< a special token's string; the vocabulary must have it
  kSoftControl,  ///< a special token where the vocabulary has it, else text like its neighbours
  kDocuments,    ///< empty: the place where the documents' tokens go
};

struct Piece {
  size_t begin = 0;  ///< bytes in Rendered::to_string()
  size_t end = 0;
  PieceKind kind = PieceKind::kText;
  bool starts_segment = false;  ///< no token may reach over the left edge

  bool is_control() const { return kind == PieceKind::kControl; }
};

/// A stretch of the prompt somebody wants to find again among the tokens.
enum class SpanKind : uint8_t {
  kMessage,      ///< index = position in the message list; header and end mark included
  kTools,        ///< index 0: the announcement of the tools
  kDocument,     ///< index = position among the documents; fences included
  kPassage,      ///< index = position in the document; reference and text
  kPassageText,  ///< the same without its reference
};
struct RenderedSpan {
  SpanKind kind = SpanKind::kMessage;
  size_t index = 0;
  size_t begin = 0;  ///< bytes in Rendered::to_string()
  size_t end = 0;
};

class Rendered {
 public:
  /// Text that is never control, from anybody. Bytes that are not UTF-8 become U+FFFD.
  void text(std::string_view text);
  /// One special token by its string.
  void control(std::string_view token);
  void soft_control(std::string_view token);
  /// Text of a template that is trusted (built in, or from the model's folder): the control strings
  /// in it (`<think>`, `</think>`, `<|EOT|>`, `<｜...｜>`, and `｜DSML｜` softly) become control pieces.
  void template_text(std::string_view text);
  /// What follows is tokenised apart from what came before.
  void begin_segment() { pending_segment_ = true; }
  /// Marks where the documents go; at most once.
  void documents();
  /// Adds all of `other`, with its spans.
  void append(const Rendered& other);
  void add_span(SpanKind kind, size_t index, size_t begin, size_t end);

  /// Puts `documents` in the place marked by documents(), for reading and golden tests.
  Rendered with_documents(const Rendered& documents) const;

  size_t size() const { return text_.size(); }
  const std::string& to_string() const { return text_; }
  std::string_view text_of(const Piece& piece) const {
    return std::string_view(text_).substr(piece.begin, piece.end - piece.begin);
  }
  const std::vector<Piece>& pieces() const { return pieces_; }
  const std::vector<RenderedSpan>& spans() const { return spans_; }
  /// Removes a last piece that is the control token `token`; false when it is not.
  bool drop_last_control(std::string_view token);

 private:
  void push(std::string_view text, PieceKind kind);

  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<RenderedSpan> spans_;
  bool pending_segment_ = false;
};

/// Special tokens by name; ids come from the vocabulary.
namespace token {
inline constexpr std::string_view kBos = "<｜begin▁of▁sentence｜>";
inline constexpr std::string_view kEos = "<｜end▁of▁sentence｜>";
inline constexpr std::string_view kUser = "<｜User｜>";
inline constexpr std::string_view kAssistant = "<｜Assistant｜>";
inline constexpr std::string_view kThink = "<think>";
inline constexpr std::string_view kThinkEnd = "</think>";
inline constexpr std::string_view kCallsBegin = "<｜tool▁calls▁begin｜>";
inline constexpr std::string_view kCallsEnd = "<｜tool▁calls▁end｜>";
inline constexpr std::string_view kCallBegin = "<｜tool▁call▁begin｜>";
inline constexpr std::string_view kCallEnd = "<｜tool▁call▁end｜>";
inline constexpr std::string_view kOutputBegin = "<｜tool▁output▁begin｜>";
inline constexpr std::string_view kOutputEnd = "<｜tool▁output▁end｜>";
inline constexpr std::string_view kSep = "<｜tool▁sep｜>";
inline constexpr std::string_view kDsml = "｜DSML｜";
}  // namespace token

}  // namespace leyden
