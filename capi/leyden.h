/* SPDX-License-Identifier: Apache-2.0
 *
 * Leyden: an on-prem runtime for models of the DeepSeek-V3.2-Exp family. This header is the whole
 * contract; what is not in it does not exist. C11 and C++11 or later, C library only.
 *
 * UNSTABLE. Everything here may still change, and is visible only where LEYDEN_ENABLE_UNSTABLE is
 * defined. A program that was linked against another unstable revision is refused by the dynamic
 * loader; one that loads the library by hand asks leyden_check_unstable() first. README.md beside
 * this file says what becomes stable when.
 *
 * Rules that hold everywhere, unless a function says otherwise:
 *
 *   Results  A function that can fail returns leyden_status: 0 is success, negative an error. Results
 *            go through the first parameter(s), `out`. On an error they are NULL or 0 and nothing
 *            needs cleaning up but the error object. `error` may be NULL; else *error is set to NULL
 *            first (never freed), and on failure to an object the caller destroys.
 *   Owners   What a function hands out through `out` belongs to the caller, who frees it with the
 *            *_destroy of its type (never with free()). Destroying NULL does nothing. Everything
 *            passed in is copied before the call returns; nothing passed in is kept.
 *   Text     UTF-8 as (pointer, bytes); no terminator needed, NULL is fine when the size is 0. Invalid
 *            UTF-8 is LEYDEN_E_INVALID_ARGUMENT, with the offset of the first bad byte. Paths too.
 *   Structs  Options begin with struct_size: start from the _INIT macro or the init function. Zero in
 *            any other field means its default. NULL instead of options means all defaults. A larger
 *            struct from a newer header is accepted while its unknown bytes are zero, else
 *            LEYDEN_E_UNSUPPORTED. `reserved` fields must be zero.
 *   NULL     A NULL where it is not allowed is LEYDEN_E_INVALID_ARGUMENT, never a crash.
 *   Enums    int32_t with named constants; expect values you do not know.
 *   Threads  Each function carries a tag. [thread-safe]: any thread, any time. [one at a time]: any
 *            thread, but one call at a time for one object. Different objects are independent.
 *            A destroy must be the last call on its object.
 *   Calls back   Callbacks of one call never overlap, and all have returned before the call does. They
 *            may come on another thread than the caller's. They should be quick: the engine waits for
 *            them. They may call leyden_cancel_request() and functions on strings and errors, and no
 *            others. They must not throw or longjmp. What they are handed is valid until they return.
 */
#ifndef LEYDEN_H_
#define LEYDEN_H_

#define LEYDEN_VERSION_MAJOR 0
#define LEYDEN_VERSION_MINOR 1
#define LEYDEN_VERSION_PATCH 0
/** Number in the SONAME. While it is 0, no promise about the binary interface is made. */
#define LEYDEN_ABI 0
/** Changes with every incompatible change of something unstable. */
#define LEYDEN_UNSTABLE_REVISION 4

#ifdef LEYDEN_ENABLE_UNSTABLE

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LEYDEN_API __attribute__((visibility("default")))
#define LEYDEN_NODISCARD __attribute__((warn_unused_result))
#else
#define LEYDEN_API
#define LEYDEN_NODISCARD
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status and errors ------------------------------------------------------------------------ */

/** Coarse result of a call. More detail will come through leyden_error, never through new meanings
 *  of these numbers. */
typedef int32_t leyden_status;
enum {
  LEYDEN_OK = 0,
  LEYDEN_E_INVALID_ARGUMENT = -1, /**< the caller asked for something that makes no sense */
  LEYDEN_E_NOT_FOUND = -2,        /**< a file, tensor, id or object that must exist does not */
  LEYDEN_E_CORRUPT = -3,          /**< outside bytes contradict themselves or a checksum */
  LEYDEN_E_UNSUPPORTED = -4,      /**< well formed, but not something this build can do */
  LEYDEN_E_OUT_OF_MEMORY = -5,    /**< host or device memory */
  LEYDEN_E_CANCELLED = -6,        /**< a leyden_cancel was requested, or a callback said stop */
  LEYDEN_E_IO = -7,               /**< the system refused a read, write, open or sync */
  LEYDEN_E_CONTEXT_OVERFLOW = -8, /**< the tokens do not fit the model's context; nothing was done */
  LEYDEN_E_BUSY = -9,             /**< the object is in use by another call or process */
  LEYDEN_E_DEVICE_LOST = -10,     /**< a device failed; later calls answer this at once */
  LEYDEN_E_INTERNAL = -11         /**< a bug of ours */
};

/** Why a call failed. Immutable; [thread-safe]. */
typedef struct leyden_error leyden_error;

/** Its status; LEYDEN_OK for NULL. [thread-safe] */
LEYDEN_API leyden_status leyden_error_code(const leyden_error* error);
/** One sentence for people, terminated by NUL; "" for NULL. Valid until the error is destroyed.
 *  @param[out] size  bytes without the terminator; may be NULL.  [thread-safe] */
LEYDEN_API const char* leyden_error_message(const leyden_error* error, size_t* size);
LEYDEN_API void leyden_error_destroy(leyden_error* error);
/** Stable spelling of a status, e.g. "invalid_argument"; "unknown" for other numbers. Static.
 *  [thread-safe] */
LEYDEN_API const char* leyden_status_name(leyden_status status);

/* ---- Versions --------------------------------------------------------------------------------- */

/** "0.1.0", the version of the library that runs. Static. [thread-safe] */
LEYDEN_API const char* leyden_version(void);
/** LEYDEN_ABI of the library that runs. [thread-safe] */
LEYDEN_API uint32_t leyden_abi(void);
/** Whether the library that runs has the unstable functions as this header declares them.
 *  @param revision  LEYDEN_UNSTABLE_REVISION
 *  Errors: LEYDEN_E_UNSUPPORTED, naming both revisions. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_check_unstable(uint32_t revision,
                                                                leyden_error** error);
/** 1 when the library has a feature, else 0: "attention/dense", "chat/evidence", "chat/schema",
 *  "chat/tools", "logits", "generate", "cpu", "store". Ask for features, do not deduce them from a version.
 *  @param name  terminated by NUL; NULL is no feature.  [thread-safe] */
LEYDEN_API int32_t leyden_has(const char* name);

/* ---- Strings, ids, cancellation, progress ------------------------------------------------------ */

/** Bytes made by the library. UTF-8 unless said otherwise. Immutable; [thread-safe]. */
typedef struct leyden_string leyden_string;
/** The bytes, followed by a NUL; "" for NULL. Valid until the string is destroyed. [thread-safe] */
LEYDEN_API const char* leyden_string_data(const leyden_string* string);
/** Bytes without the NUL. [thread-safe] */
LEYDEN_API size_t leyden_string_size(const leyden_string* string);
LEYDEN_API void leyden_string_destroy(leyden_string* string);

/** Token ids made by the library. Immutable; [thread-safe]. */
typedef struct leyden_ids leyden_ids;
/** The ids; NULL when there are none. Valid until destroyed. [thread-safe] */
LEYDEN_API const int32_t* leyden_ids_data(const leyden_ids* ids);
LEYDEN_API size_t leyden_ids_size(const leyden_ids* ids);
LEYDEN_API void leyden_ids_destroy(leyden_ids* ids);

/** A flag that asks running calls to stop. It may serve several calls, and must outlive each. */
typedef struct leyden_cancel leyden_cancel;
/** A new one, not requested. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_cancel_create(leyden_cancel** out,
                                                               leyden_error** error);
/** Asks every call that was given this object to stop; they end within one chunk of work. Has an
 *  effect on calls that begin later too, until reset. NULL does nothing.
 *  [any thread, any time, also from a signal handler] */
LEYDEN_API void leyden_cancel_request(leyden_cancel* cancel);
/** Takes the request back. [thread-safe] */
LEYDEN_API void leyden_cancel_reset(leyden_cancel* cancel);
/** 1 while a request stands. [thread-safe] */
LEYDEN_API int32_t leyden_cancel_requested(const leyden_cancel* cancel);
LEYDEN_API void leyden_cancel_destroy(leyden_cancel* cancel);

/** How far long work has come. `done` only grows within a phase. Made by the library; a newer one
 *  may have more fields. Its texts are valid until the function it is given to returns. */
typedef struct leyden_progress {
  uint32_t struct_size;
  uint32_t reserved;
  const char* phase; /**< e.g. "load", "prefill"; NUL-terminated */
  const char* unit;  /**< "bytes", "tokens", ... */
  uint64_t done;
  uint64_t total;
  double eta_s; /**< seconds left; negative while unknown */
  const char* file;     /**< which of several files is being read, without its folder, e.g. a shard
                             of a checkpoint; NUL-terminated; NULL: there is none to tell of */
  uint64_t file_number; /**< its number, from 1; 0 without a file */
  uint64_t file_count;
} leyden_progress;
typedef void (*leyden_progress_fn)(const leyden_progress* progress, void* user_data);

/* ---- The jar ------------------------------------------------------------------------------------ */

