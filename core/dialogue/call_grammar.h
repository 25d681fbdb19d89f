// SPDX-License-Identifier: Apache-2.0
// Tool calls of both chat formats as grammars, arguments under their tools' schemas.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "core/chat/format.h"
#include "core/grammar/grammar.h"
#include "core/text/tokenizer.h"

namespace leyden {

/// Everything behind the begin of a block of calls, to its end. With V3.2-Exp the block begins with
/// its own token, with V3.2 with the text kDsmlBlockBegin. There parameters come in the schema's
/// order. What a schema asks for beyond json_schema.h is not enforced; `notices` says what. Errors:
/// kNotFound when the vocabulary lacks the tokens of the format.
Result<NodeId> add_calls(const std::vector<ToolSpec>& tools, ChatFormat format,
                         const Tokenizer& tokenizer, Grammar* grammar,
                         std::vector<std::string>* notices);

inline constexpr std::string_view kDsmlBlockBegin = "<｜DSML｜function_calls";

/// Text of a template, with the special tokens in it as controls where the vocabulary has them.
std::vector<Symbol> template_symbols(std::string_view text, const Tokenizer& tokenizer,
                                     Grammar* grammar);

}  // namespace leyden
