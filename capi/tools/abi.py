# SPDX-License-Identifier: Apache-2.0
"""The binary interface against the stored baseline, capi/abi/libleyden.so.<abi>.xml, by libabigail.

    python3 capi/tools/abi.py check       fail on any difference that is no added function
    python3 capi/tools/abi.py baseline    store the interface as the new baseline: only while LEYDEN_ABI
                                          is 0, and after reading what check says

What is compared is a library of empty functions made from leyden.h, in a second and with all types: the
compiler holds the real bodies to the same declarations, and tests/capi/exports_test.py the real library
to the same list.
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emit_reference  # noqa: E402
import header_reader  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def abi_number(header_folder):
    with open(os.path.join(header_folder, "leyden.h"), encoding="utf-8") as file:
        return re.search(r"^#define LEYDEN_ABI (\d+)", file.read(), re.M).group(1)


def baseline_path():
    return os.path.join(ROOT, "capi", "abi", f"libleyden.so.{abi_number(os.path.join(ROOT, 'capi'))}.xml")


def library_of(header, folder, inside="int x;"):
    """Builds a libleyden.so with the functions that a header's text declares, and no bodies to speak of.
    inside: what its opaque handles hold."""
    os.makedirs(folder)
    with open(os.path.join(folder, "leyden.h"), "w", encoding="utf-8") as out:
        out.write(header)
    items = [i for s in header_reader.read(header)["sections"] for i in s["items"]]
    lines = ["#define LEYDEN_ENABLE_UNSTABLE", "#include \"leyden.h\""]
    lines += [f"struct {i['name']} {{ {inside} }};" for i in items if i["kind"] == "handle"]
    for item in items:
        if item["kind"] == "function":
            body = "{ }" if item["returns"] == "void" else "{ return 0; }"
            lines.append(emit_reference.declaration(item)[:-1] + " " + body)
    library = os.path.join(folder, "libleyden.so.0")
    subprocess.run(["gcc", "-std=c11", "-g", "-shared", "-fPIC", "-fvisibility=hidden", "-I", folder,
                    "-Wl,-soname,libleyden.so.0", "-x", "c", "-", "-o", library],
                   input="\n".join(lines), text=True, check=True)
    return library


def suppressions():
    return os.path.join(ROOT, "capi", "abi", "handles.suppr")


def dump(library, out):
    """Writes a library's interface."""
    subprocess.run(["abidw", "--suppressions", suppressions(), "--no-corpus-path", "--no-show-locs",
                    "--no-comp-dir-path", "--no-elf-needed", "--out-file", out, library], check=True,
                   capture_output=True)


def compare(old, new):
    """(true when nothing but functions was added, abidiff's report). abidiff 2.2 answers a swapped
    field with the exit code of an addition, so additions are left out and any other code is a failure.
    `old` and `new` are libraries or dumps."""
    run = subprocess.run(["abidiff", "--no-added-syms", "--suppressions", suppressions(), old, new],
                         capture_output=True, text=True)
    return run.returncode == 0, run.stdout + run.stderr


def current(folder):
    """The library of leyden.h as it is now."""
    with open(os.path.join(ROOT, "capi", "leyden.h"), encoding="utf-8") as file:
        return library_of(file.read(), folder)


def main(arguments):
    if arguments not in (["check"], ["baseline"]):
        print(__doc__.strip())
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        library = current(os.path.join(scratch, "now"))
        if arguments == ["baseline"]:
            if abi_number(os.path.join(ROOT, "capi")) != "0" and os.path.exists(baseline_path()):
                sys.exit("the interface is released; add functions, or raise LEYDEN_ABI")
            dump(library, baseline_path())
            return 0
        same, report = compare(baseline_path(), library)
    print(report if not same else "nothing but additions")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
