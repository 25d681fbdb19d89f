#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the demo's document: a real text of some 20,000 tokens with one sentence planted in it.

usage: demo_document.py OUT

The text is the Debian policy manual (package debian-policy). Where the package cannot be had, the
repository's licence serves, repeated up to length, and the program says so.
"""
import gzip
import pathlib
import subprocess
import sys
import tempfile

CHARACTERS = 80_000
FACT = "The access code for the archive room is 5829146."


def debian_policy():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "debian-policy"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        package = next(pathlib.Path(folder).glob("*.deb"))
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True)
        text = next(pathlib.Path(folder).rglob("policy.txt.gz"))
        return gzip.decompress(text.read_bytes()).decode()


def main():
    out = pathlib.Path(sys.argv[1])
    try:
        text, source = debian_policy(), "the Debian policy manual"
    except (OSError, subprocess.CalledProcessError, StopIteration):
        licence = (pathlib.Path(__file__).parents[2] / "LICENSE").read_text()
        text, source = licence * (CHARACTERS // len(licence) + 1), "the licence (debian-policy could not be had)"
    paragraphs = text[:CHARACTERS].split("\n\n")
    paragraphs.insert(len(paragraphs) * 2 // 3, FACT)
    out.write_text("\n\n".join(paragraphs))
    print(f"document: {source}, {CHARACTERS // 1000},000 characters, one sentence planted", file=sys.stderr)


if __name__ == "__main__":
    main()
