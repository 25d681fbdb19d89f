// SPDX-License-Identifier: Apache-2.0
// What tools read, as places of whole documents: tools name a page and bytes of it, pages and chats
// count bytes of the document, its parts with an empty line between them.
#pragma once

#include "app/desktop/engine/message_values.h"
#include "app/desktop/engine/session_choices.h"

namespace leyden::desktop {

class Jar;

/// Gives the passages and quotes of an answer's run the jar's document ids and the document's
/// bytes. What cannot be found keeps its page and has no bytes: it can be opened, not marked.
/// @param searched  documents of a library in memory, whose ids count from 1; empty: the jar's own
/// ids
void placeToolPassages(const Jar& jar, const QVector<qint64>& searched, Message& answer);

}  // namespace leyden::desktop
