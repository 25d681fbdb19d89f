# SPDX-License-Identifier: Apache-2.0
"""Makes a folder with a tiny random model that can chat (nonsense): for tests of everything around the
model. Standard library only; the same seed gives the same bytes.

    python3 tiny_model.py FOLDER TOKENIZER_JSON
"""
import json
import os
import random
import shutil
import struct
import sys

VOCAB, DIM, LAYERS, HEADS = 1168, 64, 2, 4
Q_RANK, KV_RANK, NOPE, ROPE, V = 32, 32, 16, 8, 16
INDEX_HEADS, INDEX_DIM, TOPK = 4, 16, 24
INTER, MOE_INTER, EXPERTS = 96, 32, 4

CONFIG = {
    "architectures": ["DeepseekV32ForCausalLM"], "model_type": "deepseek_v32",
    "vocab_size": VOCAB, "hidden_size": DIM, "intermediate_size": INTER,
    "moe_intermediate_size": MOE_INTER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS, "n_shared_experts": 1, "n_routed_experts": EXPERTS,
    "num_experts_per_tok": 2, "first_k_dense_replace": 1, "moe_layer_freq": 1, "n_group": 1,
    "topk_group": 1, "topk_method": "noaux_tc", "scoring_func": "sigmoid", "norm_topk_prob": True,
    "routed_scaling_factor": 1.5, "q_lora_rank": Q_RANK, "kv_lora_rank": KV_RANK,
    "qk_nope_head_dim": NOPE, "qk_rope_head_dim": ROPE, "v_head_dim": V,
    "index_n_heads": INDEX_HEADS, "index_head_dim": INDEX_DIM, "index_topk": TOPK,
    "rope_theta": 10000.0, "rope_scaling": None, "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-6, "tie_word_embeddings": True, "hidden_act": "silu",
    "attention_bias": False, "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "float32",
}


def tensor_shapes():
    shapes = {"model.embed_tokens.weight": [VOCAB, DIM], "model.norm.weight": [DIM]}
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        a = p + "self_attn."
        shapes |= {
            p + "input_layernorm.weight": [DIM], p + "post_attention_layernorm.weight": [DIM],
            a + "q_a_proj.weight": [Q_RANK, DIM], a + "q_a_layernorm.weight": [Q_RANK],
            a + "q_b_proj.weight": [HEADS * (NOPE + ROPE), Q_RANK],
            a + "kv_a_proj_with_mqa.weight": [KV_RANK + ROPE, DIM],
            a + "kv_a_layernorm.weight": [KV_RANK],
            a + "kv_b_proj.weight": [HEADS * (NOPE + V), KV_RANK],
            a + "o_proj.weight": [DIM, HEADS * V],
            a + "indexer.wq_b.weight": [INDEX_HEADS * INDEX_DIM, Q_RANK],
            a + "indexer.wk.weight": [INDEX_DIM, DIM],
            a + "indexer.k_norm.weight": [INDEX_DIM], a + "indexer.k_norm.bias": [INDEX_DIM],
            a + "indexer.weights_proj.weight": [INDEX_HEADS, DIM],
        }
        if i == 0:
            shapes |= ffn(p + "mlp.", INTER)
        else:
            shapes |= ffn(p + "mlp.shared_experts.", MOE_INTER)
            shapes[p + "mlp.gate.weight"] = [EXPERTS, DIM]
            shapes[p + "mlp.gate.e_score_correction_bias"] = [EXPERTS]
            for e in range(EXPERTS):
                shapes |= ffn(p + f"mlp.experts.{e}.", MOE_INTER)
    return shapes


def ffn(prefix, width):
    return {prefix + "gate_proj.weight": [width, DIM], prefix + "up_proj.weight": [width, DIM],
            prefix + "down_proj.weight": [DIM, width]}


def write_safetensors(path, shapes, seed=7):
    rng = random.Random(seed)
    header, blobs, at = {}, [], 0
    for name, shape in sorted(shapes.items()):
        n = 1
        for d in shape:
            n *= d
        if name.endswith("norm.weight"):
            values = [1.0] * n
        elif "bias" in name:
            values = [0.0] * n
        else:
            scale = shape[-1] ** -0.5
            values = [rng.gauss(0, scale) for _ in range(n)]
        blob = struct.pack(f"<{n}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for blob in blobs:
            out.write(blob)


def make(folder, tokenizer_json):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as out:
        json.dump(CONFIG, out, indent=1)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensor_shapes())
    shutil.copy(tokenizer_json, os.path.join(folder, "tokenizer.json"))
    return folder


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2])
