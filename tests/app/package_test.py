# SPDX-License-Identifier: Apache-2.0
"""The Debian packages that CPack makes: each file in the right one and in no other, unpacked into an empty
root, where the programs, the library, the plugins and the desktop run.

    python3 package_test.py REPOSITORY FOLDER_OF_PACKAGES
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT, PACKAGES = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
from commands import run  # noqa: E402


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.debs = {run("dpkg-deb", "-f", deb, "Package").strip(): deb for deb in glob.glob(PACKAGES + "/*.deb")}
        cls.root = cls.path("root")
        for deb in cls.debs.values():
            run("dpkg-deb", "-x", deb, cls.root)
        home = cls.path("home")
        os.makedirs(home)
        cls.env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home,
                   "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
        cls.document = cls.path("log.txt")
        with open(cls.document, "w", encoding="utf-8") as out:
            out.write("The lamp of the tower went out at nine o'clock on the fourth of March.\n")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.scratch.name, name)

    def usr(self, *parts):
        return os.path.join(self.root, "usr", *parts)

    def files(self, package):
        """Paths below /usr, without folders."""
        listing = run("dpkg-deb", "-c", self.debs[package])
        paths = (line.split(" -> ")[0].split(None, 5)[5] for line in listing.splitlines()
                 if not line.startswith("d"))
        return {re.sub(r"^\./usr/", "", p) for p in paths}

    def has(self, package, *patterns):
        files = self.files(package)
        for pattern in patterns:
            self.assertTrue([f for f in files if re.fullmatch(pattern, f)], f"{package}: no {pattern}")

    def desktop(self):
        if "leyden-desktop" not in self.debs:
            self.skipTest("built without Qt")

    def test_each_file_is_in_its_package(self):
        self.has("leyden", "bin/leyden", "bin/leyden-plugin-host", r"lib.*/libleyden\.so\.0",
                 r"lib.*/leyden/plugins/documents/documents\.so", r"lib.*/leyden/plugins/documents/plugin\.json",
                 r"share/leyden/models/default/model\.safetensors", "share/bash-completion/completions/leyden")
        self.has("leyden-dev", r"lib.*/libleyden\.so", r"include/leyden/leyden\.h", r"include/leyden/leyden\.hpp",
                 r"include/leyden/leyden_plugin\.h", r"lib.*/pkgconfig/leyden\.pc", r"lib.*/leydenConfig\.cmake")
        packages = sorted(self.debs)
        for i, one in enumerate(packages):
            for other in packages[i + 1:]:
                self.assertEqual(self.files(one) & self.files(other), set(), f"{one} and {other}")
            self.assertFalse([f for f in self.files(one) if f.startswith("/") or f.startswith("./")], one)
            if one != "leyden":
                self.assertIn("leyden (= ", run("dpkg-deb", "-f", self.debs[one], "Depends"))

    def test_what_they_need_is_named(self):
        needs = {p: run("dpkg-deb", "-f", deb, "Depends", "Recommends") for p, deb in self.debs.items()}
        for word in ("libsqlite3-0", "libc6", "poppler-utils", "bubblewrap"):
            self.assertIn(word, needs["leyden"])
        if "leyden-desktop" in needs:
            self.assertIn("libqt6widgets6", needs["leyden-desktop"])

    def test_the_desktop_package(self):
        self.desktop()
        self.assertEqual(self.files("leyden-desktop"), {
            "bin/leyden-desktop", "share/applications/leyden-desktop.desktop",
            "share/icons/hicolor/scalable/apps/leyden-desktop.svg"})
        with open(self.usr("share", "applications", "leyden-desktop.desktop"), encoding="utf-8") as file:
            entry = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        self.assertTrue(os.access(self.usr("bin", entry["Exec"].split()[0]), os.X_OK))
        self.assertTrue(os.path.exists(self.usr("share", "icons", "hicolor", "scalable", "apps",
                                                entry["Icon"] + ".svg")))
        self.assertIn("GenericName[zh_CN]", entry)
        if shutil.which("desktop-file-validate"):
            run("desktop-file-validate", self.usr("share", "applications", "leyden-desktop.desktop"))

    def test_the_command_reads_with_the_packaged_plugins(self):
        leyden = self.usr("bin", "leyden")
        info = json.loads(run(leyden, "info", "--json", env=self.env))
        self.assertEqual(os.path.realpath(info["folder"]), os.path.realpath(self.usr("share/leyden/models/default")))
        self.assertIn("lamp of the tower", run(leyden, "read", self.document, env=self.env))

    def test_the_desktop_speaks_and_shows_its_window(self):
        self.desktop()
        program = self.usr("bin", "leyden-desktop")
        self.assertRegex(run(program, "--time-to-window", env=self.env), r"\A\d+ ms\n\Z")
        chinese = run(program, "--help", env=self.env | {"LC_ALL": "", "LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"})
        self.assertIn("阅览室", chinese)

    def test_the_desktop_takes_a_document(self):
        self.desktop()
        jar = self.path("jar")
        desktop = subprocess.Popen([self.usr("bin", "leyden-desktop"), "--store", jar, self.document],
                                   env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            titles, end = [], time.monotonic() + 60
            while not titles and time.monotonic() < end and desktop.poll() is None:
                time.sleep(0.5)
                listed = subprocess.run([self.usr("bin", "leyden"), "doc", "list", "--json", "--store", jar],
                                        env=self.env, capture_output=True, text=True)
                titles = re.findall(r'"source":\s*"([^"]*log\.txt)"', listed.stdout)
            self.assertTrue(titles, listed.stdout + listed.stderr)
            with open(f"/proc/{desktop.pid}/maps", encoding="utf-8") as maps:
                libraries = {line.split()[-1] for line in maps if "/libleyden.so" in line}
            self.assertTrue(libraries)
            for library in libraries:
                self.assertTrue(library.startswith(os.path.realpath(self.root) + "/"), library)
        finally:
            desktop.terminate()
            said = desktop.communicate(timeout=30)[0]
        self.assertNotIn("error", said.lower())


if __name__ == "__main__":
    if not glob.glob(PACKAGES + "/*.deb"):
        sys.exit(77)
    unittest.main()
