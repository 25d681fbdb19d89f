// SPDX-License-Identifier: Apache-2.0
#include "core/grammar/json_schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_dump.h"

namespace leyden {
namespace {

using Json = nlohmann::ordered_json;
using Kind = GrammarNode::Kind;

constexpr int64_t kLargest = 999'999'999'999'999;
constexpr int kMaxDepth = 100;
constexpr size_t kMaxProperties = 64;

constexpr std::array<std::string_view, 15> kAnnotations{
    "title",      "description",     "default",   "examples",    "format",
    "deprecated", "readOnly",        "writeOnly", "$schema",     "$id",
    "$comment",   "contentEncoding", "$defs",     "definitions", "contentMediaType"};
constexpr std::array<std::string_view, 7> kTypes{"object",  "array",   "string", "number",
                                                 "integer", "boolean", "null"};

bool is_annotation(const std::string& key) {
  return key.starts_with("x-") ||
         std::find(kAnnotations.begin(), kAnnotations.end(), key) != kAnnotations.end();
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "integer")
    return value.is_number_integer() ||
           (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>());
  return value.is_number();
}

class Compiler {
 public:
  Compiler(const Json& root, Grammar* grammar) : root_(root), grammar_(grammar) {}

  Result<NodeId> compile(const Json& schema, const std::string& place) {
    if (++depth_ > kMaxDepth) return bad(place, "nested deeper than " + std::to_string(kMaxDepth));
    Result<NodeId> node = compile_inner(schema, place);
    --depth_;
    return node;
  }

 private:
  static Status bad(const std::string& place, const std::string& what) {
    return invalid_argument("schema: " + place + ": " + what);
  }
  static Status not_supported(const std::string& place, const std::string& what) {
    return unsupported("schema: " + place + ": " + what);
  }

  /// Rejects keywords that are neither annotations nor in `known`.
  static Status only(const Json& schema, const std::string& place,
                     const std::set<std::string, std::less<>>& known,
                     const char* beside = nullptr) {
    for (const auto& [key, value] : schema.items()) {
      if (is_annotation(key) || known.contains(key)) continue;
      return not_supported(place, "keyword '" + key + "' is not supported" +
                                      (beside ? std::string(" beside ") + beside : std::string()));
    }
    return {};
  }

  Result<NodeId> compile_inner(const Json& schema, const std::string& place) {
    if (schema.is_boolean()) {
      if (schema.get<bool>()) return grammar_->any_json();
      return bad(place, "false: nothing satisfies it");
    }
    if (!schema.is_object())
      return bad(place, std::string("expected an object, found ") + schema.type_name());
    if (schema.contains("$ref")) {
      LEYDEN_TRY(only(schema, place, {"$ref"}, "$ref"));
      return reference(schema["$ref"], place);
    }
    if (schema.contains("anyOf")) {
      LEYDEN_TRY(only(schema, place, {"anyOf"}, "anyOf"));
      const Json& options = schema["anyOf"];
      if (!options.is_array() || options.empty())
        return bad(place + "/anyOf", "expected a list of schemas");
      std::vector<NodeId> nodes;
      for (size_t i = 0; i < options.size(); ++i) {
        LEYDEN_ASSIGN(const NodeId node,
                      compile(options[i], place + "/anyOf/" + std::to_string(i)));
        nodes.push_back(node);
      }
      return grammar_->choice(std::move(nodes));
    }
    LEYDEN_ASSIGN(const std::vector<std::string> types, types_of(schema, place));
    if (schema.contains("enum") || schema.contains("const")) return values(schema, types, place);
    if (types.empty()) {
      LEYDEN_TRY(only(schema, place, {}));
      return grammar_->any_json();
    }
    std::vector<NodeId> nodes;
    for (const std::string& type : types) {
      LEYDEN_ASSIGN(const NodeId node, of_type(schema, type, types.size() > 1, place));
      nodes.push_back(node);
    }
    return nodes.size() == 1 ? nodes[0] : grammar_->choice(std::move(nodes));
  }

  /// The types a schema names, or the one its keywords speak of; empty for any.
  Result<std::vector<std::string>> types_of(const Json& schema, const std::string& place) const {
    std::vector<std::string> types;
    if (const auto type = schema.find("type"); type != schema.end()) {
      const Json list = type->is_array() ? *type : Json::array({*type});
      for (const Json& one : list) {
        if (!one.is_string() ||
            std::find(kTypes.begin(), kTypes.end(), one.get<std::string>()) == kTypes.end())
          return bad(place + "/type", "unknown type " + dump_json(one).substr(0, 40));
        types.push_back(one.get<std::string>());
      }
      if (types.empty()) return bad(place + "/type", "expected at least one type");
      return types;
    }
    const auto any = [&](std::initializer_list<const char*> keys) {
      return std::any_of(keys.begin(), keys.end(),
                         [&](const char* k) { return schema.contains(k); });
    };
    if (any({"properties", "required", "additionalProperties"}))
      return std::vector<std::string>{"object"};
    if (any({"items", "minItems", "maxItems"})) return std::vector<std::string>{"array"};
    if (any({"minLength", "maxLength"})) return std::vector<std::string>{"string"};
    return types;
  }

