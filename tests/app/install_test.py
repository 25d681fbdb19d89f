# SPDX-License-Identifier: Apache-2.0
"""The default model is found without flags from a build tree and from an install, which may be moved.

    python3 install_test.py REPOSITORY LEYDEN BUILD_FOLDER
"""
import os
import shutil
import subprocess
import sys
import unittest

BUILD = os.path.abspath(sys.argv.pop(3))
import cli  # noqa: E402  (takes its own arguments)
from cli import ROOT, CliTest, TinyModelTest  # noqa: E402


class BuildTree(CliTest):
    def test_found_from_anywhere(self):
        info = self.json("info", cwd=self.folder)
        self.assertEqual(os.path.realpath(info["folder"]), os.path.join(ROOT, "models", "default"))


class Named(TinyModelTest):
    def test_environment_names_another(self):
        info = self.json("info", env={"LEYDEN_MODEL": self.model})
        self.assertEqual(info["folder"], self.model)

    def test_a_wrong_name_is_final(self):
        self.fails("not_found", "info", env={"LEYDEN_MODEL": "/nowhere"}, says=("LEYDEN_MODEL", "/nowhere"))


class Install(CliTest):
    def test_installed_and_moved(self):
        first, second = self.path("first"), self.path("second")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", first], check=True, capture_output=True)
        for prefix in (first, second):
            if prefix == second:
                os.rename(first, second)
            program = os.path.join(prefix, "bin", "leyden")
            self.addCleanup(setattr, cli, "LEYDEN", cli.LEYDEN)
            cli.LEYDEN = program
            info = self.json("info", cwd=self.folder)
            self.assertEqual(info["folder"], os.path.join(prefix, "share/leyden/models/default"))
            answer = self.json("chat", "--ask", "Hello", "--max-tokens", 2)
            self.assertLessEqual(answer["usage"]["completion_tokens"], 2)
        shutil.rmtree(os.path.join(second, "share/leyden"))
        self.fails("not_found", "info", says="no default model")

    def test_header_compiles_against_the_library(self):
        prefix = self.path("prefix")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        program = self.write("program.c", "#define LEYDEN_ENABLE_UNSTABLE\n#include <leyden/leyden.h>\n"
                                          "#include <stdio.h>\nint main(void) { puts(leyden_version()); "
                                          "return leyden_check_unstable(LEYDEN_UNSTABLE_REVISION, NULL); }\n")
        lib = os.path.dirname(next(os.path.join(base, name) for base, _, names in os.walk(prefix)
                                   for name in names if name == "libleyden.so"))
        subprocess.run(["cc", "-std=c11", program, "-I", os.path.join(prefix, "include"), "-L", lib, "-lleyden",
                        "-o", self.path("program")], check=True)
        done = subprocess.run([self.path("program")], env=os.environ | {"LD_LIBRARY_PATH": lib}, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
