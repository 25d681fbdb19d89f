# SPDX-License-Identifier: Apache-2.0
"""libabigail against the stored baseline, and the same comparison seen failing on broken copies.

    python3 abi_test.py REPOSITORY       exit code 77: abidiff is not installed
"""
import os
import re
import shutil
import sys
import tempfile
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
if not shutil.which("abidiff"):
    print("abidiff is not installed (./dev setup --tools)")
    sys.exit(77)
sys.path.insert(0, os.path.join(ROOT, "capi", "tools"))
import abi  # noqa: E402
import api  # noqa: E402

HEADER = api.read_text(api.HEADER)


class Baseline(unittest.TestCase):
    def test_nothing_but_additions(self):
        with tempfile.TemporaryDirectory() as scratch:
            same, report = abi.compare(abi.baseline_path(), abi.current(os.path.join(scratch, "now")))
        self.assertTrue(same, report + "\nif this is meant: python3 capi/tools/abi.py baseline\n"
                        "and raise LEYDEN_UNSTABLE_REVISION")


class BrokenCopies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.good = abi.library_of(HEADER, os.path.join(cls.scratch.name, "good"))
        cls.dump = os.path.join(cls.scratch.name, "good.xml")
        abi.dump(cls.good, cls.dump)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def compare(self, name, pattern, replacement):
        header, n = re.subn(pattern, replacement, HEADER, count=1, flags=re.S)
        self.assertEqual(n, 1)
        return abi.compare(self.dump, abi.library_of(header, os.path.join(self.scratch.name, name)))

    def test_the_same_is_the_same(self):
        same, report = abi.compare(self.dump, self.good)
        self.assertTrue(same, report)

    def test_an_added_function_is_fine(self):
        same, report = self.compare("added", r"(LEYDEN_API uint32_t leyden_abi\(void\);)",
                                    r"\1\n/** New. [thread-safe] */\nLEYDEN_API int32_t leyden_new(int32_t x);")
        self.assertTrue(same, report)

    def test_what_is_behind_a_handle_may_change(self):
        other = abi.library_of(HEADER, os.path.join(self.scratch.name, "inside"), inside="double y[3];")
        same, report = abi.compare(self.dump, other)
        self.assertTrue(same, report)

    def test_swapped_fields_fail(self):
        same, report = self.compare("swapped", r"  float temperature;([^\n]*)\n  float top_p;",
                                    r"  float top_p;\1\n  float temperature;")
        self.assertFalse(same)
        self.assertIn("temperature", report)

    def test_a_changed_return_type_fails(self):
        same, report = self.compare("returns", r"uint32_t leyden_abi\(void\)", "uint64_t leyden_abi(void)")
        self.assertFalse(same)
        self.assertIn("leyden_abi", report)

    def test_a_removed_function_fails(self):
        same, report = self.compare("removed", r"LEYDEN_API uint32_t leyden_abi\(void\);", "")
        self.assertFalse(same)
        self.assertIn("leyden_abi", report)

    def test_a_changed_parameter_fails(self):
        same, report = self.compare("parameter", r"leyden_check_unstable\(uint32_t revision",
                                    "leyden_check_unstable(uint64_t revision")
        self.assertFalse(same)
        self.assertIn("leyden_check_unstable", report)


if __name__ == "__main__":
    unittest.main()
