"""The goldens against Hugging Face transformers in fp32 (needs torch and a transformers with deepseek_v32).

    python check_transformers.py
"""
import json, os, re

import torch
from safetensors.torch import load_file
from transformers.models.deepseek_v32.configuration_deepseek_v32 import DeepseekV32Config
from transformers.models.deepseek_v32.modeling_deepseek_v32 import DeepseekV32ForCausalLM

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "../../../models/default")
config = json.load(open(FOLDER + "/config.json"))
config.pop("quantization_config")
model = DeepseekV32ForCausalLM(DeepseekV32Config(**config, attn_implementation="eager")).float().eval()
stored, state = load_file(FOLDER + "/model.safetensors"), {}
for name, w in stored.items():
    if not name.endswith("_scale_inv"):
        w = w.float()
        if name + "_scale_inv" in stored:
            s = stored[name + "_scale_inv"].repeat_interleave(128, 0).repeat_interleave(128, 1)
            w = w * s[:w.shape[0], :w.shape[1]]
        state[name] = w
wanted, final = model.state_dict(), {}
for name, w in wanted.items():                            # this library stacks the experts of a layer
    if re.search(r"mlp\.experts\.(gate_up_proj|down_proj)$", name):
        base = name.rsplit(".", 1)[0] + ".%d.%s.weight"
        pick = (lambda e: torch.cat([state[base % (e, "gate_proj")], state[base % (e, "up_proj")]])) if "gate_up" in name else (lambda e: state[base % (e, "down_proj")])
        final[name] = torch.stack([pick(e) for e in range(config["n_routed_experts"])])
    else:
        final[name] = state["model.embed_tokens.weight" if name == "lm_head.weight" else name]
model.load_state_dict(final)
worst = 0.0
for case in json.load(open(HERE + "/goldens.json"))["cases"]:
    with torch.no_grad():
        logits = model(torch.tensor([case["prompt_ids"]])).logits[0, -1]
    gap = max(abs(float(logits[t]) - v) for t, v in case["top5"])
    worst = max(worst, gap)
    print("%-12s %5d tokens, largest difference %.4f" % (case["name"], len(case["prompt_ids"]), gap), flush=True)
assert worst < 2e-3, worst
