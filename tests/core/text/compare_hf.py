# SPDX-License-Identifier: Apache-2.0
"""Compares our tokenizer with Hugging Face `tokenizers`, id for id, on seeded random texts.

    pip install tokenizers==0.23.3
    python tests/core/text/compare_hf.py --driver BUILD/bin/core_text_tokenizer_driver \
        --tokenizer tokenizer.json [--count 1000000] [--seed 1] [--mode match|ignore] [--variants]

Each text goes through encode() and back through decode(). Bytes that are not UTF-8 reach Hugging
Face as Python's bytes.decode("utf-8", "replace"). --mode ignore compares with the same file without
its added tokens. --variants derives files with other settings (other regexes, prefix space, stripping
added tokens, ignore_merges, ...) from the given one and compares each. Exit code 0: no difference.
"""
import argparse
import glob
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata

import tokenizers

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u180e\u200b\u200c\u200d\ufeff\x00\x1f"
WORDS = ("the of and ship's lighthouse DON'T I'll they've naïve coöperate e\u0301tude Straße ŒUVRE ﬁne Ǆ ǅ İstanbul "
         "foo_bar camelCase HTTPServer x1 3D 1st tête-à-tête привет мир κόσμος שלום سلام नमस्ते สวัสดี 안녕 ありがとう 谢谢").split()
CODE = ["if (x == 0) {\n    return -1;\n}\n", "def f(a, *b, **c):\n\treturn a[1:-1]\n", "#include <vector>\r\n", "\\n\\t\\\"", "/* ... */",
        "a->b()", "x += 0x1F;", "<div class=\"a b\">&nbsp;</div>\n", "SELECT * FROM t;--\n", "λx.x", "::std::", "!==", "/**\n * @x\n */\n",
        "{\"a\": [1, 2.5e-3, null]}", "%s%d\\u00e9", "`${x}`", "~/.config/", "C:\\dir\\", "....", "--------", "=====\n", "\n\n\n\n    "]
EMOJI = ["😀", "👩\u200d👩\u200d👧", "🏳️\u200d🌈", "🇩🇪", "🇯🇵", "👍🏽", "❤️", "☺", "‼️", "1️⃣", "🫠", "🫨", "🪿", "🫩", "©", "™", "\ufe0f", "\U000e0067"]
EDGES = [0x4DFF, 0x4E00, 0x9FA5, 0x9FA6, 0x9FFF, 0x303F, 0x3040, 0x3041, 0x3096, 0x3097, 0x3098, 0x3099, 0x309A, 0x309B, 0x309F, 0x30A0,
         0x30FB, 0x30FC, 0x30FF, 0x3100, 0x3007, 0x3021, 0xFF10, 0xFF5C, 0x2581, 0xAC00, 0xD7A3, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF]
# New in Unicode 14 to 16 (and 17, which the reference takes for unassigned).
LATE = [(0x897, 0x898), (0x1B4E, 0x1B50), (0x1C89, 0x1C8B), (0x2427, 0x242A), (0x2FFC, 0x3000), (0x31E4, 0x31E6), (0xA7CB, 0xA7DD),
        (0x105C0, 0x105F4), (0x10D40, 0x10D90), (0x10EC0, 0x10EFD), (0x11380, 0x113E3), (0x116D0, 0x116E4), (0x11BC0, 0x11BFA),
        (0x11F00, 0x11F5B), (0x13430, 0x13480), (0x16100, 0x1613A), (0x16D40, 0x16D7A), (0x1CC00, 0x1CEB4), (0x1D2C0, 0x1D2D4),
        (0x1E4D0, 0x1E4FA), (0x1E5D0, 0x1E600), (0x1F8B0, 0x1F8C2), (0x1FA70, 0x1FAFF), (0x1FBCB, 0x1FBFA), (0x2EBF0, 0x2EE5E),
        (0x31350, 0x323B0), (0x1C90, 0x1CC0), (0x20C0, 0x20C2), (0xA7F1, 0xA7F5), (0x10940, 0x1095A), (0x11DB0, 0x11DF0), (0x88F, 0x890)]


