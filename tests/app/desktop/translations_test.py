#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Both languages of the desktop app are complete: translations_test.py LUPDATE

Every text that lupdate finds in app/desktop has a finished Chinese translation, with the same
placeholders; every counted text has both English forms; nothing is translated that is no longer said.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "app/desktop"


def messages(path):
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            comment = message.find("comment")
            # lupdate 6.4 loses the namespace of "namespace leyden::desktop"; tr() looks it up with it.
            name = context.findtext("name").removeprefix("leyden::desktop::")
            key = (name, message.findtext("source"),
                   "" if comment is None else comment.text)
            yield key, message


def forms(message):
    translation = message.find("translation")
    if translation.get("type") == "unfinished":
        return []
    numerus = [form.text or "" for form in translation.findall("numerusform")]
    return numerus or [translation.text or ""]


def placeholders(text):
    return collections.Counter(re.findall(r"%\d|%n", text))


def main():
    lupdate = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        found_file = pathlib.Path(folder) / "found.ts"
        subprocess.run([lupdate, "-silent", "-I", str(ROOT), "-locations", "none", str(FOLDER), "-ts", str(found_file)],
                       check=True, stderr=subprocess.DEVNULL)
        found = dict(messages(found_file))
    chinese = dict(messages(FOLDER / "translations/leyden_zh_CN.ts"))
    english = dict(messages(FOLDER / "translations/leyden_en.ts"))
    problems = []
    for key, message in found.items():
        source = key[1]
        translated = forms(chinese[key]) if key in chinese else []
        if not translated or not all(translated):
            problems.append(f"zh_CN: {key[0]}: {source!r} is not translated")
        for form in translated:
            if placeholders(form) != placeholders(source):
                problems.append(f"zh_CN: {key[0]}: {source!r}: placeholders differ: {form!r}")
        if message.get("numerus") == "yes":
            counted = forms(english[key]) if key in english else []
            if len(counted) != 2 or not all(counted):
                problems.append(f"en: {key[0]}: {source!r} lacks its two forms")
    for name, known in (("zh_CN", chinese), ("en", english)):
        problems += [f"{name}: {key[0]}: {key[1]!r} is said nowhere" for key in known if key not in found]
    print("\n".join(problems))
    print(f"{len(found)} texts, {len(problems)} problems")
    sys.exit(1 if problems or len(found) < 150 else 0)


if __name__ == "__main__":
    main()
