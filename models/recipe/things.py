"""Names of things from WordNet (Debian package wordnet-base), for everyday statements.

    python things.py WORDNET_DIR CORPUS OUT

A line of OUT is a slot of everyday.py and what may fill it: words of one or two whose commonest sense is a thing
made, an animal or food, and that the corpus knows; in the plural only where the corpus has that too.
"""
import collections, re, sys

import questions as Q
from synonyms import PLAIN, commonest, occurrences

KINDS = {"05": "animal", "06": "made", "13": "food"}            # WordNet's lexicographer files of nouns
SEEN = 40                             # times in the corpus, at least, for every word


def kinds(folder):
    """{offset: kind of thing}."""
    with open(folder + "/data.noun") as f:
        return {part[0]: KINDS[part[1]] for part in (line.split(" ", 2) for line in f if line[0] != " ") if part[1] in KINDS}


def names(folder, known):
    """{kind: names of such things whose first sense it is}."""
    kind_of, speech_of, out = kinds(folder), commonest(folder), collections.defaultdict(list)
    with open(folder + "/index.noun") as f:
        for line in f:
            part = line.split()
            words = part[0].split("_")
            kind = kind_of.get(part[-int(part[2])]) if line[0] != " " else None
            if kind and len(words) < 3 and all(PLAIN.fullmatch(w) and known(w) and w not in Q.STOP for w in words) and not words[-1].endswith("s"):
                if len(words) > 1 or speech_of.get(words[0]) == "noun":
                    out[kind].append(part[0])
    return out


def main():
    folder, corpus, target = sys.argv[1:]
    count = occurrences(corpus)
    found = names(folder, lambda w: count[w] >= SEEN)

    def plural(kind):
        return [w + "s" for w in found[kind] if count[w.split("_")[-1] + "s"] >= SEEN and not re.search("(sh|ch|x|z|[^aeiou]y|man)$", w)]
    table = {"object": found["made"], "animal": found["animal"], "things": plural("made"), "creatures": plural("animal"), "foods": plural("food")}
    with open(target, "w") as f:
        f.writelines("%s %s\n" % (slot, " ".join(sorted(words))) for slot, words in table.items())
    print({slot: len(words) for slot, words in table.items()})


if __name__ == "__main__":
    main()
