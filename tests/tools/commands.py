# SPDX-License-Identifier: Apache-2.0
"""Running programs in tests: python3 finds this after sys.path.insert(0, REPOSITORY + "/tests/tools")."""
import subprocess


def run(*command, **options):
    """What a command writes; AssertionError with all it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", **options)
    if done.returncode != 0:
        raise AssertionError(" ".join(command) + "\n" + done.stdout + done.stderr)
    return done.stdout
