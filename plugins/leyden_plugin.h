/* SPDX-License-Identifier: Apache-2.0
 *
 * The plugin door: what a shared object must export so that Leyden can use its tools and read
 * documents with it, and what it may ask of Leyden. C11 and C++11 or later, C library only.
 * docs/plugins.md goes from nothing to a working tool; plugins/template is one to copy.
 *
 *   A plugin is a folder: plugin.json (the manifest: who it is, what it provides, what it may do;
 * read before any of its code runs) and the shared object that the manifest names. The object
 * exports one symbol, leyden_plugin_main. Everything else is an *interface*: a struct of functions,
 * fetched by an id such as "leyden.tools/1", by the host from the plugin and by the plugin from the
 * host.
 *
 *   leyden-plugin-host loads the plugin in a process of its own, with no network, no home folder,
 * and limits on memory, files and time. What the manifest does not ask for, the plugin does not
 * get.
 *
 *       load -> create(host) -> get_interface(...) -> describe ... -> calls, several at once ->
 * destroy
 *
 * Rules that hold everywhere, unless a function says otherwise:
 *
 *   Status   0 is success, negative an error; the numbers are those of leyden.h.
 *   Text     UTF-8 as (pointer, bytes), no terminator needed. `const char*` alone ends with NUL.
 * Text that is not UTF-8 makes the call fail; it never reaches the model. Owners   What is passed
 * in is valid until the function returns; copy what you keep. What a plugin's description points to
 * must live as long as the plugin. Structs  Begin with struct_size, which the side that fills them
 * sets. The other side reads no more than that. Fields are only ever appended. Ids "name/revision".
 * A released interface never changes; a new revision is a new id, and the host goes on to serve the
 * old one. Interfaces still being tried out are in draft/leyden_plugin_draft.h and have ".draft" in
 * their id. Threads  [main]: on the host's main thread, never two at a time. [worker]: on one of
 * the host's threads, several at a time. [any]: from any thread, at any time between create and
 * destroy. Calls    A function that is given a leyden_call may take long. It polls cancelled(), and
 * ends soon after it is set; a plugin that does not is killed some seconds later.
 */
#ifndef LEYDEN_PLUGIN_H_
#define LEYDEN_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

/** The shape of leyden_plugin_entry itself. The host refuses any other number. */
#define LEYDEN_PLUGIN_ABI 1

#if defined(__GNUC__)
#define LEYDEN_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define LEYDEN_PLUGIN_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status, text -------------------------------------------------------------------------------
 */

typedef int32_t leyden_plugin_status;
enum {
  LEYDEN_PLUGIN_OK = 0,
  LEYDEN_PLUGIN_E_INVALID_ARGUMENT = -1,
  LEYDEN_PLUGIN_E_NOT_FOUND = -2,
  LEYDEN_PLUGIN_E_CORRUPT = -3,       /**< outside bytes contradict themselves */
  LEYDEN_PLUGIN_E_UNSUPPORTED = -4,   /**< also: the manifest did not ask for this permission */
  LEYDEN_PLUGIN_E_OUT_OF_MEMORY = -5, /**< also: more than the host takes */
  LEYDEN_PLUGIN_E_CANCELLED = -6,
  LEYDEN_PLUGIN_E_IO = -7,
  LEYDEN_PLUGIN_E_BUSY = -9,
  LEYDEN_PLUGIN_E_INTERNAL = -11
};

typedef struct leyden_plugin_text {
  const char* data;
  size_t size;
} leyden_plugin_text;

/* ---- The entry ----------------------------------------------------------------------------------
 */

/** The host as a plugin sees it; outlives the plugin. */
typedef struct leyden_host {
  uint32_t struct_size;
  uint32_t abi;        /**< LEYDEN_PLUGIN_ABI of the host */
  const char* version; /**< of Leyden, e.g. "0.1.0" */
  void* host_data;     /**< the host's own */
  /** A service by its LEYDEN_HOST_* id, as a pointer to its struct; NULL when this host has none,
   * or when the manifest did not ask for it. [any] */
  const void* (*get_interface)(const struct leyden_host* host, const char* id);
} leyden_host;

/** A plugin as the host sees it. */
typedef struct leyden_plugin {
  uint32_t struct_size;
  uint32_t reserved;
  void* plugin_data; /**< the plugin's own */
  /** One of the plugin's LEYDEN_PLUGIN_* interfaces; NULL for ids it does not know. [main] */
  const void* (*get_interface)(const struct leyden_plugin* plugin, const char* id);
  /** The last call; no call is running then. [main] */
  void (*destroy)(struct leyden_plugin* plugin);
} leyden_plugin;

