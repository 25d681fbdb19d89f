// SPDX-License-Identifier: Apache-2.0
#include "core/dialogue/call_grammar.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/chat/prompt.h"
#include "core/grammar/json_schema.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;
using Kind = GrammarNode::Kind;

constexpr const char* kAnything = "{\"type\": \"object\"}";

/// Builds one format's calls.
class CallGrammar {
 public:
  CallGrammar(const Tokenizer& tokenizer, Grammar* grammar, std::vector<std::string>* notices)
      : tokenizer_(tokenizer), g_(grammar), notices_(notices) {}

  Result<NodeId> v31(const std::vector<ToolSpec>& tools) {
    for (const std::string_view mark :
         {token::kCallBegin, token::kSep, token::kCallEnd, token::kCallsEnd})
      if (!tokenizer_.token_id(mark))
        return not_found("the vocabulary has no token " + std::string(mark));
    std::vector<NodeId> options;
    for (const ToolSpec& tool : tools) {
      Result<NodeId> arguments = add_json_schema(schema_of(tool), g_);
      if (!arguments.ok()) {
        not_enforced(tool, arguments.status());
        arguments = add_json_schema(kAnything, g_);
      }
      LEYDEN_ASSIGN(const NodeId value, std::move(arguments));
      options.push_back(g_->sequence({text(tool.name), text(token::kSep), value}));
    }
    const NodeId call = g_->sequence(
        {text(token::kCallBegin), g_->choice(std::move(options)), text(token::kCallEnd)});
    return g_->sequence({once_or_more(call, {}), text(token::kCallsEnd)});
  }

  Result<NodeId> dsml(const std::vector<ToolSpec>& tools) {
    std::vector<NodeId> options;
    for (const ToolSpec& tool : tools) {
      const NodeId parameters = dsml_parameters(tool);
      options.push_back(g_->sequence({text("<｜DSML｜invoke name=\"" + tool.name + "\">\n"),
                                      parameters, text("\n</｜DSML｜invoke>")}));
    }
    return g_->sequence({text(">\n"), once_or_more(g_->choice(std::move(options)), "\n"),
                         text("\n</｜DSML｜function_calls>")});
  }

 private:
  NodeId text(std::string_view s) { return g_->literal(template_symbols(s, tokenizer_, g_)); }

  NodeId once_or_more(NodeId child, std::string_view between) {
    GrammarNode node;
    node.kind = Kind::kRepeat;
    node.children = {child};
    if (!between.empty()) node.children.push_back(g_->literal(between));
    return g_->add(std::move(node));
  }

  static std::string schema_of(const ToolSpec& tool) {
    return tool.parameters.empty() ? kAnything : tool.parameters;
  }

  void not_enforced(const ToolSpec& tool, const Status& why) {
    notices_->push_back("tool " + tool.name +
                        ": its schema is not enforced while calls are written: " + why.message());
  }

  /// `<｜DSML｜parameter ...>` of each property, in order, optional ones or not.
  NodeId dsml_parameters(const ToolSpec& tool) {
    const Json schema = Json::parse(schema_of(tool), nullptr, false);
    const Json properties =
        schema.is_object() ? schema.value("properties", Json::object()) : Json::object();
    const Json required =
        schema.is_object() ? schema.value("required", Json::array()) : Json::array();
    std::vector<NodeId> parameters;
    std::vector<bool> needed;
    if (properties.is_object()) {
      for (const auto& [name, value] : properties.items()) {
        parameters.push_back(dsml_parameter(tool, schema, name));
        needed.push_back(std::find(required.begin(), required.end(), Json(name)) != required.end());
      }
    }
    // first: nothing is written yet; rest: something is, so that a line feed comes between.
    NodeId first = g_->literal(""), rest = g_->literal("");
    for (size_t i = parameters.size(); i-- > 0;) {
      const NodeId with_first = g_->sequence({parameters[i], rest});
      const NodeId with_rest = g_->sequence({g_->literal("\n"), parameters[i], rest});
      first = needed[i] ? with_first : g_->choice({with_first, first});
      rest = needed[i] ? with_rest : g_->choice({with_rest, rest});
    }
    return first;
  }

