"""Extracted paragraphs -> clean, de-duplicated corpus split in train and held-out.

    python corpus.py OUT_DIR extracted.jsonl ...

Output files train.txt and held.txt.  Lines: "\\x01package<TAB>language<TAB>title"
opens a document, "\\x02text" is a heading, every other line is a paragraph
whose sentences are separated by \\x1f.
"""
import collections, hashlib, json, os, random, re, sys

SEED = 1
CAP = 3_500_000                     # characters kept of one package
CAPS = {"dict-wn": 8_000_000, "dict-gcide": 6_000_000, "linux-doc-6.1": 9_000_000, "r-cran-janeaustenr": 9_000_000,
        "debian-handbook": 6_000_000, "freeciv-data": 6_000_000, "rust-doc": 6_000_000, "endless-sky-data": 6_000_000,
        "dict-foldoc": 6_000_000, "python3.11-doc": 6_000_000, "gimp-help-zh-cn": 6_000_000, "libreoffice-help-zh-cn": 6_000_000,
        "manpages": 5_000_000, "perl-doc": 6_000_000, "libreoffice-help-en-us": 6_000_000, "lammps-doc": 5_000_000}
HELD_PACKAGES = {"debian-faq", "developers-reference", "debian-history", "privoxy", "bash-doc", "debian-faq-zh-cn"}
BAD_CHARS = re.compile(r"[\u200b-\u200f\u2028-\u202e\ufeff\ufffd\ue000-\uf8ff\x00-\x1f\x7f-\x9f¶§⟦⟧｜]")
CJK = re.compile(r"[\u4e00-\u9fff]")
ABBREV = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|Mr|Mrs|Dr|St|No|Fig|al|approx|resp|viz|Sec|Ch|Vol|Inc|Ltd|Jr|Sr)|\b[A-Z])\.$")


def clean(text):
    text = text.replace("\xa0", " ").replace("\u2019", "'").replace("\u2018", "'").replace("\u2011", "-")
    return re.sub(r"\s+", " ", BAD_CHARS.sub("", text)).strip()


def is_prose(text, zh):
    n = len(text)
    if text.startswith("# "):
        return 3 < n < 100
    if zh:
        han = len(CJK.findall(text))
        return han >= 8 and han / n > 0.3
    if not 25 <= n <= 6000 or sum(c.isalpha() or c == " " for c in text) / n < 0.74:
        return False
    words = text.split()
    return (len(words) >= 5 and sum(map(len, words)) / len(words) <= 9
            and sum(w.islower() for w in words) / len(words) > 0.48 and not CJK.search(text))


def sentences(text, zh):
    if zh:
        out, cur = [], ""
        for part in re.findall(r"[^。！？；]+[。！？；]?[”」）)]*", text):
            cur += part
            if len(cur) >= 12:
                out.append(cur)
                cur = ""
        return [s[i:i + 160] for s in out + [cur] if s for i in range(0, len(s), 160)]
    out = []
    for part in re.split(r"(?<=[.!?])[ ]+(?=[\"'(\[A-Z0-9`*])", text):
        if out and (ABBREV.search(out[-1]) or len(out[-1]) < 25):
            out[-1] += " " + part
        else:
            out.append(part)
    if len(out) > 1 and len(out[-1]) < 20:
        out[-2:] = [out[-2] + " " + out[-1]]
    fin = []
    for s in out:
        while len(s) > 420:
            k = s.rfind(", ", 150, 400)
            k = k if k > 0 else s.rfind(" ", 150, 400)
            k = k if k > 0 else 399
            fin.append(s[:k + 1].strip())
            s = s[k + 1:].strip()
        if s:
            fin.append(s)
    return fin


def heading(text, zh):
    text = text[2:]
    if zh:
        return re.sub(r"^[\d.]+\s*", "", text).strip()
    return re.sub(r"^((chapter|section|appendix)\s+)?(\d+(\.\d+)*\.?:?|[A-Z]\.\d[\d.]*)?\s*", "", text, flags=re.I).strip(" .")


def convert(row, seen):
    """One extracted document -> (title, list of lines), dropping what was seen before."""
    zh, lines, title, head = row["zh"], [], None, None
    for block in row["blocks"]:
        block = clean(block)
        if zh:
            block = re.sub(r"(?<=[\u4e00-\u9fff，。；：]) (?=[\u4e00-\u9fff])", "", block)
        if not block or not is_prose(block, zh):
            continue
        if block.startswith("# "):
            head = heading(block, zh)
            title = title or head
            continue
        block = re.sub(r"^[-*•] ", "", block)
        key = hashlib.blake2b(re.sub(r"[\W\d]+", "", block.lower()).encode()[:300], digest_size=8).digest()
        if key in seen:
            continue
        seen.add(key)
        if head:
            lines.append("\x02" + head)
            head = None
        lines.append("\x1f".join(sentences(block, zh)))
    if not title:
        stem = os.path.basename(row["path"]).split("#")[0].split(".")[0]
        title = re.sub(r"[-_]+", " ", stem).strip() or row["pkg"]
    return title, lines


def main():
    out_dir, rows = sys.argv[1], collections.defaultdict(list)
    for name in sys.argv[2:]:
        with open(name) as f:
            for line in f:
                row = json.loads(line)
                rows[row["pkg"]].append(row)
    rng, seen, used, docs = random.Random(SEED), set(), collections.Counter(), []
    for pkg in sorted(rows):
        cap = CAPS.get(pkg, CAP)
        group = sorted(rows[pkg], key=lambda r: r["path"])
        if sum(sum(map(len, r["blocks"])) for r in group) > 1.5 * cap:
            rng.shuffle(group)
        for row in group:
            if used[pkg] > cap:
                break
            title, lines = convert(row, seen)
            size = sum(map(len, lines))
            if size < (120 if row["zh"] else 400):
                continue
            used[pkg] += size
            docs.append((pkg, "zh" if row["zh"] else "en", row["path"], title, lines))
    totals = collections.Counter()
    with open(out_dir + "/train.txt", "w") as train, open(out_dir + "/held.txt", "w") as held:
        for pkg, lang, path, title, lines in docs:
            digest = int(hashlib.md5((pkg + path).encode()).hexdigest()[:8], 16) % 1000
            is_held = pkg in HELD_PACKAGES or digest < 12
            text = "\x01%s\t%s\t%s\n%s\n" % (pkg, lang, title, "\n".join(lines))
            (held if is_held else train).write(text)
            totals["held" if is_held else "train", lang] += len(text)
    print(dict(totals), len(docs), "documents")
    json.dump(dict(used.most_common()), open(out_dir + "/used.json", "w"), indent=1)


if __name__ == "__main__":
    main()
