"""A small library and what the runtime's search and open tools show of it (core/agent/library_tools.cpp).

Passages are ranked by BM25 on title and text; the best few are shown grouped by
document, best document first, in the order in which they stand there.
"""
import collections, math, re

import questions as Q
import tokens as K
import wording as P

PAGE = 3000                          # characters of a page, about
HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")


def terms(text):
    """Stems of words, pairs of neighbouring Chinese characters."""
    out = [Q.stem[w] for w in Q.WORD.findall(text)]
    return out + [run[i:i + 2] for run in HAN.findall(text) for i in range(len(run) - 1)]


class Bm25:
    def __init__(self, texts, k1=1.2, b=.75):
        counts = [collections.Counter(terms(t)) for t in texts]
        size = [sum(c.values()) for c in counts]
        mean = max(1.0, sum(size) / max(1, len(size)))
        self.post = collections.defaultdict(list)
        for i, c in enumerate(counts):
            for t, f in c.items():
                self.post[t].append((i, f * (k1 + 1) / (f + k1 * (1 - b + b * size[i] / mean))))
        self.n = len(texts)

    def scores(self, query):
        score = collections.Counter()
        for t in dict.fromkeys(terms(query)):
            found = self.post.get(t, ())
            idf = math.log(1 + (self.n - len(found) + .5) / (len(found) + .5))
            for i, w in found:
                score[i] += idf * w
        return score

    def best(self, query, limit):
        score = self.scores(query)
        return sorted(score, key=lambda i: (-score[i], i))[:limit]


def file_name(title, g):
    """Titles are mostly names of files."""
    plain = re.sub(r"[^\w]+", g.choice("-_"), title.lower()).strip("-_")[:40] or "document"
    return g.choice([title, title + ".pdf", plain + ".txt", plain + ".md", plain + ".pdf"])


class Shelf:
    """The documents of a prompt as a library.  Headings become the first words of their passage, as in the runtime's results."""

    def __init__(self, prompt, g):
        self.prompt, self.titles, self.page = prompt, [], {}
        for d, (title, passages) in enumerate(prompt.docs):
            self.titles.append(file_name(title, g))
            at = g.choice([0, 0, 0, g.randrange(40 * PAGE)])     # the document may have begun before
            for p in passages:
                if p.head:
                    p.sents.insert(0, p.head.lstrip("# "))
                    p.head = None
                self.page[id(p)] = (d, at // PAGE + 1)
                at += len(p.text) + 2
        self.all = prompt.passages
        self.index = Bm25([self.titles[self.page[id(p)][0]] + "\n" + p.text for p in self.all])

    def search(self, query, limit=5):
        best, order = self.index.best(query, limit), []
        for i in best:
            d = self.page[id(self.all[i])][0]
            if d not in order:
                order.append(d)
        return [self.all[i] for i in sorted(best, key=lambda i: (order.index(self.page[id(self.all[i])][0]), i))]

    def same_page(self, passage, limit=40):
        return [p for p in self.all if self.page[id(p)] == self.page[id(passage)]][:limit]

    def place(self, passage):
        """(title, page)"""
        d, page = self.page[id(passage)]
        return self.titles[d], page

    def hits(self, passages):
        return "\n".join(P.hit(*self.place(p), [(p.number, p.text)]) for p in passages) or P.NO_RESULTS


def number(passages, first):
    """Numbers a result's passages from `first` on; returns the next free number, None when they run out."""
    for i, p in enumerate(passages):
        p.number = first + i
    return first + len(passages) if first + len(passages) < K.REFS else None
