// SPDX-License-Identifier: Apache-2.0
// The engine speaks English: its sentences in the language of the window.
#pragma once

#include <QString>
#include <QStringList>

namespace leyden::desktop {

/// A notice, reason or piece of advice; also its word for where a tool is from, or for what was
/// decided about a call. One that is not known stays as it is.
QString engineText(const QString& sentence);
/// All of them, one behind the other.
QString engineTexts(const QStringList& sentences);
/// A failure: what kind it is in the reader's language, then the engine's own sentence, which names
/// the file or field.
/// @param code  a leyden_status
QString failureText(int code, const QString& message);

}  // namespace leyden::desktop
