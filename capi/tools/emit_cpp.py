# SPDX-License-Identifier: Apache-2.0
"""capi/bindings/cpp/handles.hpp: the methods that go by rule."""
import textwrap

import surface

TYPES = {"text": "std::string_view", "ids": "const std::vector<std::int32_t>&", "flag": "bool",
         "run": "const RunOptions&", "size_t": "std::size_t", "double": "double"}
RESULTS = {"": "void", "text": "std::string", "bytes": "std::string", "ids": "std::vector<std::int32_t>"}


def type_of(kind):
    return TYPES.get(kind) or f"std::{kind}"


def result_of(kind):
    return RESULTS.get(kind) or type_of(kind)


def passed(argument):
    name = argument.name
    return {"text": f"{name}.data(), {name}.size()", "ids": f"{name}.data(), {name}.size()",
            "flag": f"{name} ? 1 : 0", "run": "options"}.get(argument.kind, name)


def comment(text, pad):
    return [f"{pad}/// {line}" for line in textwrap.wrap(text, 96 - len(pad))]


def method(m, pad):
    arguments = [f"{type_of(a.kind)} {a.name}" + (" = {}" if a.kind == "run" else "") for a in m.arguments]
    const = " const" if m.const else ""
    own = ["get()"] if m.handle else []
    given = own + [passed(a) for a in m.arguments]
    if not m.fails:
        call = f"{m.function}({', '.join(given)})"
        body = [f"return {call};" if m.result else f"{call};"]
    else:
        out = {"text": "leyden_string** out", "bytes": "leyden_string** out", "ids": "leyden_ids** out",
               "": ""}.get(m.result, f"{result_of(m.result)}* out")
        helper = {"text": "text", "bytes": "text", "ids": "ids", "": "done"}.get(
            m.result, f"number<{result_of(m.result)}>")
        parameters = ", ".join(filter(None, (out, "leyden_error** error")))
        inner = ", ".join((["out"] if out else []) + given + ["error"])
        body = [f"return detail::{helper}([&]({parameters}) {{", f"  return {m.function}({inner});", "});"]
        if any(a.kind == "run" for a in m.arguments):
            body = ["return detail::watched(run, [&](const leyden_run_options* options) {",
                    *["  " + line for line in body], "});"]
    inline = "" if m.handle else "inline "
    head = f"{pad}{inline}{result_of(m.result)} {m.name}({', '.join(arguments)}){const} {{"
    return [*comment(m.doc, pad), head, *[f"{pad}  {line}" for line in body], f"{pad}}}"]


def declarations(description):
    found = surface.methods(description)
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// What of leyden.h becomes a method by rule. Made by capi/tools/api.py; do not edit.",
           "// clang-format off", "#pragma once", "", "#include <leyden/base.hpp>", "", "namespace leyden {", ""]
    for m in found.pop(""):
        out += [*method(m, ""), ""]
    out += ["namespace detail {", ""]
    for handle, listed in found.items():
        name = surface.CLASSES[handle] + "Handle"
        out += [*comment(surface.doc_of_handle(description, handle), ""), f"class {name} {{", " public:",
                f"  {handle}* get() const {{ return handle_.get(); }}"]
        for m in listed:
            out += method(m, "  ")
        out += ["", " protected:", f"  {name}() = default;",
                f"  explicit {name}({handle}* handle) : handle_(handle) {{}}",
                f"  Owned<{handle}, {handle}_destroy> handle_;", "};", ""]
    return "\n".join(out + ["}  // namespace detail", "", "}  // namespace leyden"]) + "\n"
