"""Debian package -> plain paragraphs, one JSON line per document.

    python extract.py OUT.jsonl package.deb ...

Each line: {"pkg", "path", "zh", "blocks": [...]}.  A block is a paragraph, or
a heading when it starts with "# ".  Nothing is cleaned here; see corpus.py.
"""
import bz2, gzip, html, json, os, re, subprocess, sys, tarfile, zlib

import lxml.html

SPACE = re.compile(r"\s+")
RAW_CAP = 11_000_000            # characters of raw text taken from one package
BLOCK = set("p li dd dt td th h1 h2 h3 h4 h5 h6 pre blockquote title caption div table tr ul ol dl section article hr body main".split())
DROP = set("script style nav header footer form button svg noscript select iframe head math annotation".split())
DROP_CLASS = re.compile(r"(^|[\s_-])(nav\w*|toc|sidebar|breadcrumbs?|footer|related|headerlink|menu|linenos|memproto|memname|fragment|highlight|copyright|search)([\s_-]|$)", re.I)
SKIP_NAME = re.compile(r"copyright|changelog|/lintian/|genindex|search\.html|py-modindex", re.I)
SKIP_EXT = re.compile(r"\.(png|jpe?g|gif|svgz?|ogg|wav|js|css|woff2?|ttf|pdf|e?ps|map|h|c|cpp|py|xml|json|mp3|so|pyc|rb|lua|inv)(\.gz)?$")
OTHER_LANG = re.compile(r"[/._-](de|fr|es|it|ja|ko|ru|pt|pt_br|nl|pl|cs|ca|sv|da|fi|hu|el|uk|tr|zh_tw|ro|lt|vi|id|nb|nn|sk|sl|hr|fa|ar|eu|gl|bg|he|hi|sr|[a-z]{2}[-_](no|tr|fr|de|jp|kr|it|es|pl|id|ru|vn|nl|gr|dk|ma|ir|hr|ro|cz|se|tw|br|pt))(\.utf8|\.html|/|\.xml|\.txt|$)")
API_PAGE = re.compile(r"(_8h|-members|_source|classes|namespace|functions_|globals|hierarchy|dir_|inherits|annotated)[\w-]*\.html$")


def squeeze(text):
    return SPACE.sub(" ", text).strip()


def html_blocks(data):
    found = re.search(rb'charset=["\']?([\w-]+)', data[:2000])
    try:
        text = data.decode(found.group(1).decode() if found else "utf-8", "replace")
        body = lxml.html.document_fromstring(re.sub(r"<\?xml[^>]*\?>", "", text, count=1)).find("body")
    except Exception:
        return []
    if body is None:
        return []
    out, buf = [], []

    def flush(prefix=""):
        text = squeeze("".join(buf))
        buf.clear()
        if text:
            out.append(prefix + text)

    def walk(el):
        tag = el.tag.lower() if isinstance(el.tag, str) else None
        marks = (el.get("class") or "") + " " + (el.get("id") or "") if tag else ""
        if tag is None or tag in DROP or tag == "pre" or (marks != " " and len(marks) < 120 and DROP_CLASS.search(marks)):
            if tag in BLOCK:
                flush()
        else:
            block = tag in BLOCK
            if block:
                flush()
            if tag == "br":
                buf.append(" ")
            if el.text:
                buf.append(el.text)
            for child in el:
                walk(child)
            if block:
                flush("# " if re.fullmatch(r"h[1-6]", tag) else "")
        if el.tail:
            buf.append(el.tail)

    try:
        walk(body)
    except RecursionError:
        pass
    flush()
    return out


RST_SKIP = re.compile(r"^\s*\.\. ")
RULE = re.compile(r"^([=\-~^\"'`#*+:.])\1{2,}\s*$")


