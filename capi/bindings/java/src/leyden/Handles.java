// SPDX-License-Identifier: Apache-2.0
// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.
package leyden;

import com.sun.jna.Pointer;

final class Handles {
  private Handles() {}

  /** What needs no handle. */
  abstract static class Functions {
    /** Where the jar is when nobody says otherwise. See leyden_default_store_path. */
    public static String defaultStorePath() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_default_store_path(out, error));
    }

    /** The folder of the default model. See leyden_default_model_path. */
    public static String defaultModelPath() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_default_model_path(out, error));
    }

    /**
     * What a model folder holds, from config.json and tensor headers alone. See
     * leyden_model_info_json.
     */
    public static String modelInfoJson(String folder) {
      byte[] folderUtf8 = Calls.utf8(folder);
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_model_info_json(out, folderUtf8, Calls.size(folderUtf8), error));
    }

    /** What a model can compute on here. See leyden_devices_json. */
    public static String devicesJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_devices_json(out, error));
    }
  }

  /** A picture. See leyden_image. */
  abstract static class ImageHandle implements AutoCloseable {
    Pointer handle;

    /** See leyden_image_width. */
    public int width() {
      return Calls.Lib.C.leyden_image_width(handle);
    }

    /** See leyden_image_height. */
    public int height() {
      return Calls.Lib.C.leyden_image_height(handle);
    }

    /** Bytes from one row to the next. See leyden_image_stride. */
    public long stride() {
      return Calls.Lib.C.leyden_image_stride(handle);
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_image_destroy(handle);
      handle = null;
    }
  }

  /** A vocabulary with its rules. See leyden_tokenizer. */
  abstract static class TokenizerHandle implements AutoCloseable {
    Pointer handle;

    /** Text to ids. See leyden_tokenizer_encode. */
    public int[] encode(String text, int added) {
      byte[] textUtf8 = Calls.utf8(text);
      return Calls.ids((out, error) ->
          Calls.Lib.C.leyden_tokenizer_encode(out, handle, textUtf8, Calls.size(textUtf8), added, error));
    }

    /**
     * Ids to their bytes, which may begin or end inside a character. See leyden_tokenizer_decode.
     */
    public byte[] decode(int[] ids) {
      return Calls.bytes((out, error) ->
          Calls.Lib.C.leyden_tokenizer_decode(out, handle, ids, ids.length, error));
    }

    /** Highest id + 1. See leyden_tokenizer_vocab_size. */
    public int vocabSize() {
      return Calls.Lib.C.leyden_tokenizer_vocab_size(handle);
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_tokenizer_destroy(handle);
      handle = null;
    }
  }

  /** A folder that keeps conversations, documents and what models have read. See leyden_store. */
  abstract static class StoreHandle implements AutoCloseable {
    Pointer handle;

    /**
     * What was unusual about opening the store, a sentence each, for its user. See
     * leyden_store_notes_json.
     */
    public String notesJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_notes_json(out, handle, error));
    }

    /** See leyden_store_stats_json. */
    public String statsJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_stats_json(out, handle, error));
    }

    /** Reads everything and verifies it. See leyden_store_check_json. */
    public String checkJson(Leyden.RunOptions run) {
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_check_json(out, handle, options, error)));
    }

    /** Gives unused space back to the file system. See leyden_store_vacuum. */
    public void vacuum() {
      Calls.check(error ->
          Calls.Lib.C.leyden_store_vacuum(handle, error));
    }

    /** Writes a consistent copy while the store is in use. See leyden_store_backup. */
    public void backup(String folder) {
      byte[] folderUtf8 = Calls.utf8(folder);
      Calls.check(error ->
          Calls.Lib.C.leyden_store_backup(handle, folderUtf8, Calls.size(folderUtf8), error));
    }

    /**
     * Removes pages that nothing needs, and the least valuable ones over the quota. See
     * leyden_store_collect_json.
     */
    public String collectJson(long quotaBytes) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_collect_json(out, handle, quotaBytes, error));
    }

    /** Puts an encrypted store under another passphrase. See leyden_store_change_passphrase. */
    public void changePassphrase(String oldPassphrase, String newPassphrase) {
      byte[] oldPassphraseUtf8 = Calls.utf8(oldPassphrase);
      byte[] newPassphraseUtf8 = Calls.utf8(newPassphrase);
      Calls.check(error ->
          Calls.Lib.C.leyden_store_change_passphrase(handle, oldPassphraseUtf8, Calls.size(oldPassphraseUtf8), newPassphraseUtf8, Calls.size(newPassphraseUtf8), error));
    }

    /** A text that leyden_store_set_setting put there. See leyden_store_setting. */
    public String setting(String key) {
      byte[] keyUtf8 = Calls.utf8(key);
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_setting(out, handle, keyUtf8, Calls.size(keyUtf8), error));
    }

    /** See leyden_store_set_setting. */
    public void setSetting(String key, String value) {
      byte[] keyUtf8 = Calls.utf8(key);
      byte[] valueUtf8 = Calls.utf8(value);
      Calls.check(error ->
          Calls.Lib.C.leyden_store_set_setting(handle, keyUtf8, Calls.size(keyUtf8), valueUtf8, Calls.size(valueUtf8), error));
    }

    /**
     * Finds words in titles, messages and documents, newest first, titles before other texts. See
     * leyden_store_search_json.
     */
    public String searchJson(String query, long limit) {
      byte[] queryUtf8 = Calls.utf8(query);
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_search_json(out, handle, queryUtf8, Calls.size(queryUtf8), limit, error));
    }

    /** Sessions, the last used first. See leyden_store_sessions_json. */
    public String sessionsJson(long limit, long offset) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_store_sessions_json(out, handle, limit, offset, error));
    }

    /** See leyden_session_find. */
    public long findSession(String name) {
      byte[] nameUtf8 = Calls.utf8(name);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_session_find(out, handle, nameUtf8, Calls.size(nameUtf8), error));
    }

    /**
     * One object as in leyden_store_sessions_json, with "documents". See leyden_session_info_json.
     */
    public String sessionInfoJson(long session) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_session_info_json(out, handle, session, error));
    }

    /** The shown branch, first message first. See leyden_session_messages_json. */
    public String sessionMessagesJson(long session) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_session_messages_json(out, handle, session, error));
    }

    /** A new, empty session. See leyden_session_create. */
    public long createSession(String title) {
      byte[] titleUtf8 = Calls.utf8(title);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_session_create(out, handle, titleUtf8, Calls.size(titleUtf8), error));
    }

    /** See leyden_session_rename. */
    public void renameSession(long session, String title) {
      byte[] titleUtf8 = Calls.utf8(title);
      Calls.check(error ->
          Calls.Lib.C.leyden_session_rename(handle, session, titleUtf8, Calls.size(titleUtf8), error));
    }

    /** A pinned session keeps its KV whatever the quota says. See leyden_session_set_pinned. */
    public void setSessionPinned(long session, boolean pinned) {
      Calls.check(error ->
          Calls.Lib.C.leyden_session_set_pinned(handle, session, pinned ? 1 : 0, error));
    }

    /** See leyden_session_set_settings_json. */
    public void setSessionSettingsJson(long session, String json) {
      byte[] jsonUtf8 = Calls.utf8(json);
      Calls.check(error ->
          Calls.Lib.C.leyden_session_set_settings_json(handle, session, jsonUtf8, Calls.size(jsonUtf8), error));
    }

    /** See leyden_session_set_quota. */
    public void setSessionQuota(long session, long bytes) {
      Calls.check(error ->
          Calls.Lib.C.leyden_session_set_quota(handle, session, bytes, error));
    }

    /** Chooses the branch that ends in a message. See leyden_session_set_head. */
    public void setSessionHead(long session, long message) {
      Calls.check(error ->
          Calls.Lib.C.leyden_session_set_head(handle, session, message, error));
    }

    /** A second session that goes on from the same place. See leyden_session_fork. */
    public long forkSession(long session, String title, long atMessage) {
      byte[] titleUtf8 = Calls.utf8(title);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_session_fork(out, handle, session, titleUtf8, Calls.size(titleUtf8), atMessage, error));
    }

    /** Removes a session and what only it needs. See leyden_session_remove. */
    public void removeSession(long session, boolean shred) {
      Calls.check(error ->
          Calls.Lib.C.leyden_session_remove(handle, session, shred ? 1 : 0, error));
    }

    /**
     * Writes a session with its documents and KV to one file, which appears only when complete.
     * See leyden_session_export_json.
     */
    public String exportSessionJson(long session, String path, Leyden.RunOptions run) {
      byte[] pathUtf8 = Calls.utf8(path);
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_session_export_json(out, handle, session, pathUtf8, Calls.size(pathUtf8), options, error)));
    }

    /** Adds the session of such a file as a new one. See leyden_session_import_json. */
    public String importSessionJson(String path, Leyden.RunOptions run) {
      byte[] pathUtf8 = Calls.utf8(path);
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_session_import_json(out, handle, pathUtf8, Calls.size(pathUtf8), options, error)));
    }

    /** The conversation as a text. See leyden_session_transcript. */
    public String sessionTranscript(long session, int format) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_session_transcript(out, handle, session, format, error));
    }

    /**
     * Adds a document, or finds the one with the same parts, whose page map is renewed then. See
     * leyden_document_add_json.
     */
    public long addDocumentJson(String json) {
      byte[] jsonUtf8 = Calls.utf8(json);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_document_add_json(out, handle, jsonUtf8, Calls.size(jsonUtf8), error));
    }

    /** Documents, the last added first. See leyden_documents_json. */
    public String documentsJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_documents_json(out, handle, error));
    }

    /** See leyden_document_find. */
    public long findDocument(String name) {
      byte[] nameUtf8 = Calls.utf8(name);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_document_find(out, handle, nameUtf8, Calls.size(nameUtf8), error));
    }

    /** One object as in leyden_documents_json, with "labels". See leyden_document_info_json. */
    public String documentInfoJson(long document) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_document_info_json(out, handle, document, error));
    }

    /** See leyden_document_part_text. */
    public String documentPartText(long document, int part) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_document_part_text(out, handle, document, part, error));
    }

    /** The page map as it was added. See leyden_document_page_map_json. */
    public String documentPageMapJson(long document) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_document_page_map_json(out, handle, document, error));
    }

    /** A pinned document keeps its KV whatever the quota says. See leyden_document_set_pinned. */
    public void setDocumentPinned(long document, boolean pinned) {
      Calls.check(error ->
          Calls.Lib.C.leyden_document_set_pinned(handle, document, pinned ? 1 : 0, error));
    }

    /** See leyden_document_remove. */
    public void removeDocument(long document) {
      Calls.check(error ->
          Calls.Lib.C.leyden_document_remove(handle, document, error));
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_store_destroy(handle);
      handle = null;
    }
  }

  /** An opened model. See leyden_model. */
  abstract static class ModelHandle implements AutoCloseable {
    Pointer handle;

    /** Columns of the logits. See leyden_model_vocab_size. */
    public long vocabSize() {
      return Calls.Lib.C.leyden_model_vocab_size(handle);
    }

    /** See leyden_model_stats_json. */
    public String statsJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_model_stats_json(out, handle, error));
    }

    /**
     * How much of a full attention's mass the lightning indexer's selection holds, by layer. See
     * leyden_model_index_recall_json.
     */
    public String indexRecallJson(int[] ids, long stride, Leyden.RunOptions run) {
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_model_index_recall_json(out, handle, ids, ids.length, stride, options, error)));
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_model_destroy(handle);
      handle = null;
    }
  }

  /** Tools a model may use. See leyden_toolbox. */
  abstract static class ToolboxHandle implements AutoCloseable {
    Pointer handle;

    /**
     * Adds a document to a library in memory, which gets the tools search and open. See
     * leyden_toolbox_add_document_json.
     */
    public void addDocumentJson(String title, String pagesJson) {
      byte[] titleUtf8 = Calls.utf8(title);
      byte[] pagesJsonUtf8 = Calls.utf8(pagesJson);
      Calls.check(error ->
          Calls.Lib.C.leyden_toolbox_add_document_json(handle, titleUtf8, Calls.size(titleUtf8), pagesJsonUtf8, Calls.size(pagesJsonUtf8), error));
    }

    /**
     * What the user chose for plugins, for those that are added from then on. See
     * leyden_toolbox_set_plugin_settings_json.
     */
    public void setPluginSettingsJson(String json) {
      byte[] jsonUtf8 = Calls.utf8(json);
      Calls.check(error ->
          Calls.Lib.C.leyden_toolbox_set_plugin_settings_json(handle, jsonUtf8, Calls.size(jsonUtf8), error));
    }

    /**
     * Starts the plugins of a folder, each in a sandbox of its own, and adds their tools. See
     * leyden_toolbox_add_plugins.
     */
    public String addPlugins(String folder) {
      byte[] folderUtf8 = Calls.utf8(folder);
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_toolbox_add_plugins(out, handle, folderUtf8, Calls.size(folderUtf8), error));
    }

    /** See leyden_toolbox_list_json. */
    public String listJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_toolbox_list_json(out, handle, error));
    }

    /** Every call of this toolbox's runs, the last 10,000. See leyden_toolbox_log_json. */
    public String logJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_toolbox_log_json(out, handle, error));
    }

    /** A tool that is not enabled is not announced. See leyden_toolbox_set_enabled. */
    public void setEnabled(String name, boolean enabled) {
      byte[] nameUtf8 = Calls.utf8(name);
      Calls.check(error ->
          Calls.Lib.C.leyden_toolbox_set_enabled(handle, nameUtf8, Calls.size(nameUtf8), enabled ? 1 : 0, error));
    }

    /**
     * Refuses what reaches the network from the next call on, or no longer. See
     * leyden_toolbox_set_offline.
     */
    public void setOffline(boolean offline) {
      Calls.check(error ->
          Calls.Lib.C.leyden_toolbox_set_offline(handle, offline ? 1 : 0, error));
    }

    /**
     * Allows a tool of one origin for good, from a list the caller keeps. See
     * leyden_toolbox_allow_always.
     */
    public void allowAlways(String origin, String name) {
      byte[] originUtf8 = Calls.utf8(origin);
      byte[] nameUtf8 = Calls.utf8(name);
      Calls.check(error ->
          Calls.Lib.C.leyden_toolbox_allow_always(handle, originUtf8, Calls.size(originUtf8), nameUtf8, Calls.size(nameUtf8), error));
    }

    /** Calls a tool without a model. See leyden_toolbox_call_json. */
    public String callJson(String name, String arguments, Leyden.RunOptions run) {
      byte[] nameUtf8 = Calls.utf8(name);
      byte[] argumentsUtf8 = Calls.utf8(arguments);
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_toolbox_call_json(out, handle, nameUtf8, Calls.size(nameUtf8), argumentsUtf8, Calls.size(argumentsUtf8), options, error)));
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_toolbox_destroy(handle);
      handle = null;
    }
  }

  /** A PDF, DOCX, EPUB, HTML, Markdown or text file. See leyden_file. */
  abstract static class FileHandle implements AutoCloseable {
    Pointer handle;

    /** See leyden_file_info_json. */
    public String infoJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_file_info_json(out, handle, error));
    }

    /** See leyden_file_page_json. */
    public String pageJson(int page) {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_file_page_json(out, handle, page, error));
    }

    /** The whole document as leyden_document_add_json takes it. See leyden_file_document_json. */
    public String documentJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_file_document_json(out, handle, error));
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_file_destroy(handle);
      handle = null;
    }
  }

  /** Documents, history and what the model has read of them. See leyden_chat. */
  abstract static class ChatHandle implements AutoCloseable {
    Pointer handle;

    /** Adds a document behind those already there. See leyden_chat_add_document. */
    public long addDocument(String title, String text) {
      byte[] titleUtf8 = Calls.utf8(title);
      byte[] textUtf8 = Calls.utf8(text);
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_chat_add_document(out, handle, titleUtf8, Calls.size(titleUtf8), textUtf8, Calls.size(textUtf8), error));
    }

    /** Sets the system text. See leyden_chat_set_system. */
    public void setSystem(String text) {
      byte[] textUtf8 = Calls.utf8(text);
      Calls.check(error ->
          Calls.Lib.C.leyden_chat_set_system(handle, textUtf8, Calls.size(textUtf8), error));
    }

    /** Sets the tools the model may call. See leyden_chat_set_tools_json. */
    public void setToolsJson(String json) {
      byte[] jsonUtf8 = Calls.utf8(json);
      Calls.check(error ->
          Calls.Lib.C.leyden_chat_set_tools_json(handle, jsonUtf8, Calls.size(jsonUtf8), error));
    }

    /** Reads the documents now, ahead of the first question. See leyden_chat_prefill. */
    public void prefill(Leyden.RunOptions run) {
      Calls.watched(run, options -> {
        Calls.check(error ->
            Calls.Lib.C.leyden_chat_prefill(handle, options, error));
        return null;
      });
    }

    /** The history. See leyden_chat_messages_json. */
    public String messagesJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_messages_json(out, handle, error));
    }

    /** Replaces the history, e.g. See leyden_chat_set_messages_json. */
    public void setMessagesJson(String json) {
      byte[] jsonUtf8 = Calls.utf8(json);
      Calls.check(error ->
          Calls.Lib.C.leyden_chat_set_messages_json(handle, jsonUtf8, Calls.size(jsonUtf8), error));
    }

    /** The documents' passages, as the prompt has them. See leyden_chat_passages_json. */
    public String passagesJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_passages_json(out, handle, error));
    }

    /** See leyden_chat_info_json. */
    public String infoJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_info_json(out, handle, error));
    }

    /** Its session. See leyden_chat_session. */
    public long session() {
      return Calls.Lib.C.leyden_chat_session(handle);
    }

    /** How the session came back. See leyden_chat_resume_json. */
    public String resumeJson() {
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_resume_json(out, handle, error));
    }

    /**
     * Reads everything the chat has read once more, apart, and compares. See
     * leyden_chat_verify_json.
     */
    public String verifyJson(Leyden.RunOptions run) {
      return Calls.watched(run, options -> Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_verify_json(out, handle, options, error)));
    }

    /**
     * Adds a document of the jar behind those already there. See leyden_chat_add_stored_document.
     */
    public long addStoredDocument(long document) {
      return Calls.number((out, error) ->
          Calls.Lib.C.leyden_chat_add_stored_document(out, handle, document, error));
    }

    /** Moves a saved chat to a message of its tree. See leyden_chat_go_to. */
    public void goTo(long message) {
      Calls.check(error ->
          Calls.Lib.C.leyden_chat_go_to(handle, message, error));
    }

    /**
     * What takes how much of the context, in tokens, if `draft` were asked now. See
     * leyden_chat_context_json.
     */
    public String contextJson(String draft) {
      byte[] draftUtf8 = Calls.utf8(draft);
      return Calls.text((out, error) ->
          Calls.Lib.C.leyden_chat_context_json(out, handle, draftUtf8, Calls.size(draftUtf8), error));
    }

    @Override
    public void close() {
      Calls.Lib.C.leyden_chat_destroy(handle);
      handle = null;
    }
  }
}
