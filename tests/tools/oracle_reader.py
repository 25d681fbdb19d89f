# SPDX-License-Identifier: Apache-2.0
"""An independent, minimal DeepSeek-V3.2 forward pass in plain torch, written from the equations.

It serves two ends: a second opinion on transformers' logits (run it in float64), and the margins by
which each row's discrete choices (indexer top-k, expert groups, experts) were made.
"""
import math

import torch

LATENT_EPS = 1e-6  # q_a_layernorm, kv_a_layernorm and the indexer's LayerNorm, whatever the config says


def rope_of(config):
    """(rope dict or {}, theta) from either spelling."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    theta = rope.get("rope_theta") or config.get("rope_theta") or 10000.0
    if rope.get("rope_type", rope.get("type")) != "yarn":
        rope = {}
    return rope, theta


def mscale(factor, m):
    return 1.0 if factor <= 1 else 0.1 * m * math.log(factor) + 1.0


def rope_table(config, n, dtype):
    """cos and sin, [n, dim/2]. Frequencies and angles are formed in fp32, as every engine does."""
    rope, theta = rope_of(config)
    dim = config["qk_rope_head_dim"]
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    plain = 1.0 / (theta ** (i / dim))
    factor_on_cos = 1.0
    freq = plain
    if rope:
        factor = rope["factor"]
        original = rope["original_max_position_embeddings"]

        def dim_of(rotations):
            return dim * math.log(original / (rotations * 2 * math.pi)) / (2 * math.log(theta))

        low = max(math.floor(dim_of(rope.get("beta_fast") or 32)), 0)
        high = min(math.ceil(dim_of(rope.get("beta_slow") or 1)), dim - 1)
        span = (high - low) or 0.001
        ramp = ((torch.arange(dim // 2, dtype=torch.float32) - low) / span).clamp(0, 1)
        stretched = 1.0 / (factor * theta ** (i / dim))
        freq = stretched * ramp + plain * (1 - ramp)
        if rope.get("mscale") and rope.get("mscale_all_dim"):
            factor_on_cos = mscale(factor, rope["mscale"]) / mscale(factor, rope["mscale_all_dim"])
        else:
            factor_on_cos = mscale(factor, 1)
    angle = torch.arange(n, dtype=torch.float32)[:, None] * freq[None]
    angle = angle.to(dtype)
    return angle.cos() * factor_on_cos, angle.sin() * factor_on_cos


def softmax_scale(config):
    scale = (config["qk_nope_head_dim"] + config["qk_rope_head_dim"]) ** -0.5
    rope, _ = rope_of(config)
    if rope and rope.get("mscale_all_dim"):
        scale *= mscale(rope["factor"], rope["mscale_all_dim"]) ** 2
    return scale


def rms_norm(x, w, eps):
    return w * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)


def rotate_pairs(x, cos, sin):
    """Interleaved layout: elements 2i and 2i+1 belong together (MLA)."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


def rotate_halves(x, cos, sin):
    """Half-split layout: elements i and i + dim/2 belong together (indexer)."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def stable_topk(x, k):
    """Largest first; of equals the one with the smaller index. The house's tie rule."""
    values, order = torch.sort(x, dim=-1, descending=True, stable=True)
    return values[..., :k], order[..., :k]


def relative_gap(kept, dropped, scale):
    return float((kept - dropped) / scale) if scale > 0 else math.inf


