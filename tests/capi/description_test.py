# SPDX-License-Identifier: Apache-2.0
"""capi/api.json describes leyden.h, what is made from it is up to date, the compiler agrees with its
offsets, and each kind of difference is noticed.

    python3 description_test.py REPOSITORY
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, os.path.join(ROOT, "capi", "tools"))
import api  # noqa: E402
import header_reader  # noqa: E402

HEADER = api.read_text(api.HEADER)
DESCRIPTION = json.loads(api.read_text(api.DESCRIPTION))
PREAMBLE = "#define LEYDEN_ENABLE_UNSTABLE\n#include \"capi/leyden.h\"\n#include <stddef.h>\n"
# Where each binding's code is, how a call looks there, and what it leaves out, with the reason. The
# declarations that the low-level layers are made of do not count as use.
OPENED = {"leyden_chat_create": "leyden_chat_open without a session"}
BINDINGS = {
    "C++": ("cpp/*.hpp", r"\b(leyden_\w+)", OPENED | {
        "leyden_error_code": "Error has the status itself",
        "leyden_check_unstable": "the loader refuses a program that was linked against another revision"}),
    "Python": ("python/leyden/[!_]*.py,python/leyden/__init__.py,python/leyden/_calls.py", r"[.\"](leyden_\w+)", OPENED | {
        "leyden_error_code": "LeydenError has the status itself",
        "leyden_generation_ids": "leyden_generation_json has them",
        "leyden_answer_text": "leyden_answer_json has it",
        "leyden_answer_thinking": "leyden_answer_json has it",
        "leyden_answer_finish_reason": "leyden_answer_json has it"}),
    "Rust": ("rust/leyden/src/*.rs", r"\bsys::(leyden_\w+)", OPENED | {
        "leyden_error_code": "Error has the status itself"}),
    "Java": ("java/src/leyden/[!A]*.java", r"\.(leyden_\w+)", OPENED | {  # all but Abi.java
        "leyden_error_code": "LeydenException has the status itself"}),
}


def unused(binding, edit=lambda code: code):
    """Functions of leyden.h that a binding's code does not call. Structs are begun without *_init there."""
    call = BINDINGS[binding][1]
    return {i["name"] for i in api.items_of(DESCRIPTION)
            if i["kind"] == "function" and not i["name"].endswith("_init")} - set(re.findall(call, edit(code_of(binding))))

# Options that a binding does not set, with the reason. Structs that callers of C fill:
OPTIONS = r"leyden_\w+_options|leyden_sampling|leyden_tool_desc"
UNSET = {
    "C++": {"leyden_plan_options": "taken as they are", "leyden_file_options": "taken as they are"},
    "Python": {}, "Java": {}, "Rust": {},
}
OWN_DATA = {"user_data", "approve_data"}  # what closures carry themselves


def code_of(binding):
    """Of its layer above the declarations, without comments."""
    files = [f for p in BINDINGS[binding][0].split(",") for f in glob.glob(api.path("capi/bindings/" + p))]
    return re.sub(r"//.*|^\s*\*.*|/\*.*?\*/", "", "\n".join(api.read_text(f) for f in files), flags=re.M)


def unset(binding, edit=lambda code: code):
    """Fields of options that are not named between a mention of their struct and the end of that paragraph
    or the next struct's."""
    words = {}
    for paragraph in re.split(r"\n\s*\n", edit(code_of(binding))):
        parts = re.split(rf"\b({OPTIONS})\b", paragraph)
        for struct, text in zip(parts[1::2], parts[2::2]):
            words.setdefault(struct, set()).update(re.findall(r"\w+", text))
    return {f"{i['name']}.{f['name']}" for i in api.items_of(DESCRIPTION)
            if i["kind"] == "struct" and re.fullmatch(OPTIONS, i["name"])
            for f in i["fields"] if not re.match("struct_size|reserved", f["name"])
            and f["name"] not in OWN_DATA and f["name"] not in words.get(i["name"], set())}


def compile_c(text):
    return subprocess.run(["gcc", "-std=c11", "-I", ROOT, "-x", "c", "-", "-c", "-o", "/dev/null"],
                          input=PREAMBLE + text, text=True, capture_output=True)


