"""Accuracy by task and length on held-out documents, held-out loss, indexer recall, text samples.

An answer counts as exact when every token equals the greedy choice of the
model, which is what greedy decoding would have produced.
"""
import json, random, time

import torch
import torch.nn.functional as F

import attention, export, feed, handmade, model as architecture, sampling, tasks, tokens

_worlds = {}


def world_of(path):
    if path not in _worlds:
        _worlds[path] = feed.load_world(path, samples=20000)
    return _worlds[path]


class Runner:
    """Forward passes of one sequence with eager code, any length."""

    def __init__(self, model, tok):
        self.m, self.c, self.tok, self.pieces = model, model.c, tok, model.plain()
        self.device = model.embed.device

    @torch.no_grad()
    def hidden(self, ids, sparse, batch=1, probe=None):
        m, c, dev = self.m, self.c, self.device
        n = ids.shape[1]
        pos = torch.arange(n, device=dev).expand(batch, n)
        keep = torch.empty(n, n, device=dev, dtype=torch.uint8) if sparse and n > c.topk else None

        def attend(i, l, q, k, v, h, qr, cos, sin):
            if keep is None and probe is None:
                return attention.dense(q, k, v, batch, n, c)
            iq, ik, iw = self.pieces["index"](h, qr, cos, sin, *l.indexer())
            if probe is not None:
                probe["mass"].append(attention.recall(q, k, iq, ik, iw, probe["at"], c))
            if keep is None:
                return attention.dense(q, k, v, batch, n, c)
            attention.select(iq, ik, iw, c.topk, keep)
            return self.masked(q, k, v, keep)
        return m.body(ids, pos, attend, pieces=self.pieces)

    def masked(self, q, k, v, keep, chunk=512):
        c, n = self.c, q.shape[0]
        out = torch.empty(n, c.heads * c.v, device=q.device, dtype=q.dtype)
        kt, vt = k.permute(1, 2, 0), v.transpose(0, 1)
        for a in range(0, n, chunk):
            b = min(n, a + chunk)
            s = torch.matmul(q[a:b].transpose(0, 1), kt[:, :, :b]).float() * c.scale
            s.masked_fill_((keep[a:b, :b] == 0).unsqueeze(0), attention.NEG)
            out[a:b] = torch.matmul(s.softmax(-1).to(q.dtype), vt[:, :b]).transpose(0, 1).reshape(b - a, -1)
        return out

    @torch.no_grad()
    def predictions(self, ids, sparse, probe=None):
        """Greedy choice and cross entropy at every position but the last."""
        n = len(ids)
        pad = -n % 128
        t = torch.tensor([ids + [self.tok.pad] * pad], device=self.device)
        x = self.hidden(t, sparse, probe=probe)
        target = torch.cat([t[0, 1:], t[0, :1]])
        best, ce = [], []
        for a in range(0, n + pad, 8192):
            lg = self.m.logits(x[a:a + 8192])
            best.append(lg.argmax(-1))
            ce.append(F.cross_entropy(lg, target[a:a + 8192], reduction="none"))
        return torch.cat(best)[:n - 1].tolist(), torch.cat(ce)[:n - 1]


GRID = (("natural", .3), ("fact", .3), ("absent", .15), ("literal", .1), ("read", .05), ("hop", .1))


def make_case(world, tok, length, seed, zh, kind):
    g = random.Random(seed)
    if kind == "tool":
        segs = tasks.tool_use(world, g)
    elif kind == "drill":
        segs = tasks.drill(world, g, length, zh)
    elif kind == "hops":
        segs = tasks.conversation(world, g, length, zh, mix=tasks.DOMAINS["multihop"])
    else:
        segs = tasks.conversation(world, g, length, zh, share=1 - min(.4, 4000 / length), mix=GRID)
    ids, _, answers = tasks.encode(tok, segs)
    return ids, answers


def accuracy(run, world, test, log):
    out = {}
    for sparse in test.get("modes", [True]):
        cells = {}
        for j in range(test["n"]):
            ids, answers = make_case(world, run.tok, test["length"], 9000 + 131 * j, test.get("zh", False), test.get("kind", "qa"))
            best, _ = run.predictions(ids, sparse)
            for kind, start, n in answers:
                gold, got = ids[start:start + n], best[start - 1:start - 1 + n]
                cell = cells.setdefault(kind, [0, 0, 0])
                cell[0] += 1
                cell[1] += gold[0] == got[0]
                cell[2] += gold == got
        out["dsa" if sparse else "dense"] = cells
        log("accuracy %s length %d %s%s:" % (test.get("kind", "qa"), test["length"], "dsa" if sparse else "dense", " zh" if test.get("zh") else ""),
            " ".join("%s n=%d first %.3f exact %.3f" % (k, v[0], v[1] / v[0], v[2] / v[0]) for k, v in sorted(cells.items())))
    return out


