// SPDX-License-Identifier: Apache-2.0
// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.
use crate::call::{bytes_from, check, ids_from, number_from, string_from, utf8};
use crate::watch::{watched, RunOptions};
use crate::Result;
use leyden_sys as sys;

/// Where the jar is when nobody says otherwise. See leyden_default_store_path.
pub fn default_store_path() -> Result<String> {
    string_from(|out, error| unsafe {
        sys::leyden_default_store_path(out, error)
    })
}

/// The folder of the default model. See leyden_default_model_path.
pub fn default_model_path() -> Result<String> {
    string_from(|out, error| unsafe {
        sys::leyden_default_model_path(out, error)
    })
}

/// What a model folder holds, from config.json and tensor headers alone. See
/// leyden_model_info_json.
pub fn model_info_json(folder: &str) -> Result<String> {
    let folder = utf8(folder);
    string_from(|out, error| unsafe {
        sys::leyden_model_info_json(out, folder.0, folder.1, error)
    })
}

/// What a model can compute on here. See leyden_devices_json.
pub fn devices_json() -> Result<String> {
    string_from(|out, error| unsafe {
        sys::leyden_devices_json(out, error)
    })
}

/// A picture. See leyden_image.
pub struct Image(pub(crate) *mut sys::leyden_image);
unsafe impl Send for Image {}
unsafe impl Sync for Image {}
impl Drop for Image {
    fn drop(&mut self) {
        unsafe { sys::leyden_image_destroy(self.0) }
    }
}
impl Image {
    /// See leyden_image_width.
    pub fn width(&self) -> u32 {
        unsafe { sys::leyden_image_width(self.0) }
    }
    /// See leyden_image_height.
    pub fn height(&self) -> u32 {
        unsafe { sys::leyden_image_height(self.0) }
    }
    /// Bytes from one row to the next. See leyden_image_stride.
    pub fn stride(&self) -> usize {
        unsafe { sys::leyden_image_stride(self.0) }
    }
}

/// A vocabulary with its rules. See leyden_tokenizer.
pub struct Tokenizer(pub(crate) *mut sys::leyden_tokenizer);
unsafe impl Send for Tokenizer {}
unsafe impl Sync for Tokenizer {}
impl Drop for Tokenizer {
    fn drop(&mut self) {
        unsafe { sys::leyden_tokenizer_destroy(self.0) }
    }
}
impl Tokenizer {
    /// Text to ids. See leyden_tokenizer_encode.
    pub fn encode(&self, text: &str, added: i32) -> Result<Vec<i32>> {
        let text = utf8(text);
        ids_from(|out, error| unsafe {
            sys::leyden_tokenizer_encode(out, self.0, text.0, text.1, added, error)
        })
    }
    /// Ids to their bytes, which may begin or end inside a character. See leyden_tokenizer_decode.
    pub fn decode(&self, ids: &[i32]) -> Result<Vec<u8>> {
        bytes_from(|out, error| unsafe {
            sys::leyden_tokenizer_decode(out, self.0, ids.as_ptr(), ids.len(), error)
        })
    }
    /// Highest id + 1. See leyden_tokenizer_vocab_size.
    pub fn vocab_size(&self) -> i32 {
        unsafe { sys::leyden_tokenizer_vocab_size(self.0) }
    }
}

