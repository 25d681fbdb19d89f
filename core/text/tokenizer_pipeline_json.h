// SPDX-License-Identifier: Apache-2.0
// The steps around the model in tokenizer.json: normalizer, pre_tokenizer, decoder.
#pragma once

#include "base/status.h"
#include "core/text/json_field.h"
#include "core/text/pre_tokenizer.h"

namespace leyden {

/// Checks that normalizer and decoder are those of byte-level BPE and reads the pre_tokenizer.
/// Errors: kCorrupt, kUnsupported.
Status read_pipeline_json(const JsonField& root, PreTokenizer::Options* pre_tokenizer);

}  // namespace leyden
