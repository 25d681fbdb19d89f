#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model folder as a GGUF file of architecture deepseek32, for comparing with llama.cpp on token ids.

    pip install gguf numpy
    to_gguf.py MODEL_DIR OUT.gguf [--type bf16|f32]

FP8 blocks become BF16, which holds code times power-of-two scale exactly. No vocabulary is written.
"""
import argparse
import json
import pathlib
import struct

import gguf
import numpy as np

M = gguf.MODEL_TENSOR
ATTENTION = {"self_attn.q_a_proj.weight": M.ATTN_Q_A, "self_attn.q_a_layernorm.weight": M.ATTN_Q_A_NORM,
             "self_attn.q_b_proj.weight": M.ATTN_Q_B, "self_attn.kv_a_proj_with_mqa.weight": M.ATTN_KV_A_MQA,
             "self_attn.kv_a_layernorm.weight": M.ATTN_KV_A_NORM, "self_attn.o_proj.weight": M.ATTN_OUT,
             "self_attn.indexer.wq_b.weight": M.INDEXER_ATTN_Q_B, "self_attn.indexer.wk.weight": M.INDEXER_ATTN_K,
             "self_attn.indexer.k_norm.weight": M.INDEXER_K_NORM,
             "self_attn.indexer.weights_proj.weight": M.INDEXER_PROJ,
             "input_layernorm.weight": M.ATTN_NORM, "post_attention_layernorm.weight": M.FFN_NORM}
DENSE = {"mlp.gate_proj.weight": M.FFN_GATE, "mlp.up_proj.weight": M.FFN_UP, "mlp.down_proj.weight": M.FFN_DOWN}
SHARED = {"mlp.shared_experts.gate_proj.weight": M.FFN_GATE_SHEXP, "mlp.shared_experts.up_proj.weight": M.FFN_UP_SHEXP,
          "mlp.shared_experts.down_proj.weight": M.FFN_DOWN_SHEXP}
EXPERTS = {"gate_proj": M.FFN_GATE_EXP, "up_proj": M.FFN_UP_EXP, "down_proj": M.FFN_DOWN_EXP}


def e4m3_table():
    codes = np.arange(256)
    exponent, mantissa = codes >> 3 & 15, codes & 7
    value = np.where(exponent == 0, mantissa / 8 * 2.0 ** -6, (1 + mantissa / 8) * 2.0 ** (exponent - 7.0))
    return np.where(codes >= 128, -value, value).astype(np.float32)


class Checkpoint:
    """Every tensor of a folder as float32."""

    def __init__(self, folder):
        self.where, self.e4m3 = {}, e4m3_table()
        for path in sorted(pathlib.Path(folder).glob("*.safetensors")):
            raw = np.memmap(path, np.uint8, "r")
            size = struct.unpack("<Q", raw[:8].tobytes())[0]
            for name, t in json.loads(raw[8:8 + size].tobytes()).items():
                if name != "__metadata__":
                    begin, end = t["data_offsets"]
                    self.where[name] = (raw[8 + size + begin:8 + size + end], t["dtype"], t["shape"])

    def __getitem__(self, name):
        raw, dtype, shape = self.where[name]
        if dtype == "F32":
            return raw.view(np.float32).reshape(shape).copy()
        if dtype == "BF16":
            return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(shape)
        if dtype != "F8_E4M3":
            raise SystemExit(f"{name}: dtype {dtype}, expected F32, BF16 or F8_E4M3")
        values = self.e4m3[raw].reshape(shape)
        scale = self[name.replace(".weight", ".weight_scale_inv")]
        return values * np.repeat(np.repeat(scale, 128, 0), 128, 1)[:shape[0], :shape[1]]


def metadata(writer, c):
    writer.add_block_count(c["num_hidden_layers"])
    writer.add_context_length(c["max_position_embeddings"])
    writer.add_embedding_length(c["hidden_size"])
    writer.add_feed_forward_length(c["intermediate_size"])
    writer.add_head_count(c["num_attention_heads"])
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(c["rms_norm_eps"])
    writer.add_vocab_size(c["vocab_size"])
    writer.add_leading_dense_block_count(c["first_k_dense_replace"])
    writer.add_q_lora_rank(c["q_lora_rank"])
    writer.add_kv_lora_rank(c["kv_lora_rank"])
    writer.add_key_length(c["kv_lora_rank"] + c["qk_rope_head_dim"])
    writer.add_value_length(c["kv_lora_rank"])
    writer.add_key_length_mla(c["qk_nope_head_dim"] + c["qk_rope_head_dim"])
    writer.add_value_length_mla(c["v_head_dim"])
    writer.add_expert_feed_forward_length(c["moe_intermediate_size"])
    writer.add_expert_count(c["n_routed_experts"])
    writer.add_expert_used_count(c["num_experts_per_tok"])
    writer.add_expert_shared_count(c["n_shared_experts"])
    writer.add_expert_group_count(c["n_group"])
    writer.add_expert_group_used_count(c["topk_group"])
    writer.add_expert_weights_scale(c["routed_scaling_factor"])
    writer.add_expert_weights_norm(c["norm_topk_prob"])
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    writer.add_indexer_head_count(c["index_n_heads"])
    writer.add_indexer_key_length(c["index_head_dim"])
    writer.add_indexer_top_k(c["index_topk"])
    writer.add_rope_dimension_count(c["qk_rope_head_dim"])
    writer.add_rope_freq_base(c["rope_theta"])
    rope = c.get("rope_scaling")
    if rope:
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        writer.add_rope_scaling_yarn_beta_fast(rope["beta_fast"])
        writer.add_rope_scaling_yarn_beta_slow(rope["beta_slow"])
        writer.add_rope_scaling_yarn_log_mul(0.1 * rope["mscale_all_dim"])
    writer.add_tokenizer_model("none")


def main():
    a = argparse.ArgumentParser()
    a.add_argument("model")
    a.add_argument("out")
    a.add_argument("--type", choices=("bf16", "f32"), default="bf16")
    a = a.parse_args()
    c, tensors = json.load(open(a.model + "/config.json")), Checkpoint(a.model)
    writer = gguf.GGUFWriter(a.out, "deepseek32")
    metadata(writer, c)
    kind = gguf.GGMLQuantizationType.BF16 if a.type == "bf16" else gguf.GGMLQuantizationType.F32

    def put(tensor, data, layer=0, suffix=".weight", exact=False):
        name = gguf.TENSOR_NAMES[tensor].format(bid=layer) + suffix
        if data.ndim == 1 or exact or a.type == "f32":  # norms, biases, router: as they are
            writer.add_tensor(name, np.ascontiguousarray(data, dtype=np.float32))
        else:
            writer.add_tensor(name, gguf.quants.quantize(np.ascontiguousarray(data), kind), raw_dtype=kind)

    put(M.TOKEN_EMBD, tensors["model.embed_tokens.weight"])
    put(M.OUTPUT_NORM, tensors["model.norm.weight"])
    if not c.get("tie_word_embeddings"):
        put(M.OUTPUT, tensors["lm_head.weight"])
    heads, nope, v, rank = (c[k] for k in ("num_attention_heads", "qk_nope_head_dim", "v_head_dim", "kv_lora_rank"))
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        for name, tensor in ATTENTION.items():
            put(tensor, tensors[p + name], i)
        put(M.INDEXER_K_NORM, tensors[p + "self_attn.indexer.k_norm.bias"], i, ".bias")
        kv_b = tensors[p + "self_attn.kv_b_proj.weight"].reshape(heads, nope + v, rank)
        put(M.ATTN_K_B, kv_b[:, :nope].transpose(0, 2, 1), i)
        put(M.ATTN_V_B, kv_b[:, nope:], i)
        if i < c["first_k_dense_replace"]:
            for name, tensor in DENSE.items():
                put(tensor, tensors[p + name], i)
            continue
        put(M.FFN_GATE_INP, tensors[p + "mlp.gate.weight"], i, exact=True)
        put(M.FFN_EXP_PROBS_B, tensors[p + "mlp.gate.e_score_correction_bias"], i, ".bias")
        for name, tensor in SHARED.items():
            put(tensor, tensors[p + name], i)
        for name, tensor in EXPERTS.items():
            put(tensor, np.stack([tensors[f"{p}mlp.experts.{e}.{name}.weight"] for e in range(c["n_routed_experts"])]), i)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
