#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the oracle checkpoints: small random DeepSeek-V3.2 models in the published layout, with the
logits that Hugging Face transformers computes for them.

    pip install torch "transformers>=5.11" safetensors numpy
    tests/tools/make_checkpoints.py                     # the committed ones, in tests/goldens/checkpoints
    tests/tools/make_checkpoints.py --all --out DIR     # these and the larger ones, in DIR
    tests/tools/make_checkpoints.py --only NAME --out DIR

Each folder holds config.json, the safetensors, ids.txt, logits.npy (float32 [n_tokens, vocab]),
margins.npy (float32 [n_tokens]: the smallest relative margin of any discrete choice the row depends
on; rows below 1e-5 are excluded by tests and counted) and oracle.json (versions, reconciliation).

How the two sides were reconciled, see reconcile() and README.md beside the goldens.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parent))
from checkpoint_shapes import BASE, LARGE, TINY  # noqa: E402
from oracle_reader import Reader, stable_topk  # noqa: E402

SAFE_MARGIN = 3e-5  # seeds are tried until every row is this far from any other choice
BLOCK = 128


def tensor_shapes(c, mtp_layers):
    """name -> (shape, kind); the published names. kind: linear, matrix, norm, norm_bias, route_bias."""
    out = {}
    dim, heads = c["hidden_size"], c["num_attention_heads"]

    def mlp(p, width):
        out[p + "gate_proj.weight"] = ((width, dim), "linear")
        out[p + "up_proj.weight"] = ((width, dim), "linear")
        out[p + "down_proj.weight"] = ((dim, width), "linear")

    out["model.embed_tokens.weight"] = ((c["vocab_size"], dim), "embed")
    moe = Reader(c, {}).layer_is_moe
    for i in range(c["num_hidden_layers"] + mtp_layers):
        p = f"model.layers.{i}."
        a = p + "self_attn."
        qk = c["qk_nope_head_dim"] + c["qk_rope_head_dim"]
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[p + name + ".weight"] = ((dim,), "norm")
        out[a + "q_a_proj.weight"] = ((c["q_lora_rank"], dim), "linear")
        out[a + "q_a_layernorm.weight"] = ((c["q_lora_rank"],), "norm")
        out[a + "q_b_proj.weight"] = ((heads * qk, c["q_lora_rank"]), "linear")
        out[a + "kv_a_proj_with_mqa.weight"] = (
            (c["kv_lora_rank"] + c["qk_rope_head_dim"], dim), "linear")
        out[a + "kv_a_layernorm.weight"] = ((c["kv_lora_rank"],), "norm")
        out[a + "kv_b_proj.weight"] = (
            (heads * (c["qk_nope_head_dim"] + c["v_head_dim"]), c["kv_lora_rank"]), "linear")
        out[a + "o_proj.weight"] = ((dim, heads * c["v_head_dim"]), "linear")
        out[a + "indexer.wq_b.weight"] = (
            (c["index_n_heads"] * c["index_head_dim"], c["q_lora_rank"]), "linear")
        out[a + "indexer.wk.weight"] = ((c["index_head_dim"], dim), "linear")
        out[a + "indexer.k_norm.weight"] = ((c["index_head_dim"],), "norm")
        out[a + "indexer.k_norm.bias"] = ((c["index_head_dim"],), "norm_bias")
        out[a + "indexer.weights_proj.weight"] = ((c["index_n_heads"], dim), "matrix")
        is_moe = moe(i) if i < c["num_hidden_layers"] else bool(c.get("n_routed_experts"))
        if is_moe:
            out[p + "mlp.gate.weight"] = ((c["n_routed_experts"], dim), "matrix")
            out[p + "mlp.gate.e_score_correction_bias"] = ((c["n_routed_experts"],), "route_bias")
            for e in range(c["n_routed_experts"]):
                mlp(f"{p}mlp.experts.{e}.", c["moe_intermediate_size"])
            if c["n_shared_experts"]:
                mlp(p + "mlp.shared_experts.", c["moe_intermediate_size"] * c["n_shared_experts"])
        else:
            mlp(p + "mlp.", c["intermediate_size"])
        if i >= c["num_hidden_layers"]:
            for name in ("enorm", "hnorm", "shared_head.norm"):
                out[p + name + ".weight"] = ((dim,), "norm")
            out[p + "eh_proj.weight"] = ((dim, 2 * dim), "matrix")
            out[p + "embed_tokens.weight"] = ((c["vocab_size"], dim), "embed")
            out[p + "shared_head.head.weight"] = ((c["vocab_size"], dim), "matrix")
    out["model.norm.weight"] = ((dim,), "norm")
    if not c["tie_word_embeddings"]:
        out["lm_head.weight"] = ((c["vocab_size"], dim), "matrix")
    return out


