# SPDX-License-Identifier: Apache-2.0
"""The functions, structs and constants of leyden.h for ctypes. Made by capi/tools/api.py; do
not edit."""
from ctypes import *  # noqa: F403

VERSION = "0.1.0"
ABI = 0
UNSTABLE_REVISION = 4


# Status and errors
LEYDEN_OK = 0
LEYDEN_E_INVALID_ARGUMENT = -1
LEYDEN_E_NOT_FOUND = -2
LEYDEN_E_CORRUPT = -3
LEYDEN_E_UNSUPPORTED = -4
LEYDEN_E_OUT_OF_MEMORY = -5
LEYDEN_E_CANCELLED = -6
LEYDEN_E_IO = -7
LEYDEN_E_CONTEXT_OVERFLOW = -8
LEYDEN_E_BUSY = -9
LEYDEN_E_DEVICE_LOST = -10
LEYDEN_E_INTERNAL = -11

# Versions

# Strings, ids, cancellation, progress

class leyden_progress(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("phase", c_void_p),
        ("unit", c_void_p),
        ("done", c_uint64),
        ("total", c_uint64),
        ("eta_s", c_double),
        ("file", c_void_p),
        ("file_number", c_uint64),
        ("file_count", c_uint64),
    ]

leyden_progress_fn = CFUNCTYPE(None, POINTER(leyden_progress), c_void_p)

# The jar

class leyden_store_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("read_only", c_uint8),
        ("reserved", c_uint8 * 3),
        ("passphrase", c_void_p),
        ("passphrase_size", c_size_t),
        ("quota_bytes", c_uint64),
    ]


# Models
LEYDEN_PRECISION_DEFAULT = 0
LEYDEN_PRECISION_DEPLOYED = 1
LEYDEN_PRECISION_REFERENCE = 2
LEYDEN_ATTENTION_DEFAULT = 0
LEYDEN_ATTENTION_DSA = 1
LEYDEN_ATTENTION_DENSE = 2
LEYDEN_FORM_AUTO = 0
LEYDEN_FORM_MQA = 1
LEYDEN_FORM_MHA = 2

class leyden_model_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("precision", c_int32),
        ("attention", c_int32),
        ("form", c_int32),
        ("threads", c_int32),
        ("reserved", c_uint32),
        ("chunk_tokens", c_int64),
        ("kv_bytes", c_uint64),
        ("store_bytes", c_uint64),
        ("chat_format", c_void_p),
        ("chat_format_size", c_size_t),
        ("on_progress", leyden_progress_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("store", c_void_p),
        ("device", c_void_p),
        ("device_size", c_size_t),
    ]


# Devices

# Memory plan

class leyden_plan_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("precision", c_int32),
        ("attention", c_int32),
        ("reserved", c_uint32),
        ("context", c_int64),
        ("sessions", c_int64),
        ("chunk_tokens", c_int64),
        ("gpu_bytes", POINTER(c_uint64)),
        ("n_gpus", c_size_t),
        ("host_bytes", c_uint64),
    ]


# Tokenizers
LEYDEN_ADDED_MATCH = 0
LEYDEN_ADDED_IGNORE = 1

# Token ids in, logits or tokens out

class leyden_run_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("on_progress", leyden_progress_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
    ]

leyden_logits_fn = CFUNCTYPE(c_int32, c_int64, c_int64, c_int64, POINTER(c_float), c_void_p)

class leyden_logit_bias(Structure):
    _fields_ = [
        ("id", c_int32),
        ("bias", c_float),
    ]


class leyden_sampling(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("temperature", c_float),
        ("top_p", c_float),
        ("top_k", c_int32),
        ("min_p", c_float),
        ("repetition_penalty", c_float),
        ("presence_penalty", c_float),
        ("frequency_penalty", c_float),
        ("seed", c_uint64),
        ("logit_bias", POINTER(leyden_logit_bias)),
        ("n_logit_bias", c_size_t),
    ]