class Generator:
    def __init__(self, seed, vocab, added):
        self.r = random.Random(seed)
        self.vocab = vocab
        self.added = added
        self.prose = []
        for pattern in ("/usr/share/vim/vim*/tutor/tutor.*utf-8", "/usr/share/common-licenses/*", "/usr/include/c++/*/bits/stl_[a-m]*.h",
                        os.path.dirname(os.path.abspath(__file__)) + "/*.cpp"):
            for path in sorted(glob.glob(pattern)):
                with open(path, "rb") as f:
                    self.prose.append(f.read())
        self.by_category = {}
        for c in range(0x110000):
            if not 0xD800 <= c < 0xE000:
                self.by_category.setdefault(unicodedata.category(chr(c)), []).append(c)
        self.kinds = [self.block, self.category, self.words, self.cjk, self.emoji, self.marks, self.code, self.runs, self.added_text,
                      self.invalid, self.tokens, self.spaces, self.numbers, self.late, self.slice, self.soup, self.mix, self.mix]

    def n(self, most=12):
        return self.r.randint(1, most)

    def block(self):
        base = self.r.choice((0, 0, 0x80, 0x100, 0x300, 0x400, 0x900, 0xE00, 0x1000, 0x1E00, 0x2000, 0x2100, 0x2600, 0x3000, 0xA000, 0xAC00,
                              0xF900, 0xFE00, 0xFF00, 0x10000, 0x11000, 0x1D400, 0x1F300, 0x1F900, self.r.randrange(0x110000) & ~0xFF))
        cs = (base + self.r.randrange(0x180) for _ in range(self.n(20)))
        return "".join(chr(c) for c in cs if c < 0x110000 and not 0xD800 <= c < 0xE000).encode()

    def category(self):
        names = list(self.by_category)
        names.remove("Cn") if self.r.random() < .7 else None
        pick = self.r.sample(names, 3) + ["Ll", "Zs"]
        return "".join(chr(self.r.choice(self.by_category[self.r.choice(pick)])) for _ in range(self.n(16))).encode()

    def words(self):
        gap = lambda: self.r.choice((" ", " ", " ", "  ", ", ", ". ", "\n", " - ", "\t", "'", "’", ""))
        return "".join(self.r.choice(WORDS) + gap() for _ in range(self.n(14))).encode()

    def cjk(self):
        pick = lambda: chr(self.r.choice((self.r.randrange(0x4E00, 0x9FA6), self.r.randrange(0x4E00, 0x6000), self.r.randrange(0x3040, 0x3100),
                                          self.r.choice(EDGES), self.r.choice((0x3002, 0xFF0C, 0x3001, 0x20, 0x41, 0x31)))))
        return "".join(pick() for _ in range(self.n(30))).encode()

    def emoji(self):
        return "".join(self.r.choice(EMOJI + [" ", "a", "\n"]) for _ in range(self.n())).encode()

    def marks(self):
        marks = self.by_category["Mn"] + self.by_category["Me"] + self.by_category["Mc"]
        return "".join(chr(self.r.choice((self.r.choice(marks), 0x20, 0x61, 0x31, 0x21, 0x0A, self.r.choice(marks)))) for _ in range(self.n(16))).encode()

    def code(self):
        return "".join(self.r.choice(CODE) + self.r.choice(("", " ", "\n", "    ")) for _ in range(self.n(5))).encode()

    def runs(self):
        c = self.r.choice("aA 1.-=\n\t灯あ한é\u0301😀_%") if self.r.random() < .7 else chr(self.r.choice(EDGES))
        unit = c if self.r.random() < .7 else c + self.r.choice("ab 1!\n")
        most = 6000 if self.r.random() < .01 else 200
        return (self.r.choice(("", "x", " ")) + unit * self.n(most) + self.r.choice(("", "x", " ", "1"))).encode()

    def added_text(self):
        out = []
        for _ in range(self.n(5)):
            t = self.r.choice(self.added)
            p = self.r.random()
            if p < .15:
                t = t[:self.r.randint(0, len(t))]
            elif p < .25:
                i = self.r.randint(0, len(t))
                t = t[:i] + self.r.choice(self.added) + t[i:]
            out.append(t + self.r.choice(("", "", " ", "  ", "a", "\n", "1", "<", "\u00a0 ", "é", "中", "_")))
        return (self.r.choice(("", " ", "x", "x ")) + "".join(out)).encode()

    def invalid(self):
        raw = bytearray(self.simple() if self.r.random() < .7 else self.r.randbytes(self.n(20)))
        for _ in range(self.n(4)):
            at = self.r.randint(0, len(raw))
            raw[at:at + self.r.randint(0, 2)] = self.r.choice((b"\x80", b"\xc3", b"\xe4\xb8", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xff", b"\xc0\xaf",
                                                               b"\xf4\x90", b"\xe0\x80", b"", self.r.randbytes(2)))
        return bytes(raw[:self.r.randint(0, len(raw))] if self.r.random() < .3 else raw)

    def tokens(self):
        return b"".join(self.r.choice(self.vocab) for _ in range(self.n(20)))

    def spaces(self):
        return "".join(self.r.choice(SPACES) if self.r.random() < .75 else self.r.choice("a!1中") for _ in range(self.n(14))).encode()

    def numbers(self):
        ns = self.by_category["Nd"] + self.by_category["Nl"] + self.by_category["No"]
        return "".join(chr(self.r.choice(ns)) if self.r.random() < .5 else self.r.choice("0123456789., a%") for _ in range(self.n(16))).encode()

    def late(self):
        return "".join(chr(self.r.randrange(*self.r.choice(LATE))) if self.r.random() < .7 else self.r.choice("a 1!\n中") for _ in range(self.n(10))).encode()

    def slice(self):
        if not self.prose:
            return self.words()
        text = self.r.choice(self.prose)
        at = self.r.randrange(len(text))
        return text[at:at + self.n(300)]

    def soup(self):
        return "".join(self.r.choice(" \n\r'.,!-_(ab1A") for _ in range(self.n(24))).encode()

    def simple(self):
        return self.r.choice((self.words, self.cjk, self.emoji, self.code, self.block, self.soup, self.category))()

    def mix(self):
        return b"".join(self.r.choice(self.kinds[:-2])() for _ in range(self.n(3)))

    def text(self):
        return self.r.choice(self.kinds)()


