"""DeepSeek-V3.2 architecture at small scale, written for training on one GPU.

Forward pieces are plain functions of tensors so that each can be compiled;
`pieces` holds the versions in use.  Attention itself is passed in by the
caller (dense, warm-up or sparse, see attention.py).
"""
import json, math
from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

BF16 = torch.bfloat16
FP8_INPUTS = False                   # simulate the deployed precision of activations (train.py sets it by stage)


@dataclass
class Config:
    vocab: int = 8192
    dim: int = 384
    layers: int = 6
    heads: int = 8
    nope: int = 64
    rope: int = 64
    v: int = 64
    q_rank: int = 256
    kv_rank: int = 512
    index_heads: int = 8
    index_dim: int = 128
    topk: int = 512
    dense_layers: int = 1
    ffn: int = 768
    experts: int = 8
    groups: int = 4
    top_groups: int = 2
    active: int = 2
    expert_ffn: int = 128
    shared: int = 1                  # shared width in units of expert_ffn
    route_scale: float = 2.0
    theta: float = 10000.0
    yarn_factor: float = 32.0
    yarn_original: int = 4096
    eps: float = 1e-6

    @property
    def scale(self):
        return (self.nope + self.rope) ** -0.5 * (0.1 * math.log(self.yarn_factor) + 1) ** 2

    def save(self, path):
        json.dump(asdict(self), open(path, "w"))