class Description(unittest.TestCase):
    def differs_after(self, old, new):
        self.assertIn(old, HEADER)
        header = header_reader.read(HEADER.replace(old, new, 1))
        return api.differences(api.merged(header, copy.deepcopy(DESCRIPTION)), DESCRIPTION)

    def test_header_description_and_generated_files_agree(self):
        self.assertEqual(api.check(), [])

    def test_layouts_are_the_compilers(self):
        asserts = []
        for item in api.items_of(DESCRIPTION):
            if item["kind"] != "struct":
                continue
            name = item["name"]
            asserts.append(f"_Static_assert(sizeof({name}) == {item['size']}, \"{name}\");")
            asserts += [f"_Static_assert(offsetof({name}, {f['name']}) == {f['offset']}, "
                        f"\"{name}.{f['name']}\");" for f in item["fields"]]
        self.assertGreater(len(asserts), 50)
        out = compile_c("\n".join(asserts))
        self.assertEqual(out.returncode, 0, out.stderr)
        wrong = asserts[-1].replace("==", "!=")
        self.assertNotEqual(compile_c(wrong).returncode, 0)

    def test_a_growable_struct_begins_with_its_size(self):
        for item in api.items_of(DESCRIPTION):
            if item["kind"] == "struct" and "Frozen." not in item["doc"]:
                self.assertEqual(item["fields"][0]["name"], "struct_size", item["name"])
                self.assertEqual(item["size"] % 8, 0, item["name"])

    def test_every_binding_uses_every_function(self):
        for binding, (_, _, left_out) in BINDINGS.items():
            with self.subTest(binding):
                self.assertEqual(unused(binding), left_out.keys())

    def test_every_binding_sets_every_option(self):
        for binding, left_out in UNSET.items():
            with self.subTest(binding):
                self.assertEqual({f for f in unset(binding) if f not in left_out and f.split(".")[0] not in left_out},
                                 set())
                lost = unset(binding, lambda code: code.replace("frequency_penalty", "frequency"))
                self.assertIn("leyden_sampling.frequency_penalty", lost)

    def test_a_function_that_a_binding_lost_is_noticed(self):
        for binding in BINDINGS:
            with self.subTest(binding):
                lost = unused(binding, lambda code: code.replace("leyden_store_backup", "leyden_store_back_up"))
                self.assertIn("leyden_store_backup", lost)

    def test_swapped_fields_are_noticed(self):
        found = self.differs_after("  uint64_t done;\n  uint64_t total;", "  uint64_t total;\n  uint64_t done;")
        self.assertTrue(any(f.startswith("leyden_progress: fields") for f in found), found)

    def test_a_changed_return_type_is_noticed(self):
        found = self.differs_after("uint32_t leyden_abi(void)", "int32_t leyden_abi(void)")
        self.assertTrue(any(f.startswith("leyden_abi: returns") for f in found), found)

    def test_a_removed_and_a_new_function_are_noticed(self):
        found = self.differs_after("leyden_abi(void)", "leyden_abi2(void)")
        self.assertIn("leyden_abi: in capi/api.json, not in capi/leyden.h", found)
        self.assertIn("leyden_abi2: in capi/leyden.h, not in capi/api.json", found)

    def test_a_changed_value_and_a_changed_comment_are_noticed(self):
        self.assertTrue(self.differs_after("LEYDEN_E_CORRUPT = -3", "LEYDEN_E_CORRUPT = -33"))
        self.assertTrue(self.differs_after("LEYDEN_ABI of the library that runs.", "The ABI."))

    def test_a_function_without_a_thread_tag_is_refused(self):
        text = HEADER.replace("LEYDEN_ABI of the library that runs. [thread-safe]", "Whatever.", 1)
        with self.assertRaisesRegex(header_reader.HeaderError, "leyden_abi"):
            header_reader.read(text)

    def test_a_type_no_binding_could_express_is_refused(self):
        for field in ("long double wide;", "wchar_t letter;", "FILE* file;"):
            with self.assertRaises(header_reader.HeaderError):
                text = HEADER.replace("  uint64_t done;", "  " + field.replace("FILE*", "FILE"), 1)
                header_reader.read(text)


if __name__ == "__main__":
    unittest.main()
