"""Prompt documents: library text cut into numbered passages, with planted facts."""
import questions as Q
import tokens as K
from everyday import Everyday, Told
from facts import ATTRIBUTES, ITEMS, PLACES, Fact, person, value


class Passage:
    __slots__ = ("sents", "head", "glue", "fact", "number", "hidden", "_stems")

    def __init__(self, sents, head=None, glue=" "):
        self.sents, self.head, self.glue = sents, head, glue
        self.fact, self.number, self.hidden, self._stems = None, None, None, None

    @property
    def text(self):
        body = self.glue.join(self.sents)
        return self.head + "\n" + body if self.head else body

    @property
    def quote(self):
        return "%s > %s" % (K.ref(self.number), self.text)

    @property
    def stems(self):
        if self._stems is None:
            self._stems = Q.content_stems(self.text)
        return self._stems

    def add(self, sentence, g):
        self.sents.insert(g.randrange(len(self.sents) + 1), sentence)
        self._stems = None


def cut(lib, g, tokens, zh, target, heads, max_passages, at=None):
    """About `tokens` tokens of neighbouring library text as (title, passages)."""
    per_token = 1.45 if zh else 3.75
    budget, target = tokens * per_token, target * per_token
    ordered = at is not None            # from document `at` on, without jumps
    at = at if ordered else lib.pick(g)
    title, out, used, tries = lib.docs[at].title, [], 0, 0
    glue = "" if zh else " "
    while used < budget and len(out) < max_passages and tries < 400:
        tries += 1
        doc = lib.docs[at % len(lib.docs)]
        first = g.randrange(len(doc.items)) if not ordered and not out and doc.size > 1.5 * budget and g.random() < .6 else 0
        cur, size, head = [], 0, None

        def flush():
            nonlocal cur, size, head, used
            if cur:
                out.append(Passage(cur, head, glue))
                used += size + 4 * per_token
                head = None
            cur, size = [], 0
        for kind, body in doc.items[first:]:
            if used >= budget or len(out) >= max_passages:
                break
            if kind == "h":
                flush()
                head = None if heads == "drop" else body if heads == "plain" else "# " + body
                continue
            if cur and size >= .5 * target:
                flush()
            for s in body:
                if len(s) > 160 * per_token:
                    continue
                if cur and size + len(s) > 1.35 * target:
                    flush()
                cur.append(s)
                size += len(s)
                if size >= target:
                    flush()
        flush()
        at = at + 1 if ordered or g.random() < .75 else lib.pick(g)
    return title, out