/** Where the jar is when nobody says otherwise: $XDG_DATA_HOME/leyden, else ~/.local/share/leyden.
 *  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_default_store_path(leyden_string** out,
                                                                    leyden_error** error);

typedef struct leyden_store_options {
  uint32_t struct_size;
  uint8_t read_only; /**< 1: nothing in the folder is changed */
  uint8_t reserved[3];
  const char* passphrase; /**< encrypts a new store, opens an encrypted one; NULL: not encrypted */
  size_t passphrase_size;
  uint64_t quota_bytes; /**< most bytes of KV kept; 0: no limit */
} leyden_store_options;
#define LEYDEN_STORE_OPTIONS_INIT \
  { sizeof(leyden_store_options), 0, {0, 0, 0}, 0, 0, 0 }
LEYDEN_API void leyden_store_options_init(leyden_store_options* options, size_t size);

/** A folder that keeps conversations, documents and what models have read. [thread-safe] */
typedef struct leyden_store leyden_store;
/** Opens a store, and makes it where there is none. Several programs may have one open at a time.
 *  @param folder  may be empty: leyden_default_store_path
 *  Errors: LEYDEN_E_CORRUPT and LEYDEN_E_NOT_FOUND, saying what to repair; LEYDEN_E_UNSUPPORTED (of a
 *  newer Leyden), LEYDEN_E_INVALID_ARGUMENT (wrong passphrase), LEYDEN_E_IO. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_open(leyden_store** out, const char* folder,
                                                            size_t folder_size,
                                                            const leyden_store_options* options,
                                                            leyden_error** error);
/** Lets go of the store. Models and chats that use it keep it open until they are destroyed. The last
 *  one to let go waits until everything that was read is written. */
LEYDEN_API void leyden_store_destroy(leyden_store* store);

/* ---- Models ------------------------------------------------------------------------------------ */

/** The folder of the default model: the environment variable LEYDEN_MODEL, else the model that was
 *  installed or built with this library (found from where the library lies).
 *  Errors: LEYDEN_E_NOT_FOUND, naming the places that were tried. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_default_model_path(leyden_string** out,
                                                                    leyden_error** error);

/** What a model folder holds, from config.json and tensor headers alone; reads no weights.
 *  JSON: {"architecture", "layers", "parameters", "bytes", "fingerprint", "kv_bytes_per_token",
 *  "index_topk", "max_context", "vocab_size", "dim", "experts", "mtp", "weights", "tokenizer",
 *  "unused_tensors"}. bytes: of all tensors. kv_bytes_per_token: in deployed precision.
 *  fingerprint: "not computed" here; it needs the weights (leyden_model_stats_json has it).
 *  Errors: LEYDEN_E_NOT_FOUND, LEYDEN_E_CORRUPT, LEYDEN_E_UNSUPPORTED, LEYDEN_E_IO. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_model_info_json(leyden_string** out,
                                                                 const char* folder,
                                                                 size_t folder_size,
                                                                 leyden_error** error);

typedef int32_t leyden_precision;
enum {
  LEYDEN_PRECISION_DEFAULT = 0,  /**< deployed */
  LEYDEN_PRECISION_DEPLOYED = 1, /**< FP8 activations and KV records, as the production service */
  LEYDEN_PRECISION_REFERENCE = 2 /**< fp32 throughout; for comparing with other implementations */
};
typedef int32_t leyden_attention;
enum {
  LEYDEN_ATTENTION_DEFAULT = 0, /**< dsa */
  LEYDEN_ATTENTION_DSA = 1,     /**< lightning indexer and top-k selection */
  LEYDEN_ATTENTION_DENSE = 2    /**< every key, for comparison */
};
typedef int32_t leyden_attention_form;
enum {
  LEYDEN_FORM_AUTO = 0, /**< MHA for the first positions, MQA from the model's switch-over on */
  LEYDEN_FORM_MQA = 1,
  LEYDEN_FORM_MHA = 2 /**< prefill only; decode is always MQA */
};

