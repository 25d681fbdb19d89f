# SPDX-License-Identifier: Apache-2.0
"""Every error that the header documents happens: each test provokes those of one object, and the last
one compares what was seen with the description. Runs against the real library and the scripted one.

    python3 documented_errors_test.py REPOSITORY LIBLEYDEN MODEL_FOLDER
"""
import contextlib
import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT, LIBRARY, MODEL = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
sys.path.insert(0, os.path.join(ROOT, "capi", "bindings", "python"))
sys.path.insert(0, os.path.join(ROOT, "capi", "tools"))
from leyden import _abi  # noqa: E402
import api  # noqa: E402
from seen_errors import Door  # noqa: E402

SCRATCH = tempfile.mkdtemp()
os.environ["HOME"] = os.environ["XDG_DATA_HOME"] = SCRATCH
# Where answers are scripted, one that ends only where the context does.
os.environ["LEYDEN_FAKE_SCRIPT"] = os.path.join(SCRATCH, "endless.json")
with open(os.environ["LEYDEN_FAKE_SCRIPT"], "w", encoding="utf-8") as script:
    json.dump({"answers": [{"steps": [{"text": "The keeper lit the lamp. " * 100}]}]}, script)
SCRIPTED = os.path.exists(os.path.join(MODEL, "script.json"))
# What no test here can bring about, and why.
EXCUSED = {
    ("leyden_model_tokenizer", "NOT_FOUND"): "a script is written in words; the real library is asked",
    ("leyden_chat_create", "NOT_FOUND"): "a script is written in words; the real library is asked",
} if SCRIPTED else {
    ("leyden_model_open", "DEVICE_LOST"): "needs a GPU that dies while weights are loaded; the scripted "
                                          "library's answer is seen, app/device sees the emulated GPU's",
}
FUNCTIONS = [i for i in api.items_of(json.loads(api.read_text(api.DESCRIPTION))) if i["kind"] == "function"]
door = Door(LIBRARY, FUNCTIONS)
ok, fails, options, text, end = door.ok, door.fails, door.options, door.text, door.end
DOCUMENT = json.dumps({"title": "Harbour", "parts": [{"text": "Ada keeps the light of the harbour."}]})
LONG = "The keeper lit the lamp. " * 60000  # of more tokens than any model here has context
ASK_ERRORS = ("CONTEXT_OVERFLOW", "INVALID_ARGUMENT", "OUT_OF_MEMORY")


def scratch(name):
    return os.path.join(SCRATCH, name)


def written(name, data):
    with open(scratch(name), "wb") as out:
        out.write(data)
    return scratch(name)


def model_with(name, **config):
    """A folder with the model's files, and some of config.json changed."""
    folder = scratch(name)
    os.makedirs(folder, exist_ok=True)
    for file in os.listdir(MODEL):
        if file != "config.json" and not os.path.lexists(os.path.join(folder, file)):
            os.symlink(os.path.join(MODEL, file), os.path.join(folder, file))
    with open(os.path.join(MODEL, "config.json"), encoding="utf-8") as file:
        known = json.load(file)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as out:
        json.dump(known | config, out)
    return folder


def bad_models():
    """(status, folder): what every function that reads a model's folder must answer."""
    for name in ("torn", "foreign", "folders"):
        os.makedirs(scratch(name), exist_ok=True)
    written("torn/config.json", b"{")
    written("torn/tokenizer.json", b"{")
    shutil.rmtree(scratch("foreign"))
    model_with("foreign", architectures=["LlamaForCausalLM"], model_type="llama")
    os.remove(scratch("foreign/tokenizer.json"))
    written("foreign/tokenizer.json", b'{"model": {"type": "Unigram"}}')
    for file in ("config.json", "tokenizer.json"):
        os.makedirs(scratch("folders/" + file), exist_ok=True)
    return [("NOT_FOUND", "/nowhere"), ("CORRUPT", scratch("torn")), ("UNSUPPORTED", scratch("foreign")),
            ("IO", scratch("folders"))]


def opened(folder=MODEL, **fields):
    return ok("leyden_model_open", folder, options("leyden_model_options", threads=2, **fields))


@contextlib.contextmanager
def locked(folder):
    """Another program in the midst of writing the store."""
    connections = [sqlite3.connect(os.path.join(folder, f), isolation_level=None)
                   for f in sorted(os.listdir(folder)) if is_database(os.path.join(folder, f))]
    for c in connections:
        c.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        for c in connections:
            c.close()


