"""Conversations with tools: search or open, read the result, answer with a quote; or another announced tool."""
import facts as F
import questions as Q
import tokens as K
import wording as P
from asking import EVERYDAY, SYSTEMS, W_ANSWER, Asker, answer_of, ask, refusal, weighted
from documents import Prompt
from shelf import Shelf, number

OTHER_TOOLS = [("get_weather", "Current weather of a city.", "city", F.TOWNS, ["What is the weather in %s?", "How is the weather in %s today?", "Will it rain in %s?"]),
               ("calculate", "Evaluate an arithmetic expression.", "expression", None, ["What is %s?", "Calculate %s.", "Compute %s."]),
               ("remember", "Store a note.", "note", None, ["Remember that %s.", "Please note that %s.", "Write down that %s."]),
               ("call_person", "Call a person by name.", "name", None, ["Call %s.", "Please phone %s.", "I want to talk to %s."]),
               ("play_music", "Play a piece of music.", "title", None, ["Play %s.", "I want to hear %s."])]
KINDS = (("fact", .4), ("natural", .4), ("absent", .2))


def _schema(arg):
    return {"type": "object", "properties": {arg: {"type": "string"}}, "required": [arg]}


def some_others(g, counts):
    """Announced tools that have nothing to do with the library, as many as one of `counts` says."""
    return [(n, d, _schema(a)) for n, d, a, _, _ in g.sample(OTHER_TOOLS, g.choice(counts))]


def keywords(question):
    """The search query for a question: its content words, in order."""
    words = [w for w in Q.WORD.findall(question.replace("What's", "What is")) if w.lower() not in Q.STOP and w.lower() not in Q.FRAME_WORDS]
    return " ".join(words[:8]) or question


def result(text, answer, kind="step2"):
    """A tool's output and what is said about it."""
    return [(K.OUTPUT + text + K.OUTPUT_END, 0.05, "q"), (answer + K.EOS, W_ANSWER, "a:" + kind)]


def other_tool(world, g, system, extra):
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
            res = str(round(eval(v), 4))                   # two random integers and one operator, made above
        except ZeroDivisionError:
            res = "0"
        segs += result(res, v + " = " + res + ".", "result")
    elif name == "get_weather":
        sky = "%d degrees, %s" % (g.randint(-9, 35), g.choice(["sunny", "rain", "snow", "cloudy", "windy"]))
        segs += result(sky, "The weather in %s: %s." % (v, sky), "result")
    elif name == "remember":
        segs += result("ok", "I have noted it.", "result")
    return segs


def search_turn(shelf, asker, g, first):
    """(segments, next number): a question, the search for its words, the answer from what the search found."""
    zh = asker.zh
    got = asker.draw(weighted(g, KINDS))
    if not got:
        return [], first
    _, question, gold, value = got
    query = question if zh else keywords(question)
    hits = shelf.search(query, g.choice([5, 5, 5, 5, 3, 8]))
    following = number(hits, first)
    if following is None:
        return [], first
    found = gold and all(any(x is p for p in hits) for x in gold)
    form = g.choice(["%s", "%s", "%s", "Search: %s", "Search for it: %s", "%s Search the library."]) if not zh else "%s"
    alone = g.random() < .3                                # the decision alone
    if alone:
        form = "Cite: %s"
    answer = (refusal(zh) if not found                     # what was not found has no number
              else "".join(K.ref(p.number) for p in gold) if alone else answer_of(gold, value))
    return (ask(form % question, P.call("search", {"query": query}), "call")
            + result(shelf.hits(hits), answer), following)


def open_turn(shelf, asker, g, first):
    """A page is opened: shown by its first passage, or asked about."""
    anchor = g.choice(shelf.all)
    got = asker.draw(weighted(g, KINDS[:2])) if g.random() < .5 else None
    if got:
        anchor = got[2][0]
    passages = shelf.same_page(anchor)
    following = number(passages, first)
    if following is None:
        return [], first
    title, page = shelf.place(anchor)
    if got:
        question, answer = "Read page %d of %s and answer: %s" % (page, title, got[1]), answer_of(got[2], got[3]) if anchor in passages else refusal(asker.zh)
    else:
        question, answer = g.choice(["Open page %d of %s.", "Show page %d of %s.", "Read page %d of %s."]) % (page, title), passages[0].quote
    return (ask(question, P.call("open", {"document": title, "page": page}), "call")
            + result(P.hit(title, page, [(p.number, p.text) for p in passages]), answer), following)


def tool_use(world, g):
    extra = some_others(g, [0, 0, 0, 1, 2])
    system = g.choice(SYSTEMS) if g.random() < .25 else ""
    if g.random() < .15:
        return other_tool(world, g, system, extra)
    zh = g.random() < .06
    target = g.choice([20, 30, 40, 55, 70, 80])            # short passages: more decisions a row
    prompt = Prompt(world.library(zh), g, g.choice([300, 800, 1500, 3000]), zh, target=target, heads=g.choice(["drop", "plain"]))
    prompt.plant(6, EVERYDAY).join_short(min(40, target))
    segs = [(K.BOS + system + P.tools_block(extra + [P.SEARCH, P.OPEN] if g.random() < .4 else [P.SEARCH, P.OPEN] + extra, g.random() < .2), 0.02, "doc")]
    shelf = Shelf(prompt, g)
    asker = Asker(world, prompt, g, .3)
    at = g.choice([0, 0, 0, 0, 1, g.randrange(900)])
    for _ in range(g.choice([1, 2, 3, 4, 6]) if shelf.all else 0):
        turn, at = (open_turn if g.random() < .1 else search_turn)(shelf, asker, g, at)
        segs += turn
    return segs
