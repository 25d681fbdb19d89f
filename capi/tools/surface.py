# SPDX-License-Identifier: Apache-2.0
"""Which functions of leyden.h the bindings get by rule, and how they look there.

A function of a handle whose arguments are texts, ids, numbers and the options of a long run becomes a
method of that handle; one that needs no handle and hands out a text becomes a free function. What has
other options or callbacks is written by hand, in each language's own way."""
import dataclasses
import re

# In C++, Rust and Java; leyden_cancel is small enough to be written by hand.
CLASSES = {"leyden_image": "Image", "leyden_tokenizer": "Tokenizer", "leyden_store": "Store",
           "leyden_model": "Model", "leyden_toolbox": "Toolbox", "leyden_file": "File",
           "leyden_chat": "Chat"}
VERBS = {"create", "find", "rename", "fork", "remove", "export", "import", "add", "set"}
NUMBERS = {"int64_t", "uint64_t", "uint32_t", "int32_t", "size_t", "double"}
FLAGS = {"pinned", "shred", "enabled", "offline"}  # int32_t that are 1 or 0
OUTS = {"leyden_string**": "text", "leyden_ids**": "ids", "int64_t*": "int64_t", "size_t*": "size_t"}
BYTES = {"leyden_tokenizer_decode"}  # may begin or end inside a character


@dataclasses.dataclass(frozen=True)
class Argument:
    """kind: "text", "ids" (each a pointer and a size in C), "flag", "run", or the C type of a number."""
    name: str
    kind: str


@dataclasses.dataclass(frozen=True)
class Method:
    """result: "text", "bytes", "ids", the C type of a number, or "". fails: whether C answers a status."""
    function: str
    name: str
    doc: str
    handle: str
    const: bool
    exclusive: bool  # one call at a time
    arguments: tuple
    result: str
    fails: bool


def method_name(function, handle):
    """leyden_store_backup: backup; leyden_session_set_pinned, of a store: set_session_pinned."""
    words = function.removeprefix("leyden_")
    noun = handle.removeprefix("leyden_") + "_"
    if handle and words.startswith(noun):
        return words.removeprefix(noun)
    first, _, rest = words.partition("_")
    verb, _, what = rest.partition("_")
    return "_".join(filter(None, (verb, first, what))) if handle and verb in VERBS else words


def doc_of(item):
    """The first sentence, and where the rest is."""
    text = re.sub(r"\s*\[(thread-safe|one at a time|any[^\]]*)\].*", "", item["doc"], flags=re.S)
    sentence = re.split(r"(?<!e\.g)(?<=[.:;])\s|\n@", re.sub(r"\n(?!@)", " ", text))[0].rstrip(":;")
    plain = sentence and not re.match(r"JSON|Errors|@|\[|\{", sentence) and not re.search(r"[{\[]", sentence)
    where = f"See {item['name']}."
    return f"{sentence.rstrip('.')}. {where}" if plain else where


def arguments_of(params, enums):
    """None where one of them is not of a kind that goes by rule."""
    found, rest = [], list(params)
    while rest:
        p = rest.pop(0)
        pair = rest and rest[0]["type"] == "size_t" and re.fullmatch(r"\w+_size|n_ids", rest[0]["name"])
        if p["type"] in ("const char*", "const int32_t*") and pair:
            rest.pop(0)
            found.append(Argument(p["name"], "text" if p["type"] == "const char*" else "ids"))
        elif p["type"] == "int32_t" and p["name"] in FLAGS:
            found.append(Argument(p["name"], "flag"))
        elif p["type"] in NUMBERS or p["type"] in enums:
            found.append(Argument(p["name"], p["type"] if p["type"] in NUMBERS else "int32_t"))
        elif p["type"] == "const leyden_run_options*":
            found.append(Argument("run", "run"))
        else:
            return None
    return tuple(found)


def method_of(item, enums):
    """The Method of a function, or None."""
    params, result = list(item["params"]), ""
    fails = item["returns"] == "leyden_status"
    if not fails and item["returns"] not in NUMBERS | {"void"} or item["name"].endswith("_destroy"):
        return None
    if fails and params and params[-1]["name"] == "error":
        params.pop()
    if fails and params and params[0]["name"].startswith("out"):
        result = OUTS.get(params.pop(0)["type"])
        if result is None:
            return None
    elif not fails:
        result = "" if item["returns"] == "void" else item["returns"]
    handle, const = "", False
    if params and params[0]["type"].removeprefix("const ").removesuffix("*") in CLASSES:
        c_type = params.pop(0)["type"]
        handle, const = c_type.removeprefix("const ").removesuffix("*"), c_type.startswith("const")
    elif result != "text":
        return None
    arguments = arguments_of(params, enums)
    if arguments is None:
        return None
    return Method(item["name"], method_name(item["name"], handle), doc_of(item), handle, const,
                  item.get("threads", "").startswith("one at a time"), arguments,
                  "bytes" if item["name"] in BYTES else result, fails)


def methods(description):
    """{handle, or "" for free functions: its methods, in the header's order}"""
    items = [i for s in description["sections"] for i in s["items"]]
    enums = {i["name"] for i in items if i["kind"] == "enum"}
    found = {handle: [] for handle in ["", *CLASSES]}
    for item in items:
        method = method_of(item, enums) if item["kind"] == "function" else None
        if method:
            found[method.handle].append(method)
    return found


def doc_of_handle(description, handle):
    items = [i for s in description["sections"] for i in s["items"]]
    return doc_of(next(i for i in items if i["name"] == handle))