def random_tensor(shape, kind, gen):
    x = torch.randn(shape, generator=gen)
    if kind == "norm":
        return 1 + 0.2 * x
    if kind == "norm_bias":
        return 0.3 * x
    if kind == "route_bias":
        # Sigmoid plus this stays positive: older transformers mask foreign groups with 0.0.
        return 0.1 + 0.1 * torch.rand(shape, generator=gen)
    if kind == "embed":
        return x
    return x / math.sqrt(shape[1])


def quantise(w, scale_kind):
    """(codes, scale_inv, dequantised) by 128 x 128 blocks, ragged ones included."""
    rows, cols = w.shape
    scale = torch.empty(math.ceil(rows / BLOCK), math.ceil(cols / BLOCK))
    codes = torch.empty(rows, cols, dtype=torch.float8_e4m3fn)
    back = torch.empty(rows, cols)
    for i in range(scale.shape[0]):
        for j in range(scale.shape[1]):
            part = (slice(i * BLOCK, (i + 1) * BLOCK), slice(j * BLOCK, (j + 1) * BLOCK))
            s = w[part].abs().max().clamp_min(1e-4) / 448
            if scale_kind == "ue8m0":
                s = torch.exp2(torch.ceil(torch.log2(s)))
            scale[i, j] = s
            codes[part] = (w[part] / s).clamp(-448, 448).to(torch.float8_e4m3fn)
            back[part] = codes[part].float() * s
    return codes, scale, back


def make_weights(c, store, gen):
    """stored tensors, and the fp32 tensors they stand for."""
    stored, exact = {}, {}
    matrix_dtype = torch.float32 if store.get("dtype") == "f32" else torch.bfloat16
    small_dtype = torch.bfloat16 if store.get("norms") == "bf16" else torch.float32
    for name, (shape, kind) in tensor_shapes(c, store.get("mtp", 0)).items():
        x = random_tensor(shape, kind, gen)
        if kind == "linear" and store.get("fp8"):
            stored[name], stored[name + "_scale_inv"], exact[name] = quantise(x, store["fp8"])
            continue
        small = kind in ("norm", "norm_bias", "route_bias")
        stored[name] = x.to(small_dtype if small else matrix_dtype)
        exact[name] = stored[name].float()
    return stored, exact


def transformers_logits(c, exact, ids):
    """The oracle: DeepseekV32ForCausalLM, float32, eager, on the CPU."""
    from transformers import DeepseekV32Config, DeepseekV32ForCausalLM

    kwargs = {k: v for k, v in c.items()
              if v is not None and k not in ("architectures", "model_type", "torch_dtype", "dtype")}
    if not c.get("n_routed_experts"):  # dense only: the class wants expert fields that nothing reads
        for k in ("n_routed_experts", "num_experts_per_tok", "n_group", "topk_group"):
            kwargs.pop(k, None)
    config = DeepseekV32Config(**kwargs)
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"
    model = DeepseekV32ForCausalLM(config).float().eval()
    state = {k: v for k, v in exact.items()}
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}.mlp."
        if p + "gate.weight" not in state:
            continue
        experts = range(c["n_routed_experts"])
        state[p + "experts.gate_up_proj"] = torch.stack([
            torch.cat([state.pop(f"{p}experts.{e}.gate_proj.weight"),
                       state.pop(f"{p}experts.{e}.up_proj.weight")]) for e in experts])
        state[p + "experts.down_proj"] = torch.stack(
            [state.pop(f"{p}experts.{e}.down_proj.weight") for e in experts])
    state = {k: v for k, v in state.items()
             if not k.startswith(f"model.layers.{c['num_hidden_layers']}.")}
    if c["tie_word_embeddings"]:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model.load_state_dict(state, strict=True)
    plain_topk = torch.Tensor.topk

    def tie_rule(self, k, dim=-1, largest=True, sorted=True):  # noqa: A002, torch's own names
        return torch.return_types.topk(stable_topk(self, k))

    # torch.topk leaves the order of equal scores open; ours takes the smaller position.
    torch.Tensor.topk = tie_rule
    try:
        with torch.no_grad():
            return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].float()
    finally:
        torch.Tensor.topk = plain_topk


def row_errors(a, b):
    """Relative L2 distance of each row."""
    a, b = a.double(), b.double()
    return (a - b).norm(dim=-1) / b.norm(dim=-1)


