"""Hand-written questions on a held-out document: the model's choice of passage against BM25.

    python handmade.py held.txt MODEL_DIR TOKENS [TOKENS ...]

The questions were written from the document before any answer was seen.  A
passage counts as right when it contains one of the gold strings.  Uses the
fp32 numpy reader of tests/goldens (selection live), "Cite: {question}".
"""
import json, math, os, random, sys

HERE = os.path.dirname(os.path.abspath(__file__))
import numpy as np

import documents, questions, tokens
from library import Library


def bm25(passages, query, k1=1.2, b=.75):
    docs = [[questions.stem[w] for w in questions.WORD.findall(p)] for p in passages]
    mean, n = sum(map(len, docs)) / len(docs), len(docs)
    score = np.zeros(n)
    for t in questions.content_stems(query):
        df = sum(t in d for d in docs)
        if df:
            idf = math.log(1 + (n - df + .5) / (df + .5))
            for i, d in enumerate(docs):
                f = d.count(t)
                score[i] += idf * f * (k1 + 1) / (f + k1 * (1 - b + b * len(d) / mean))
    return score


def document(lib, tok, size):
    """(questions, passages, prompt ids) of the hand-written questions' document at about `size` tokens."""
    spec = json.load(open(HERE + "/handmade.json"))
    first = next(i for i, d in enumerate(lib.docs) if d.pkg == spec["package"])
    title, ps = documents.cut(lib, random.Random(1), size, False, 60, "plain", 1000, at=first)
    texts = [p.text for p in ps]
    return spec["questions"], texts, tok.encode(tokens.BOS + tokens.DOC + "# %s\n" % title + "".join(tokens.ref(i + 1) + t for i, t in enumerate(texts)) + tokens.DOC_END)


def cite(tok, question):
    return tok.encode(tokens.USER + "Cite: " + question + tokens.ASSISTANT + tokens.NOTHINK)


def main():
    sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "goldens", "default_model"))
    from reference import Model
    held, folder, sizes = sys.argv[1], sys.argv[2], list(map(int, sys.argv[3:]))
    lib, tok, model = Library(held, "en"), tokens.Tokenizer(folder), Model(folder)
    for size in sizes:
        asked, texts, ids = document(lib, tok, size)
        model.forward(ids, reset=True)
        base = {k: v for k, v in model.kv.items()}
        hits, either, n = {"model": [0, 0], "BM25": [0, 0]}, 0, 0
        for item in asked:
            good = {i for i, t in enumerate(texts) if any(x in t for x in item["gold"])}
            if not good:
                continue
            n += 1
            model.kv = dict(base)
            lg = model.forward(cite(tok, item["q"]))
            mine = np.argsort(-lg[tok.ref0 + 1:tok.ref0 + 1 + len(texts)], kind="stable")[:5]
            theirs = np.argsort(-bm25(texts, item["q"]), kind="stable")[:5]
            for name, order in (("model", mine), ("BM25", theirs)):
                hits[name][0] += int(order[0]) in good
                hits[name][1] += any(int(i) in good for i in order)
            either += int(mine[0]) in good or int(theirs[0]) in good
            print("model" if int(mine[0]) in good else "-----", "bm25" if int(theirs[0]) in good else "----", item["q"], flush=True)
        print("%d tokens, %d passages, %d questions: " % (len(ids), len(texts), n) + "; ".join("%s first %d top5 %d" % (k, a, b) for k, (a, b) in hits.items()) + "; one of them first %d" % either)


if __name__ == "__main__":
    main()