def held_out_loss(run, world, test, log):
    out = {}
    for sparse in (False, True):
        g, total = random.Random(77), []
        for _ in range(test["n"]):
            ids, _, _ = tasks.encode(run.tok, tasks.plain_text(world, g, test["length"]))
            total.append(run.predictions(ids[:test["length"]], sparse)[1].mean().item())
        out["dsa" if sparse else "dense"] = sum(total) / len(total)
    log("held-out loss length %d" % test["length"], {k: round(v, 4) for k, v in out.items()})
    return out


def hand_written(run, world, test, log):
    """The hand-written questions of handmade.json: right passage first and in the top five, beside and with BM25."""
    tally = handmade.Tally()
    for _, case in handmade.hand_written(world.en):
        tally.add(case, case.logits(run.m, run.tok), case.bm25())
    log("hand-written", tally)
    return {"n": tally.n, "first and top5": tally.hits}


def precision(run, world, test, log):
    """Mean KL and equal top choices, simulated deployed activations against plain ones, on held-out text."""
    g, total, same, n = random.Random(78), 0.0, 0, 0
    for _ in range(test["n"]):
        ids = tasks.encode(run.tok, tasks.plain_text(world, g, test["length"]))[0][:test["length"]]
        ids = torch.tensor([ids + [run.tok.pad] * (-len(ids) % 128)], device=run.device)
        both = []
        for simulated in (True, False):
            architecture.FP8_INPUTS = simulated
            both.append(run.m.logits(run.hidden(ids, True)).log_softmax(-1))
        fp8, plain = both
        total += (plain.exp() * (plain - fp8)).sum(-1).sum().item()
        same += (plain.argmax(-1) == fp8.argmax(-1)).sum().item()
        n += ids.shape[1]
    log("precision length %d: KL %.5f top-1 equal %.4f" % (test["length"], total / n, same / n))
    return {"kl": total / n, "top1_equal": same / n}


def indexer_recall(run, world, test, log):
    ids, answers = make_case(world, run.tok, test["length"], 4242, False, "qa")
    g = torch.Generator().manual_seed(1)
    out = {}
    for name, at in (("uniform", torch.randint(run.c.topk, len(ids), (192,), generator=g)), ("answers", torch.tensor([s - 1 for _, s, _ in answers] or [len(ids) - 1]))):
        probe = {"at": at.to(run.device), "mass": []}
        run.predictions(ids, False, probe)
        out[name] = [[round(a, 4), round(b, 4)] for a, b in probe["mass"]]
        log("recall length %d at %s queries, captured/best per layer:" % (test["length"], name), " ".join("%.3f/%.3f" % tuple(x) for x in out[name]))
    return out


PROMPTS = ["Hello", "Who are you?", "What can you do?", "What is a compiler?", "Define courage.", "Write a short text about the weather.", "Write a paragraph about installing packages.",
           "Write a short text about the sea.", "Tell me something about music.", "Continue this text: The old man walked slowly to the door and looked out at the sea.", "你好", "你是谁？", "写一段关于文件系统的短文。"]


def samples(run, test, log):
    """Greedy and sampled continuations of short prompts, with distinct-4."""
    tok, out = run.tok, []
    prompts = [tok.encode(tokens.BOS + tokens.USER + p + tokens.ASSISTANT + tokens.NOTHINK) for p in PROMPTS]
    for temperature in (0.0, 0.7):
        for p, new in zip(PROMPTS, sampling.generate(run.m, prompts, test.get("tokens", 200), temperature, seed=5, pieces=run.pieces)):
            grams = [tuple(new[i:i + 4]) for i in range(len(new) - 3)]
            d4 = len(set(grams)) / len(grams) if grams else 1.0
            out.append({"prompt": p, "temperature": temperature, "text": tok.decode(new), "tokens": len(new), "distinct4": round(d4, 3)})
            log("sample t=%.1f d4=%.2f %r -> %s" % (temperature, d4, p, out[-1]["text"].replace("\n", " / ")))
    return out


def run(model, tokenizer, held, tests, log, out_dir, name, fp8=False, seconds=1e9):
    """Runs the tests that begin within `seconds`; name.json gets the results."""
    begun, world, tok = time.time(), world_of(held), tokens.Tokenizer(tokenizer)
    saved = export.round_in_place(model) if fp8 else None
    architecture.FP8_INPUTS = False
    runner, results = Runner(model, tok), []
    try:
        for test in tests:
            kind = test["test"]
            if time.time() - begun > seconds:
                log("no time for", test)
                continue
            if kind == "accuracy":
                value = accuracy(runner, world, test, log)
            elif kind == "loss":
                value = held_out_loss(runner, world, test, log)
            elif kind == "recall":
                value = indexer_recall(runner, world, test, log)
            elif kind == "handmade":
                value = hand_written(runner, world, test, log)
            elif kind == "precision":
                value = precision(runner, world, test, log)
            else:
                value = samples(runner, test, log)
            results.append({"test": test, "result": value})
    finally:
        if saved:
            export.restore(saved)
        json.dump(results, open("%s/%s.json" % (out_dir, name), "w"), ensure_ascii=False, indent=1)
        if model.embed.is_cuda:
            torch.cuda.empty_cache()
    log("evaluation", name, "took %.1f s" % (time.time() - begun))
