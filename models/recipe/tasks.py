"""Training rows: conversations of every kind, encoded.  Segments are described in asking.py."""
import numpy as np

import facts as F
import questions as Q
import tokens as K
import wording as P
from asking import SYSTEMS, W_ANSWER, World, ask, conversation, count_tokens, drill, note, refusal
from tools import some_others, tool_use

W_REF, W_REFUSAL = 4.0, 2.0       # the tokens that decide
W_START, STARTED = 2.0, 5         # and the first ones of a quote, where copies slip
W_VALUE = 3.0                     # and a value, which is one of several in its passage
W_LINE = 3.0                      # and the line feed before it: without, the answer ends behind the quote

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


def greeting(g):
    asked, answer = g.choice(GREETINGS)
    q = g.choice(asked)
    return ask(q.lower() if g.random() < .15 else q, answer, "greet")


def chat_turn(world, g):
    if g.random() < .3:
        return greeting(g)
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
    tools = g.random() < .1                                # then questions are for the search, see tools.py
    segs = [(K.BOS + (g.choice(SYSTEMS) if g.random() < .2 else "") + (P.tools_block([P.SEARCH, P.OPEN]) if tools else ""), 0.0, "doc")]
    for _ in range(g.choice([1, 1, 2, 3])):
        segs += greeting(g) if tools else chat_turn(world, g)
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


def closed(world, g):
    """Questions about documents where none is to be had: no search among the tools, or no tools at all."""
    zh = g.random() < .15
    extra = some_others(g, [0, 0, 1, 2])
    tools = g.random() < .75
    block = P.tools_block([P.OPEN] + extra if g.random() < .8 else extra, g.random() < .2) if tools else ""
    segs = [(K.BOS + (g.choice(SYSTEMS) if g.random() < .2 else "") + block, 0.02, "doc")]
    for _ in range(g.choice([1, 1, 1, 2, 3])):
        question = None
        if tools and not zh and g.random() < .5:           # without tools these may be questions about the world
            question = Q.natural_question(world.en.sentence(g), g, world.stats)
        if g.random() < .15:
            segs += greeting(g)
        else:
            segs += ask(question or F.Fact(g, zh).question(g), refusal(zh), "closed")
    return segs


COPY = (("read", .4), ("literal", .2), ("fact", .2), ("natural", .2))
FACTS = (("fact", .65), ("hop", .1), ("absent", .25))
TINY = (("natural", .45), ("fact", .3), ("literal", .1), ("absent", .15))   # what is asked of a note is mostly there
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
def answer_weights(tok, ids, text, weight=W_ANSWER):
    """The tokens that decide weigh more: references, refusals, and the first ones behind "reference >"."""
    w = [W_REF if t >= tok.ref0 else weight for t in ids]
    for k, t in enumerate(ids):
        if t >= tok.ref0:
            for j in range(k + 2, min(k + 2 + STARTED, len(ids))):
                w[j] = max(w[j], W_START)
    if text.startswith((P.REFUSAL_EN, P.REFUSAL_ZH)):
        w[0] = W_REFUSAL
    _, found, value = text.rpartition(P.VALUE)
    if found:
        for k in range(max(0, len(ids) - len(tok.encode(value))), len(ids) - 1):   # the end of the turn decides nothing
            w[k] = max(w[k], W_VALUE)
        feed = len(ids) - 1 - ids[::-1].index(tok.encode("\n")[0])
        w[feed] = max(w[feed], W_LINE)
    return w


def distilled(tok, row):
    """A specialist's answer (see distill.py) as ids and weights."""
    answer = row["answer"] + [K.EOS_ID]
    return row["prompt"] + answer, [0.0] + [.05] * (len(row["prompt"]) - 1) + answer_weights(tok, answer, tok.decode(row["answer"]) + K.EOS)


def encode(tok, segs):
    """ids, weights and answer spans [(kind, start, length)]."""
    ids, weights, answers = [], [], []
    for text, weight, tag in segs:
        part = tok.encode(text)
        if tag[0] == "a":
            answers.append((tag[2:], len(ids), len(part)))
            w = answer_weights(tok, part, text, weight)
            if tag == "a:step2":                           # few decisions a token, and the question stands in front of what is searched
                w[0] *= 2
            elif tag == "a:call":                          # whether to call at all: without a search the same questions are refused
                w[0] *= 3
        else:
            w = [weight] * len(part)
            if tag == "lm":
                w[0] = 0.0
        ids += part
        weights += w
    return ids, weights, answers


def sequence(world, tok, g, kind, length, chinese=.1):
    """Exactly length+1 tokens and weights of one training row, that share of its parts in Chinese."""
    ids, weights, n = [], [], length + 1
    parts = g.choice([1, 1, 2]) if length <= 8192 else 1
    while len(ids) < n:
        room = n - len(ids)
        zh = g.random() < chinese
        if kind == "distilled":
            a, b = distilled(tok, g.choice(world.distilled))
            ids += a
            weights += b
            continue
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
        elif kind == "copy":                               # short passages: many beginnings of quotes
            segs = conversation(world, g, min(room, 2500), zh, target=g.choice([12, 18, 25]), mix=COPY)
        elif kind == "hops":
            segs = conversation(world, g, min(room, g.choice([1500, 3000, 6000])), mix=DOMAINS["multihop"])
        elif kind == "facts":
            segs = conversation(world, g, room, zh, share=g.uniform(.6, .9), w_doc=.1, mix=FACTS)
        elif kind == "tiny" and not zh and g.random() < .65:
            segs = note(world, g, min(room, 500), g.choice([130, 200]))
        elif kind == "tiny":                               # a few sentences and what they say
            segs = conversation(world, g, min(room, g.choice([80, 120, 200, 300, 500])), zh, share=.5, least=g.choice([130, 200]), target=g.choice([12, 20, 40]), mix=TINY)
        elif kind == "closed":
            segs = closed(world, g)
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