def write(folder, c, store, stored, ids, logits, margins, notes):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    config = {k: v for k, v in c.items() if not (v is None and k in (
        "torch_dtype", "dtype", "rope_theta", "first_k_dense_replace"))}
    if store.get("fp8"):
        config["quantization_config"] = dict(quant_method="fp8", fmt="e4m3",
                                             activation_scheme="dynamic",
                                             weight_block_size=[BLOCK, BLOCK])
        if store["fp8"] == "ue8m0":
            config["quantization_config"]["scale_fmt"] = "ue8m0"
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    shards = store.get("shards", 1)
    names = list(stored)
    if shards == 1:
        save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        weight_map = {}
        for s in range(shards):
            file = f"model-{s + 1:05d}-of-{shards:05d}.safetensors"
            part = names[s * len(names) // shards:(s + 1) * len(names) // shards]
            save_file({n: stored[n] for n in part}, folder / file, metadata={"format": "pt"})
            weight_map.update({n: file for n in part})
        # As in the published checkpoint, total_size is not the number of bytes.
        index = dict(metadata=dict(total_size=2 * sum(t.numel() for t in stored.values())),
                     weight_map=weight_map)
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=0) + "\n")
    (folder / "ids.txt").write_text(" ".join(map(str, ids)) + "\n")
    np.save(folder / "logits.npy", logits.numpy().astype(np.float32))
    np.save(folder / "margins.npy", np.minimum(margins.numpy(), 1e30).astype(np.float32))
    (folder / "oracle.json").write_text(json.dumps(notes, indent=1) + "\n")


def safe_ids(c, reader, n, seed, tries):
    """ids whose every row is SAFE_MARGIN away from another choice, with their logits and margins."""
    def fresh(attempt):
        gen = torch.Generator().manual_seed(seed * 1000 + attempt)
        return torch.randint(0, c["vocab_size"], (n,), generator=gen).tolist()

    for attempt in range(tries if n <= 200 else 1):
        ids = fresh(attempt)
        logits, margins = reader.forward(ids)
        if margins.min() >= SAFE_MARGIN:
            return ids, logits, margins
    # Long sequences always meet a close call: another token where the first one happens, and again.
    for attempt in range(1000, 1000 + 10 * tries):
        bad = int((margins < SAFE_MARGIN).nonzero()[0])
        ids[bad] = fresh(attempt)[bad]
        logits, margins = reader.forward(ids)
        if margins.min() >= SAFE_MARGIN:
            break
    return ids, logits, margins


def make(name, overrides, out, seed, tries):
    import transformers

    overrides = dict(overrides)
    store = overrides.pop("_store")
    c = dict(BASE, **overrides)
    gen = torch.Generator().manual_seed(seed)
    stored, exact = make_weights(c, store, gen)
    reader = Reader(c, exact)
    ids, second, margins = safe_ids(c, reader, store["tokens"], seed, tries)
    logits = transformers_logits(c, exact, ids)
    kept = margins >= 1e-5
    errors = row_errors(logits, second)[kept]
    notes = dict(transformers=transformers.__version__, torch=torch.__version__, seed=seed,
                 rows=len(ids), rows_excluded=int((~kept).sum()), min_margin=float(margins.min()),
                 transformers_against_fp64_reader=float(errors.max()))
    write(out / name, c, store, stored, ids, logits, margins, notes)
    size = sum(f.stat().st_size for f in (out / name).iterdir())
    print(f"{name:16} {size / 1000:8.1f} KB  excluded {notes['rows_excluded']}/{len(ids)}  "
          f"min margin {notes['min_margin']:.1e}  oracles differ by {errors.max():.1e}", flush=True)
    if errors.max() > 2e-5:
        sys.exit(f"{name}: transformers and the independent reader disagree")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here.parent / "goldens" / "checkpoints")
    parser.add_argument("--all", action="store_true", help="the larger shapes too")
    parser.add_argument("--only", help="one shape by name")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes unseen checkpoints")
    parser.add_argument("--tries", type=int, default=40, help="id sequences tried for safe margins")
    args = parser.parse_args()
    shapes = dict(TINY, **(LARGE if args.all or args.only in LARGE else {}))
    if args.only:
        if args.only not in shapes:
            sys.exit(f"no shape {args.only}; there are {', '.join([*TINY, *LARGE])}")
        shapes = {args.only: shapes[args.only]}
    torch.manual_seed(0)
    torch.set_num_threads(1)
    for name, overrides in shapes.items():
        make(name, overrides, args.out, args.seed, args.tries)


if __name__ == "__main__":
    main()
