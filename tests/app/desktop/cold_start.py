#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time to the first window when none of the program's files is in memory.

    python3 cold_start.py build/release/bin/leyden-desktop [RUNS]

Asks the kernel to forget every file that the running program has mapped, and the fonts and their caches
(posix_fadvise; where /proc/sys/vm/drop_caches can be written, everything). Pages that other programs have
mapped stay. Prints what the program says of itself and the time of the whole process, in ms.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ELSEWHERE = ["/usr/share/fonts", "/etc/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig",
             "/usr/lib/x86_64-linux-gnu/qt6/plugins", "/usr/share/icons", "/usr/share/mime"]


def mapped(program, environment):
    """Files the program has mapped a second after its start."""
    process = subprocess.Popen([program, "--safe-mode", "--store", environment["HOME"] + "/jar"], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    lines = pathlib.Path(f"/proc/{process.pid}/maps").read_text().splitlines()
    process.kill()
    process.wait()
    return {line.split(maxsplit=5)[5] for line in lines if line.count("/") and not line.endswith("(deleted)")}


def forget(paths):
    try:
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        return "everything"
    except OSError:
        pass
    n = 0
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
        n += 1
    return f"{n} files"


def main():
    program = os.path.abspath(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home, XDG_CONFIG_HOME=home + "/config",
                           XDG_DATA_HOME=home + "/data", LC_ALL="C.UTF-8")
        paths = mapped(program, environment)
        for folder in ELSEWHERE:
            paths.update(str(p) for p in pathlib.Path(folder).rglob("*") if p.is_file())
        for _ in range(runs):
            what = forget(paths)
            began = time.monotonic()
            said = subprocess.run([program, "--time-to-window"], env=environment, capture_output=True, text=True)
            print(f"{said.stdout.strip()}, whole process {1000 * (time.monotonic() - began):.0f} ms, forgot {what}")
            if said.returncode != 0:
                sys.exit(said.stderr)


if __name__ == "__main__":
    main()
