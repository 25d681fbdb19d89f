"""Rule-based rewards.  A case is (prompt ids, gold text, kind); the reward lies in [-0.2, 1]."""
import json, re

import tasks, tokens as K
import wording as P

QUOTE = re.compile(r"⟦(\d+)⟧ > ")
CJK = re.compile(r"[\u4e00-\u9fff]")


def parse_call(text):
    """(name, arguments) of a well-formed single call, else None."""
    m = re.fullmatch(re.escape(K.CALLS + K.CALL) + r"([^<]*)" + re.escape(K.SEP) + r"(.*)" + re.escape(K.CALL_END + K.CALLS_END), text, re.S)
    try:
        return (m.group(1), json.loads(m.group(2))) if m else None
    except ValueError:
        return None


def quotes(text):
    """[(number, quoted text)] and the value after "Answer:"."""
    body, _, value = text.partition(P.VALUE)
    marks = list(QUOTE.finditer(body))
    ends = [m.start() - 1 for m in marks[1:]] + [len(body)]
    return [(int(m.group(1)), body[m.end():e]) for m, e in zip(marks, ends)], value


def reward(text, gold, kind):
    r = 0.0
    if gold in (P.REFUSAL_EN, P.REFUSAL_ZH):
        r = 1.0 if text == gold else 0.0
    elif K.CALLS in gold:
        want, got = parse_call(gold), parse_call(text)
        r = 0.0 if got is None else 1.0 if got == want else .6 if got[0] == want[0] and got[1].keys() == want[1].keys() else .3
    elif QUOTE.match(gold):
        (want, value), (got, said) = quotes(gold), quotes(text)
        refs = [n for n, _ in want]
        r = .4 * ([n for n, _ in got] == refs) + (.3 if value else .6) * (got == want) + (.3 * (said == value) if value else 0)
    elif re.fullmatch(r"⟦\d+⟧", gold):
        r = 1.0 if text == gold else 0.0
    elif "<｜" in text or "</think>" in text:               # marks of turns have no place in a text
        r = 0.0
    else:                                                  # free text: not empty, not looping, not endless
        words = text.split() if not CJK.search(text) else list(text)
        grams = [tuple(words[i:i + 4]) for i in range(len(words) - 3)]
        r = (.5 if 5 <= len(words) <= 120 else 0) + (.5 * len(set(grams)) / len(grams) if grams else 0)
    if bool(CJK.search(gold)) != bool(CJK.search(text)) and text:
        r -= .1                                            # language consistency
    return r - .1 * max(0.0, min(1.0, len(text) / (1.5 * len(gold) + 40) - 1))   # length


def cases(world, tok, g, names, count, budget=900):
    """Prompts that end before one answer, drawn over the domains."""
    out = []
    while len(out) < count:
        name = g.choice(names)
        ids, _, answers = tasks.encode(tok, tasks.domain(world, g, name, budget, g.random() < .1))
        if answers:
            kind, start, n = g.choice(answers)
            if start < 2 * budget and 1 < n < 200:
                out.append((ids[:start], tok.decode(ids[start:start + n - 1]), kind, name))
    return out
