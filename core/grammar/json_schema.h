// SPDX-License-Identifier: Apache-2.0
// A JSON Schema as a grammar: whatever the grammar accepts, the schema accepts.
//
// Understood (draft 2020-12):
//   any schema   type (one or a list), enum, const, anyOf, $ref to "#..." in the same schema,
//   $defs,
//                definitions, true, {}
//   objects      properties (at most 64), required, additionalProperties
//   arrays       items, minItems, maxItems
//   strings      minLength, maxLength
//   integers     minimum, maximum, exclusiveMinimum, exclusiveMaximum, within +-999999999999999
// Read and not enforced, as the standard has it: title, description, default, examples, format,
// deprecated, readOnly, writeOnly, $schema, $id, $comment, contentEncoding, contentMediaType, and
// names that begin with "x-". Any other keyword is an error, and so is anyOf or $ref beside
// something that constrains.
//
// Narrower than the schema: an object with `properties` and no additionalProperties gets no others;
// a schema without `type` is that of the kind its keywords speak of; no white space but one
// optional space behind ',' and ':'; numbers as number_state.h has them.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "core/grammar/grammar.h"

namespace leyden {

/// Adds the schema to a grammar and returns its node; the caller finishes the grammar.
/// Errors: kInvalidArgument (no JSON, a keyword with a wrong value, a reference to nowhere),
/// kUnsupported (a keyword not listed above). Both name the place: "schema: #/properties/age: ...".
/// @param pointer  the part of the schema that is meant, as a JSON pointer; empty: all of it
Result<NodeId> add_json_schema(std::string_view schema, Grammar* grammar,
                               const std::string& pointer = {});

}  // namespace leyden
