// SPDX-License-Identifier: Apache-2.0
// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.
// clang-format off
#pragma once

#include <leyden/base.hpp>

namespace leyden {

/// Where the jar is when nobody says otherwise. See leyden_default_store_path.
inline std::string default_store_path() {
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_default_store_path(out, error);
  });
}

/// The folder of the default model. See leyden_default_model_path.
inline std::string default_model_path() {
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_default_model_path(out, error);
  });
}

/// What a model folder holds, from config.json and tensor headers alone. See
/// leyden_model_info_json.
inline std::string model_info_json(std::string_view folder) {
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_model_info_json(out, folder.data(), folder.size(), error);
  });
}

/// What a model can compute on here. See leyden_devices_json.
inline std::string devices_json() {
  return detail::text([&](leyden_string** out, leyden_error** error) {
    return leyden_devices_json(out, error);
  });
}

namespace detail {

/// A picture. See leyden_image.
class ImageHandle {
 public:
  leyden_image* get() const { return handle_.get(); }
  /// See leyden_image_width.
  std::uint32_t width() const {
    return leyden_image_width(get());
  }
  /// See leyden_image_height.
  std::uint32_t height() const {
    return leyden_image_height(get());
  }
  /// Bytes from one row to the next. See leyden_image_stride.
  std::size_t stride() const {
    return leyden_image_stride(get());
  }

 protected:
  ImageHandle() = default;
  explicit ImageHandle(leyden_image* handle) : handle_(handle) {}
  Owned<leyden_image, leyden_image_destroy> handle_;
};

/// A vocabulary with its rules. See leyden_tokenizer.
class TokenizerHandle {
 public:
  leyden_tokenizer* get() const { return handle_.get(); }
  /// Text to ids. See leyden_tokenizer_encode.
  std::vector<std::int32_t> encode(std::string_view text, std::int32_t added) const {
    return detail::ids([&](leyden_ids** out, leyden_error** error) {
      return leyden_tokenizer_encode(out, get(), text.data(), text.size(), added, error);
    });
  }
  /// Ids to their bytes, which may begin or end inside a character. See leyden_tokenizer_decode.
  std::string decode(const std::vector<std::int32_t>& ids) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_tokenizer_decode(out, get(), ids.data(), ids.size(), error);
    });
  }
  /// Highest id + 1. See leyden_tokenizer_vocab_size.
  std::int32_t vocab_size() const {
    return leyden_tokenizer_vocab_size(get());
  }

 protected:
  TokenizerHandle() = default;
  explicit TokenizerHandle(leyden_tokenizer* handle) : handle_(handle) {}
  Owned<leyden_tokenizer, leyden_tokenizer_destroy> handle_;
};

