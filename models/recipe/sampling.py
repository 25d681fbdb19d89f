"""Continuations and token log-probabilities for short prompts (dense attention, no cache)."""
import torch

import attention
from tokens import PAD_ID, EOS_ID


def hidden(model, rows, pieces=None):
    """rows: equally long right-padded token lists -> [batch, length, dim]."""
    t = torch.tensor(rows, device=model.embed.device)
    b, n = t.shape
    pos = torch.arange(n, device=t.device).expand(b, n)
    x = model.body(t, pos, lambda i, l, q, k, v, *_: attention.dense(q, k, v, b, n, model.c), pieces=pieces or model.plain())
    return x.view(b, n, -1)


def padded(rows, multiple=64):
    n = max(map(len, rows))
    n += -n % multiple
    return [list(r) + [PAD_ID] * (n - len(r)) for r in rows]


@torch.no_grad()
def generate(model, prompts, limit, temperature=1.0, seed=0, pieces=None):
    """New tokens of every prompt, without the end token."""
    g = torch.Generator(device=model.embed.device).manual_seed(seed)
    rows, out, live = [list(p) for p in prompts], [[] for _ in prompts], list(range(len(prompts)))
    pieces = pieces or model.plain()
    for _ in range(limit):
        x = hidden(model, padded([rows[i] for i in live]), pieces)
        lg = model.logits(torch.stack([x[k, len(rows[i]) - 1] for k, i in enumerate(live)]))
        pick = torch.multinomial((lg / temperature).softmax(-1), 1, generator=g)[:, 0] if temperature else lg.argmax(-1)
        still = []
        for i, p in zip(live, pick.tolist()):
            if p != EOS_ID:
                rows[i].append(p)
                out[i].append(p)
                still.append(i)
        live = still
        if not live:
            break
    return out


def log_probabilities(model, prompts, answers, pieces=None):
    """Per sequence a tensor with the log-probability of every answer token (end token included)."""
    full = [list(p) + list(a) + [EOS_ID] for p, a in zip(prompts, answers)]
    x = hidden(model, padded(full), pieces)
    out = []
    for k, (p, a) in enumerate(zip(prompts, answers)):
        n = len(a) + 1
        lg = model.logits(x[k, len(p) - 1:len(p) - 1 + n])
        target = torch.tensor(full[k][len(p):len(p) + n], device=lg.device)
        out.append(lg.log_softmax(-1).gather(1, target.unsqueeze(1)).squeeze(1))
    return out
