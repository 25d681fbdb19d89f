"""Questions about documents and their answers: a prompt, then turns of several kinds.

Every generator returns segments (text, weight, tag).  Segment borders always
fall on special tokens, so encoding them one by one equals encoding the whole
prompt.  Tag "a" marks text the model must produce.
"""
import re

import facts as F
import questions as Q
import tokens as K
import wording as P
from documents import Prompt
from everyday import Everyday

W_ANSWER, W_DOC, W_DRILL_DOC, W_ASK = 1.0, 0.25, 0.15, 0.1
EVERYDAY = .4                    # share of everyday statements among what is planted
SYSTEMS = ["You are a helpful assistant.", "Answer from the documents.", "Be brief.", "Quote the passage that answers the question.",
           "You are a careful reader of documents.", "Answer in the language of the question."]


class World:
    """What the generators draw from: libraries and word statistics."""

    def __init__(self, english, chinese, stats):
        self.en, self.zh, self.stats = english, chinese, stats

    def library(self, zh):
        return self.zh if zh else self.en


def ask(question, answer, kind, weight=W_ASK):
    return [(K.USER + question, weight, "q"), (K.ASSISTANT + K.NOTHINK, 0.0, "q"), (answer + K.EOS, W_ANSWER, "a:" + kind)]


def refusal(zh):
    return P.REFUSAL_ZH if zh else P.REFUSAL_EN


# ---- questions about a prompt -------------------------------------------------
class Asker:
    def __init__(self, world, prompt, g, noise=.5):
        self.w, self.p, self.g, self.noise = world, prompt, g, noise
        self.lib, self.zh = world.library(prompt.zh), prompt.zh
        self.all = prompt.passages
        self.index = None if self.zh else Q.Index(world.stats, [p.stems for p in self.all])
        self.whole = "".join(p.text for p in self.all) if self.zh else None
        self.natural_from = [i for i, p in enumerate(self.all) if p.fact is None and p.sents and len(p.text) > (20 if self.zh else 50)]
        self.facts = list(prompt.facts)
        g.shuffle(self.facts)

    def natural(self, tries=4):
        """(question, passage) or None; the question's words single out the passage."""
        g = self.g
        for _ in range(tries):
            if not self.natural_from:
                return None
            i = g.choice(self.natural_from)
            p = self.all[i]
            if self.zh:
                q = Q.chinese_question(g.choice(p.sents), g)
                if q and all(self.whole.count(x) == 1 for x in _zh_keys(q)):
                    return q, p
                continue
            beside = bool(p.hidden) and g.random() < .6      # the question's own sentence is not in the text
            if beside:
                q = Q.rule_question(p.hidden, g) or Q.loose_question(p.hidden, g, self.w.stats)
            elif p.head and g.random() < .15:
                q = g.choice(["Which section covers %s?", "What does the section on %s say?", "%s", "Tell me about %s."]) % p.head.lstrip("# ")
            else:
                q = Q.natural_question(g.choice(p.sents), g, self.w.stats)
            if not q or len(q) > 220:
                continue
            stems = Q.content_stems(q) - Q.FRAME_STEMS
            if self.index.among(stems, i, 3) if beside else self.index.unique(stems, i, 1.2):
                if g.random() < self.noise:
                    q = Q.blur(Q.reword(q, g) if g.random() < .6 else q, g, self.w.stats)
                return q, p
        return None

    def absent(self):
        """A question the prompt does not answer: foreign text, or a planted name with another attribute."""
        g = self.g
        if self.p.everyday and g.random() < .8 * self.p.everyday:
            told = self.p.told
            f = g.choice(g.choice(told.statements).beside(g)) if told.statements and g.random() < .6 else Everyday(g)
            return None if told.answers(f) else self.everyday(f)
        r = g.random()
        keys = list(self.p.keys)
        if r < .55 or self.zh:
            for _ in range(5):
                e = g.choice(keys)[0] if keys and g.random() < .4 else None
                a = g.choice(keys)[1] if keys and e is None and g.random() < .5 else None
                f = F.Fact(g, self.zh, e, a)
                if f.key not in self.p.keys:
                    return f.question(g)
            return None
        for _ in range(3):
            s = self.lib.sentence(g)
            q = Q.rule_question(s, g) or Q.keyword_question(s, g, self.w.stats)
            if q and len(q) < 200 and self.index.absent(Q.content_stems(q) - Q.FRAME_STEMS):
                return q
        return None

    def fact(self):
        if not self.facts:
            return None
        kind, f, p = self.facts.pop()
        return kind, self.everyday(f) if isinstance(f, Everyday) else f.question(self.g), p, f.v

    def everyday(self, f):
        """Its question, now and then in other words than the statement's."""
        q = f.question(self.g)
        return Q.reword(q, self.g) if self.g.random() < .7 * self.noise else q

    def draw(self, kind):
        """(kind, question, passages that answer it, value or None) or None; a fact may turn out to be a correction."""
        if kind == "fact":
            got = self.fact()
            return got and (got[0], got[1], [got[2]], got[3])
        if kind == "absent":
            q = self.absent()
            return q and (kind, q, [], None)
        got = self.natural()
        return got and (kind, got[0], [got[1]], None)


