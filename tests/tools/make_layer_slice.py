#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint with the 671B model's exact dimensions but few layers, for measuring speed at true size.

    make_layer_slice.py OUT_DIR [--dense 3] [--moe 5] [--rank-of 8] [--seed 1] [--set FIELD=VALUE,...]

Random weights of realistic statistics: normal, FP8 E4M3 codes with power-of-two block scales near
initializer_range, norms around 1; embedding, head and router in BF16. 3 dense and 5 MoE layers are 62
GB. --rank-of N writes one rank's share of an N-way split as a model of its own: heads, experts, dense
FFN width and vocabulary over N; latents, indexer and shared expert whole. Communication is left out,
routing is over the rank's experts. --set makes it smaller, for tests (hidden_size=256,...).
"""
import argparse
import json
import math
import pathlib
import struct

import numpy as np

CONFIG = {
    "architectures": ["DeepseekV32ForCausalLM"], "model_type": "deepseek_v32", "vocab_size": 129280,
    "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_attention_heads": 128,
    "num_key_value_heads": 128, "n_shared_experts": 1, "n_routed_experts": 256, "num_experts_per_tok": 8,
    "moe_layer_freq": 1, "n_group": 8, "topk_group": 4, "topk_method": "noaux_tc", "scoring_func": "sigmoid",
    "norm_topk_prob": True, "routed_scaling_factor": 2.5, "q_lora_rank": 1536, "kv_lora_rank": 512,
    "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "index_n_heads": 64, "index_head_dim": 128,
    "index_topk": 2048, "rope_theta": 10000, "max_position_embeddings": 163840, "rms_norm_eps": 1e-6,
    "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096, "beta_fast": 32,
                     "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
    "tie_word_embeddings": False, "hidden_act": "silu", "attention_bias": False, "num_nextn_predict_layers": 0,
    "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "bfloat16",
    "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
                            "weight_block_size": [128, 128], "scale_fmt": "ue8m0"},
}
SHARD_BYTES = 4 << 30


def e4m3_codes(values):
    """Nearest E4M3 codes of values up to 448."""
    codes = np.arange(127, dtype=np.uint8)  # 0 .. 448
    table = np.where(codes >> 3 == 0, (codes & 7) / 8 * 2.0 ** -6, (1 + (codes & 7) / 8) * 2.0 ** ((codes >> 3) - 7.0))
    middle = (table[1:] + table[:-1]) / 2
    return np.searchsorted(middle, np.abs(values)).astype(np.uint8) | np.where(values < 0, 128, 0).astype(np.uint8)


class Noise:
    """Normal FP8 codes and BF16 values: stretches of one long pool, a different one for each tensor."""
    POOL = 1 << 24

    def __init__(self, seed):
        self.g = np.random.default_rng(seed)
        normal = self.g.standard_normal(self.POOL, dtype=np.float32)
        self.codes = e4m3_codes(np.clip(normal * 100, -448, 448))
        bits = (normal * 0.02).view(np.uint32)
        self.bf16 = (bits + 0x7FFF + (bits >> 16 & 1) >> 16).astype(np.uint16)

    def stretch(self, pool, n):
        begin = int(self.g.integers(self.POOL))
        return np.resize(np.roll(pool, -begin), n) if n > self.POOL - begin else pool[begin:begin + n]

    def linear(self, shape):
        scale = [math.ceil(d / 128) for d in shape]
        # codes have a deviation of 100: 2^-12 makes weights of 0.024, some blocks half of that
        return (self.stretch(self.codes, math.prod(shape)),
                np.exp2(self.g.choice([-13.0, -12.0, -12.0], scale)).astype(np.float32))


def tensors(c, dense, moe):
    """(name, kind, shape) in file order."""
    heads, nope, rope, v = (c[k] for k in ("num_attention_heads", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
    dim, q_rank, rank = c["hidden_size"], c["q_lora_rank"], c["kv_lora_rank"]
    yield "model.embed_tokens.weight", "bf16", [c["vocab_size"], dim]

    def ffn(p, width):
        for name, shape in (("gate_proj", [width, dim]), ("up_proj", [width, dim]), ("down_proj", [dim, width])):
            yield p + name + ".weight", "fp8", shape
    for i in range(dense + moe):
        p = f"model.layers.{i}."
        a = p + "self_attn."
        yield p + "input_layernorm.weight", "norm", [dim]
        yield a + "q_a_proj.weight", "fp8", [q_rank, dim]
        yield a + "q_a_layernorm.weight", "norm", [q_rank]
        yield a + "q_b_proj.weight", "fp8", [heads * (nope + rope), q_rank]
        yield a + "kv_a_proj_with_mqa.weight", "fp8", [rank + rope, dim]
        yield a + "kv_a_layernorm.weight", "norm", [rank]
        yield a + "kv_b_proj.weight", "fp8", [heads * (nope + v), rank]
        yield a + "o_proj.weight", "fp8", [dim, heads * v]
        yield a + "indexer.wq_b.weight", "fp8", [c["index_n_heads"] * c["index_head_dim"], q_rank]
        yield a + "indexer.wk.weight", "fp8", [c["index_head_dim"], dim]
        yield a + "indexer.k_norm.weight", "norm", [c["index_head_dim"]]
        yield a + "indexer.k_norm.bias", "bias", [c["index_head_dim"]]
        yield a + "indexer.weights_proj.weight", "bf16", [c["index_n_heads"], dim]
        yield p + "post_attention_layernorm.weight", "norm", [dim]
        if i < dense:
            yield from ffn(p + "mlp.", c["intermediate_size"])
            continue
        yield p + "mlp.gate.weight", "bf16", [c["n_routed_experts"], dim]
        yield p + "mlp.gate.e_score_correction_bias", "bias", [c["n_routed_experts"]]
        for e in range(c["n_routed_experts"]):
            yield from ffn(p + f"mlp.experts.{e}.", c["moe_intermediate_size"])
        if c["n_shared_experts"]:
            yield from ffn(p + "mlp.shared_experts.", c["n_shared_experts"] * c["moe_intermediate_size"])
    yield "model.norm.weight", "norm", [dim]
    if not c["tie_word_embeddings"]:
        yield "lm_head.weight", "bf16", [c["vocab_size"], dim]


class Shards:
    """safetensors files of about SHARD_BYTES, each written in one go from its list of tensors."""

    def __init__(self, folder):
        self.folder, self.files, self.pending, self.size = folder, [], [], 0

    def add(self, name, dtype, data, shape):
        data = np.ascontiguousarray(data)
        self.pending.append((name, dtype, shape, data.view(np.uint8).reshape(-1)))
        self.size += data.nbytes
        if self.size >= SHARD_BYTES:
            self.flush()

    def flush(self):
        header, at = {}, 0
        for name, dtype, shape, data in self.pending:
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + data.nbytes]}
            at += data.nbytes
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        path = self.folder / f"part-{len(self.files):05d}.safetensors"
        with open(path, "wb") as f:
            f.write(struct.pack("<Q", len(text)) + text)
            for _, _, _, data in self.pending:
                f.write(data)
        self.files.append((path, list(header)))
        self.pending, self.size = [], 0

    def close(self):
        if self.pending:
            self.flush()
        names, n = {}, len(self.files)
        for i, (path, tensors_of_it) in enumerate(self.files):
            name = f"model-{i + 1:05d}-of-{n:05d}.safetensors"
            path.rename(self.folder / name)
            names.update(dict.fromkeys(tensors_of_it, name))
        (self.folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))


def config(a):
    c = json.loads(json.dumps(CONFIG))
    for pair in filter(None, a.set.split(",")):
        field, value = pair.split("=")
        if field not in c:
            raise SystemExit(f"--set {field}: no such field")
        c[field] = json.loads(value)
    n = a.rank_of
    for field in ("num_attention_heads", "n_routed_experts", "intermediate_size"):
        if c[field] % n:
            raise SystemExit(f"--rank-of {n}: {field} {c[field]} does not divide")
    if n > 1:
        for field in ("num_attention_heads", "n_routed_experts", "intermediate_size"):
            c[field] //= n
        c["vocab_size"] = -(-c["vocab_size"] // n)
        # a token meets num_experts_per_tok / n of a rank's experts on average
        c["n_group"] = c["topk_group"] = 1
        c["num_experts_per_tok"] = max(1, c["num_experts_per_tok"] // n)
    c["num_key_value_heads"] = c["num_attention_heads"]
    c["num_hidden_layers"], c["first_k_dense_replace"] = a.dense + a.moe, a.dense
    return c


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--dense", type=int, default=3)
    p.add_argument("--moe", type=int, default=5)
    p.add_argument("--rank-of", type=int, default=1)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--set", default="")
    a = p.parse_args()
    c, folder, noise = config(a), pathlib.Path(a.out), Noise(a.seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(c, indent=1))
    shards = Shards(folder)
    for name, kind, shape in tensors(c, a.dense, a.moe):
        if kind == "fp8":
            codes, scales = noise.linear(shape)
            shards.add(name, "F8_E4M3", codes, shape)
            shards.add(name.replace(".weight", ".weight_scale_inv"), "F32", scales, list(scales.shape))
        elif kind == "bf16":
            shards.add(name, "BF16", noise.stretch(noise.bf16, math.prod(shape)), shape)
        else:
            spread = noise.g.standard_normal(shape, dtype=np.float32)
            shards.add(name, "F32", 1 + 0.1 * spread if kind == "norm" else 0.01 * spread, shape)
    shards.close()


if __name__ == "__main__":
    main()
