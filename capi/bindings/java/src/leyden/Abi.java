// SPDX-License-Identifier: Apache-2.0
// Declarations of leyden.h for JNA. Made by capi/tools/api.py; do not edit.
package leyden;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.PointerByReference;

interface Abi extends Library {
  int LEYDEN_UNSTABLE_REVISION = 4;
  int LEYDEN_OK = 0;
  int LEYDEN_E_INVALID_ARGUMENT = -1;
  int LEYDEN_E_NOT_FOUND = -2;
  int LEYDEN_E_CORRUPT = -3;
  int LEYDEN_E_UNSUPPORTED = -4;
  int LEYDEN_E_OUT_OF_MEMORY = -5;
  int LEYDEN_E_CANCELLED = -6;
  int LEYDEN_E_IO = -7;
  int LEYDEN_E_CONTEXT_OVERFLOW = -8;
  int LEYDEN_E_BUSY = -9;
  int LEYDEN_E_DEVICE_LOST = -10;
  int LEYDEN_E_INTERNAL = -11;
  int leyden_error_code(Pointer error);
  Pointer leyden_error_message(Pointer error, Pointer size);
  void leyden_error_destroy(Pointer error);
  Pointer leyden_status_name(int status);
  Pointer leyden_version();
  int leyden_abi();
  int leyden_check_unstable(int revision, PointerByReference error);
  int leyden_has(byte[] name);
  Pointer leyden_string_data(Pointer string);
  long leyden_string_size(Pointer string);
  void leyden_string_destroy(Pointer string);
  Pointer leyden_ids_data(Pointer ids);
  long leyden_ids_size(Pointer ids);
  void leyden_ids_destroy(Pointer ids);
  int leyden_cancel_create(PointerByReference out, PointerByReference error);
  void leyden_cancel_request(Pointer cancel);
  void leyden_cancel_reset(Pointer cancel);
  int leyden_cancel_requested(Pointer cancel);
  void leyden_cancel_destroy(Pointer cancel);

  @FieldOrder({"struct_size", "reserved", "phase", "unit", "done", "total", "eta_s", "file", "file_number", "file_count"})
  class leyden_progress extends Structure {
    public int struct_size;
    public int reserved;
    public Pointer phase;
    public Pointer unit;
    public long done;
    public long total;
    public double eta_s;
    public Pointer file;
    public long file_number;
    public long file_count;
    public leyden_progress() {
      struct_size = size();
    }
    public leyden_progress(Pointer p) {
      super(p);
      read();
    }
  }

  interface leyden_progress_fn extends Callback {
    void invoke(Pointer progress, Pointer user_data);
  }
  int leyden_default_store_path(PointerByReference out, PointerByReference error);

  @FieldOrder({"struct_size", "read_only", "reserved", "passphrase", "passphrase_size", "quota_bytes"})
  class leyden_store_options extends Structure {
    public int struct_size;
    public byte read_only;
    public byte[] reserved = new byte[3];
    public Pointer passphrase;
    public long passphrase_size;
    public long quota_bytes;
    public leyden_store_options() {
      struct_size = size();
    }
    public leyden_store_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_store_options_init(leyden_store_options options, long size);
  int leyden_store_open(PointerByReference out, byte[] folder, long folder_size, leyden_store_options options, PointerByReference error);
  void leyden_store_destroy(Pointer store);
  int leyden_default_model_path(PointerByReference out, PointerByReference error);
  int leyden_model_info_json(PointerByReference out, byte[] folder, long folder_size, PointerByReference error);
  int LEYDEN_PRECISION_DEFAULT = 0;
  int LEYDEN_PRECISION_DEPLOYED = 1;
  int LEYDEN_PRECISION_REFERENCE = 2;
  int LEYDEN_ATTENTION_DEFAULT = 0;
  int LEYDEN_ATTENTION_DSA = 1;
  int LEYDEN_ATTENTION_DENSE = 2;
  int LEYDEN_FORM_AUTO = 0;
  int LEYDEN_FORM_MQA = 1;
  int LEYDEN_FORM_MHA = 2;

