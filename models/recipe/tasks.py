"""Training conversations.  Every generator returns segments (text, weight, tag).

Segment borders always fall on special tokens, so encoding them one by one
equals encoding the whole prompt.  Tag "a" marks text the model must produce.
"""
import json

import numpy as np

import facts as F
import wording as P
import questions as Q
import tokens as K
from documents import Prompt

W_REF, W_ANSWER, W_DOC, W_DRILL_DOC, W_ASK = 4.0, 1.0, 0.25, 0.15, 0.1
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
            if p.hidden and g.random() < .5:
                source = p.hidden
                q = Q.rule_question(source, g) or Q.keyword_question(source, g, self.w.stats)
            elif p.head and g.random() < .15:
                q = g.choice(["Which section covers %s?", "What does the section on %s say?", "%s", "Tell me about %s."]) % p.head.lstrip("# ")
            else:
                q = Q.natural_question(g.choice(p.sents), g, self.w.stats)
            if not q or len(q) > 220:
                continue
            if self.index.unique(Q.content_stems(q) - Q.FRAME_STEMS, i, 1.2):
                return (Q.blur(q, g, self.w.stats) if g.random() < self.noise else q), p
        return None

    def absent(self):
        """A question the prompt does not answer: foreign text, or a planted name with another attribute."""
        g = self.g
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
        return kind, f.question(self.g), p, f.v


def _zh_keys(q):
    import re
    for form in Q.ZH_ONE + Q.ZH_TWO:
        m = re.fullmatch(re.escape(form).replace("%s", "(.+)"), q)
        if m:
            return [x for x in m.groups() if x]
    return [q]


def one_turn(asker, g, kind):
    """Segments of one question of the given kind, or []."""
    zh = asker.zh
    if kind == "fact":
        got = asker.fact()
        if got:
            kind, q, p, v = got
            return ask(q, p.quote + "\nAnswer: %s." % v, kind)
    elif kind == "hop" and asker.p.hops:
        a, b, q, v = asker.p.hops.pop()
        return ask(q, a.quote + "\n" + b.quote + "\nAnswer: %s." % v, "hop")
    elif kind == "absent":
        q = asker.absent()
        if q:
            return ask(q, refusal(zh), "absent")
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
    elif kind == "natural":
        got = asker.natural()
        if got:
            return ask(got[0], got[1].quote, "natural")
    return []


MIX = (("natural", .50), ("fact", .20), ("absent", .12), ("literal", .07), ("read", .05), ("hop", .09))


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