  Result<NodeId> reference(const Json& ref, const std::string& place) {
    if (!ref.is_string() || !ref.get<std::string>().starts_with('#'))
      return not_supported(place + "/$ref",
                           "expected \"#...\", found " + dump_json(ref).substr(0, 60));
    const std::string pointer = ref.get<std::string>().substr(1);
    if (const auto known = references_.find(pointer); known != references_.end())
      return known->second;
    const Json* target = nullptr;
    try {
      const Json::json_pointer at(pointer);
      if (root_.contains(at)) target = &root_.at(at);
    } catch (const Json::exception&) {  // no pointer
    }
    if (!target) return bad(place + "/$ref", "there is nothing at #" + pointer.substr(0, 60));
    const NodeId node = grammar_->choice({});  // stands for it in what it holds itself
    references_[pointer] = node;
    LEYDEN_ASSIGN(const NodeId made, compile(*target, "#" + pointer));
    grammar_->at(node).children = {made};
    return node;
  }

  Result<NodeId> values(const Json& schema, const std::vector<std::string>& types,
                        const std::string& place) {
    LEYDEN_TRY(only(schema, place, {"enum", "const", "type"}, "enum or const"));
    Json list = Json::array();
    if (schema.contains("enum")) {
      if (!schema["enum"].is_array()) return bad(place + "/enum", "expected a list");
      list = schema["enum"];
    }
    if (schema.contains("const")) {
      const Json& value = schema["const"];
      const bool listed = std::find(list.begin(), list.end(), value) != list.end();
      if (schema.contains("enum") && !listed)
        return bad(place, "const is none of the values of enum");
      list = Json::array({value});
    }
    std::vector<NodeId> nodes;
    for (const Json& value : list) {
      const bool fits =
          types.empty() || std::any_of(types.begin(), types.end(),
                                       [&](const std::string& t) { return has_type(value, t); });
      if (fits) nodes.push_back(grammar_->literal(dump_json(value)));
    }
    if (nodes.empty()) return bad(place, "no value of enum satisfies it");
    return grammar_->choice(std::move(nodes));
  }

  static Result<uint64_t> count(const Json& schema, const char* key, uint64_t otherwise,
                                const std::string& place) {
    const auto found = schema.find(key);
    if (found == schema.end()) return otherwise;
    if (!found->is_number() || found->get<double>() < 0 || found->get<double>() > 1e9 ||
        found->get<double>() != std::floor(found->get<double>()))
      return bad(place + "/" + key,
                 "expected a count up to 1e9, found " + dump_json(*found).substr(0, 40));
    return static_cast<uint64_t>(found->get<double>());
  }

