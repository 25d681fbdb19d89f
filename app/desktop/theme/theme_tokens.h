// SPDX-License-Identifier: Apache-2.0
// Every colour, distance and type size of the app. Nothing else in app/desktop names one.
#pragma once

#include <QColor>
#include <QFont>

namespace leyden::desktop {

/// Distances in device-independent pixels: multiples of 8, and one half step.
namespace space {
constexpr int kHalf = 4;
constexpr int kOne = 8;
constexpr int kTwo = 16;
constexpr int kThree = 24;
constexpr int kFour = 32;
constexpr int kSix = 48;
constexpr int kRadius = 8;      ///< corners of cards and fields
constexpr int kIcon = 20;       ///< icons in buttons
constexpr int kIconLarge = 48;  ///< icons of empty states
constexpr int kReading = 720;   ///< widest column of text that reads well
}  // namespace space

/// The colours of one scheme. Warm paper by day, warm slate by night; one accent.
struct Tokens {
  bool dark = false;
  QColor window;   ///< behind everything: rail, sidebar, status bar
  QColor surface;  ///< what is read: transcript, pages, lists
  QColor raised;   ///< cards, fields, the reader's own messages
  QColor hover;    ///< under the pointer
  QColor line;     ///< hairlines and borders
  QColor text;
  QColor muted;   ///< second rank text, icons
  QColor faint;   ///< disabled text, placeholder
  QColor accent;  ///< links, primary buttons, focus, evidence
  QColor onAccent;
  QColor accentSoft;  ///< selected rows, badges
  QColor heat;        ///< evidence: painted with alpha = share
  QColor danger;
  QColor warning;
  QColor good;
  QColor code;  ///< behind code blocks
  QColor page;  ///< paper of document pages; white in both schemes
};

const Tokens& lightTokens();
const Tokens& darkTokens();
/// Those in force; changes come as QEvent::PaletteChange to every widget.
const Tokens& tokens();

/// Type sizes, relative to the reader's text size.
enum class TextSize { Small, Body, Large, Title };
/// The interface's font; also of the transcript.
QFont uiFont(TextSize size = TextSize::Body, QFont::Weight weight = QFont::Normal);
/// For code and ids.
QFont codeFont(TextSize size = TextSize::Body);

}  // namespace leyden::desktop