/// A folder that keeps conversations, documents and what models have read. See leyden_store.
pub struct Store(pub(crate) *mut sys::leyden_store);
unsafe impl Send for Store {}
unsafe impl Sync for Store {}
impl Drop for Store {
    fn drop(&mut self) {
        unsafe { sys::leyden_store_destroy(self.0) }
    }
}
impl Store {
    /// What was unusual about opening the store, a sentence each, for its user. See
    /// leyden_store_notes_json.
    pub fn notes_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_store_notes_json(out, self.0, error)
        })
    }
    /// See leyden_store_stats_json.
    pub fn stats_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_store_stats_json(out, self.0, error)
        })
    }
    /// Reads everything and verifies it. See leyden_store_check_json.
    pub fn check_json(&self, run: RunOptions) -> Result<String> {
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_store_check_json(out, self.0, run, error)
            })
        })
    }
    /// Gives unused space back to the file system. See leyden_store_vacuum.
    pub fn vacuum(&self) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_store_vacuum(self.0, error)
        })
    }
    /// Writes a consistent copy while the store is in use. See leyden_store_backup.
    pub fn backup(&self, folder: &str) -> Result<()> {
        let folder = utf8(folder);
        check(|error| unsafe {
            sys::leyden_store_backup(self.0, folder.0, folder.1, error)
        })
    }
    /// Removes pages that nothing needs, and the least valuable ones over the quota. See
    /// leyden_store_collect_json.
    pub fn collect_json(&self, quota_bytes: u64) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_store_collect_json(out, self.0, quota_bytes, error)
        })
    }
    /// Puts an encrypted store under another passphrase. See leyden_store_change_passphrase.
    pub fn change_passphrase(&self, old_passphrase: &str, new_passphrase: &str) -> Result<()> {
        let old_passphrase = utf8(old_passphrase);
        let new_passphrase = utf8(new_passphrase);
        check(|error| unsafe {
            sys::leyden_store_change_passphrase(self.0, old_passphrase.0, old_passphrase.1, new_passphrase.0, new_passphrase.1, error)
        })
    }
    /// A text that leyden_store_set_setting put there. See leyden_store_setting.
    pub fn setting(&self, key: &str) -> Result<String> {
        let key = utf8(key);
        string_from(|out, error| unsafe {
            sys::leyden_store_setting(out, self.0, key.0, key.1, error)
        })
    }
    /// See leyden_store_set_setting.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        let key = utf8(key);
        let value = utf8(value);
        check(|error| unsafe {
            sys::leyden_store_set_setting(self.0, key.0, key.1, value.0, value.1, error)
        })
    }
    /// Finds words in titles, messages and documents, newest first, titles before other texts. See
    /// leyden_store_search_json.
    pub fn search_json(&self, query: &str, limit: usize) -> Result<String> {
        let query = utf8(query);
        string_from(|out, error| unsafe {
            sys::leyden_store_search_json(out, self.0, query.0, query.1, limit, error)
        })
    }
    /// Sessions, the last used first. See leyden_store_sessions_json.
    pub fn sessions_json(&self, limit: usize, offset: usize) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_store_sessions_json(out, self.0, limit, offset, error)
        })
    }
    /// See leyden_session_find.
    pub fn find_session(&self, name: &str) -> Result<i64> {
        let name = utf8(name);
        number_from(|out, error| unsafe {
            sys::leyden_session_find(out, self.0, name.0, name.1, error)
        })
    }
    /// One object as in leyden_store_sessions_json, with "documents". See leyden_session_info_json.
    pub fn session_info_json(&self, session: i64) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_session_info_json(out, self.0, session, error)
        })
    }
    /// The shown branch, first message first. See leyden_session_messages_json.
    pub fn session_messages_json(&self, session: i64) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_session_messages_json(out, self.0, session, error)
        })
    }
    /// A new, empty session. See leyden_session_create.
    pub fn create_session(&self, title: &str) -> Result<i64> {
        let title = utf8(title);
        number_from(|out, error| unsafe {
            sys::leyden_session_create(out, self.0, title.0, title.1, error)
        })
    }
    /// See leyden_session_rename.
    pub fn rename_session(&self, session: i64, title: &str) -> Result<()> {
        let title = utf8(title);
        check(|error| unsafe {
            sys::leyden_session_rename(self.0, session, title.0, title.1, error)
        })
    }
    /// A pinned session keeps its KV whatever the quota says. See leyden_session_set_pinned.
    pub fn set_session_pinned(&self, session: i64, pinned: bool) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_session_set_pinned(self.0, session, pinned.into(), error)
        })
    }
    /// See leyden_session_set_settings_json.
    pub fn set_session_settings_json(&self, session: i64, json: &str) -> Result<()> {
        let json = utf8(json);
        check(|error| unsafe {
            sys::leyden_session_set_settings_json(self.0, session, json.0, json.1, error)
        })
    }
    /// See leyden_session_set_quota.
    pub fn set_session_quota(&self, session: i64, bytes: u64) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_session_set_quota(self.0, session, bytes, error)
        })
    }
    /// Chooses the branch that ends in a message. See leyden_session_set_head.
    pub fn set_session_head(&self, session: i64, message: i64) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_session_set_head(self.0, session, message, error)
        })
    }
    /// A second session that goes on from the same place. See leyden_session_fork.
    pub fn fork_session(&self, session: i64, title: &str, at_message: i64) -> Result<i64> {
        let title = utf8(title);
        number_from(|out, error| unsafe {
            sys::leyden_session_fork(out, self.0, session, title.0, title.1, at_message, error)
        })
    }
    /// Removes a session and what only it needs. See leyden_session_remove.
    pub fn remove_session(&self, session: i64, shred: bool) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_session_remove(self.0, session, shred.into(), error)
        })
    }
    /// Writes a session with its documents and KV to one file, which appears only when complete.
    /// See leyden_session_export_json.
    pub fn export_session_json(&self, session: i64, path: &str, run: RunOptions) -> Result<String> {
        let path = utf8(path);
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_session_export_json(out, self.0, session, path.0, path.1, run, error)
            })
        })
    }
    /// Adds the session of such a file as a new one. See leyden_session_import_json.
    pub fn import_session_json(&self, path: &str, run: RunOptions) -> Result<String> {
        let path = utf8(path);
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_session_import_json(out, self.0, path.0, path.1, run, error)
            })
        })
    }
    /// The conversation as a text. See leyden_session_transcript.
    pub fn session_transcript(&self, session: i64, format: i32) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_session_transcript(out, self.0, session, format, error)
        })
    }
    /// Adds a document, or finds the one with the same parts, whose page map is renewed then. See
    /// leyden_document_add_json.
    pub fn add_document_json(&self, json: &str) -> Result<i64> {
        let json = utf8(json);
        number_from(|out, error| unsafe {
            sys::leyden_document_add_json(out, self.0, json.0, json.1, error)
        })
    }
    /// Documents, the last added first. See leyden_documents_json.
    pub fn documents_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_documents_json(out, self.0, error)
        })
    }
    /// See leyden_document_find.
    pub fn find_document(&self, name: &str) -> Result<i64> {
        let name = utf8(name);
        number_from(|out, error| unsafe {
            sys::leyden_document_find(out, self.0, name.0, name.1, error)
        })
    }
    /// One object as in leyden_documents_json, with "labels". See leyden_document_info_json.
    pub fn document_info_json(&self, document: i64) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_document_info_json(out, self.0, document, error)
        })
    }
    /// See leyden_document_part_text.
    pub fn document_part_text(&self, document: i64, part: u32) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_document_part_text(out, self.0, document, part, error)
        })
    }
    /// The page map as it was added. See leyden_document_page_map_json.
    pub fn document_page_map_json(&self, document: i64) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_document_page_map_json(out, self.0, document, error)
        })
    }
    /// A pinned document keeps its KV whatever the quota says. See leyden_document_set_pinned.
    pub fn set_document_pinned(&self, document: i64, pinned: bool) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_document_set_pinned(self.0, document, pinned.into(), error)
        })
    }
    /// See leyden_document_remove.
    pub fn remove_document(&self, document: i64) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_document_remove(self.0, document, error)
        })
    }
}