/// A folder that keeps conversations, documents and what models have read. See leyden_store.
class StoreHandle {
 public:
  leyden_store* get() const { return handle_.get(); }
  /// What was unusual about opening the store, a sentence each, for its user. See
  /// leyden_store_notes_json.
  std::string notes_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_notes_json(out, get(), error);
    });
  }
  /// See leyden_store_stats_json.
  std::string stats_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_stats_json(out, get(), error);
    });
  }
  /// Reads everything and verifies it. See leyden_store_check_json.
  std::string check_json(const RunOptions& run = {}) const {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_store_check_json(out, get(), options, error);
      });
    });
  }
  /// Gives unused space back to the file system. See leyden_store_vacuum.
  void vacuum() {
    return detail::done([&](leyden_error** error) {
      return leyden_store_vacuum(get(), error);
    });
  }
  /// Writes a consistent copy while the store is in use. See leyden_store_backup.
  void backup(std::string_view folder) {
    return detail::done([&](leyden_error** error) {
      return leyden_store_backup(get(), folder.data(), folder.size(), error);
    });
  }
  /// Removes pages that nothing needs, and the least valuable ones over the quota. See
  /// leyden_store_collect_json.
  std::string collect_json(std::uint64_t quota_bytes) {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_collect_json(out, get(), quota_bytes, error);
    });
  }
  /// Puts an encrypted store under another passphrase. See leyden_store_change_passphrase.
  void change_passphrase(std::string_view old_passphrase, std::string_view new_passphrase) {
    return detail::done([&](leyden_error** error) {
      return leyden_store_change_passphrase(get(), old_passphrase.data(), old_passphrase.size(), new_passphrase.data(), new_passphrase.size(), error);
    });
  }
  /// A text that leyden_store_set_setting put there. See leyden_store_setting.
  std::string setting(std::string_view key) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_setting(out, get(), key.data(), key.size(), error);
    });
  }
  /// See leyden_store_set_setting.
  void set_setting(std::string_view key, std::string_view value) {
    return detail::done([&](leyden_error** error) {
      return leyden_store_set_setting(get(), key.data(), key.size(), value.data(), value.size(), error);
    });
  }
  /// Finds words in titles, messages and documents, newest first, titles before other texts. See
  /// leyden_store_search_json.
  std::string search_json(std::string_view query, std::size_t limit) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_search_json(out, get(), query.data(), query.size(), limit, error);
    });
  }
  /// Sessions, the last used first. See leyden_store_sessions_json.
  std::string sessions_json(std::size_t limit, std::size_t offset) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_store_sessions_json(out, get(), limit, offset, error);
    });
  }
  /// See leyden_session_find.
  std::int64_t find_session(std::string_view name) const {
    return detail::number<std::int64_t>([&](std::int64_t* out, leyden_error** error) {
      return leyden_session_find(out, get(), name.data(), name.size(), error);
    });
  }
  /// One object as in leyden_store_sessions_json, with "documents". See leyden_session_info_json.
  std::string session_info_json(std::int64_t session) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_session_info_json(out, get(), session, error);
    });
  }
  /// The shown branch, first message first. See leyden_session_messages_json.
  std::string session_messages_json(std::int64_t session) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_session_messages_json(out, get(), session, error);
    });
  }
  /// A new, empty session. See leyden_session_create.
  std::int64_t create_session(std::string_view title) {
    return detail::number<std::int64_t>([&](std::int64_t* out, leyden_error** error) {
      return leyden_session_create(out, get(), title.data(), title.size(), error);
    });
  }
  /// See leyden_session_rename.
  void rename_session(std::int64_t session, std::string_view title) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_rename(get(), session, title.data(), title.size(), error);
    });
  }
  /// A pinned session keeps its KV whatever the quota says. See leyden_session_set_pinned.
  void set_session_pinned(std::int64_t session, bool pinned) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_set_pinned(get(), session, pinned ? 1 : 0, error);
    });
  }
  /// See leyden_session_set_settings_json.
  void set_session_settings_json(std::int64_t session, std::string_view json) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_set_settings_json(get(), session, json.data(), json.size(), error);
    });
  }
  /// See leyden_session_set_quota.
  void set_session_quota(std::int64_t session, std::uint64_t bytes) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_set_quota(get(), session, bytes, error);
    });
  }
  /// Chooses the branch that ends in a message. See leyden_session_set_head.
  void set_session_head(std::int64_t session, std::int64_t message) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_set_head(get(), session, message, error);
    });
  }
  /// A second session that goes on from the same place. See leyden_session_fork.
  std::int64_t fork_session(std::int64_t session, std::string_view title, std::int64_t at_message) {
    return detail::number<std::int64_t>([&](std::int64_t* out, leyden_error** error) {
      return leyden_session_fork(out, get(), session, title.data(), title.size(), at_message, error);
    });
  }
  /// Removes a session and what only it needs. See leyden_session_remove.
  void remove_session(std::int64_t session, bool shred) {
    return detail::done([&](leyden_error** error) {
      return leyden_session_remove(get(), session, shred ? 1 : 0, error);
    });
  }
  /// Writes a session with its documents and KV to one file, which appears only when complete. See
  /// leyden_session_export_json.
  std::string export_session_json(std::int64_t session, std::string_view path, const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_session_export_json(out, get(), session, path.data(), path.size(), options, error);
      });
    });
  }
  /// Adds the session of such a file as a new one. See leyden_session_import_json.
  std::string import_session_json(std::string_view path, const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_session_import_json(out, get(), path.data(), path.size(), options, error);
      });
    });
  }
  /// The conversation as a text. See leyden_session_transcript.
  std::string session_transcript(std::int64_t session, std::int32_t format) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_session_transcript(out, get(), session, format, error);
    });
  }
  /// Adds a document, or finds the one with the same parts, whose page map is renewed then. See
  /// leyden_document_add_json.
  std::int64_t add_document_json(std::string_view json) {
    return detail::number<std::int64_t>([&](std::int64_t* out, leyden_error** error) {
      return leyden_document_add_json(out, get(), json.data(), json.size(), error);
    });
  }
  /// Documents, the last added first. See leyden_documents_json.
  std::string documents_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_documents_json(out, get(), error);
    });
  }
  /// See leyden_document_find.
  std::int64_t find_document(std::string_view name) const {
    return detail::number<std::int64_t>([&](std::int64_t* out, leyden_error** error) {
      return leyden_document_find(out, get(), name.data(), name.size(), error);
    });
  }
  /// One object as in leyden_documents_json, with "labels". See leyden_document_info_json.
  std::string document_info_json(std::int64_t document) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_document_info_json(out, get(), document, error);
    });
  }
  /// See leyden_document_part_text.
  std::string document_part_text(std::int64_t document, std::uint32_t part) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_document_part_text(out, get(), document, part, error);
    });
  }
  /// The page map as it was added. See leyden_document_page_map_json.
  std::string document_page_map_json(std::int64_t document) const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_document_page_map_json(out, get(), document, error);
    });
  }
  /// A pinned document keeps its KV whatever the quota says. See leyden_document_set_pinned.
  void set_document_pinned(std::int64_t document, bool pinned) {
    return detail::done([&](leyden_error** error) {
      return leyden_document_set_pinned(get(), document, pinned ? 1 : 0, error);
    });
  }
  /// See leyden_document_remove.
  void remove_document(std::int64_t document) {
    return detail::done([&](leyden_error** error) {
      return leyden_document_remove(get(), document, error);
    });
  }

 protected:
  StoreHandle() = default;
  explicit StoreHandle(leyden_store* handle) : handle_(handle) {}
  Owned<leyden_store, leyden_store_destroy> handle_;
};

