# SPDX-License-Identifier: Apache-2.0
"""Writes tests/goldens/reader_corpus.tsv: real documents of Debian's documentation packages, and what they
hold by the word of programs that are not ours (pdfinfo and pdftotext for PDF; Python's own zipfile,
html.parser and codecs for the rest). The reader is not involved.

    python3 record_reader_corpus.py ROOT OUT.tsv
ROOT holds the unpacked packages ("/" where they are installed).

Columns: path  format  pages (PDF; 0 else)  letters  three known stretches, without white space
"""
import glob
import gzip
import html.parser
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree
import zipfile

ROOT, OUT = sys.argv[1], sys.argv[2]
# (pattern below ROOT, how many of the matches at most, spread evenly)
FILES = [
    ("usr/share/debian-reference/*.pdf", 4), ("usr/share/debian-reference/*.txt.gz", 4),
    ("usr/share/debian-reference/ch0[1-9].en.html", 4), ("usr/share/debian-reference/ch0[1-9].zh-cn.html", 6),
    ("usr/share/doc/debmake-doc/*.pdf", 8), ("usr/share/doc/debmake-doc/*.txt.gz", 3),
    ("usr/share/developers-reference/*.pdf", 1), ("usr/share/developers-reference/*.epub", 1),
    ("usr/share/developers-reference/*.txt.gz", 1), ("usr/share/developers-reference/*.html", 4),
    ("usr/share/doc/debian-policy/*.pdf.gz", 1), ("usr/share/doc/debian-policy/*.epub", 1),
    ("usr/share/doc/debian-policy/fhs/*.pdf.gz", 1), ("usr/share/doc/debian-policy/*.txt.gz", 4),
    ("usr/share/doc/debian-policy/policy.html/*.html", 4),
    ("usr/share/doc/maint-guide/*.pdf", 1), ("usr/share/doc/maint-guide/*.txt.gz", 1),
    ("usr/share/doc/maint-guide/html/*.en.html", 3),
    ("usr/share/doc/installation-guide-amd64/*/*.pdf.gz", 9),
    ("usr/share/doc/installation-guide-amd64/*/*.txt.gz", 6),
    ("usr/share/doc/installation-guide-amd64/*/ch03*.html", 5),
]


# Of texts that are not UTF-8, by a part of their path.
ENCODINGS = {"/ja/": "euc-jp", "/ko/": "euc-kr", "/zh_CN/": "gb18030", "/zh_TW/": "big5", "/ru/": "koi8-r"}


def plain_text(path, data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return next((data.decode(e) for part, e in ENCODINGS.items() if part in path), "")


class Text(html.parser.HTMLParser):
    SKIP = {"script", "style", "head", "select", "textarea", "button", "noscript", "template"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.skipping = [], 0

    def handle_starttag(self, tag, attributes):
        self.skipping += tag in self.SKIP
        if tag == "img" and not self.skipping:
            self.parts.append(dict(attributes).get("alt") or "")

    def handle_endtag(self, tag):
        self.skipping = max(0, self.skipping - (tag in self.SKIP))

    def handle_data(self, data):
        if not self.skipping:
            self.parts.append(data)


def html_text(data):
    declared = re.search(rb"""(?:charset|encoding)=["']?([\w-]+)""", data[:2048])
    parser = Text()
    parser.feed(data.decode(declared.group(1).decode() if declared else "utf-8", "replace"))
    return "\n".join(parser.parts)


def epub_text(path):
    with zipfile.ZipFile(path) as book:
        container = xml.etree.ElementTree.fromstring(book.read("META-INF/container.xml"))
        package = next(e.get("full-path") for e in container.iter() if e.tag.endswith("rootfile"))
        opf = xml.etree.ElementTree.fromstring(book.read(package))
        href = {e.get("id"): e.get("href") for e in opf.iter() if e.tag.endswith("}item")}
        names = set(book.namelist())
        out = []
        for item in (e for e in opf.iter() if e.tag.endswith("}itemref")):
            name = os.path.normpath(os.path.join(os.path.dirname(package),
                                                 urllib.parse.unquote(href[item.get("idref")])))
            if name in names:
                out.append(html_text(book.read(name)))
        return "\n".join(out)


def pdf_text(path):
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    pages = int(re.search(r"^Pages:\s+(\d+)", info, re.M).group(1))
    text = subprocess.run(["pdftotext", "-cropbox", path, "-"], capture_output=True, check=True).stdout
    return pages, text.decode("utf-8", "replace")


def letters(text):
    return sum(c.isalnum() for c in text)


def stretches(text):
    """Three stretches of 20 to 60 characters, each from within a line, from three thirds of the text."""
    good = []
    for line in text.splitlines():
        # Only plain prose, so that no bullet, hyphenation or table is in it.
        for match in re.finditer(r"[^\W_][\w ,;']{30,80}[^\W_]", line):
            words = match.group(0).split()
            inner = "".join(words[1:-1]) if len(words) > 5 else ("" if len(words) > 1 else match.group(0)[3:-3])
            if 20 <= len(inner) <= 70:
                good.append(inner)
    return [good[len(good) * i // 6] for i in (1, 3, 5)] if len(good) >= 6 else good[:1] * 3


def describe(path):
    name, data = path, None
    if path.endswith(".gz"):
        data = gzip.open(path).read()
        name = path[:-3]
    kind = {"pdf": "pdf", "epub": "epub", "html": "html", "txt": "text"}[name.rsplit(".", 1)[1]]
    pages = 0
    if kind == "pdf":
        with tempfile.NamedTemporaryFile(suffix=".pdf") as plain:
            if data:
                plain.write(data)
                plain.flush()
            pages, text = pdf_text(plain.name if data else path)
    elif kind == "epub":
        text = epub_text(path)
    else:
        data = data or open(path, "rb").read()
        text = html_text(data) if kind == "html" else plain_text(path, data)
    return kind, pages, letters(text), stretches(text)


def main():
    rows = []
    for pattern, most in FILES:
        found = sorted(p for p in glob.glob(os.path.join(ROOT, pattern)) if not os.path.islink(p))
        step = max(1, len(found) / most)
        for path in [found[int(i * step)] for i in range(min(most, len(found)))]:
            kind, pages, n, known = describe(path)
            if n < 500 or len(known) < 3:
                continue
            rows.append([os.path.relpath(path, ROOT), kind, str(pages), str(n), *known])
    with open(OUT, "w", encoding="utf-8") as out:
        for row in rows:
            out.write("\t".join(row) + "\n")
    print(f"{len(rows)} files")


main()