typedef struct leyden_model_options {
  uint32_t struct_size;
  leyden_precision precision;
  leyden_attention attention;
  leyden_attention_form form;
  int32_t threads; /**< 0: one per core */
  uint32_t reserved;
  int64_t chunk_tokens;    /**< most tokens of one forward pass; 0: 512 */
  uint64_t kv_bytes;       /**< cap on memory for KV pages; 0: three quarters of what is free */
  uint64_t store_bytes;    /**< a second tier for pages that do not fit kv_bytes; 0: none */
  const char* chat_format; /**< "v3.2-exp" or "v3.2"; NULL: as the folder says */
  size_t chat_format_size;
  leyden_progress_fn on_progress; /**< of loading; may be NULL */
  void* user_data;
  leyden_cancel* cancel; /**< of loading; may be NULL */
  leyden_store* store;   /**< keeps what the model reads; NULL: memory only. Not with store_bytes */
  const char* device;    /**< "cpu", or "cuda" or "cuda:N" for one GPU; NULL: cpu */
  size_t device_size;
} leyden_model_options;
#define LEYDEN_MODEL_OPTIONS_INIT \
  { sizeof(leyden_model_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/** Sets the first `size` bytes to the defaults. @param size  sizeof(leyden_model_options). NULL does
 *  nothing. The same for the other leyden_*_init functions. [thread-safe] */
LEYDEN_API void leyden_model_options_init(leyden_model_options* options, size_t size);

/** An opened model: weights, engine, tokenizer and chat format. */
typedef struct leyden_model leyden_model;
/** Reads, checks and prepares the weights of a folder. Without tokenizer.json the model still works
 *  on token ids.
 *  Errors: as leyden_model_info_json; LEYDEN_E_INVALID_ARGUMENT (options), LEYDEN_E_OUT_OF_MEMORY
 *  (host or device), LEYDEN_E_CANCELLED; with a GPU as device LEYDEN_E_NOT_FOUND (no CUDA module),
 *  LEYDEN_E_UNSUPPORTED (no driver, no device of capability 9.0, reference precision),
 *  LEYDEN_E_DEVICE_LOST. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_model_open(leyden_model** out, const char* folder,
                                                            size_t folder_size,
                                                            const leyden_model_options* options,
                                                            leyden_error** error);
/** Lets go of the model. Chats and tokenizers made from it keep it alive until they are destroyed. */
LEYDEN_API void leyden_model_destroy(leyden_model* model);
/** Columns of the logits; 0 for NULL. [thread-safe] */
LEYDEN_API int64_t leyden_model_vocab_size(const leyden_model* model);
/** JSON: {"fingerprint", "device", "threads", "weight_bytes", "kv_bytes_per_token", "page_tokens", "pages",
 *  "bytes", "memory_hits", "store_hits", "evictions", "precision", "attention", "chat_format",
 *  "vocab_size", "max_context", "warnings"}: pages and bytes of KV in memory now, hits and evictions
 *  since the model was opened. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_model_stats_json(leyden_string** out,
                                                                  const leyden_model* model,
                                                                  leyden_error** error);

/* ---- Devices ----------------------------------------------------------------------------------- */

/** What a model can compute on here. JSON: {"devices": [{"id", "name", "capability", "units", "memory_bytes",
 *  "free_bytes", "temperature_c", "power_w", "usable", "reason"}], "no_cuda"}: the CPU first. id: as
 *  leyden_model_options.device takes it; units: cores or multiprocessors; capability: null for the CPU;
 *  temperature_c, power_w: of a GPU now, or null; reason: why not usable, else null; no_cuda: why there is no
 *  CUDA device, null where there is one. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_devices_json(leyden_string** out, leyden_error** error);

/* ---- Memory plan ------------------------------------------------------------------------------- */

typedef struct leyden_plan_options {
  uint32_t struct_size;
  leyden_precision precision;
  leyden_attention attention;
  uint32_t reserved;
  int64_t context;           /**< tokens of each session; 0: the model's longest */
  int64_t sessions;          /**< in device memory at once; 0: 1 */
  int64_t chunk_tokens;      /**< most tokens of one forward pass; 0: 512 */
  const uint64_t* gpu_bytes; /**< memory of each GPU; NULL: plan for the CPU */
  size_t n_gpus;
  uint64_t host_bytes; /**< CPU: memory to plan with; 0: what is available now */
} leyden_plan_options;
#define LEYDEN_PLAN_OPTIONS_INIT \
  { sizeof(leyden_plan_options), 0, 0, 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_plan_options_init(leyden_plan_options* options, size_t size);

/** Whether a model fits and what would, from the folder's config.json alone.
 *  JSON: {"fits", "device": "cpu" | "gpu", "context", "sessions", "gpus": [part], "host": part,
 *  "max_context", "max_sessions", "kv_bytes_per_token", "advice": ["..."]}, a part being
 *  {"memory_bytes", "weights_bytes", "kv_bytes", "workspace_bytes", "free_bytes"}. gpus has one part
 *  for each GPU; host is null then. Negative free_bytes are missing. max_context: with the sessions
 *  asked for; max_sessions: with the context asked for.
 *  Errors: as leyden_model_info_json; LEYDEN_E_INVALID_ARGUMENT, naming the field. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_plan_json(leyden_string** out, const char* folder,
                                                           size_t folder_size,
                                                           const leyden_plan_options* options,
                                                           leyden_error** error);

/* ---- Tokenizers -------------------------------------------------------------------------------- */

typedef int32_t leyden_added_tokens;
enum {
  LEYDEN_ADDED_MATCH = 0, /**< "<think>" and other added tokens in a text become their token */
  LEYDEN_ADDED_IGNORE = 1 /**< they stay ordinary text: for what users wrote */
};

/** A vocabulary with its rules. Immutable; [thread-safe]. */
typedef struct leyden_tokenizer leyden_tokenizer;
/** Reads a folder's tokenizer.json, and no weights.
 *  Errors: LEYDEN_E_NOT_FOUND, LEYDEN_E_CORRUPT, LEYDEN_E_UNSUPPORTED, LEYDEN_E_IO. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_tokenizer_open(leyden_tokenizer** out,
                                                                const char* folder,
                                                                size_t folder_size,
                                                                leyden_error** error);
/** The tokenizer of an opened model. Errors: LEYDEN_E_NOT_FOUND when it has none. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_model_tokenizer(leyden_tokenizer** out,
                                                                 const leyden_model* model,
                                                                 leyden_error** error);
LEYDEN_API void leyden_tokenizer_destroy(leyden_tokenizer* tokenizer);
/** Text to ids; no BOS is added. The one text that need not be UTF-8: a bad byte sequence counts as
 *  U+FFFD. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_tokenizer_encode(leyden_ids** out, const leyden_tokenizer* tokenizer, const char* text,
                        size_t text_size, leyden_added_tokens added, leyden_error** error);
/** Ids to their bytes, which may begin or end inside a character.
 *  Errors: LEYDEN_E_INVALID_ARGUMENT, naming the first id without a token. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_tokenizer_decode(leyden_string** out, const leyden_tokenizer* tokenizer, const int32_t* ids,
                        size_t n_ids, leyden_error** error);
/** Highest id + 1; 0 for NULL. The model may have more rows than this. [thread-safe] */
LEYDEN_API int32_t leyden_tokenizer_vocab_size(const leyden_tokenizer* tokenizer);

/* ---- Token ids in, logits or tokens out --------------------------------------------------------- */

/** What any long call may be given. */
typedef struct leyden_run_options {
  uint32_t struct_size;
  uint32_t reserved;
  leyden_progress_fn on_progress; /**< may be NULL */
  void* user_data;
  leyden_cancel* cancel; /**< may be NULL */
} leyden_run_options;
#define LEYDEN_RUN_OPTIONS_INIT \
  { sizeof(leyden_run_options), 0, 0, 0, 0 }
LEYDEN_API void leyden_run_options_init(leyden_run_options* options, size_t size);

/** Takes rows [first, first + n) of the logits, [n, vocab] float32, row-major, in order. Anything but
 *  LEYDEN_OK stops the call, which then returns that status (LEYDEN_E_CANCELLED for unknown ones). */
typedef leyden_status (*leyden_logits_fn)(int64_t first, int64_t n, int64_t vocab,
                                          const float* logits, void* user_data);
/** Logits of every position, teacher-forced; natural units, before any sampling option.
 *  @param sink  required; its user_data is `sink_data`
 *  Errors: LEYDEN_E_INVALID_ARGUMENT (no ids, an id out of range: named with its position),
 *  LEYDEN_E_CONTEXT_OVERFLOW, LEYDEN_E_CANCELLED, LEYDEN_E_OUT_OF_MEMORY. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_model_logits(leyden_model* model, const int32_t* ids, size_t n_ids, leyden_logits_fn sink,
                    void* sink_data, const leyden_run_options* options, leyden_error** error);

/** How much of a full attention's mass the lightning indexer's selection holds, by layer.
 *  JSON: {"rows", "layers": [{"captured", "best"}]}: mean shares in [0, 1] over every `stride`-th token
 *  beyond index_topk; best: of the equally many keys with the most mass.
 *  Errors: as leyden_model_logits; LEYDEN_E_INVALID_ARGUMENT where nothing is selected (dense
 *  attention, at most index_topk ids, stride below 1). [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_model_index_recall_json(leyden_string** out, leyden_model* model, const int32_t* ids,
                               size_t n_ids, int64_t stride, const leyden_run_options* options,
                               leyden_error** error);

/** Frozen. */
typedef struct leyden_logit_bias {
  int32_t id;
  float bias; /**< added to the logit */
} leyden_logit_bias;

/** How the next token is chosen. All zero: always the likeliest. */
typedef struct leyden_sampling {
  uint32_t struct_size;
  float temperature;        /**< 0: the largest logit */
  float top_p;              /**< in (0, 1]; 0: 1, off */
  int32_t top_k;            /**< 0: off */
  float min_p;              /**< in [0, 1): drops tokens below min_p * the largest probability */
  float repetition_penalty; /**< on all tokens of prompt and answer; 0: 1, off */
  float presence_penalty;   /**< on tokens of the answer */
  float frequency_penalty;  /**< on tokens of the answer, each time */
  uint64_t seed;
  const leyden_logit_bias* logit_bias; /**< may be NULL */
  size_t n_logit_bias;
} leyden_sampling;
#define LEYDEN_SAMPLING_INIT \
  { sizeof(leyden_sampling), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_sampling_init(leyden_sampling* sampling, size_t size);

/** One token of an answer. Return 0 to go on, anything else to end the answer after it. */
typedef int32_t (*leyden_token_fn)(int32_t id, int64_t position, void* user_data);

typedef struct leyden_generate_options {
  uint32_t struct_size;
  uint32_t reserved;
  const leyden_sampling* sampling; /**< NULL: the likeliest token */
  int64_t max_tokens;              /**< 0: as many as fit the context */
  const int32_t* stop_ids;         /**< any of these ends the answer; NULL: none does */
  size_t n_stop_ids;
  leyden_token_fn on_token;       /**< may be NULL */
  leyden_progress_fn on_progress; /**< of reading the prompt; may be NULL */
  void* user_data;
  leyden_cancel* cancel; /**< may be NULL; what was generated so far is the result */
} leyden_generate_options;
#define LEYDEN_GENERATE_OPTIONS_INIT \
  { sizeof(leyden_generate_options), 0, 0, 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_generate_options_init(leyden_generate_options* options, size_t size);

/** The outcome of leyden_model_generate. Immutable; [thread-safe]. */
typedef struct leyden_generation leyden_generation;
/** Continues raw token ids; no template, no special ids. What the model has read before is reused.
 *  A cancelled call is a success with finish_reason "cancelled".
 *  Errors: LEYDEN_E_INVALID_ARGUMENT (as leyden_model_logits), LEYDEN_E_CONTEXT_OVERFLOW,
 *  LEYDEN_E_OUT_OF_MEMORY. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_model_generate(leyden_generation** out, leyden_model* model, const int32_t* ids, size_t n_ids,
                      const leyden_generate_options* options, leyden_error** error);
/** The generated ids without the stop id. Valid until destroyed.
 *  @param[out] size  number of ids; may be NULL.  [thread-safe] */
LEYDEN_API const int32_t* leyden_generation_ids(const leyden_generation* generation, size_t* size);
/** JSON: {"ids", "finish_reason": "stop" | "length" | "cancelled" | "stopped_by_caller",
 *  "stop_id", "usage": {"prompt_tokens", "completion_tokens", "reused_tokens"}, "damaged_pages",
 *  "timing": {"prefill_s", "decode_s", "ttft_s"}}. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_generation_json(leyden_string** out,
                                                                 const leyden_generation* generation,
                                                                 leyden_error** error);
LEYDEN_API void leyden_generation_destroy(leyden_generation* generation);

/* ---- Looking after the jar ---------------------------------------------------------------------- */

/* Everything kept in a store has an id: positive, never used twice, 0 is "none". In what follows, an id
 * or name that is not there is LEYDEN_E_NOT_FOUND; a change of a read-only store or one that the disk
 * does not take is LEYDEN_E_IO; damage that is met is LEYDEN_E_CORRUPT. A change is on disk when its
 * call returns. Times are in milliseconds since 1970, UTC. */

/** What was unusual about opening the store, a sentence each, for its user: ["..."]. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_notes_json(leyden_string** out,
                                                                  const leyden_store* store,
                                                                  leyden_error** error);
/** JSON: {"folder", "sessions", "messages", "documents", "models", "pages", "quarantined_pages",
 *  "kv_raw_bytes", "kv_stored_bytes", "catalogue_file_bytes", "kv_file_bytes", "encrypted",
 *  "read_only"}. kv_raw_bytes, kv_stored_bytes: pages before and after compression. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_stats_json(leyden_string** out,
                                                                  const leyden_store* store,
                                                                  leyden_error** error);
/** Reads everything and verifies it. Damage is a result, not an error: {"sound": bool, "n_problems",
 *  "problems": [the first 100, a sentence each], "messages", "texts", "pages", "page_bytes"}.
 *  Errors: LEYDEN_E_CANCELLED. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_store_check_json(leyden_string** out, const leyden_store* store,
                        const leyden_run_options* options, leyden_error** error);
/** Rebuilds a store that does not open or is not sound: keeps every row and page that can be read, and
 *  the damaged files under other names. JSON: {"actions": [a sentence each], "texts_kept",
 *  "texts_lost", "pages_kept", "pages_lost"}.
 *  @param folder   may be empty: leyden_default_store_path
 *  @param options  the passphrase of an encrypted store; may be NULL
 *  Errors: LEYDEN_E_BUSY while anybody has it open, LEYDEN_E_NOT_FOUND where there is no store,
 *  LEYDEN_E_INVALID_ARGUMENT (passphrase), LEYDEN_E_UNSUPPORTED (of a newer Leyden). [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_store_repair_json(leyden_string** out, const char* folder, size_t folder_size,
                         const leyden_store_options* options, leyden_error** error);
/** Gives unused space back to the file system. Errors: LEYDEN_E_BUSY. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_vacuum(leyden_store* store,
                                                              leyden_error** error);
/** Writes a consistent copy while the store is in use.
 *  @param folder  made when missing
 *  Errors: LEYDEN_E_INVALID_ARGUMENT when it holds a store already. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_backup(leyden_store* store, const char* folder,
                                                              size_t folder_size,
                                                              leyden_error** error);
/** Removes pages that nothing needs, and the least valuable ones over the quota; never text, never what
 *  is pinned or in use. JSON: {"unreachable_pages", "unreachable_bytes", "evicted_pages",
 *  "evicted_bytes", "kept_pages", "kept_bytes", "over_quota", "skipped"}. over_quota: what is left is
 *  pinned, in use or young. skipped: another process is doing it.
 *  @param quota_bytes  of stored KV; 0: the quota the store was opened with  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_collect_json(leyden_string** out,
                                                                    leyden_store* store,
                                                                    uint64_t quota_bytes,
                                                                    leyden_error** error);
/** Puts an encrypted store under another passphrase. Passphrases are bytes; neither is kept.
 *  Errors: LEYDEN_E_INVALID_ARGUMENT when the old one is wrong, the new one empty, or the store not
 *  encrypted. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_change_passphrase(
    leyden_store* store, const char* old_passphrase, size_t old_size, const char* new_passphrase,
    size_t new_size, leyden_error** error);

/** A text that leyden_store_set_setting put there; the keys are the caller's.
 *  Errors: LEYDEN_E_NOT_FOUND when it was never set. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_setting(leyden_string** out,
                                                               const leyden_store* store,
                                                               const char* key, size_t key_size,
                                                               leyden_error** error);
/** @param key  not empty  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_set_setting(leyden_store* store,
                                                                   const char* key, size_t key_size,
                                                                   const char* value,
                                                                   size_t value_size,
                                                                   leyden_error** error);

/** Finds words in titles, messages and documents, newest first, titles before other texts. Every word
 *  must occur; "several words" in quotes stand together; the last word may be the beginning of one.
 *  JSON: [{"kind": "title" | "message" | "document", "session", "message", "document", "part", "title",
 *  "label", "snippet", "marks": [[begin, end], ...]}]. title: of the session or document. part, label:
 *  which part of a document. marks: what was found, as bytes of "snippet".
 *  @param limit  most hits; 0: 50  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_search_json(leyden_string** out,
                                                                   const leyden_store* store,
                                                                   const char* query,
                                                                   size_t query_size, size_t limit,
                                                                   leyden_error** error);

/* ---- Sessions in the jar ------------------------------------------------------------------------ */

/** Sessions, the last used first: [{"id", "uuid", "title", "model", "fingerprint", "created_ms",
 *  "used_ms", "pinned", "messages", "tokens", "kv_bytes", "kept_bytes", "documents": [ids],
 *  "forked_from"}].
 *  model, fingerprint: of the model it was last asked with, null before the first question.
 *  messages: of the whole tree, which forks share. tokens: of what was read; kv_bytes: their KV before
 *  compression; kept_bytes: as much of it as eviction has left. forked_from: an id, or 0.
 *  @param limit  0: all of them  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_store_sessions_json(leyden_string** out,
                                                                     const leyden_store* store,
                                                                     size_t limit, size_t offset,
                                                                     leyden_error** error);
/** @param name  an id in digits, a uuid or its first 8 digits at least, or a whole title
 *  Errors: LEYDEN_E_NOT_FOUND; LEYDEN_E_INVALID_ARGUMENT when several match. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_find(int64_t* out, const leyden_store* store,
                                                              const char* name, size_t name_size,
                                                              leyden_error** error);
/** One object as in leyden_store_sessions_json, with "documents": [{"id", "title"}], "head" (the last
 *  shown message, or 0), "settings" (as set), "quota_bytes" and "stored_bytes": what its full pages take
 *  on disk, those it shares with others included. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_info_json(leyden_string** out,
                                                                   const leyden_store* store,
                                                                   int64_t session,
                                                                   leyden_error** error);
/** The shown branch, first message first: [{"id", "parent", "role", "text", "thinking", "state":
 *  "complete" | "streaming" | "interrupted", "created_ms", "tokens", "siblings": [ids], "branch_ends": [ids],
 *  "extra"}]. tokens: of the conversation up to here, 0 when not known. siblings: the messages that could
 *  stand here, this one included, oldest first. branch_ends: where each of several siblings leads, the
 *  last message of its newest branch, for leyden_session_set_head; else empty. extra: {"evidence",
 *  "quotes", "tool_calls", "usage", "timing", ...} as far as they exist; of a tool's result "call", as in
 *  the run of leyden_answer_json; of a run's answer "run": {"stopped", "passages", "quotes"} of it.
 *  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_messages_json(leyden_string** out,
                                                                       const leyden_store* store,
                                                                       int64_t session,
                                                                       leyden_error** error);
/** A new, empty session. @param title  may be empty  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_create(int64_t* out, leyden_store* store,
                                                                const char* title, size_t title_size,
                                                                leyden_error** error);
/** [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_rename(leyden_store* store, int64_t session,
                                                                const char* title, size_t title_size,
                                                                leyden_error** error);
/** A pinned session keeps its KV whatever the quota says. @param pinned  1 or 0  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_set_pinned(leyden_store* store,
                                                                    int64_t session, int32_t pinned,
                                                                    leyden_error** error);
/** @param json  any JSON object; the caller's
 *  Errors: LEYDEN_E_INVALID_ARGUMENT when it is none. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_set_settings_json(leyden_store* store,
                                                                           int64_t session,
                                                                           const char* json,
                                                                           size_t json_size,
                                                                           leyden_error** error);
/** @param bytes  most stored KV of this session; 0: only the store's quota counts  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_set_quota(leyden_store* store,
                                                                   int64_t session, uint64_t bytes,
                                                                   leyden_error** error);
/** Chooses the branch that ends in a message. While a chat has the session open, leyden_chat_go_to does
 *  this. Errors: LEYDEN_E_BUSY while it is open, LEYDEN_E_NOT_FOUND. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_set_head(leyden_store* store,
                                                                  int64_t session, int64_t message,
                                                                  leyden_error** error);
/** A second session that goes on from the same place; nothing is copied or read again.
 *  @param title       may be empty: the same title
 *  @param at_message  its last message; 0: the one shown last  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_fork(int64_t* out, leyden_store* store,
                                                              int64_t session, const char* title,
                                                              size_t title_size, int64_t at_message,
                                                              leyden_error** error);
/** Removes a session and what only it needs.
 *  @param shred  1: also overwrite its text and KV in both files (not what a file system or an SSD may
 *                keep of them elsewhere)
 *  Errors: LEYDEN_E_BUSY while it is open for writing. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_remove(leyden_store* store, int64_t session,
                                                                int32_t shred, leyden_error** error);
/** Writes a session with its documents and KV to one file, which appears only when complete. It is not
 *  encrypted. JSON: {"session", "messages", "documents", "pages", "bytes", "note"}; note: why KV was
 *  left out, or "". Errors: LEYDEN_E_CANCELLED, LEYDEN_E_IO. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_export_json(
    leyden_string** out, leyden_store* store, int64_t session, const char* path, size_t path_size,
    const leyden_run_options* options, leyden_error** error);
/** Adds the session of such a file as a new one. JSON as above; session: its id here. The file is
 *  verified before anything is changed.
 *  Errors: LEYDEN_E_NOT_FOUND (no such file), LEYDEN_E_CORRUPT, LEYDEN_E_UNSUPPORTED (of a newer
 *  Leyden), LEYDEN_E_CANCELLED. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_session_import_json(leyden_string** out, leyden_store* store, const char* path,
                           size_t path_size, const leyden_run_options* options, leyden_error** error);

typedef int32_t leyden_transcript_format;
enum {
  LEYDEN_TRANSCRIPT_MARKDOWN = 1, /**< the shown branch, to read */
  LEYDEN_TRANSCRIPT_JSON = 2      /**< the whole tree */
};
/** The conversation as a text. Errors: LEYDEN_E_UNSUPPORTED (format). [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_session_transcript(leyden_string** out,
                                                                    const leyden_store* store,
                                                                    int64_t session,
                                                                    leyden_transcript_format format,
                                                                    leyden_error** error);

/* ---- Documents in the jar ----------------------------------------------------------------------- */

/** Adds a document, or finds the one with the same parts, whose page map is renewed then.
 *  @param json  {"title", "source", "parts": [{"label", "text"}], "page_map"}: source (a file's name),
 *               labels ("p. 12") and page_map (any JSON) may be left out
 *  Errors: LEYDEN_E_INVALID_ARGUMENT, naming the field; also when there is no text. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_add_json(int64_t* out, leyden_store* store,
                                                                   const char* json,
                                                                   size_t json_size,
                                                                   leyden_error** error);
/** Documents, the last added first: [{"id", "hash", "title", "source", "parts", "tokens", "added_ms",
 *  "pinned"}]. parts: how many. tokens: as last read, 0 when it never was. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_documents_json(leyden_string** out,
                                                                const leyden_store* store,
                                                                leyden_error** error);
/** @param name  an id in digits, the first 8 digits of its hash at least, a whole title or source
 *  Errors: LEYDEN_E_NOT_FOUND; LEYDEN_E_INVALID_ARGUMENT when several match. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_find(int64_t* out, const leyden_store* store,
                                                               const char* name, size_t name_size,
                                                               leyden_error** error);
/** One object as in leyden_documents_json, with "labels": [one a part] and "bytes" (of text).
 *  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_info_json(leyden_string** out,
                                                                    const leyden_store* store,
                                                                    int64_t document,
                                                                    leyden_error** error);
/** @param part  from 0. Errors: LEYDEN_E_NOT_FOUND. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_part_text(leyden_string** out,
                                                                    const leyden_store* store,
                                                                    int64_t document, uint32_t part,
                                                                    leyden_error** error);
/** The page map as it was added; null when it had none. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_page_map_json(leyden_string** out,
                                                                        const leyden_store* store,
                                                                        int64_t document,
                                                                        leyden_error** error);
/** A pinned document keeps its KV whatever the quota says. @param pinned  1 or 0  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_set_pinned(leyden_store* store,
                                                                     int64_t document, int32_t pinned,
                                                                     leyden_error** error);
/** Errors: LEYDEN_E_INVALID_ARGUMENT while a session uses it; the message names one. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_document_remove(leyden_store* store, int64_t document,
                                                                 leyden_error** error);

/* ---- Chats over documents ----------------------------------------------------------------------- */

/** Documents, history and what the model has read of them. [one at a time]; several chats of one
 *  model run side by side. */
typedef struct leyden_chat leyden_chat;
/** Errors: LEYDEN_E_NOT_FOUND when the model has no tokenizer. [thread-safe] on the model. */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_create(leyden_chat** out, leyden_model* model,
                                                             leyden_error** error);
LEYDEN_API void leyden_chat_destroy(leyden_chat* chat);

/** Adds a document behind those already there; only before the first question.
 *  @param[out] out_index  its number, from 0; may be NULL
 *  @param title           may be empty
 *  Errors: LEYDEN_E_INVALID_ARGUMENT (not UTF-8, empty, too late), LEYDEN_E_CONTEXT_OVERFLOW.
 *  The chat is unchanged then. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_chat_add_document(size_t* out_index, leyden_chat* chat, const char* title, size_t title_size,
                         const char* text, size_t text_size, leyden_error** error);
/** Sets the system text; only before the first question. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_set_system(leyden_chat* chat, const char* text,
                                                                 size_t text_size,
                                                                 leyden_error** error);
/** Sets the tools the model may call; only before the first question.
 *  @param json  [{"type": "function", "function": {"name", "description", "parameters"}}]
 *  Errors: LEYDEN_E_INVALID_ARGUMENT, naming tool and field. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_set_tools_json(leyden_chat* chat,
                                                                     const char* json,
                                                                     size_t json_size,
                                                                     leyden_error** error);
/** Reads the documents now, ahead of the first question. A cancelled call keeps what was read.
 *  Errors: LEYDEN_E_CANCELLED, LEYDEN_E_CONTEXT_OVERFLOW, LEYDEN_E_OUT_OF_MEMORY. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_prefill(leyden_chat* chat,
                                                              const leyden_run_options* options,
                                                              leyden_error** error);

typedef int32_t leyden_event_kind;
enum {
  LEYDEN_EVENT_PREFILL = 1,       /**< progress */
  LEYDEN_EVENT_THINKING = 2,      /**< text: the next stretch of reasoning, whole characters */
  LEYDEN_EVENT_TEXT = 3,          /**< text: the next stretch of the answer, whole characters */
  LEYDEN_EVENT_TOOL_CALL = 4,     /**< name, text: its arguments as JSON */
  LEYDEN_EVENT_MALFORMED_CALL = 5, /**< text: what was written; name: why it is no call */
  LEYDEN_EVENT_TOOL_RESULT = 6, /**< leyden_chat_run: name: the tool's; text: as the model reads it */
  LEYDEN_EVENT_STEP = 7,        /**< leyden_chat_run: progress->done: the step that begins, from 1;
                                     leyden_toolbox_ask: the part, of progress->total, the last of
                                     which is the answer */
  LEYDEN_EVENT_EVIDENCE = 8,    /**< text: JSON as the "evidence" of a sentence in
                                     leyden_answer_json, of all that was written so far */
  LEYDEN_EVENT_READING = 9      /**< leyden_toolbox_ask: name: how the documents are read, "whole",
                                     "pages" or "map"; text: why, a sentence for the user */
};
/** What happens while an answer is written. Fields that a kind does not name are NULL or 0. */
typedef struct leyden_event {
  uint32_t struct_size;
  leyden_event_kind kind;
  const char* text; /**< not terminated */
  size_t text_size;
  const char* name; /**< not terminated */
  size_t name_size;
  const leyden_progress* progress;
} leyden_event;
typedef void (*leyden_event_fn)(const leyden_event* event, void* user_data);

/** A text of the caller's. Frozen. */
typedef struct leyden_text {
  const char* data;
  size_t size;
} leyden_text;

typedef struct leyden_ask_options {
  uint32_t struct_size;
  uint8_t thinking;         /**< 1: reason first */
  uint8_t evidence;         /**< 1: note where attention looked; costs at most a few percent. 2: also
                                 tell it while the answer is written, at most four times a second */
  uint8_t constrain_references; /**< 1: where the model numbers passages, an answer begins with the
                                     number of one, or refuses; over a toolbox's library also while
                                     none was shown. Where some hold the words that the question puts
                                     between quotation marks, it is one of those */
  uint8_t clamp_quotes;     /**< 1: there, a quote follows the passage it names word for word; a
                                 notice says how many tokens would have differed */
  const leyden_sampling* sampling; /**< NULL: the likeliest token */
  int64_t max_tokens;              /**< 0: as many as fit the context */
  const leyden_text* stop;         /**< the text ends before any of these; may be NULL */
  size_t n_stop;
  leyden_event_fn on_event; /**< may be NULL */
  void* user_data;
  leyden_cancel* cancel; /**< may be NULL; the partial answer is kept */
  const char* schema; /**< a JSON Schema the answer, behind its reasoning, satisfies unless max_tokens
                           cuts it; NULL: free. Not for chats with tools: there, calls are written under
                           the tools' schemas. Understood: type, enum, const, anyOf, $ref within the
                           schema, properties, required, additionalProperties, items, minItems,
                           maxItems, minLength, maxLength, bounds of integers. Any other keyword that
                           constrains is LEYDEN_E_UNSUPPORTED, named with its place. */
  size_t schema_size;
} leyden_ask_options;
#define LEYDEN_ASK_OPTIONS_INIT \
  { sizeof(leyden_ask_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_ask_options_init(leyden_ask_options* options, size_t size);

/** A finished answer, independent of its chat. Immutable; [thread-safe]. */
typedef struct leyden_answer leyden_answer;
/** Appends a user message and writes the answer. A cancelled call is a success with finish_reason
 *  "cancelled" and the answer so far; if that has no token, the history is as before.
 *  Errors: LEYDEN_E_CONTEXT_OVERFLOW, LEYDEN_E_INVALID_ARGUMENT (a sampling field: named),
 *  LEYDEN_E_OUT_OF_MEMORY. The history is as before then. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_ask(leyden_answer** out, leyden_chat* chat,
                                                          const char* question, size_t question_size,
                                                          const leyden_ask_options* options,
                                                          leyden_error** error);
/** Appends the results of the last answer's tool calls, and lets the model go on.
 *  @param json  a list of strings, one for each call, in order
 *  Errors: as leyden_chat_ask; LEYDEN_E_INVALID_ARGUMENT on a wrong count. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_chat_submit_tool_results_json(leyden_answer** out, leyden_chat* chat, const char* json,
                                     size_t json_size, const leyden_ask_options* options,
                                     leyden_error** error);
/** The history: [{"role", "content", "reasoning_content", "tool_calls"}]. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_messages_json(leyden_string** out,
                                                                    leyden_chat* chat,
                                                                    leyden_error** error);
/** Replaces the history, e.g. to edit it or to go back. What still fits is not read again.
 *  Errors: LEYDEN_E_INVALID_ARGUMENT, naming message and field. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_set_messages_json(leyden_chat* chat,
                                                                        const char* json,
                                                                        size_t json_size,
                                                                        leyden_error** error);
/** The documents' passages, as the prompt has them: [{"document", "begin", "end", "reference"}], begin
 *  and end being bytes of the document's text; reference: its number, or null. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_passages_json(leyden_string** out,
                                                                    leyden_chat* chat,
                                                                    leyden_error** error);
/** JSON: {"documents": [{"title", "bytes"}], "messages", "tokens"}: number of messages, and of tokens
 *  the model has read. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_info_json(leyden_string** out,
                                                                leyden_chat* chat,
                                                                leyden_error** error);

/** The answer's text: sampled tokens and nothing else. Terminated by NUL; valid until destroyed.
 *  @param[out] size  bytes without the terminator; may be NULL. The same below.  [thread-safe] */
LEYDEN_API const char* leyden_answer_text(const leyden_answer* answer, size_t* size);
/** The reasoning; "" without. [thread-safe] */
LEYDEN_API const char* leyden_answer_thinking(const leyden_answer* answer, size_t* size);
/** "stop", "length" (of max_tokens or of the context; also of an answer that repeated the same few
 *  tokens for 256 of them, which its notices tell), "cancelled" or "tool_calls". [thread-safe] */
LEYDEN_API const char* leyden_answer_finish_reason(const leyden_answer* answer, size_t* size);
/** Everything: {"text", "thinking", "finish_reason",
 *   "usage": {"prompt_tokens", "completion_tokens", "reused_tokens", "reread_from"},
 *   "timing": {"prefill_s", "decode_s", "ttft_s"},
 *   "evidence": [{"document", "title", "begin", "end", "reference", "share", "quote"}],
 *   "sentences": [{"begin", "end", "evidence": [{"document", "begin", "end", "reference", "share"}]}],
 *   "quotes": [{"answer_begin", "answer_end", "document", "title", "begin", "end", "text"}],
 *   "tool_calls": [{"type", "function": {"name", "arguments"}}],
 *   "malformed_calls": [{"text", "reason"}], "notices": [...],
 *   "message", "saved", "save_note"}.
 *  begin, end: bytes; of the document's text where a document is named, else of "text". document: its
 *  number, from 0. reference: the passage's number in the prompt, or null. share: of the attention
 *  mass on all passages, above background, in [0, 1]. quote: the passage's text. reread_from: the
 *  first token at which kept history no longer fitted, or null. message: its id in the jar, or null.
 *  saved: whether the text is durable; save_note: what to tell the user about that, or "". [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_answer_json(leyden_string** out,
                                                             const leyden_answer* answer,
                                                             leyden_error** error);
LEYDEN_API void leyden_answer_destroy(leyden_answer* answer);

/* ---- Tools ------------------------------------------------------------------------------------- */

/** Tools a model may use: the library's search and open, functions of the host program. The same order
 *  each time, so that their announcement is read once. [thread-safe] */
typedef struct leyden_toolbox leyden_toolbox;

typedef struct leyden_toolbox_options {
  uint32_t struct_size;
  uint8_t offline; /**< 1: tools that reach the network are refused, none may open a socket */
  uint8_t reserved[3];
  leyden_store* store; /**< its documents are the library; NULL: none, or add_document */
} leyden_toolbox_options;
#define LEYDEN_TOOLBOX_OPTIONS_INIT \
  { sizeof(leyden_toolbox_options), 0, {0, 0, 0}, 0 }
LEYDEN_API void leyden_toolbox_options_init(leyden_toolbox_options* options, size_t size);
/** A toolbox without tools, or with those of the store's library. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_create(leyden_toolbox** out, const leyden_toolbox_options* options,
                      leyden_error** error);
/** Runs of chats must have ended. */
LEYDEN_API void leyden_toolbox_destroy(leyden_toolbox* toolbox);
/** Adds a document to a library in memory, which gets the tools search and open.
 *  @param pages_json  [{"label", "text"}], in order
 *  Errors: LEYDEN_E_INVALID_ARGUMENT (also when the toolbox has a store). [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_add_document_json(leyden_toolbox* toolbox, const char* title, size_t title_size,
                                 const char* pages_json, size_t pages_size, leyden_error** error);

/** What a tool does to the world. Without READ_ONLY, calls run one after the other. NETWORK and
 *  DESTRUCTIVE tools are asked about every single time. */
typedef int32_t leyden_tool_flags;
enum {
  LEYDEN_TOOL_READ_ONLY = 1,
  LEYDEN_TOOL_DESTRUCTIVE = 2,
  LEYDEN_TOOL_NETWORK = 4
};
typedef struct leyden_tool_desc {
  uint32_t struct_size;
  leyden_tool_flags flags; /**< any of LEYDEN_TOOL_*, added */
  const char* name;        /**< 1 to 64 of a-z A-Z 0-9 _ - */
  size_t name_size;
  const char* description; /**< for the model */
  size_t description_size;
  const char* parameters; /**< JSON Schema of an object; NULL: no parameters */
  size_t parameters_size;
} leyden_tool_desc;
#define LEYDEN_TOOL_DESC_INIT \
  { sizeof(leyden_tool_desc), 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_tool_desc_init(leyden_tool_desc* desc, size_t size);

/** One call of a tool; made by the library, a newer one may have more fields. */
typedef struct leyden_tool_call {
  uint32_t struct_size;
  uint32_t offline; /**< 1: open no socket */
  const char* name; /**< not terminated */
  size_t name_size;
  const char* arguments; /**< a JSON object that satisfies the schema as far as it was enforced */
  size_t arguments_size;
  double time_limit_s;
  const leyden_cancel* cancel; /**< leyden_cancel_requested() says when to stop; may be NULL */
} leyden_tool_call;
typedef struct leyden_tool_reply leyden_tool_reply;
/** Sets the result's text, UTF-8; copied. Only within the call that was
 *  handed the reply. [one at a time] */
LEYDEN_API void leyden_tool_reply_set(leyden_tool_reply* reply, const char* text, size_t text_size);
/** Runs the tool. Return 0; anything else is a failure the model reads, with the reply's text if set.
 *  Comes on threads of the library's; read-only tools may be called several times at once. It may take
 *  its time and call functions of this header, but not on the running chat. */
typedef int32_t (*leyden_tool_fn)(const leyden_tool_call* call, leyden_tool_reply* reply,
                                  void* user_data);
/** Ends the life of a callback's user data. */
typedef void (*leyden_free_fn)(void* user_data);
/** @param user_data_free  called when the tool is gone; may be NULL. Not called on an error.
 *  Errors: LEYDEN_E_INVALID_ARGUMENT: a name that is taken, a schema that is no object. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_add_function(
    leyden_toolbox* toolbox, const leyden_tool_desc* desc, leyden_tool_fn call, void* user_data,
    leyden_free_fn user_data_free, leyden_error** error);

/** A call that waits for the user's word; made by the library. */
typedef struct leyden_approval {
  uint32_t struct_size;
  uint8_t once_only;      /**< 1: SESSION and ALWAYS count as ONCE, e.g. where there is library_text */
  uint8_t shares_library; /**< 1: the chat has read the user's documents, and this could send them on */
  uint8_t reserved[2];
  leyden_tool_flags flags; /**< any of LEYDEN_TOOL_*, added */
  uint32_t reserved2;
  const char* name; /**< terminated, as origin and description */
  const char* origin;
  const char* description;
  const char* arguments; /**< JSON, not terminated */
  size_t arguments_size;
  const char* library_text; /**< words of the user's documents in the arguments (8 in a row or more), one
                                 stretch a line, not terminated: this would be passed on, whatever was
                                 allowed before */
  size_t library_text_size;
  const char* hosts; /**< machines that addresses in the arguments name, not terminated */
  size_t hosts_size;
} leyden_approval;
typedef int32_t leyden_approval_scope;
enum {
  LEYDEN_APPROVE_DENY = 0,
  LEYDEN_APPROVE_ONCE = 1,
  LEYDEN_APPROVE_SESSION = 2, /**< this tool, until the toolbox is destroyed */
  LEYDEN_APPROVE_ALWAYS = 3   /**< the same; leyden_toolbox_list_json tells what to keep */
};
typedef struct leyden_approval_answer leyden_approval_answer;
/** Says why not; the model reads it. Copied. Only within the callback that was handed the
 *  answer. [one at a time] */
LEYDEN_API void leyden_approval_deny_reason(leyden_approval_answer* answer, const char* text,
                                            size_t text_size);
/** Returns LEYDEN_APPROVE_*. Comes on the thread that called leyden_chat_run, and may wait for a
 *  person. */
typedef int32_t (*leyden_approve_fn)(const leyden_approval* approval,
                                     leyden_approval_answer* answer, void* user_data);

/** Connects to an MCP server and adds its tools as NAME-TOOL, revisions up to 2026-07-28.
 *  @param json  {"name", "command": ["program", "argument"], "env": {}, "sandbox": true, "network": false}
 *    or {"name", "url", "headers": {}}. The sandbox (bubblewrap) has no network and
 *    an empty /tmp and home; it reads the system, what the command names, and its program.
 *  @param approve  is asked first; `arguments` is the exact command line, or the address. NULL: refused
 *  Errors: LEYDEN_E_CANCELLED when it was not allowed; LEYDEN_E_UNSUPPORTED (no bubblewrap, offline, no
 *  revision in common), LEYDEN_E_IO, LEYDEN_E_NOT_FOUND. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_add_mcp_json(leyden_toolbox* toolbox, const char* json, size_t json_size,
                            leyden_approve_fn approve, void* approve_data, leyden_error** error);

/** What the user chose for plugins, for those that are added from then on.
 *  @param json  {"<plugin id>": {"settings": {...}, "network": ["*.example.org", "127.0.0.1:8888"],
 *    "secrets": {"name": "value"}, "in_process": false}}, all optional. network: what "*" in a plugin's list
 *    stands for; only a machine named with its port may have a private address, "*" is every public one. One
 *    that needs such machines stays out while none is named. in_process: without walls, only what came along.
 *  Errors: LEYDEN_E_INVALID_ARGUMENT, naming the field. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_set_plugin_settings_json(
    leyden_toolbox* toolbox, const char* json, size_t json_size, leyden_error** error);
/** Starts the plugins of a folder, each in a sandbox of its own, and adds their tools. They reach what
 *  their plugin.json names and nothing while the toolbox is offline.
 *  @param folder  with a folder for each plugin; NULL: those that came with this library
 *  @param[out] out_problems  a JSON list of texts: plugins that could not be used, and why; may be NULL
 *  Errors: LEYDEN_E_NOT_FOUND (no host program), LEYDEN_E_INVALID_ARGUMENT (a name that is taken).
 *  [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_add_plugins(leyden_string** out_problems, leyden_toolbox* toolbox,
                           const char* folder, size_t folder_size, leyden_error** error);

/** [{"name", "description", "parameters", "origin", "enabled", "always", "read_only", "destructive",
 *  "network"}]. origin: "library", "host", ... always: allowed for good. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_list_json(leyden_string** out,
                                                                   const leyden_toolbox* toolbox,
                                                                   leyden_error** error);
/** Every call of this toolbox's runs, the last 10,000: [{"begin_ms", "name", "origin", "arguments",
 *  "decision", "reason", "ok", "result_bytes", "hosts", "seconds"}]. decision: "built in", "once",
 *  "session", "always", "denied". [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_log_json(leyden_string** out,
                                                                  const leyden_toolbox* toolbox,
                                                                  leyden_error** error);
/** A tool that is not enabled is not announced. Errors: LEYDEN_E_NOT_FOUND. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_set_enabled(leyden_toolbox* toolbox, const char* name, size_t name_size,
                           int32_t enabled, leyden_error** error);
/** Refuses what reaches the network from the next call on, or no longer. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_set_offline(leyden_toolbox* toolbox,
                                                                     int32_t offline,
                                                                     leyden_error** error);
/** Allows a tool of one origin for good, from a list the caller keeps. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_toolbox_allow_always(leyden_toolbox* toolbox, const char* origin, size_t origin_size,
                            const char* name, size_t name_size, leyden_error** error);
/** Calls a tool without a model; nobody is asked.
 *  JSON: {"is_error", "text", "structured", "passages": [{"document", "title", "label", "page", "begin",
 *  "end", "text"}], "hosts"}. Errors: LEYDEN_E_NOT_FOUND. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_call_json(
    leyden_string** out, leyden_toolbox* toolbox, const char* name, size_t name_size,
    const char* arguments, size_t arguments_size, const leyden_run_options* options,
    leyden_error** error);

typedef struct leyden_agent_options {
  uint32_t struct_size;
  int32_t max_steps;             /**< rounds of calls; 0: 8 */
  const leyden_ask_options* ask; /**< of each step; may be NULL */
  double max_seconds;            /**< looked at between steps; 0: 600 */
  int64_t max_tokens;            /**< of all steps together; 0: no limit */
  double tool_seconds;           /**< of one call; 0: 60 */
  leyden_approve_fn approve;     /**< NULL: only library tools run */
  void* approve_data;
} leyden_agent_options;
#define LEYDEN_AGENT_OPTIONS_INIT \
  { sizeof(leyden_agent_options), 0, 0, 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_agent_options_init(leyden_agent_options* options, size_t size);
/** leyden_chat_ask with tools: the model calls, the user approves, results are appended, until it
 *  answers or a limit is reached; then it must answer with what it has. On a cancel the history is as it
 *  was before.
 *  leyden_answer_json has in addition "run": {"stopped": "answered" | "max_steps" | "max_seconds" |
 *  "max_tokens" | "cancelled", "steps": [{"text", "thinking", "usage", "seconds", "calls": [{"name",
 *  "origin", "arguments", "library_text", "decision", "reason", "ok", "result", "result_bytes", "shown_bytes",
 *  "references", "hosts", "begin_ms", "seconds"}]}], "passages": [{"reference", "document", "title",
 *  "label", "page", "begin", "end", "text"}], "quotes": [{"answer_begin", "answer_end", "reference",
 *  "verified", "document", "title", "page", "text"}]}. verified: the quote stands word for word in the
 *  passage the answer names.
 *  Errors: as leyden_chat_ask. [one at a time] on the chat */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_run(leyden_answer** out, leyden_chat* chat,
                                                          leyden_toolbox* toolbox,
                                                          const char* question, size_t question_size,
                                                          const leyden_agent_options* options,
                                                          leyden_error** error);

typedef int32_t leyden_reading_mode;
enum {
  LEYDEN_READING_AUTO = 0,  /**< whole where it fits, else as the question needs it */
  LEYDEN_READING_WHOLE = 1, /**< everything in one prompt */
  LEYDEN_READING_PAGES = 2, /**< the pages that share the question's words, in one prompt */
  LEYDEN_READING_MAP = 3    /**< each document, or part of one, asked alone; then what was found */
};
typedef struct leyden_reading_options {
  uint32_t struct_size;
  leyden_reading_mode mode;
  const leyden_ask_options* ask; /**< of the answer; of the parts without its schema; may be NULL */
  int64_t context_tokens; /**< most tokens of one prompt with its answer; 0: what the model and the memory
                               for KV hold */
} leyden_reading_options;
#define LEYDEN_READING_OPTIONS_INIT \
  { sizeof(leyden_reading_options), 0, 0, 0 }
LEYDEN_API void leyden_reading_options_init(leyden_reading_options* options, size_t size);
/** Answers a question over all documents of the toolbox's library, which may be more than the context
 *  holds; no tool is called. Events as leyden_chat_ask, and READING and STEP; text is only the answer's.
 *  leyden_answer_json has in addition "reading": {"mode", "reason", "documents", "pages", "tokens",
 *  "context", "read": [range], "parts": [{"round", "read": [range], "found", "text", "claims": [claim],
 *  "usage", "seconds"}], "claims": [claim], "evidence": [{"share", "document", "title", "label", "page",
 *  "begin", "end", "text"}]}; a range is {"document", "title", "first_page", "last_page"}, a claim
 *  {"kind": "quote" | "value" | "statement", "answer_begin", "answer_end", "reference", "verified",
 *  "document", "title", "label", "page", "begin", "last_page", "end", "text"}. read: the pages that the
 *  answer was written from. verified: the quote stands word for word on that page, the value in such a
 *  quote; only then the claim says where. begin, end: bytes of the text of page and last_page.
 *  "evidence", "sentences" and "quotes" beside it are empty. Where one part knew something, the
 *  answer is its; where none did, the first one's. A cancelled call is a success with finish_reason "cancelled".
 *  Errors: LEYDEN_E_INVALID_ARGUMENT (an empty question, no library, no text), LEYDEN_E_CONTEXT_OVERFLOW
 *  (WHOLE does not fit; no room beside the question), LEYDEN_E_NOT_FOUND (PAGES, and no word of the
 *  question is there), LEYDEN_E_UNSUPPORTED (mode), LEYDEN_E_OUT_OF_MEMORY, LEYDEN_E_CANCELLED (before
 *  anything was read). [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_toolbox_ask(
    leyden_answer** out, leyden_toolbox* toolbox, leyden_model* model, const char* question,
    size_t question_size, const leyden_reading_options* options, leyden_error** error);

/* ---- Files, through the sandboxed reader
 * --------------------------------------------------------- */

typedef struct leyden_file_options {
  uint32_t struct_size;
  uint8_t allow_unsandboxed; /**< 1: go on where the system offers no sandbox (user namespaces) */
  uint8_t reserved[3];
  leyden_progress_fn on_progress; /**< of leyden_file_document_json; may be NULL */
  void* user_data;
  leyden_cancel*
      cancel; /**< for every call on the file; may be NULL, else it must outlive the file */
} leyden_file_options;
#define LEYDEN_FILE_OPTIONS_INIT \
  { sizeof(leyden_file_options), 0, {0, 0, 0}, 0, 0, 0 }
LEYDEN_API void leyden_file_options_init(leyden_file_options* options, size_t size);

/** A PDF, DOCX, EPUB, HTML, Markdown or text file. It is parsed in a process of its own, without
 * network or home folder, never in this one; that process crashing is an error here. [one at a
 * time]; several files are read side by side. */
typedef struct leyden_file leyden_file;
/** Errors: LEYDEN_E_NOT_FOUND (also: no reader installed), LEYDEN_E_UNSUPPORTED (unknown format, or
 * no sandbox here), LEYDEN_E_CORRUPT, LEYDEN_E_CANCELLED, LEYDEN_E_IO (also: the reader crashed or
 * took too long). The same for the functions below. [thread-safe] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_file_open(leyden_file** out, const char* path,
                                                           size_t path_size,
                                                           const leyden_file_options* options,
                                                           leyden_error** error);
/** JSON: {"format", "title", "author", "pages", "layout", "outline": [{"title", "page", "level"}],
 *  "notices": []}. layout: whether pages have sizes, rectangles and pictures; without it they are
 *  stretches of a readable length. Pages and levels count from 0. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_file_info_json(leyden_string** out,
                                                                leyden_file* file,
                                                                leyden_error** error);
/** JSON: {"text", "label", "width", "height", "spans": [{"begin", "end", "rect": [x0, y0, x1,
 * y1]}]}. spans: words, as byte ranges of the text, in its order. Points, origin top left; all 0
 * without layout. label: the page's number in print. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_file_page_json(leyden_string** out,
                                                                leyden_file* file, uint32_t page,
                                                                leyden_error** error);

/** A picture. Immutable; [thread-safe]. */
typedef struct leyden_image leyden_image;
LEYDEN_API uint32_t leyden_image_width(const leyden_image* image);
LEYDEN_API uint32_t leyden_image_height(const leyden_image* image);
/** Bytes from one row to the next. [thread-safe] */
LEYDEN_API size_t leyden_image_stride(const leyden_image* image);
/** Rows from the top, each pixel B, G, R, A, premultiplied. Valid until destroyed. [thread-safe] */
LEYDEN_API const uint8_t* leyden_image_data(const leyden_image* image);
LEYDEN_API void leyden_image_destroy(leyden_image* image);
/** A picture of a page. @param scale  pixels a point, in (0.01, 20]
 *  Errors: LEYDEN_E_UNSUPPORTED without layout; LEYDEN_E_OUT_OF_MEMORY above 40 million pixels.
 *  [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_file_page_image(leyden_image** out,
                                                                 leyden_file* file, uint32_t page,
                                                                 double scale,
                                                                 leyden_error** error);
/** The whole document as leyden_document_add_json takes it: {"title", "source", "parts": [{"label",
 *  "text"}], "page_map": {"format", "pages": [{"width", "height", "words": [begin, end, x0, y0, x1,
 * y1, begin, ...]}], "outline"}}. A part is a page; words are left out without layout. [one at a
 * time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_file_document_json(leyden_string** out,
                                                                    leyden_file* file,
                                                                    leyden_error** error);
LEYDEN_API void leyden_file_destroy(leyden_file* file);

/* ---- Chats kept in the jar ---------------------------------------------------------------------- */

typedef struct leyden_chat_options {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t session;                /**< of the model's store (leyden_session_create); 0: not saved */
  leyden_progress_fn on_progress; /**< of bringing back what was read; may be NULL */
  void* user_data;
  leyden_cancel* cancel; /**< may be NULL */
} leyden_chat_options;
#define LEYDEN_CHAT_OPTIONS_INIT \
  { sizeof(leyden_chat_options), 0, 0, 0, 0, 0 }
LEYDEN_API void leyden_chat_options_init(leyden_chat_options* options, size_t size);

/** A chat; with a session, one that is kept. Its documents, system text, tools, history and what the
 *  model has read of them come back, or leyden_chat_resume_json says why not. From then on a question is
 *  durable before it is answered, and an answer, with what was read, at its end and at least every
 *  second while it is written. Only the chat's own calls may change the session while it is open.
 *  Errors: LEYDEN_E_BUSY (another chat or program has the session), LEYDEN_E_NOT_FOUND,
 *  LEYDEN_E_INVALID_ARGUMENT (the model has no store), LEYDEN_E_CONTEXT_OVERFLOW (its documents do not
 *  fit this model), LEYDEN_E_IO (read-only store), LEYDEN_E_CANCELLED. [thread-safe] on the model. */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_open(leyden_chat** out, leyden_model* model,
                                                           const leyden_chat_options* options,
                                                           leyden_error** error);
/** Its session; 0 when it is not saved, and for NULL. [thread-safe] */
LEYDEN_API int64_t leyden_chat_session(const leyden_chat* chat);
/** How the session came back: {"kind", "restored_tokens", "restore_s", "decision", "reason",
 *  "notices"}. kind: "new"; "ready" (all of it is there); "reread" (some was missing or damaged: the
 *  text is read again with the next question); "other_model" (what was read belongs to other weights or
 *  another format, the same). decision: "load", "recompute" (ready, but reading again is faster on this
 *  machine), or "". reason: one sentence on it. notices: to be shown to the user. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_resume_json(leyden_string** out,
                                                                  leyden_chat* chat,
                                                                  leyden_error** error);
/** Reads everything the chat has read once more, apart, and compares. {"same", "promise": "bits" |
 *  "closeness", "tokens", "first_difference", "mean_kl", "top1_equal"}. promise: bits where the same
 *  build on the same kind of device computed all of it; else closeness: mean KL divergence of the next
 *  token at most 1e-3 nats, the same likeliest token at 99.5 % of positions or more. same: whether it
 *  holds. first_difference: the first token that differs in any bit, or null; mean_kl and top1_equal are
 *  null when none does.
 *  Errors: LEYDEN_E_NOT_FOUND (nothing has been read), LEYDEN_E_OUT_OF_MEMORY (both must fit),
 *  LEYDEN_E_CANCELLED. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_verify_json(leyden_string** out,
                                                                  leyden_chat* chat,
                                                                  const leyden_run_options* options,
                                                                  leyden_error** error);
/** Adds a document of the jar behind those already there; only before the first question. A document the
 *  chat has already keeps its place. What some chat has read of a first document is not read again.
 *  Its text, in whose bytes evidence and quotes are told, is its parts with an empty line between them.
 *  @param[out] out_index  its number, from 0; may be NULL
 *  Errors: LEYDEN_E_NOT_FOUND, LEYDEN_E_INVALID_ARGUMENT (too late, or the chat is not saved),
 *  LEYDEN_E_CONTEXT_OVERFLOW. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_add_stored_document(size_t* out_index,
                                                                          leyden_chat* chat,
                                                                          int64_t document,
                                                                          leyden_error** error);
/** Moves a saved chat to a message of its tree: the next question becomes a child of it, so that an edit
 *  is going to the parent and asking anew. 0: before the first message.
 *  Errors: LEYDEN_E_NOT_FOUND, LEYDEN_E_INVALID_ARGUMENT (the chat is not saved). [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_go_to(leyden_chat* chat, int64_t message,
                                                            leyden_error** error);
/** Writes the last answer anew. In a saved chat the old one stays beside it, as a branch.
 *  Errors: as leyden_chat_ask; LEYDEN_E_INVALID_ARGUMENT without a question. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status
leyden_chat_answer_again(leyden_answer** out, leyden_chat* chat, const leyden_ask_options* options,
                         leyden_error** error);
/** Goes on with the last answer of a saved chat, which was interrupted, cancelled or reached its limit:
 *  with the same options, the tokens that not stopping would have given. The answer's text is whole; the
 *  events tell what is new.
 *  Errors: as leyden_chat_ask; LEYDEN_E_INVALID_ARGUMENT when the last answer is complete or the chat is
 *  not saved. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_continue(leyden_answer** out,
                                                               leyden_chat* chat,
                                                               const leyden_ask_options* options,
                                                               leyden_error** error);
/** What takes how much of the context, in tokens, if `draft` were asked now: {"max_context", "system",
 *  "tools", "documents": [{"document", "title", "tokens"}], "history", "thinking", "tool_results",
 *  "draft", "reserve", "free"}. document: its id in the jar, or null. thinking: reasoning of earlier
 *  answers that is still read. reserve: kept for the answer (an eighth, at most 4,096). free: negative
 *  when it does not fit. [one at a time] */
LEYDEN_API LEYDEN_NODISCARD leyden_status leyden_chat_context_json(leyden_string** out,
                                                                   leyden_chat* chat,
                                                                   const char* draft,
                                                                   size_t draft_size,
                                                                   leyden_error** error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LEYDEN_ENABLE_UNSTABLE */
#endif /* LEYDEN_H_ */
