# SPDX-License-Identifier: Apache-2.0
"""Reads leyden.h into plain dictionaries: sections of items in the header's order. It knows the few
shapes the header is written in, and refuses anything else, so that a declaration no binding could
express does not slip in.

    enum      typedef int32_t leyden_x;  enum { LEYDEN_X_A = 0, ... };
    handle    typedef struct leyden_x leyden_x;
    struct    typedef struct leyden_x { ... } leyden_x;
    callback  typedef leyden_status (*leyden_x_fn)(...);
    function  LEYDEN_API [LEYDEN_NODISCARD] type leyden_x(...);
    macro     #define LEYDEN_X_INIT ...
"""
import re

THREAD_TAGS = ("thread-safe", "one at a time", "any thread, any time, also from a signal handler")
SCALARS = {"int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8, "uint8_t": 1, "size_t": 8,
           "float": 4, "double": 8}


class HeaderError(Exception):
    """A declaration that is not in one of the shapes above."""


def number(text, name):
    return int(re.search(rf"^#define {name} (\d+)$", text, re.M).group(1))


def clean(comment):
    """The words of a /** */ comment, one line feed where a new sentence of the form began."""
    body = re.sub(r"^/\*+<?|\*/$", "", comment.strip())
    return "\n".join(re.sub(r"^\s*\*? {0,2}", "", line).rstrip() for line in body.split("\n")).strip()


def squeeze(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"\s*\*", "*", re.sub(r"\s+", " ", text)).strip()


def variable(text, where):
    """'const char* name' or 'uint8_t reserved[3]' as {"name", "type", "count"}."""
    m = re.fullmatch(r"(.+?[\s*])(\w+)(?:\[(\d+)\])?", squeeze(text))
    if not m:
        raise HeaderError(f"{where}: cannot read '{text.strip()}'")
    out = {"name": m.group(2), "type": m.group(1).strip()}
    if m.group(3):
        out["count"] = int(m.group(3))
    return out


def parameters(text, where):
    text = squeeze(text)
    return [] if text in ("", "void") else [variable(p, where) for p in text.split(",")]


def with_comments(body, pattern):
    """Finds declarations in a brace's body, each with the /**< */ comment behind it."""
    for m in re.finditer(pattern + r"\s*[,;]?\s*(/\*\*<.*?\*/)?", body, re.S):
        yield m.groups()[:-1], clean(m.group(m.lastindex)) if m.groups()[-1] else ""


def split(text):
    """The header's top-level pieces: (kind, text) with kind comment, macro or code."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text.startswith("/*", at):
            end = text.index("*/", at) + 2
            yield "comment", text[at:end]
            at = end
        elif text[at] == "#":
            end = at
            while True:
                end = text.index("\n", end) + 1
                if text[end - 2] != "\\":
                    break
            yield "macro", text[at:end]
            at = end
        elif text.startswith('extern "C" {', at) or text[at] == "}":
            at += len('extern "C" {') if text[at] == "e" else 1
        else:
            depth, end = 0, at
            while depth or text[end] != ";":
                if text.startswith("/*", end):
                    end = text.index("*/", end) + 1
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            yield "code", text[at:end + 1]
            at = end + 1


def read_code(text, section, doc):
    items = section["items"]
    flat = squeeze(text)
    if m := re.fullmatch(r"typedef int32_t (leyden_\w+);", flat):
        items.append({"kind": "enum", "name": m.group(1), "doc": doc, "values": []})
    elif m := re.match(r"enum\s*\{(.*)\}\s*;$", text, re.S):
        if not items or items[-1]["kind"] != "enum" or items[-1]["values"]:
            raise HeaderError(f"an enum without its typedef in front: {flat[:60]}")
        for (name, value), note in with_comments(m.group(1), r"(LEYDEN_\w+)\s*=\s*(-?\d+)"):
            items[-1]["values"].append({"name": name, "value": int(value), "doc": note})
    elif m := re.fullmatch(r"typedef struct (leyden_\w+) (leyden_\w+);", flat):
        items.append({"kind": "handle", "name": m.group(1), "doc": doc})
    elif m := re.match(r"typedef struct (leyden_\w+)\s*\{(.*)\}\s*\w+\s*;$", text, re.S):
        fields = []
        for (declaration,), note in with_comments(m.group(2), r"([^;/]+?)\s*;"):
            fields.append(variable(declaration, m.group(1)) | {"doc": note})
        items.append({"kind": "struct", "name": m.group(1), "doc": doc, "fields": fields})
    elif m := re.fullmatch(r"typedef (.+?)\s?\(\*(leyden_\w+)\)\((.*)\);", flat):
        items.append({"kind": "callback", "name": m.group(2), "doc": doc, "returns": m.group(1),
                      "params": parameters(m.group(3), m.group(2))})
    elif m := re.fullmatch(r"LEYDEN_API (LEYDEN_NODISCARD )?(.+?[ *])(leyden_\w+)\((.*)\);", flat):
        items.append({"kind": "function", "name": m.group(3), "doc": doc,
                      "returns": m.group(2).strip(), "nodiscard": bool(m.group(1)),
                      "params": parameters(m.group(4), m.group(3)), "threads": tag_in(doc)})
    else:
        raise HeaderError(f"not a shape this header may have: {flat[:100]}")


def tag_in(doc):
    tags = [t for t in re.findall(r"\[([^\]]+)\]", re.sub(r"\s+", " ", doc)) if t in THREAD_TAGS]
    return tags[-1] if tags else None


def default_tag(function, handles):
    """The tag of a function whose comment has none: its object's."""
    if function["name"].endswith("_destroy"):
        return "last call on its object"
    if function["name"].endswith("_init"):
        return "thread-safe"
    for parameter in function["params"]:
        tag = handles.get(re.sub(r"const |\*", "", parameter["type"]))
        if tag and not parameter["type"].endswith("**"):
            return tag
    raise HeaderError(f"{function['name']}: neither its comment nor its object's has a thread tag, one of "
                      + ", ".join(f"[{t}]" for t in THREAD_TAGS))


