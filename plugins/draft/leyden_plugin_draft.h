/* SPDX-License-Identifier: Apache-2.0
 *
 * Interfaces of the plugin door that are still being tried out. They may change or go with any
 * version; a host that does not have them answers NULL. When one settles it moves to
 * leyden_plugin.h under an id without ".draft".
 */
#ifndef LEYDEN_PLUGIN_DRAFT_H_
#define LEYDEN_PLUGIN_DRAFT_H_

#include "plugins/leyden_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LEYDEN_PLUGIN_SEARCH_DRAFT "leyden.search.draft/1"
/** Another place to search than the user's library: an archive, a wiki. */
typedef struct leyden_search_provider {
  uint32_t struct_size;
  uint32_t reserved;
  /** Name for the user; lives as long as the plugin. [main] */
  const char* (*name)(const leyden_plugin* plugin);
  /** @param hits  to be called once with JSON: [{"title", "location", "text", "score"}], best first
   *  [worker] */
  leyden_plugin_status (*search)(const leyden_plugin* plugin, const char* query, size_t size,
                                 uint32_t limit, leyden_result_fn hits, void* user_data,
                                 const leyden_call* call);
} leyden_search_provider;

#define LEYDEN_HOST_ASK_USER_DRAFT "leyden.ask_user.draft/1"
/** A question to the user while a call runs, "ask_user": true. */
typedef struct leyden_host_ask_user {
  uint32_t struct_size;
  uint32_t reserved;
  /** @param request  JSON: {"question", "choices": [..]}; without choices the user writes
   *  @param result   the answer. Errors: E_CANCELLED (also: the user closed it). [any] */
  leyden_plugin_status (*ask)(const leyden_host* host, const leyden_call* call, const char* request,
                              size_t size, leyden_result_fn result, void* user_data);
} leyden_host_ask_user;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LEYDEN_PLUGIN_DRAFT_H_ */