def yarn_frequencies(c, device=None):
    i = torch.arange(0, c.rope, 2, dtype=torch.float32, device=device)
    plain = 1.0 / c.theta ** (i / c.rope)

    def dim_of(turns):
        return c.rope * math.log(c.yarn_original / (turns * 2 * math.pi)) / (2 * math.log(c.theta))
    low, high = max(math.floor(dim_of(32)), 0), min(math.ceil(dim_of(1)), c.rope - 1)
    ramp = ((torch.arange(c.rope // 2, dtype=torch.float32, device=device) - low) / (high - low)).clamp(0, 1)
    return plain / c.yarn_factor * ramp + plain * (1 - ramp)


def rms(x, w, eps=1e-6):
    x = x.float()
    return (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * w).to(BF16)


def linear(x, w):
    return x @ w.to(BF16).t()


def deployed(x):
    """x as FP8 linears and latent records hold it: E4M3 in groups of 128 with power-of-two scales; the gradient passes straight through."""
    if not FP8_INPUTS:
        return x
    g = x.detach().float().unflatten(-1, (-1, 128))
    scale = torch.exp2(torch.ceil(torch.log2(g.abs().amax(-1, keepdim=True).clamp(min=1e-4) / 448)))
    rounded = ((g / scale).to(torch.float8_e4m3fn).float() * scale).flatten(-2).to(x.dtype)
    return x + (rounded - x.detach())


def rotate_pairs(x, cos, sin):
    """Interleaved layout, [N, heads, rope]."""
    a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2).to(BF16)


def rotate_halves(x, cos, sin):
    """Half-split layout, [N, heads, rope]."""
    a, b = x.float().chunk(2, -1)
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(BF16)


class Layer(nn.Module):
    def __init__(self, c, i):
        super().__init__()

        def matrix(rows, cols, std=None):
            return nn.Parameter(torch.randn(rows, cols) * (std or 0.7 * cols ** -0.5))

        def ones(n):
            return nn.Parameter(torch.ones(n))
        out_std = 0.5 / math.sqrt(2 * c.layers)
        self.norm1, self.norm2 = ones(c.dim), ones(c.dim)
        self.q_a, self.q_norm = matrix(c.q_rank, c.dim), ones(c.q_rank)
        self.q_b = matrix(c.heads * (c.nope + c.rope), c.q_rank)
        self.kv_a, self.kv_norm = matrix(c.kv_rank + c.rope, c.dim), ones(c.kv_rank)
        self.kv_b = matrix(c.heads * (c.nope + c.v), c.kv_rank)
        self.o = matrix(c.dim, c.heads * c.v, out_std * (c.heads * c.v) ** -0.5)
        self.moe = i >= c.dense_layers
        width = (c.experts + c.shared) * c.expert_ffn if self.moe else c.ffn
        self.gate, self.up = matrix(width, c.dim), matrix(width, c.dim)
        self.down = matrix(c.dim, width, out_std * 512 ** -0.5)
        if self.moe:
            self.router = matrix(c.experts, c.dim, 0.02)
            self.register_buffer("bias", torch.zeros(c.experts))
            self.register_buffer("load", torch.zeros(c.experts), persistent=False)
        self.i_q, self.i_k = matrix(c.index_heads * c.index_dim, c.q_rank), matrix(c.index_dim, c.dim)
        self.i_norm, self.i_bias = ones(c.index_dim), nn.Parameter(torch.zeros(c.index_dim))
        self.i_w = matrix(c.index_heads, c.dim, c.dim ** -0.5)

    def indexer(self):
        return [self.i_q, self.i_k, self.i_norm, self.i_bias, self.i_w]


class Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed = nn.Parameter(torch.randn(c.vocab, c.dim) * 0.02)
        self.layers = nn.ModuleList([Layer(c, i) for i in range(c.layers)])
        self.norm = nn.Parameter(torch.ones(c.dim))
        self.register_buffer("freq", yarn_frequencies(c), persistent=False)
        self.pieces = {k: make(c) for k, make in PIECES.items()}

    def compile(self):
        self.pieces = {k: torch.compile(make(self.c), dynamic=False) for k, make in PIECES.items()}

    def plain(self):
        return {k: make(self.c) for k, make in PIECES.items()}

    def indexer_parameters(self):
        return [p for l in self.layers for p in l.indexer()]

    def main_parameters(self):
        skip = {id(p) for p in self.indexer_parameters()}
        return [p for p in self.parameters() if id(p) not in skip]

    def body(self, tokens, positions, attend, pieces=None, count=False):
        """Hidden states before the final norm, [N, dim]; attend(layer number, layer, q, k, v, h, qr, cos, sin)."""
        f = pieces or self.pieces
        x = F.embedding(tokens.reshape(-1), self.embed).to(BF16)
        angle = positions.reshape(-1, 1).float() * self.freq
        cos, sin = angle.cos(), angle.sin()
        for i, l in enumerate(self.layers):
            q, k, v, h, qr = f["project"](x, cos, sin, l.norm1, l.q_a, l.q_norm, l.q_b, l.kv_a, l.kv_norm, l.kv_b)
            o = attend(i, l, q, k, v, h, qr, cos, sin)
            if l.moe:
                x, load = f["experts"](x, o, l.o, l.norm2, l.router, l.bias, l.gate, l.up, l.down)
                if count:
                    l.load += load.detach()
            else:
                x = f["ffn"](x, o, l.o, l.norm2, l.gate, l.up, l.down)
        return x

    def logits(self, x):
        return linear(rms(x, self.norm), self.embed).float()


def make_project(c):
    def project(x, cos, sin, norm, q_a, q_norm, q_b, kv_a, kv_norm, kv_b):
        h = rms(x, norm)
        h8 = deployed(h)
        qr = deployed(rms(linear(h8, q_a), q_norm))
        q = linear(qr, q_b).view(-1, c.heads, c.nope + c.rope)
        kv = linear(h8, kv_a)
        up = linear(deployed(rms(kv[:, :c.kv_rank], kv_norm)), kv_b).view(-1, c.heads, c.nope + c.v)
        k_pe = rotate_pairs(kv[:, c.kv_rank:].unsqueeze(1), cos, sin)
        q = torch.cat((q[..., :c.nope], rotate_pairs(q[..., c.nope:], cos, sin)), -1)
        k = torch.cat((up[..., :c.nope], k_pe.expand(-1, c.heads, -1)), -1)
        return q, k, up[..., c.nope:].contiguous(), h, qr
    return project


def make_index(c):
    def index(h, qr, cos, sin, i_q, i_k, gamma, beta, i_w):
        q = linear(qr, i_q).view(-1, c.index_heads, c.index_dim)
        k = F.layer_norm(linear(deployed(h), i_k).float(), (c.index_dim,), gamma, beta, c.eps).to(BF16).unsqueeze(1)
        q = torch.cat((rotate_halves(q[..., :c.rope], cos, sin), q[..., c.rope:]), -1)
        k = torch.cat((rotate_halves(k[..., :c.rope], cos, sin), k[..., c.rope:]), -1).squeeze(1)
        w = (h.float() @ i_w.t()) * (c.index_heads ** -0.5 * c.index_dim ** -0.5)
        return q, k, w
    return index


def make_ffn(c):
    def ffn(x, o, w_o, norm, gate, up, down):
        x = x + linear(deployed(o), w_o)
        h = deployed(rms(x, norm))
        return x + linear(deployed(F.silu(linear(h, gate)) * linear(h, up)), down)
    return ffn


def make_experts(c):
    per = c.experts // c.groups

    def experts(x, o, w_o, norm, router, bias, gate, up, down):
        """All experts are computed and the unused columns multiplied by zero: cheaper than routing at this width."""
        x = x + linear(deployed(o), w_o)
        h = rms(x, norm)
        s = torch.sigmoid(h.float() @ router.t())
        h = deployed(h)
        b = s.detach() + bias
        group = b.view(-1, c.groups, per).topk(min(2, per), -1)[0].sum(-1)
        kept = torch.zeros_like(group).scatter(1, group.topk(c.top_groups, -1)[1], 1.0)
        b = b.masked_fill(kept.repeat_interleave(per, 1) == 0, -1e9)
        mask = torch.zeros_like(b).scatter(1, b.topk(c.active, -1)[1], 1.0)
        g = s * mask
        g = g / (g.sum(-1, keepdim=True) + 1e-20) * c.route_scale
        g = torch.cat((g, torch.ones_like(g[:, :c.shared])), -1).to(BF16)
        a = deployed(F.silu(linear(h, gate)) * linear(h, up)).view(-1, c.experts + c.shared, c.expert_ffn) * g.unsqueeze(-1)
        return x + linear(a.flatten(1), down), mask.sum(0)
    return experts


def make_loss(c):
    def loss(x, norm, embed, target, weight):
        logits = linear(rms(x, norm), embed).float()
        ce = torch.logsumexp(logits, -1) - logits.gather(1, target.unsqueeze(1)).squeeze(1)
        return (ce * weight).sum()
    return loss


PIECES = {"project": make_project, "index": make_index, "ffn": make_ffn, "experts": make_experts, "loss": make_loss}