  NodeId dsml_parameter(const ToolSpec& tool, const Json& schema, const std::string& name) {
    std::vector<NodeId> as_text, as_json;
    const std::string pointer = "/properties/" + escaped(name);
    if (const Status status = split(schema, pointer, 0, &as_text, &as_json); !status.ok()) {
      not_enforced(tool, status);
      as_text = {raw({})};
      as_json = {g_->any_json()};
    }
    std::vector<NodeId> forms;
    const auto form = [&](const char* is_string, std::vector<NodeId> values) {
      if (values.empty()) return;
      forms.push_back(g_->sequence(
          {text("<｜DSML｜parameter name=\"" + name + "\" string=\"" + is_string + "\">"),
           g_->choice(std::move(values)), text("</｜DSML｜parameter>")}));
    };
    form("true", std::move(as_text));
    form("false", std::move(as_json));
    return g_->choice(std::move(forms));
  }

  /// Strings are written bare, everything else as JSON: sorts a schema's branches by that.
  Status split(const Json& root, const std::string& pointer, int depth,
               std::vector<NodeId>* as_text, std::vector<NodeId>* as_json) {
    const Json& schema = root.at(Json::json_pointer(pointer));
    if (depth < 20 && schema.is_object()) {
      if (const auto ref = schema.find("$ref");
          ref != schema.end() && ref->is_string() && ref->get<std::string>().starts_with("#/")) {
        const std::string target = ref->get<std::string>().substr(1);
        if (root.contains(Json::json_pointer(target)))
          return split(root, target, depth + 1, as_text, as_json);
      }
      if (const auto options = schema.find("anyOf");
          options != schema.end() && options->is_array()) {
        for (size_t i = 0; i < options->size(); ++i)
          LEYDEN_TRY(
              split(root, pointer + "/anyOf/" + std::to_string(i), depth + 1, as_text, as_json));
        return {};
      }
      const Json type = schema.value("type", Json());
      if (const auto values = schema.find("enum"); values != schema.end() && values->is_array()) {
        for (const Json& v : *values) {
          if (v.is_string()) {
            as_text->push_back(g_->literal(v.get<std::string>()));
          } else {
            as_json->push_back(g_->literal(v.dump()));
          }
        }
        return {};
      }
      if (type == "string" && !schema.contains("const")) {
        LEYDEN_TRY(add_json_schema(root.dump(), g_, pointer));  // for its errors
        as_text->push_back(raw(schema));
        return {};
      }
      if (type.is_array() && std::find(type.begin(), type.end(), Json("string")) != type.end()) {
        LEYDEN_TRY(add_json_schema(root.dump(), g_, pointer));
        as_text->push_back(raw(schema));
        for (const Json& other : type) {
          if (other == "string") continue;
          Json one = schema;
          one["type"] = other;
          LEYDEN_ASSIGN(const NodeId node, add_json_schema(one.dump(), g_));
          as_json->push_back(node);
        }
        return {};
      }
    }
    LEYDEN_ASSIGN(const NodeId node, add_json_schema(root.dump(), g_, pointer));
    as_json->push_back(node);
    return {};
  }

  /// A string as it stands between the tags.
  NodeId raw(const Json& schema) {
    GrammarNode node;
    node.kind = Kind::kRawText;
    for (const char c : token::kDsml) node.symbols.push_back(static_cast<unsigned char>(c));
    if (schema.is_object()) {
      node.min = schema.value("minLength", uint64_t{0});
      node.max = schema.value("maxLength", kUnlimited);
    }
    return g_->add(std::move(node));
  }

  static std::string escaped(const std::string& name) {
    std::string out;
    for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }

  const Tokenizer& tokenizer_;
  Grammar* g_;
  std::vector<std::string>* notices_;
};

}  // namespace

std::vector<Symbol> template_symbols(std::string_view text, const Tokenizer& tokenizer,
                                     Grammar* grammar) {
  std::vector<Symbol> symbols;
  for (size_t at = 0; at < text.size();) {
    size_t length = 0;
    for (const std::string_view mark : {token::kCallsBegin, token::kCallsEnd, token::kCallBegin,
                                        token::kCallEnd, token::kSep, token::kDsml}) {
      if (!text.substr(at).starts_with(mark)) continue;
      if (const auto id = tokenizer.token_id(mark); id && tokenizer.is_added(*id)) {
        symbols.push_back(grammar->control(*id));
        length = mark.size();
      }
      break;
    }
    if (length == 0) symbols.push_back(static_cast<unsigned char>(text[at]));
    at += std::max<size_t>(length, 1);
  }
  return symbols;
}

Result<NodeId> add_calls(const std::vector<ToolSpec>& tools, ChatFormat format,
                         const Tokenizer& tokenizer, Grammar* grammar,
                         std::vector<std::string>* notices) {
  CallGrammar calls(tokenizer, grammar, notices);
  return format == ChatFormat::kV32Exp ? calls.v31(tools) : calls.dsml(tools);
}

}  // namespace leyden
