# SPDX-License-Identifier: Apache-2.0
"""libleyden.so from Python's ctypes: version, model info, errors, tokens. If this is awkward to write,
it does not belong in the ABI.

    python3 ctypes_test.py REPOSITORY LIBLEYDEN
"""
import ctypes
import json
import os
import sys
import tempfile
import unittest

ROOT, LIBRARY = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, os.path.join(ROOT, "tests", "app"))
import tiny_model  # noqa: E402

lib = ctypes.CDLL(LIBRARY)
P, SIZE, STATUS = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32
lib.leyden_version.restype = ctypes.c_char_p
lib.leyden_status_name.restype = ctypes.c_char_p
lib.leyden_error_message.restype = ctypes.c_char_p
lib.leyden_error_message.argtypes = [P, P]
lib.leyden_error_destroy.argtypes = [P]
lib.leyden_string_data.restype = P
lib.leyden_string_data.argtypes = [P]
lib.leyden_string_size.restype = SIZE
lib.leyden_string_size.argtypes = [P]
lib.leyden_string_destroy.argtypes = [P]
lib.leyden_ids_data.restype = ctypes.POINTER(ctypes.c_int32)
lib.leyden_ids_data.argtypes = [P]
lib.leyden_ids_size.restype = SIZE
lib.leyden_ids_size.argtypes = [P]
lib.leyden_ids_destroy.argtypes = [P]
lib.leyden_tokenizer_destroy.argtypes = [P]
lib.leyden_store_destroy.argtypes = [P]


class LeydenError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def call(function, *args):
    """Calls function(&out, *args, &error) and answers out."""
    out, error = P(), P()
    status = function(ctypes.byref(out), *args, ctypes.byref(error))
    if status != 0:
        assert not out.value
        message = lib.leyden_error_message(error, None).decode()
        lib.leyden_error_destroy(error)
        raise LeydenError(status, message)
    return out


def made_id(function, *args):
    """The same for functions that answer an id."""
    out, error = ctypes.c_int64(), P()
    status = function(ctypes.byref(out), *args, ctypes.byref(error))
    assert status == 0, lib.leyden_error_message(error, None)
    return out.value


def text(string):
    data = ctypes.string_at(lib.leyden_string_data(string), lib.leyden_string_size(string))
    lib.leyden_string_destroy(string)
    return data.decode()


class Smoke(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.model = tiny_model.make(os.path.join(cls.scratch.name, "tiny"),
                                    os.path.join(ROOT, "tests/goldens/tokenizer/tiny.json")).encode()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_version(self):
        self.assertRegex(lib.leyden_version().decode(), r"^\d+\.\d+\.\d+$")
        self.assertEqual(lib.leyden_abi(), 0)
        self.assertEqual(lib.leyden_has(b"chat"), 1)
        self.assertEqual(lib.leyden_has(b"time-travel"), 0)
        self.assertEqual(lib.leyden_status_name(-2), b"not_found")

    def test_model_info(self):
        info = json.loads(text(call(lib.leyden_model_info_json, self.model, SIZE(len(self.model)))))
        self.assertEqual(info["layers"], tiny_model.LAYERS)
        self.assertEqual(info["index_topk"], tiny_model.TOPK)
        self.assertEqual(info["vocab_size"], tiny_model.VOCAB)

    def test_error(self):
        with self.assertRaises(LeydenError) as caught:
            call(lib.leyden_model_info_json, b"/nowhere", SIZE(8))
        self.assertEqual(caught.exception.code, -2)
        self.assertIn("/nowhere", str(caught.exception))

    def test_tokens_round_trip(self):
        tokenizer = call(lib.leyden_tokenizer_open, self.model, SIZE(len(self.model)))
        said = "Ein Füllhorn voller \u6570\u5b57 123!".encode()
        ids = call(lib.leyden_tokenizer_encode, tokenizer, said, SIZE(len(said)), ctypes.c_int32(0))
        back = call(lib.leyden_tokenizer_decode, tokenizer, lib.leyden_ids_data(ids),
                    SIZE(lib.leyden_ids_size(ids)))
        self.assertEqual(text(back), said.decode())
        lib.leyden_ids_destroy(ids)
        lib.leyden_tokenizer_destroy(tokenizer)

    def test_jar(self):
        folder = os.path.join(self.scratch.name, "jar").encode()
        store = call(lib.leyden_store_open, folder, SIZE(len(folder)), None)
        session = made_id(lib.leyden_session_create, store, "数字".encode(), SIZE(6))
        document = json.dumps({"title": "Harbour", "parts": [{"text": "Ada keeps the light."}]}).encode()
        added = made_id(lib.leyden_document_add_json, store, document, SIZE(len(document)))
        listed = json.loads(text(call(lib.leyden_store_sessions_json, store, SIZE(0), SIZE(0))))
        self.assertEqual([(s["id"], s["title"]) for s in listed], [(session, "数字")])
        hits = json.loads(text(call(lib.leyden_store_search_json, store, b"light", SIZE(5), SIZE(0))))
        self.assertEqual([h["document"] for h in hits], [added])
        with self.assertRaises(LeydenError) as caught:
            call(lib.leyden_session_info_json, store, ctypes.c_int64(999))
        self.assertEqual(caught.exception.code, -2)
        lib.leyden_store_destroy(store)


if __name__ == "__main__":
    unittest.main()
