"""The hand-written questions of handmade.json, on held-out documents cut to passages."""
import json, os, random

import documents, plot

HERE = os.path.dirname(os.path.abspath(__file__))


def specs():
    return json.load(open(HERE + "/handmade.json"))


def cases(lib):
    """(document's title, passages, [(question, indices of the passages that answer it)]) of each stretch, questions without an answer in it left out."""
    for spec in specs():
        at = next((i for i, d in enumerate(lib.docs) if (d.pkg, d.title) == (spec["package"], spec["title"])), None)
        if at is None:
            raise SystemExit("handmade.json: expected the document '%(title)s' of %(package)s in the corpus, found none" % spec)
        title, ps = documents.cut(lib, random.Random(1), spec["size"], False, 60, "plain", 1000, at=at)
        texts = [p.text for p in ps]
        asked = [(x["q"], {i for i, t in enumerate(texts) if any(g in t for g in x["gold"])}) for x in spec["questions"]]
        yield title, texts, [x for x in asked if x[1]]


def interval(hits, n):
    """Wilson, 95 %, in percent."""
    return "%d (%.0f-%.0f)" % ((round(100 * (hits / n)),) + plot.wilson(hits, n))