/// An opened model. See leyden_model.
pub struct Model(pub(crate) *mut sys::leyden_model);
unsafe impl Send for Model {}
unsafe impl Sync for Model {}
impl Drop for Model {
    fn drop(&mut self) {
        unsafe { sys::leyden_model_destroy(self.0) }
    }
}
impl Model {
    /// Columns of the logits. See leyden_model_vocab_size.
    pub fn vocab_size(&self) -> i64 {
        unsafe { sys::leyden_model_vocab_size(self.0) }
    }
    /// See leyden_model_stats_json.
    pub fn stats_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_model_stats_json(out, self.0, error)
        })
    }
    /// How much of a full attention's mass the lightning indexer's selection holds, by layer. See
    /// leyden_model_index_recall_json.
    pub fn index_recall_json(&self, ids: &[i32], stride: i64, run: RunOptions) -> Result<String> {
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_model_index_recall_json(out, self.0, ids.as_ptr(), ids.len(), stride, run, error)
            })
        })
    }
}

/// Tools a model may use. See leyden_toolbox.
pub struct Toolbox(pub(crate) *mut sys::leyden_toolbox);
unsafe impl Send for Toolbox {}
unsafe impl Sync for Toolbox {}
impl Drop for Toolbox {
    fn drop(&mut self) {
        unsafe { sys::leyden_toolbox_destroy(self.0) }
    }
}
impl Toolbox {
    /// Adds a document to a library in memory, which gets the tools search and open. See
    /// leyden_toolbox_add_document_json.
    pub fn add_document_json(&self, title: &str, pages_json: &str) -> Result<()> {
        let title = utf8(title);
        let pages_json = utf8(pages_json);
        check(|error| unsafe {
            sys::leyden_toolbox_add_document_json(self.0, title.0, title.1, pages_json.0, pages_json.1, error)
        })
    }
    /// What the user chose for plugins, for those that are added from then on. See
    /// leyden_toolbox_set_plugin_settings_json.
    pub fn set_plugin_settings_json(&self, json: &str) -> Result<()> {
        let json = utf8(json);
        check(|error| unsafe {
            sys::leyden_toolbox_set_plugin_settings_json(self.0, json.0, json.1, error)
        })
    }
    /// Starts the plugins of a folder, each in a sandbox of its own, and adds their tools. See
    /// leyden_toolbox_add_plugins.
    pub fn add_plugins(&self, folder: &str) -> Result<String> {
        let folder = utf8(folder);
        string_from(|out, error| unsafe {
            sys::leyden_toolbox_add_plugins(out, self.0, folder.0, folder.1, error)
        })
    }
    /// See leyden_toolbox_list_json.
    pub fn list_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_toolbox_list_json(out, self.0, error)
        })
    }
    /// Every call of this toolbox's runs, the last 10,000. See leyden_toolbox_log_json.
    pub fn log_json(&self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_toolbox_log_json(out, self.0, error)
        })
    }
    /// A tool that is not enabled is not announced. See leyden_toolbox_set_enabled.
    pub fn set_enabled(&self, name: &str, enabled: bool) -> Result<()> {
        let name = utf8(name);
        check(|error| unsafe {
            sys::leyden_toolbox_set_enabled(self.0, name.0, name.1, enabled.into(), error)
        })
    }
    /// Refuses what reaches the network from the next call on, or no longer. See
    /// leyden_toolbox_set_offline.
    pub fn set_offline(&self, offline: bool) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_toolbox_set_offline(self.0, offline.into(), error)
        })
    }
    /// Allows a tool of one origin for good, from a list the caller keeps. See
    /// leyden_toolbox_allow_always.
    pub fn allow_always(&self, origin: &str, name: &str) -> Result<()> {
        let origin = utf8(origin);
        let name = utf8(name);
        check(|error| unsafe {
            sys::leyden_toolbox_allow_always(self.0, origin.0, origin.1, name.0, name.1, error)
        })
    }
    /// Calls a tool without a model. See leyden_toolbox_call_json.
    pub fn call_json(&self, name: &str, arguments: &str, run: RunOptions) -> Result<String> {
        let name = utf8(name);
        let arguments = utf8(arguments);
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_toolbox_call_json(out, self.0, name.0, name.1, arguments.0, arguments.1, run, error)
            })
        })
    }
}