class Driver:
    def __init__(self, driver, path, mode):
        self.command = [driver, path, mode]

    def run(self, texts):
        data = b"".join(struct.pack("<I", len(t)) + t for t in texts)
        out = subprocess.run(self.command, input=data, stdout=subprocess.PIPE, check=True).stdout
        at, results = 0, []
        for _ in texts:
            n, = struct.unpack_from("<I", out, at)
            ids = list(struct.unpack_from(f"<{n}i", out, at + 4))
            at += 4 + 4 * n
            m, = struct.unpack_from("<I", out, at)
            results.append((ids, out[at + 4:at + 4 + m]))
            at += 4 + m
        assert at == len(out)
        return results


def compare(args, path, count, seed, round_trip=True):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    added = [t["content"] for t in document["added_tokens"]] or ["<｜User｜>"]
    if args.mode == "ignore":
        document["added_tokens"] = []
    oracle = tokenizers.Tokenizer.from_str(json.dumps(document))
    symbols = {c: b for b, c in byte_symbols().items()}
    vocab = [bytes(symbols[c] for c in t) for t in document["model"]["vocab"] if all(c in symbols for c in t)]
    keep = [t for t in added if "place" not in t] + [t for t in added if "place" in t][:20]
    generator = Generator(seed, vocab, keep)
    driver = Driver(args.driver, path, args.mode)
    different = done = n_ids = n_bytes = n_invalid = 0
    batch = 50000
    while done < count:
        texts = [generator.text() for _ in range(min(batch, count - done))]
        decoded = [t.decode("utf-8", "replace") for t in texts]
        ours = driver.run(texts)
        for i, theirs in enumerate(oracle.encode_batch_fast(decoded, add_special_tokens=False)):
            ids, back = ours[i]
            n_ids += len(ids)
            n_bytes += len(texts[i])
            n_invalid += decoded[i].encode() != texts[i]
            wrong = ids != theirs.ids
            if wrong or (round_trip and back != decoded[i].encode()):
                different += 1
                if different <= 10:
                    print("differs:" if wrong else "does not come back:", repr(decoded[i]), "\n  ours  ", ids, "\n  theirs", theirs.ids)
        done += len(texts)
        if done % 500000 == 0:
            print(f"  {done} texts, {different} differences", flush=True)
    print(f"{os.path.basename(path)} ({args.mode}): {done} texts (seed {seed}, {n_bytes} bytes, {n_invalid} not UTF-8), {n_ids} ids: "
          f"{different} differences", flush=True)
    return different


def byte_symbols():
    same = [b for b in range(256) if 0x21 <= b <= 0x7E or 0xA1 <= b <= 0xAC or 0xAE <= b]
    rest = [b for b in range(256) if b not in same]
    return {b: chr(b) for b in same} | {b: chr(0x100 + i) for i, b in enumerate(rest)}


