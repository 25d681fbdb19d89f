"""Documents of a sentence to ten, as people write them, through the runtime with --constrain.

    PYTHONPATH=../../capi/bindings/python LEYDEN_LIBRARY=path/to/libleyden.so python notes.py CASES MODEL...

CASES, notes.json or notes_blind.json, holds sentences with a question each, others to stand beside them, and
questions that none of them answers. Says of how many the answer has the value, how many are refused, and how
many of the unanswerable are. notes_blind.json was written by somebody who knew nothing of the training rows.
"""
import json, random, sys

import leyden
import wording as P

BESIDE = (0, 2, 5, 9)                 # other sentences in the document


def answer(model, sentences, question):
    chat = model.chat()
    chat.add_document("Notes", " ".join(sentences))
    return chat.ask(question, constrain_references=True, max_tokens=160).text


def tell(what, right, refused, notes, unknown, absent):
    print("%s: right %d, refused %d of %d; unanswerable, refused %d of %d" % (what, right, refused, notes, unknown, absent), flush=True)


def main():
    cases = json.load(open(sys.argv[1]))
    for folder in sys.argv[2:]:
        model, g, rows = leyden.Model(folder), random.Random(4), []
        for n in BESIDE:
            right = refused = unknown = 0
            for note in cases["notes"]:
                text = g.sample(cases["beside"], n)
                text.insert(g.randrange(n + 1), note["sentence"])
                got = answer(model, text, note["question"])
                right += note["value"] in got
                refused += P.REFUSAL_EN in got
            for question in cases["absent"]:
                unknown += P.REFUSAL_EN in answer(model, text, question)
            rows.append((right, refused, len(cases["notes"]), unknown, len(cases["absent"])))
            tell("%s, %d beside" % (folder, n), *rows[-1])
        tell(folder, *map(sum, zip(*rows)))


if __name__ == "__main__":
    main()
