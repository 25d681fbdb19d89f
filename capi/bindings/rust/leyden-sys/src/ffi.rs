// SPDX-License-Identifier: Apache-2.0
// Declarations of leyden.h. Made by capi/tools/api.py; do not edit.
use std::os::raw::{c_char, c_void};

pub const LEYDEN_UNSTABLE_REVISION: u32 = 4;

pub type leyden_status = i32;
pub const LEYDEN_OK: leyden_status = 0;
pub const LEYDEN_E_INVALID_ARGUMENT: leyden_status = -1;
pub const LEYDEN_E_NOT_FOUND: leyden_status = -2;
pub const LEYDEN_E_CORRUPT: leyden_status = -3;
pub const LEYDEN_E_UNSUPPORTED: leyden_status = -4;
pub const LEYDEN_E_OUT_OF_MEMORY: leyden_status = -5;
pub const LEYDEN_E_CANCELLED: leyden_status = -6;
pub const LEYDEN_E_IO: leyden_status = -7;
pub const LEYDEN_E_CONTEXT_OVERFLOW: leyden_status = -8;
pub const LEYDEN_E_BUSY: leyden_status = -9;
pub const LEYDEN_E_DEVICE_LOST: leyden_status = -10;
pub const LEYDEN_E_INTERNAL: leyden_status = -11;

