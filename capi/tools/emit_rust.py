# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/rust/leyden-sys/src/ffi.rs: extern declarations."""
import re

SCALARS = {"int32_t": "i32", "uint32_t": "u32", "int64_t": "i64", "uint64_t": "u64", "uint8_t": "u8",
           "size_t": "usize", "float": "f32", "double": "f64", "char": "c_char", "void": "c_void"}
KEYWORDS = {"type", "match", "move", "ref", "use", "in", "fn", "mod", "where"}


def name_of(name):
    return f"r#{name}" if name in KEYWORDS else name


def type_of(c_type, callbacks):
    m = re.fullmatch(r"(const )?(\w+)(\**)", c_type)
    base = SCALARS.get(m.group(2), m.group(2))
    if base in callbacks:
        return f"Option<{base}>"
    stars = len(m.group(3))
    for level in range(stars):
        base = ("*const " if m.group(1) and level == 0 else "*mut ") + base
    return base


def signature(item, callbacks):
    args = ", ".join(f"{name_of(p['name'])}: {type_of(p['type'], callbacks)}" for p in item["params"])
    result = "" if item["returns"] == "void" else f" -> {type_of(item['returns'], callbacks)}"
    return f"({args}){result}"


def declarations(description):
    items = [i for s in description["sections"] for i in s["items"]]
    callbacks = {i["name"] for i in items if i["kind"] == "callback"}
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Declarations of leyden.h. Made by capi/tools/api.py; do not edit.",
           "use std::os::raw::{c_char, c_void};", "",
           f"pub const LEYDEN_UNSTABLE_REVISION: u32 = {description['unstable_revision']};"]
    functions = []
    for item in items:
        if item["kind"] == "enum":
            out.append(f"\npub type {item['name']} = i32;")
            out += [f"pub const {v['name']}: {item['name']} = {v['value']};" for v in item["values"]]
        elif item["kind"] == "handle":
            out += ["", "#[repr(C)]", f"pub struct {item['name']} {{", "    _opaque: [u8; 0],", "}"]
        elif item["kind"] == "struct":
            out += ["", "#[repr(C)]", "#[derive(Clone, Copy)]", f"pub struct {item['name']} {{"]
            for f in item["fields"]:
                rust = type_of(f["type"], callbacks)
                rust = f"[{rust}; {f['count']}]" if "count" in f else rust
                out.append(f"    pub {name_of(f['name'])}: {rust},")
            out += ["}", f"const _: () = assert!(std::mem::size_of::<{item['name']}>() == {item['size']});"]
        elif item["kind"] == "callback":
            out.append(f"\npub type {item['name']} = unsafe extern \"C\" fn{signature(item, callbacks)};")
        elif item["kind"] == "function":
            functions.append(f"    pub fn {item['name']}{signature(item, callbacks)};")
    out += ["", "#[link(name = \"leyden\")]", "extern \"C\" {", *functions, "}"]
    return "\n".join(out) + "\n"
