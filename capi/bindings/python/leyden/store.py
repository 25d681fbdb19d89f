# SPDX-License-Identifier: Apache-2.0
"""The jar: conversations, documents, and what models have read, kept in a folder."""
import ctypes
import json

from . import _abi
from ._calls import Owned, call, library, out, out_text, run_options, text_argument, text_field

_TRANSCRIPTS = {"markdown": _abi.LEYDEN_TRANSCRIPT_MARKDOWN, "json": _abi.LEYDEN_TRANSCRIPT_JSON}


def default_store_path():
    return out_text(library().leyden_default_store_path)


def _options(passphrase=None, read_only=False, quota_bytes=0):
    secret = passphrase.encode() if passphrase else b""
    return _abi.leyden_store_options(
        struct_size=ctypes.sizeof(_abi.leyden_store_options), passphrase_size=len(secret),
        passphrase=text_field(secret) if secret else None, read_only=read_only, quota_bytes=quota_bytes)


def repair_store(folder="", *, passphrase=None):
    """Rebuilds a jar that nobody has open from what can be read: {"actions", "texts_kept", ...}."""
    return json.loads(out_text(library().leyden_store_repair_json, *text_argument(folder),
                               ctypes.byref(_options(passphrase))))


class Store(Owned):
    """An opened jar. Any thread."""
    _destroy = "leyden_store_destroy"

    def __init__(self, folder="", *, passphrase=None, read_only=False, quota_bytes=0):
        """Opens or makes a folder ("": the user's own jar)."""
        options = _options(passphrase, read_only, quota_bytes)
        super().__init__(out(library().leyden_store_open, *text_argument(folder), ctypes.byref(options)))

    def sessions(self, limit=100, offset=0):
        """Kept conversations, last used first: a list of dictionaries."""
        return json.loads(out_text(library().leyden_store_sessions_json, self.handle, limit, offset))

    def create_session(self, title=""):
        return out(library().leyden_session_create, self.handle, *text_argument(title),
                   kind=ctypes.c_int64)

    def find_session(self, name):
        """The id of a session by id, uuid or title."""
        return out(library().leyden_session_find, self.handle, *text_argument(name),
                   kind=ctypes.c_int64)

    def session(self, session):
        return json.loads(out_text(library().leyden_session_info_json, self.handle, session))

    def messages(self, session):
        return json.loads(out_text(library().leyden_session_messages_json, self.handle, session))

    def remove_session(self, session, shred=False):
        call(library().leyden_session_remove, self.handle, session, 1 if shred else 0)

    def rename_session(self, session, title):
        call(library().leyden_session_rename, self.handle, session, *text_argument(title))

    def pin_session(self, session, pinned=True):
        call(library().leyden_session_set_pinned, self.handle, session, 1 if pinned else 0)

    def set_session_settings(self, session, settings):
        """A dictionary of the caller's; session() tells it."""
        call(library().leyden_session_set_settings_json, self.handle, session,
             *text_argument(json.dumps(settings)))

    def set_session_quota(self, session, quota_bytes):
        call(library().leyden_session_set_quota, self.handle, session, quota_bytes)

    def set_head(self, session, message):
        """Shows the branch that ends in a message of a session that no chat has open."""
        call(library().leyden_session_set_head, self.handle, session, message)

    def fork_session(self, session, title="", at_message=0):
        """A second session that goes on from the same place; its id."""
        return out(library().leyden_session_fork, self.handle, session, *text_argument(title), at_message,
                   kind=ctypes.c_int64)

    def export_session(self, session, path, *, on_progress=None, cancel=None):
        """Writes a session with documents and KV to one file: a dictionary of what is in it."""
        with run_options(on_progress, cancel) as options:
            return json.loads(out_text(library().leyden_session_export_json, self.handle, session,
                                       *text_argument(path), options))

    def import_session(self, path, *, on_progress=None, cancel=None):
        """Adds the session of such a file; "session" is its id here."""
        with run_options(on_progress, cancel) as options:
            return json.loads(out_text(library().leyden_session_import_json, self.handle,
                                       *text_argument(path), options))

    def transcript(self, session, format="markdown"):
        """The conversation as a text: "markdown" (the shown branch) or "json" (the whole tree)."""
        return out_text(library().leyden_session_transcript, self.handle, session, _TRANSCRIPTS[format])

    def add_document(self, document):
        """{"title", "parts": [{"label", "text"}], "source", "page_map"}, e.g. File.document(); its id."""
        return out(library().leyden_document_add_json, self.handle, *text_argument(json.dumps(document)),
                   kind=ctypes.c_int64)

    def find_document(self, name):
        """The id of a document by id, hash, title or source."""
        return out(library().leyden_document_find, self.handle, *text_argument(name), kind=ctypes.c_int64)

    def document(self, document):
        return json.loads(out_text(library().leyden_document_info_json, self.handle, document))

    def document_text(self, document, part):
        return out_text(library().leyden_document_part_text, self.handle, document, part)

    def page_map(self, document):
        """The page map as it was added, or None."""
        return json.loads(out_text(library().leyden_document_page_map_json, self.handle, document))

    def pin_document(self, document, pinned=True):
        call(library().leyden_document_set_pinned, self.handle, document, 1 if pinned else 0)

    def remove_document(self, document):
        call(library().leyden_document_remove, self.handle, document)

    def documents(self):
        return json.loads(out_text(library().leyden_documents_json, self.handle))

    def search(self, query, limit=20):
        """Words in titles, messages and documents: a list of dictionaries with snippets."""
        return json.loads(out_text(library().leyden_store_search_json, self.handle,
                                   *text_argument(query), limit))

    @property
    def stats(self):
        return json.loads(out_text(library().leyden_store_stats_json, self.handle))

    @property
    def notes(self):
        """What was unusual about opening the jar, for its user: a list of sentences."""
        return json.loads(out_text(library().leyden_store_notes_json, self.handle))

    def check(self, *, on_progress=None, cancel=None):
        """Reads everything and verifies it: {"sound", "problems", ...}."""
        with run_options(on_progress, cancel) as options:
            return json.loads(out_text(library().leyden_store_check_json, self.handle, options))

    def vacuum(self):
        call(library().leyden_store_vacuum, self.handle)

    def backup(self, folder):
        """Writes a consistent copy while the jar is in use."""
        call(library().leyden_store_backup, self.handle, *text_argument(folder))

    def collect(self, quota_bytes=0):
        """Removes KV that nothing needs, or that is over the quota: a dictionary."""
        return json.loads(out_text(library().leyden_store_collect_json, self.handle, quota_bytes))

    def change_passphrase(self, old, new):
        call(library().leyden_store_change_passphrase, self.handle, *text_argument(old), *text_argument(new))

    def setting(self, key):
        """A text that set_setting() put there."""
        return out_text(library().leyden_store_setting, self.handle, *text_argument(key))

    def set_setting(self, key, value):
        call(library().leyden_store_set_setting, self.handle, *text_argument(key), *text_argument(value))