STATUS = re.compile(r"\bLEYDEN_E_[A-Z_]*[A-Z]\b")


def add_errors(functions):
    """The statuses each function's comment names, also by "as leyden_other", sorted."""
    by_name = {f["name"]: f for f in functions}

    def named(function, seen):
        doc = re.sub(r"\s+", " ", function["doc"])
        out = set(STATUS.findall(doc))
        for other in re.findall(r"Errors: as (leyden_\w+)", doc):
            if other not in by_name or other in seen:
                raise HeaderError(f"{function['name']}: Errors: as {other}: no other function")
            out |= named(by_name[other], seen | {other})
        return out
    for function in functions:
        if errors := sorted(named(function, {function["name"]})):
            function["errors"] = errors


def layout(struct, sizes):
    """Adds offset to each field and size to the struct: natural alignment, 64 bit."""
    at = widest = 0
    for field in struct["fields"]:
        size = 8 if field["type"].endswith("*") else sizes.get(field["type"])
        if size is None:
            raise HeaderError(f"{struct['name']}.{field['name']}: no type for a public struct: "
                              f"{field['type']}")
        at = (at + size - 1) // size * size
        field["offset"] = at
        at += size * field.get("count", 1)
        widest = max(widest, size)
    struct["size"] = (at + widest - 1) // widest * widest


def read(text):
    """{"version", "abi", "unstable_revision", "sections": [{"title", "items"}]}"""
    parts = [str(number(text, f"LEYDEN_VERSION_{p}")) for p in ("MAJOR", "MINOR", "PATCH")]
    out = {"version": ".".join(parts), "abi": number(text, "LEYDEN_ABI"),
           "unstable_revision": number(text, "LEYDEN_UNSTABLE_REVISION"), "sections": []}
    begin = text.index("/* ----", text.index("#ifdef LEYDEN_ENABLE_UNSTABLE"))
    body = text[begin:text.index("#endif /* LEYDEN_ENABLE_UNSTABLE */")]
    doc = ""
    for kind, piece in split(body):
        if kind == "comment" and (m := re.match(r"/\* -+ (.*?) -+ \*/$", piece)):
            out["sections"].append({"title": m.group(1), "items": []})
        elif kind == "comment":
            doc = clean(piece) if piece.startswith("/**") else doc
        elif kind == "macro":
            if m := re.match(r"#define (LEYDEN_\w+_INIT)\b", piece):
                out["sections"][-1]["items"].append({"kind": "macro", "name": m.group(1), "doc": ""})
        else:
            read_code(piece, out["sections"][-1], doc)
            doc = ""
    items = [i for s in out["sections"] for i in s["items"]]
    sizes = SCALARS | {i["name"]: 4 for i in items if i["kind"] == "enum"}
    sizes |= {i["name"]: 8 for i in items if i["kind"] == "callback"}
    handles = {i["name"]: tag_in(i["doc"]) for i in items if i["kind"] == "handle"}
    add_errors([i for i in items if i["kind"] == "function"])
    for item in items:
        if item["kind"] == "struct":
            layout(item, sizes)
        if item["kind"] == "function":
            item["threads"] = item["threads"] or default_tag(item, handles)
    return out
