"""Model -> published checkpoint layout: FP8 blocks with power-of-two scales, config, generation config."""
import json, os

import torch
import torch.nn.functional as F

FP8_MAX = 448.0


def quantize(w):
    """[out, in] -> (codes in blocks, scales, dequantised)."""
    rows, cols = w.shape
    p = F.pad(w.detach().float(), (0, -cols % 128, 0, -rows % 128))
    b = p.view(p.shape[0] // 128, 128, p.shape[1] // 128, 128)
    scale = torch.exp2(torch.ceil(torch.log2(b.abs().amax((1, 3), keepdim=True).clamp(min=1e-12) / FP8_MAX)))
    codes = (b / scale).to(torch.float8_e4m3fn)
    back = (codes.float() * scale).view_as(p)[:rows, :cols]
    return codes.view(p.shape)[:rows, :cols].contiguous(), scale.squeeze(3).squeeze(1).contiguous(), back


def named_matrices(model):
    """(published name, parameter, row slice, column slice) of everything stored in FP8."""
    c, every = model.c, slice(None)
    for i, l in enumerate(model.layers):
        a, m = "model.layers.%d.self_attn." % i, "model.layers.%d.mlp." % i
        for name, p in (("q_a_proj", l.q_a), ("q_b_proj", l.q_b), ("kv_a_proj_with_mqa", l.kv_a), ("kv_b_proj", l.kv_b), ("o_proj", l.o),
                        ("indexer.wq_b", l.i_q), ("indexer.wk", l.i_k)):
            yield a + name + ".weight", p, every, every
        parts = [("", every)] if not l.moe else [("experts.%d." % e, slice(e * c.expert_ffn, (e + 1) * c.expert_ffn)) for e in range(c.experts)] + [
            ("shared_experts.", slice(c.experts * c.expert_ffn, None))]
        for name, s in parts:
            yield m + name + "gate_proj.weight", l.gate, s, every
            yield m + name + "up_proj.weight", l.up, s, every
            yield m + name + "down_proj.weight", l.down, every, s


@torch.no_grad()
def round_in_place(model):
    """Replaces all weights by their stored precision; returns the originals."""
    saved = {id(p): (p, p.detach().clone()) for p in model.parameters()}
    for _, p, r, k in named_matrices(model):
        p[r, k] = quantize(p[r, k])[2]
    for p in [model.embed] + [l.router for l in model.layers if l.moe] + [l.i_w for l in model.layers]:
        p.copy_(p.bfloat16().float())
    return saved


@torch.no_grad()
def restore(saved):
    for p, value in saved.values():
        p.copy_(value)


@torch.no_grad()
def tensors(model):
    out = {}

    def plain(name, t, dtype=torch.float32):
        out[name] = t.detach().to("cpu", dtype).contiguous()
    plain("model.embed_tokens.weight", model.embed, torch.bfloat16)
    plain("model.norm.weight", model.norm)
    for name, p, r, k in named_matrices(model):
        codes, scale, _ = quantize(p[r, k])
        out[name], out[name + "_scale_inv"] = codes.cpu(), scale.cpu()
    for i, l in enumerate(model.layers):
        a = "model.layers.%d." % i
        plain(a + "input_layernorm.weight", l.norm1)
        plain(a + "post_attention_layernorm.weight", l.norm2)
        plain(a + "self_attn.q_a_layernorm.weight", l.q_norm)
        plain(a + "self_attn.kv_a_layernorm.weight", l.kv_norm)
        plain(a + "self_attn.indexer.k_norm.weight", l.i_norm)
        plain(a + "self_attn.indexer.k_norm.bias", l.i_bias)
        plain(a + "self_attn.indexer.weights_proj.weight", l.i_w, torch.bfloat16)
        if l.moe:
            plain(a + "mlp.gate.weight", l.router, torch.bfloat16)
            plain(a + "mlp.gate.e_score_correction_bias", l.bias)
    return out


def config(c):
    return {"architectures": ["DeepseekV32ForCausalLM"], "model_type": "deepseek_v32", "vocab_size": c.vocab, "hidden_size": c.dim,
            "intermediate_size": c.ffn, "moe_intermediate_size": c.expert_ffn, "num_hidden_layers": c.layers, "num_attention_heads": c.heads,
            "num_key_value_heads": c.heads, "n_shared_experts": c.shared, "n_routed_experts": c.experts, "num_experts_per_tok": c.active,
            "first_k_dense_replace": c.dense_layers, "moe_layer_freq": 1, "n_group": c.groups, "topk_group": c.top_groups, "topk_method": "noaux_tc",
            "scoring_func": "sigmoid", "norm_topk_prob": True, "routed_scaling_factor": c.route_scale, "q_lora_rank": c.q_rank,
            "kv_lora_rank": c.kv_rank, "qk_nope_head_dim": c.nope, "qk_rope_head_dim": c.rope, "v_head_dim": c.v, "index_n_heads": c.index_heads,
            "index_head_dim": c.index_dim, "index_topk": c.topk, "rope_theta": c.theta,
            "rope_scaling": {"type": "yarn", "factor": c.yarn_factor, "original_max_position_embeddings": c.yarn_original, "beta_fast": 32,
                             "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
            "max_position_embeddings": int(c.yarn_factor * c.yarn_original), "rms_norm_eps": c.eps, "tie_word_embeddings": True, "hidden_act": "silu",
            "attention_bias": False, "attention_dropout": 0.0, "initializer_range": 0.02, "num_nextn_predict_layers": 0, "use_cache": True,
            "ep_size": 1, "torch_dtype": "bfloat16", "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2,
            "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128], "activation_scheme": "dynamic",
                                    "scale_fmt": "ue8m0"}}


def export(model, folder):
    from safetensors.torch import save_file
    os.makedirs(folder, exist_ok=True)
    path = folder + "/model.safetensors"
    save_file(tensors(model), path, metadata={"format": "pt"})
    json.dump(config(model.c), open(folder + "/config.json", "w"), indent=1)
    json.dump({"_from_model_config": True, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2, "do_sample": False},
              open(folder + "/generation_config.json", "w"), indent=1)
    return os.path.getsize(path)