typedef struct leyden_plugin_entry {
  uint32_t struct_size;
  uint32_t abi;        /**< LEYDEN_PLUGIN_ABI */
  const char* id;      /**< as in the manifest, e.g. "org.example.units" */
  const char* version; /**< as in the manifest, e.g. "1.0.0" */
  /** Makes the plugin; NULL when it cannot work here (log why). Called once. [main] */
  leyden_plugin* (*create)(const leyden_host* host);
} leyden_plugin_entry;

/** The one symbol a plugin exports: `LEYDEN_PLUGIN_EXPORT const leyden_plugin_entry
 * leyden_plugin_main = {...};` */
LEYDEN_PLUGIN_EXPORT extern const leyden_plugin_entry leyden_plugin_main;
#define LEYDEN_PLUGIN_SYMBOL "leyden_plugin_main"

/* ---- A running call
 * ------------------------------------------------------------------------------ */

/** Made by the host for one call; valid until its finish() returns, or, for functions without
 * finish, until the plugin's function returns. */
typedef struct leyden_call {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t id;
  void* host_data; /**< the host's own */
  /** 1 once the call should end. [any] */
  int32_t (*cancelled)(const struct leyden_call* call);
  /** Tells how far the call is; `done` only grows. @param unit  e.g. "pages"; may be NULL. [any] */
  void (*progress)(const struct leyden_call* call, const char* unit, uint64_t done, uint64_t total);
  /** Says why the function is about to return an error: one sentence. The last one counts. [any] */
  void (*error)(const struct leyden_call* call, const char* message, size_t size);
} leyden_call;

/* ---- Tools --------------------------------------------------------------------------------------
 */

#define LEYDEN_PLUGIN_TOOLS "leyden.tools/1"

enum {
  LEYDEN_TOOL_READ_ONLY = 1,   /**< changes nothing */
  LEYDEN_TOOL_DESTRUCTIVE = 2, /**< may remove or overwrite what cannot be brought back */
  LEYDEN_TOOL_NETWORK = 4      /**< talks to other machines, through LEYDEN_HOST_HTTP */
};

typedef struct leyden_tool {
  uint32_t struct_size;
  uint32_t flags;          /**< LEYDEN_TOOL_*; hints for the user who approves */
  const char* name;        /**< ^[a-zA-Z0-9_-]{1,64}$, and one of the manifest's "tools" */
  const char* description; /**< for the model */
  const char* parameters;  /**< JSON Schema of the arguments, of type "object" */
  const char* result;      /**< JSON Schema of the structured result; NULL: text only */
} leyden_tool;

/** Where a tool's result goes; valid until finish() returns. Sixteen MiB in all. */
typedef struct leyden_tool_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* host_data; /**< the host's own */
  const leyden_call* call;
  /** Appends to the text that the model reads.
   *  Errors: E_OUT_OF_MEMORY (too much: the call has failed, finish it). [any] */
  leyden_plugin_status (*text)(const struct leyden_tool_sink* sink, const char* text, size_t size);
  /** Sets the structured result, a JSON object. Errors: as text(). [any] */
  leyden_plugin_status (*structured)(const struct leyden_tool_sink* sink, const char* json,
                                     size_t size);
  /** Ends the call, exactly once. With an error, call->error() and what was appended say why. [any]
   */
  void (*finish)(const struct leyden_tool_sink* sink, leyden_plugin_status status);
} leyden_tool_sink;

typedef struct leyden_tools {
  uint32_t struct_size;
  uint32_t reserved;
  /** [main] */
  uint32_t (*count)(const leyden_plugin* plugin);
  /** The tool at an index below count(); lives as long as the plugin. [main] */
  const leyden_tool* (*tool)(const leyden_plugin* plugin, uint32_t index);
  /** Begins a call. It may end it before returning, or return and end it later from a thread of its
   * own.
   *  @param arguments  a JSON object that fits `parameters` as far as the model kept to it: check
   * it. [worker] */
  void (*call)(const leyden_plugin* plugin, uint32_t index, const char* arguments,
               size_t arguments_size, const leyden_tool_sink* sink);
} leyden_tools;

/* ---- Document readers
 * ---------------------------------------------------------------------------- */

#define LEYDEN_PLUGIN_READER "leyden.reader/1"

/** The file to read. Its descriptor is open for reading and belongs to the host, which keeps it
 * open until the document is closed: pread() or mmap() it. */
typedef struct leyden_input {
  uint32_t struct_size;
  int32_t fd;
  uint64_t size;
  const char* name; /**< file name without folders, for guesses by extension */
} leyden_input;

typedef struct leyden_document_info {
  uint32_t struct_size;
  uint32_t n_pages;   /**< at least 1 */
  const char* format; /**< "pdf", "docx", ... */
  const char* title;  /**< NULL: none. The same below. */
  const char* author;
  uint8_t has_layout; /**< 1: real pages with sizes, rectangles and images */
  uint8_t reserved[7];
} leyden_document_info;

