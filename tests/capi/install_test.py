# SPDX-License-Identifier: Apache-2.0
"""Installs the library into an empty folder, moves it elsewhere, and builds the C client against it by
find_package and by pkg-config.

    python3 install_test.py REPOSITORY BUILD MODEL_FOLDER
"""
import os
import shutil
import sys
import tempfile
import unittest

ROOT, BUILD, MODEL = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
from commands import run  # noqa: E402

CLIENT = os.path.join(ROOT, "tests", "capi", "c_client.c")
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(client C)
find_package(leyden 0.1 REQUIRED)
add_executable(client "%s")
target_link_libraries(client PRIVATE leyden::leyden)
"""


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        first = os.path.join(cls.scratch.name, "first")
        for script in ("capi", "models"):
            folder = os.path.join(BUILD, script)
            if os.path.exists(os.path.join(folder, "cmake_install.cmake")):
                for component in ("runtime", "dev"):
                    run("cmake", f"-DCMAKE_INSTALL_PREFIX={first}", f"-DCMAKE_INSTALL_COMPONENT={component}",
                        "-P", os.path.join(folder, "cmake_install.cmake"))
        cls.prefix = os.path.join(cls.scratch.name, "second")
        os.rename(first, cls.prefix)
        cls.lib = next(f for f, _, names in os.walk(cls.prefix) if "libleyden.so" in names)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def runs(self, program):
        self.assertEqual(run(program, MODEL, env=os.environ | {"LD_LIBRARY_PATH": self.lib}).strip(), "ok")

    def test_only_public_headers(self):
        headers = [n for f, _, names in os.walk(os.path.join(self.prefix, "include")) for n in names]
        self.assertEqual(sorted(headers), ["base.hpp", "handles.hpp", "leyden.h", "leyden.hpp"])

    def test_find_package(self):
        project = os.path.join(self.scratch.name, "project")
        os.makedirs(project)
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as out:
            out.write(PROJECT % CLIENT)
        run("cmake", "-S", project, "-B", project + "/build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", project + "/build")
        self.runs(project + "/build/client")

    def test_pkg_config(self):
        env = os.environ | {"PKG_CONFIG_PATH": os.path.join(self.lib, "pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "leyden", env=env).split()
        self.assertIn(os.path.normpath(self.lib), [os.path.normpath(f[2:]) for f in flags if f[:2] == "-L"])
        program = os.path.join(self.scratch.name, "client")
        run("gcc", "-std=c11", CLIENT, "-o", program, *flags)
        self.runs(program)

    def test_the_default_model_comes_along(self):
        if not os.path.exists(os.path.join(ROOT, "models", "default", "config.json")):
            self.skipTest("the repository has no default model")
        library = os.path.join(self.lib, "libleyden.so.0")
        env = {k: v for k, v in os.environ.items() if k != "LEYDEN_MODEL"} | {"LEYDEN_LIBRARY": library}
        found = run(sys.executable, "-c", "import leyden; print(leyden.default_model_path())",
                    env=env | {"PYTHONPATH": os.path.join(ROOT, "capi", "bindings", "python")}).strip()
        self.assertEqual(found, os.path.join(self.prefix, "share/leyden/models/default"))


if __name__ == "__main__":
    if not shutil.which("cmake"):
        sys.exit(77)
    unittest.main()
