"""Muon for matrices, AdamW for the rest, a separate AdamW for the indexer."""
import math

import torch

# per-step coefficients of the Newton-Schulz iteration (quintic)
STEPS = ((4.0848, -6.8946, 2.9270), (3.9505, -6.3029, 2.6377), (3.7418, -5.5913, 2.3037), (2.8769, -3.1427, 1.2046), (2.8366, -3.0525, 1.2012))


@torch.no_grad()
def orthogonalize(g):
    x = g.bfloat16()
    wide = x.size(-2) > x.size(-1)
    if wide:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for a, b, c in STEPS:
        s = x @ x.mT
        x = a * x + (b * s + c * s @ s) @ x
    return (x.mT if wide else x).float()


class Optimizer:
    MATRICES = ("q_a", "q_b", "kv_a", "kv_b", "o", "gate", "up", "down")

    def __init__(self, model):
        self.model, c = model, model.c
        self.groups, self.momentum, taken = {}, {}, set()
        for l in model.layers:
            for name in self.MATRICES:
                p = getattr(l, name)
                if l.moe and name in ("gate", "up"):
                    view = lambda t, w=c.expert_ffn, d=c.dim: t.view(-1, w, d)
                elif l.moe and name == "down":
                    view = lambda t, w=c.expert_ffn, d=c.dim: t.view(d, -1, w).permute(1, 0, 2)
                else:
                    view = lambda t: t.unsqueeze(0)
                self.groups.setdefault(tuple(view(p).shape[1:]), []).append((p, view))
                taken.add(id(p))
        indexer = model.indexer_parameters()
        taken |= {id(p) for p in indexer}
        rest = [p for p in model.parameters() if id(p) not in taken]
        fused = dict(fused=True) if model.embed.is_cuda else {}
        self.adam = torch.optim.AdamW(rest, lr=1e-3, betas=(0.9, 0.97), weight_decay=0.0, **fused)
        self.index = torch.optim.AdamW(indexer, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.0, **fused)
        self.indexer = indexer

    @torch.no_grad()
    def step_main(self, lr, decay=0.08, beta=0.95):
        self.adam.param_groups[0]["lr"] = 0.6 * lr
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        for shape, members in self.groups.items():
            g = torch.cat([view(p.grad) for p, view in members])
            m = self.momentum.setdefault(shape, torch.zeros_like(g))
            m.lerp_(g, 1 - beta)
            u = orthogonalize(g.lerp(m, beta)) * (0.2 * math.sqrt(max(shape)))
            at = 0
            for p, view in members:
                n = view(p).shape[0]
                p.mul_(1 - lr * decay)
                view(p).add_(u[at:at + n], alpha=-lr)
                p.grad = None
                at += n
        for l in self.model.layers:                       # bias-only load balancing of the router
            if l.moe:
                l.bias.add_(torch.sign(l.load.mean() - l.load), alpha=1e-3 if lr > 1e-3 else 3e-4)
                l.load.zero_()

    def step_index(self, lr):
        self.index.param_groups[0]["lr"] = lr
        torch.nn.utils.clip_grad_norm_(self.indexer, 1.0)
        self.index.step()
        self.index.zero_grad(set_to_none=True)
