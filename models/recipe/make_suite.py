"""Held-out text -> a suite for `leyden eval`: documents, questions, gold sentences.

    python make_suite.py held.txt OUT.jsonl [--lengths 4096,32768] [--documents 2] [--questions 40]
                         [--tools 100] [--texts 16384] [--zh] [--seed 1]

held.txt: see README.md, "Evaluate".  The runtime cuts documents into passages itself, so gold is
given as the bytes of sentences, not as passages.  Format: app/cli/eval_suite.h.
"""
import argparse, json, random

import asking, documents, feed, questions as Q, tasks, tokens as K, wording as P
from documents import Prompt

KINDS = (("fact", .25), ("correction", .1), ("natural", .25), ("literal", .15), ("absent", .15), ("hop", .1))


def write_out(prompt):
    """The prompt's passages as one text: a paragraph each; and where every sentence stands."""
    out, where, zh = [], {}, prompt.zh
    at = 0

    def put(text):
        nonlocal at
        out.append(text)
        at += len(text.encode())
    for _, passages in prompt.docs:
        for p in passages:
            if p.head:
                put("# " + p.head.lstrip("# ") + "\n\n")
            for i, s in enumerate(p.sents):
                if i and not zh:
                    put(" ")
                begin = at
                put(s)
                where.setdefault(s, []).append((id(p), begin, at))
            put("\n\n")
    return "".join(out), where


class Maker:
    def __init__(self, world, prompt, g):
        self.w, self.p, self.g = world, prompt, g
        self.asker = asking.Asker(world, prompt, g, noise=0)
        self.text, self.where = write_out(prompt)

    def range_of(self, passage, sentence):
        """Bytes of a sentence of a passage; None where the text has it more than once."""
        found = self.where.get(sentence, [])
        return [found[0][1], found[0][2]] if len(found) == 1 and found[0][0] == id(passage) else None

    def planted(self, passage, *words):
        """The planted sentence of a passage: the one that holds all these words."""
        for s in passage.sents:
            if all(w.lower() in s.lower() for w in words):
                return self.range_of(passage, s)
        return None

    def fact(self, kind):
        for i, (k, f, p) in enumerate(self.asker.facts):
            if k == kind:
                del self.asker.facts[i]
                gold = self.planted(p, f.v, f.a)
                return gold and {"task": kind, "question": f.question(self.g), "gold": [gold], "value": f.v}
        return None

    def sentence(self, kind):
        g, a = self.g, self.asker
        i = g.choice(a.natural_from)
        p = a.all[i]
        s = g.choice(p.sents)
        gold = self.range_of(p, s)
        if not gold:
            return None
        if self.p.zh:
            if kind == "natural":
                q = Q.chinese_question(s, g)
                if not q or not all(a.whole.count(x) == 1 for x in asking._zh_keys(q)):
                    return None
            else:
                n = g.randint(6, 14)
                k = g.randrange(max(1, len(s) - n))
                part = s[k:k + n].strip("，。；：、 ")
                if len(part) < 4 or a.whole.count(part) != 1:
                    return None
                q = "请引用包含“%s”的段落。" % part
        else:
            q = Q.literal_question(s, g) if kind == "literal" else Q.natural_question(s, g, self.w.stats)
            margin = .5 if kind == "literal" else 1.2
            if not q or len(q) > 220 or not a.index.unique(Q.content_stems(q) - Q.FRAME_STEMS, i, margin):
                return None
        return {"task": kind, "question": q, "gold": [gold], "value": None}

    def hop(self):
        if not self.p.hops:
            return None
        a, b, q, v = self.p.hops.pop()
        first = [r for r in (self.range_of(a, s) for s in a.sents) if r and self.text.encode()[r[0]:r[1]].decode() in self.p.links]
        second = self.planted(b, v)
        return first and second and {"task": "hop", "question": q, "gold": [first[0], second], "value": v}

    def question(self, kind):
        if kind in ("fact", "correction"):
            return self.fact(kind)
        if kind == "hop":
            return self.hop()
        if kind == "absent":
            q = self.asker.absent()
            return q and {"task": "absent", "question": q, "gold": [], "value": None}
        return self.sentence(kind)