  @FieldOrder({"struct_size", "precision", "attention", "form", "threads", "reserved", "chunk_tokens", "kv_bytes", "store_bytes", "chat_format", "chat_format_size", "on_progress", "user_data", "cancel", "store", "device", "device_size"})
  class leyden_model_options extends Structure {
    public int struct_size;
    public int precision;
    public int attention;
    public int form;
    public int threads;
    public int reserved;
    public long chunk_tokens;
    public long kv_bytes;
    public long store_bytes;
    public Pointer chat_format;
    public long chat_format_size;
    public leyden_progress_fn on_progress;
    public Pointer user_data;
    public Pointer cancel;
    public Pointer store;
    public Pointer device;
    public long device_size;
    public leyden_model_options() {
      struct_size = size();
    }
    public leyden_model_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_model_options_init(leyden_model_options options, long size);
  int leyden_model_open(PointerByReference out, byte[] folder, long folder_size, leyden_model_options options, PointerByReference error);
  void leyden_model_destroy(Pointer model);
  long leyden_model_vocab_size(Pointer model);
  int leyden_model_stats_json(PointerByReference out, Pointer model, PointerByReference error);
  int leyden_devices_json(PointerByReference out, PointerByReference error);

  @FieldOrder({"struct_size", "precision", "attention", "reserved", "context", "sessions", "chunk_tokens", "gpu_bytes", "n_gpus", "host_bytes"})
  class leyden_plan_options extends Structure {
    public int struct_size;
    public int precision;
    public int attention;
    public int reserved;
    public long context;
    public long sessions;
    public long chunk_tokens;
    public Pointer gpu_bytes;
    public long n_gpus;
    public long host_bytes;
    public leyden_plan_options() {
      struct_size = size();
    }
    public leyden_plan_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_plan_options_init(leyden_plan_options options, long size);
  int leyden_plan_json(PointerByReference out, byte[] folder, long folder_size, leyden_plan_options options, PointerByReference error);
  int LEYDEN_ADDED_MATCH = 0;
  int LEYDEN_ADDED_IGNORE = 1;
  int leyden_tokenizer_open(PointerByReference out, byte[] folder, long folder_size, PointerByReference error);
  int leyden_model_tokenizer(PointerByReference out, Pointer model, PointerByReference error);
  void leyden_tokenizer_destroy(Pointer tokenizer);
  int leyden_tokenizer_encode(PointerByReference out, Pointer tokenizer, byte[] text, long text_size, int added, PointerByReference error);
  int leyden_tokenizer_decode(PointerByReference out, Pointer tokenizer, int[] ids, long n_ids, PointerByReference error);
  int leyden_tokenizer_vocab_size(Pointer tokenizer);

  @FieldOrder({"struct_size", "reserved", "on_progress", "user_data", "cancel"})
  class leyden_run_options extends Structure {
    public int struct_size;
    public int reserved;
    public leyden_progress_fn on_progress;
    public Pointer user_data;
    public Pointer cancel;
    public leyden_run_options() {
      struct_size = size();
    }
    public leyden_run_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_run_options_init(leyden_run_options options, long size);

  interface leyden_logits_fn extends Callback {
    int invoke(long first, long n, long vocab, Pointer logits, Pointer user_data);
  }
  int leyden_model_logits(Pointer model, int[] ids, long n_ids, leyden_logits_fn sink, Pointer sink_data, leyden_run_options options, PointerByReference error);
  int leyden_model_index_recall_json(PointerByReference out, Pointer model, int[] ids, long n_ids, long stride, leyden_run_options options, PointerByReference error);

  @FieldOrder({"id", "bias"})
  class leyden_logit_bias extends Structure {
    public int id;
    public float bias;
    public leyden_logit_bias() {
    }
    public leyden_logit_bias(Pointer p) {
      super(p);
      read();
    }
  }

