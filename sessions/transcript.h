// SPDX-License-Identifier: Apache-2.0
// A conversation as a text a person reads, or as JSON a program does.
#pragma once

#include <string>

#include "base/status.h"
#include "sessions/store.h"

namespace leyden {

/// The shown branch, as Markdown: a heading, then each message under its role; calls of tools with what
/// became of them, and where the quotes of a run stand.
Result<std::string> transcript_markdown(Store& store, CatalogueId session);

/// The whole tree:
///   {"format":"leyden.transcript/1","title":...,"uuid":...,"model":...,"created_at_ms":...,
///    "head":id,"documents":[title...],
///    "messages":[{"id","parent","role","text","thinking","state","created_at_ms","extra"}...]}
Result<std::string> transcript_json(Store& store, CatalogueId session);

}  // namespace leyden
