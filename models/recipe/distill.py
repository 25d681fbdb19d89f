"""Specialist distillation: one specialist per domain, their best outputs, one model trained on the union.

    python distill.py generate --ckpt SPECIALIST.pt --domain quoting --corpus C --tokenizer DIR --out quoting.jsonl
    python distill.py train --ckpt BASE.pt --data a.jsonl b.jsonl ... --tokenizer DIR --out DIR

A specialist itself is a run of train.py with plan_specialist.json, whose mix
names one domain, resumed from the checkpoint of the sparse stage.
"""
import argparse, json, os, random, time

import torch

import export, feed, model as architecture, optim, rewards, sampling, tokens


def open_checkpoint(path, plan, device):
    shape = json.load(open(plan)).get("shape", {}) if plan else {}
    m = architecture.Model(architecture.Config(**shape)).to(device)
    m.load_state_dict(torch.load(path, map_location=device, weights_only=False)["model"])
    return m


def generate(args, device):
    """Samples `--best-of` answers a prompt and keeps the best one when its reward reaches `--least`."""
    m, tok = open_checkpoint(args.ckpt, args.plan, device), tokens.Tokenizer(args.tokenizer)
    world, g, kept, total, begun = feed.load_world(args.corpus, samples=args.samples), random.Random(args.seed), 0, 0, time.time()
    with open(args.out, "w") as f:
        while total < args.count and time.time() - begun < args.seconds:
            batch = rewards.cases(world, tok, g, [args.domain], args.batch, args.budget)
            prompts = [c[0] for c in batch for _ in range(args.best_of)]
            answers = sampling.generate(m, prompts, args.limit, 0.8, seed=g.randrange(1 << 30))
            for i, (prompt, gold, kind, _) in enumerate(batch):
                group = answers[i * args.best_of:(i + 1) * args.best_of]
                value, best = max((rewards.reward(tok.decode(a), gold, kind), -len(a), a) for a in group)[::2]
                total += 1
                if value >= args.least:
                    kept += 1
                    f.write(json.dumps({"prompt": prompt, "answer": best, "reward": round(value, 3), "domain": args.domain}) + "\n")
    print("%s: kept %d of %d prompts" % (args.domain, kept, total))


def train(args, device):
    m, tok = open_checkpoint(args.ckpt, args.plan, device), tokens.Tokenizer(args.tokenizer)
    rows = [json.loads(line) for name in args.data for line in open(name)]
    g, opt, begun, step = random.Random(args.seed), optim.Optimizer(m), time.time(), 0
    os.makedirs(args.out, exist_ok=True)
    while rows and time.time() - begun < args.seconds:
        lr = args.lr * (1 - (time.time() - begun) / args.seconds)
        part = g.sample(rows, min(args.batch, len(rows)))
        logp = sampling.log_probabilities(m, [r["prompt"] for r in part], [r["answer"] for r in part])
        loss = -torch.cat(logp).mean()
        loss.backward()
        for p in m.parameters():
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        opt.step_main(lr)
        step += 1
        if step % 10 == 1:
            print("step %d loss %.4f" % (step, loss.item()), flush=True)
    torch.save({"model": m.state_dict(), "state": {"stage": 0, "used": 0.0, "steps": step}}, args.out + "/ckpt.pt")
    print("export", export.export(m, args.out + "/export"), "bytes after", step, "steps on", len(rows), "answers")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("task", choices=("generate", "train"))
    ap.add_argument("--ckpt", required=True)
    ap.add_argument("--plan", help="plan whose shape the checkpoint has; default: the shipped shape")
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--corpus")
    ap.add_argument("--domain", default="quoting")
    ap.add_argument("--data", nargs="*", default=[])
    ap.add_argument("--out", required=True)
    ap.add_argument("--count", type=int, default=4000)
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--best-of", type=int, default=4)
    ap.add_argument("--least", type=float, default=0.9)
    ap.add_argument("--limit", type=int, default=160)
    ap.add_argument("--budget", type=int, default=900)
    ap.add_argument("--seconds", type=float, default=60)
    ap.add_argument("--samples", type=int, default=60000)
    ap.add_argument("--lr", type=float, default=3e-4)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--cpu", action="store_true")
    a = ap.parse_args()
    if a.cpu:
        architecture.BF16 = torch.float32
    globals()[a.task](a, "cpu" if a.cpu else "cuda")