def rst_blocks(text):
    out, skip = [], False
    for para in re.split(r"\n\s*\n", text.replace("\r", "")):
        lines = para.split("\n")
        if not para.strip():
            continue
        note = re.match(r"^\s*\.\. (note|warning|tip|caution|important)::\s*(.*)", para, re.S)
        if RST_SKIP.match(para) and not note:
            skip = True
            continue
        if skip and re.match(r"^\s{2,}\S", para):
            continue
        skip = lines[-1].rstrip().endswith("::")
        if note:
            lines = (note.group(1).capitalize() + ": " + note.group(2)).split("\n")
        elif len(lines) >= 3 and RULE.match(lines[0]) and RULE.match(lines[2]):
            out.append("# " + lines[1].strip())
            lines = lines[3:]
        elif len(lines) >= 2 and RULE.match(lines[1]):
            out.append("# " + lines[0].strip())
            lines = lines[2:]
        s = squeeze(" ".join(lines))
        s = re.sub(r":[a-zA-Z:+-]+:`~?!?([^`<]*?)(\s*<[^>]*>)?`", r"\1", s)
        s = re.sub(r"``([^`]*)``", r"\1", s)
        s = re.sub(r"`([^`<]*?)\s*(<[^>]*>)?`_*", r"\1", s)
        s = re.sub(r"\*{1,2}([^*\s][^*]*)\*{1,2}", r"\1", s)
        s = re.sub(r"::$", ":", s)
        if s:
            out.append(s)
    return out


def text_blocks(text):
    return [squeeze(p) for p in re.split(r"\n\s*\n", text.replace("\r", "").replace("\f", "\n")) if p.strip()]


def info_blocks(text):
    out = []
    for node in text.split("\x1f"):
        for para in re.split(r"\n\s*\n", re.sub(r"^File:.*$", "", node, flags=re.M)):
            lines = [l for l in para.split("\n") if l.strip()]
            if not lines or lines[0].startswith("* ") or all(l.startswith("     ") for l in lines):
                continue
            if len(lines) == 2 and re.match(r"^[*=\-.]{3,}$", lines[1].strip()):
                out.append("# " + re.sub(r"^[\d.]+\s+", "", lines[0].strip()))
            else:
                out.append(squeeze(" ".join(lines)))
    return out


FONT_MACROS = set("B I BR BI IR RB RI IB".split())
INLINE_MACROS = FONT_MACROS | set("Nm Fl Ar Pa Xr Em Sy Cm Dv Ev Va Fn Ft Nd Op Li Ql Dq Sq".split())


def man_blocks(text):
    out, buf, skip = [], [], False

    def flush(prefix=""):
        s = squeeze(" ".join(buf))
        buf.clear()
        s = re.sub(r"\\f(\[[^\]]*\]|\(..|.)", "", s)
        s = re.sub(r"\\\((aq|cq|oq)", "'", s)
        s = s.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")
        s = re.sub(r"\\\(..|\\\[\w+\]|\\s[+-]?\d|\\[\^|:/, ~]", " ", s)
        if s.strip():
            out.append(prefix + squeeze(s))

    for line in text.split("\n"):
        if line.startswith(('.\\"', "'\\\"")):
            continue
        m = re.match(r"^[.']\s*([A-Za-z]+)\s*(.*)", line)
        if not m:
            if not skip:
                buf.append(line)
            continue
        macro, arg = m.group(1), m.group(2).replace('"', "")
        if macro in ("nf", "EX", "TS"):
            flush()
            skip = True
        elif macro in ("fi", "EE", "TE"):
            skip = False
        elif skip:
            continue
        elif macro in ("SH", "Sh", "SS", "Ss"):
            flush()
            buf.append(arg.capitalize() if arg.isupper() else arg)
            flush("# ")
        elif macro in INLINE_MACROS:
            buf.append(arg.replace(" ", "") if macro in FONT_MACROS and len(macro) == 2 else arg)
        elif macro not in ("TH", "Dd", "Dt", "Os", "ds", "de", "if", "ie", "el", "nr", "so"):
            flush()
    flush()
    return out