class Reader:
    def __init__(self, config, weights, dtype=torch.float64):
        self.c = config
        self.w = {k: v.to(dtype) for k, v in weights.items()}
        self.dtype = dtype

    def layer_is_moe(self, i):
        types = self.c.get("mlp_layer_types")
        if types:
            return types[i] == "sparse"
        return bool(self.c.get("n_routed_experts")) and i >= self.c["first_k_dense_replace"]

    def forward(self, ids):
        """logits [n, vocab], margins [n]: the smallest margin each row depends on."""
        c, w, n = self.c, self.w, len(ids)
        cos, sin = rope_table(c, n, self.dtype)
        h = w["model.embed_tokens.weight"][ids]
        margin = torch.full((n,), math.inf, dtype=torch.float64)
        eps = c["rms_norm_eps"]
        for i in range(c["num_hidden_layers"]):
            p = f"model.layers.{i}."
            x = rms_norm(h, w[p + "input_layernorm.weight"], eps)
            out, margin = self.attention(p + "self_attn.", x, cos, sin, margin)
            h = h + out
            x = rms_norm(h, w[p + "post_attention_layernorm.weight"], eps)
            if self.layer_is_moe(i):
                out, margin = self.experts(p + "mlp.", x, margin)
            else:
                out = self.mlp(p + "mlp.", x)
            h = h + out
        h = rms_norm(h, w["model.norm.weight"], eps)
        head = w["model.embed_tokens.weight" if c["tie_word_embeddings"] else "lm_head.weight"]
        return h @ head.T, margin

    def select(self, p, x, q_latent, cos, sin, margin):
        """mask [n, n] of selected keys, and margins extended by what this layer's choice depends on."""
        c, w, n = self.c, self.w, x.shape[0]
        heads, dim, rope = c["index_n_heads"], c["index_head_dim"], c["qk_rope_head_dim"]
        q = (q_latent @ w[p + "wq_b.weight"].T).view(n, heads, dim)
        q = torch.cat([rotate_halves(q[..., :rope], cos[:, None], sin[:, None]), q[..., rope:]], -1)
        k = x @ w[p + "wk.weight"].T
        k = torch.nn.functional.layer_norm(k, (dim,), w[p + "k_norm.weight"], w[p + "k_norm.bias"],
                                           LATENT_EPS)
        k = torch.cat([rotate_halves(k[:, :rope], cos, sin), k[:, rope:]], -1)
        head_weights = x @ w[p + "weights_proj.weight"].T * heads**-0.5
        dots = torch.einsum("thd,sd->ths", q, k) * dim**-0.5
        scores = torch.einsum("th,ths->ts", head_weights, dots.clamp_min(0)) + 0.0
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        top = c["index_topk"]
        own = torch.full((n,), math.inf, dtype=torch.float64)
        for t in range(top, n):
            row = scores[t, : t + 1]
            values, order = stable_topk(row, top + 1)
            mask[t] = False
            mask[t, order[:top]] = True
            if values[top] == 0 and values[top - 1] == 0:
                # Equal because no head fires: as safe as the dot product nearest to firing.
                idle = dots[t][:, : t + 1][:, row == 0]
                own[t] = float(idle.abs().min() / dots[t][:, : t + 1].abs().max())
            else:
                own[t] = relative_gap(values[top - 1], values[top], float(row.abs().max()))
        inherited = torch.where(mask, margin[None, :], math.inf).min(-1).values
        return mask, torch.minimum(torch.minimum(margin, own), inherited)

    def attention(self, p, x, cos, sin, margin):
        c, w, n = self.c, self.w, x.shape[0]
        heads, nope, rope = c["num_attention_heads"], c["qk_nope_head_dim"], c["qk_rope_head_dim"]
        rank, v_dim = c["kv_lora_rank"], c["v_head_dim"]
        q_latent = rms_norm(x @ w[p + "q_a_proj.weight"].T, w[p + "q_a_layernorm.weight"], LATENT_EPS)
        q = (q_latent @ w[p + "q_b_proj.weight"].T).view(n, heads, nope + rope)
        q_pe = rotate_pairs(q[..., nope:], cos[:, None], sin[:, None])
        kv = x @ w[p + "kv_a_proj_with_mqa.weight"].T
        latent = rms_norm(kv[:, :rank], w[p + "kv_a_layernorm.weight"], LATENT_EPS)
        k_pe = rotate_pairs(kv[:, rank:], cos, sin)
        mask, margin = self.select(p + "indexer.", x, q_latent, cos, sin, margin)
        # The absorbed form, so that this is no copy of transformers' explicit one.
        up = w[p + "kv_b_proj.weight"].view(heads, nope + v_dim, rank)
        q_absorbed = torch.einsum("thd,hdr->thr", q[..., :nope], up[:, :nope])
        scores = torch.einsum("thr,sr->hts", q_absorbed, latent)
        scores = (scores + torch.einsum("thd,sd->hts", q_pe, k_pe)) * softmax_scale(c)
        scores = scores.masked_fill(~mask[None], -math.inf)
        mixed = torch.einsum("hts,sr->thr", scores.softmax(-1), latent)
        out = torch.einsum("thr,hvr->thv", mixed, up[:, nope:]).reshape(n, heads * v_dim)
        return out @ w[p + "o_proj.weight"].T, margin

    def mlp(self, p, x):
        w = self.w
        gate = x @ w[p + "gate_proj.weight"].T
        return (gate / (1 + torch.exp(-gate)) * (x @ w[p + "up_proj.weight"].T)) @ \
            w[p + "down_proj.weight"].T

    def experts(self, p, x, margin):
        c, n = self.c, x.shape[0]
        groups, keep, top = c["n_group"], c["topk_group"], c["num_experts_per_tok"]
        s = torch.sigmoid(x @ self.w[p + "gate.weight"].T)
        b = s + self.w[p + "gate.e_score_correction_bias"]
        grouped = b.view(n, groups, -1)
        out = torch.zeros_like(x)
        margin = margin.clone()
        for t in range(n):
            choice = b[t].clone()
            if keep < groups:
                best_two, _ = stable_topk(grouped[t], 2)
                values, order = stable_topk(best_two.sum(-1), keep + 1)
                margin[t] = min(margin[t], relative_gap(values[keep - 1], values[keep],
                                                        float(values.abs().max())))
                kept = torch.zeros(groups, dtype=torch.bool)
                kept[order[:keep]] = True
                choice.view(groups, -1)[~kept] = -math.inf
            values, order = stable_topk(choice, top + 1)
            if len(values) > top and values[top] > -math.inf:
                margin[t] = min(margin[t], relative_gap(values[top - 1], values[top],
                                                        float(values[: top + 1].abs().max())))
            chosen = order[:top]
            weights = s[t, chosen]
            if c["norm_topk_prob"]:
                weights = weights / weights.sum()
            weights = weights * c["routed_scaling_factor"]
            for e, weight in zip(chosen.tolist(), weights):
                out[t] += weight * self.mlp(f"{p}experts.{e}.", x[t])
        if c.get("n_shared_experts"):
            out = out + self.mlp(p + "shared_experts.", x)
        return out, margin
