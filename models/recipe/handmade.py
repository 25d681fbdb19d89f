"""Hand-written questions on held-out documents: the model's choice of passage, BM25's, and that of both together.

    python handmade.py held.txt MODEL_DIR            every document of handmade.json, then the total
    python handmade.py held.txt MODEL_DIR --weigh    chooses WEIGHT, on rule-made questions of other documents

Questions were written from the documents before any answer was seen.  A passage
is right when it contains one of the gold strings.  The question stands as
"Cite: {question}", the model answers with a reference token.  fp32 on a CPU,
selection live.
"""
import random, sys

import torch

import asking, attention, documents, handwritten, load, model as architecture, questions, shelf, tokens
from handwritten import interval
from library import Library

# Together: log-probability of a passage's reference + WEIGHT x its BM25 score.  A BM25 score is itself a
# sum of log-odds, and a further constant (a softmax over the scores) would not change the order.
WEIGHT = 2.83      # --weigh: 150 questions on ten stretches of other held-out documents


class Case:
    """A document as numbered passages, and questions, each with the indices of the passages that answer it."""

    def __init__(self, title, texts, asked):
        self.texts, self.asked = texts, asked
        self.prompt = tokens.BOS + tokens.DOC + "# %s\n" % title + "".join(tokens.ref(i + 1) + t for i, t in enumerate(texts)) + tokens.DOC_END

    def logits(self, net, tok):
        """Of the passages' references, [questions, passages]."""
        branches = [tok.encode(tokens.USER + "Cite: " + q + tokens.ASSISTANT + tokens.NOTHINK) for q, _ in self.asked]
        return continued(net, tok.encode(self.prompt), branches)[:, tok.ref0 + 1:tok.ref0 + 1 + len(self.texts)]

    def bm25(self):
        """Scores, [questions, passages]."""
        index, out = shelf.Bm25(self.texts), torch.zeros(len(self.asked), len(self.texts))
        for row, (q, _) in zip(out, self.asked):
            for i, score in index.scores(" ".join(w for w in questions.WORD.findall(q) if w.lower() not in questions.STOP)).items():
                row[i] = score
        return out


@torch.no_grad()
def continued(net, shared, branches, chunk=256):
    """Logits behind each of `branches`, which continue `shared` without seeing each other: [branches, vocab]."""
    c, pieces, dev = net.c, net.plain(), net.embed.device
    ids, owner, place, last = list(shared), [-1] * len(shared), list(range(len(shared))), []
    for b, branch in enumerate(branches):
        ids += branch
        owner += [b] * len(branch)
        place += range(len(shared), len(shared) + len(branch))
        last.append(len(ids) - 1)
    owner, n = torch.tensor(owner, device=dev), len(ids)

    def attend(_, layer, q, k, v, h, qr, cos, sin):
        iq, ik, iw = pieces["index"](h, qr, cos, sin, *layer.indexer())
        q, k, v, out = q.transpose(0, 1), k.permute(1, 2, 0), v.transpose(0, 1), []
        for a in range(0, n, chunk):
            b = min(n, a + chunk)
            unseen = torch.arange(b, device=dev) > torch.arange(a, b, device=dev).unsqueeze(1)
            unseen |= (owner[:b] >= 0) & (owner[:b] != owner[a:b].unsqueeze(1))
            if b > c.topk:
                score = torch.zeros(b - a, b, device=dev)
                for head in range(iq.shape[1]):
                    score.addcmul_((iq[a:b, head] @ ik[:b].t()).float().relu_(), iw[a:b, head:head + 1].float())
                best = score.masked_fill_(unseen, attention.NEG).topk(c.topk, -1)[1]
                unseen |= torch.ones_like(unseen).scatter_(1, best, False)
            s = (q[:, a:b] @ k[:, :, :b]).float().mul_(c.scale).masked_fill_(unseen, attention.NEG)
            out.append((s.softmax(-1).to(v.dtype) @ v[:, :b]).transpose(0, 1).flatten(1))
        return torch.cat(out)
    x = net.body(torch.tensor(ids, device=dev), torch.tensor(place, device=dev), attend, pieces=pieces)
    return net.logits(x[torch.tensor(last, device=dev)]).cpu()


def hand_written(lib):
    return ((title, Case(title, texts, asked)) for title, texts, asked in handwritten.cases(lib))


