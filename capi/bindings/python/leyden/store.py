# SPDX-License-Identifier: Apache-2.0
"""The jar: conversations, documents, and what models have read, kept in a folder."""
import ctypes
import json

from . import _abi
from ._calls import Owned, call, library, out, out_text, text_argument, text_field


class Store(Owned):
    """An opened jar. Any thread."""
    _destroy = "leyden_store_destroy"

    def __init__(self, folder="", *, passphrase=None, read_only=False, quota_bytes=0):
        """Opens or makes a folder ("": the user's own jar)."""
        secret = passphrase.encode() if passphrase else b""
        options = _abi.leyden_store_options(
            struct_size=ctypes.sizeof(_abi.leyden_store_options), read_only=read_only,
            passphrase=text_field(secret) if secret else None, passphrase_size=len(secret),
            quota_bytes=quota_bytes)
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

    def documents(self):
        return json.loads(out_text(library().leyden_documents_json, self.handle))

    def search(self, query, limit=20):
        """Words in titles, messages and documents: a list of dictionaries with snippets."""
        return json.loads(out_text(library().leyden_store_search_json, self.handle,
                                   *text_argument(query), limit))

    @property
    def stats(self):
        return json.loads(out_text(library().leyden_store_stats_json, self.handle))
