"""Independent fp32 reader of models/default (numpy only) that makes goldens.json.

    python reference.py [MODEL_DIR] [OUT.json]

Weights are dequantised, activations stay fp32, the indexer keeps its exact
scores (no Hadamard rotation, no FP8), ties in selection go to the smaller
position.  Needs the `tokenizers` package to build the prompts.
"""
import json, math, os, struct, sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def e4m3_table():
    t = np.zeros(256, np.float32)
    for b in range(256):
        sign, e, m = -1.0 if b >> 7 else 1.0, (b >> 3) & 15, b & 7
        t[b] = sign * (m / 8 * 2.0 ** -6 if e == 0 else (1 + m / 8) * 2.0 ** (e - 7))
        if e == 15 and m == 7:
            t[b] = np.nan
    return t


class Weights:
    def __init__(self, path):
        with open(path, "rb") as f:
            n = struct.unpack("<Q", f.read(8))[0]
            self.head = json.loads(f.read(n))
        self.data, self.base, self.table, self.cache = np.memmap(path, np.uint8, "r"), 8 + n, e4m3_table(), {}

    def raw(self, name):
        h = self.head[name]
        a, b = h["data_offsets"]
        d = np.asarray(self.data[self.base + a:self.base + b])
        if h["dtype"] == "BF16":
            d = (d.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        elif h["dtype"] == "F32":
            d = d.view(np.float32)
        else:
            d = self.table[d]
        return d.reshape(h["shape"]).copy()

    def __call__(self, name):
        if name not in self.cache:
            w = self.raw(name)
            if name + "_scale_inv" in self.head:
                s = self.raw(name + "_scale_inv")
                w *= np.repeat(np.repeat(s, 128, 0)[:w.shape[0]], 128, 1)[:, :w.shape[1]]
            self.cache[name] = w
        return self.cache[name]


def rms(x, w, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def silu(x):
    return x / (1 + np.exp(-x))


def turn_pairs(x, cos, sin):
    y = np.empty_like(x)
    y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
    y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
    return y


def turn_halves(x, cos, sin):
    a, b = np.split(x, 2, -1)
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


class Model:
    def __init__(self, folder):
        self.w, self.c = Weights(folder + "/model.safetensors"), json.load(open(folder + "/config.json"))
        c = self.c
        dim, rs = c["qk_rope_head_dim"], c["rope_scaling"]
        i = np.arange(0, dim, 2, dtype=np.float32)
        f = (1.0 / np.float32(c["rope_theta"]) ** (i / dim)).astype(np.float32)

        def dim_of(turns):
            return dim * math.log(rs["original_max_position_embeddings"] / (turns * 2 * math.pi)) / (2 * math.log(c["rope_theta"]))
        low, high = max(math.floor(dim_of(rs["beta_fast"])), 0), min(math.ceil(dim_of(rs["beta_slow"])), dim - 1)
        ramp = np.clip((np.arange(dim // 2, dtype=np.float32) - low) / (high - low), 0, 1)
        self.freq = (f / rs["factor"] * ramp + f * (1 - ramp)).astype(np.float32)
        m = 0.1 * rs["mscale_all_dim"] * math.log(rs["factor"]) + 1
        self.scale = (c["qk_nope_head_dim"] + dim) ** -0.5 * m * m
        self.kv = {}

    def mlp(self, x, name):
        return (silu(x @ self.w(name + "gate_proj.weight").T) * (x @ self.w(name + "up_proj.weight").T)) @ self.w(name + "down_proj.weight").T

    def experts(self, x, name):
        c, w = self.c, self.w
        s = 1 / (1 + np.exp(-(x @ w(name + "gate.weight").T)))
        b = s + w(name + "gate.e_score_correction_bias")
        per = c["n_routed_experts"] // c["n_group"]
        group = np.sort(b.reshape(len(x), c["n_group"], per), -1)[..., -2:].sum(-1)
        keep = np.zeros_like(group, bool)
        np.put_along_axis(keep, np.argsort(-group, -1, kind="stable")[:, :c["topk_group"]], True, 1)
        b = np.where(np.repeat(keep, per, 1), b, -np.inf)
        pick = np.argsort(-b, -1, kind="stable")[:, :c["num_experts_per_tok"]]
        g = np.take_along_axis(s, pick, 1)
        g = g / g.sum(-1, keepdims=True) * c["routed_scaling_factor"]
        y = self.mlp(x, name + "shared_experts.")
        for e in range(c["n_routed_experts"]):
            r, k = np.where(pick == e)
            if len(r):
                y[r] += self.mlp(x[r], name + "experts.%d." % e) * g[r, k][:, None]
        return y

    def forward(self, tokens, reset=False, chunk=256):
        """Logits of the last token; keeps the latent and indexer caches between calls."""
        c, w = self.c, self.w
        if reset:
            self.kv = {}
        H, N, R, V = c["num_attention_heads"], c["qk_nope_head_dim"], c["qk_rope_head_dim"], c["v_head_dim"]
        IH, ID, K, r, eps = c["index_n_heads"], c["index_head_dim"], c["index_topk"], c["kv_lora_rank"], c["rms_norm_eps"]
        n0 = len(self.kv[0][0]) if self.kv else 0
        S = len(tokens)
        angle = np.arange(n0, n0 + S, dtype=np.float32)[:, None] * self.freq
        cos, sin = np.cos(angle), np.sin(angle)
        x = w("model.embed_tokens.weight")[tokens]
        for i in range(c["num_hidden_layers"]):
            p = "model.layers.%d." % i
            a = p + "self_attn."
            h = rms(x, w(p + "input_layernorm.weight"), eps)
            cq = rms(h @ w(a + "q_a_proj.weight").T, w(a + "q_a_layernorm.weight"), eps)
            q = (cq @ w(a + "q_b_proj.weight").T).reshape(S, H, N + R)
            q = np.concatenate([q[..., :N], turn_pairs(q[..., N:], cos[:, None], sin[:, None])], -1)
            kv = h @ w(a + "kv_a_proj_with_mqa.weight").T
            lat, kpe = rms(kv[:, :r], w(a + "kv_a_layernorm.weight"), eps), turn_pairs(kv[:, r:], cos, sin)
            ik = h @ w(a + "indexer.wk.weight").T
            ik = ik - ik.mean(-1, keepdims=True)
            ik = ik / np.sqrt((ik * ik).mean(-1, keepdims=True) + 1e-6) * w(a + "indexer.k_norm.weight") + w(a + "indexer.k_norm.bias")
            ik = np.concatenate([turn_halves(ik[:, :R], cos, sin), ik[:, R:]], -1)
            iq = (cq @ w(a + "indexer.wq_b.weight").T).reshape(S, IH, ID)
            iq = np.concatenate([turn_halves(iq[..., :R], cos[:, None], sin[:, None]), iq[..., R:]], -1)
            iw = (h @ w(a + "indexer.weights_proj.weight").T) * (IH ** -0.5 * ID ** -0.5)
            if i in self.kv:
                lat, kpe, ik = [np.concatenate([old, new]) for old, new in zip(self.kv[i], (lat, kpe, ik))]
            self.kv[i] = (lat, kpe, ik)
            up = (lat @ w(a + "kv_b_proj.weight").T).reshape(len(lat), H, N + V)
            k = np.concatenate([up[..., :N], np.repeat(kpe[:, None], H, 1)], -1).transpose(1, 2, 0)
            v = up[..., N:].transpose(1, 0, 2)
            o = np.empty((S, H * V), np.float32)
            for b0 in range(0, S, chunk):
                b1 = min(S, b0 + chunk)
                e = n0 + b1
                hidden = np.arange(e)[None] > np.arange(n0 + b0, n0 + b1)[:, None]
                if e > K:
                    score = np.zeros((b1 - b0, e), np.float32)
                    for j in range(IH):
                        score += np.maximum(iq[b0:b1, j] @ ik[:e].T, 0) * iw[b0:b1, j:j + 1]
                    order = np.argsort(-np.where(hidden, -np.inf, score), -1, kind="stable")[:, :K]
                    drop = np.ones_like(hidden)
                    np.put_along_axis(drop, order, False, 1)
                    hidden |= drop
                s = (q[b0:b1].transpose(1, 0, 2) @ k[:, :, :e]) * self.scale
                o[b0:b1] = (softmax(np.where(hidden[None], -np.inf, s)) @ v[:, :e]).transpose(1, 0, 2).reshape(b1 - b0, -1)
            x = x + o @ w(a + "o_proj.weight").T
            h = rms(x, w(p + "post_attention_layernorm.weight"), eps)
            x = x + (self.mlp(h, p + "mlp.") if i < c["first_k_dense_replace"] else self.experts(h, p + "mlp."))
        return rms(x[-1], w("model.norm.weight"), eps) @ w("model.embed_tokens.weight").T

    def greedy(self, prompt, limit):
        lg = self.forward(prompt, reset=True)
        first, out = lg, []
        while len(out) < limit:
            out.append(int(lg.argmax()))
            if out[-1] == self.c["eos_token_id"]:
                break
            lg = self.forward(out[-1:])
        return first, out


ARTICLE = """The harbor museum opened in 1921 in a former rope factory. Its first director, Elsa Brandt, collected ship models from closed yards along the coast.
The collection grew quickly, because many families gave away the tools of their trade. Today the museum owns more than nine thousand objects, of which about a tenth is on display.
Visitors enter through the old spinning hall. The hall is ninety meters long and was built without a single pillar, so that the rope walk could run its full length.
The access code for the old lighthouse is 4471903.
In winter the museum closes at four in the afternoon. School classes may book guided tours free of charge, but they have to register two weeks ahead.
The restoration workshop is the oldest part of the building. Wood that has been under water for a long time must be dried slowly, otherwise it splits and loses its shape.
The library keeps log books, letters and maps. Readers have to leave bags and coats at the entrance and may only use pencils in the reading room.
A storm damaged the roof in 1976. The repair took three years and was paid for by donations from forty towns.
The boat hall shows small fishing boats from five centuries. The largest of them can still sail and takes part in the summer regatta every July.
Volunteers run the shop and the cafe. The income pays for new glass cases, which protect the models from dust and light."""


def prompts(encode):
    """(name, prompt text, tokens to generate)"""
    bos, user, go = "<｜begin▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜></think>"
    leyden = json.load(open(os.path.join(HERE, "../../../models/default/leyden.json")))
    lines = ARTICLE.split("\n")

    def document(first, passages, title="Harbor museum"):
        return "<｜document▁begin｜># %s\n" % title + "".join("⟦%d⟧%s" % (first + i, t) for i, t in enumerate(passages)) + "<｜document▁end｜>"
    t, task = leyden["tools"], leyden["tasks"]
    tools = t["preamble"] + "".join(t["tool"].replace("{name}", x["name"]).replace("{description}", x["description"]).replace("{parameters}", json.dumps(x["parameters"]))
                                    for x in (task["search_tool"], task["open_tool"])) + t["postamble"]
    yield "hello", bos + user + "Hello" + go, 40
    yield "chinese", bos + user + "你好" + go, 40
    yield "define", bos + user + "What is a compiler?" + go, 40
    doc = document(1, lines)
    yield "fact", bos + doc + user + "What is the access code for the old lighthouse?" + go, 60
    yield "quote", bos + doc + user + "How must wood that has been under water be dried?" + go, 80
    yield "absent", bos + doc + user + "What is the favorite color of Hugo Tanaka?" + go, 30
    yield "cite", bos + doc + user + "Cite: who runs the shop?" + go, 4
    yield "search_call", bos + tools + user + "What is the access code for the old lighthouse?" + go, 40
    long, n = [], 0
    while n < 1400:                                        # past index_topk, so that selection is live
        s = "Entry %d. " % (len(long) + 1) + lines[(len(long) * 7) % len(lines) if len(long) % 10 != 3 else 8]
        if "4471903" in s:
            s = s.replace("old lighthouse is 4471903", "gate %d is %d" % (len(long), 31 * len(long) + 1000))
        long.append(s)
        n += len(encode(s)) + 1
    long.insert(9, lines[3])
    yield "fact_long", bos + document(200, long, "Log") + user + "What is the access code for the old lighthouse?" + go, 60


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../../models/default")
    target = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "goldens.json")
    import tokenizers
    tok = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
    encode = lambda s: tok.encode(s, add_special_tokens=False).ids
    model, cases = Model(folder), []
    for name, text, limit in prompts(encode):
        ids = encode(text)
        lg, out = model.greedy(ids, limit)
        top = np.argsort(-lg, kind="stable")[:5]
        cases.append({"name": name, "prompt_ids": ids, "top5": [[int(i), round(float(lg[i]), 4)] for i in top], "greedy_ids": out,
                      "greedy_text": tok.decode(out, skip_special_tokens=False)})
        print(name, len(ids), repr(cases[-1]["greedy_text"]), flush=True)
    with open(target, "w") as f:
        f.write('{"note": "fp32 reader (reference.py), greedy, exact index scores; top5 = [token, logit] at the last prompt position",\n "cases": [\n')
        f.write(",\n".join("  " + json.dumps(x, ensure_ascii=False) for x in cases) + "\n ]}\n")


if __name__ == "__main__":
    main()
