# SPDX-License-Identifier: Apache-2.0
"""Makes the Debian packages of a build once, for the tests of them.

    python3 make_packages.py REPOSITORY BUILD_FOLDER FOLDER
"""
import os
import shutil
import sys

ROOT, BUILD, FOLDER = (os.path.abspath(p) for p in sys.argv[1:])
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
from commands import run  # noqa: E402

shutil.rmtree(FOLDER, ignore_errors=True)
if not shutil.which("cpack") or not shutil.which("dpkg-deb"):
    sys.exit(77)
# Tests want them made, not small.
run("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", FOLDER,
    "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", cwd=BUILD)
