# SPDX-License-Identifier: Apache-2.0
"""leyden_plugin.h and its draft compile alone, pedantically, in every C and C++ we promise, by gcc and
by clang; included twice; and their structs have the sizes that were released.

    python3 plugin_header_test.py REPOSITORY
"""
import os
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-I", ROOT]
COMPILERS = [p for p in (("gcc", "g++"), ("clang", "clang++")) if all(map(shutil.which, p))]
UNIT = ('#include "plugins/draft/leyden_plugin_draft.h"\n'
        '#include "plugins/leyden_plugin.h"\n#include "plugins/draft/leyden_plugin_draft.h"\n')
# On 64-bit machines. A number may only change for an id that was never released.
SIZES = {"leyden_host": 32, "leyden_plugin": 32, "leyden_plugin_entry": 32, "leyden_call": 48,
         "leyden_tool": 40, "leyden_tool_sink": 48, "leyden_tools": 32, "leyden_input": 24,
         "leyden_document_info": 40, "leyden_outline_item": 24, "leyden_span": 32,
         "leyden_page_sink": 48, "leyden_image_sink": 24, "leyden_reader": 72, "leyden_settings": 24,
         "leyden_state": 24, "leyden_host_log": 16, "leyden_host_http": 16, "leyden_host_files": 16,
         "leyden_host_library": 16, "leyden_host_storage": 24, "leyden_host_secrets": 16}


def compile_text(compiler, language, standard, text):
    return subprocess.run([compiler, "-x", language, f"-std={standard}", *WARNINGS, "-c", "-", "-o",
                           "/dev/null"], input=text.encode(), capture_output=True)


class PluginHeader(unittest.TestCase):
    def test_every_standard(self):
        self.assertTrue(COMPILERS)
        for cc, cxx in COMPILERS:
            for compiler, language, standards in ((cc, "c", ["c11", "c17"]),
                                                  (cxx, "c++", ["c++11", "c++14", "c++17", "c++20"])):
                for standard in standards:
                    with self.subTest(compiler=compiler, standard=standard):
                        out = compile_text(compiler, language, standard, UNIT + "int unit;\n")
                        self.assertEqual(out.returncode, 0, out.stderr.decode())

    def test_sizes(self):
        checks = "".join(f'_Static_assert(sizeof({name}) == {size}, "{name}");\n'
                         for name, size in SIZES.items())
        out = compile_text("gcc", "c", "c11", UNIT + checks)
        self.assertEqual(out.returncode, 0, out.stderr.decode())

    def test_a_wrong_size_is_noticed(self):
        out = compile_text("gcc", "c", "c11",
                           UNIT + '_Static_assert(sizeof(leyden_call) == 4, "x");\n')
        self.assertNotEqual(out.returncode, 0)


if __name__ == "__main__":
    unittest.main()
