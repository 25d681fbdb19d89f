# SPDX-License-Identifier: Apache-2.0
"""What libleyden.so shows is exactly capi/exports.txt, which is exactly what leyden.h declares.

    python3 exports_test.py REPOSITORY LIBLEYDEN
"""
import os
import re
import subprocess
import sys
import unittest

ROOT, LIBRARY = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Exports(unittest.TestCase):
    listed = read("capi/exports.txt").split()

    def test_list_is_sorted_and_unique(self):
        self.assertEqual(self.listed, sorted(set(self.listed)))

    def test_header_declares_the_list(self):
        header = re.sub(r"/\*.*?\*/", "", read("capi/leyden.h"), flags=re.S)
        declared = re.findall(r"LEYDEN_API[^;]*?\b(leyden_\w+)\(", header)
        self.assertEqual(sorted(declared), self.listed)

    def test_library_shows_the_list_and_nothing_else(self):
        out = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", LIBRARY], check=True,
                             capture_output=True, text=True).stdout
        symbols, version_nodes = set(), set()
        for line in out.splitlines():
            name, kind = line.split()[:2]
            if kind == "A":
                version_nodes.add(name)
            else:
                symbols.add(name.split("@")[0])
        self.assertEqual(sorted(symbols), self.listed)
        for node in version_nodes:
            self.assertRegex(node, r"^LEYDEN_0_UNSTABLE_\d+(@@.*)?$")

    def test_soname_and_version_carry_the_numbers_of_the_header(self):
        header = read("capi/leyden.h")
        number = lambda name: re.search(rf"#define LEYDEN_{name} (\d+)", header).group(1)
        dynamic = subprocess.run(["readelf", "-dV", LIBRARY], check=True, capture_output=True,
                                 text=True).stdout
        self.assertIn(f"soname: [libleyden.so.{number('ABI')}]", dynamic)
        self.assertIn(f"LEYDEN_{number('ABI')}_UNSTABLE_{number('UNSTABLE_REVISION')}", dynamic)


if __name__ == "__main__":
    unittest.main()