/// An opened model. See leyden_model.
class ModelHandle {
 public:
  leyden_model* get() const { return handle_.get(); }
  /// Columns of the logits. See leyden_model_vocab_size.
  std::int64_t vocab_size() const {
    return leyden_model_vocab_size(get());
  }
  /// See leyden_model_stats_json.
  std::string stats_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_model_stats_json(out, get(), error);
    });
  }
  /// How much of a full attention's mass the lightning indexer's selection holds, by layer. See
  /// leyden_model_index_recall_json.
  std::string index_recall_json(const std::vector<std::int32_t>& ids, std::int64_t stride, const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_model_index_recall_json(out, get(), ids.data(), ids.size(), stride, options, error);
      });
    });
  }

 protected:
  ModelHandle() = default;
  explicit ModelHandle(leyden_model* handle) : handle_(handle) {}
  Owned<leyden_model, leyden_model_destroy> handle_;
};

/// Tools a model may use. See leyden_toolbox.
class ToolboxHandle {
 public:
  leyden_toolbox* get() const { return handle_.get(); }
  /// Adds a document to a library in memory, which gets the tools search and open. See
  /// leyden_toolbox_add_document_json.
  void add_document_json(std::string_view title, std::string_view pages_json) {
    return detail::done([&](leyden_error** error) {
      return leyden_toolbox_add_document_json(get(), title.data(), title.size(), pages_json.data(), pages_json.size(), error);
    });
  }
  /// What the user chose for plugins, for those that are added from then on. See
  /// leyden_toolbox_set_plugin_settings_json.
  void set_plugin_settings_json(std::string_view json) {
    return detail::done([&](leyden_error** error) {
      return leyden_toolbox_set_plugin_settings_json(get(), json.data(), json.size(), error);
    });
  }
  /// Starts the plugins of a folder, each in a sandbox of its own, and adds their tools. See
  /// leyden_toolbox_add_plugins.
  std::string add_plugins(std::string_view folder) {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_toolbox_add_plugins(out, get(), folder.data(), folder.size(), error);
    });
  }
  /// See leyden_toolbox_list_json.
  std::string list_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_toolbox_list_json(out, get(), error);
    });
  }
  /// Every call of this toolbox's runs, the last 10,000. See leyden_toolbox_log_json.
  std::string log_json() const {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_toolbox_log_json(out, get(), error);
    });
  }
  /// A tool that is not enabled is not announced. See leyden_toolbox_set_enabled.
  void set_enabled(std::string_view name, bool enabled) {
    return detail::done([&](leyden_error** error) {
      return leyden_toolbox_set_enabled(get(), name.data(), name.size(), enabled ? 1 : 0, error);
    });
  }
  /// Refuses what reaches the network from the next call on, or no longer. See
  /// leyden_toolbox_set_offline.
  void set_offline(bool offline) {
    return detail::done([&](leyden_error** error) {
      return leyden_toolbox_set_offline(get(), offline ? 1 : 0, error);
    });
  }
  /// Allows a tool of one origin for good, from a list the caller keeps. See
  /// leyden_toolbox_allow_always.
  void allow_always(std::string_view origin, std::string_view name) {
    return detail::done([&](leyden_error** error) {
      return leyden_toolbox_allow_always(get(), origin.data(), origin.size(), name.data(), name.size(), error);
    });
  }
  /// Calls a tool without a model. See leyden_toolbox_call_json.
  std::string call_json(std::string_view name, std::string_view arguments, const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_toolbox_call_json(out, get(), name.data(), name.size(), arguments.data(), arguments.size(), options, error);
      });
    });
  }

 protected:
  ToolboxHandle() = default;
  explicit ToolboxHandle(leyden_toolbox* handle) : handle_(handle) {}
  Owned<leyden_toolbox, leyden_toolbox_destroy> handle_;
};

