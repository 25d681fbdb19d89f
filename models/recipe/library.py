"""The corpus in memory: documents made of headed paragraphs made of sentences."""
import bisect, lzma, random


class Document:
    __slots__ = ("pkg", "zh", "title", "items", "size")

    def __init__(self, pkg, zh, title):
        self.pkg, self.zh, self.title, self.items, self.size = pkg, zh, title, [], 0


class Library:
    """items of a document: ("h", heading) or ("p", [sentence, ...])."""

    def __init__(self, path, lang=None):
        text = (lzma.open(path, "rt") if path.endswith(".xz") else open(path)).read()
        self.docs = []
        for part in text.split("\x01")[1:]:
            lines = part.rstrip("\n").split("\n")
            pkg, language, title = lines[0].split("\t")
            if lang and language != lang:
                continue
            doc = Document(pkg, language == "zh", title)
            for line in lines[1:]:
                doc.items.append(("h", line[1:]) if line[:1] == "\x02" else ("p", line.split("\x1f")))
            doc.size = len(part)
            self.docs.append(doc)
        self.keep(self.docs)

    def keep(self, docs):
        """Only these documents from now on."""
        self.docs, self.cum, self.size = list(docs), [], 0
        for d in self.docs:
            self.size += d.size
            self.cum.append(self.size)

    def pick(self, g):
        """Index of a document, with probability proportional to its length."""
        return min(bisect.bisect_right(self.cum, g.random() * self.size), len(self.docs) - 1)

    def sentence(self, g):
        for _ in range(20):
            kind, body = g.choice(self.docs[self.pick(g)].items)
            if kind == "p":
                return g.choice(body)
        return body if kind == "h" else body[0]

    def sample_sentences(self, n, seed=0):
        g = random.Random(seed)
        return (self.sentence(g) for _ in range(n))
