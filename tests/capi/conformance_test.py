# SPDX-License-Identifier: Apache-2.0
"""Rules of the door that hold for every function, taken from capi/api.json: what is added to the header
is tested without a line here. Runs against the library that is named, real or scripted.

    python3 conformance_test.py REPOSITORY LIBLEYDEN MODEL_FOLDER [OTHER_LIBLEYDEN OTHER_MODEL_FOLDER]
"""
import ctypes
import faulthandler
import json
import os
import sys
import tempfile
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
LIBRARIES = [os.path.abspath(a) for a in sys.argv[1:]]
del sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "capi", "bindings", "python"))
sys.path.insert(0, os.path.join(ROOT, "capi", "tools"))
from leyden import _abi  # noqa: E402
import api  # noqa: E402

faulthandler.enable()
# Nothing may land in the user's own jar.
os.environ["HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()

DESCRIPTION = json.loads(api.read_text(api.DESCRIPTION))
FUNCTIONS = [i for i in api.items_of(DESCRIPTION) if i["kind"] == "function"]
HANDLES = {i["name"] for i in api.items_of(DESCRIPTION) if i["kind"] == "handle"}
GARBAGE = 0x5A5A5A5A5A5A5A5A
lib = _abi.declare(ctypes.CDLL(LIBRARIES[0]))


def can_fail(function):
    return any(p["type"] == "leyden_error**" for p in function["params"])


def is_out(parameter):
    return parameter["name"].startswith("out") and parameter["type"].endswith("*")


def nothing(parameter):
    return None if parameter["type"].endswith("*") else \
        0 if parameter["type"] not in callbacks() else getattr(_abi, parameter["type"])()


def callbacks():
    return {i["name"] for i in api.items_of(DESCRIPTION) if i["kind"] == "callback"}


class Conformance(unittest.TestCase):
    def explained(self, function, status, error):
        self.assertIsNotNone(error.value, function["name"])
        self.assertEqual(lib.leyden_error_code(error), status)
        message = ctypes.string_at(lib.leyden_error_message(error, None))
        self.assertGreater(len(message), 3, function["name"])
        lib.leyden_error_destroy(error)

    def test_null_everywhere_is_an_error_and_never_a_crash(self):
        for f in FUNCTIONS:
            with self.subTest(function=f["name"]):
                c, error = getattr(lib, f["name"]), ctypes.c_void_p(GARBAGE)
                arguments = [ctypes.byref(error) if p["name"] == "error" and p["type"] == "leyden_error**"
                             else nothing(p) for p in f["params"]]
                result = c(*arguments)
                if not can_fail(f):
                    continue
                self.assertIn(result, (_abi.LEYDEN_E_INVALID_ARGUMENT, _abi.LEYDEN_E_UNSUPPORTED))
                self.explained(f, result, error)
                self.assertEqual(c(*map(nothing, f["params"])), result)  # the error object is optional

    def test_what_failed_hands_out_nothing(self):
        may_succeed = {"leyden_cancel_create", "leyden_default_model_path", "leyden_default_store_path"}
        tried = 0
        for f in FUNCTIONS:
            if not can_fail(f) or not any(map(is_out, f["params"])) or \
                    f["name"] in may_succeed:
                continue
            with self.subTest(function=f["name"]):
                tried += 1
                slots = [ctypes.c_uint64(GARBAGE) for _ in f["params"]]
                error = ctypes.c_void_p(GARBAGE)
                arguments = [ctypes.cast(ctypes.byref(slot), t) if is_out(p) else
                             ctypes.byref(error) if p["name"] == "error" else nothing(p)
                             for p, slot, t in zip(f["params"], slots, getattr(lib, f["name"]).argtypes)]
                status = getattr(lib, f["name"])(*arguments)
                if status == _abi.LEYDEN_OK:  # all it needs is optional: an opened default store
                    for p, slot in zip(f["params"], slots):
                        handle = p["type"].rstrip("*")
                        if is_out(p) and handle in HANDLES:
                            getattr(lib, handle + "_destroy")(slot.value)
                    continue
                self.explained(f, status, error)
                for p, slot in zip(f["params"], slots):
                    if is_out(p):
                        wide = p["type"].endswith("**") or p["type"] in ("size_t*", "int64_t*")
                        self.assertEqual(slot.value if wide else slot.value & 0xFFFFFFFF, 0, p["name"])
        self.assertGreater(tried, 15)

    def test_init_functions_set_size_and_zero(self):
        for f in FUNCTIONS:
            if not f["name"].endswith("_init"):
                continue
            with self.subTest(function=f["name"]):
                struct = getattr(_abi, f["name"][:-len("_init")])
                size = ctypes.sizeof(struct)
                room = (ctypes.c_uint8 * (size + 8))(*[0xAA] * (size + 8))
                getattr(lib, f["name"])(ctypes.cast(room, ctypes.POINTER(struct)), size)
                self.assertEqual(int.from_bytes(bytes(room[:4]), "little"), size)
                self.assertEqual(bytes(room[4:size]), bytes(size - 4))
                self.assertEqual(bytes(room[size:]), b"\xAA" * 8)

    def test_every_handle_can_be_destroyed_as_null(self):
        for handle in HANDLES:
            with self.subTest(handle=handle):
                destroy = getattr(lib, handle + "_destroy", None)
                if destroy is not None:
                    destroy(None)

    def test_statuses_have_names(self):
        values = next(i for i in api.items_of(DESCRIPTION) if i["name"] == "leyden_status")["values"]
        names = [ctypes.string_at(lib.leyden_status_name(v["value"])).decode() for v in values]
        self.assertEqual(len(set(names)), len(values))
        self.assertNotIn("unknown", names)
        self.assertEqual(ctypes.string_at(lib.leyden_status_name(-999)), b"unknown")

    def test_two_libraries_in_one_process(self):
        if len(LIBRARIES) < 4:
            self.skipTest("only one library was named")
        answers = []
        for library, folder in (LIBRARIES[:2], LIBRARIES[2:4]):
            other = _abi.declare(ctypes.CDLL(library))
            model, chat, answer, error = (ctypes.c_void_p() for _ in range(4))
            ask = _abi.leyden_ask_options(struct_size=ctypes.sizeof(_abi.leyden_ask_options), max_tokens=4)
            data = folder.encode()
            self.assertEqual(other.leyden_model_open(ctypes.byref(model), data, len(data), None,
                                                     ctypes.byref(error)), 0)
            self.assertEqual(other.leyden_chat_create(ctypes.byref(chat), model, None), 0)
            self.assertEqual(other.leyden_chat_ask(ctypes.byref(answer), chat, b"Hello?", 6,
                                                   ctypes.byref(ask), None), 0)
            answers.append(ctypes.string_at(other.leyden_answer_text(answer, None)))
            answers.append(ctypes.cast(other.leyden_version, ctypes.c_void_p).value)
            for name, handle in (("answer", answer), ("chat", chat), ("model", model)):
                getattr(other, f"leyden_{name}_destroy")(handle)
        self.assertNotEqual(answers[0], answers[2])
        self.assertNotEqual(answers[1], answers[3])


if __name__ == "__main__":
    unittest.main()
