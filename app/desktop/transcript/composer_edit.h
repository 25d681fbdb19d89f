// SPDX-License-Identifier: Apache-2.0
// The field questions are written in. Grows with its text; never sends while an input method
// composes.
#pragma once

#include <QPlainTextEdit>

namespace leyden::desktop {

enum class SendKey {
  Enter,     ///< Enter sends, Shift+Enter breaks the line
  CtrlEnter  ///< Ctrl+Enter sends, Enter breaks the line
};

class ComposerEdit : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit ComposerEdit(QWidget* parent = nullptr);

  void setSendKey(SendKey key) { m_sendKey = key; }
  SendKey sendKey() const { return m_sendKey; }
  bool isComposing() const { return m_composing; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

  static constexpr int kMinLines = 1, kMaxLines = 10;
  /// A pasted text of more UTF-16 units is not inserted but told by longTextPasted(); 0: none is.
  void setPasteLimit(int units) { m_pasteLimit = units; }
  int pasteLimit() const { return m_pasteLimit; }

 signals:
  void sendRequested();
  void filesDropped(const QStringList& paths);
  void longTextPasted(const QString& text);
  void editLastRequested();  ///< Up in an empty field

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void inputMethodEvent(QInputMethodEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  bool canInsertFromMimeData(const QMimeData* source) const override;
  void insertFromMimeData(const QMimeData* source) override;

 private:
  SendKey m_sendKey = SendKey::Enter;
  bool m_composing = false;
  int m_pasteLimit = 6000;
};

}  // namespace leyden::desktop
