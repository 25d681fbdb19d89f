"""Dense attention, top-k selection by the indexer, masked sparse attention, and the indexer's KL loss."""
import torch
import torch.nn.functional as F

NEG = -1e30


def dense(q, k, v, batch, length, c):
    """q, k [N, H, nope+rope], v [N, H, v] -> [N, H*v].  v is padded so that the fast kernels accept it."""
    q, k, v = [t.view(batch, length, c.heads, -1).transpose(1, 2) for t in (q, k, v)]
    if q.is_cuda:
        from torch.nn.attention import SDPBackend, sdpa_kernel
        with sdpa_kernel(SDPBackend.CUDNN_ATTENTION):
            o = F.scaled_dot_product_attention(q, k, F.pad(v, (0, c.nope + c.rope - c.v)), is_causal=True, scale=c.scale)[..., :c.v]
    else:
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=c.scale)
    return o.transpose(1, 2).reshape(batch * length, -1)


try:
    import triton
    import triton.language as tl

    @triton.jit
    def score_kernel(Q, K, W, OUT, S, q0, HEADS: tl.constexpr, DIM: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr):
        """OUT[r, s] = sum_h W[r, h] relu(Q[r, h] . K[s]) for rows q0.., causal."""
        rows = q0 + tl.program_id(0) * BM + tl.arange(0, BM)
        cols = tl.program_id(1) * BN + tl.arange(0, BN)
        if tl.program_id(1) * BN <= q0 + tl.program_id(0) * BM + BM - 1:
            d = tl.arange(0, DIM)
            k = tl.load(K + cols[:, None].to(tl.int64) * DIM + d[None, :], mask=cols[:, None] < S, other=0.0)
            acc = tl.zeros((BM, BN), tl.float32)
            for h in range(HEADS):
                q = tl.load(Q + (rows[:, None].to(tl.int64) * HEADS + h) * DIM + d[None, :], mask=rows[:, None] < S, other=0.0)
                w = tl.load(W + rows * HEADS + h, mask=rows < S, other=0.0)
                acc += tl.maximum(tl.dot(q, tl.trans(k)), 0.0) * w[:, None]
            acc = tl.where(cols[None, :] <= rows[:, None], acc, -1e30)
            tl.store(OUT + (rows - q0)[:, None].to(tl.int64) * S + cols[None, :], acc, mask=(rows[:, None] < S) & (cols[None, :] < S))

    @triton.jit
    def keep_kernel(SCORES, KEEP, LEVEL, q0, S, TOPK, BLOCK: tl.constexpr, STEPS: tl.constexpr):
        """One row: bisection for the TOPK-th score, then a byte mask; ties go to the smaller position."""
        row = q0 + tl.program_id(0)
        n = row + 1
        a = tl.arange(0, BLOCK)
        valid = a < n
        out = KEEP + row.to(tl.int64) * S
        x = tl.load(SCORES + tl.program_id(0).to(tl.int64) * S + a, mask=valid, other=-1e30)
        if n > TOPK:
            lo = tl.min(tl.where(valid, x, 1e30))
            top = tl.max(x)
            hi = top + 1e-6 + tl.abs(top) * 1e-5
            for _ in range(STEPS):
                mid = 0.5 * (lo + hi)
                if tl.sum((x >= mid).to(tl.int32)) >= TOPK:
                    lo = mid
                else:
                    hi = mid
            sure = tl.sum((x >= hi).to(tl.int32))
            tie = ((x >= lo) & (x < hi)).to(tl.int32)
            kept = (x >= hi) | ((tie > 0) & (tl.cumsum(tie, 0) <= TOPK - sure))
            tl.store(out + a, kept.to(tl.uint8), mask=a < S)
            tl.store(LEVEL + row, lo)
        else:
            tl.store(out + a, valid.to(tl.uint8), mask=a < S)
            tl.store(LEVEL + row, -1e29)
except ImportError:
    triton = None