def rule_made(lib, count=10, length=2000, each=15):
    """Cases of documents that handmade.json does not touch; the question's own sentence has often been taken out of the passage."""
    used = {spec["package"] for spec in handwritten.specs()}
    lib.keep(d for d in lib.docs if d.pkg not in used)
    world = asking.World(lib, None, questions.Stats(lib.sample_sentences(8000)))
    for seed in range(count):
        g = random.Random(seed)
        p = documents.Prompt(lib, g, length, target=60, count=1, heads="plain").number(1)
        for x in p.passages:
            if len(x.sents) > 1:
                x.hidden = x.sents.pop(g.randrange(len(x.sents)))
        asker, asked = asking.Asker(world, p, g, noise=1), {}
        for _ in range(4 * each):
            got = asker.natural()
            if got and len(asked) < each:
                asked[got[0]] = {got[1].number - 1}
        yield p.docs[0][0], Case(p.docs[0][0], [x.text for x in p.passages], list(asked.items()))


def together(logits, scores, weight):
    return logits.log_softmax(-1) + weight * scores


class Tally:
    """Right passage first and in the top five, by who ranks; and who was right where model and BM25 name different passages."""

    def __init__(self):
        self.n, self.hits, self.apart = 0, {}, {}

    def add(self, case, logits, scores):
        ranked = {"model": logits, "BM25": scores, "together": together(logits, scores, WEIGHT)}
        orders = {who: r.argsort(dim=-1, descending=True, stable=True)[:, :5].tolist() for who, r in ranked.items()}
        for j, (_, good) in enumerate(case.asked):
            self.n += 1
            first = {who: o[j][0] for who, o in orders.items()}
            for who, o in orders.items():
                hit = self.hits.setdefault(who, [0, 0])
                hit[0] += first[who] in good
                hit[1] += any(i in good for i in o[j])
            if first["model"] == first["BM25"]:
                verdict = "agree and are " + ("right" if first["model"] in good else "wrong")
            else:
                verdict = "differ, right: " + (" and ".join(w for w in ("model", "BM25") if first[w] in good) or "neither")
                if verdict[-7:] != "neither" and first["together"] in good:
                    verdict += ", and together"
            self.apart[verdict] = self.apart.get(verdict, 0) + 1
        return orders

    def __str__(self):
        return "%d questions, first / in the top five: " % self.n + "; ".join("%s %d / %d" % (who, *h) for who, h in self.hits.items())


def weigh(cases):
    """The weight under which the right passage is likeliest: the ratio of the two best factors of model and BM25."""
    def loss(a, w):
        got = [(a * lg.log_softmax(-1) + w * sc).log_softmax(-1)[j, sorted(good)].logsumexp(0)
               for case, lg, sc in cases for j, (_, good) in enumerate(case.asked)]
        return -torch.stack(got).mean().item()
    return min((loss(a / 20, w / 40), a / 20, w / 40) for a in range(2, 31, 2) for w in range(0, 41, 2))


def main():
    architecture.BF16 = torch.float32
    held, folder = sys.argv[1:3]
    lib, tok, net = Library(held, "en"), tokens.Tokenizer(folder), load.load(folder).eval()
    total, seen = Tally(), []
    for title, case in (rule_made if "--weigh" in sys.argv else hand_written)(lib):
        logits, scores, tally = case.logits(net, tok), case.bm25(), Tally()
        total.add(case, logits, scores)
        orders = tally.add(case, logits, scores)
        seen.append((case, logits, scores))
        for j, (q, good) in enumerate(case.asked):
            print(" ".join(who if o[j][0] in good else "-" * len(who) for who, o in orders.items()), q)
        print("%s, %d tokens, %d passages: %s" % (title, len(tok.encode(case.prompt)), len(case.texts), tally), flush=True)
    print("\nall:", total)
    for who, (first, top) in total.hits.items():
        print("%s: first %s %%, in the top five %s %%" % (who, interval(first, total.n), interval(top, total.n)))
    for verdict, n in sorted(total.apart.items()):
        print("model and BM25 %s: %d" % (verdict, n))
    if "--weigh" in sys.argv:
        loss, a, w = weigh(seen)
        print("likeliest (%.3f nats) with model x %.2f + BM25 x %.3f: WEIGHT %.2f" % (loss, a, w, w / a))


if __name__ == "__main__":
    main()
