# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/python/leyden/_abi.py: ctypes declarations."""

SCALARS = {"int32_t": "c_int32", "uint32_t": "c_uint32", "int64_t": "c_int64", "uint64_t": "c_uint64",
           "uint8_t": "c_uint8", "size_t": "c_size_t", "float": "c_float", "double": "c_double"}


class Names:
    """What a C type is called in ctypes."""

    def __init__(self, description):
        self.kinds = {i["name"]: i["kind"] for s in description["sections"] for i in s["items"]}

    def of(self, c_type, field=False):
        base = c_type.replace("const ", "").strip()
        stars = base.count("*")
        base = base.rstrip("*")
        kind = self.kinds.get(base)
        if stars == 0:
            if base == "void":
                return "None"
            return SCALARS.get(base) or ("c_int32" if kind == "enum" else base)
        if base in ("char", "void"):  # never c_char_p in a struct: it would read to a NUL
            return "c_char_p" if base == "char" and stars == 1 and not field else "c_void_p"
        inner = "c_void_p" if kind == "handle" else SCALARS.get(base) or base
        stars -= kind == "handle"
        return "POINTER(" * stars + inner + ")" * stars


def declarations(description):
    names = Names(description)
    out = ["# SPDX-License-Identifier: Apache-2.0",
           '"""The functions, structs and constants of leyden.h for ctypes. Made by capi/tools/api.py; do',
           'not edit."""', "from ctypes import *  # noqa: F403", "",
           f"VERSION = \"{description['version']}\"", f"ABI = {description['abi']}",
           f"UNSTABLE_REVISION = {description['unstable_revision']}", ""]
    functions = []
    for section in description["sections"]:
        out += ["", f"# {section['title']}"]
        for item in section["items"]:
            if item["kind"] == "enum":
                out += [f"{v['name']} = {v['value']}" for v in item["values"]]
            elif item["kind"] == "struct":
                fields = [f"(\"{f['name']}\", {names.of(f['type'], field=True)}"
                          + (f" * {f['count']}" if "count" in f else "") + ")" for f in item["fields"]]
                out += ["", f"class {item['name']}(Structure):", "    _fields_ = [",
                        *[f"        {f}," for f in fields], "    ]", ""]
            elif item["kind"] == "callback":
                args = "".join(", " + names.of(p["type"], field=True) for p in item["params"])
                out.append(f"{item['name']} = CFUNCTYPE({names.of(item['returns'])}{args})")
            elif item["kind"] == "function":
                args = ", ".join(names.of(p["type"]) for p in item["params"])
                functions.append(f"    \"{item['name']}\": "
                                 f"({names.of(item['returns'], field=True)}, [{args}]),")
    out += ["", "FUNCTIONS = {", *functions, "}", "", "",
            "def declare(library):",
            '    """Tells a CDLL the types of all functions."""',
            "    for name, (result, arguments) in FUNCTIONS.items():",
            "        function = getattr(library, name)",
            "        function.restype, function.argtypes = result, arguments",
            "    return library"]
    return "\n".join(out) + "\n"
