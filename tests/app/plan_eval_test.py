# SPDX-License-Identifier: Apache-2.0
"""leyden plan and leyden eval: shapes, numbers that must agree, and what they refuse."""
import json
import os
import subprocess
import sys
import unittest

from cli import ROOT, CliTest, TinyModelTest

DEFAULT_MODEL = os.path.join(ROOT, "models/default")
PART = {"memory_bytes", "weights_bytes", "kv_bytes", "workspace_bytes", "free_bytes"}


class Plan(TinyModelTest):
    def test_cpu(self):
        plan = self.json("plan", "--model", self.model, "--context", 1000, "--sessions", 3,
                         "--memory", "100M")
        self.assertTrue(plan["fits"])
        self.assertEqual(plan["gpus"], [])
        host = plan["host"]
        self.assertEqual(set(host), PART)
        self.assertEqual(host["memory_bytes"], 100_000_000)
        self.assertEqual(host["kv_bytes"], 3 * 1024 * plan["kv_bytes_per_token"])  # whole pages
        self.assertEqual(host["free_bytes"], host["memory_bytes"] - host["weights_bytes"] -
                         host["kv_bytes"] - host["workspace_bytes"])
        self.assertEqual(plan["max_context"], 4096)
        self.assertGreater(plan["max_sessions"], 3)

    def test_gpus(self):
        plan = self.json("plan", "--model", self.model, "--gpus", "2x2GiB")
        self.assertEqual(len(plan["gpus"]), 2)
        self.assertIsNone(plan["host"])
        self.assertEqual(plan["gpus"][0]["memory_bytes"], 2 << 30)
        self.assertEqual(plan["context"], 4096)

    def test_too_small(self):
        plan = self.json("plan", "--model", self.model, "--memory", "100k")
        self.assertFalse(plan["fits"])
        self.assertLess(plan["host"]["free_bytes"], 0)
        self.assertTrue(plan["advice"])
        self.assertIn("does not fit", self.text("plan", "--model", self.model, "--memory", "100k"))

    def test_misuse(self):
        model = ("--model", self.model)
        for gpus in ("0x80GB", "x80GB", "8x", "8y80", "-1x80GB"):
            self.fails("invalid_argument", "plan", *model, "--gpus", gpus, says="--gpus")
        self.fails("invalid_argument", "plan", *model, "--gpus", "80GB", "--cpu", says="exclude")
        self.fails("invalid_argument", "plan", *model, "--context", 4097, says="4097")
        self.fails("not_found", "plan", "--model", self.path("nowhere"), says="config.json")


class Eval(TinyModelTest):
    TEXT = "The keeper of the harbour is Ada.\n\nThe tide comes in twice a day."

    def suite(self, *items):
        path = self.path("suite.jsonl")
        with open(path, "w") as f:
            for item in items:
                f.write(item if isinstance(item, str) else json.dumps(item))
                f.write("\n")
        return path

    def questions(self, **changes):
        return {"kind": "questions", "length": 64, "language": "en", "title": "Harbour", "text": self.TEXT,
                "reference": "[{n}]", "refusals": ["No."], "questions": [
                    {"task": "fact", "question": "Who?", "gold": [[0, 33]], "value": "Ada"},
                    {"task": "absent", "question": "When?", "gold": [], "value": None}]} | changes

    def test_counts(self):
        text = {"kind": "text", "name": "sea", "length": 60, "bos": "", "text": self.TEXT * 3}
        out = self.json("eval", "--model", self.model, "--suite", self.suite(self.questions(), text),
                        "--attention", "dsa,dense", "--mode", "free,held", "--recall")
        self.assertEqual(len(out["cells"]), 2 * 2 * 2)
        for cell in out["cells"]:
            self.assertEqual(cell["n"], 1)
            self.assertLessEqual(cell["first"]["low"], cell["first"]["high"])
        self.assertEqual({row["attention"] for row in out["loss"]}, {"dsa", "dense"})
        for row in out["loss"]:
            self.assertEqual(row["tokens"], 60)
            self.assertGreater(row["nats"], 0)
        (recall,) = out["recall"]
        for layer in recall["layers"]:
            self.assertLessEqual(layer["captured"], layer["best"] + 1e-6)
            self.assertLessEqual(layer["best"], 1 + 1e-3)

    def test_bad_suites(self):
        for item, says in (("{", "line 1"), ({"kind": "song"}, "length"),
                           (self.questions(text=""), "text"),
                           (self.questions(questions=[{"task": "fact", "question": "?", "gold": [[5, 999]]}]),
                            "gold"),
                           (self.questions(refusals=3), "line 1")):
            self.fails("corrupt", "eval", "--model", self.model, "--suite", self.suite(item), says=says)
        self.fails("corrupt", "eval", "--model", self.model, "--suite", self.suite(), says="none")
        self.fails("not_found", "eval", "--model", self.model, "--suite", self.path("gone"), says="gone")


