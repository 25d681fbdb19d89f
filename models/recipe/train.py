"""Runs the stages of a plan, restartable, with a hard stop.

    python train.py --plan plan.json --corpus train.txt.xz --tokenizer DIR --out DIR [--resume CKPT | --weights CKPT | --model DIR [--stage N]]
                    [--distilled FILE...] [--stop-at SECONDS]

Writes log.txt, ckpt.pt and the FP8 model (export/) whenever it stops.
Stage modes: dense (language modelling with dense attention), warmup (indexer
only, everything else frozen), sparse (everything, attention over the selected
keys, indexer trained by KL on the selected set), eval.  A stage may begin from
weights that an earlier one kept ("from", "keep": names of files in --out).
"""
import argparse, json, os, random, sys, time, traceback

START = time.time()
ap = argparse.ArgumentParser()
ap.add_argument("--plan", required=True)
ap.add_argument("--corpus", required=True)
ap.add_argument("--held")
ap.add_argument("--tokenizer", required=True)
ap.add_argument("--out", required=True)
ap.add_argument("--resume", help="continue this checkpoint's run")
ap.add_argument("--weights", help="start a new plan from this checkpoint's weights")
ap.add_argument("--model", help="start from a published model; no optimizer state")
ap.add_argument("--stage", type=int, default=0, help="first stage of the plan, with --model or --weights")
ap.add_argument("--distilled", nargs="*", default=[], help="answers of specialists (distill.py), for stages whose mix names them")
ap.add_argument("--synonyms", help="words of like meaning for reworded questions (synonyms.py)")
ap.add_argument("--things", help="names of things for everyday statements (things.py)")
ap.add_argument("--stop-at", type=float, default=1e9)
ap.add_argument("--workers", type=int, default=14)
ap.add_argument("--samples", type=int, default=60000)
ap.add_argument("--cpu", action="store_true")
ap.add_argument("--no-compile", action="store_true")
ap.add_argument("--seed", type=int, default=1)
args = ap.parse_args()
os.makedirs(args.out, exist_ok=True)
LOG = open(args.out + "/log.txt", "a")


def log(*words):
    line = "[%7.1f] %s" % (time.time() - START, " ".join(map(str, words)))
    print(line, flush=True)
    LOG.write(line + "\n")
    LOG.flush()


import everyday, feed as feeding, questions

PLAN = json.load(open(args.plan))
STAGES = PLAN["stages"]
if args.synonyms:
    questions.learn(args.synonyms)
if args.things:
    everyday.learn(args.things)
world = feeding.load_world(args.corpus, samples=args.samples)
world.distilled = [json.loads(line) for name in args.distilled for line in open(name)]
if not world.distilled and any("distilled" in s.get("mix", {}) for s in STAGES):
    sys.exit("%s: a stage's mix names distilled answers; give their files with --distilled" % args.plan)
log("corpus", world.en.size, "English and", world.zh.size, "Chinese characters")
feed = feeding.Feed(world, args.tokenizer, STAGES, args.workers, PLAN.get("depth", 24), args.seed)
first = args.stage
if args.resume:                                          # let the workers start on the right stage before torch loads
    note = args.resume + ".json"
    first = json.load(open(note))["stage"] if os.path.exists(note) else 0
feed.begin(min(first, len(STAGES) - 1))

import torch

import attention, export as exporting, load, model as architecture, optim
from model import Config, Model

device = "cpu" if args.cpu else "cuda"
if args.cpu:
    architecture.BF16 = torch.float32                    # bf16 products are slow without hardware for them
torch.manual_seed(args.seed)
torch.set_float32_matmul_precision("high")
model = load.load(args.model, device) if args.model else Model(Config(**PLAN.get("shape", {}))).to(device)
c = model.c
opt = optim.Optimizer(model)
state = {"stage": args.stage, "used": 0.0, "steps": 0}


def take_weights(path):
    model.load_state_dict(torch.load(path, map_location=device, weights_only=False)["model"])


if args.weights:
    take_weights(args.weights)
if args.resume:
    saved = torch.load(args.resume, map_location=device, weights_only=False)
    model.load_state_dict(saved["model"])
    state = saved["state"]
    if "adam" in saved:
        opt.adam.load_state_dict(saved["adam"])
        opt.index.load_state_dict(saved["index"])
        opt.momentum = saved["momentum"]