/** One heading. */
typedef struct leyden_outline_item {
  const char* title;
  size_t title_size;
  uint32_t page;  /**< from 0 */
  uint32_t level; /**< from 0, at most one more than the item before */
} leyden_outline_item;

/** A word: bytes [begin, end) of the page's text, and where it stands, in points from the top left.
 */
typedef struct leyden_span {
  uint64_t begin, end;
  float x0, y0, x1, y1; /**< all 0 without layout */
} leyden_span;

typedef struct leyden_page_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* host_data;
  /** The page's size in points; not called without layout. [worker] */
  void (*size)(const struct leyden_page_sink* sink, double width, double height);
  /** The page's name in print, e.g. "xii"; optional. [worker] */
  void (*label)(const struct leyden_page_sink* sink, const char* label, size_t size);
  /** Appends to the page's text, in reading order. Errors: E_OUT_OF_MEMORY. [worker] */
  leyden_plugin_status (*text)(const struct leyden_page_sink* sink, const char* text, size_t size);
  /** Appends words, in the order of the text, which may come later. Errors: E_OUT_OF_MEMORY.
   * [worker] */
  leyden_plugin_status (*spans)(const struct leyden_page_sink* sink, const leyden_span* spans,
                                size_t n);
} leyden_page_sink;

/** A picture being filled: BGRA, 8 bits each, premultiplied, rows from the top. */
typedef struct leyden_image_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* host_data;
  /** The pixels to fill, zero at first, rows of 4 * width bytes. NULL when it is larger than the
   * host takes (40 million pixels). At most once. [worker] */
  uint8_t* (*create)(const struct leyden_image_sink* sink, uint32_t width, uint32_t height);
} leyden_image_sink;

/** A document opened by a reader; the plugin's own. */
typedef struct leyden_reader_document leyden_reader_document;

/** Functions of one document never overlap; several documents may be read at the same time. */
typedef struct leyden_reader {
  uint32_t struct_size;
  uint32_t reserved;
  /** How sure the reader is that it can read this: 0 not at all, 100 certain.
   *  @param head  the first bytes of the file, at most 64 KiB. [worker] */
  int32_t (*probe)(const leyden_plugin* plugin, const leyden_input* input, const uint8_t* head,
                   size_t head_size);
  /** @param[out] out  closed with close(). [worker] */
  leyden_plugin_status (*open)(const leyden_plugin* plugin, leyden_reader_document** out,
                               const leyden_input* input, const leyden_call* call);
  /** Valid until the document is closed. [worker] */
  const leyden_document_info* (*info)(leyden_reader_document* document);
  /** @param[out] n  number of items. Valid until the document is closed. [worker] */
  const leyden_outline_item* (*outline)(leyden_reader_document* document, size_t* n);
  /** Remarks for the user, one a line, such as an encoding that was guessed; NULL: none. Valid
   * until closed. [worker] */
  const char* (*notices)(leyden_reader_document* document);
  /** Text and words of a page. @param page  from 0. [worker] */
  leyden_plugin_status (*page)(leyden_reader_document* document, uint32_t page,
                               const leyden_page_sink* sink, const leyden_call* call);
  /** A picture of a page. @param scale  pixels a point. NULL: this reader draws nothing. [worker]
   */
  leyden_plugin_status (*image)(leyden_reader_document* document, uint32_t page, double scale,
                                const leyden_image_sink* sink, const leyden_call* call);
  /** [worker] */
  void (*close)(leyden_reader_document* document);
} leyden_reader;

/* ---- Settings and state
 * -------------------------------------------------------------------------- */

#define LEYDEN_PLUGIN_SETTINGS "leyden.settings/1"
typedef struct leyden_settings {
  uint32_t struct_size;
  uint32_t reserved;
  /** JSON Schema of the plugin's settings, of type "object"; lives as long as the plugin. [main] */
  const char* (*schema)(const leyden_plugin* plugin);
  /** Takes settings that fit the schema; called before the first call, and when they change.
   *  Errors: E_INVALID_ARGUMENT, explained through call->error(). [main] */
  leyden_plugin_status (*apply)(const leyden_plugin* plugin, const char* json, size_t size,
                                const leyden_call* call);
} leyden_settings;