leyden_token_fn = CFUNCTYPE(c_int32, c_int32, c_int64, c_void_p)

class leyden_generate_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("sampling", POINTER(leyden_sampling)),
        ("max_tokens", c_int64),
        ("stop_ids", POINTER(c_int32)),
        ("n_stop_ids", c_size_t),
        ("on_token", leyden_token_fn),
        ("on_progress", leyden_progress_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
    ]


# Looking after the jar

# Sessions in the jar
LEYDEN_TRANSCRIPT_MARKDOWN = 1
LEYDEN_TRANSCRIPT_JSON = 2

# Documents in the jar

# Chats over documents
LEYDEN_EVENT_PREFILL = 1
LEYDEN_EVENT_THINKING = 2
LEYDEN_EVENT_TEXT = 3
LEYDEN_EVENT_TOOL_CALL = 4
LEYDEN_EVENT_MALFORMED_CALL = 5
LEYDEN_EVENT_TOOL_RESULT = 6
LEYDEN_EVENT_STEP = 7
LEYDEN_EVENT_EVIDENCE = 8
LEYDEN_EVENT_READING = 9

class leyden_event(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("text", c_void_p),
        ("text_size", c_size_t),
        ("name", c_void_p),
        ("name_size", c_size_t),
        ("progress", POINTER(leyden_progress)),
    ]

leyden_event_fn = CFUNCTYPE(None, POINTER(leyden_event), c_void_p)

class leyden_text(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("size", c_size_t),
    ]


class leyden_ask_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("thinking", c_uint8),
        ("evidence", c_uint8),
        ("constrain_references", c_uint8),
        ("clamp_quotes", c_uint8),
        ("sampling", POINTER(leyden_sampling)),
        ("max_tokens", c_int64),
        ("stop", POINTER(leyden_text)),
        ("n_stop", c_size_t),
        ("on_event", leyden_event_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("schema", c_void_p),
        ("schema_size", c_size_t),
    ]


# Tools

class leyden_toolbox_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("offline", c_uint8),
        ("reserved", c_uint8 * 3),
        ("store", c_void_p),
    ]

LEYDEN_TOOL_READ_ONLY = 1
LEYDEN_TOOL_DESTRUCTIVE = 2
LEYDEN_TOOL_NETWORK = 4

class leyden_tool_desc(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_int32),
        ("name", c_void_p),
        ("name_size", c_size_t),
        ("description", c_void_p),
        ("description_size", c_size_t),
        ("parameters", c_void_p),
        ("parameters_size", c_size_t),
    ]


class leyden_tool_call(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("offline", c_uint32),
        ("name", c_void_p),
        ("name_size", c_size_t),
        ("arguments", c_void_p),
        ("arguments_size", c_size_t),
        ("time_limit_s", c_double),
        ("cancel", c_void_p),
    ]

leyden_tool_fn = CFUNCTYPE(c_int32, POINTER(leyden_tool_call), c_void_p, c_void_p)
leyden_free_fn = CFUNCTYPE(None, c_void_p)

class leyden_approval(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("once_only", c_uint8),
        ("shares_library", c_uint8),
        ("reserved", c_uint8 * 2),
        ("flags", c_int32),
        ("reserved2", c_uint32),
        ("name", c_void_p),
        ("origin", c_void_p),
        ("description", c_void_p),
        ("arguments", c_void_p),
        ("arguments_size", c_size_t),
        ("library_text", c_void_p),
        ("library_text_size", c_size_t),
        ("hosts", c_void_p),
        ("hosts_size", c_size_t),
    ]

LEYDEN_APPROVE_DENY = 0
LEYDEN_APPROVE_ONCE = 1
LEYDEN_APPROVE_SESSION = 2
LEYDEN_APPROVE_ALWAYS = 3
leyden_approve_fn = CFUNCTYPE(c_int32, POINTER(leyden_approval), c_void_p, c_void_p)