def is_database(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(15) == b"SQLite format 3"


def store_at(name, **fields):
    return ok("leyden_store_open", scratch(name), options("leyden_store_options", **fields))


def closed_store(name, change):
    """A store that nobody has open, each of its databases changed."""
    end("store", store_at(name))
    for file in os.listdir(scratch(name)):
        if is_database(path := os.path.join(scratch(name), file)):
            change(path)
    return scratch(name)


def xxh3(data, seed=0):
    """The checksum of database pages and bundles, by the library that Leyden uses itself."""
    function = ctypes.CDLL("libxxhash.so.0").XXH3_64bits_withSeed
    function.restype, function.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
    return function(data, len(data), seed).to_bytes(8, "little")


def newer(path):
    """Raises user_version, which stands in the first page, as a later Leyden would."""
    with open(path, "r+b") as file:
        head = file.read(100)
        size = int.from_bytes(head[16:18], "big")
        file.seek(0)
        page = bytearray(file.read(1 if size == 1 else size))
        page[60:64] = (999).to_bytes(4, "big")
        page[-8:] = xxh3(bytes(page[:-8]), 1)
        file.seek(0)
        file.write(page)


def tear(path):
    with open(path, "r+b") as file:
        file.write(b"torn" * 64)


class DocumentedErrors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cancelled = ok("leyden_cancel_create")
        door.lib.leyden_cancel_request(cls.cancelled)
        cls.stop = options("leyden_run_options", cancel=cls.cancelled)

    def test_library(self):
        fails("UNSUPPORTED", "leyden_check_unstable", _abi.UNSTABLE_REVISION + 1)
        # Which model is the default depends on where the library lies: a copy in an empty folder has none.
        os.makedirs(scratch("alone/lib"), exist_ok=True)
        alone = Door(shutil.copy(LIBRARY, scratch("alone/lib/libleyden_alone.so")), FUNCTIONS)
        kept = os.environ.pop("LEYDEN_MODEL", None)
        self.assertIn("alone", alone.fails("NOT_FOUND", "leyden_default_model_path"))
        if kept:
            os.environ["LEYDEN_MODEL"] = kept
        door.seen |= alone.seen

    def test_model_folders(self):
        for status, folder in bad_models():
            for name in ("leyden_model_info_json", "leyden_tokenizer_open"):
                fails(status, name, folder)
            for name in ("leyden_model_open", "leyden_plan_json"):
                fails(status, name, folder, None)
        fails("INVALID_ARGUMENT", "leyden_plan_json", MODEL, options("leyden_plan_options", context=-1))
        for status, fields in (("INVALID_ARGUMENT", {"threads": -1}), ("CANCELLED", {"cancel": self.cancelled})):
            fails(status, "leyden_model_open", MODEL, options("leyden_model_options", **fields))
        # Its configuration alone tells that it cannot be held.
        fails("OUT_OF_MEMORY", "leyden_model_open", model_with("vast", vocab_size=1 << 24, hidden_size=1 << 16), None)
        if SCRIPTED:
            folder = model_with("lost")
            os.remove(scratch("lost/script.json"))
            written("lost/script.json", b'{"open": {"fail": "device_lost"}, "answers": []}')
            endless = os.environ.pop("LEYDEN_FAKE_SCRIPT")
            fails("DEVICE_LOST", "leyden_model_open", folder, None)
            os.environ["LEYDEN_FAKE_SCRIPT"] = endless

    def test_tokens(self):
        if not SCRIPTED:  # a script is written in words
            folder = model_with("mute")
            os.remove(scratch("mute/tokenizer.json"))
            mute = opened(folder)
            fails("NOT_FOUND", "leyden_model_tokenizer", mute)
            fails("NOT_FOUND", "leyden_chat_create", mute)
            end("model", mute)
        tokenizer = ok("leyden_tokenizer_open", MODEL)
        fails("INVALID_ARGUMENT", "leyden_tokenizer_decode", tokenizer, [1 << 30])
        end("tokenizer", tokenizer)

        model, small = opened(), opened(kv_bytes=self.two_pages())
        rows = _abi.leyden_logits_fn(lambda *_: 0)
        some, many, too_many = [5] * 64, [5] * 4000, [5] * 200000
        for ids, status, which, run in (([], "INVALID_ARGUMENT", model, None),
                                        (too_many, "CONTEXT_OVERFLOW", model, None),
                                        (some, "CANCELLED", model, self.stop),
                                        (many, "OUT_OF_MEMORY", small, None)):
            fails(status, "leyden_model_logits", which, ids, rows, None, run)
            fails(status, "leyden_model_index_recall_json", which, ids, 1, run)
            if status != "CANCELLED":
                fails(status, "leyden_model_generate", which, ids, None)
        end("model", model)
        end("model", small)

    def two_pages(self):
        """Memory for the KV of two pages and not of three."""
        model = opened()
        stats = json.loads(text("leyden_model_stats_json", model))
        end("model", model)
        return int(2.5 * stats["page_tokens"] * stats["kv_bytes_per_token"])

    def test_store(self):
        end("store", store_at("locked away", passphrase="a"))
        wrong = options("leyden_store_options", passphrase="b")
        for status, folder, o in (("CORRUPT", closed_store("torn jar", tear), None),
                                  ("UNSUPPORTED", closed_store("newer jar", newer), None),
                                  ("INVALID_ARGUMENT", scratch("locked away"), wrong),
                                  ("NOT_FOUND", "/nowhere", options("leyden_store_options", read_only=1)),
                                  ("IO", "/proc/jar", None)):
            fails(status, "leyden_store_open", folder, o)
        store = store_at("jar")
        fails("BUSY", "leyden_store_repair_json", scratch("jar"), None)
        fails("NOT_FOUND", "leyden_store_repair_json", "/nowhere", None)
        fails("INVALID_ARGUMENT", "leyden_store_repair_json", scratch("locked away"), wrong)
        fails("UNSUPPORTED", "leyden_store_repair_json", scratch("newer jar"), None)
        fails("CANCELLED", "leyden_store_check_json", store, self.stop)
        fails("INVALID_ARGUMENT", "leyden_store_backup", store, scratch("jar"))
        fails("INVALID_ARGUMENT", "leyden_store_change_passphrase", store, "a", "b")
        fails("NOT_FOUND", "leyden_store_setting", store, "theme")
        with locked(scratch("jar")):
            fails("BUSY", "leyden_store_vacuum", store)
        end("store", store)

    def test_sessions_and_documents(self):
        store = store_at("sessions")
        session = ok("leyden_session_create", store, "Harbour")
        ok("leyden_session_create", store, "Harbour")
        fails("NOT_FOUND", "leyden_session_find", store, "nobody")
        fails("INVALID_ARGUMENT", "leyden_session_find", store, "Harbour")
        fails("INVALID_ARGUMENT", "leyden_session_set_settings_json", store, session, "[]")
        fails("NOT_FOUND", "leyden_session_set_head", store, session, 99999)
        fails("UNSUPPORTED", "leyden_session_transcript", store, session, 77)
        fails("CANCELLED", "leyden_session_export_json", store, session, scratch("out"), self.stop)
        fails("IO", "leyden_session_export_json", store, session, "/proc/out", None)
        text("leyden_session_export_json", store, session, scratch("bundle"), None)
        with open(scratch("bundle"), "rb") as file:
            bundle = file.read()
        fails("NOT_FOUND", "leyden_session_import_json", store, "/nowhere/bundle", None)
        fails("CORRUPT", "leyden_session_import_json", store, written("bad", bundle[:-9]), None)
        fails("UNSUPPORTED", "leyden_session_import_json", store, written("new", self.newer(bundle)), None)
        fails("CANCELLED", "leyden_session_import_json", store, scratch("bundle"), self.stop)

        fails("INVALID_ARGUMENT", "leyden_document_add_json", store, "{}")
        document = ok("leyden_document_add_json", store, DOCUMENT)
        ok("leyden_document_add_json", store, DOCUMENT.replace("Ada", "Ida"))
        fails("NOT_FOUND", "leyden_document_find", store, "none")
        fails("INVALID_ARGUMENT", "leyden_document_find", store, "Harbour")
        fails("NOT_FOUND", "leyden_document_part_text", store, document, 9)
        model = opened(store=store)
        chat = self.saved_chat(model, session)
        ok("leyden_chat_add_stored_document", chat, document)
        fails("INVALID_ARGUMENT", "leyden_document_remove", store, document)
        fails("BUSY", "leyden_session_set_head", store, session, 0)
        fails("BUSY", "leyden_session_remove", store, session, 0)
        end("chat", chat)
        end("model", model)
        end("store", store)

    @staticmethod
    def newer(bundle):
        """The bundle with a first entry of a kind no library knows."""
        head = b"\x63" + bytes(8)
        return bundle[:8] + head + xxh3(b"", int.from_bytes(xxh3(head), "little")) + bundle[8:]

    @staticmethod
    def saved_chat(model, session):
        return ok("leyden_chat_open", model, options("leyden_chat_options", session=session))

    def test_chats(self):
        model, small = opened(), opened(kv_bytes=self.two_pages())
        chat = ok("leyden_chat_create", model)
        fails("INVALID_ARGUMENT", "leyden_chat_add_document", chat, "t", "")
        fails("CONTEXT_OVERFLOW", "leyden_chat_add_document", chat, "t", LONG)
        fails("INVALID_ARGUMENT", "leyden_chat_set_tools_json", chat, "[7]")
        fails("INVALID_ARGUMENT", "leyden_chat_set_messages_json", chat, "[7]")
        ok("leyden_chat_add_document", chat, "t", "Ada keeps the light. " * 40)
        fails("CANCELLED", "leyden_chat_prefill", chat, self.stop)
        end("chat", chat)
        narrow = ok("leyden_chat_create", small)
        ok("leyden_chat_add_document", narrow, "t", "Ada keeps the light. " * 150)
        fails("OUT_OF_MEMORY", "leyden_chat_prefill", narrow, None)
        end("chat", narrow)
        self.no_room_for_a_token()

        toolbox = ok("leyden_toolbox_create", None)
        for status in ASK_ERRORS:
            self.asking(status, small if status == "OUT_OF_MEMORY" else model, toolbox)
        end("toolbox", toolbox)
        end("model", small)
        end("model", model)

    def no_room_for_a_token(self):
        """The longest document that a chat takes fills the context, so that nothing can follow."""
        tight = opened(model_with("tight", max_position_embeddings=64))
        chat = ok("leyden_chat_create", tight)
        for n in range(64, 0, -1):
            if door.call("leyden_chat_add_document", chat, "", "a" + " a" * n)[0] == 0:
                break
        fails("CONTEXT_OVERFLOW", "leyden_chat_prefill", chat, None)
        end("chat", chat)
        end("model", tight)

    def asking(self, status, model, toolbox):
        """One of the errors of leyden_chat_ask, from all that ask."""
        ask = options("leyden_ask_options", max_tokens=4)
        if status == "INVALID_ARGUMENT":
            ask = options("leyden_ask_options", sampling=options("leyden_sampling", top_p=7))
        words = {"INVALID_ARGUMENT": "Hello?", "CONTEXT_OVERFLOW": LONG,
                 "OUT_OF_MEMORY": "The keeper lit the lamp. " * 150}[status]
        chat = ok("leyden_chat_create", model)
        fails(status, "leyden_chat_ask", chat, words, ask)
        fails(status, "leyden_chat_run", chat, toolbox, words, options("leyden_agent_options", ask=ask))
        call = {"role": "assistant", "content": "", "tool_calls": [
            {"type": "function", "function": {"name": "tide", "arguments": "{}"}}]}
        for last, name, extra in ((call, "leyden_chat_submit_tool_results_json", ['["Low."]']),
                                  ({"role": "assistant", "content": "No."}, "leyden_chat_answer_again", [])):
            ok("leyden_chat_set_messages_json", chat,
               json.dumps([{"role": "user", "content": words}, last]))
            fails(status, name, chat, *extra, ask)
        end("chat", chat)

    def test_saved_chats(self):
        store = store_at("chats")
        document = ok("leyden_document_add_json", store, DOCUMENT.replace("Ada", "Ada, " * 100))
        long = ok("leyden_document_add_json", store, DOCUMENT.replace("Ada", LONG))
        session = ok("leyden_session_create", store, "")
        model, forgetful = opened(store=store), opened()
        ask = options("leyden_ask_options", max_tokens=3)
        unsaved = ok("leyden_chat_create", forgetful)
        fails("INVALID_ARGUMENT", "leyden_chat_go_to", unsaved, 0)
        fails("NOT_FOUND", "leyden_chat_verify_json", unsaved, None)
        end("chat", unsaved)
        chat = self.saved_chat(model, session)
        fails("NOT_FOUND", "leyden_chat_add_stored_document", chat, 99999)
        fails("CONTEXT_OVERFLOW", "leyden_chat_add_stored_document", chat, long)
        ok("leyden_chat_add_stored_document", chat, document)
        end("answer", ok("leyden_chat_ask", chat, "Who keeps the light? " * 20, ask))
        late = ok("leyden_document_add_json", store, DOCUMENT.replace("Ada", "Ida"))
        fails("INVALID_ARGUMENT", "leyden_chat_add_stored_document", chat, late)
        fails("NOT_FOUND", "leyden_chat_go_to", chat, 99999)
        fails("CANCELLED", "leyden_chat_verify_json", chat, self.stop)
        fails("INVALID_ARGUMENT", "leyden_chat_continue", chat,
              options("leyden_ask_options", sampling=options("leyden_sampling", top_p=7)))
        of = {"session": session}
        fails("BUSY", "leyden_chat_open", model, options("leyden_chat_options", **of))
        end("chat", chat)
        fails("NOT_FOUND", "leyden_chat_open", model, options("leyden_chat_options", session=99999))
        fails("INVALID_ARGUMENT", "leyden_chat_open", forgetful, options("leyden_chat_options", **of))
        fails("CANCELLED", "leyden_chat_open", model,
              options("leyden_chat_options", cancel=self.cancelled, **of))
        end("model", forgetful)
        end("model", model)
        self.in_too_small_a_model(store, session)
        end("store", store)
        store = store_at("chats", read_only=1)
        model = opened(store=store)
        fails("IO", "leyden_chat_open", model, options("leyden_chat_options", **of))
        end("model", model)
        end("store", store)

    def in_too_small_a_model(self, store, session):
        """The same session, where its text does not fit, or what it has read twice."""
        of = options("leyden_chat_options", session=session)
        tight = opened(model_with("tighter", max_position_embeddings=192), store=store)
        chat = self.saved_chat(tight, ok("leyden_session_create", store, ""))
        end("answer", ok("leyden_chat_ask", chat, "Hello?", options("leyden_ask_options")))
        fails("CONTEXT_OVERFLOW", "leyden_chat_continue", chat, None)
        end("chat", chat)
        fails("CONTEXT_OVERFLOW", "leyden_chat_open", tight, of)
        end("model", tight)
        small = opened(store=store, kv_bytes=self.two_pages())
        chat = ok("leyden_chat_open", small, of)
        fails("OUT_OF_MEMORY", "leyden_chat_continue", chat, None)
        end("chat", chat)
        chat = ok("leyden_chat_create", small)
        end("answer", ok("leyden_chat_ask", chat, "The keeper lit the lamp. " * 12,
                         options("leyden_ask_options", max_tokens=3)))
        fails("OUT_OF_MEMORY", "leyden_chat_verify_json", chat, None)
        end("chat", chat)
        end("model", small)

    def test_tools(self):
        toolbox = ok("leyden_toolbox_create", None)
        fails("INVALID_ARGUMENT", "leyden_toolbox_add_document_json", toolbox, "t", "{}")
        fails("INVALID_ARGUMENT", "leyden_toolbox_add_document_json", toolbox, "t", '[{"text": "x", "label": 5}]')
        run = _abi.leyden_tool_fn(lambda *_: 0)
        desc = options("leyden_tool_desc", name="word_count")
        ok("leyden_toolbox_add_function", toolbox, desc, run, None, None)
        fails("INVALID_ARGUMENT", "leyden_toolbox_add_function", toolbox, desc, run, None, None)
        fails("NOT_FOUND", "leyden_toolbox_set_enabled", toolbox, "none", 1)
        fails("NOT_FOUND", "leyden_toolbox_call_json", toolbox, "none", "{}", None)
        fails("NOT_FOUND", "leyden_toolbox_add_plugins", toolbox, "/nowhere")
        fails("INVALID_ARGUMENT", "leyden_toolbox_set_plugin_settings_json", toolbox, '{"org.example.p": {"netwrok": []}}')
        folder = scratch("plugins/word_count")
        os.makedirs(folder)
        template = os.path.join(ROOT, "plugins", "template")
        shutil.copy(os.path.join(template, "plugin.json"), folder)
        subprocess.run(["cc", "-std=c11", "-shared", "-fPIC", "-I", ROOT, "-o",
                        os.path.join(folder, "template.so"), os.path.join(template, "template_plugin.c")],
                       check=True)
        fails("INVALID_ARGUMENT", "leyden_toolbox_add_plugins", toolbox, scratch("plugins"))
        allow = _abi.leyden_approve_fn(lambda *_: _abi.LEYDEN_APPROVE_ONCE)

        def server(*command):
            return json.dumps({"name": "s", "command": command, "sandbox": False})
        fails("CANCELLED", "leyden_toolbox_add_mcp_json", toolbox, server("true"), None, None)
        fails("IO", "leyden_toolbox_add_mcp_json", toolbox, server("true"), allow, None)
        fails("NOT_FOUND", "leyden_toolbox_add_mcp_json", toolbox, server("/nowhere/x"), allow, None)
        ok("leyden_toolbox_set_offline", toolbox, 1)
        fails("UNSUPPORTED", "leyden_toolbox_add_mcp_json", toolbox,
              '{"name": "s", "url": "http://localhost:1/"}', allow, None)
        end("toolbox", toolbox)

    def test_readings(self):
        model, empty = opened(), ok("leyden_toolbox_create", None)
        words = "Who keeps the light?"
        name = "leyden_toolbox_ask"
        fails("INVALID_ARGUMENT", name, empty, model, words, None)
        end("toolbox", empty)
        toolbox = ok("leyden_toolbox_create", None)
        pages = json.dumps([{"text": "Ada keeps the light of the harbour. " * 16}] * 3)
        ok("leyden_toolbox_add_document_json", toolbox, "Harbour", pages)
        ask = options("leyden_ask_options", max_tokens=8)

        def how(**fields):
            return options("leyden_reading_options", ask=ask, **fields)
        fails("INVALID_ARGUMENT", name, toolbox, model, "", how())
        fails("UNSUPPORTED", name, toolbox, model, words, how(mode=99))
        fails("CONTEXT_OVERFLOW", name, toolbox, model, words,
              how(mode=_abi.LEYDEN_READING_WHOLE, context_tokens=300))
        fails("CONTEXT_OVERFLOW", name, toolbox, model, words, how(context_tokens=50))
        fails("NOT_FOUND", name, toolbox, model, "Wo?", how(mode=_abi.LEYDEN_READING_PAGES))
        stopped = options("leyden_ask_options", max_tokens=8, cancel=self.cancelled)
        fails("CANCELLED", name, toolbox, model, words, options("leyden_reading_options", ask=stopped))
        end("model", model)
        # A chat has most of the memory that a reading counts on.
        small = opened(kv_bytes=self.two_pages() * 5)
        chat = ok("leyden_chat_create", small)
        ok("leyden_chat_add_document", chat, "t", "Ada keeps the light. " * 60)
        ok("leyden_chat_prefill", chat, None)
        fails("OUT_OF_MEMORY", name, toolbox, small, words, how(mode=_abi.LEYDEN_READING_PAGES))
        end("chat", chat)
        end("model", small)
        end("toolbox", toolbox)

    def test_files(self):
        unsandboxed = options("leyden_file_options", allow_unsandboxed=1)
        cancelled = options("leyden_file_options", allow_unsandboxed=1, cancel=self.cancelled)
        note = written("note.txt", b"Ada keeps the light.")
        for status, path, o in (("NOT_FOUND", "/nowhere/a.pdf", unsandboxed),
                                ("UNSUPPORTED", written("a.bin", bytes(range(256)) * 4), unsandboxed),
                                ("CORRUPT", written("a.pdf", b"%PDF-1.4\ntorn"), unsandboxed),
                                ("IO", "/" + "long" * 100, unsandboxed), ("CANCELLED", note, cancelled)):
            fails(status, "leyden_file_open", path, o)
        file = ok("leyden_file_open", note, unsandboxed)
        fails("UNSUPPORTED", "leyden_file_page_image", file, 0, 1.0)
        end("file", file)
        file = ok("leyden_file_open", written("large.pdf", large_page()), unsandboxed)
        fails("OUT_OF_MEMORY", "leyden_file_page_image", file, 0, 20.0)
        end("file", file)

    def test_zz_every_documented_error_was_seen(self):
        missing = door.never_seen(EXCUSED)
        self.assertFalse(missing, "\n".join(missing))

    def test_zz_what_was_not_seen_is_told(self):
        blind = Door(LIBRARY, FUNCTIONS)
        self.assertIn("leyden_store_vacuum: BUSY is documented and was never seen", blind.never_seen({}))
        told = blind.never_seen({("leyden_abi", "IO"): "why"})
        self.assertIn("leyden_abi: IO is excused (why), but not documented", told)


def large_page():
    """A PDF of one empty page, 1000 by 1000 points."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000 1000]>>"]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" \
        % (table, len(out))


if __name__ == "__main__":
    try:
        unittest.main()
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