def answer_of(passages, value=None):
    """Quotes of numbered passages, each once, and the value they give."""
    return "\n".join(dict.fromkeys(p.quote for p in passages)) + (P.value_line(value) if value else "")


def _zh_keys(q):
    for form in Q.ZH_ONE + Q.ZH_TWO:
        m = re.fullmatch(re.escape(form).replace("%s", "(.+)"), q)
        if m:
            return [x for x in m.groups() if x]
    return [q]


def one_turn(asker, g, kind):
    """Segments of one question of the given kind, or []."""
    zh = asker.zh
    if kind in ("fact", "natural", "absent"):
        got = asker.draw(kind)
        if got:
            kind, q, passages, value = got
            return ask(q, answer_of(passages, value) if passages else refusal(zh), kind)
    elif kind == "hop" and asker.p.hops:
        a, b, q, v = asker.p.hops.pop()
        return ask(q, answer_of([a, b], v), "hop")
    elif kind == "read":
        p = g.choice(asker.all)
        form = g.choice(["引用%s。", "请读出%s。"] if zh else ["Quote passage %s.", "Read passage %s.", "What does passage %s say?"])
        return ask(form % K.ref(p.number), p.quote, "read")
    elif kind == "literal":
        if asker.natural_from:
            p = asker.all[g.choice(asker.natural_from)]
            s = g.choice(p.sents)
            if zh:
                n = g.randint(6, 14)
                i = g.randrange(0, max(1, len(s) - n))
                part = s[i:i + n].strip("，。；：、 ")
                if len(part) > 3 and asker.whole.count(part) == 1:
                    return ask(g.choice(["请引用包含“%s”的段落。", "哪一段包含“%s”？"]) % part, p.quote, "literal")
            else:
                q = Q.literal_question(s, g)
                i = asker.all.index(p)
                if q and asker.index.unique(Q.content_stems(q) - Q.FRAME_STEMS, i, 0.5):
                    return ask(q, p.quote, "literal")
    return []


ZH = (("natural", .42), ("fact", .22), ("absent", .12), ("literal", .19), ("read", .05))
MIX = (("natural", .50), ("fact", .20), ("absent", .12), ("literal", .07), ("read", .05), ("hop", .09))


NOTE = (("fact", .82), ("absent", .18))
NOTES = ["Notes", "notes.txt", "Note", "todo.md", "Memo", "memo.txt", "Minutes", "To remember", "info.txt", "Untitled", "Diary", "list.md"]


def weighted(g, table):
    r = g.random() * sum(w for _, w in table)
    for name, w in table:
        r -= w
        if r <= 0:
            return name
    return table[-1][0]


