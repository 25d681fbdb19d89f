// SPDX-License-Identifier: Apache-2.0
#include "core/text/tokenizer_pipeline_json.h"

#include <vector>

namespace leyden {
namespace {

// The steps of a component: none for null, those of a Sequence (nested ones too), or itself alone.
Status flatten(const JsonField& component, const char* list, std::vector<JsonField>* steps) {
  if (component.is_null()) return {};
  LEYDEN_TRY(component.expect_object());
  if (component["type"].value() != "Sequence") {
    LEYDEN_TRY(component["type"].string());
    steps->push_back(component);
    return {};
  }
  const JsonField inner = component[list];
  LEYDEN_TRY(inner.expect_array());
  for (size_t i = 0; i < inner.value().size(); ++i) LEYDEN_TRY(flatten(inner[i], list, steps));
  return {};
}

Status read_split(const JsonField& step, PreTokenizer::Options* out) {
  if (step["behavior"].value() != "Isolated") return step["behavior"].unsupported("\"Isolated\"");
  // Isolated keeps matches and gaps alike, so `invert` changes nothing.
  LEYDEN_TRY(step["invert"].boolean(false));
  const JsonField pattern = step["pattern"];
  LEYDEN_TRY(pattern.expect_object());
  PreTokenizer::Split split;
  split.regex = !pattern["Regex"].is_null();
  const JsonField text = pattern[split.regex ? "Regex" : "String"];
  LEYDEN_ASSIGN(split.pattern, text.string());
  if (split.pattern.empty()) return text.unsupported("a pattern");
  out->splits.push_back(std::move(split));
  return {};
}

}  // namespace

Status read_pipeline_json(const JsonField& root, PreTokenizer::Options* out) {
  std::vector<JsonField> normalizers;
  LEYDEN_TRY(flatten(root["normalizer"], "normalizers", &normalizers));
  if (!normalizers.empty()) return normalizers[0].unsupported("no normalizer");

  std::vector<JsonField> decoders;
  LEYDEN_TRY(flatten(root["decoder"], "decoders", &decoders));
  for (const JsonField& step : decoders) {
    if (step["type"].value() != "ByteLevel") return step.unsupported("a ByteLevel decoder");
  }
  if (decoders.size() > 1) return decoders[1].unsupported("one decoder");

  std::vector<JsonField> steps;
  LEYDEN_TRY(flatten(root["pre_tokenizer"], "pretokenizers", &steps));
  bool byte_level = false;
  for (const JsonField& step : steps) {
    if (byte_level) return step.unsupported("nothing after ByteLevel");
    if (step["type"].value() == "Split") {
      LEYDEN_TRY(read_split(step, out));
    } else if (step["type"].value() == "ByteLevel") {
      byte_level = true;
      LEYDEN_ASSIGN(out->add_prefix_space, step["add_prefix_space"].boolean(true));
      LEYDEN_ASSIGN(out->use_regex, step["use_regex"].boolean(true));
    } else {
      return step.unsupported("Split or ByteLevel");
    }
  }
  if (!byte_level) {
    return root["pre_tokenizer"].unsupported("a chain that ends with ByteLevel");
  }
  return {};
}

}  // namespace leyden
