"""The hand-written questions through the runtime: a chat over each stretch, "Cite: {question}" under --constrain.

    PYTHONPATH=../../capi/bindings/python LEYDEN_LIBRARY=.../libleyden.so python handmade_chat.py held.txt MODEL_DIR

Who is right: the model alone, the words alone (BM25) and both together, as the answer's notice names
their passages; a passage of the runtime's is right when a passage of handmade.json that answers lies
in it or holds it.
"""
import re, sys

import handwritten
from library import Library

import leyden

NOTICE = re.compile(r"together put passage (\S+) first; the model alone (\S+), the words alone (none|[^\s;]+)(?:; then (.*))?")


def ask(chat, question):
    """(together, model, words, five best), as references."""
    chat.messages = []
    answer = chat.ask("Cite: " + question, constrain_references=True, max_tokens=2)
    for notice in answer.details["notices"]:
        if found := NOTICE.search(notice):
            first, model, words, rest = found.groups()
            return first, model, words, [first] + (rest.split(", ") if rest else [])
    raise SystemExit("no notice of a choice: %s" % answer.details["notices"])


def main():
    held, folder = sys.argv[1:3]
    total, hits, apart = 0, {"model": 0, "BM25": 0, "together": 0, "together, top five": 0}, {}
    model = leyden.Model(folder)
    for title, texts, asked in handwritten.cases(Library(held, "en")):
        document, before = "\n\n".join(texts), dict(hits)
        chat = leyden.Chat(model)
        chat.add_document(title, document)
        raw = document.encode()
        shown = {"\u27e6%d\u27e7" % p["reference"]: raw[p["begin"]:p["end"]].decode() for p in chat.passages}
        for question, good in asked:
            def right(reference):
                text = shown.get(reference, "")
                return any(texts[i] in text or text and text in texts[i] for i in good)
            first, alone, words, five = ask(chat, question)
            verdicts = {"model": right(alone), "BM25": right(words), "together": right(first), "together, top five": any(map(right, five))}
            for who, hit in verdicts.items():
                hits[who] += hit
            if alone != words:
                key = " and ".join(w for w in ("model", "BM25") if verdicts[w]) or "neither"
                apart.setdefault(key, [0, 0])[0] += 1
                apart[key][1] += verdicts["together"]
            print(" ".join(w if v else "-" * len(w) for w, v in verdicts.items()), question)
        total += len(asked)
        print("%s, %d passages, %d questions: %s" % (title, len(shown), len(asked), ", ".join("%s %d" % (w, hits[w] - before[w]) for w in hits)), flush=True)
    for who, n in hits.items():
        print("%s: %d of %d, %s %%" % (who, n, total, handwritten.interval(n, total)))
    for who, (n, together) in sorted(apart.items()):
        print("model and BM25 differ, right %s: %d, together right in %d" % (who, n, together))


if __name__ == "__main__":
    main()