def opening(prompt, g, weight):
    system = g.choice(SYSTEMS) if g.random() < .15 else ""
    if g.random() < .06:
        system += P.tools_block([P.SEARCH, P.OPEN])
    return [(K.BOS + prompt.render() + system, weight, "doc")]


def count_tokens(text, zh):
    return len(text) / (1.5 if zh else 3.75) + 3


def conversation(world, g, budget, zh=False, share=None, mix=MIX, w_doc=W_DOC, least=0, **kw):
    """One or several documents and questions about them."""
    share, mix = share or g.uniform(.5, .8), ZH if zh and mix is MIX else mix
    p = Prompt(world.library(zh), g, int(budget * share), zh, **kw)
    if not p.docs:
        return chat(world, g)
    n = max(2, int(budget * (1 - share) / 80))
    p.plant(max(1, int(n * dict(mix).get("fact", 0) * 1.2)), EVERYDAY)
    if not zh and dict(mix).get("hop") and len(p.passages) > 6 and g.random() < .8:
        for _ in range(min(8, 1 + int(n * dict(mix)["hop"]))):
            p.plant_hop()
    if not kw and g.random() < .7:
        p.join_short()
    return questions_about(world, p, g, budget, mix, w_doc, least)


def note(world, g, budget, least):
    """A few everyday statements alone, as somebody writes them down, then questions about them."""
    p = Prompt(world.en, g, 0)
    p.docs = [(g.choice(NOTES), [])]
    p.plant(g.choice([1, 1, 2, 3, 5, 8, 12]), g.choice([1, 1, .6]))
    return questions_about(world, p.join_short(), g, budget, NOTE, W_DOC, least, planted_only=True)


def questions_about(world, p, g, budget, mix, w_doc, least, planted_only=False):
    """The prompt, then questions until the budget, which keeps `least` tokens for them, or what was planted is used up."""
    p.number()
    asker, segs = Asker(world, p, g), opening(p, g, w_doc)
    left = max(least, budget - sum(count_tokens(t, p.zh) for t, _, _ in segs))
    misses = 0
    while left > 60 and misses < 30 and (asker.facts or not planted_only):
        turn = one_turn(asker, g, weighted(g, mix))
        if not turn:
            misses += 1
            continue
        segs += turn
        left -= sum(count_tokens(t, p.zh) for t, _, _ in turn)
    return segs


def drill(world, g, budget, zh=False, share=None, **kw):
    """Many retrieval decisions for one document: "Cite: question" -> one reference token."""
    share = share or g.uniform(.3, .6)
    p = Prompt(world.library(zh), g, int(budget * share), zh, **kw)
    if len(p.passages) < 2:
        return chat(world, g)
    for x in p.passages:
        if x.head and g.random() < .4:                     # the heading becomes a question only
            x.hidden, x.head = x.head.lstrip("# "), None
        elif not zh and len(x.sents) >= 3 and g.random() < .3:    # a sentence becomes a question only
            x.hidden = x.sents.pop(g.randrange(len(x.sents)))
    p.plant(max(2, len(p.passages) // 8), EVERYDAY)
    if g.random() < .5:
        p.join_short()
    p.number()
    asker, segs = Asker(world, p, g), opening(p, g, W_DRILL_DOC)
    left = budget - sum(count_tokens(t, zh) for t, _, _ in segs)
    misses = 0
    while left > 40 and misses < 60:
        r = g.random()
        if r < .07:
            q = asker.absent()
            turn = ask("Cite: " + q, refusal(zh), "absent", .05) if q else []
        elif r < .2 and asker.facts:
            _, q, x, _ = asker.fact()
            turn = ask("Cite: " + q, K.ref(x.number), "cite", .05)
        else:
            got = asker.natural(2)
            turn = ask("Cite: " + got[0], K.ref(got[1].number), "cite", .05) if got else []
        if not turn:
            misses += 1
            continue
        segs += turn
        left -= sum(count_tokens(t, zh) for t, _, _ in turn)
    return segs
