# SPDX-License-Identifier: Apache-2.0
"""The shapes of the oracle checkpoints: what each config.json says and how its tensors are stored.

A shape is a dict of overrides of BASE plus, under "_store", how the checkpoint is written:
  fp8      "ue8m0" (power-of-two block scales), "f32" (amax/448) or absent (no quantization)
  dtype    of matrices that are not FP8: "bf16" (default) or "f32"
  norms    of norms and biases: "f32" (default) or "bf16"
  shards   number of safetensors files (1 = model.safetensors)
  mtp      number of MTP layers written, random, which nothing may read
  tokens   length of ids.txt
"""

BASE = dict(
    architectures=["DeepseekV32ForCausalLM"], model_type="deepseek_v32", vocab_size=96,
    hidden_size=48, intermediate_size=64, moe_intermediate_size=24, num_hidden_layers=2,
    num_attention_heads=4, num_key_value_heads=4, n_shared_experts=1, n_routed_experts=8,
    num_experts_per_tok=2, first_k_dense_replace=1, moe_layer_freq=1, n_group=1, topk_group=1,
    topk_method="noaux_tc", scoring_func="sigmoid", norm_topk_prob=True, routed_scaling_factor=2.5,
    q_lora_rank=24, kv_lora_rank=32, qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16,
    index_n_heads=8, index_head_dim=16, index_topk=24, rope_theta=10000.0, rope_scaling=None,
    max_position_embeddings=4096, rms_norm_eps=1e-6, tie_word_embeddings=False, hidden_act="silu",
    attention_bias=False, attention_dropout=0.0, initializer_range=0.02,
    num_nextn_predict_layers=0, use_cache=True, torch_dtype="bfloat16", bos_token_id=0,
    eos_token_id=1)

DEEPSEEK_YARN = dict(type="yarn", factor=40, original_max_position_embeddings=4096, beta_fast=32,
                     beta_slow=1, mscale=1.0, mscale_all_dim=1.0)
SHORT_YARN = dict(DEEPSEEK_YARN, factor=8, original_max_position_embeddings=32)

# Committed: each folder at most 300 KB.
TINY = {
    "dense_bf16": dict(
        n_routed_experts=None, first_k_dense_replace=2, num_experts_per_tok=None, n_group=None,
        topk_group=None, eos_token_id=[1, 7], _store=dict(tokens=96)),
    "moe_groups_fp8": dict(
        n_routed_experts=12, num_experts_per_tok=3, n_group=4, topk_group=2, num_hidden_layers=3,
        rope_scaling=DEEPSEEK_YARN, max_position_embeddings=163840,
        _store=dict(fp8="ue8m0", shards=3, tokens=96)),
    "topk_small": dict(
        num_hidden_layers=3, first_k_dense_replace=2, index_topk=9, index_n_heads=12,
        routed_scaling_factor=1.0, _store=dict(tokens=130)),
    "fp8_ragged": dict(
        hidden_size=136, intermediate_size=150, moe_intermediate_size=20, num_hidden_layers=2,
        n_routed_experts=2, n_shared_experts=7, num_experts_per_tok=1, first_k_dense_replace=1,
        num_attention_heads=3, num_key_value_heads=3, q_lora_rank=40, kv_lora_rank=130,
        qk_nope_head_dim=12, qk_rope_head_dim=6, v_head_dim=10, index_n_heads=9,
        index_head_dim=16, vocab_size=65,
        _store=dict(fp8="f32", norms="bf16", tokens=64)),
    "yarn_long": dict(
        rope_scaling=SHORT_YARN, max_position_embeddings=256, index_topk=40,
        _store=dict(tokens=200)),
    "rope_parameters": dict(
        rope_theta=None, rope_scaling=None, torch_dtype=None, dtype="float32",
        rope_parameters=dict(rope_type="yarn", rope_theta=50000.0, factor=4.0,
                             original_max_position_embeddings=48, mscale=0.707),
        mlp_layer_types=["sparse", "dense"], num_hidden_layers=2, first_k_dense_replace=None,
        rms_norm_eps=1e-5, n_routed_experts=3, vocab_size=64, max_position_embeddings=192,
        _store=dict(dtype="f32", shards=2, tokens=112)),
    "tied_head": dict(
        tie_word_embeddings=True, first_k_dense_replace=0, n_shared_experts=2, n_routed_experts=6,
        num_experts_per_tok=3, n_group=3, topk_group=2, norm_topk_prob=False, rope_theta=500000.0,
        rms_norm_eps=1e-5, _store=dict(fp8="ue8m0", tokens=96)),
    "head_dims": dict(
        num_hidden_layers=1, first_k_dense_replace=1, num_attention_heads=1, num_key_value_heads=1,
        qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128, kv_lora_rank=512,
        q_lora_rank=24, hidden_size=48, index_n_heads=4, index_head_dim=128, vocab_size=128,
        rope_scaling=DEEPSEEK_YARN, max_position_embeddings=163840,
        _store=dict(fp8="ue8m0", tokens=80)),
    "odd_dims": dict(
        hidden_size=37, intermediate_size=41, moe_intermediate_size=11, num_attention_heads=5,
        num_key_value_heads=5, q_lora_rank=19, kv_lora_rank=23, qk_nope_head_dim=7,
        qk_rope_head_dim=2, v_head_dim=13, index_n_heads=11, index_head_dim=10, index_topk=17,
        n_routed_experts=7, num_experts_per_tok=7, vocab_size=101, num_nextn_predict_layers=1,
        _store=dict(mtp=1, shards=2, tokens=100)),
}

