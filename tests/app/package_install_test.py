# SPDX-License-Identifier: Apache-2.0
"""The Debian packages, installed by dpkg as an administrator would, into a copy of this system that is thrown
away: dependencies are met, every command runs from its place, C and C++ programs build with pkg-config alone,
and nothing is left when the packages are removed.

    python3 package_install_test.py REPOSITORY FOLDER_OF_PACKAGES

The copy is an overlay over /usr with copies of /etc and dpkg's state, in a mount namespace of its own. Where
the system allows none (it takes root, real or a container's; or is no Debian) the test exits with 77: skipped.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, PACKAGES = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
from commands import run  # noqa: E402

# What the namespace is made of; "$0" is an empty folder, "$1" what is seen as /work. Everything goes with its
# last process. A new root, not chroot: the reader's sandbox is refused under one.
COPY = r"""set -e
mount -t tmpfs leyden "$0"
cd "$0"
mkdir -p over/usr over/work usr etc proc dev tmp root var/lib var/cache var/log/apt work old
for link in bin sbin lib lib32 lib64 libx32; do [ ! -L /$link ] || cp -P /$link .; done
mount -t overlay leyden -o lowerdir=/usr,upperdir=over/usr,workdir=over/work,userxattr usr
cp -RP --preserve=mode,links /etc/. etc/ 2>/dev/null || true
cp -RP --preserve=mode,links /var/lib/dpkg var/lib/ 2>/dev/null || true
mount --rbind /proc proc
mount --rbind /dev dev
[ -z "$1" ] || mount --bind "$1" work
pivot_root . old
umount -l old
rmdir old
cd /
"""
# What an administrator does there; "leyden-desktop" only where it was built.
SCRIPT = r"""set -e
export LC_ALL=C.UTF-8 HOME=/root QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=/root
say() { echo "== $*"; }
cd /work
dpkg -i *.deb
say audit; dpkg --audit
say states; dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' leyden leyden-dev
say verify; dpkg -V leyden leyden-dev
cd /root
say info; leyden info
say answer; leyden chat --doc /work/log.txt --ask 'When did the lamp of the tower go out?' --max-tokens 30
say read; leyden read /work/log.txt
say c; gcc -std=c11 /work/chat.c -o chat_c $(pkg-config --cflags --libs leyden)
./chat_c /work/log.txt 'When did the lamp of the tower go out?'
say cpp; g++ -std=c++17 /work/keep.cpp -o keep $(pkg-config --cflags --libs leyden)
mkdir jar && ./keep /work/log.txt 'When did the lamp of the tower go out?' 'And who lit it again?' jar
say linked; ldd chat_c | grep libleyden
if [ -e /usr/bin/leyden-desktop ]; then say desktop; leyden-desktop --time-to-window; fi
say removed; dpkg -P $(dpkg-query -W -f '${Package}\n' 'leyden*' | tac) >/dev/null
find / -xdev \( -path /proc -o -path /dev -o -path /over -o -path /work -o -path /root \) -prune -o \
  -path '*leyden*' -print || true
find /usr -path '*leyden*' -print || true
"""


def namespace():
    """The arguments that begin a mount namespace in which an overlay works here, or None."""
    with tempfile.TemporaryDirectory() as folder:
        for arguments in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
            tried = subprocess.run([*arguments, "sh", "-c", COPY + "mkdir /usr/bin/a && mv /usr/bin/a /usr/bin/b", folder],
                                   capture_output=True)
            if tried.returncode == 0:
                return arguments
    return None


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        debs = sorted(glob.glob(PACKAGES + "/*.deb"))
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as root:
            for file in debs + [os.path.join(ROOT, "capi/bindings/c/chat.c"),
                                os.path.join(ROOT, "capi/bindings/cpp/examples/keep.cpp")]:
                shutil.copy(file, folder)
            with open(os.path.join(folder, "log.txt"), "w", encoding="utf-8") as out:
                out.write("The lamp of the tower went out at nine o'clock on the fourth of March.\n\n"
                          "Two ships waited outside until the keeper had lit it again by hand.\n")
            with open(os.path.join(folder, "script"), "w", encoding="utf-8") as out:
                out.write(SCRIPT)
            env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
            said = run(*NAMESPACE, "sh", "-c", COPY + "exec bash /work/script", root, folder, env=env)
        cls.names = [os.path.basename(d).split("_")[0] for d in debs]
        parts = [p.partition("\n") for p in said.split("== ")]
        cls.said = {title.strip(): text for title, _, text in parts}

    def test_dpkg_is_content(self):
        self.assertEqual(self.said["audit"], "")
        self.assertEqual(self.said["states"], "leyden ii \nleyden-dev ii \n")
        self.assertEqual(self.said["verify"], "")

    def test_the_command_runs_from_usr(self):
        self.assertIn("/usr/share/leyden/models/default", self.said["info"])
        self.assertGreater(len(self.said["answer"]), 3)
        self.assertIn("lamp of the tower", self.said["read"])

    def test_programs_build_and_run(self):
        self.assertIn("=> /lib/", self.said["linked"].replace("=> /usr/lib/", "=> /lib/"))
        self.assertGreater(len(self.said["c"]), 3)
        self.assertRegex(self.said["cpp"], r"(?s)Grüße, 世界!\n.*found\nsound\n\Z")

    def test_the_desktop_opens_its_window(self):
        if "leyden-desktop" not in self.names:
            self.skipTest("built without Qt")
        self.assertRegex(self.said["desktop"], r"\A\d+ ms\n\Z")

    def test_nothing_is_left(self):
        self.assertEqual(self.said["removed"], "")


if __name__ == "__main__":
    NAMESPACE = namespace() if shutil.which("dpkg") and shutil.which("unshare") else None
    if NAMESPACE is None or not glob.glob(PACKAGES + "/*.deb"):
        print("skipped: no packages, or no mount namespace with an overlay here")
        sys.exit(77)
    unittest.main()