/// A PDF, DOCX, EPUB, HTML, Markdown or text file. See leyden_file.
class FileHandle {
 public:
  leyden_file* get() const { return handle_.get(); }
  /// See leyden_file_info_json.
  std::string info_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_file_info_json(out, get(), error);
    });
  }
  /// See leyden_file_page_json.
  std::string page_json(std::uint32_t page) {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_file_page_json(out, get(), page, error);
    });
  }
  /// The whole document as leyden_document_add_json takes it. See leyden_file_document_json.
  std::string document_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_file_document_json(out, get(), error);
    });
  }

 protected:
  FileHandle() = default;
  explicit FileHandle(leyden_file* handle) : handle_(handle) {}
  Owned<leyden_file, leyden_file_destroy> handle_;
};

/// Documents, history and what the model has read of them. See leyden_chat.
class ChatHandle {
 public:
  leyden_chat* get() const { return handle_.get(); }
  /// Adds a document behind those already there. See leyden_chat_add_document.
  std::size_t add_document(std::string_view title, std::string_view text) {
    return detail::number<std::size_t>([&](std::size_t* out, leyden_error** error) {
      return leyden_chat_add_document(out, get(), title.data(), title.size(), text.data(), text.size(), error);
    });
  }
  /// Sets the system text. See leyden_chat_set_system.
  void set_system(std::string_view text) {
    return detail::done([&](leyden_error** error) {
      return leyden_chat_set_system(get(), text.data(), text.size(), error);
    });
  }
  /// Sets the tools the model may call. See leyden_chat_set_tools_json.
  void set_tools_json(std::string_view json) {
    return detail::done([&](leyden_error** error) {
      return leyden_chat_set_tools_json(get(), json.data(), json.size(), error);
    });
  }
  /// Reads the documents now, ahead of the first question. See leyden_chat_prefill.
  void prefill(const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::done([&](leyden_error** error) {
        return leyden_chat_prefill(get(), options, error);
      });
    });
  }
  /// The history. See leyden_chat_messages_json.
  std::string messages_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_messages_json(out, get(), error);
    });
  }
  /// Replaces the history, e.g. See leyden_chat_set_messages_json.
  void set_messages_json(std::string_view json) {
    return detail::done([&](leyden_error** error) {
      return leyden_chat_set_messages_json(get(), json.data(), json.size(), error);
    });
  }
  /// The documents' passages, as the prompt has them. See leyden_chat_passages_json.
  std::string passages_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_passages_json(out, get(), error);
    });
  }
  /// See leyden_chat_info_json.
  std::string info_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_info_json(out, get(), error);
    });
  }
  /// Its session. See leyden_chat_session.
  std::int64_t session() const {
    return leyden_chat_session(get());
  }
  /// How the session came back. See leyden_chat_resume_json.
  std::string resume_json() {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_resume_json(out, get(), error);
    });
  }
  /// Reads everything the chat has read once more, apart, and compares. See
  /// leyden_chat_verify_json.
  std::string verify_json(const RunOptions& run = {}) {
    return detail::watched(run, [&](const leyden_run_options* options) {
      return detail::text([&](leyden_string** out, leyden_error** error) {
        return leyden_chat_verify_json(out, get(), options, error);
      });
    });
  }
  /// Adds a document of the jar behind those already there. See leyden_chat_add_stored_document.
  std::size_t add_stored_document(std::int64_t document) {
    return detail::number<std::size_t>([&](std::size_t* out, leyden_error** error) {
      return leyden_chat_add_stored_document(out, get(), document, error);
    });
  }
  /// Moves a saved chat to a message of its tree. See leyden_chat_go_to.
  void go_to(std::int64_t message) {
    return detail::done([&](leyden_error** error) {
      return leyden_chat_go_to(get(), message, error);
    });
  }
  /// What takes how much of the context, in tokens, if `draft` were asked now. See
  /// leyden_chat_context_json.
  std::string context_json(std::string_view draft) {
    return detail::text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_context_json(out, get(), draft.data(), draft.size(), error);
    });
  }

 protected:
  ChatHandle() = default;
  explicit ChatHandle(leyden_chat* handle) : handle_(handle) {}
  Owned<leyden_chat, leyden_chat_destroy> handle_;
};

}  // namespace detail

}  // namespace leyden
