/* SPDX-License-Identifier: Apache-2.0
 * A plugin to copy: one tool, one file, the C library. docs/plugins.md goes through it.
 *
 *   word_count {"text": "..."} -> "12 words"
 *
 * A real plugin would read its arguments with a JSON library; one string is found by hand here. */
#include <stdio.h>
#include <string.h>

#include "plugins/leyden_plugin.h"

static const leyden_tool kWordCount = {sizeof(leyden_tool),
                                       LEYDEN_TOOL_READ_ONLY,
                                       "word_count",
                                       "Counts the words of a text.",
                                       "{\"type\": \"object\", \"properties\": {\"text\": "
                                       "{\"type\": \"string\"}}, \"required\": [\"text\"]}",
                                       NULL};

static uint32_t count(const leyden_plugin* plugin) {
  (void)plugin;
  return 1;
}

static const leyden_tool* tool(const leyden_plugin* plugin, uint32_t index) {
  (void)plugin;
  (void)index;
  return &kWordCount;
}

/* The value of "text": its first byte, and the end of the quoted string. NULL when there is none.
 */
static const char* find_text(const char* json, size_t size, const char** end) {
  static const char key[] = "\"text\"";
  for (size_t i = 0; i + sizeof key - 1 < size; ++i) {
    if (memcmp(json + i, key, sizeof key - 1) != 0) continue;
    i += sizeof key - 1;
    while (i < size && json[i] != '"') ++i;
    const size_t begin = ++i;
    while (i < size && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
    if (i >= size) return NULL;
    *end = json + i;
    return json + begin;
  }
  return NULL;
}

static void call(const leyden_plugin* plugin, uint32_t index, const char* arguments, size_t size,
                 const leyden_tool_sink* sink) {
  (void)plugin;
  (void)index;
  const char* end = NULL;
  const char* text = find_text(arguments, size, &end);
  if (!text) {
    static const char why[] = "word_count needs a \"text\"";
    sink->call->error(sink->call, why, sizeof why - 1);
    sink->finish(sink, LEYDEN_PLUGIN_E_INVALID_ARGUMENT);
    return;
  }
  int words = 0, inside = 0;
  for (; text < end; ++text) {
    /* "\n" and "\t" in JSON are two characters. */
    const int gap = *text == ' ' || (*text == '\\' && (text[1] == 'n' || text[1] == 't'));
    if (*text == '\\') ++text;
    words += !gap && !inside;
    inside = !gap;
  }
  char answer[64];
  const int n = snprintf(answer, sizeof answer, "%d words", words);
  sink->text(sink, answer, (size_t)n);
  sink->finish(sink, LEYDEN_PLUGIN_OK);
}

static const leyden_tools kTools = {sizeof(leyden_tools), 0, count, tool, call};

static const void* get_interface(const leyden_plugin* plugin, const char* id) {
  (void)plugin;
  return strcmp(id, LEYDEN_PLUGIN_TOOLS) == 0 ? &kTools : NULL;
}

static void destroy(leyden_plugin* plugin) { (void)plugin; }

static leyden_plugin* create(const leyden_host* host) {
  static leyden_plugin the_plugin = {sizeof(leyden_plugin), 0, NULL, get_interface, destroy};
  (void)host;
  return &the_plugin;
}

const leyden_plugin_entry leyden_plugin_main = {sizeof(leyden_plugin_entry), LEYDEN_PLUGIN_ABI,
                                                "org.example.word-count", "1.0.0", create};
