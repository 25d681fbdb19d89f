// SPDX-License-Identifier: Apache-2.0
// Which widget draws which piece.
#include "app/desktop/transcript/piece_widget.h"

#include "app/desktop/transcript/approval_piece.h"
#include "app/desktop/transcript/code_piece.h"
#include "app/desktop/transcript/fold_piece.h"
#include "app/desktop/transcript/frame_pieces.h"
#include "app/desktop/transcript/table_piece.h"
#include "app/desktop/transcript/text_piece.h"

namespace leyden::desktop {

std::unique_ptr<PieceWidget> makePieceWidget(Piece::Kind kind, QWidget* parent) {
  switch (kind) {
    case Piece::Kind::Header:
      return std::make_unique<HeaderPiece>(parent);
    case Piece::Kind::Thinking:
    case Piece::Kind::Call:
      return std::make_unique<FoldPiece>(parent);
    case Piece::Kind::Text:
      return std::make_unique<TextPiece>(parent);
    case Piece::Kind::Code:
      return std::make_unique<CodePiece>(parent);
    case Piece::Kind::Table:
      return std::make_unique<TablePiece>(parent);
    case Piece::Kind::Approval:
      return std::make_unique<ApprovalPiece>(parent);
    case Piece::Kind::Waiting:
      return std::make_unique<WaitingPiece>(parent);
    case Piece::Kind::Notice:
      return std::make_unique<NoticePiece>(parent);
    case Piece::Kind::Footer:
      return std::make_unique<FooterPiece>(parent);
  }
  return nullptr;
}

}  // namespace leyden::desktop
