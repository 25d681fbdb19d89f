# SPDX-License-Identifier: Apache-2.0
"""What every command about models prints: JSON shapes, text, exit code 0."""
import array
import json
import os
import shutil
import struct
import tempfile
import unittest

import tiny_model
from cli import CliTest, TinyModelTest, run

DOCUMENT = ("\ufeff# The harbour\n\nThe keeper of the lighthouse is Ada. The harbour was built in 1912.\n\n"
            "Das Füllhorn ist voll. " + "The tide comes in twice a day, and the boats wait for it. " * 40 +
            "\n\nThe harbour closes at nine in the evening.\n")


def read_npy(path):
    """(shape, float32 values) of a .npy file, whose header is checked."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    (size,) = struct.unpack("<H", data[8:10])
    assert (10 + size) % 64 == 0 and data[9 + size:10 + size] == b"\n"
    header = eval(data[10:10 + size].decode())  # a Python literal by the format's definition
    assert header["descr"] == "<f4" and header["fortran_order"] is False
    values = array.array("f", data[10 + size:])
    assert len(values) == header["shape"][0] * header["shape"][1]
    return header["shape"], values


class Info(TinyModelTest):
    KEYS = {"architecture", "layers", "parameters", "bytes", "fingerprint", "kv_bytes_per_token",
            "index_topk", "max_context"}

    def test_json(self):
        info = self.json("info", "--model", self.model)
        self.assertLessEqual(self.KEYS, set(info))
        self.assertEqual(info["architecture"], "DeepseekV32ForCausalLM")
        self.assertEqual(info["layers"], tiny_model.LAYERS)
        self.assertEqual(info["index_topk"], tiny_model.TOPK)
        self.assertEqual(info["max_context"], 4096)
        numbers = sum(self.size(shape) for shape in tiny_model.tensor_shapes().values())
        self.assertEqual(info["parameters"], numbers)
        self.assertEqual(info["bytes"], 4 * numbers)
        self.assertEqual(info["fingerprint"], "not computed")
        self.assertGreater(info["kv_bytes_per_token"], 0)

    @staticmethod
    def size(shape):
        return shape[0] * (shape[1] if len(shape) > 1 else 1)

    def test_text(self):
        text = self.text("info", "--model", self.model)
        self.assertRegex(text, r"(?m)^context +4,096 tokens$")
        self.assertRegex(text, r"(?m)^tokenizer +tokenizer.json$")

    def test_needs_no_tokenizer(self):
        model = shutil.copytree(self.model, self.path("bare"))
        os.remove(os.path.join(model, "tokenizer.json"))
        self.assertIs(self.json("info", "--model", model)["tokenizer"], False)

    def test_real_records_of_fp8_models(self):
        # 656 bytes of latent record and 132 of index record a token and layer at the 671B's dims
        info = self.json("info")
        self.assertEqual(info["kv_bytes_per_token"], info["layers"] * (656 + 132))


class Tokens(TinyModelTest):
    def test_json(self):
        ids = self.json("tokenize", "--model", self.model, stdin=b"hello")
        self.assertEqual(sorted(ids), ["count", "ids"])
        self.assertEqual(ids["count"], len(ids["ids"]))
        self.assertTrue(all(isinstance(i, int) for i in ids["ids"]))
        text = " ".join(map(str, ids["ids"])).encode()
        self.assertEqual(self.json("detokenize", "--model", self.model, stdin=text), {"text": "hello"})

    def test_exact_round_trip(self):
        said = DOCUMENT.encode() + "数字 123 🚢 \x00 \t end".encode()
        ids = self.text("tokenize", "--model", self.model, stdin=said)
        self.assertEqual(run("detokenize", "--model", self.model, stdin=ids.encode()).out, said)

    def test_special_tokens(self):
        model = ("--model", self.model)
        self.assertEqual(self.json("tokenize", *model, stdin=b"<think>")["count"], 1)
        self.assertGreater(self.json("tokenize", "--plain", *model, stdin=b"<think>")["count"], 1)

    def test_empty(self):
        self.assertEqual(self.json("tokenize", "--model", self.model), {"ids": [], "count": 0})

    def test_bad_ids(self):
        for text, says in ((b"12 x3", ("line 1, column 4", "'x3'")), (b"1\n\n 99999999999", "line 3, column 2"),
                           (b"1 -2", "'-2'"), (b"7 1000000", "1000000"), (b" \n", "no token ids")):
            self.fails("invalid_argument", "detokenize", "--model", self.model, stdin=text, says=says)


class Logits(TinyModelTest):
    IDS = [3, 4, 5, 900, 7, 8] * 30

    def setUp(self):
        super().setUp()
        self.ids = self.write("ids.txt", "\n".join(map(str, self.IDS)))
        self.out = self.path("out.npy")

    def logits(self, *flags, out=None, model=None):
        out = out or self.out
        said = self.json("logits", "--model", model or self.model, "--ids", self.ids, "--out", out, *flags)
        self.assertEqual(said["shape"], [len(self.IDS), tiny_model.VOCAB])
        self.assertEqual(said["bytes"], os.path.getsize(out))
        shape, values = read_npy(out)
        self.assertEqual(list(shape), said["shape"])
        return values

    def test_file_and_its_report(self):
        values = self.logits()
        self.assertTrue(all(v == v and abs(v) < 1e4 for v in values))
        self.assertGreater(len(set(values)), 1000)
        self.assertEqual(sorted(os.listdir(self.folder)), ["ids.txt", "out.npy"])
        self.assertIn(f"float32 [{len(self.IDS)}, {tiny_model.VOCAB}]",
                      self.text("logits", "--model", self.model, "--ids", self.ids, "--out", self.out))

    def test_the_last_positions(self):
        whole = self.logits()
        for n in (1, 5, len(self.IDS), 10 ** 6):
            rows = min(n, len(self.IDS))
            said = self.json("logits", "--model", self.model, "--ids", self.ids, "--out", self.out, "--last", n,
                             "--chunk", 3)
            self.assertEqual(said["shape"], [rows, tiny_model.VOCAB])
            self.assertEqual(read_npy(self.out)[1], whole[-rows * tiny_model.VOCAB:])

    def test_bits_do_not_depend_on_chunk_or_threads(self):
        base = self.logits()
        for flags in (("--chunk", 1), ("--chunk", 17), ("--threads", 1), ("--threads", 3, "--chunk", 64)):
            self.assertEqual(self.logits(*flags), base, flags)

    def test_modes_differ(self):
        reference = self.logits("--precision", "reference")
        self.assertNotEqual(self.logits(), reference)
        self.assertNotEqual(self.logits("--precision", "reference", "--attention", "dense"), reference)

    def test_needs_no_tokenizer(self):
        bare = shutil.copytree(self.model, self.path("bare"))
        os.remove(os.path.join(bare, "tokenizer.json"))
        self.assertEqual(self.logits(model=bare), self.logits())

    def test_replaces_a_file_and_follows_a_link(self):
        self.write("old.npy", "old")
        os.symlink("old.npy", self.path("link.npy"))
        self.logits(out=self.path("link.npy"))
        self.assertTrue(os.path.islink(self.path("link.npy")))
        self.assertEqual(read_npy(self.path("old.npy"))[0], (len(self.IDS), tiny_model.VOCAB))


class Chat(TinyModelTest):
    def ask(self, *flags, tokens=8):
        return self.json("chat", "--model", self.model, "--ask", "Who is the keeper?", "--max-tokens", tokens,
                         *flags)

    def test_json(self):
        answer = self.ask()
        for key, kind in {"text": str, "thinking": str, "finish_reason": str, "usage": dict,
                          "timing": dict, "evidence": list, "quotes": list}.items():
            self.assertIsInstance(answer[key], kind, key)
        for key in ("prompt_tokens", "completion_tokens", "reused_tokens"):
            self.assertIsInstance(answer["usage"][key], int)
        self.assertLessEqual(answer["usage"]["completion_tokens"], 8)
        for key in ("prefill_s", "decode_s", "ttft_s"):
            self.assertGreaterEqual(answer["timing"][key], 0)
        self.assertIn(answer["finish_reason"], ("stop", "length"))

    def test_evidence_points_into_the_file(self):
        path = self.write("harbour.md", DOCUMENT)
        raw = DOCUMENT.encode()
        answer = self.ask("--doc", path, "--evidence")
        self.assertGreater(len(answer["evidence"]), 0)
        self.assertLessEqual(len(answer["evidence"]), 64)
        for e in answer["evidence"]:
            self.assertLessEqual({"document", "begin", "end", "share", "quote", "file", "line"}, set(e))
            self.assertEqual(raw[e["begin"]:e["end"]].decode(), e["quote"])
            self.assertEqual(e["file"], path)
            self.assertEqual(raw[:e["begin"]].count(b"\n") + 1, e["line"])
            self.assertTrue(0 <= e["share"] <= 1)
        self.assertLessEqual(sum(e["share"] for e in answer["evidence"]), 1.001)
        self.assertEqual(self.ask("--doc", path)["evidence"], [])

    def test_evidence_names_the_page(self):
        pages = DOCUMENT.replace("\n\n", "\n\n\f")
        path, jar = self.write("pages.txt", pages), ("--session", "harbour", "--store", self.path("jar"))
        raw = pages.encode()
        self.assertIn(b"\f", raw)
        named = self.ask("--doc", path, "--evidence", *jar)["evidence"]
        for e in named:
            self.assertEqual(e["page"], raw[:e["begin"]].count(b"\f") + 1)
            self.assertEqual(e["label"], str(e["page"]))
        self.assertGreater(len({e["page"] for e in named}), 1)
        for e in self.ask("--evidence", *jar)["evidence"]:  # from the store alone
            self.assertEqual(e["page"], raw[3:][:e["begin"]].count(b"\f") + 1)  # without the byte order mark
            self.assertNotIn("file", e)
        shown = self.text("chat", "--model", self.model, "--evidence", "--max-tokens", 8, "--ask", "Who?", *jar)
        self.assertRegex(shown, r"pages.txt, page \d+, bytes \d+-\d+")

    def test_seed_and_temperature(self):
        hot = ("--temperature", "1.5")
        a = self.ask(*hot, "--seed", 1)["text"]
        self.assertEqual(a, self.ask(*hot, "--seed", 1)["text"])
        self.assertNotEqual(a, self.ask(*hot, "--seed", 2)["text"])
        self.assertEqual(self.ask()["text"], self.ask("--seed", 5)["text"])

    def test_system_and_thinking_reach_the_prompt(self):
        plain = self.ask()["usage"]["prompt_tokens"]
        self.assertGreater(self.ask("--system", "Answer in one word, please.")["usage"]["prompt_tokens"], plain)
        self.assertIn("thinking", self.ask("--thinking"))

    def test_questions_on_stdin_are_one_chat(self):
        out = self.run_ok("chat", "--model", self.model, "--max-tokens", 4, "--json",
                          stdin=b"First?\n\nSecond?\n")
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(answers), 2)
        self.assertGreater(answers[1]["usage"]["reused_tokens"], 0)

    def run_ok(self, *args, **options):
        done = run(*args, **options)
        self.assertEqual((done.code, done.err), (0, ""), done)
        return done.out

    def test_interactive_commands(self):
        text = self.text("chat", "--model", self.model, "--max-tokens", 4, "--doc",
                         self.write("harbour.md", DOCUMENT),
                         stdin=b'/help\n/doc\n"""\nWho\nis it?\n"""\n/undo\n/undo\n/evidence\n/nonsense\n'
                               b"One \\\nquestion?\n/quit\nnever read\n")
        for part in ("/evidence [on|off]", "harbour.md", "The last question is gone", "There is nothing to take",
                     "evidence is on", "No command /nonsense"):
            self.assertIn(part, text)
        self.assertNotIn("No command /quit", text)

    def test_bad_flags(self):
        ask = ("chat", "--model", self.model, "--ask")
        for flags, says in ((("x", "--temperature", "hot"), "--temperature"),
                            (("x", "--temperature", "-1"), "temperature"),
                            (("x", "--temperature", "nan"), "nan"), (("x", "--top-p", "0"), "--top-p"),
                            (("x", "--top-p", "1.5"), "top_p"), (("x", "--max-tokens", "-4"), "--max-tokens"),
                            (("x", "--stop", ""), "--stop"), (("",), "--ask"),
                            (("x", "--kv-memory", "lots"), "--kv-memory"), (("x", "--threads", "-1"), "--threads")):
            self.fails("invalid_argument", *ask, *flags, says=says, both=False)
        self.fails("context_overflow", *ask, "x" * 20000)

    def test_stop_text(self):
        text = self.ask(tokens=30)["text"]
        middle = text[len(text) // 2]
        stopped = self.ask("--stop", middle, tokens=30)
        self.assertEqual(stopped["text"], text.split(middle)[0])
        self.assertEqual(stopped["finish_reason"], "stop")


class Bench(TinyModelTest):
    KEYS = {"context", "attention", "prefill_tokens_per_s", "decode_tokens_per_s", "peak_rss_bytes", "kv_bytes"}

    def test_json(self):
        rows = self.json("bench", "--model", self.model, "--context", "64,512", "--attention", "dsa,dense",
                         "--decode", 32)
        self.assertEqual([(r["attention"], r["context"]) for r in rows],
                         [("dsa", 64), ("dsa", 512), ("dense", 64), ("dense", 512)])
        for row in rows:
            self.assertLessEqual(self.KEYS, set(row))
            for key in self.KEYS - {"attention"}:
                self.assertGreater(row[key], 0, key)

    def test_text(self):
        text = self.text("bench", "--model", self.model, "--context", "64", "--decode", 32)
        self.assertEqual(len(text.splitlines()), 2)

    def test_too_long(self):
        self.fails("context_overflow", "bench", "--model", self.model, "--context", "64,5000", says="5000")


class Read(CliTest):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.scratch.name, "plan.md")
        with open(self.path, "w", encoding="utf-8") as out:
            out.write("# Plan\n\nThe harbour closes at nine.\n")

    def tearDown(self):
        self.scratch.cleanup()

    def test_text(self):
        self.assertEqual(self.text("read", self.path), "# Plan\n\nThe harbour closes at nine.\n")
        self.assertIn("markdown", self.text("read", self.path, "--about"))

    def test_json(self):
        out = self.json("read", self.path)
        self.assertEqual((out["format"], out["title"], out["pages"]), ("markdown", "Plan", 1))
        page = out["text_pages"][0]
        words = [page["text"].encode()[w["begin"]:w["end"]].decode() for w in page["spans"]]
        self.assertEqual(words, ["Plan", "The", "harbour", "closes", "at", "nine"])

    def test_errors(self):
        self.fails("not_found", "read", self.path + ".none", says="plan.md.none")
        self.fails("invalid_argument", "read", self.path, "--page", 2, says="has 1")
        self.fails("unsupported", "read", self.path, "--image", self.path + ".ppm", says="no pages to draw")


class Program(CliTest):
    def test_version_and_help(self):
        self.assertRegex(self.text("--version"), r"^leyden \d+\.\d+\.\d+\n$")
        text = self.text("--help")
        for name in ("info", "tokenize", "detokenize", "logits", "chat", "bench", "read"):
            self.assertIn(name, text)
            self.assertIn("--json", self.text(name, "--help"))

    def test_misuse(self):
        self.fails("invalid_argument", says="subcommand")
        self.fails("invalid_argument", "sing", says="sing")
        self.fails("invalid_argument", "info", "--loud", says=("--loud", "leyden info --help"))
        self.check_failure(run("info", "--model"), "invalid_argument", "--model", False)
        self.fails("invalid_argument", "logits", "--out", "x.npy", says="--ids")
        self.fails("invalid_argument", "logits", "--precision", "exact", "--ids", "a", "--out", "b",
                   says="--precision")

    def test_closed_stdout(self):
        with open("/dev/full", "wb") as full:
            done = run("info", "--json", stdout=full)
        self.assertEqual(done.code, 7, done)
        self.assertEqual(json.loads(done.err)["error"]["code"], "io")


if __name__ == "__main__":
    unittest.main()