class Prompt:
    """Documents of one conversation.  docs = [(title, [Passage])]."""

    def __init__(self, lib, g, tokens, zh=False, target=None, count=None, heads=None, max_passages=K.REFS - 24):
        self.zh, self.g = zh, g
        target = target or g.choice([35, 45, 55, 65, 75, 90])
        target = max(target, tokens / (max_passages * .8))
        count = count or (g.choice([1, 1, 1, 2, 2, 3]) if tokens < 6000 else g.choice([1, 1, 2, 3, 5, 8]))
        heads = heads or g.choice(["drop", "drop", "plain", "plain", "hash"])
        share = [g.uniform(.5, 1.5) for _ in range(count)]
        self.docs = []
        for w in share:
            title, passages = cut(lib, g, tokens * w / sum(share), zh, target, heads, int(max_passages * w / sum(share)))
            if passages:
                self.docs.append((title, passages))
        self.facts = []             # (kind, Fact, passage) that may be asked
        self.keys = {}              # every stated (entity, attribute)
        self.told = Told()          # every everyday statement
        self.everyday = 0           # share of Everyday statements among the planted
        self.places = set()         # places already tied to somebody
        self.hops = []              # (first passage, second passage, question, answer)

    @property
    def passages(self):
        return [p for _, ps in self.docs for p in ps]

    def place(self, sentence, fact=None, lo=0.0, hi=1.0):
        """Puts a sentence into (or as) a passage somewhere in [lo, hi] of the text; returns the passage."""
        g, flat = self.g, sum(len(ps) for _, ps in self.docs)
        k = int(flat * g.uniform(lo, hi))
        for _, ps in self.docs:
            if k <= len(ps):
                break
            k -= len(ps)
        if ps and g.random() < .6:
            p = ps[min(k, len(ps) - 1)]
            if p.fact is None and len(p.text) < 420 and p.sents:
                p.add(sentence, g)
                p.fact = fact
                return p
        p = Passage([sentence], None, "" if self.zh else " ")
        p.fact = fact
        ps.insert(k, p)
        return p

    def plant(self, n, everyday=0):
        """n asked facts plus same-name and same-attribute distractors and a few corrections; that share of them everyday statements."""
        g, seen = self.g, self.keys
        self.everyday = 0 if self.zh else everyday
        for _ in range(n):
            if self.everyday and g.random() < self.everyday:
                self.plant_everyday()
                continue
            f = Fact(g, self.zh)
            if f.key in seen:
                continue
            seen[f.key] = f
            r = g.random()
            if r < .25 and len(self.passages) >= 24:        # stated, later corrected: the correction counts
                middle = g.uniform(.1, .85)
                self.place(f.text, True, 0, middle)
                new = Fact(g, self.zh, f.e, f.a, correction=True)
                self.facts.append(("correction", new, self.place(new.text, new, min(1, middle + .05), 1)))
            else:
                self.facts.append(("fact", f, self.place(f.text, f)))
            if r > .55:
                for e, a in ((f.e, None), (None, f.a)):
                    d = Fact(g, self.zh, e, a)
                    if d.key not in seen:
                        seen[d.key] = d
                        self.place(d.text, True)
        return self

    def plant_everyday(self):
        """One asked statement, and sometimes others to confuse it with."""
        f = Everyday(self.g)
        for x in [f] + (f.beside(self.g) if self.g.random() < .5 else []):
            if not self.told.add(x):
                if x is f:
                    return
                continue
            p = self.place(x.text, x)
            if x is f:
                self.facts.append(("fact", x, p))

    def plant_hop(self):
        """Two linked facts: a person is tied to a place, the place has the asked property."""
        g = self.g
        free = [x for x in PLACES if x not in self.places]
        if len(free) < 5:
            return
        g.shuffle(free)
        name, place = person(g), "the " + free.pop()
        kind = g.randrange(3)
        item, attribute = g.choice(ITEMS), g.choice([a for a in ATTRIBUTES if (place, a) not in self.keys])
        link = g.choice([["{n} keeps the {i} in {p}.", "The {i} of {n} are stored in {p}."], ["{n} works at {p}.", "{n} is employed at {p}."],
                         ["{n} lives next to {p}.", "The home of {n} is next to {p}."]][kind])
        where = ["where {n} keeps the {i}", "where {n} works", "next to which {n} lives"][kind]
        keeper, val = person(g), value(g, attribute)
        if g.random() < .5:
            second, ask, answer = g.choice(["{p} is managed by {v}.", "The keeper of {p} is {v}."]), g.choice(["Who manages the place {w}?", "Who is in charge of the place {w}?"]), keeper
        else:
            second, ask, answer = g.choice(["The {a} of {p} is {v}.", "{p} has the {a} {v}."]), g.choice(["What is the {a} of the place {w}?", "Tell me the {a} of the place {w}."]), val
        fill = dict(n=name, i=item, p=place, a=attribute, v=answer, w=where.format(n=name, i=item))

        def put(form, **kw):
            s = form.format(**{**fill, **kw})
            return self.place(s[0].upper() + s[1:], True)
        a, b = put(link), put(second)
        self.places.add(place[4:])
        for _ in range(g.randint(1, 3)):
            self.places.add(free[-1])
            other = "the " + free.pop()
            put(link, n=person(g), p=other)
            put(second, p=other, v=person(g) if answer == keeper else value(g, attribute))
        self.hops.append((a, b, ask.format(**fill), answer))

    def join_short(self, tokens=40):
        """Short passages take the next one along, as the runtime cuts short paragraphs (Chinese and headed ones excepted)."""
        into = {}
        for _, ps in self.docs:
            kept = []
            for p in ps:
                last = kept[-1] if kept else None
                if last and not self.zh and not p.head and len(last.text) < 4 * tokens:
                    last.sents += p.sents
                    last.fact, last._stems = last.fact or p.fact, None
                    into[id(p)] = last
                else:
                    kept.append(p)
            ps[:] = kept
        self.facts = [(kind, f, into.get(id(p), p)) for kind, f, p in self.facts]
        self.hops = [(into.get(id(a), a), into.get(id(b), b), q, v) for a, b, q, v in self.hops]
        return self

    def number(self, first=None):
        ps = self.passages
        if len(ps) > K.REFS - 1:
            keep = {id(p) for p in ps[:K.REFS - 1]}
            self.docs = [(t, [p for p in d if id(p) in keep]) for t, d in self.docs]
            ps = self.passages
        r = self.g.random()
        room = K.REFS - len(ps)
        start = first if first is not None else 0 if r < .25 or room < 2 else 1 if r < .45 else self.g.randrange(room)
        for i, p in enumerate(ps):
            p.number = start + i
        return self

    def render(self):
        # passages follow each other directly; some training prompts end passages with a line feed
        end = "\n" if self.g.random() < .15 else ""
        return "".join(K.DOC + "# %s\n" % t + "".join(K.ref(p.number) + p.text + end for p in ps) + K.DOC_END for t, ps in self.docs)