#define LEYDEN_PLUGIN_STATE "leyden.state/1"
/** Takes bytes; returns an error when there are too many (one MiB). */
typedef leyden_plugin_status (*leyden_bytes_fn)(const void* bytes, size_t size, void* user_data);
/** What should survive a restart of the plugin's process; saved before a regular end. */
typedef struct leyden_state {
  uint32_t struct_size;
  uint32_t reserved;
  /** [main] */
  leyden_plugin_status (*save)(const leyden_plugin* plugin, leyden_bytes_fn write, void* user_data);
  /** Called before the first call, with what save() wrote. [main] */
  leyden_plugin_status (*load)(const leyden_plugin* plugin, const void* bytes, size_t size);
} leyden_state;

/* ---- Host services
 * ------------------------------------------------------------------------------- */
/* Functions that take a leyden_call answer E_CANCELLED once it is cancelled. The manifest's
 * "permissions" name in quotes what a service needs. */

/** Takes bytes of a result, in one piece, before the service returns; called at most once. */
typedef void (*leyden_result_fn)(const void* bytes, size_t size, void* user_data);

#define LEYDEN_HOST_LOG "leyden.log/1"
enum { LEYDEN_LOG_DEBUG = 0, LEYDEN_LOG_INFO = 1, LEYDEN_LOG_WARNING = 2, LEYDEN_LOG_ERROR = 3 };
typedef struct leyden_host_log {
  uint32_t struct_size;
  uint32_t reserved;
  /** @param level  LEYDEN_LOG_*. Never put a document's or a user's words into it. [any] */
  void (*write)(const leyden_host* host, int32_t level, const char* text, size_t size);
} leyden_host_log;

#define LEYDEN_HOST_HTTP "leyden.http/1"
/** The only way to the network, "network": ["api.example.org", "*.example.org"]; "*" stands for the
 * machines that the user names for this plugin. The host looks names up, follows redirects, and
 * refuses machines that are not on the list or have a private address the user did not name. */
typedef struct leyden_host_http {
  uint32_t struct_size;
  uint32_t reserved;
  /** @param request  JSON: {"url", "method": "GET" | "POST", "headers": {}, "body", "encoding"}; all
   * but url optional. encoding: "base64" for bodies that may be no UTF-8
   *  @param result   JSON: {"status", "url": where redirects led, "type", "body"}; the body as UTF-8
   * text, or as base64 where asked for. Errors: E_UNSUPPORTED (offline, not allowed), E_OUT_OF_MEMORY (body too large), E_IO.
   * [any] */
  leyden_plugin_status (*fetch)(const leyden_host* host, const leyden_call* call,
                                const char* request, size_t size, leyden_result_fn result,
                                void* user_data);
} leyden_host_http;

#define LEYDEN_HOST_FILES "leyden.files/1"
/** Files the user granted for one call: "files": true. A grant is a text such as "grant:1" that
 * stands in the arguments in place of a path. */
typedef struct leyden_host_files {
  uint32_t struct_size;
  uint32_t reserved;
  /** @param[out] fd  open for reading; the plugin closes it. Errors: E_NOT_FOUND. [any] */
  leyden_plugin_status (*open)(const leyden_host* host, const leyden_call* call, const char* grant,
                               size_t size, int32_t* fd);
} leyden_host_files;

#define LEYDEN_HOST_LIBRARY "leyden.library/1"
/** The user's documents, "library": true. */
typedef struct leyden_host_library {
  uint32_t struct_size;
  uint32_t reserved;
  /** @param limit   most hits
   *  @param result  JSON: [{"document", "title", "part", "label", "text"}], best first. [any] */
  leyden_plugin_status (*search)(const leyden_host* host, const leyden_call* call,
                                 const char* query, size_t size, uint32_t limit,
                                 leyden_result_fn result, void* user_data);
} leyden_host_library;

#define LEYDEN_HOST_STORAGE "leyden.storage/1"
/** Small values that outlive the process, the plugin's own: "storage": true. Keys as tool names; a
 * value has at most one MiB. */
typedef struct leyden_host_storage {
  uint32_t struct_size;
  uint32_t reserved;
  /** Errors: E_NOT_FOUND. [any] */
  leyden_plugin_status (*get)(const leyden_host* host, const char* key, leyden_result_fn result,
                              void* user_data);
  /** NULL with size 0 removes it. [any] */
  leyden_plugin_status (*put)(const leyden_host* host, const char* key, const void* bytes,
                              size_t size);
} leyden_host_storage;

#define LEYDEN_HOST_SECRETS "leyden.secrets/1"
/** Passwords and keys the user entered for this plugin: "secrets": ["api_key"]. */
typedef struct leyden_host_secrets {
  uint32_t struct_size;
  uint32_t reserved;
  /** Errors: E_NOT_FOUND (not entered), E_UNSUPPORTED (not in the manifest). [any] */
  leyden_plugin_status (*get)(const leyden_host* host, const char* name, leyden_result_fn result,
                              void* user_data);
} leyden_host_secrets;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LEYDEN_PLUGIN_H_ */