@torch.no_grad()
def select(iq, ik, iw, topk, keep, chunk=4096):
    """Fills keep [S, S] (bytes) for one sequence; returns the score of the last kept key per query."""
    s, dev = ik.shape[0], ik.device
    if dev.type == "cpu":
        sc = (torch.einsum("qhd,kd->qhk", iq.float(), ik.float()).relu() * iw.float().unsqueeze(-1)).sum(1)
        sc.masked_fill_(torch.ones(s, s, dtype=torch.bool).triu(1), NEG)
        top, where = sc.topk(min(topk, s), -1)
        keep.zero_().scatter_(1, where, 1)
        keep.mul_(torch.ones(s, s, dtype=torch.uint8).tril())
        level = top[:, -1].clone()
        level[:topk] = -1e29
        return level
    iq, ik, iw = iq.contiguous(), ik.contiguous(), iw.float().contiguous()
    level = torch.empty(s, device=dev)
    scores = torch.empty(min(chunk, s), s, device=dev)
    for q0 in range(0, s, chunk):
        n = min(chunk, s - q0)
        score_kernel[(triton.cdiv(n, 128), triton.cdiv(q0 + n, 128))](iq, ik, iw, scores, s, q0, iq.shape[1], iq.shape[2], 128, 128, num_warps=8)
        block = max(4096, triton.next_power_of_2(q0 + n))
        warps = 4 if block <= 4096 else 8 if block <= 8192 else 16 if block <= 32768 else 32
        keep_kernel[(n,)](scores, keep, level, q0, s, topk, block, 24, num_warps=warps)
    return level


_causal_blocks, _flex = {}, None


def _flex_body(q, k, v, keep, blocks, scale):
    from torch.nn.attention.flex_attention import flex_attention

    def chosen(score, b, h, i, j):
        return torch.where(keep[b, i, j] > 0, score, -float("inf"))
    return flex_attention(q, k, v, score_mod=chosen, block_mask=blocks, scale=scale)


def masked(q, k, v, keep, batch, length, c):
    """Attention over the keys marked in keep [batch, S, S]."""
    global _flex
    q, k, v = [t.view(batch, length, c.heads, -1).transpose(1, 2) for t in (q, k, v)]
    if not q.is_cuda:
        o = F.scaled_dot_product_attention(q, k, v, attn_mask=keep.bool().unsqueeze(1), scale=c.scale)
        return o.transpose(1, 2).reshape(batch * length, -1)
    from torch.nn.attention.flex_attention import BlockMask
    if length not in _causal_blocks:
        n = length // 128
        r = torch.arange(n, device=q.device, dtype=torch.int32)
        partial = torch.zeros(1, 1, n, n, device=q.device, dtype=torch.int32)
        partial[0, 0, :, 0] = r
        full = r.view(1, 1, 1, n).expand(1, 1, n, n).contiguous()
        _causal_blocks[length] = BlockMask.from_kv_blocks(torch.ones(1, 1, n, device=q.device, dtype=torch.int32), partial,
                                                          r.view(1, 1, n).contiguous(), full, BLOCK_SIZE=128, mask_mod=lambda b, h, i, j: i >= j)
    if _flex is None:
        _flex = torch.compile(_flex_body, dynamic=False)
    o = _flex(q, k, v, keep, _causal_blocks[length], c.scale)
    return o.transpose(1, 2).reshape(batch * length, -1)


def target_and_scores(q, k, iq, ik, iw, at, c):
    """For sampled queries `at` of one sequence: head-averaged attention p and index scores I (masked)."""
    with torch.no_grad():
        future = torch.arange(k.shape[0], device=q.device).unsqueeze(0) > at.unsqueeze(1)
        p = (torch.einsum("nhd,shd->hns", q[at], k).float() * c.scale).masked_fill_(future, NEG).softmax(-1).mean(0)
    i = (torch.einsum("nhd,sd->nhs", iq[at], ik).relu().float() * iw[at].unsqueeze(-1)).sum(1)
    return p, i.masked_fill(future, NEG)


def indexer_loss(q, k, iq, ik, iw, at, c, level=None):
    """KL(attention || softmax of index scores); on the selected set when its score level is given."""
    p, i = target_and_scores(q, k, iq, ik, iw, at, c)
    if level is not None:
        chosen = i.detach() >= level.unsqueeze(1) - 1e-3 * level.abs().unsqueeze(1) - 1e-6
        p = p * chosen
        p = p / (p.sum(-1, keepdim=True) + 1e-12)
        i = i.masked_fill(~chosen, NEG)
    logq = i.log_softmax(-1).clamp(min=-60)
    return (p * ((p + 1e-12).log() - logq)).sum(-1).mean()


@torch.no_grad()
def recall(q, k, iq, ik, iw, at, c):
    """Attention mass caught by the selected keys, and by the best possible set of that size."""
    p, i = target_and_scores(q, k, iq, ik, iw, at, c)
    n = min(c.topk, p.shape[1])
    return p.gather(1, i.topk(n, -1)[1]).sum(-1).mean().item(), p.topk(n, -1)[0].sum(-1).mean().item()
