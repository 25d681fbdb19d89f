# SPDX-License-Identifier: Apache-2.0
"""leyden.h compiles alone, pedantically, in every C and C++ we promise, by gcc and by clang; included
twice; and from two units linked together.

    python3 header_test.py REPOSITORY
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(sys.argv.pop(1))
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-I", ROOT]
C = ["c11", "c17"]
CXX = ["c++11", "c++14", "c++17", "c++20", "c++2b"]
UNIT = '#include "capi/leyden.h"\n#include "capi/leyden.h"\n'
COMPILERS = [p for p in (("gcc", "g++"), ("clang", "clang++")) if all(map(shutil.which, p))]


def compile_text(compiler, language, standard, text, *flags):
    return subprocess.run([compiler, "-x", language, f"-std={standard}", *WARNINGS, *flags, "-c", "-",
                           "-o", "/dev/null"], input=text.encode(), capture_output=True)


class Header(unittest.TestCase):
    def test_every_standard(self):
        self.assertTrue(COMPILERS)
        for cc, cxx in COMPILERS:
            for compiler, language, standards in ((cc, "c", C), (cxx, "c++", CXX)):
                for standard in standards:
                    for flags in ([], ["-DLEYDEN_ENABLE_UNSTABLE"]):
                        with self.subTest(compiler=compiler, standard=standard, flags=flags):
                            text = UNIT + "int leyden_header_test_unit;\n"
                            out = compile_text(compiler, language, standard, text, *flags)
                            self.assertEqual(out.returncode, 0, out.stderr.decode())

    def test_init_macros_are_constants(self):
        text = "#define LEYDEN_ENABLE_UNSTABLE\n" + UNIT
        for name in ("store_options", "model_options", "run_options", "sampling", "generate_options", "ask_options",
                     "chat_options"):
            text += f"extern leyden_{name} x_{name}; leyden_{name} x_{name} = LEYDEN_{name.upper()}_INIT;\n"
        for cc, cxx in COMPILERS:
            for compiler, language, standard in ((cc, "c", "c11"), (cxx, "c++", "c++11")):
                out = compile_text(compiler, language, standard, text)
                self.assertEqual(out.returncode, 0, out.stderr.decode())

    def test_unstable_is_hidden(self):
        out = compile_text("gcc", "c", "c11", UNIT + "leyden_status x;\n")
        self.assertNotEqual(out.returncode, 0)

    def test_results_may_not_be_ignored(self):
        text = ("#define LEYDEN_ENABLE_UNSTABLE\n" + UNIT +
                "void f(leyden_cancel** c) { leyden_cancel_create(c, NULL); }\n")
        out = compile_text("gcc", "c", "c11", text)
        self.assertIn("-Werror=unused-result", out.stderr.decode())

    def test_two_units_link(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, body in (("a", "int leyden_other(void); int main(void) "
                                     "{ return leyden_other(); }\n"),
                               ("b", "int leyden_other(void); int leyden_other(void) "
                                     "{ return LEYDEN_OK; }\n")):
                with open(os.path.join(folder, name + ".c"), "w") as out:
                    out.write("#define LEYDEN_ENABLE_UNSTABLE\n" + UNIT + body)
            subprocess.run(["gcc", "-std=c11", *WARNINGS, "a.c", "b.c", "-o", "program"], cwd=folder,
                           check=True)


if __name__ == "__main__":
    unittest.main()
