"""The two-step search through the runtime: `leyden chat --tools` over a store, one process a question.

    python twostep.py held.txt path/to/leyden MODEL_DIR COUNT [--documents 200] [--without-search]
                      [--constrain --exact-quotes ...]

Held-out documents with planted facts are the library, COUNT questions in all.  Right: the library
holds no answer and the model says so, or the search found the passage, the answer quotes it word for
word, and the value behind "Answer:" is the planted one.  Without search, right is only that it says
it does not know.  Other flags go to `leyden chat`.
"""
import argparse, collections, json, os, random, subprocess, tempfile

import asking, feed, make_suite
from documents import Prompt

KINDS = ("fact", "natural", "fact", "natural", "absent")
TOKENS_A_DOCUMENT, FACTS_A_DOCUMENT = 2500, 2


def library(world, g, folder, documents, add):
    """The asker of a fresh library, whose files `add` takes."""
    prompt = Prompt(world.en, g, TOKENS_A_DOCUMENT * documents, count=documents, max_passages=10 ** 6)
    prompt.plant(FACTS_A_DOCUMENT * documents)
    docs = prompt.docs
    for i, d in enumerate(docs):
        name = os.path.join(folder, "%s-%d.txt" % ("".join(c if c.isalnum() else "-" for c in d[0].lower())[:30], i + 1))
        prompt.docs = [d]
        with open(name, "w") as f:
            f.write(make_suite.write_out(prompt)[0])
        add(name)
    prompt.docs = docs
    return asking.Asker(world, prompt, g, noise=0)


def judge(answer, gold, value, searched):
    """(the search found it, the first quote is of the right passage, all right)"""
    text, run = answer["text"], answer["run"]
    if not gold or not searched:
        right = not run["quotes"] and make_suite.P.REFUSAL_EN in text
        return True, right, right
    shown = " ".join(c["result"] for s in run["steps"] for c in s["calls"])
    first = text.split("\n")[0]
    passage = any(s in first for s in gold)
    exact = passage and all(q["verified"] for q in run["quotes"]) and (value is None or text.endswith(make_suite.P.value_line(value)))
    return any(s in shown for s in gold), passage, exact


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("held", "leyden", "model"):
        a.add_argument(name)
    a.add_argument("count", type=int)
    a.add_argument("--documents", type=int, default=2)
    a.add_argument("--without-search", action="store_true")
    a, flags = a.parse_known_args()
    if a.without_search:
        flags += ["--without", "search"]
    world, g, score, done = feed.load_world(a.held, samples=20000), random.Random(5), collections.defaultdict(lambda: [0, 0, 0, 0]), 0

    def leyden(*words):
        return subprocess.run((a.leyden,) + words, capture_output=True, text=True, check=True).stdout

    while done < a.count:
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, "store")
            asker = library(world, g, folder, a.documents, lambda name: leyden("doc", "add", name, "--store", store))
            for kind in KINDS * (a.documents // 2):
                got = asker.draw(kind)
                if not got or done == a.count:
                    continue
                _, question, passages, value = got
                gold = [s for p in passages for s in p.sents if value is None or value in s]
                answer = json.loads(leyden("chat", "--model", a.model, "--tools", "--store", store, "--ask", question,
                                           "--max-tokens", "400", "--json", *flags))
                marks = judge(answer, gold, value, not a.without_search)
                for j, m in enumerate((True,) + marks):
                    score[kind][j] += m
                done += 1
                print("found %d passage %d right %d  %s" % (marks + (question,)), flush=True)
    for kind, (n, found, passage, right) in sorted(score.items()):
        print("%s: n %d, search found it %d, passage %d, all right %d" % (kind, n, found, passage, right))
    print("all right: %d of %d" % (sum(v[3] for v in score.values()), done))


if __name__ == "__main__":
    main()