if not args.no_compile and device == "cuda":
    import torch._dynamo
    torch._dynamo.config.cache_size_limit = 64
    model.compile()
log("parameters", sum(p.numel() for p in model.parameters()), "state", state)


def write(path, content):
    torch.save(content, path + ".part")
    os.replace(path + ".part", path)


def save():
    path = args.out + "/ckpt.pt"
    write(path, {"model": model.state_dict(), "state": state, "adam": opt.adam.state_dict(), "index": opt.index.state_dict(), "momentum": opt.momentum})
    json.dump(state, open(path + ".json", "w"))


def begin_from(name):
    """Weights that another stage kept, and an optimizer that knows nothing."""
    global opt
    take_weights("%s/%s.pt" % (args.out, name))
    opt = optim.Optimizer(model)


def sample_queries(weights, n):
    """Half uniform, half where the model has to answer."""
    s = weights.shape[0]
    uniform = torch.randint(0, s, (n // 2,), device=weights.device)
    hot = (weights >= 1).nonzero().squeeze(1)
    pool = hot[torch.randint(0, hot.numel(), (n - n // 2,), device=weights.device)] if 0 < hot.numel() <= .6 * s else torch.randint(0, s, (n - n // 2,), device=weights.device)
    return torch.cat([uniform, pool])


def drift(y, x, pos, keeps, rows, length, sample=8192):
    """KL from what the same weights say with exact activations over the same keys to what `y` says, at sampled positions."""
    architecture.FP8_INPUTS = False
    with torch.no_grad():
        exact = model.body(x, pos, lambda i, l, q, k, v, *_: attention.masked(q, k, v, keeps[i], rows, length, c))
    architecture.FP8_INPUTS = True
    at = torch.randint(0, y.shape[0], (min(sample, y.shape[0]),), device=device)
    p, q = model.logits(exact[at]).log_softmax(-1), model.logits(y[at]).log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1).mean()


def run_batch(stage, accumulate):
    """Forward and backward of one micro batch; returns (language loss, indexer loss, drift of FP8 activations)."""
    mode, length = stage["mode"], stage["length"]
    ids, weights, pos = [torch.from_numpy(a.astype("int64") if a.dtype == "uint16" else a).to(device, non_blocking=True) for a in feed.get(current)]
    rows = ids.shape[0]
    weights = weights.float()[:, 1:]
    x, target, flat = ids[:, :-1], ids[:, 1:].reshape(-1), weights.reshape(-1)
    divergence, keeps = [], []

    def index_loss(l, q, k, h, qr, cos, sin, keep=None):
        """Trains the indexer of one layer on detached inputs; fills keep when given."""
        with torch.enable_grad():
            iq, ik, iw = model.pieces["index"](h.detach(), qr.detach(), cos, sin, *l.indexer())
            total = 0
            for b in range(rows):
                part = slice(b * length, (b + 1) * length)
                at, level = sample_queries(weights[b], stage.get("queries", 192)), None
                if keep is not None:
                    level = attention.select(iq[part].detach(), ik[part].detach(), iw[part].detach(), c.topk, keep[b])[at]
                total = total + attention.indexer_loss(q[part].detach(), k[part].detach(), iq[part], ik[part], iw[part], at, c, level) / rows
            (total / accumulate).backward()
        divergence.append(total.detach())

    def attend(i, l, q, k, v, h, qr, cos, sin):
        if mode == "dense":
            return attention.dense(q, k, v, rows, length, c)
        if mode == "warmup":
            index_loss(l, q, k, h, qr, cos, sin)
            return attention.dense(q, k, v, rows, length, c)
        keep = torch.empty(rows, length, length, device=device, dtype=torch.uint8)
        index_loss(l, q, k, h, qr, cos, sin, keep)
        keeps.append(keep)
        return attention.masked(q, k, v, keep, rows, length, c)

    if mode == "warmup":
        with torch.no_grad():
            model.body(x, pos, attend)
        return torch.zeros(()), torch.stack(divergence).mean(), torch.zeros(())
    y = model.body(x, pos, attend, count=True)
    loss = model.pieces["loss"](y, model.norm, model.embed, target, flat) / flat.sum().clamp(min=1)
    kl = drift(y, x, pos, keeps, rows, length) if stage.get("steady") else torch.zeros((), device=device)
    ((loss + stage.get("steady", 0) * kl) / accumulate).backward()
    return loss.detach(), torch.stack(divergence).mean() if divergence else torch.zeros(()), kl.detach()


def run_stage(stage):
    """Returns False when the hard stop came first."""
    begun, used0, count, t_last, n_last = time.time(), state["used"], 0, time.time(), 0
    accumulate = stage.get("accumulate", 1)
    architecture.FP8_INPUTS = bool(stage.get("fp8_inputs"))
    log("stage", stage["name"], stage["mode"], "length", stage["length"], "from %.0f of %.0f s" % (used0, stage["seconds"]))
    frozen = [p.detach().clone() for p in model.main_parameters()] if stage["mode"] == "warmup" else None
    total = 0
    while True:
        state["used"] = used0 + time.time() - begun
        part = min(1.0, state["used"] / stage["seconds"])
        if part >= 1 or count >= stage.get("max_steps", 1 << 60):
            finished = True
            break
        if time.time() - START > args.stop_at:
            finished = False
            break
        a, b = stage.get("lr", [0, 0])
        lr = (a + (b - a) * part) * min(1.0, (count + 1) / stage.get("ramp", 1))
        rounding = exporting.round_in_place(model) if stage.get("qat") else None
        losses = [run_batch(stage, accumulate) for _ in range(accumulate)]
        if rounding:
            exporting.restore(rounding)
        if stage["mode"] != "warmup":
            opt.step_main(lr)
        if stage["mode"] != "dense":
            i0, i1 = stage["index_lr"]
            opt.step_index(i0 + (i1 - i0) * part)
        count += 1
        state["steps"] += 1
        total += stage["tokens"] * accumulate
        if count % stage.get("every", 25) == 0 or count <= 2:
            lm, kl, fp8 = (sum(x[j].item() for x in losses) / accumulate for j in (0, 1, 2))
            now = time.time()
            log("step %d loss %.4f kl %.4f%s lr %.5f tokens %.1fM %.0f tok/s queue %d" % (count, lm, kl, " drift %.4f" % fp8 if stage.get("steady") else "", lr, total / 1e6, (total - n_last) / max(1e-6, now - t_last), feed.queue.qsize()))
            t_last, n_last = now, total
    if frozen:
        log("main weights unchanged by warm-up:", all(torch.equal(a, b) for a, b in zip(frozen, model.main_parameters())))
    log("stage", stage["name"], "finished" if finished else "interrupted", "steps", count, "tokens %.1fM" % (total / 1e6),
        "peak %.1f GB" % (torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else 0))
    return finished


done = True
while state["stage"] < len(STAGES):
    current = state["stage"]
    stage = STAGES[current]
    try:
        if stage["mode"] == "eval":
            save()
            exporting.export(model, args.out + "/export")
            if current + 1 < len(STAGES) and "mix" in STAGES[current + 1]:
                feed.begin(current + 1)
            import evaluate
            evaluate.run(model, args.tokenizer, args.held or args.corpus, stage["tests"], log, args.out, stage["name"], fp8=stage.get("fp8", False), seconds=stage.get("seconds", 1e9))
        else:
            feed.begin(current)
            if "from" in stage and not state["used"]:
                begin_from(stage["from"])
            if not run_stage(stage):
                done = False
                break
            if "keep" in stage:
                write("%s/%s.pt" % (args.out, stage["keep"]), {"model": model.state_dict()})
    except Exception:
        log("stage", stage.get("name"), "failed:", traceback.format_exc()[-1800:])
        for p in model.parameters():
            p.grad = None
        if stage["mode"] != "eval":
            done = False
            break
    state["stage"], state["used"] = current + 1, 0.0
save()
log("export", exporting.export(model, args.out + "/export"), "bytes")
log("all stages done" if done else "stopped early; resume with --resume %s/ckpt.pt" % args.out)
feed.close()
LOG.close()
os._exit(0)