#[repr(C)]
pub struct leyden_error {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct leyden_string {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct leyden_ids {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct leyden_cancel {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_progress {
    pub struct_size: u32,
    pub reserved: u32,
    pub phase: *const c_char,
    pub unit: *const c_char,
    pub done: u64,
    pub total: u64,
    pub eta_s: f64,
    pub file: *const c_char,
    pub file_number: u64,
    pub file_count: u64,
}
const _: () = assert!(std::mem::size_of::<leyden_progress>() == 72);

pub type leyden_progress_fn = unsafe extern "C" fn(progress: *const leyden_progress, user_data: *mut c_void);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_store_options {
    pub struct_size: u32,
    pub read_only: u8,
    pub reserved: [u8; 3],
    pub passphrase: *const c_char,
    pub passphrase_size: usize,
    pub quota_bytes: u64,
}
const _: () = assert!(std::mem::size_of::<leyden_store_options>() == 32);

#[repr(C)]
pub struct leyden_store {
    _opaque: [u8; 0],
}

pub type leyden_precision = i32;
pub const LEYDEN_PRECISION_DEFAULT: leyden_precision = 0;
pub const LEYDEN_PRECISION_DEPLOYED: leyden_precision = 1;
pub const LEYDEN_PRECISION_REFERENCE: leyden_precision = 2;

pub type leyden_attention = i32;
pub const LEYDEN_ATTENTION_DEFAULT: leyden_attention = 0;
pub const LEYDEN_ATTENTION_DSA: leyden_attention = 1;
pub const LEYDEN_ATTENTION_DENSE: leyden_attention = 2;

pub type leyden_attention_form = i32;
pub const LEYDEN_FORM_AUTO: leyden_attention_form = 0;
pub const LEYDEN_FORM_MQA: leyden_attention_form = 1;
pub const LEYDEN_FORM_MHA: leyden_attention_form = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_model_options {
    pub struct_size: u32,
    pub precision: leyden_precision,
    pub attention: leyden_attention,
    pub form: leyden_attention_form,
    pub threads: i32,
    pub reserved: u32,
    pub chunk_tokens: i64,
    pub kv_bytes: u64,
    pub store_bytes: u64,
    pub chat_format: *const c_char,
    pub chat_format_size: usize,
    pub on_progress: Option<leyden_progress_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
    pub store: *mut leyden_store,
    pub device: *const c_char,
    pub device_size: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_model_options>() == 112);

#[repr(C)]
pub struct leyden_model {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_plan_options {
    pub struct_size: u32,
    pub precision: leyden_precision,
    pub attention: leyden_attention,
    pub reserved: u32,
    pub context: i64,
    pub sessions: i64,
    pub chunk_tokens: i64,
    pub gpu_bytes: *const u64,
    pub n_gpus: usize,
    pub host_bytes: u64,
}
const _: () = assert!(std::mem::size_of::<leyden_plan_options>() == 64);

pub type leyden_added_tokens = i32;
pub const LEYDEN_ADDED_MATCH: leyden_added_tokens = 0;
pub const LEYDEN_ADDED_IGNORE: leyden_added_tokens = 1;

#[repr(C)]
pub struct leyden_tokenizer {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_run_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub on_progress: Option<leyden_progress_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
}
const _: () = assert!(std::mem::size_of::<leyden_run_options>() == 32);

pub type leyden_logits_fn = unsafe extern "C" fn(first: i64, n: i64, vocab: i64, logits: *const f32, user_data: *mut c_void) -> leyden_status;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_logit_bias {
    pub id: i32,
    pub bias: f32,
}
const _: () = assert!(std::mem::size_of::<leyden_logit_bias>() == 8);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_sampling {
    pub struct_size: u32,
    pub temperature: f32,
    pub top_p: f32,
    pub top_k: i32,
    pub min_p: f32,
    pub repetition_penalty: f32,
    pub presence_penalty: f32,
    pub frequency_penalty: f32,
    pub seed: u64,
    pub logit_bias: *const leyden_logit_bias,
    pub n_logit_bias: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_sampling>() == 56);

pub type leyden_token_fn = unsafe extern "C" fn(id: i32, position: i64, user_data: *mut c_void) -> i32;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_generate_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub sampling: *const leyden_sampling,
    pub max_tokens: i64,
    pub stop_ids: *const i32,
    pub n_stop_ids: usize,
    pub on_token: Option<leyden_token_fn>,
    pub on_progress: Option<leyden_progress_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
}
const _: () = assert!(std::mem::size_of::<leyden_generate_options>() == 72);

#[repr(C)]
pub struct leyden_generation {
    _opaque: [u8; 0],
}

pub type leyden_transcript_format = i32;
pub const LEYDEN_TRANSCRIPT_MARKDOWN: leyden_transcript_format = 1;
pub const LEYDEN_TRANSCRIPT_JSON: leyden_transcript_format = 2;

#[repr(C)]
pub struct leyden_chat {
    _opaque: [u8; 0],
}

pub type leyden_event_kind = i32;
pub const LEYDEN_EVENT_PREFILL: leyden_event_kind = 1;
pub const LEYDEN_EVENT_THINKING: leyden_event_kind = 2;
pub const LEYDEN_EVENT_TEXT: leyden_event_kind = 3;
pub const LEYDEN_EVENT_TOOL_CALL: leyden_event_kind = 4;
pub const LEYDEN_EVENT_MALFORMED_CALL: leyden_event_kind = 5;
pub const LEYDEN_EVENT_TOOL_RESULT: leyden_event_kind = 6;
pub const LEYDEN_EVENT_STEP: leyden_event_kind = 7;
pub const LEYDEN_EVENT_EVIDENCE: leyden_event_kind = 8;
pub const LEYDEN_EVENT_READING: leyden_event_kind = 9;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_event {
    pub struct_size: u32,
    pub kind: leyden_event_kind,
    pub text: *const c_char,
    pub text_size: usize,
    pub name: *const c_char,
    pub name_size: usize,
    pub progress: *const leyden_progress,
}
const _: () = assert!(std::mem::size_of::<leyden_event>() == 48);

pub type leyden_event_fn = unsafe extern "C" fn(event: *const leyden_event, user_data: *mut c_void);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_text {
    pub data: *const c_char,
    pub size: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_text>() == 16);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_ask_options {
    pub struct_size: u32,
    pub thinking: u8,
    pub evidence: u8,
    pub constrain_references: u8,
    pub clamp_quotes: u8,
    pub sampling: *const leyden_sampling,
    pub max_tokens: i64,
    pub stop: *const leyden_text,
    pub n_stop: usize,
    pub on_event: Option<leyden_event_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
    pub schema: *const c_char,
    pub schema_size: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_ask_options>() == 80);

#[repr(C)]
pub struct leyden_answer {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct leyden_toolbox {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_toolbox_options {
    pub struct_size: u32,
    pub offline: u8,
    pub reserved: [u8; 3],
    pub store: *mut leyden_store,
}
const _: () = assert!(std::mem::size_of::<leyden_toolbox_options>() == 16);

pub type leyden_tool_flags = i32;
pub const LEYDEN_TOOL_READ_ONLY: leyden_tool_flags = 1;
pub const LEYDEN_TOOL_DESTRUCTIVE: leyden_tool_flags = 2;
pub const LEYDEN_TOOL_NETWORK: leyden_tool_flags = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_tool_desc {
    pub struct_size: u32,
    pub flags: leyden_tool_flags,
    pub name: *const c_char,
    pub name_size: usize,
    pub description: *const c_char,
    pub description_size: usize,
    pub parameters: *const c_char,
    pub parameters_size: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_tool_desc>() == 56);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_tool_call {
    pub struct_size: u32,
    pub offline: u32,
    pub name: *const c_char,
    pub name_size: usize,
    pub arguments: *const c_char,
    pub arguments_size: usize,
    pub time_limit_s: f64,
    pub cancel: *const leyden_cancel,
}
const _: () = assert!(std::mem::size_of::<leyden_tool_call>() == 56);

#[repr(C)]
pub struct leyden_tool_reply {
    _opaque: [u8; 0],
}

pub type leyden_tool_fn = unsafe extern "C" fn(call: *const leyden_tool_call, reply: *mut leyden_tool_reply, user_data: *mut c_void) -> i32;

pub type leyden_free_fn = unsafe extern "C" fn(user_data: *mut c_void);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_approval {
    pub struct_size: u32,
    pub once_only: u8,
    pub shares_library: u8,
    pub reserved: [u8; 2],
    pub flags: leyden_tool_flags,
    pub reserved2: u32,
    pub name: *const c_char,
    pub origin: *const c_char,
    pub description: *const c_char,
    pub arguments: *const c_char,
    pub arguments_size: usize,
    pub library_text: *const c_char,
    pub library_text_size: usize,
    pub hosts: *const c_char,
    pub hosts_size: usize,
}
const _: () = assert!(std::mem::size_of::<leyden_approval>() == 88);

pub type leyden_approval_scope = i32;
pub const LEYDEN_APPROVE_DENY: leyden_approval_scope = 0;
pub const LEYDEN_APPROVE_ONCE: leyden_approval_scope = 1;
pub const LEYDEN_APPROVE_SESSION: leyden_approval_scope = 2;
pub const LEYDEN_APPROVE_ALWAYS: leyden_approval_scope = 3;

#[repr(C)]
pub struct leyden_approval_answer {
    _opaque: [u8; 0],
}

pub type leyden_approve_fn = unsafe extern "C" fn(approval: *const leyden_approval, answer: *mut leyden_approval_answer, user_data: *mut c_void) -> i32;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_agent_options {
    pub struct_size: u32,
    pub max_steps: i32,
    pub ask: *const leyden_ask_options,
    pub max_seconds: f64,
    pub max_tokens: i64,
    pub tool_seconds: f64,
    pub approve: Option<leyden_approve_fn>,
    pub approve_data: *mut c_void,
}
const _: () = assert!(std::mem::size_of::<leyden_agent_options>() == 56);

pub type leyden_reading_mode = i32;
pub const LEYDEN_READING_AUTO: leyden_reading_mode = 0;
pub const LEYDEN_READING_WHOLE: leyden_reading_mode = 1;
pub const LEYDEN_READING_PAGES: leyden_reading_mode = 2;
pub const LEYDEN_READING_MAP: leyden_reading_mode = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_reading_options {
    pub struct_size: u32,
    pub mode: leyden_reading_mode,
    pub ask: *const leyden_ask_options,
    pub context_tokens: i64,
}
const _: () = assert!(std::mem::size_of::<leyden_reading_options>() == 24);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_file_options {
    pub struct_size: u32,
    pub allow_unsandboxed: u8,
    pub reserved: [u8; 3],
    pub on_progress: Option<leyden_progress_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
}
const _: () = assert!(std::mem::size_of::<leyden_file_options>() == 32);

#[repr(C)]
pub struct leyden_file {
    _opaque: [u8; 0],
}

#[repr(C)]
pub struct leyden_image {
    _opaque: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct leyden_chat_options {
    pub struct_size: u32,
    pub reserved: u32,
    pub session: i64,
    pub on_progress: Option<leyden_progress_fn>,
    pub user_data: *mut c_void,
    pub cancel: *mut leyden_cancel,
}
const _: () = assert!(std::mem::size_of::<leyden_chat_options>() == 40);

#[link(name = "leyden")]
extern "C" {
    pub fn leyden_error_code(error: *const leyden_error) -> leyden_status;
    pub fn leyden_error_message(error: *const leyden_error, size: *mut usize) -> *const c_char;
    pub fn leyden_error_destroy(error: *mut leyden_error);
    pub fn leyden_status_name(status: leyden_status) -> *const c_char;
    pub fn leyden_version() -> *const c_char;
    pub fn leyden_abi() -> u32;
    pub fn leyden_check_unstable(revision: u32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_has(name: *const c_char) -> i32;
    pub fn leyden_string_data(string: *const leyden_string) -> *const c_char;
    pub fn leyden_string_size(string: *const leyden_string) -> usize;
    pub fn leyden_string_destroy(string: *mut leyden_string);
    pub fn leyden_ids_data(ids: *const leyden_ids) -> *const i32;
    pub fn leyden_ids_size(ids: *const leyden_ids) -> usize;
    pub fn leyden_ids_destroy(ids: *mut leyden_ids);
    pub fn leyden_cancel_create(out: *mut *mut leyden_cancel, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_cancel_request(cancel: *mut leyden_cancel);
    pub fn leyden_cancel_reset(cancel: *mut leyden_cancel);
    pub fn leyden_cancel_requested(cancel: *const leyden_cancel) -> i32;
    pub fn leyden_cancel_destroy(cancel: *mut leyden_cancel);
    pub fn leyden_default_store_path(out: *mut *mut leyden_string, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_options_init(options: *mut leyden_store_options, size: usize);
    pub fn leyden_store_open(out: *mut *mut leyden_store, folder: *const c_char, folder_size: usize, options: *const leyden_store_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_destroy(store: *mut leyden_store);
    pub fn leyden_default_model_path(out: *mut *mut leyden_string, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_model_info_json(out: *mut *mut leyden_string, folder: *const c_char, folder_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_model_options_init(options: *mut leyden_model_options, size: usize);
    pub fn leyden_model_open(out: *mut *mut leyden_model, folder: *const c_char, folder_size: usize, options: *const leyden_model_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_model_destroy(model: *mut leyden_model);
    pub fn leyden_model_vocab_size(model: *const leyden_model) -> i64;
    pub fn leyden_model_stats_json(out: *mut *mut leyden_string, model: *const leyden_model, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_devices_json(out: *mut *mut leyden_string, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_plan_options_init(options: *mut leyden_plan_options, size: usize);
    pub fn leyden_plan_json(out: *mut *mut leyden_string, folder: *const c_char, folder_size: usize, options: *const leyden_plan_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_tokenizer_open(out: *mut *mut leyden_tokenizer, folder: *const c_char, folder_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_model_tokenizer(out: *mut *mut leyden_tokenizer, model: *const leyden_model, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_tokenizer_destroy(tokenizer: *mut leyden_tokenizer);
    pub fn leyden_tokenizer_encode(out: *mut *mut leyden_ids, tokenizer: *const leyden_tokenizer, text: *const c_char, text_size: usize, added: leyden_added_tokens, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_tokenizer_decode(out: *mut *mut leyden_string, tokenizer: *const leyden_tokenizer, ids: *const i32, n_ids: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_tokenizer_vocab_size(tokenizer: *const leyden_tokenizer) -> i32;
    pub fn leyden_run_options_init(options: *mut leyden_run_options, size: usize);
    pub fn leyden_model_logits(model: *mut leyden_model, ids: *const i32, n_ids: usize, sink: Option<leyden_logits_fn>, sink_data: *mut c_void, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_model_index_recall_json(out: *mut *mut leyden_string, model: *mut leyden_model, ids: *const i32, n_ids: usize, stride: i64, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_sampling_init(sampling: *mut leyden_sampling, size: usize);
    pub fn leyden_generate_options_init(options: *mut leyden_generate_options, size: usize);
    pub fn leyden_model_generate(out: *mut *mut leyden_generation, model: *mut leyden_model, ids: *const i32, n_ids: usize, options: *const leyden_generate_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_generation_ids(generation: *const leyden_generation, size: *mut usize) -> *const i32;
    pub fn leyden_generation_json(out: *mut *mut leyden_string, generation: *const leyden_generation, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_generation_destroy(generation: *mut leyden_generation);
    pub fn leyden_store_notes_json(out: *mut *mut leyden_string, store: *const leyden_store, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_stats_json(out: *mut *mut leyden_string, store: *const leyden_store, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_check_json(out: *mut *mut leyden_string, store: *const leyden_store, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_repair_json(out: *mut *mut leyden_string, folder: *const c_char, folder_size: usize, options: *const leyden_store_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_vacuum(store: *mut leyden_store, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_backup(store: *mut leyden_store, folder: *const c_char, folder_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_collect_json(out: *mut *mut leyden_string, store: *mut leyden_store, quota_bytes: u64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_change_passphrase(store: *mut leyden_store, old_passphrase: *const c_char, old_size: usize, new_passphrase: *const c_char, new_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_setting(out: *mut *mut leyden_string, store: *const leyden_store, key: *const c_char, key_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_set_setting(store: *mut leyden_store, key: *const c_char, key_size: usize, value: *const c_char, value_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_search_json(out: *mut *mut leyden_string, store: *const leyden_store, query: *const c_char, query_size: usize, limit: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_store_sessions_json(out: *mut *mut leyden_string, store: *const leyden_store, limit: usize, offset: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_find(out: *mut i64, store: *const leyden_store, name: *const c_char, name_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_info_json(out: *mut *mut leyden_string, store: *const leyden_store, session: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_messages_json(out: *mut *mut leyden_string, store: *const leyden_store, session: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_create(out: *mut i64, store: *mut leyden_store, title: *const c_char, title_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_rename(store: *mut leyden_store, session: i64, title: *const c_char, title_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_set_pinned(store: *mut leyden_store, session: i64, pinned: i32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_set_settings_json(store: *mut leyden_store, session: i64, json: *const c_char, json_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_set_quota(store: *mut leyden_store, session: i64, bytes: u64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_set_head(store: *mut leyden_store, session: i64, message: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_fork(out: *mut i64, store: *mut leyden_store, session: i64, title: *const c_char, title_size: usize, at_message: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_remove(store: *mut leyden_store, session: i64, shred: i32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_export_json(out: *mut *mut leyden_string, store: *mut leyden_store, session: i64, path: *const c_char, path_size: usize, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_import_json(out: *mut *mut leyden_string, store: *mut leyden_store, path: *const c_char, path_size: usize, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_session_transcript(out: *mut *mut leyden_string, store: *const leyden_store, session: i64, format: leyden_transcript_format, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_add_json(out: *mut i64, store: *mut leyden_store, json: *const c_char, json_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_documents_json(out: *mut *mut leyden_string, store: *const leyden_store, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_find(out: *mut i64, store: *const leyden_store, name: *const c_char, name_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_info_json(out: *mut *mut leyden_string, store: *const leyden_store, document: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_part_text(out: *mut *mut leyden_string, store: *const leyden_store, document: i64, part: u32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_page_map_json(out: *mut *mut leyden_string, store: *const leyden_store, document: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_set_pinned(store: *mut leyden_store, document: i64, pinned: i32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_document_remove(store: *mut leyden_store, document: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_create(out: *mut *mut leyden_chat, model: *mut leyden_model, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_destroy(chat: *mut leyden_chat);
    pub fn leyden_chat_add_document(out_index: *mut usize, chat: *mut leyden_chat, title: *const c_char, title_size: usize, text: *const c_char, text_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_set_system(chat: *mut leyden_chat, text: *const c_char, text_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_set_tools_json(chat: *mut leyden_chat, json: *const c_char, json_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_prefill(chat: *mut leyden_chat, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_ask_options_init(options: *mut leyden_ask_options, size: usize);
    pub fn leyden_chat_ask(out: *mut *mut leyden_answer, chat: *mut leyden_chat, question: *const c_char, question_size: usize, options: *const leyden_ask_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_submit_tool_results_json(out: *mut *mut leyden_answer, chat: *mut leyden_chat, json: *const c_char, json_size: usize, options: *const leyden_ask_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_messages_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_set_messages_json(chat: *mut leyden_chat, json: *const c_char, json_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_passages_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_info_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_answer_text(answer: *const leyden_answer, size: *mut usize) -> *const c_char;
    pub fn leyden_answer_thinking(answer: *const leyden_answer, size: *mut usize) -> *const c_char;
    pub fn leyden_answer_finish_reason(answer: *const leyden_answer, size: *mut usize) -> *const c_char;
    pub fn leyden_answer_json(out: *mut *mut leyden_string, answer: *const leyden_answer, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_answer_destroy(answer: *mut leyden_answer);
    pub fn leyden_toolbox_options_init(options: *mut leyden_toolbox_options, size: usize);
    pub fn leyden_toolbox_create(out: *mut *mut leyden_toolbox, options: *const leyden_toolbox_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_destroy(toolbox: *mut leyden_toolbox);
    pub fn leyden_toolbox_add_document_json(toolbox: *mut leyden_toolbox, title: *const c_char, title_size: usize, pages_json: *const c_char, pages_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_tool_desc_init(desc: *mut leyden_tool_desc, size: usize);
    pub fn leyden_tool_reply_set(reply: *mut leyden_tool_reply, text: *const c_char, text_size: usize);
    pub fn leyden_toolbox_add_function(toolbox: *mut leyden_toolbox, desc: *const leyden_tool_desc, call: Option<leyden_tool_fn>, user_data: *mut c_void, user_data_free: Option<leyden_free_fn>, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_approval_deny_reason(answer: *mut leyden_approval_answer, text: *const c_char, text_size: usize);
    pub fn leyden_toolbox_add_mcp_json(toolbox: *mut leyden_toolbox, json: *const c_char, json_size: usize, approve: Option<leyden_approve_fn>, approve_data: *mut c_void, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_set_plugin_settings_json(toolbox: *mut leyden_toolbox, json: *const c_char, json_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_add_plugins(out_problems: *mut *mut leyden_string, toolbox: *mut leyden_toolbox, folder: *const c_char, folder_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_list_json(out: *mut *mut leyden_string, toolbox: *const leyden_toolbox, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_log_json(out: *mut *mut leyden_string, toolbox: *const leyden_toolbox, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_set_enabled(toolbox: *mut leyden_toolbox, name: *const c_char, name_size: usize, enabled: i32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_set_offline(toolbox: *mut leyden_toolbox, offline: i32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_allow_always(toolbox: *mut leyden_toolbox, origin: *const c_char, origin_size: usize, name: *const c_char, name_size: usize, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_toolbox_call_json(out: *mut *mut leyden_string, toolbox: *mut leyden_toolbox, name: *const c_char, name_size: usize, arguments: *const c_char, arguments_size: usize, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_agent_options_init(options: *mut leyden_agent_options, size: usize);
    pub fn leyden_chat_run(out: *mut *mut leyden_answer, chat: *mut leyden_chat, toolbox: *mut leyden_toolbox, question: *const c_char, question_size: usize, options: *const leyden_agent_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_reading_options_init(options: *mut leyden_reading_options, size: usize);
    pub fn leyden_toolbox_ask(out: *mut *mut leyden_answer, toolbox: *mut leyden_toolbox, model: *mut leyden_model, question: *const c_char, question_size: usize, options: *const leyden_reading_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_file_options_init(options: *mut leyden_file_options, size: usize);
    pub fn leyden_file_open(out: *mut *mut leyden_file, path: *const c_char, path_size: usize, options: *const leyden_file_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_file_info_json(out: *mut *mut leyden_string, file: *mut leyden_file, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_file_page_json(out: *mut *mut leyden_string, file: *mut leyden_file, page: u32, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_image_width(image: *const leyden_image) -> u32;
    pub fn leyden_image_height(image: *const leyden_image) -> u32;
    pub fn leyden_image_stride(image: *const leyden_image) -> usize;
    pub fn leyden_image_data(image: *const leyden_image) -> *const u8;
    pub fn leyden_image_destroy(image: *mut leyden_image);
    pub fn leyden_file_page_image(out: *mut *mut leyden_image, file: *mut leyden_file, page: u32, scale: f64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_file_document_json(out: *mut *mut leyden_string, file: *mut leyden_file, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_file_destroy(file: *mut leyden_file);
    pub fn leyden_chat_options_init(options: *mut leyden_chat_options, size: usize);
    pub fn leyden_chat_open(out: *mut *mut leyden_chat, model: *mut leyden_model, options: *const leyden_chat_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_session(chat: *const leyden_chat) -> i64;
    pub fn leyden_chat_resume_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_verify_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, options: *const leyden_run_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_add_stored_document(out_index: *mut usize, chat: *mut leyden_chat, document: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_go_to(chat: *mut leyden_chat, message: i64, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_answer_again(out: *mut *mut leyden_answer, chat: *mut leyden_chat, options: *const leyden_ask_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_continue(out: *mut *mut leyden_answer, chat: *mut leyden_chat, options: *const leyden_ask_options, error: *mut *mut leyden_error) -> leyden_status;
    pub fn leyden_chat_context_json(out: *mut *mut leyden_string, chat: *mut leyden_chat, draft: *const c_char, draft_size: usize, error: *mut *mut leyden_error) -> leyden_status;
}