# ---- dictionaries: "headword: definition" -----------------------------------
def foldoc(text):
    out = []
    for entry in re.split(r"\n\n(?=\S)", text):
        head, _, body = entry.partition("\n")
        body = re.sub(r"\{([^{}]*)\}", r"\1", body)
        body = re.sub(r"^\s*<[^>]*>\s*", "", re.sub(r"\n\s*\n\s*\(\d{4}-\d\d-\d\d\)\s*", "", body))
        paras = [squeeze(p) for p in re.split(r"\n\s*\n", body)]
        paras = [p for p in paras if p and not p.startswith(("[", "("))]
        if paras and len(paras[0]) > 30:
            out.append(head.strip() + ": " + paras[0])
            out += paras[1:]
    return out


def wordnet(text):
    out = []
    for entry in re.split(r"\n(?=\S)", text):
        head, _, body = entry.partition("\n")
        body = re.sub(r"\[(syn|ant):[^\]]*\]", "", squeeze(body))
        parts = [p.strip(" ;") for p in re.split(r"\s(?:n|v|adj|adv)? ?\d+: ", " " + body)]
        parts = [p for p in parts if len(p) > 30]
        if parts:
            out.append(head.strip() + ": " + parts[0])
    return out


def gcide(text):
    out = []
    for entry in re.split(r"\n\n(?=\S)", text):
        m = re.match(r"(\w[\w '-]*?) \\[^\\]*\\,?\s*((?:n|a|v\. ?t|v\. ?i|v|adv|prep|interj)\.)?", entry)
        if not m:
            continue
        body = re.sub(r"\[[^\]]{0,80}\]", "", entry[m.end():])
        body = re.sub(r"--[A-Z][\w. ]*", "", re.sub(r"\{([^{}]*)\}", r"\1", body))
        paras = [re.sub(r"^\d+\. ", "", squeeze(p)) for p in re.split(r"\n\s*\n", body)]
        paras = [p for p in paras if len(p) > 30 and not p.startswith(("Syn:", "Note:", "--", "{"))]
        if paras:
            out.append(m.group(1) + ": " + paras[0])
    return out


def r_strings(data):
    """Long character vectors inside an R lazy-load database (janeaustenr)."""
    novels, at = [], 0
    while True:
        hits = [h for h in (data.find(b"\x78\x9c", at), data.find(b"BZh9", at)) if h >= 0]
        if not hits:
            return novels
        at = min(hits)
        dec = zlib.decompressobj() if data[at] == 0x78 else bz2.BZ2Decompressor()
        try:
            raw = dec.decompress(data[at:])
            at += max(2, len(data) - at - len(dec.unused_data))
        except Exception:
            at += 2
            continue
        lines, i = [], 0
        while True:
            i = raw.find(b"\x00\x09", i)
            if i < 0:
                break
            n = int.from_bytes(raw[i + 2:i + 6], "big", signed=True)
            if 0 <= n < 400 and i + 6 + n <= len(raw):
                lines.append(raw[i + 6:i + 6 + n].decode("utf-8", "replace"))
                i += 6 + n
            else:
                i += 1
        if len(lines) > 2000:
            novels.append(text_blocks("\n".join(lines)))


def chunks(blocks, n=150):
    return [blocks[i:i + n] for i in range(0, len(blocks), n)]


DICTS = {"foldoc.dict.dz": foldoc, "wn.dict.dz": wordnet, "gcide.dict.dz": gcide}


