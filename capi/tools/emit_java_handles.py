# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/java/src/leyden/Handles.java: closeable handles with the methods that go by rule."""
import re
import textwrap

import surface
from emit_java import SCALARS

TYPES = {"text": "String", "ids": "int[]", "flag": "boolean", "run": "Leyden.RunOptions"}
RESULTS = {"": "void", "text": "String", "bytes": "byte[]", "ids": "int[]"}
HELPERS = {"text": "text", "bytes": "bytes", "ids": "ids", "": "check"}


def camel(name):
    return re.sub(r"_(\w)", lambda m: m.group(1).upper(), name)


def type_of(kind):
    return TYPES.get(kind) or SCALARS[kind]


def result_of(kind):
    return RESULTS.get(kind) or type_of(kind)


def passed(argument):
    name = camel(argument.name)
    return {"text": f"{name}Utf8, Calls.size({name}Utf8)", "ids": f"{name}, {name}.length",
            "flag": f"{name} ? 1 : 0", "run": "options"}.get(argument.kind, name)


def comment(text, pad):
    if len(pad) + len(text) + 7 <= 100:
        return [f"{pad}/** {text} */"]
    return [f"{pad}/**", *[f"{pad} * {line}" for line in textwrap.wrap(text, 96 - len(pad))], f"{pad} */"]


def method(m):
    arguments = ", ".join(f"{type_of(a.kind)} {camel(a.name)}" for a in m.arguments)
    given = (["handle"] if m.handle else []) + [passed(a) for a in m.arguments]
    function = f"Calls.Lib.C.{m.function}"
    body = [f"byte[] {camel(a.name)}Utf8 = Calls.utf8({camel(a.name)});" for a in m.arguments if a.kind == "text"]
    if not m.fails:
        body.append(f"return {function}({', '.join(given)});")
    else:
        out = ["out"] if m.result else []
        helper, lambda_arguments = HELPERS.get(m.result, "number"), "(out, error)" if out else "error"
        call = f"Calls.{helper}({lambda_arguments} ->"
        end = f"    {function}({', '.join(out + given + ['error'])}))"
        if "options" not in given:
            body += [("return " if out else "") + call, end + ";"]
        elif out:
            body += [f"return Calls.watched(run, options -> {call}", end + ");"]
        else:
            body += ["Calls.watched(run, options -> {", "  " + call, "  " + end + ";", "  return null;", "});"]
    static = "" if m.handle else "static "
    return [*comment(m.doc, "    "), f"    public {static}{result_of(m.result)} {camel(m.name)}({arguments}) {{",
            *["      " + line for line in body], "    }"]


def declarations(description):
    found = surface.methods(description)
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.",
           "package leyden;", "", "import com.sun.jna.Pointer;", "", "final class Handles {", "  private Handles() {}",
           "", "  /** What needs no handle. */", "  abstract static class Functions {"]
    for m in found.pop(""):
        out += method(m) + [""]
    out[-1] = "  }"
    for handle, listed in found.items():
        out += ["", *comment(surface.doc_of_handle(description, handle), "  "),
                f"  abstract static class {surface.CLASSES[handle]}Handle implements AutoCloseable {{",
                "    Pointer handle;", ""]
        for m in listed:
            out += method(m) + [""]
        out += ["    @Override", "    public void close() {", f"      Calls.Lib.C.{handle}_destroy(handle);",
                "      handle = null;", "    }", "  }"]
    return "\n".join(out + ["}"]) + "\n"