# On demand (--all): closer to real sizes.
LARGE = {
    "dense_wide": dict(
        n_routed_experts=None, first_k_dense_replace=4, num_experts_per_tok=None, n_group=None,
        topk_group=None, hidden_size=512, intermediate_size=1024, num_hidden_layers=4,
        num_attention_heads=8, num_key_value_heads=8, q_lora_rank=192, kv_lora_rank=128,
        qk_nope_head_dim=64, qk_rope_head_dim=32, v_head_dim=64, index_n_heads=16,
        index_head_dim=64, index_topk=128, vocab_size=1000, _store=dict(tokens=700)),
    "moe_64": dict(
        hidden_size=256, intermediate_size=512, moe_intermediate_size=128, num_hidden_layers=5,
        first_k_dense_replace=2, n_routed_experts=64, num_experts_per_tok=6, n_group=8,
        topk_group=3, num_attention_heads=8, num_key_value_heads=8, q_lora_rank=128,
        kv_lora_rank=128, qk_nope_head_dim=32, qk_rope_head_dim=32, v_head_dim=32,
        index_n_heads=16, index_head_dim=64, index_topk=64, rope_scaling=DEEPSEEK_YARN,
        max_position_embeddings=163840, vocab_size=512, _store=dict(fp8="ue8m0", shards=4,
                                                                     tokens=500)),
    "heads_671b": dict(
        hidden_size=384, intermediate_size=768, moe_intermediate_size=128, num_hidden_layers=3,
        first_k_dense_replace=1, n_routed_experts=8, num_experts_per_tok=2, n_group=2,
        topk_group=1, num_attention_heads=16, num_key_value_heads=16, q_lora_rank=256,
        kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128,
        index_n_heads=64, index_head_dim=128, index_topk=256, rope_scaling=DEEPSEEK_YARN,
        max_position_embeddings=163840, vocab_size=512, _store=dict(fp8="ue8m0", shards=2,
                                                                     tokens=600)),
    "ragged_wide": dict(
        hidden_size=328, intermediate_size=712, moe_intermediate_size=200, num_hidden_layers=3,
        n_routed_experts=9, num_experts_per_tok=4, n_group=3, topk_group=2, num_attention_heads=7,
        num_key_value_heads=7, q_lora_rank=200, kv_lora_rank=328, qk_nope_head_dim=40,
        qk_rope_head_dim=24, v_head_dim=56, index_n_heads=13, index_head_dim=128, index_topk=100,
        vocab_size=777, _store=dict(fp8="f32", norms="bf16", tokens=400)),
    "yarn_stretched": dict(
        rope_scaling=dict(DEEPSEEK_YARN, factor=16, original_max_position_embeddings=128),
        max_position_embeddings=2048, hidden_size=128, num_hidden_layers=3, index_topk=192,
        index_n_heads=16, index_head_dim=64, qk_rope_head_dim=64, qk_nope_head_dim=32,
        v_head_dim=32, kv_lora_rank=96, _store=dict(tokens=700)),
    "pilot_shape": dict(
        hidden_size=384, intermediate_size=768, moe_intermediate_size=128, num_hidden_layers=4,
        num_attention_heads=6, num_key_value_heads=6, q_lora_rank=192, kv_lora_rank=192,
        qk_nope_head_dim=64, qk_rope_head_dim=64, v_head_dim=64, index_n_heads=4,
        index_head_dim=128, index_topk=128, n_shared_experts=2, rope_theta=500000.0,
        tie_word_embeddings=True, max_position_embeddings=131072, vocab_size=1024,
        _store=dict(fp8="ue8m0", tokens=300)),
}