def documents(pkg, name, data):
    """Yields (sub-path, is_chinese, blocks)."""
    low = name.lower()
    base = low[:-3] if low.endswith(".gz") else low
    zh = pkg.endswith(("zh", "zh-cn")) or bool(re.search(r"[/._-]zh[-_](cn|hans)", low))
    leaf = os.path.basename(name)
    if leaf in DICTS:
        for i, part in enumerate(chunks(DICTS[leaf](gzip.decompress(data).decode("utf-8", "replace")))):
            yield "%s#%d" % (name, i), False, part
        return
    if pkg == "r-cran-janeaustenr":
        if leaf.endswith(".rdb"):
            for i, novel in enumerate(r_strings(data)):
                for j, part in enumerate(chunks(novel)):
                    yield "%s#%d.%d" % (name, i, j), False, part
        return
    if SKIP_NAME.search(low) or (SKIP_EXT.search(low) and pkg != "endless-sky-data"):
        return
    if OTHER_LANG.search(low):
        return
    if pkg.startswith("linux-doc"):
        if ("/translations/" in low) != (pkg == "linux-doc-6.12") or ("/translations/" in low and "/zh_cn/" not in low):
            return
    if pkg == "rust-doc" and (not re.search(r"/html/(book|reference|rust-by-example|nomicon|edition-guide|embedded-book|cargo|style-guide)/", low) or "print.html" in low):
        return
    kind = None
    if "/man/" in low:
        if (pkg == "manpages-zh") == ("/zh_cn/" in low) and (zh or re.search(r"/man/man\d", low)):
            kind = man_blocks
    elif base.endswith((".html", ".htm", ".xhtml", ".page")):
        kind = None if API_PAGE.search(low) else html_blocks
    elif base.endswith((".rst", ".rst.txt")) or (base.endswith(".txt") and "_sources" in base):
        kind = rst_blocks
    elif ".info" in base and "/info/" in base:
        kind = info_blocks
    elif base.endswith((".txt", ".md", ".text", ".adoc")) or pkg == "doc-debian":
        kind = text_blocks
    elif "/fortunes" in base and "." not in leaf:
        kind = lambda t: [squeeze(p) for p in re.split(r"\n%\n", t)]
    elif (pkg.startswith("wesnoth") and base.endswith(".cfg")) or base.endswith(".ruleset"):
        kind = lambda t: [squeeze(p.replace('""', '"')) for p in re.findall(r'_\s?\(?\s*"((?:[^"]|"")+)"', t)]
    elif pkg == "perl-doc" and base.endswith(".pod"):
        kind = lambda t: text_blocks(re.sub(r"^=\w+.*$", "", re.sub(r"^=head\d\s+", "# ", re.sub(r"[BCIFLXSZ]<<*\s*([^<>|]*)(\|[^<>]*)?\s*>>*", r"\1", t), flags=re.M), flags=re.M))
    if pkg == "endless-sky-data" and base.endswith(".txt"):
        kind = lambda t: [squeeze(html.unescape(p)) for p in re.findall(r"`([^`]{40,})`", t)]
    if kind is None:
        return
    try:
        if low.endswith(".gz"):
            data = gzip.decompress(data)
    except Exception:
        return
    if kind is html_blocks:
        blocks = html_blocks(data)
    else:
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") > 20:
            text = data.decode("latin-1")
        blocks = kind(text)
    if blocks:
        yield name, zh, blocks


def extract(deb, out):
    pkg, chars, docs = os.path.basename(deb).split("_")[0], 0, 0
    proc = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    with tarfile.open(fileobj=proc.stdout, mode="r|") as tar:
        for member in tar:
            if chars > RAW_CAP:
                break
            if not member.isfile() or not 0 < member.size < 40e6:
                continue
            for path, zh, blocks in documents(pkg, member.name, tar.extractfile(member).read()):
                out.write(json.dumps({"pkg": pkg, "path": path, "zh": zh, "blocks": blocks}, ensure_ascii=False) + "\n")
                chars += sum(map(len, blocks))
                docs += 1
    proc.stdout.close()
    proc.kill()
    proc.wait()
    print("%-32s %6d documents %8.2f M characters" % (pkg, docs, chars / 1e6), flush=True)


if __name__ == "__main__":
    sys.setrecursionlimit(20000)
    with open(sys.argv[1], "w") as out:
        for deb in sys.argv[2:]:
            extract(deb, out)
