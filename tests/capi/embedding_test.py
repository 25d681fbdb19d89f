# SPDX-License-Identifier: Apache-2.0
"""Runs the shell commands of docs/embedding.md, as they stand there, against an installed library; each
language must write an answer, and all the same one.

    python3 embedding_test.py REPOSITORY BUILD
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, BUILD = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
NEEDS = {"Rust": lambda: shutil.which("cargo"),
         "Java": lambda: shutil.which("javac") and os.path.exists("/usr/share/java/jna.jar")}


def sections():
    with open(os.path.join(ROOT, "docs", "embedding.md"), encoding="utf-8") as file:
        parts = re.split(r"^## (.*)$", file.read(), flags=re.M)
    return {title: re.findall(r"```sh\n(.*?)```", text, re.S) for title, text in zip(parts[1::2], parts[2::2])}


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.prefix = os.path.join(cls.scratch.name, "prefix")
        cls.work = os.path.join(cls.scratch.name, "work")
        shutil.copytree(os.path.join(ROOT, "capi", "bindings"), os.path.join(cls.work, "capi", "bindings"))
        shutil.copy(os.path.join(ROOT, "LICENSE"), os.path.join(cls.work, "README.md"))
        cls.env = os.environ | {"PREFIX": cls.prefix, "CARGO_TARGET_DIR": os.path.join(BUILD, "rust")}
        cls.env.pop("LEYDEN_MODEL", None)
        cls.sections = sections()
        cls.exports = cls.sections["Get the library"][1]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def sh(self, commands, **options):
        done = subprocess.run(["bash", "-euc", commands], capture_output=True, text=True, env=self.env, **options)
        self.assertEqual(done.returncode, 0, commands + done.stdout + done.stderr)
        return done.stdout

    def test_every_language(self):
        install = self.sections["Get the library"][0]
        self.assertIn('cmake --install build/release --prefix "$PREFIX"', install)
        for component in ("runtime", "dev"):  # the door's own part: the rest need not be built for this
            self.sh(f"cmake -DCMAKE_INSTALL_PREFIX=$PREFIX -DCMAKE_INSTALL_COMPONENT={component} "
                    f"-P {BUILD}/capi/cmake_install.cmake")
        found = glob.glob(self.prefix + "/lib*/**/libleyden.so", recursive=True)
        self.assertEqual(found, [self.prefix + "/lib/libleyden.so"])
        answers = {}
        for language in ("C", "C++", "Python", "Rust", "Java"):
            if language in NEEDS and not NEEDS[language]():
                print(f"{language}: skipped, its compiler is not installed")
                continue
            for block in self.sections[language]:
                answers[language] = self.sh(self.exports + block, cwd=self.work).strip().split("\n")[-1]
        self.assertGreaterEqual(len(answers), 3)
        self.assertEqual(len(set(answers.values())), 1, answers)
        self.assertGreater(len(answers["C"]), 3)
        said = self.sh(self.exports + self.sections["Tools and plans"][0], cwd=self.work)
        self.assertRegex(said, r"\Afits\n.+\ncalled [1-9]")
        said = self.sh(self.exports + self.sections["The jar, token ids and logits"][0], cwd=self.work)
        self.assertTrue(said.endswith("found\nsound\n"), said)


if __name__ == "__main__":
    unittest.main()