def remember_links(prompt):
    """plant_hop() places its sentences through place(); keep those that link a person to a place."""
    prompt.links, place = set(), prompt.place

    def kept(sentence, *args, **kw):
        prompt.links.add(sentence)
        return place(sentence, *args, **kw)
    prompt.place = kept


def document(world, length, n, seed, zh):
    g = random.Random(seed)
    # room for questions, and the recipe's own count is rough
    prompt = Prompt(world.library(zh), g, int(length * (.8 if zh else .9)), zh, count=1)
    prompt.plant(int(n * .8))
    remember_links(prompt)
    if not zh and len(prompt.passages) > 12:
        for _ in range(max(2, n // 8)):
            prompt.plant_hop()
    prompt.number(0)
    maker, out, misses = Maker(world, prompt, g), [], 0
    kinds = [k for k in KINDS if k[0] != "hop"] if zh else KINDS
    while len(out) < n and misses < 400:
        q = maker.question(asking.weighted(g, kinds))
        if q:
            out.append(q)
        else:
            misses += 1
    return {"kind": "questions", "length": length, "language": "zh" if zh else "en", "title": prompt.docs[0][0], "text": maker.text,
            "reference": "⟦{n}⟧", "refusals": [P.REFUSAL_EN, P.REFUSAL_ZH], "questions": out}


def tool_cases(world, n, seed):
    """First steps of tool conversations: which call, with which arguments."""
    g, out = random.Random(seed), []
    while len(out) < n:
        segments = tasks.tool_use(world, g)
        call = next((i for i, (_, _, tag) in enumerate(segments) if tag == "a:call"), None)
        if call is None or call != 3:                      # system, question, template, call
            continue
        system, blocks = segments[0][0][len(K.BOS):].split(P.TOOL_PREAMBLE)
        tools = []
        for block in blocks[:-len(P.TOOL_POSTAMBLE)].split("\n### ")[1:]:
            name, rest = block.split("\nDescription: ")
            description, schema = rest.split("\nParameters: ")
            tools.append({"type": "function", "function": {"name": name, "description": description, "parameters": json.loads(schema)}})
        name, arguments = segments[call][0][len(K.CALLS + K.CALL):-len(K.CALL_END + K.CALLS_END + K.EOS)].split(K.SEP)
        out.append({"kind": "tool", "system": system, "tools": tools, "question": segments[1][0][len(K.USER):], "language": "en",
                    "call": {"name": name, "arguments": json.loads(arguments)}})
    return out


def text_case(world, length, seed):
    g = random.Random(seed)
    _, passages = documents.cut(world.en, g, int(length * 1.15), False, 60, "plain", 10 ** 6)
    return {"kind": "text", "name": "held-out packages", "length": length, "bos": K.BOS, "text": "\n".join(p.text for p in passages)}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("held")
    a.add_argument("out")
    a.add_argument("--lengths", default="4096")
    a.add_argument("--documents", type=int, default=1)
    a.add_argument("--questions", type=int, default=40)
    a.add_argument("--tools", type=int, default=0)
    a.add_argument("--texts", default="")
    a.add_argument("--zh", action="store_true")
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    world = feed.load_world(a.held, samples=20000)
    with open(a.out, "w") as f:
        def put(case):
            f.write(json.dumps(case, ensure_ascii=False) + "\n")
        for length in filter(None, a.texts.split(",")):
            put(text_case(world, int(length), 77 + a.seed))
        for case in tool_cases(world, a.tools, 1000 + a.seed):
            put(case)
        for length in filter(None, a.lengths.split(",")):
            for d in range(a.documents):
                put(document(world, int(length), a.questions, 7919 * a.seed + 131 * d + int(length), a.zh))


if __name__ == "__main__":
    main()
