"""Mixed reinforcement learning in one stage: GRPO over all domains with rule-based rewards.

    python grpo.py --ckpt CKPT.pt | --model DIR --corpus C --tokenizer DIR --out DIR

For every prompt a group of answers is sampled; the advantage is the reward
minus the group mean over the group's standard deviation; the objective is the
clipped ratio with the k3 estimate of the KL to the frozen starting model.
curve.jsonl gets one line a step: reward by domain, answer length, KL.
"""
import argparse, copy, json, os, random, time

import torch

import distill, export, feed, load, model as architecture, optim, rewards, sampling, tasks, tokens


def advantages(values):
    """Group-relative, population standard deviation; a group without spread carries no signal."""
    t = torch.tensor(values)
    spread = t.std(unbiased=False)
    return torch.zeros_like(t) if spread < 1e-6 else (t - t.mean()) / spread


def objective(new, old, ref, advantage, eps, beta):
    """Mean over tokens of the clipped surrogate minus beta * KL, for one answer."""
    ratio = (new - old).exp()
    surrogate = torch.minimum(ratio * advantage, ratio.clamp(1 - eps, 1 + eps) * advantage)
    rho = (ref - new).exp()
    kl = rho - (ref - new) - 1
    return (surrogate - beta * kl).mean(), kl.mean().detach()


def main(args):
    device = "cpu" if args.cpu else "cuda"
    policy = load.load(args.model, device) if args.model else distill.open_checkpoint(args.ckpt, args.plan, device)
    tok = tokens.Tokenizer(args.tokenizer)
    reference = copy.deepcopy(policy).requires_grad_(False)
    export.round_in_place(reference)
    world, g, opt = feed.load_world(args.corpus, samples=args.samples), random.Random(args.seed), optim.Optimizer(policy)
    os.makedirs(args.out, exist_ok=True)
    begun, step, G = time.time(), 0, args.group
    with open(args.out + "/curve.jsonl", "w") as curve:
        while time.time() - begun < args.seconds and step < args.steps:
            rounding = export.round_in_place(policy)       # answers come from the weights as they will be stored
            batch = rewards.cases(world, tok, g, list(tasks.DOMAINS), args.prompts, args.budget)
            prompts = [c[0] for c in batch for _ in range(G)]
            answers = sampling.generate(policy, prompts, args.limit, 1.0, seed=g.randrange(1 << 30))
            value = [rewards.reward(tok.decode(a), batch[i // G][1], batch[i // G][2]) for i, a in enumerate(answers)]
            adv = torch.cat([advantages(value[i:i + G]) for i in range(0, len(value), G)])
            parts = [slice(i, i + args.chunk) for i in range(0, len(answers), args.chunk)]
            with torch.no_grad():
                old = [sampling.log_probabilities(policy, prompts[s], answers[s]) for s in parts]
                ref = [sampling.log_probabilities(reference, prompts[s], answers[s]) for s in parts]
            kls = []
            for _ in range(args.epochs):
                for s, old_part, ref_part in zip(parts, old, ref):
                    total = 0
                    for i, new in enumerate(sampling.log_probabilities(policy, prompts[s], answers[s])):
                        j, kl = objective(new, old_part[i], ref_part[i], adv[s][i].to(device), args.eps, args.beta)
                        total = total - j / len(answers)
                        kls.append(kl)
                    total.backward()
                for p in policy.parameters():
                    if p.grad is None:
                        p.grad = torch.zeros_like(p)
                export.restore(rounding)
                opt.step_main(args.lr, decay=0.0)
                rounding = export.round_in_place(policy)
            export.restore(rounding)
            by = {}
            for i, r in enumerate(value):
                by.setdefault(batch[i // G][3], []).append(r)
            line = {"step": step, "seconds": round(time.time() - begun, 1), "reward": round(sum(value) / len(value), 4), "tokens": round(sum(map(len, answers)) / len(answers), 1), "kl": round((sum(kls) / len(kls)).item(), 5),
                    "by_domain": {k: round(sum(v) / len(v), 4) for k, v in sorted(by.items())}}
            curve.write(json.dumps(line) + "\n")
            curve.flush()
            print(line, flush=True)
            step += 1
    torch.save({"model": policy.state_dict(), "state": {"stage": 0, "used": 0.0, "steps": step}}, args.out + "/ckpt.pt")
    print("export", export.export(policy, args.out + "/export"), "bytes")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    start = ap.add_mutually_exclusive_group(required=True)
    start.add_argument("--ckpt")
    start.add_argument("--model", help="start from a published model")
    ap.add_argument("--plan", help="plan whose shape the checkpoint has; default: the shipped shape")
    ap.add_argument("--corpus", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--prompts", type=int, default=32)
    ap.add_argument("--group", type=int, default=8)
    ap.add_argument("--chunk", type=int, default=64, help="answers of one backward pass")
    ap.add_argument("--limit", type=int, default=160)
    ap.add_argument("--budget", type=int, default=900)
    ap.add_argument("--steps", type=int, default=1 << 30)
    ap.add_argument("--seconds", type=float, default=500)
    ap.add_argument("--epochs", type=int, default=1)
    ap.add_argument("--lr", type=float, default=5e-5)
    ap.add_argument("--eps", type=float, default=0.2)
    ap.add_argument("--beta", type=float, default=0.02)
    ap.add_argument("--samples", type=int, default=60000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--cpu", action="store_true")
    a = ap.parse_args()
    if a.cpu:
        architecture.BF16 = torch.float32
    main(a)