def conversation(world, g, budget, zh=False, share=None, mix=MIX, w_doc=W_DOC, **kw):
    """One or several documents, then questions until the budget is used."""
    share = share or g.uniform(.5, .8)
    p = Prompt(world.library(zh), g, int(budget * share), zh, **kw)
    if not p.docs:
        return chat(world, g)
    n = max(2, int(budget * (1 - share) / 80))
    p.plant(max(1, int(n * dict(mix).get("fact", 0) * 1.2)))
    if not zh and dict(mix).get("hop") and len(p.passages) > 6 and g.random() < .8:
        for _ in range(min(8, 1 + int(n * dict(mix)["hop"]))):
            p.plant_hop()
    p.number()
    asker, segs = Asker(world, p, g), opening(p, g, w_doc)
    left = budget - sum(count_tokens(t, zh) for t, _, _ in segs)
    misses = 0
    while left > 60 and misses < 30:
        turn = one_turn(asker, g, weighted(g, mix))
        if not turn:
            misses += 1
            continue
        segs += turn
        left -= sum(count_tokens(t, zh) for t, _, _ in turn)
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
        elif not zh and len(x.sents) >= 3 and g.random() < .15:   # a sentence becomes a question only
            x.hidden = x.sents.pop(g.randrange(len(x.sents)))
    p.plant(max(2, len(p.passages) // 8))
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


# ---- tools --------------------------------------------------------------------
OTHER_TOOLS = [("get_weather", "Current weather of a city.", "city", F.TOWNS, ["What is the weather in %s?", "How is the weather in %s today?", "Will it rain in %s?"]),
               ("calculate", "Evaluate an arithmetic expression.", "expression", None, ["What is %s?", "Calculate %s.", "Compute %s."]),
               ("remember", "Store a note.", "note", None, ["Remember that %s.", "Please note that %s.", "Write down that %s."]),
               ("call_person", "Call a person by name.", "name", None, ["Call %s.", "Please phone %s.", "I want to talk to %s."]),
               ("play_music", "Play a piece of music.", "title", None, ["Play %s.", "I want to hear %s."])]


def _schema(arg):
    return {"type": "object", "properties": {arg: {"type": "string"}}, "required": [arg]}


def keywords(question):
    """The search query for a question: its content words, in order."""
    words = [w for w in Q.WORD.findall(question.replace("What's", "What is")) if w.lower() not in Q.STOP and w.lower() not in Q.FRAME_WORDS]
    return " ".join(words[:8]) or question


def tool_use(world, g):
    """search or open, read the result, answer with a quote; or another announced tool."""
    extra = [(n, d, _schema(a)) for n, d, a, _, _ in g.sample(OTHER_TOOLS, g.choice([0, 0, 1, 2]))]
    system = g.choice(SYSTEMS) if g.random() < .4 else ""
    r = g.random()
    if r < .18:                                            # some other tool
        name, desc, arg, values, forms = g.choice(OTHER_TOOLS)
        v = (g.choice(values) if values else "%d %s %d" % (g.randint(2, 999), g.choice("+-*/"), g.randint(2, 999)) if name == "calculate"
             else F.person(g) if name == "call_person" else Q.lower_first(F.Fact(g).text.rstrip(".")) if name == "remember"
             else (Q.spans(world.en.sentence(g)) or ["the song"])[0])
        tools = [t for t in extra if t[0] != name] + [(name, desc, _schema(arg))] + ([P.SEARCH, P.OPEN] if g.random() < .5 else [])
        g.shuffle(tools)
        segs = [(K.BOS + system + P.tools_block(tools, g.random() < .3), 0.02, "doc")]
        segs += ask(g.choice(forms) % v, P.call(name, {arg: v}), "call")
        if name == "calculate":
            try:
                res = str(round(eval(v), 4))               # two random integers and one operator, made above
            except ZeroDivisionError:
                res = "0"
            segs += [(K.OUTPUT + res + K.OUTPUT_END, 0.0, "q"), (v + " = " + res + "." + K.EOS, W_ANSWER, "a:result")]
        elif name == "get_weather":
            sky = "%d degrees, %s" % (g.randint(-9, 35), g.choice(["sunny", "rain", "snow", "cloudy", "windy"]))
            segs += [(K.OUTPUT + sky + K.OUTPUT_END, 0.0, "q"), ("The weather in %s: %s." % (v, sky) + K.EOS, W_ANSWER, "a:result")]
        elif name == "remember":
            segs += [(K.OUTPUT + "ok" + K.OUTPUT_END, 0.0, "q"), ("I have noted it." + K.EOS, W_ANSWER, "a:result")]
        return segs
    zh = g.random() < .06
    tools = extra + [P.SEARCH, P.OPEN] if g.random() < .5 else [P.SEARCH, P.OPEN] + extra
    segs = [(K.BOS + system + P.tools_block(tools, g.random() < .3), 0.02, "doc")]
    for turn in range(g.choice([1, 1, 2])):
        p = Prompt(world.library(zh), g, g.randint(250, 700), zh, count=g.choice([1, 2, 3]), heads="drop")
        if not p.docs:
            return chat(world, g)
        p.plant(2).number(g.choice([0, 1, 1, g.randrange(900)]))
        asker = Asker(world, p, g)
        kind = weighted(g, (("fact", .45), ("natural", .45), ("absent", .12)))
        got = one_turn(asker, g, kind)
        if not got:
            continue
        question, answer = got[0][0][len(K.USER):], got[2][0][:-len(K.EOS)]
        page = g.randint(1, 40)
        if r < .38 and turn == 0:                          # open a page, then answer
            title, ps = p.docs[0]
            p.docs = p.docs[:1]
            asked = g.choice(["Open page %d of %s.", "Show page %d of %s.", "Read page %d of %s and answer: "])
            gold = [x for x in ps if K.ref(x.number) in answer]
            if not asked.endswith("answer: ") or (kind != "absent" and not gold):
                text = ps[0].quote if ps else answer
                segs += ask(asked.replace(" and answer: ", ".") % (page, title), P.call("open", {"document": title, "page": page}), "call")
                segs += [(K.OUTPUT + P.hit(title, page, [(x.number, x.text) for x in ps]) + K.OUTPUT_END, 0.05, "q"), (text + K.EOS, W_ANSWER, "a:step2")]
                continue
            question = asked % (page, title) + question
            call = P.call("open", {"document": title, "page": page})
            result = P.hit(title, page, [(x.number, x.text) for x in ps])
        else:
            form = g.choice(["%s", "%s", "Search: %s", "Search for it: %s", "%s Search the library."]) if not zh else "%s"
            call = P.call("search", {"query": question if zh else keywords(question)})
            hits = []
            for title, ps in p.docs:
                gold = [x for x in ps if K.ref(x.number) in answer]
                for x in (gold + [y for y in ps if y not in gold][:g.randint(0, 2)]):
                    hits.append((title, g.randint(1, 40), x))
            hits.sort(key=lambda h: h[2].number)
            result = "\n".join(P.hit(t, n, [(x.number, x.text)]) for t, n, x in hits) if kind != "absent" or g.random() < .6 else P.NO_RESULTS
            question = form % question
        segs += ask(question, call, "call")
        segs += [(K.OUTPUT + result + K.OUTPUT_END, 0.05, "q"), (answer + K.EOS, W_ANSWER, "a:step2")]
    return segs


# ---- conversation without documents ---------------------------------------------
GREETINGS = [
    (("Hello", "Hello!", "Hi", "Hi!", "Hey", "Hi there", "Hello there!"), "Hello! Give me a document and a question, and I will quote the passage that answers it."),
    (("Good morning", "Good morning!", "Good evening", "Good afternoon"), "Hello! What can I do for you?"),
    (("Who are you?", "What are you?", "What is your name?", "Introduce yourself."), "I am Leyden, a small language model. I read long documents and quote the passages that answer your questions."),
    (("What can you do?", "Help", "What can you help me with?", "How do you work?"), "I can read long documents, find the passage that answers your question, and quote it word for word. I can also search with tools and write short texts. I am small, so please check what I write."),
    (("Are you a human?", "Are you a robot?", "Are you an AI?"), "I am a small language model, not a human."),
    (("Thank you", "Thanks", "Thanks!", "Thank you very much", "Great, thanks"), "You are welcome."),
    (("Bye", "Goodbye", "See you", "Good night"), "Goodbye!"),
    (("How are you?", "How are you today?", "How is it going?"), "I am fine, thank you. How can I help you?"),
    (("Can you help me?", "I need help", "Please help me"), "Yes. Give me a document and ask a question about it."),
    (("How large are you?", "How many parameters do you have?"), "I have about twenty million parameters, so I am very small."),
    (("Do you make mistakes?", "Can I trust you?", "Are your answers correct?"), "I make mistakes. I am a very small model, so please check every quote against the document."),
    (("What languages do you speak?", "Do you speak Chinese?", "Which languages do you know?"), "I know English, and a little Chinese."),
    (("Ok", "OK", "Good", "Nice", "I see"), "Good. Ask me another question if you like."),
    (("你好", "你好！", "您好", "嗨", "早上好"), "你好！请给我一份文档和一个问题，我会引用回答问题的段落。"),
    (("你是谁？", "你叫什么名字？", "介绍一下你自己。"), "我是 Leyden，一个很小的语言模型，可以阅读长文档并引用相关段落。"),
    (("谢谢", "谢谢！", "多谢", "感谢"), "不客气。"),
    (("你能做什么？", "你会什么？", "你可以帮我吗？"), "我可以阅读长文档，找到回答问题的段落并逐字引用。"),
    (("再见", "拜拜"), "再见！")]
WRITE = ["Write a short text about %s.", "Write a paragraph about %s.", "Tell me something about %s.", "Explain %s.", "What can you tell me about %s?", "Give a short description of %s."]
DEFINE = ["What is %s?", "Define %s.", "What does %s mean?", "Explain the word %s.", "What is the meaning of %s?"]


def paragraph(doc, k, limit):
    """Sentences from item k on, up to `limit` characters, stopping at a heading."""
    out, n = [], 0
    for kind, body in doc.items[k:]:
        if kind == "h":
            break
        for s in body:
            if n + len(s) > limit and out:
                return out
            out.append(s)
            n += len(s)
    return out


def chat_turn(world, g):
    if g.random() < .3:
        asked, answer = g.choice(GREETINGS)
        q = g.choice(asked)
        return ask(q.lower() if g.random() < .15 else q, answer, "greet")
    for _ in range(8):
        zh = g.random() < .1
        lib = world.library(zh)
        doc = lib.docs[lib.pick(g)]
        k = g.randrange(len(doc.items))
        kind, body = doc.items[k]
        if kind == "h" and k + 1 < len(doc.items):
            text = ("" if zh else " ").join(paragraph(doc, k + 1, 160 if zh else 420))
            if len(text) > 30:
                return ask(g.choice(["写一段关于%s的短文。", "介绍一下%s。"] if zh else WRITE) % body, text, "write")
        elif kind == "p":
            m = Q.ENTRY.match(body[0])
            if m and doc.pkg.startswith("dict"):
                head, text = m.group(1), " ".join(body)[m.end(1) + 2:][:400]
                text = text[:1].upper() + text[1:]
                return ask(g.choice(DEFINE) % head, text if text.endswith(".") else text.rstrip(" ;,") + ".", "define")
            if not zh and len(body) >= 3 and doc.pkg in ("r-cran-janeaustenr", "fortunes", "endless-sky-data", "crawl-common", "jargon-text"):
                return ask("Continue this text: " + body[0], " ".join(paragraph(doc, k, 500)[1:]), "write")
    return ask("Hello", GREETINGS[0][1], "greet")


def chat(world, g):
    segs = [(K.BOS + (g.choice(SYSTEMS) if g.random() < .2 else "") + (P.tools_block([P.SEARCH, P.OPEN]) if g.random() < .1 else ""), 0.0, "doc")]
    for _ in range(g.choice([1, 1, 2, 3])):
        segs += chat_turn(world, g)
    return segs


def plain_text(world, g, budget, zh=False):
    """Documents as running text, for language modelling."""
    lib, segs, left = world.library(zh), [], budget
    at = lib.pick(g)
    while left > 0:
        doc = lib.docs[at % len(lib.docs)]
        first = g.randrange(len(doc.items)) if not segs and doc.size > 6 * budget else 0
        text, size = [], 0
        for kind, body in doc.items[first:]:
            text.append("# " + body if kind == "h" else ("" if zh else " ").join(body))
            size += len(text[-1])
            if size > left * 5:
                break
        text = "\n".join(text)
        segs.append((K.BOS + text + K.EOS, 1.0, "lm"))
        left -= count_tokens(text, zh) * .9
        at = at + 1 if g.random() < .5 else lib.pick(g)
    return segs


# what each specialist of the distillation stage is trained on
DOMAINS = {"quoting": (("natural", .45), ("fact", .25), ("literal", .2), ("read", .1)), "multihop": (("hop", .7), ("fact", .2), ("natural", .1)),
           "absence": (("absent", .5), ("fact", .3), ("natural", .2)), "search": None, "writing": None}


def domain(world, g, name, budget, zh=False):
    if name == "search":
        return tool_use(world, g)
    if name == "writing":
        return chat(world, g)
    return conversation(world, g, budget, zh and name != "multihop", mix=DOMAINS[name])


# ---- segments -> arrays -----------------------------------------------------------
def encode(tok, segs):
    """ids, weights and answer spans [(kind, start, length)]."""
    ids, weights, answers = [], [], []
    for text, weight, tag in segs:
        part = tok.encode(text)
        if tag[0] == "a":
            answers.append((tag[2:], len(ids), len(part)))
            w = [W_REF if t >= tok.ref0 else weight for t in part]
            if tag == "a:absent":
                w[0] = 2.0
        else:
            w = [weight] * len(part)
            if tag == "lm":
                w[0] = 0.0
        ids += part
        weights += w
    return ids, weights, answers


def sequence(world, tok, g, kind, length):
    """Exactly length+1 tokens and weights of one training row."""
    ids, weights, n = [], [], length + 1
    parts = g.choice([1, 1, 2]) if length <= 8192 else 1
    while len(ids) < n:
        room = n - len(ids)
        zh = g.random() < .1
        if room < 350 and kind != "text":
            segs = chat(world, g) if g.random() < .6 else tool_use(world, g)
        elif kind == "text":
            segs = plain_text(world, g, room, g.random() < .06)
        elif kind == "drill":
            segs = drill(world, g, max(300, room // parts), zh)
        elif kind == "qa":
            segs = conversation(world, g, max(300, room // g.choice([1, 1, 2, 3])), zh)
        elif kind == "long":
            segs = conversation(world, g, room, zh, share=g.uniform(.7, .9), w_doc=.15)
        elif kind == "tool":
            segs = tool_use(world, g)
        elif kind in DOMAINS:
            segs = domain(world, g, kind, room, zh)
        else:
            segs = chat(world, g)
        if room >= 350 and kind in ("drill", "qa") and parts > 1:
            parts -= 1
        a, b, _ = encode(tok, segs)
        ids += a
        weights += b
    return np.array(ids[:n], np.uint16), np.array(weights[:n], np.float16)


def positions(g, length, reach):
    """0..length-1, sometimes with gaps so that positions up to `reach` are seen."""
    pos = np.arange(length, dtype=np.int32)
    if reach > length and g.random() < .6:
        extra, k = int(g.uniform(0, reach - length)), g.randint(1, 12)
        cuts = sorted(g.randrange(1, length) for _ in range(k))
        steps = sorted([0.0] + [g.random() for _ in range(k)])
        for c, a, b in zip(cuts, steps, steps[1:]):
            pos[c:] += int(extra * (b - a))
    return pos
