"""The two-step search through the runtime: `leyden chat --library`, one process a question.

    python twostep.py held.txt path/to/leyden MODEL_DIR COUNT [--constrain --exact-quotes]

Two held-out documents with planted facts are the library.  Right: the library
holds no answer and the model says so, or the search found the passage, the
answer quotes it word for word, and the value behind "Answer:" is the planted one.
"""
import collections, json, os, random, subprocess, sys, tempfile

import asking, feed, make_suite
from documents import Prompt

KINDS = ("fact", "natural", "fact", "natural", "absent")


def library(world, g, folder):
    """(asker, file names) of a fresh library."""
    prompt = Prompt(world.en, g, 5000, count=2)
    prompt.plant(4).number(0)
    docs, names = prompt.docs, []
    for i, d in enumerate(docs):
        names.append(os.path.join(folder, "%s-%d.txt" % ("".join(c if c.isalnum() else "-" for c in d[0].lower())[:30], i + 1)))
        prompt.docs = [d]
        with open(names[-1], "w") as f:
            f.write(make_suite.write_out(prompt)[0])
    prompt.docs = docs
    return asking.Asker(world, prompt, g, noise=0), names


def judge(answer, gold, value):
    """(the search found it, the first quote is of the right passage, all right)"""
    text, run = answer["text"], answer["run"]
    if not gold:
        right = not run["quotes"] and make_suite.P.REFUSAL_EN in text
        return True, right, right
    shown = " ".join(c["result"] for s in run["steps"] for c in s["calls"])
    first = text.split("\n")[0]
    passage = any(s in first for s in gold)
    exact = passage and all(q["verified"] for q in run["quotes"]) and (value is None or text.endswith("\nAnswer: %s." % value))
    return any(s in shown for s in gold), passage, exact


def main():
    held, binary, model, count, flags = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:]
    world, g, score, done = feed.load_world(held, samples=20000), random.Random(5), collections.defaultdict(lambda: [0, 0, 0, 0]), 0
    with tempfile.TemporaryDirectory() as folder:
        while done < count:
            asker, names = library(world, g, folder)
            for kind in KINDS:
                got = asker.draw(kind)
                if not got or done == count:
                    continue
                _, question, passages, value = got
                gold = [s for p in passages for s in p.sents if value is None or value in s]
                command = [binary, "chat", "--model", model, "--ask", question, "--max-tokens", "400", "--json"] + flags
                for name in names:
                    command += ["--library", name]
                answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                marks = judge(answer, gold, value)
                for j, m in enumerate((True,) + marks):
                    score[kind][j] += m
                done += 1
                print("found %d passage %d right %d  %s" % (marks + (question,)), flush=True)
    for kind, (n, found, passage, right) in sorted(score.items()):
        print("%s: n %d, search found it %d, passage %d, all right %d" % (kind, n, found, passage, right))
    print("all right: %d of %d" % (sum(v[3] for v in score.values()), done))


if __name__ == "__main__":
    main()
