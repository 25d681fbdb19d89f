# SPDX-License-Identifier: Apache-2.0
"""The C functions for a test that provokes errors: calls are written as name and arguments, and every
status that came back is noted, so that what capi/api.json documents can be compared with what was seen.

    door = Door("libleyden.so.0", description)
    store = door.ok("leyden_store_open", "folder", None)          # what `out` was given
    door.fails("NOT_FOUND", "leyden_session_find", store, "none")  # the message
    door.never_seen({("leyden_x", "BUSY"): "why no test can"})     # sentences
"""
import ctypes

from leyden import _abi

PREFIX = "LEYDEN_E_"


class Door:
    def __init__(self, library, functions):
        self.lib = _abi.declare(ctypes.CDLL(library))
        self.functions = {f["name"]: f for f in functions}
        self.seen = set()

    @staticmethod
    def options(struct, /, **fields):
        """A struct with some fields set; texts also set <field>_size. It keeps alive what it points to."""
        kind = getattr(_abi, struct)
        out = kind(struct_size=ctypes.sizeof(kind))
        out.keep = [fields]
        for field, value in fields.items():
            if isinstance(value, str):
                value = value.encode()
            if isinstance(value, bytes):
                setattr(out, field + "_size", len(value))
                value = ctypes.create_string_buffer(value)
            if isinstance(value, (ctypes.Structure, ctypes.Array)):
                out.keep.append(value)
                value = ctypes.cast(ctypes.pointer(value), dict(kind._fields_)[field])
            setattr(out, field, value)
        return out

    def call(self, name, *arguments):
        """(status, the first out's value or None, message)."""
        given, outs, passed = list(arguments), [], []
        parameters = self.functions[name]["params"]
        types = getattr(self.lib, name).argtypes
        error = ctypes.c_void_p()
        at = 0
        while at < len(parameters):
            parameter, kind = parameters[at], types[at]
            if parameter["name"] == "error":
                passed.append(ctypes.byref(error))
            elif parameter["name"].startswith("out"):
                outs.append(ctypes.c_int64())
                passed.append(ctypes.cast(ctypes.byref(outs[-1]), kind))
            else:
                value = given.pop(0)
                sized = at + 1 < len(parameters) and parameters[at + 1]["type"] == "size_t" and \
                    parameter["type"].startswith("const ") and parameter["type"].endswith("*")
                if sized:
                    passed += self.sized(value, kind)
                    at += 1
                elif isinstance(value, ctypes.Structure):
                    passed.append(ctypes.byref(value))
                else:
                    passed.append(kind() if value is None and hasattr(kind, "_flags_") else value)
            at += 1
        assert not given, f"{name}: {len(given)} arguments too many"
        status = getattr(self.lib, name)(*passed)
        message = ctypes.string_at(self.lib.leyden_error_message(error, None)).decode()
        assert (status == 0) == (error.value is None) and self.lib.leyden_error_code(error) == status, name
        self.lib.leyden_error_destroy(error)
        if status != 0:
            assert message and not any(o.value for o in outs), f"{name}: {message}"
            self.seen.add((name, self.spelling(status)))
        return status, outs[0].value if outs else None, message

    @staticmethod
    def sized(value, kind):
        if value is None:
            return [None, 0]
        if isinstance(value, str):
            value = value.encode()
        if isinstance(value, bytes):
            return [ctypes.cast(ctypes.create_string_buffer(value), kind), len(value)]
        return [(ctypes.c_int32 * len(value))(*value), len(value)]

    def ok(self, name, *arguments):
        status, out, message = self.call(name, *arguments)
        assert status == 0, f"{name}: {self.spelling(status)}: {message}"
        return out

    def fails(self, expected, name, *arguments):
        status, _, message = self.call(name, *arguments)
        found = self.spelling(status)
        assert found == expected, f"{name}: expected {expected}, found {found} {message}"
        return message

    def text(self, name, *arguments):
        """What a function that makes a string made."""
        string = self.ok(name, *arguments)
        out = ctypes.string_at(self.lib.leyden_string_data(string), self.lib.leyden_string_size(string))
        self.lib.leyden_string_destroy(string)
        return out.decode()

    def end(self, kind, handle):
        getattr(self.lib, f"leyden_{kind}_destroy")(handle)

    @staticmethod
    def spelling(status):
        return next((n[len(PREFIX):] for n, v in vars(_abi).items() if n.startswith(PREFIX) and v == status),
                    "OK")

    def never_seen(self, excused):
        """Documented statuses that no call returned, and excuses that are none."""
        documented = {(f["name"], e[len(PREFIX):]) for f in self.functions.values()
                      for e in f.get("errors", [])}
        out = [f"{name}: {status} is documented and was never seen"
               for name, status in sorted(documented - self.seen - excused.keys())]
        out += [f"{name}: {status} is excused ({excused[name, status]}), but not documented"
                for name, status in sorted(excused.keys() - documented)]
        return out + [f"{name}: {status} is excused ({excused[name, status]}), but was seen"
                      for name, status in sorted(excused.keys() & self.seen)]
