# SPDX-License-Identifier: Apache-2.0
"""The description of the door, capi/api.json, and what is made from it.

    python3 capi/tools/api.py update     take the header's declarations over into the description, and
                                         write the generated files anew
    python3 capi/tools/api.py check      fail, naming the place, where header, description and
                                         generated files differ

leyden.h is what people read and edit. The description adds what C cannot say (since which version,
stable or not, offsets) and is what everything else is made from: the list of exports, the reference
page, the declarations of the Python, Rust and Java bindings, the methods that go by rule.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import emit_cpp  # noqa: E402
import emit_java  # noqa: E402
import emit_java_handles  # noqa: E402
import emit_python  # noqa: E402
import emit_reference  # noqa: E402
import emit_rust  # noqa: E402
import emit_rust_handles  # noqa: E402
import header_reader  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
HEADER, DESCRIPTION = "capi/leyden.h", "capi/api.json"
GENERATED = {"capi/exports.txt": emit_reference.exports,
             "capi/abi/handles.suppr": emit_reference.suppressions,
             "docs/capi.md": emit_reference.page,
             "capi/bindings/cpp/handles.hpp": emit_cpp.declarations,
             "capi/bindings/python/leyden/_abi.py": emit_python.declarations,
             "capi/bindings/rust/leyden-sys/src/ffi.rs": emit_rust.declarations,
             "capi/bindings/rust/leyden/src/handles.rs": emit_rust_handles.declarations,
             "capi/bindings/java/src/leyden/Abi.java": emit_java.declarations,
             "capi/bindings/java/src/leyden/Handles.java": emit_java_handles.declarations}
ADVICE = "run: python3 capi/tools/api.py update"


def path(name):
    return os.path.join(ROOT, name)


def read_text(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


def items_of(description):
    return [i for s in description["sections"] for i in s["items"]]


def to_text(description):
    """JSON with one line for each parameter, field and value, so that changes read and merge well."""
    def lines(value, depth):
        pad = " " * depth
        if isinstance(value, dict) and (depth < 4 or "items" in value or "kind" in value):
            body = [f'{pad} {json.dumps(k)}: {lines(v, depth + 1).lstrip()}' for k, v in value.items()]
            return pad + "{\n" + ",\n".join(body) + "\n" + pad + "}"
        if isinstance(value, list) and value:
            return pad + "[\n" + ",\n".join(lines(v, depth + 1) for v in value) + "\n" + pad + "]"
        return pad + json.dumps(value, ensure_ascii=False)
    return lines(description, 0) + "\n"


def merged(header, old):
    """The header's declarations with since and status, which only the description knows."""
    known = {i["name"]: i for i in items_of(old)} if old else {}
    minor = header["version"].rsplit(".", 1)[0]
    for item in items_of(header):
        before = known.get(item["name"], {})
        item["since"] = before.get("since", minor)
        item["status"] = before.get("status", "unstable")
    return header


def differences(header, description):
    """Sentences that name what is declared and not described, or otherwise."""
    found = []
    mine, theirs = ({i["name"]: i for i in items_of(d)} for d in (header, description))
    for name in sorted(mine.keys() | theirs.keys()):
        if name not in theirs:
            found.append(f"{name}: in {HEADER}, not in {DESCRIPTION}")
        elif name not in mine:
            found.append(f"{name}: in {DESCRIPTION}, not in {HEADER}")
        else:
            found += [f"{name}: {key}: the header says {mine[name].get(key)!r}, the description "
                      f"{theirs[name].get(key)!r}"
                      for key in mine[name].keys() | theirs[name].keys()
                      if mine[name].get(key) != theirs[name].get(key)]
    for key in ("version", "abi", "unstable_revision"):
        if header[key] != description[key]:
            found.append(f"{key}: the header says {header[key]}, the description {description[key]}")
    if not found and header != description:
        found.append("the order of sections or items differs")
    return found


def check():
    description = json.loads(read_text(DESCRIPTION))
    found = differences(merged(header_reader.read(read_text(HEADER)), description), description)
    for name, emit in GENERATED.items():
        if not os.path.exists(path(name)):
            found.append(f"{name}: missing")
        elif read_text(name) != emit(description):
            found.append(f"{name}: differs from what {DESCRIPTION} makes")
    return found


def update():
    old = json.loads(read_text(DESCRIPTION)) if os.path.exists(path(DESCRIPTION)) else None
    description = merged(header_reader.read(read_text(HEADER)), old)
    for name, text in [(DESCRIPTION, to_text(description))] + [(n, e(description))
                                                               for n, e in GENERATED.items()]:
        os.makedirs(os.path.dirname(path(name)), exist_ok=True)
        if os.path.exists(path(name)) and read_text(name) == text:
            continue
        with open(path(name), "w", encoding="utf-8") as out:
            out.write(text)
        print("wrote", name)


def main(arguments):
    if arguments == ["update"]:
        update()
    elif arguments == ["check"]:
        found = check()
        print("\n".join(found + [ADVICE]) if found else "header, description and generated files agree")
        return 1 if found else 0
    else:
        print(__doc__.strip())
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except header_reader.HeaderError as error:
        sys.exit(f"{HEADER}: {error}")
