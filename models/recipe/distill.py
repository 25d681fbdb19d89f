"""A specialist's best answers, for the one model that is trained on the union of all of them.

    python distill.py --ckpt SPECIALIST.pt --domain quoting --corpus C --tokenizer DIR --out quoting.jsonl

The specialists are stages of plan_specialists.json, each begun from the same
sparse model; the training is a stage of plan_distil.json.
"""
import argparse, json, random, time

import torch

import feed, model as architecture, rewards, sampling, tokens


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


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--ckpt", required=True)
    ap.add_argument("--plan", help="plan whose shape the checkpoint has; default: the shipped shape")
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--corpus", required=True)
    ap.add_argument("--domain", default="quoting")
    ap.add_argument("--out", required=True)
    ap.add_argument("--count", type=int, default=4000)
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--best-of", type=int, default=4)
    ap.add_argument("--least", type=float, default=0.9)
    ap.add_argument("--limit", type=int, default=160)
    ap.add_argument("--budget", type=int, default=900)
    ap.add_argument("--seconds", type=float, default=60)
    ap.add_argument("--samples", type=int, default=60000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--cpu", action="store_true")
    a = ap.parse_args()
    if a.cpu:
        architecture.BF16 = torch.float32
    generate(a, "cpu" if a.cpu else "cuda")