class LayerSlice(CliTest):
    """tests/tools/make_layer_slice.py at small dimensions: the runtime takes what it makes."""
    SMALL = ("vocab_size=512,hidden_size=256,intermediate_size=384,moe_intermediate_size=128,num_attention_heads=16,"
             "n_routed_experts=16,index_n_heads=8,q_lora_rank=128,num_experts_per_tok=8")

    def test_whole_and_a_rank(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("no numpy")
        weights = {}
        for ranks in (1, 8):
            folder = self.path(f"rank_of_{ranks}")
            subprocess.run([sys.executable, os.path.join(ROOT, "tests/tools/make_layer_slice.py"), folder, "--dense", "1",
                            "--moe", "2", "--rank-of", str(ranks), "--set", self.SMALL], check=True)
            info = self.json("info", "--model", folder)
            self.assertEqual(info["layers"], 3)
            plan = self.json("plan", "--model", folder, "--context", 256, "--memory", "1G")
            (row,) = self.json("bench", "--model", folder, "--context", 128, "--decode", 32)
            self.assertGreater(row["decode_tokens_per_s"], 0)
            weights[ranks] = plan["host"]["weights_bytes"]
        self.assertLess(weights[8], weights[1] / 2)


@unittest.skipUnless(os.path.exists(os.path.join(DEFAULT_MODEL, "model.safetensors")), "no default model")
class EvalOfTheDefaultModel(CliTest):
    def test_right_wrong_and_refused(self):
        with open(os.path.join(ROOT, "LICENSE")) as f:
            filler = f.read()[:6000]
        fact = "The access code for the old lighthouse is 4471903."
        text = filler[:3000] + "\n\n" + fact + "\n\n" + filler[3000:]
        begin = len(text[:text.index(fact)].encode())
        gold = [[begin, begin + len(fact)]]
        ask = "What is the access code for the old lighthouse?"
        suite = {"kind": "questions", "length": 2048, "language": "en", "title": "Licence", "text": text,
                 "reference": "⟦{n}⟧", "refusals": ["I could not find this in the document."],
                 "questions": [
                     {"task": "fact", "question": ask, "gold": gold, "value": "4471903"},
                     {"task": "wrong passage", "question": ask, "gold": [[0, 40]], "value": "4471903"},
                     {"task": "wrong value", "question": ask, "gold": gold, "value": "4471904"},
                     {"task": "absent", "question": "What is the shoe size of Boris Quist?", "gold": [],
                      "value": None}]}
        path = self.path("suite.jsonl")
        with open(path, "w") as f:
            json.dump(suite, f)
        out = self.json("eval", "--model", DEFAULT_MODEL, "--suite", path, "--mode", "held")
        hits = {c["task"]: [c[k]["hits"] for k in ("first", "exact", "value", "refused")] for c in out["cells"]}
        self.assertEqual(hits["fact"], [1, 1, 1, 0])
        self.assertEqual(hits["wrong passage"], [0, 0, 1, 0])
        self.assertEqual(hits["wrong value"], [1, 0, 0, 0])
        self.assertEqual(hits["absent"], [1, 1, 1, 1])


if __name__ == "__main__":
    unittest.main()