  Result<NodeId> of_type(const Json& schema, const std::string& type, bool among_others,
                         const std::string& place) {
    const std::set<std::string, std::less<>> of_object{"properties", "required",
                                                       "additionalProperties"},
        of_array{"items", "minItems", "maxItems"}, of_string{"minLength", "maxLength"},
        of_integer{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"};
    std::set<std::string, std::less<>> known{"type"};
    if (type == "object" || among_others) known.insert(of_object.begin(), of_object.end());
    if (type == "array" || among_others) known.insert(of_array.begin(), of_array.end());
    if (type == "string" || among_others) known.insert(of_string.begin(), of_string.end());
    if (type == "integer" || (among_others && type != "number"))
      known.insert(of_integer.begin(), of_integer.end());
    LEYDEN_TRY(only(schema, place, known));
    if (type == "object") return object(schema, place);
    if (type == "array") return array(schema, place);
    if (type == "boolean")
      return grammar_->choice({grammar_->literal("true"), grammar_->literal("false")});
    if (type == "null") return grammar_->literal("null");
    GrammarNode node;
    if (type == "string") {
      node.kind = Kind::kString;
      LEYDEN_TRY(limits(schema, "minLength", "maxLength", place, &node));
      return grammar_->add(std::move(node));
    }
    node.kind = Kind::kNumber;
    node.integer = type == "integer";
    if (node.integer) LEYDEN_TRY(bounds(schema, place, &node));
    return grammar_->add(std::move(node));
  }

  static Status limits(const Json& schema, const char* least, const char* most,
                       const std::string& place, GrammarNode* node) {
    LEYDEN_ASSIGN(node->min, count(schema, least, 0, place));
    LEYDEN_ASSIGN(node->max, count(schema, most, kUnlimited, place));
    if (node->min > node->max) return bad(place, std::string(least) + " is more than " + most);
    return {};
  }

  static Status bounds(const Json& schema, const std::string& place, GrammarNode* node) {
    node->low = -kLargest;
    node->high = kLargest;
    for (const auto& [key, sign, open] : {std::tuple{"minimum", 1, false},
                                          {"exclusiveMinimum", 1, true},
                                          {"maximum", -1, false},
                                          {"exclusiveMaximum", -1, true}}) {
      const auto found = schema.find(key);
      if (found == schema.end()) continue;
      if (!found->is_number()) return bad(place + "/" + key, "expected a number");
      const double wanted = sign * found->get<double>();
      if (std::fabs(wanted) > static_cast<double>(kLargest))
        return not_supported(place + "/" + key, "bounds beyond 999999999999999 are not supported");
      auto value = static_cast<int64_t>(std::ceil(wanted));
      if (open && static_cast<double>(value) == wanted) ++value;
      if (sign > 0) {
        node->low = std::max(node->low, value);
      } else {
        node->high = std::min(node->high, -value);
      }
      node->bounded = true;
    }
    if (node->low > node->high) return bad(place, "no integer is within its bounds");
    return {};
  }

  Result<NodeId> array(const Json& schema, const std::string& place) {
    GrammarNode node;
    node.kind = Kind::kArray;
    LEYDEN_TRY(limits(schema, "minItems", "maxItems", place, &node));
    const auto items = schema.find("items");
    LEYDEN_ASSIGN(const NodeId item, items == schema.end() ? Result<NodeId>(grammar_->any_json())
                                                           : compile(*items, place + "/items"));
    node.children = {item};
    return grammar_->add(std::move(node));
  }

  Result<NodeId> object(const Json& schema, const std::string& place) {
    GrammarNode node;
    node.kind = Kind::kObject;
    std::set<std::string> required;
    if (const auto list = schema.find("required"); list != schema.end()) {
      if (!list->is_array()) return bad(place + "/required", "expected a list of names");
      for (const Json& name : *list) {
        if (!name.is_string()) return bad(place + "/required", "expected a list of names");
        required.insert(name.get<std::string>());
      }
    }
    const auto properties = schema.find("properties");
    if (properties != schema.end()) {
      if (!properties->is_object()) return bad(place + "/properties", "expected an object");
      if (properties->size() > kMaxProperties)
        return not_supported(place + "/properties", "more than 64 properties are not supported");
      for (const auto& [name, value] : properties->items()) {
        LEYDEN_ASSIGN(const NodeId child, compile(value, place + "/properties/" + name));
        GrammarNode::Property p;
        p.name = name;
        p.entry = grammar_->sequence(
            {grammar_->literal(dump_json(Json(name)) + ":"), grammar_->spaced(child)});
        p.required = required.erase(name) > 0;
        node.properties.push_back(std::move(p));
      }
    }
    if (!required.empty())
      return not_supported(place + "/required",
                           "'" + *required.begin() + "' is not among the properties");
    const NodeId id = grammar_->add(std::move(node));
    const auto others = schema.find("additionalProperties");
    const bool none = others == schema.end() ? properties != schema.end()
                                             : others->is_boolean() && !others->get<bool>();
    if (none) return id;
    LEYDEN_ASSIGN(const NodeId other, others == schema.end()
                                          ? Result<NodeId>(grammar_->any_json())
                                          : compile(*others, place + "/additionalProperties"));
    grammar_->allow_others(id, other);
    return id;
  }

  const Json& root_;
  Grammar* grammar_;
  std::map<std::string, NodeId> references_;
  int depth_ = 0;
};

bool too_deep(std::string_view text) {
  int depth = 0, deepest = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest > 200;  // brackets in strings count too: an over-estimate
}

}  // namespace

Result<NodeId> add_json_schema(std::string_view schema, Grammar* grammar,
                               const std::string& pointer) {
  if (too_deep(schema)) return invalid_argument("schema: nested deeper than 200");
  const Json json = Json::parse(schema.begin(), schema.end(), nullptr, false);
  if (json.is_discarded()) return invalid_argument("schema: not JSON");
  const Json::json_pointer at(pointer);
  if (!json.contains(at)) return invalid_argument("schema: there is nothing at #" + pointer);
  return Compiler(json, grammar).compile(json.at(at), "#" + pointer);
}

}  // namespace leyden
