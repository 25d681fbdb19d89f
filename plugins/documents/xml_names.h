// SPDX-License-Identifier: Apache-2.0
// XML elements by their local names: what prefix a file gives a namespace is its own choice.
#pragma once

#include <cstring>
#include <pugixml.hpp>

namespace leyden::documents {

inline bool is(const pugi::xml_node& node, const char* name) {
  const char* colon = std::strchr(node.name(), ':');
  return std::strcmp(colon ? colon + 1 : node.name(), name) == 0;
}

/// The first child of that name; an empty node without.
inline pugi::xml_node child(const pugi::xml_node& node, const char* name) {
  for (const pugi::xml_node& c : node) {
    if (is(c, name)) return c;
  }
  return {};
}

}  // namespace leyden::documents
