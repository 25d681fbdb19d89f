"""Words of like meaning from WordNet (Debian package wordnet-base), for rewording questions.

    python synonyms.py WORDNET_DIR CORPUS OUT      # WORDNET_DIR holds data.noun, index.noun, cntlist.rev, ...

A line of OUT is a word and what may stand for it: the other words of its commonest sense and the words of the
next more general one.  Only words that the corpus knows are kept.
"""
import collections, re, sys

import questions as Q

SPEECH = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
PLAIN = re.compile(r"[a-z]{3,}")
SEEN = 20                             # times in the corpus, at least


def commonest(folder):
    """{word: part of speech it is tagged as most often}."""
    tagged = collections.Counter()
    with open(folder + "/cntlist.rev") as f:
        for line in f:
            key, _, count = line.split()
            word, _, rest = key.partition("%")
            tagged[word, SPEECH[rest[0]]] += int(count)
    best = {}
    for (word, speech), n in tagged.items():
        if n > best.get(word, ("", 0))[1]:
            best[word] = speech, n
    return {word: speech for word, (speech, _) in best.items()}


def synsets(folder, speech):
    """{offset: (words, offsets of more general ones)}."""
    out = {}
    with open(folder + "/data." + speech) as f:
        for line in f:
            if line[0] == " ":
                continue
            part = line.split(" | ")[0].split()
            n = int(part[3], 16)
            words = [re.sub(r"\(.*", "", w) for w in part[4:4 + 2 * n:2]]
            pointers = part[5 + 2 * n:]
            out[part[0]] = words, [pointers[i + 1] for i in range(0, 4 * int(part[4 + 2 * n]), 4) if pointers[i] == "@"]
    return out


def alternatives(folder, known):
    speech_of, out = commonest(folder), {}
    for speech in ("noun", "verb", "adj", "adv"):
        sets = synsets(folder, speech)
        with open(folder + "/index." + speech) as f:
            for line in f:
                part = line.split()
                word = part[0]
                if line[0] == " " or speech_of.get(word) != speech or not (PLAIN.fullmatch(word) and known(word)):
                    continue
                words, general = sets[part[-int(part[2])]]
                others = [w for w in words + [x for o in general for x in sets[o][0]] if w != word and PLAIN.fullmatch(w) and known(w)]
                if others:
                    out[word] = list(dict.fromkeys(others))
    return out


def occurrences(corpus):
    """How often the corpus has each plain word."""
    count = collections.Counter()
    with open(corpus) as f:
        for line in f:
            count.update(PLAIN.findall(line))
    return count


def main():
    folder, corpus, target = sys.argv[1:]
    count = occurrences(corpus)
    table = alternatives(folder, lambda w: count[w] >= SEEN and w not in Q.STOP)
    with open(target, "w") as f:
        f.writelines("%s %s\n" % (w, " ".join(table[w])) for w in sorted(table))
    print(len(table), "words")


if __name__ == "__main__":
    main()
