# SPDX-License-Identifier: Apache-2.0
"""A program under valgrind: no leak, no wrong access. Only with LEYDEN_LONG_TESTS; else, and without
valgrind, exit code 77.

    python3 valgrind_test.py PROGRAM ARGUMENT...
"""
import os
import shutil
import subprocess
import sys

if not os.environ.get("LEYDEN_LONG_TESTS") or not shutil.which("valgrind"):
    print("skipped: needs valgrind and LEYDEN_LONG_TESTS=1")
    sys.exit(77)
sys.exit(subprocess.run(["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect",
                         "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=3",
                         *sys.argv[1:]]).returncode)