  @FieldOrder({"struct_size", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty", "seed", "logit_bias", "n_logit_bias"})
  class leyden_sampling extends Structure {
    public int struct_size;
    public float temperature;
    public float top_p;
    public int top_k;
    public float min_p;
    public float repetition_penalty;
    public float presence_penalty;
    public float frequency_penalty;
    public long seed;
    public Pointer logit_bias;
    public long n_logit_bias;
    public leyden_sampling() {
      struct_size = size();
    }
    public leyden_sampling(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_sampling_init(leyden_sampling sampling, long size);

  interface leyden_token_fn extends Callback {
    int invoke(int id, long position, Pointer user_data);
  }

  @FieldOrder({"struct_size", "reserved", "sampling", "max_tokens", "stop_ids", "n_stop_ids", "on_token", "on_progress", "user_data", "cancel"})
  class leyden_generate_options extends Structure {
    public int struct_size;
    public int reserved;
    public Pointer sampling;
    public long max_tokens;
    public Pointer stop_ids;
    public long n_stop_ids;
    public leyden_token_fn on_token;
    public leyden_progress_fn on_progress;
    public Pointer user_data;
    public Pointer cancel;
    public leyden_generate_options() {
      struct_size = size();
    }
    public leyden_generate_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_generate_options_init(leyden_generate_options options, long size);
  int leyden_model_generate(PointerByReference out, Pointer model, int[] ids, long n_ids, leyden_generate_options options, PointerByReference error);
  Pointer leyden_generation_ids(Pointer generation, Pointer size);
  int leyden_generation_json(PointerByReference out, Pointer generation, PointerByReference error);
  void leyden_generation_destroy(Pointer generation);
  int leyden_store_notes_json(PointerByReference out, Pointer store, PointerByReference error);
  int leyden_store_stats_json(PointerByReference out, Pointer store, PointerByReference error);
  int leyden_store_check_json(PointerByReference out, Pointer store, leyden_run_options options, PointerByReference error);
  int leyden_store_repair_json(PointerByReference out, byte[] folder, long folder_size, leyden_store_options options, PointerByReference error);
  int leyden_store_vacuum(Pointer store, PointerByReference error);
  int leyden_store_backup(Pointer store, byte[] folder, long folder_size, PointerByReference error);
  int leyden_store_collect_json(PointerByReference out, Pointer store, long quota_bytes, PointerByReference error);
  int leyden_store_change_passphrase(Pointer store, byte[] old_passphrase, long old_size, byte[] new_passphrase, long new_size, PointerByReference error);
  int leyden_store_setting(PointerByReference out, Pointer store, byte[] key, long key_size, PointerByReference error);
  int leyden_store_set_setting(Pointer store, byte[] key, long key_size, byte[] value, long value_size, PointerByReference error);
  int leyden_store_search_json(PointerByReference out, Pointer store, byte[] query, long query_size, long limit, PointerByReference error);
  int leyden_store_sessions_json(PointerByReference out, Pointer store, long limit, long offset, PointerByReference error);
  int leyden_session_find(Pointer out, Pointer store, byte[] name, long name_size, PointerByReference error);
  int leyden_session_info_json(PointerByReference out, Pointer store, long session, PointerByReference error);
  int leyden_session_messages_json(PointerByReference out, Pointer store, long session, PointerByReference error);
  int leyden_session_create(Pointer out, Pointer store, byte[] title, long title_size, PointerByReference error);
  int leyden_session_rename(Pointer store, long session, byte[] title, long title_size, PointerByReference error);
  int leyden_session_set_pinned(Pointer store, long session, int pinned, PointerByReference error);
  int leyden_session_set_settings_json(Pointer store, long session, byte[] json, long json_size, PointerByReference error);
  int leyden_session_set_quota(Pointer store, long session, long bytes, PointerByReference error);
  int leyden_session_set_head(Pointer store, long session, long message, PointerByReference error);
  int leyden_session_fork(Pointer out, Pointer store, long session, byte[] title, long title_size, long at_message, PointerByReference error);
  int leyden_session_remove(Pointer store, long session, int shred, PointerByReference error);
  int leyden_session_export_json(PointerByReference out, Pointer store, long session, byte[] path, long path_size, leyden_run_options options, PointerByReference error);
  int leyden_session_import_json(PointerByReference out, Pointer store, byte[] path, long path_size, leyden_run_options options, PointerByReference error);
  int LEYDEN_TRANSCRIPT_MARKDOWN = 1;
  int LEYDEN_TRANSCRIPT_JSON = 2;
  int leyden_session_transcript(PointerByReference out, Pointer store, long session, int format, PointerByReference error);
  int leyden_document_add_json(Pointer out, Pointer store, byte[] json, long json_size, PointerByReference error);
  int leyden_documents_json(PointerByReference out, Pointer store, PointerByReference error);
  int leyden_document_find(Pointer out, Pointer store, byte[] name, long name_size, PointerByReference error);
  int leyden_document_info_json(PointerByReference out, Pointer store, long document, PointerByReference error);
  int leyden_document_part_text(PointerByReference out, Pointer store, long document, int part, PointerByReference error);
  int leyden_document_page_map_json(PointerByReference out, Pointer store, long document, PointerByReference error);
  int leyden_document_set_pinned(Pointer store, long document, int pinned, PointerByReference error);
  int leyden_document_remove(Pointer store, long document, PointerByReference error);
  int leyden_chat_create(PointerByReference out, Pointer model, PointerByReference error);
  void leyden_chat_destroy(Pointer chat);
  int leyden_chat_add_document(Pointer out_index, Pointer chat, byte[] title, long title_size, byte[] text, long text_size, PointerByReference error);
  int leyden_chat_set_system(Pointer chat, byte[] text, long text_size, PointerByReference error);
  int leyden_chat_set_tools_json(Pointer chat, byte[] json, long json_size, PointerByReference error);
  int leyden_chat_prefill(Pointer chat, leyden_run_options options, PointerByReference error);
  int LEYDEN_EVENT_PREFILL = 1;
  int LEYDEN_EVENT_THINKING = 2;
  int LEYDEN_EVENT_TEXT = 3;
  int LEYDEN_EVENT_TOOL_CALL = 4;
  int LEYDEN_EVENT_MALFORMED_CALL = 5;
  int LEYDEN_EVENT_TOOL_RESULT = 6;
  int LEYDEN_EVENT_STEP = 7;
  int LEYDEN_EVENT_EVIDENCE = 8;
  int LEYDEN_EVENT_READING = 9;

  @FieldOrder({"struct_size", "kind", "text", "text_size", "name", "name_size", "progress"})
  class leyden_event extends Structure {
    public int struct_size;
    public int kind;
    public Pointer text;
    public long text_size;
    public Pointer name;
    public long name_size;
    public Pointer progress;
    public leyden_event() {
      struct_size = size();
    }
    public leyden_event(Pointer p) {
      super(p);
      read();
    }
  }

  interface leyden_event_fn extends Callback {
    void invoke(Pointer event, Pointer user_data);
  }

  @FieldOrder({"data", "size"})
  class leyden_text extends Structure {
    public Pointer data;
    public long size;
    public leyden_text() {
    }
    public leyden_text(Pointer p) {
      super(p);
      read();
    }
  }

  @FieldOrder({"struct_size", "thinking", "evidence", "constrain_references", "clamp_quotes", "sampling", "max_tokens", "stop", "n_stop", "on_event", "user_data", "cancel", "schema", "schema_size"})
  class leyden_ask_options extends Structure {
    public int struct_size;
    public byte thinking;
    public byte evidence;
    public byte constrain_references;
    public byte clamp_quotes;
    public Pointer sampling;
    public long max_tokens;
    public Pointer stop;
    public long n_stop;
    public leyden_event_fn on_event;
    public Pointer user_data;
    public Pointer cancel;
    public Pointer schema;
    public long schema_size;
    public leyden_ask_options() {
      struct_size = size();
    }
    public leyden_ask_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_ask_options_init(leyden_ask_options options, long size);
  int leyden_chat_ask(PointerByReference out, Pointer chat, byte[] question, long question_size, leyden_ask_options options, PointerByReference error);
  int leyden_chat_submit_tool_results_json(PointerByReference out, Pointer chat, byte[] json, long json_size, leyden_ask_options options, PointerByReference error);
  int leyden_chat_messages_json(PointerByReference out, Pointer chat, PointerByReference error);
  int leyden_chat_set_messages_json(Pointer chat, byte[] json, long json_size, PointerByReference error);
  int leyden_chat_passages_json(PointerByReference out, Pointer chat, PointerByReference error);
  int leyden_chat_info_json(PointerByReference out, Pointer chat, PointerByReference error);
  Pointer leyden_answer_text(Pointer answer, Pointer size);
  Pointer leyden_answer_thinking(Pointer answer, Pointer size);
  Pointer leyden_answer_finish_reason(Pointer answer, Pointer size);
  int leyden_answer_json(PointerByReference out, Pointer answer, PointerByReference error);
  void leyden_answer_destroy(Pointer answer);

  @FieldOrder({"struct_size", "offline", "reserved", "store"})
  class leyden_toolbox_options extends Structure {
    public int struct_size;
    public byte offline;
    public byte[] reserved = new byte[3];
    public Pointer store;
    public leyden_toolbox_options() {
      struct_size = size();
    }
    public leyden_toolbox_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_toolbox_options_init(leyden_toolbox_options options, long size);
  int leyden_toolbox_create(PointerByReference out, leyden_toolbox_options options, PointerByReference error);
  void leyden_toolbox_destroy(Pointer toolbox);
  int leyden_toolbox_add_document_json(Pointer toolbox, byte[] title, long title_size, byte[] pages_json, long pages_size, PointerByReference error);
  int LEYDEN_TOOL_READ_ONLY = 1;
  int LEYDEN_TOOL_DESTRUCTIVE = 2;
  int LEYDEN_TOOL_NETWORK = 4;

  @FieldOrder({"struct_size", "flags", "name", "name_size", "description", "description_size", "parameters", "parameters_size"})
  class leyden_tool_desc extends Structure {
    public int struct_size;
    public int flags;
    public Pointer name;
    public long name_size;
    public Pointer description;
    public long description_size;
    public Pointer parameters;
    public long parameters_size;
    public leyden_tool_desc() {
      struct_size = size();
    }
    public leyden_tool_desc(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_tool_desc_init(leyden_tool_desc desc, long size);

  @FieldOrder({"struct_size", "offline", "name", "name_size", "arguments", "arguments_size", "time_limit_s", "cancel"})
  class leyden_tool_call extends Structure {
    public int struct_size;
    public int offline;
    public Pointer name;
    public long name_size;
    public Pointer arguments;
    public long arguments_size;
    public double time_limit_s;
    public Pointer cancel;
    public leyden_tool_call() {
      struct_size = size();
    }
    public leyden_tool_call(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_tool_reply_set(Pointer reply, byte[] text, long text_size);

  interface leyden_tool_fn extends Callback {
    int invoke(Pointer call, Pointer reply, Pointer user_data);
  }

  interface leyden_free_fn extends Callback {
    void invoke(Pointer user_data);
  }
  int leyden_toolbox_add_function(Pointer toolbox, leyden_tool_desc desc, leyden_tool_fn call, Pointer user_data, leyden_free_fn user_data_free, PointerByReference error);

  @FieldOrder({"struct_size", "once_only", "shares_library", "reserved", "flags", "reserved2", "name", "origin", "description", "arguments", "arguments_size", "library_text", "library_text_size", "hosts", "hosts_size"})
  class leyden_approval extends Structure {
    public int struct_size;
    public byte once_only;
    public byte shares_library;
    public byte[] reserved = new byte[2];
    public int flags;
    public int reserved2;
    public Pointer name;
    public Pointer origin;
    public Pointer description;
    public Pointer arguments;
    public long arguments_size;
    public Pointer library_text;
    public long library_text_size;
    public Pointer hosts;
    public long hosts_size;
    public leyden_approval() {
      struct_size = size();
    }
    public leyden_approval(Pointer p) {
      super(p);
      read();
    }
  }
  int LEYDEN_APPROVE_DENY = 0;
  int LEYDEN_APPROVE_ONCE = 1;
  int LEYDEN_APPROVE_SESSION = 2;
  int LEYDEN_APPROVE_ALWAYS = 3;
  void leyden_approval_deny_reason(Pointer answer, byte[] text, long text_size);

  interface leyden_approve_fn extends Callback {
    int invoke(Pointer approval, Pointer answer, Pointer user_data);
  }
  int leyden_toolbox_add_mcp_json(Pointer toolbox, byte[] json, long json_size, leyden_approve_fn approve, Pointer approve_data, PointerByReference error);
  int leyden_toolbox_set_plugin_settings_json(Pointer toolbox, byte[] json, long json_size, PointerByReference error);
  int leyden_toolbox_add_plugins(PointerByReference out_problems, Pointer toolbox, byte[] folder, long folder_size, PointerByReference error);
  int leyden_toolbox_list_json(PointerByReference out, Pointer toolbox, PointerByReference error);
  int leyden_toolbox_log_json(PointerByReference out, Pointer toolbox, PointerByReference error);
  int leyden_toolbox_set_enabled(Pointer toolbox, byte[] name, long name_size, int enabled, PointerByReference error);
  int leyden_toolbox_set_offline(Pointer toolbox, int offline, PointerByReference error);
  int leyden_toolbox_allow_always(Pointer toolbox, byte[] origin, long origin_size, byte[] name, long name_size, PointerByReference error);
  int leyden_toolbox_call_json(PointerByReference out, Pointer toolbox, byte[] name, long name_size, byte[] arguments, long arguments_size, leyden_run_options options, PointerByReference error);

  @FieldOrder({"struct_size", "max_steps", "ask", "max_seconds", "max_tokens", "tool_seconds", "approve", "approve_data"})
  class leyden_agent_options extends Structure {
    public int struct_size;
    public int max_steps;
    public Pointer ask;
    public double max_seconds;
    public long max_tokens;
    public double tool_seconds;
    public leyden_approve_fn approve;
    public Pointer approve_data;
    public leyden_agent_options() {
      struct_size = size();
    }
    public leyden_agent_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_agent_options_init(leyden_agent_options options, long size);
  int leyden_chat_run(PointerByReference out, Pointer chat, Pointer toolbox, byte[] question, long question_size, leyden_agent_options options, PointerByReference error);
  int LEYDEN_READING_AUTO = 0;
  int LEYDEN_READING_WHOLE = 1;
  int LEYDEN_READING_PAGES = 2;
  int LEYDEN_READING_MAP = 3;

  @FieldOrder({"struct_size", "mode", "ask", "context_tokens"})
  class leyden_reading_options extends Structure {
    public int struct_size;
    public int mode;
    public Pointer ask;
    public long context_tokens;
    public leyden_reading_options() {
      struct_size = size();
    }
    public leyden_reading_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_reading_options_init(leyden_reading_options options, long size);
  int leyden_toolbox_ask(PointerByReference out, Pointer toolbox, Pointer model, byte[] question, long question_size, leyden_reading_options options, PointerByReference error);

  @FieldOrder({"struct_size", "allow_unsandboxed", "reserved", "on_progress", "user_data", "cancel"})
  class leyden_file_options extends Structure {
    public int struct_size;
    public byte allow_unsandboxed;
    public byte[] reserved = new byte[3];
    public leyden_progress_fn on_progress;
    public Pointer user_data;
    public Pointer cancel;
    public leyden_file_options() {
      struct_size = size();
    }
    public leyden_file_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_file_options_init(leyden_file_options options, long size);
  int leyden_file_open(PointerByReference out, byte[] path, long path_size, leyden_file_options options, PointerByReference error);
  int leyden_file_info_json(PointerByReference out, Pointer file, PointerByReference error);
  int leyden_file_page_json(PointerByReference out, Pointer file, int page, PointerByReference error);
  int leyden_image_width(Pointer image);
  int leyden_image_height(Pointer image);
  long leyden_image_stride(Pointer image);
  Pointer leyden_image_data(Pointer image);
  void leyden_image_destroy(Pointer image);
  int leyden_file_page_image(PointerByReference out, Pointer file, int page, double scale, PointerByReference error);
  int leyden_file_document_json(PointerByReference out, Pointer file, PointerByReference error);
  void leyden_file_destroy(Pointer file);

  @FieldOrder({"struct_size", "reserved", "session", "on_progress", "user_data", "cancel"})
  class leyden_chat_options extends Structure {
    public int struct_size;
    public int reserved;
    public long session;
    public leyden_progress_fn on_progress;
    public Pointer user_data;
    public Pointer cancel;
    public leyden_chat_options() {
      struct_size = size();
    }
    public leyden_chat_options(Pointer p) {
      super(p);
      read();
    }
  }
  void leyden_chat_options_init(leyden_chat_options options, long size);
  int leyden_chat_open(PointerByReference out, Pointer model, leyden_chat_options options, PointerByReference error);
  long leyden_chat_session(Pointer chat);
  int leyden_chat_resume_json(PointerByReference out, Pointer chat, PointerByReference error);
  int leyden_chat_verify_json(PointerByReference out, Pointer chat, leyden_run_options options, PointerByReference error);
  int leyden_chat_add_stored_document(Pointer out_index, Pointer chat, long document, PointerByReference error);
  int leyden_chat_go_to(Pointer chat, long message, PointerByReference error);
  int leyden_chat_answer_again(PointerByReference out, Pointer chat, leyden_ask_options options, PointerByReference error);
  int leyden_chat_continue(PointerByReference out, Pointer chat, leyden_ask_options options, PointerByReference error);
  int leyden_chat_context_json(PointerByReference out, Pointer chat, byte[] draft, long draft_size, PointerByReference error);
}
