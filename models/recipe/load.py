"""Published checkpoint layout -> training model (the inverse of export.py)."""
import json

import torch

from export import named_matrices
from model import Config, Model


def shape_of(c):
    return Config(vocab=c["vocab_size"], dim=c["hidden_size"], layers=c["num_hidden_layers"], heads=c["num_attention_heads"], nope=c["qk_nope_head_dim"],
                  rope=c["qk_rope_head_dim"], v=c["v_head_dim"], q_rank=c["q_lora_rank"], kv_rank=c["kv_lora_rank"], index_heads=c["index_n_heads"],
                  index_dim=c["index_head_dim"], topk=c["index_topk"], dense_layers=c["first_k_dense_replace"], ffn=c["intermediate_size"],
                  experts=c["n_routed_experts"], groups=c["n_group"], top_groups=c["topk_group"], active=c["num_experts_per_tok"],
                  expert_ffn=c["moe_intermediate_size"], shared=c["n_shared_experts"], route_scale=c["routed_scaling_factor"], theta=c["rope_theta"],
                  yarn_factor=c["rope_scaling"]["factor"], yarn_original=c["rope_scaling"]["original_max_position_embeddings"], eps=c["rms_norm_eps"])


@torch.no_grad()
def load(folder, device="cpu"):
    from safetensors.torch import load_file
    t = load_file(folder + "/model.safetensors")
    m = Model(shape_of(json.load(open(folder + "/config.json"))))
    for name, p, rows, cols in named_matrices(m):
        w, s = t[name].float(), t[name + "_scale_inv"]
        p[rows, cols] = w * s.repeat_interleave(128, 0)[:w.shape[0]].repeat_interleave(128, 1)[:, :w.shape[1]]
    m.embed.copy_(t["model.embed_tokens.weight"])
    m.norm.copy_(t["model.norm.weight"])
    for i, l in enumerate(m.layers):
        a = "model.layers.%d." % i
        for p, name in ((l.norm1, "input_layernorm.weight"), (l.norm2, "post_attention_layernorm.weight"), (l.q_norm, "self_attn.q_a_layernorm.weight"),
                        (l.kv_norm, "self_attn.kv_a_layernorm.weight"), (l.i_norm, "self_attn.indexer.k_norm.weight"),
                        (l.i_bias, "self_attn.indexer.k_norm.bias"), (l.i_w, "self_attn.indexer.weights_proj.weight")):
            p.copy_(t[a + name])
        if l.moe:
            l.router.copy_(t[a + "mlp.gate.weight"])
            l.bias.copy_(t[a + "mlp.gate.e_score_correction_bias"])
    return m.to(device)