class leyden_agent_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("max_steps", c_int32),
        ("ask", POINTER(leyden_ask_options)),
        ("max_seconds", c_double),
        ("max_tokens", c_int64),
        ("tool_seconds", c_double),
        ("approve", leyden_approve_fn),
        ("approve_data", c_void_p),
    ]

LEYDEN_READING_AUTO = 0
LEYDEN_READING_WHOLE = 1
LEYDEN_READING_PAGES = 2
LEYDEN_READING_MAP = 3

class leyden_reading_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("mode", c_int32),
        ("ask", POINTER(leyden_ask_options)),
        ("context_tokens", c_int64),
    ]


class leyden_file_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("allow_unsandboxed", c_uint8),
        ("reserved", c_uint8 * 3),
        ("on_progress", leyden_progress_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
    ]


# Chats kept in the jar

class leyden_chat_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("session", c_int64),
        ("on_progress", leyden_progress_fn),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
    ]


FUNCTIONS = {
    "leyden_error_code": (c_int32, [c_void_p]),
    "leyden_error_message": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "leyden_error_destroy": (None, [c_void_p]),
    "leyden_status_name": (c_void_p, [c_int32]),
    "leyden_version": (c_void_p, []),
    "leyden_abi": (c_uint32, []),
    "leyden_check_unstable": (c_int32, [c_uint32, POINTER(c_void_p)]),
    "leyden_has": (c_int32, [c_char_p]),
    "leyden_string_data": (c_void_p, [c_void_p]),
    "leyden_string_size": (c_size_t, [c_void_p]),
    "leyden_string_destroy": (None, [c_void_p]),
    "leyden_ids_data": (POINTER(c_int32), [c_void_p]),
    "leyden_ids_size": (c_size_t, [c_void_p]),
    "leyden_ids_destroy": (None, [c_void_p]),
    "leyden_cancel_create": (c_int32, [POINTER(c_void_p), POINTER(c_void_p)]),
    "leyden_cancel_request": (None, [c_void_p]),
    "leyden_cancel_reset": (None, [c_void_p]),
    "leyden_cancel_requested": (c_int32, [c_void_p]),
    "leyden_cancel_destroy": (None, [c_void_p]),
    "leyden_default_store_path": (c_int32, [POINTER(c_void_p), POINTER(c_void_p)]),
    "leyden_store_options_init": (None, [POINTER(leyden_store_options), c_size_t]),
    "leyden_store_open": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(leyden_store_options), POINTER(c_void_p)]),
    "leyden_store_destroy": (None, [c_void_p]),
    "leyden_default_model_path": (c_int32, [POINTER(c_void_p), POINTER(c_void_p)]),
    "leyden_model_info_json": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_model_options_init": (None, [POINTER(leyden_model_options), c_size_t]),
    "leyden_model_open": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(leyden_model_options), POINTER(c_void_p)]),
    "leyden_model_destroy": (None, [c_void_p]),
    "leyden_model_vocab_size": (c_int64, [c_void_p]),
    "leyden_model_stats_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_devices_json": (c_int32, [POINTER(c_void_p), POINTER(c_void_p)]),
    "leyden_plan_options_init": (None, [POINTER(leyden_plan_options), c_size_t]),
    "leyden_plan_json": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(leyden_plan_options), POINTER(c_void_p)]),
    "leyden_tokenizer_open": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_model_tokenizer": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_tokenizer_destroy": (None, [c_void_p]),
    "leyden_tokenizer_encode": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, c_int32, POINTER(c_void_p)]),
    "leyden_tokenizer_decode": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_int32), c_size_t, POINTER(c_void_p)]),
    "leyden_tokenizer_vocab_size": (c_int32, [c_void_p]),
    "leyden_run_options_init": (None, [POINTER(leyden_run_options), c_size_t]),
    "leyden_model_logits": (c_int32, [c_void_p, POINTER(c_int32), c_size_t, leyden_logits_fn, c_void_p, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_model_index_recall_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_int32), c_size_t, c_int64, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_sampling_init": (None, [POINTER(leyden_sampling), c_size_t]),
    "leyden_generate_options_init": (None, [POINTER(leyden_generate_options), c_size_t]),
    "leyden_model_generate": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_int32), c_size_t, POINTER(leyden_generate_options), POINTER(c_void_p)]),
    "leyden_generation_ids": (POINTER(c_int32), [c_void_p, POINTER(c_size_t)]),
    "leyden_generation_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_generation_destroy": (None, [c_void_p]),
    "leyden_store_notes_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_store_stats_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_store_check_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_store_repair_json": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(leyden_store_options), POINTER(c_void_p)]),
    "leyden_store_vacuum": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "leyden_store_backup": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_store_collect_json": (c_int32, [POINTER(c_void_p), c_void_p, c_uint64, POINTER(c_void_p)]),
    "leyden_store_change_passphrase": (c_int32, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_store_setting": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_store_set_setting": (c_int32, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_store_search_json": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, c_size_t, POINTER(c_void_p)]),
    "leyden_store_sessions_json": (c_int32, [POINTER(c_void_p), c_void_p, c_size_t, c_size_t, POINTER(c_void_p)]),
    "leyden_session_find": (c_int32, [POINTER(c_int64), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_session_info_json": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_session_messages_json": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_session_create": (c_int32, [POINTER(c_int64), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_session_rename": (c_int32, [c_void_p, c_int64, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_session_set_pinned": (c_int32, [c_void_p, c_int64, c_int32, POINTER(c_void_p)]),
    "leyden_session_set_settings_json": (c_int32, [c_void_p, c_int64, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_session_set_quota": (c_int32, [c_void_p, c_int64, c_uint64, POINTER(c_void_p)]),
    "leyden_session_set_head": (c_int32, [c_void_p, c_int64, c_int64, POINTER(c_void_p)]),
    "leyden_session_fork": (c_int32, [POINTER(c_int64), c_void_p, c_int64, c_char_p, c_size_t, c_int64, POINTER(c_void_p)]),
    "leyden_session_remove": (c_int32, [c_void_p, c_int64, c_int32, POINTER(c_void_p)]),
    "leyden_session_export_json": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, c_char_p, c_size_t, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_session_import_json": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_session_transcript": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, c_int32, POINTER(c_void_p)]),
    "leyden_document_add_json": (c_int32, [POINTER(c_int64), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_documents_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_document_find": (c_int32, [POINTER(c_int64), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_document_info_json": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_document_part_text": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, c_uint32, POINTER(c_void_p)]),
    "leyden_document_page_map_json": (c_int32, [POINTER(c_void_p), c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_document_set_pinned": (c_int32, [c_void_p, c_int64, c_int32, POINTER(c_void_p)]),
    "leyden_document_remove": (c_int32, [c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_chat_create": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_chat_destroy": (None, [c_void_p]),
    "leyden_chat_add_document": (c_int32, [POINTER(c_size_t), c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_chat_set_system": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_chat_set_tools_json": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_chat_prefill": (c_int32, [c_void_p, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_ask_options_init": (None, [POINTER(leyden_ask_options), c_size_t]),
    "leyden_chat_ask": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(leyden_ask_options), POINTER(c_void_p)]),
    "leyden_chat_submit_tool_results_json": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(leyden_ask_options), POINTER(c_void_p)]),
    "leyden_chat_messages_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_chat_set_messages_json": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_chat_passages_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_chat_info_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_answer_text": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "leyden_answer_thinking": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "leyden_answer_finish_reason": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "leyden_answer_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_answer_destroy": (None, [c_void_p]),
    "leyden_toolbox_options_init": (None, [POINTER(leyden_toolbox_options), c_size_t]),
    "leyden_toolbox_create": (c_int32, [POINTER(c_void_p), POINTER(leyden_toolbox_options), POINTER(c_void_p)]),
    "leyden_toolbox_destroy": (None, [c_void_p]),
    "leyden_toolbox_add_document_json": (c_int32, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_tool_desc_init": (None, [POINTER(leyden_tool_desc), c_size_t]),
    "leyden_tool_reply_set": (None, [c_void_p, c_char_p, c_size_t]),
    "leyden_toolbox_add_function": (c_int32, [c_void_p, POINTER(leyden_tool_desc), leyden_tool_fn, c_void_p, leyden_free_fn, POINTER(c_void_p)]),
    "leyden_approval_deny_reason": (None, [c_void_p, c_char_p, c_size_t]),
    "leyden_toolbox_add_mcp_json": (c_int32, [c_void_p, c_char_p, c_size_t, leyden_approve_fn, c_void_p, POINTER(c_void_p)]),
    "leyden_toolbox_set_plugin_settings_json": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_toolbox_add_plugins": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_toolbox_list_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_toolbox_log_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_toolbox_set_enabled": (c_int32, [c_void_p, c_char_p, c_size_t, c_int32, POINTER(c_void_p)]),
    "leyden_toolbox_set_offline": (c_int32, [c_void_p, c_int32, POINTER(c_void_p)]),
    "leyden_toolbox_allow_always": (c_int32, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(c_void_p)]),
    "leyden_toolbox_call_json": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_agent_options_init": (None, [POINTER(leyden_agent_options), c_size_t]),
    "leyden_chat_run": (c_int32, [POINTER(c_void_p), c_void_p, c_void_p, c_char_p, c_size_t, POINTER(leyden_agent_options), POINTER(c_void_p)]),
    "leyden_reading_options_init": (None, [POINTER(leyden_reading_options), c_size_t]),
    "leyden_toolbox_ask": (c_int32, [POINTER(c_void_p), c_void_p, c_void_p, c_char_p, c_size_t, POINTER(leyden_reading_options), POINTER(c_void_p)]),
    "leyden_file_options_init": (None, [POINTER(leyden_file_options), c_size_t]),
    "leyden_file_open": (c_int32, [POINTER(c_void_p), c_char_p, c_size_t, POINTER(leyden_file_options), POINTER(c_void_p)]),
    "leyden_file_info_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_file_page_json": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, POINTER(c_void_p)]),
    "leyden_image_width": (c_uint32, [c_void_p]),
    "leyden_image_height": (c_uint32, [c_void_p]),
    "leyden_image_stride": (c_size_t, [c_void_p]),
    "leyden_image_data": (POINTER(c_uint8), [c_void_p]),
    "leyden_image_destroy": (None, [c_void_p]),
    "leyden_file_page_image": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, c_double, POINTER(c_void_p)]),
    "leyden_file_document_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_file_destroy": (None, [c_void_p]),
    "leyden_chat_options_init": (None, [POINTER(leyden_chat_options), c_size_t]),
    "leyden_chat_open": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(leyden_chat_options), POINTER(c_void_p)]),
    "leyden_chat_session": (c_int64, [c_void_p]),
    "leyden_chat_resume_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "leyden_chat_verify_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(leyden_run_options), POINTER(c_void_p)]),
    "leyden_chat_add_stored_document": (c_int32, [POINTER(c_size_t), c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_chat_go_to": (c_int32, [c_void_p, c_int64, POINTER(c_void_p)]),
    "leyden_chat_answer_again": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(leyden_ask_options), POINTER(c_void_p)]),
    "leyden_chat_continue": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(leyden_ask_options), POINTER(c_void_p)]),
    "leyden_chat_context_json": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_size_t, POINTER(c_void_p)]),
}


def declare(library):
    """Tells a CDLL the types of all functions."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