def variants(document):
    """(name, file, whether texts come back) for other settings that the loader accepts."""
    level = lambda prefix, regex: {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
    split = lambda **p: {"type": "Split", "pattern": p, "behavior": "Isolated", "invert": False}
    chain = lambda *steps: {"type": "Sequence", "pretokenizers": list(steps)}
    splits = [s for s in document["pre_tokenizer"]["pretokenizers"] if s["type"] == "Split"]
    gpt4 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    gpt4o = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    yield "prefix_space", {"pre_tokenizer": chain(*splits, level(True, False))}, False
    yield "gpt2", {"pre_tokenizer": level(False, True)}, True
    yield "gpt2_prefix", {"pre_tokenizer": level(True, True)}, False
    yield "deepseek_gpt2", {"pre_tokenizer": chain(*splits, level(False, True))}, True
    yield "deepseek_more", {"pre_tokenizer": chain(*splits, split(Regex=r"[aeiou]+"), level(False, False))}, True
    # Not the exact chain: the same splits on PCRE2.
    same = [split(Regex="(?:" + s["pattern"]["Regex"] + ")") for s in splits]
    yield "deepseek_pcre2", {"pre_tokenizer": chain(*same, level(False, False))}, True
    for name, regex in (("gpt4", gpt4), ("gpt4o", gpt4o), ("words", r"\w+|\W"), ("word_class", r"[\w']+|\d\D|[^\w\s]+"), ("anchors", r"^\s+|\S$|\A.|.\z"),
                        ("empty", r"a*|\d{,2}"), ("behind", r"(?<=a)\p{L}+|(?<!\p{N})[\s\S]"), ("lazy", r".{2,5}?b|x+?y*+|(?>ab|a)c"),
                        ("han", r"\p{Han}+|\p{Hiragana}+|\p{Katakana}+|\p{Latin}+|\p{Cyrillic}{2}"), ("cats", r"\p{Lu}\p{Ll}+|\p{^L}|\p{Zs}|\p{Sc}\p{Nd}*|\P{L}"),
                        ("unicode_escape", "[\\u4e00-\\u9fa5]+|\\x41\\x{1F600}|\\v|[\\S]\\t"), ("case", r"(?i:straße|ΚΌΣΜΟΣ|[k-s]+)|(?i:ǆ)")):
        yield name, {"pre_tokenizer": chain(split(Regex=regex), level(False, False))}, True
    yield "string", {"pre_tokenizer": chain(split(String=" "), split(String="ab"), level(False, False))}, True
    yield "invert", {"pre_tokenizer": chain({**split(Regex=r"\p{L}+"), "invert": True}, level(False, False))}, True
    yield "ignore_merges", {"model": {**document["model"], "ignore_merges": True}}, True
    if isinstance(document["model"]["merges"][0], list):
        yield "merge_strings", {"model": {**document["model"], "merges": [" ".join(m) for m in document["model"]["merges"]]}}, True
    token = lambda i, content, **flags: {"id": 100000 + i, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
                                         "normalized": False, "special": False, **flags}
    base = len(document["model"]["vocab"])
    flagged = [token(0, "<l>", lstrip=True), token(1, "<r>", rstrip=True), token(2, "<lr>", lstrip=True, rstrip=True),
               token(3, "the", single_word=True), token(4, "foo", single_word=True, lstrip=True), token(5, "<n", normalized=True),
               token(6, "<n>", normalized=True, rstrip=True), token(7, "n>"), token(8, "<l><", special=True), token(9, "中", normalized=True, lstrip=True),
               token(10, "\n\n"), token(11, "é", single_word=True)]
    known = document["model"]["vocab"]
    flagged = [t for t in flagged if t["content"] not in known]
    for i, t in enumerate(flagged):
        t["id"] = base + i  # what Hugging Face makes of them, whatever the file says
    yield "flags", {"added_tokens": flagged}, False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--count", type=int, default=1000000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=("match", "ignore"), default="match")
    parser.add_argument("--variants", action="store_true")
    parser.add_argument("--only", help="with --variants: this one")
    args = parser.parse_args()
    print(f"tokenizers {tokenizers.__version__}, Python's Unicode {unicodedata.unidata_version}")
    different = 0
    if not args.variants:
        different = compare(args, args.tokenizer, args.count, args.seed)
    else:
        with open(args.tokenizer, encoding="utf-8") as f:
            document = json.load(f)
        with tempfile.TemporaryDirectory() as folder:
            for name, change, round_trip in variants(document):
                if args.only in (None, name):
                    path = os.path.join(folder, name + ".json")
                    with open(path, "w", encoding="utf-8") as f:
                        json.dump({**document, **change}, f, ensure_ascii=False)
                    different += compare(args, path, args.count, args.seed, round_trip)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