/// A PDF, DOCX, EPUB, HTML, Markdown or text file. See leyden_file.
pub struct File(pub(crate) *mut sys::leyden_file, pub(crate) Box<crate::file::Listener>);
unsafe impl Send for File {}
impl Drop for File {
    fn drop(&mut self) {
        unsafe { sys::leyden_file_destroy(self.0) }
    }
}
impl File {
    /// See leyden_file_info_json.
    pub fn info_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_file_info_json(out, self.0, error)
        })
    }
    /// See leyden_file_page_json.
    pub fn page_json(&mut self, page: u32) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_file_page_json(out, self.0, page, error)
        })
    }
    /// The whole document as leyden_document_add_json takes it. See leyden_file_document_json.
    pub fn document_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_file_document_json(out, self.0, error)
        })
    }
}

/// Documents, history and what the model has read of them. See leyden_chat.
pub struct Chat(pub(crate) *mut sys::leyden_chat);
unsafe impl Send for Chat {}
impl Drop for Chat {
    fn drop(&mut self) {
        unsafe { sys::leyden_chat_destroy(self.0) }
    }
}
impl Chat {
    /// Adds a document behind those already there. See leyden_chat_add_document.
    pub fn add_document(&mut self, title: &str, text: &str) -> Result<usize> {
        let title = utf8(title);
        let text = utf8(text);
        number_from(|out, error| unsafe {
            sys::leyden_chat_add_document(out, self.0, title.0, title.1, text.0, text.1, error)
        })
    }
    /// Sets the system text. See leyden_chat_set_system.
    pub fn set_system(&mut self, text: &str) -> Result<()> {
        let text = utf8(text);
        check(|error| unsafe {
            sys::leyden_chat_set_system(self.0, text.0, text.1, error)
        })
    }
    /// Sets the tools the model may call. See leyden_chat_set_tools_json.
    pub fn set_tools_json(&mut self, json: &str) -> Result<()> {
        let json = utf8(json);
        check(|error| unsafe {
            sys::leyden_chat_set_tools_json(self.0, json.0, json.1, error)
        })
    }
    /// Reads the documents now, ahead of the first question. See leyden_chat_prefill.
    pub fn prefill(&mut self, run: RunOptions) -> Result<()> {
        watched(run, |run| {
            check(|error| unsafe {
                sys::leyden_chat_prefill(self.0, run, error)
            })
        })
    }
    /// The history. See leyden_chat_messages_json.
    pub fn messages_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_chat_messages_json(out, self.0, error)
        })
    }
    /// Replaces the history, e.g. See leyden_chat_set_messages_json.
    pub fn set_messages_json(&mut self, json: &str) -> Result<()> {
        let json = utf8(json);
        check(|error| unsafe {
            sys::leyden_chat_set_messages_json(self.0, json.0, json.1, error)
        })
    }
    /// The documents' passages, as the prompt has them. See leyden_chat_passages_json.
    pub fn passages_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_chat_passages_json(out, self.0, error)
        })
    }
    /// See leyden_chat_info_json.
    pub fn info_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_chat_info_json(out, self.0, error)
        })
    }
    /// Its session. See leyden_chat_session.
    pub fn session(&self) -> i64 {
        unsafe { sys::leyden_chat_session(self.0) }
    }
    /// How the session came back. See leyden_chat_resume_json.
    pub fn resume_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_chat_resume_json(out, self.0, error)
        })
    }
    /// Reads everything the chat has read once more, apart, and compares. See
    /// leyden_chat_verify_json.
    pub fn verify_json(&mut self, run: RunOptions) -> Result<String> {
        watched(run, |run| {
            string_from(|out, error| unsafe {
                sys::leyden_chat_verify_json(out, self.0, run, error)
            })
        })
    }
    /// Adds a document of the jar behind those already there. See leyden_chat_add_stored_document.
    pub fn add_stored_document(&mut self, document: i64) -> Result<usize> {
        number_from(|out, error| unsafe {
            sys::leyden_chat_add_stored_document(out, self.0, document, error)
        })
    }
    /// Moves a saved chat to a message of its tree. See leyden_chat_go_to.
    pub fn go_to(&mut self, message: i64) -> Result<()> {
        check(|error| unsafe {
            sys::leyden_chat_go_to(self.0, message, error)
        })
    }
    /// What takes how much of the context, in tokens, if `draft` were asked now. See
    /// leyden_chat_context_json.
    pub fn context_json(&mut self, draft: &str) -> Result<String> {
        let draft = utf8(draft);
        string_from(|out, error| unsafe {
            sys::leyden_chat_context_json(out, self.0, draft.0, draft.1, error)
        })
    }
}
