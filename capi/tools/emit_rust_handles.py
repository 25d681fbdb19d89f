# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/rust/leyden/src/handles.rs: owned handles with the methods that go by rule."""
import textwrap

import surface
from emit_rust import SCALARS, name_of

TYPES = {"text": "&str", "ids": "&[i32]", "flag": "bool", "run": "RunOptions"}
RESULTS = {"": "()", "text": "String", "bytes": "Vec<u8>", "ids": "Vec<i32>"}
HELPERS = {"text": "string_from", "bytes": "bytes_from", "ids": "ids_from", "": "check"}
TWO = {"text": ("{0}.0", "{0}.1"), "ids": ("{0}.as_ptr()", "{0}.len()")}
# What a handle's object keeps alive besides.
KEPT = {"leyden_file": "Box<crate::file::Listener>"}


def type_of(kind):
    return TYPES.get(kind) or SCALARS[kind]


def result_of(kind):
    return RESULTS.get(kind) or type_of(kind)


def passed(argument):
    name = name_of(argument.name)
    if argument.kind in TWO:
        return [part.format(name) for part in TWO[argument.kind]]
    return [{"flag": f"{name}.into()"}.get(argument.kind, name)]


def comment(text, pad):
    return [f"{pad}/// {line}" for line in textwrap.wrap(text, 96 - len(pad))]


def call(m):
    """The body of a method, one expression."""
    given = (["self.0"] if m.handle else []) + [p for a in m.arguments for p in passed(a)]
    if not m.fails:
        return f"unsafe {{ sys::{m.function}({', '.join(given)}) }}"
    helper = HELPERS.get(m.result, "number_from")
    out = ["out"] if m.result else []
    closure = ", ".join(out + ["error"])
    inner = f"{helper}(|{closure}| unsafe {{\n    sys::{m.function}({', '.join(out + given + ['error'])})\n}})"
    return f"watched(run, |run| {{\n{textwrap.indent(inner, '    ')}\n}})" if "run" in given else inner


def method(m, pad):
    own = [] if not m.handle else ["&mut self" if m.exclusive else "&self"]
    arguments = ", ".join(own + [f"{name_of(a.name)}: {type_of(a.kind)}" for a in m.arguments])
    result = f"Result<{result_of(m.result)}>" if m.fails else result_of(m.result)
    head = f"{pad}pub fn {name_of(m.name)}({arguments}) -> {result} {{"
    texts = [f"{pad}    let {n} = utf8({n});" for n in (name_of(a.name) for a in m.arguments if a.kind == "text")]
    return [*comment(m.doc, pad), head, *texts, textwrap.indent(call(m), pad + "    "), pad + "}"]


def declarations(description):
    found = surface.methods(description)
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.",
           "use crate::call::{bytes_from, check, ids_from, number_from, string_from, utf8};",
           "use crate::watch::{watched, RunOptions};", "use crate::Result;", "use leyden_sys as sys;"]
    for m in found.pop(""):
        out += ["", *method(m, "")]
    for handle, listed in found.items():
        name = surface.CLASSES[handle]
        out += ["", *comment(surface.doc_of_handle(description, handle), ""),
                f"pub struct {name}(pub(crate) *mut sys::{handle}"
                + (f", pub(crate) {KEPT[handle]}" if handle in KEPT else "") + ");", f"unsafe impl Send for {name} {{}}"]
        if not any(m.exclusive for m in listed):
            out.append(f"unsafe impl Sync for {name} {{}}")
        out += [f"impl Drop for {name} {{", "    fn drop(&mut self) {",
                f"        unsafe {{ sys::{handle}_destroy(self.0) }}", "    }", "}", f"impl {name} {{"]
        for m in listed:
            out += method(m, "    ")
        out.append("}")
    return "\n".join(out) + "\n"
