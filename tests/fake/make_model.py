# SPDX-License-Identifier: Apache-2.0
"""Makes a model folder for the scripted engine: tiny random weights behind the default model's tokenizer
and profile, and a script. Standard library only.

    python3 make_model.py FOLDER [SCRIPT]      SCRIPT: default_script.json beside this file
"""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT_MODEL = os.path.join(HERE, "..", "..", "models", "default")
sys.path.insert(0, os.path.join(HERE, "..", "app"))
import tiny_model  # noqa: E402


def make(folder, script=os.path.join(HERE, "default_script.json")):
    with open(os.path.join(DEFAULT_MODEL, "config.json"), encoding="utf-8") as file:
        tiny_model.VOCAB = json.load(file)["vocab_size"]
    tiny_model.DIM = 32
    tiny_model.make(folder, os.path.join(DEFAULT_MODEL, "tokenizer.json"))
    config = tiny_model.CONFIG | {"vocab_size": tiny_model.VOCAB, "hidden_size": tiny_model.DIM,
                                  "max_position_embeddings": 131072}
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as out:
        json.dump(config, out, indent=1)
    shutil.copy(os.path.join(DEFAULT_MODEL, "leyden.json"), os.path.join(folder, "leyden.json"))
    shutil.copy(script, os.path.join(folder, "script.json"))
    return folder


if __name__ == "__main__":
    make(*sys.argv[1:])
