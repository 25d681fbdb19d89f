# SPDX-License-Identifier: Apache-2.0
"""capi/exports.txt, capi/abi/handles.suppr and docs/capi.md."""


def exports(description):
    names = [i["name"] for s in description["sections"] for i in s["items"] if i["kind"] == "function"]
    return "\n".join(sorted(names)) + "\n"


def suppressions(description):
    handles = [i["name"] for s in description["sections"] for i in s["items"] if i["kind"] == "handle"]
    return ("# What libabigail leaves out: the insides of opaque handles. Made by capi/tools/api.py.\n"
            "[suppress_type]\n  name_regexp = ^(" + "|".join(sorted(handles)) + ")$\n  drop = yes\n")


def join(declared_type, name):
    return declared_type + (name if declared_type.endswith("*") else " " + name)


def declaration(item):
    """One C declaration, as it would stand in the header."""
    kind, name = item["kind"], item["name"]
    if kind in ("function", "callback"):
        params = ",\n    ".join(join(p["type"], p["name"]) for p in item["params"]) or "void"
        shown = name if kind == "function" else f"(*{name})"
        return join(item["returns"], shown) + f"({params});"
    if kind == "struct":
        rows = [(join(f["type"], f["name"]) + (f"[{f['count']}]" if "count" in f else "") + ";",
                 f["doc"].replace("\n", " ")) for f in item["fields"]]
        body = "\n".join(f"  {code}" + (f"  // {doc}" if doc else "") for code, doc in rows)
        return f"struct {name} {{  // {item['size']} bytes\n{body}\n}};"
    if kind == "enum":
        body = "\n".join(f"  {v['name']} = {v['value']}," +
                         (f"  // {v['doc']}".replace("\n", " ") if v["doc"] else "")
                         for v in item["values"])
        return f"enum {name} : int32_t {{\n{body}\n}};"
    return f"struct {name};" if kind == "handle" else f"#define {name}"


def page(description):
    out = ["# Reference of leyden.h", "",
           "Made from `capi/api.json` by `capi/tools/api.py`; do not edit. The rules that hold everywhere "
           "(results, ownership, text, structs, threads, callbacks) stand on top of `capi/leyden.h`. "
           f"Version {description['version']}, ABI {description['abi']}, unstable revision "
           f"{description['unstable_revision']}.", ""]
    for section in description["sections"]:
        out += [f"## {section['title']}", ""]
        for item in section["items"]:
            if item["kind"] == "macro":
                continue
            facts = [f"since {item['since']}", item["status"]]
            if "threads" in item:
                facts.insert(0, item["threads"])
            out += [f"### `{item['name']}`", "", "```c", declaration(item), "```", "",
                    f"*{', '.join(facts)}*", ""]
            if item["doc"]:
                out += ["```text", item["doc"], "```", ""]
    return "\n".join(out).rstrip() + "\n"
