"""Continuations and token log-probabilities for short prompts (dense attention)."""
import torch

import attention, model as architecture
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


class Cache:
    """Keys and values of a batch; the slot of a key is its position, so padding behind a prompt is overwritten by what follows."""

    def __init__(self, model, batch, room):
        c, dev = model.c, model.embed.device
        self.c, self.k, self.v = c, [], []
        for _ in model.layers:
            self.k.append(torch.zeros(batch, room, c.heads, c.nope + c.rope, device=dev, dtype=architecture.BF16))
            self.v.append(torch.zeros(batch, room, c.heads, c.v, device=dev, dtype=architecture.BF16))

    def fill(self, i, l, q, k, v, *_):
        b, n = self.k[i].shape[0], q.shape[0] // self.k[i].shape[0]
        self.k[i][:, :n], self.v[i][:, :n] = k.view(b, n, *k.shape[1:]), v.view(b, n, *v.shape[1:])
        return attention.dense(q, k, v, b, n, self.c)

    def step(self, at):
        """Attention of one new token a row, at the positions `at`."""
        rows = torch.arange(at.shape[0], device=at.device)
        future = torch.arange(self.k[0].shape[1], device=at.device) > at.unsqueeze(1)

        def attend(i, l, q, k, v, *_):
            self.k[i][rows, at], self.v[i][rows, at] = k, v
            s = torch.einsum("bhd,bshd->bhs", q, self.k[i]).float() * self.c.scale
            p = s.masked_fill(future.unsqueeze(1), attention.NEG).softmax(-1).to(q.dtype)
            return torch.einsum("bhs,bshd->bhd", p, self.v[i]).flatten(1)
        return attend


@torch.no_grad()
def generate(model, prompts, limit, temperature=1.0, seed=0, pieces=None):
    """New tokens of every prompt, without the end token."""
    dev, pieces = model.embed.device, pieces or model.plain()
    g = torch.Generator(device=dev).manual_seed(seed)
    rows = torch.tensor(padded(prompts), device=dev)
    b, n = rows.shape
    cache = Cache(model, b, n + limit)
    x = model.body(rows, torch.arange(n, device=dev).expand(b, n), cache.fill, pieces=pieces).view(b, n, -1)
    at = torch.tensor([len(p) for p in prompts], device=dev)
    x, out, ended = x[torch.arange(b, device=dev), at - 1], [], torch.zeros(b, dtype=torch.bool, device=dev)
    for step in range(limit):
        lg = model.logits(x)
        pick = torch.multinomial((lg / temperature).softmax(-1), 1, generator=g)[:, 0] if temperature else lg.argmax(-1)
        out.append(pick)
        ended |= pick == EOS_ID
        if step % 8 == 7 and ended.all():
            break
        x = model.body(pick.unsqueeze(1), at.unsqueeze(1), cache.step(at), pieces=pieces)
        at = at + 1
    answers = torch.stack(out, 1).tolist()
    return [a[:a.index(EOS_ID)] if EOS_ID in a else a for a in answers]


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
