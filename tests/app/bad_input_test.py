# SPDX-License-Identifier: Apache-2.0
"""Malformed input ends in a clear error: no crash, no hang, no silent answer, no partial file."""
import json
import os
import shutil
import struct
import unittest

from cli import TinyModelTest, needs_weak_user, run

INPUT_ERRORS = ("corrupt", "unsupported", "not_found", "invalid_argument")


class Checkpoint(TinyModelTest):
    """A copy of the model, one thing wrong in it, through `info` and `logits`."""

    def setUp(self):
        super().setUp()
        self.bad = shutil.copytree(self.model, self.path("bad"))
        self.weights = os.path.join(self.bad, "model.safetensors")
        self.ids = self.write("ids.txt", "3 4 5")

    def read_weights(self):
        with open(self.weights, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            return json.loads(file.read(size)), file.read()

    def write_weights(self, header, data, path=None):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path or self.weights, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)

    def change_header(self, change):
        header, data = self.read_weights()
        change(header)
        self.write_weights(header, data)

    def change_config(self, **fields):
        path = os.path.join(self.bad, "config.json")
        with open(path) as file:
            config = json.load(file)
        for key, value in fields.items():
            if value is KeyError:
                del config[key]
            else:
                config[key] = value
        with open(path, "w") as file:
            json.dump(config, file)

    def rejected(self, says=(), codes=INPUT_ERRORS, info_too=True):
        """logits must refuse and leave nothing behind; so must info where it can know."""
        message = self.fails(codes, "logits", "--model", self.bad, "--ids", self.ids, "--out",
                             self.path("out.npy"), says=says)
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad", "ids.txt"])
        if info_too:
            self.fails(codes, "info", "--model", self.bad, says=says, both=False)
        return message

    def test_truncated(self):
        whole = os.path.getsize(self.weights)
        for size in (0, 7, 8, 100, whole // 2, whole - 1):
            with self.subTest(size=size):
                os.truncate(self.weights, size)
                self.rejected("model.safetensors", codes="corrupt")
                shutil.copy(os.path.join(self.model, "model.safetensors"), self.weights)

    def test_header_lies(self):
        header, data = self.read_weights()
        name = "model.norm.weight"
        begin, end = header[name]["data_offsets"]
        for lie in ({"data_offsets": [begin, end + 4]}, {"data_offsets": [end, begin]},
                    {"data_offsets": [begin, 1 << 62]}, {"data_offsets": [-4, end]},
                    {"data_offsets": [0, end - begin]}, {"data_offsets": [begin]}, {"data_offsets": "all"},
                    {"dtype": "F64"}, {"dtype": "I8"}, {"dtype": 7}, {"dtype": "BF16"},
                    {"shape": [63]}, {"shape": [-64]}, {"shape": [1 << 62, 4]}, {"shape": []},
                    {"shape": [8, 8]}, {"shape": "wide"}):
            with self.subTest(lie=lie):
                self.write_weights(header | {name: header[name] | lie}, data)
                self.rejected(name)

    def test_header_is_no_header(self):
        _, data = self.read_weights()
        for text in (b"[]", b"7", b"{", b'{"a": 1}', b"\xff\xfe{}", b"{}", b'{"a": {}}', b"[" * 100000):
            with self.subTest(text=text[:20]):
                self.write_weights(text, data)
                self.rejected()
        for size in (1 << 40, (1 << 64) - 1, 1 << 63):
            with self.subTest(size=size):
                with open(self.weights, "r+b") as file:
                    file.write(struct.pack("<Q", size))
                self.rejected("model.safetensors", codes="corrupt")

    def test_gap(self):
        self.change_header(lambda header: header.pop("model.layers.1.mlp.experts.3.up_proj.weight"))
        self.rejected("model.safetensors")

    def test_missing_tensor(self):
        name = "model.layers.1.mlp.experts.3.up_proj.weight"
        self.change_header(lambda header: header.update({"model.extra": header.pop(name)}))
        self.rejected(name)

    def test_missing_files(self):
        os.remove(self.weights)
        self.rejected(codes="not_found")
        os.remove(os.path.join(self.bad, "config.json"))
        self.rejected("config.json", codes="not_found")
        shutil.rmtree(self.bad)
        self.fails("not_found", "info", "--model", self.bad, says="bad")
        self.fails(INPUT_ERRORS, "info", "--model", self.ids, both=False)

    def shard(self, index):
        header, data = self.read_weights()
        os.rename(self.weights, os.path.join(self.bad, "model-00001-of-00002.safetensors"))
        self.write_weights({"model.extra": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"\0" * 4,
                           os.path.join(self.bad, "model-00002-of-00002.safetensors"))
        names = {name: "model-00001-of-00002.safetensors" for name in header}
        with open(os.path.join(self.bad, "model.safetensors.index.json"), "w") as file:
            file.write(index if isinstance(index, str) else json.dumps({"weight_map": index(names)}))

    def test_shards_work(self):
        self.shard(lambda names: names)
        self.assertEqual(self.json("info", "--model", self.bad)["layers"], 2)

    def test_a_shards_name_is_no_command_to_a_terminal(self):
        hostile = "a\x1b[31m\rb" + "c" * 100 + ".safetensors"
        self.shard(lambda names: dict.fromkeys(names, hostile) | {"model.extra": "model-00002-of-00002.safetensors"})
        os.rename(os.path.join(self.bad, "model-00001-of-00002.safetensors"), os.path.join(self.bad, hostile))
        done = run("logits", "--model", self.bad, "--ids", self.ids, "--out", self.path("out.npy"), "--progress")
        err = done.err
        self.assertEqual(done.code, 0, err)
        self.assertIn("a[31m b" + "c" * 100, err)
        self.assertNotIn("\x1b", err)
        self.assertNotIn("\r", err)

    def test_missing_shard(self):
        self.shard(lambda names: names | {"model.norm.weight": "model-00003-of-00002.safetensors"})
        self.rejected("model-00003-of-00002.safetensors")

    def test_index_names_the_wrong_shard(self):
        self.shard(lambda names: names | {"model.norm.weight": "model-00002-of-00002.safetensors"})
        self.rejected("model.norm.weight")

    def test_index_leaves_the_folder(self):
        self.shard(lambda names: names | {"model.norm.weight": "../../etc/passwd"})
        self.rejected()

    def test_index_is_no_index(self):
        for text in ("", "{", "[]", '{"weight_map": 7}', '{"weight_map": {"a": 7}}'):
            with self.subTest(text=text):
                shutil.rmtree(self.bad)
                shutil.copytree(self.model, self.bad)
                self.shard(text)
                self.rejected("index.json")

    def test_config_contradicts_itself(self):
        for fields in (dict(hidden_size=-64), dict(hidden_size=0), dict(hidden_size=1 << 40),
                       dict(hidden_size="wide"), dict(hidden_size=63), dict(num_hidden_layers=3),
                       dict(num_hidden_layers=1000000), dict(num_attention_heads=KeyError),
                       dict(num_experts_per_tok=5), dict(n_group=3), dict(topk_group=2),
                       dict(n_routed_experts=-1), dict(kv_lora_rank=48), dict(qk_rope_head_dim=7),
                       dict(index_topk=0), dict(index_topk=-5), dict(vocab_size=0), dict(vocab_size=1169),
                       dict(rms_norm_eps=-1), dict(rope_theta="far"), dict(rope_theta=0),
                       dict(rope_scaling={"type": "magic"}), dict(max_position_embeddings=0),
                       dict(model_type="llama", architectures=["LlamaForCausalLM"]),
                       dict(scoring_func="dice"), dict(hidden_act="sin"), dict(eos_token_id=99999)):
            with self.subTest(**fields):
                shutil.copy(os.path.join(self.model, "config.json"), self.bad)
                self.change_config(**fields)
                self.rejected()

    def test_config_is_no_config(self):
        for text in ("", "{", "[]", "null", "\xff", "{}", "[" * 100000):
            with self.subTest(text=text[:20]):
                with open(os.path.join(self.bad, "config.json"), "w", encoding="latin-1") as file:
                    file.write(text)
                self.rejected("config.json", codes=("corrupt", "unsupported"))

    def test_weights_that_are_no_numbers(self):
        header, data = self.read_weights()
        begin, end = header["model.embed_tokens.weight"]["data_offsets"]
        self.write_weights(header, data[:begin] + b"\xff" * (end - begin) + data[end:])
        done = run("logits", "--model", self.bad, "--ids", self.ids, "--out", self.path("out.npy"), "--json")
        self.assertIn(done.code, range(0, 100))  # NaN in, NaN out is an answer; a crash is none


class Tokenizer(TinyModelTest):
    def setUp(self):
        super().setUp()
        self.bad = shutil.copytree(self.model, self.path("bad"))
        self.file = os.path.join(self.bad, "tokenizer.json")
        with open(self.file) as file:
            self.good = json.load(file)

    def rejected(self, text):
        with open(self.file, "wb") as file:
            file.write(text if isinstance(text, bytes) else json.dumps(text).encode())
        for command in (("tokenize",), ("detokenize",), ("chat", "--ask", "x")):
            self.fails(("corrupt", "unsupported"), *command, "--model", self.bad, stdin=b"1", both=False,
                       says="tokenizer.json")

    def test_no_tokenizer_json(self):
        for text in (b"", b"{", b"[]", b"7", b"\xff", b"[" * 100000, b'{"model": 7}', b'{"model": {}}'):
            with self.subTest(text=text[:20]):
                self.rejected(text)

    def test_truncated(self):
        with open(self.file, "rb") as file:
            whole = file.read()
        for share in (0.1, 0.5, 0.999):
            self.rejected(whole[:int(len(whole) * share)])

    def test_contradictions(self):
        model = self.good["model"]
        vocab = dict(model["vocab"])
        some = list(vocab)[-1]
        for change in ({"vocab": {}}, {"vocab": 7}, {"vocab": vocab | {some: -1}}, {"vocab": vocab | {some: "x"}},
                       {"vocab": vocab | {some: 1 << 40}}, {"vocab": vocab | {"twice": vocab[some]}},
                       {"merges": 7}, {"merges": ["a"]}, {"merges": [7]}, {"merges": ["never seen"]},
                       {"type": "WordPiece"}):
            with self.subTest(change=str(change)[-60:]):
                self.rejected(self.good | {"model": model | change})
        self.rejected(self.good | {"added_tokens": [{"id": -1, "content": "x"}]})
        self.rejected(self.good | {"pre_tokenizer": {"type": "Astrology"}})

    def test_missing(self):
        os.remove(self.file)
        for command in (("tokenize",), ("detokenize",), ("chat", "--ask", "x")):
            self.fails("not_found", *command, "--model", self.bad, stdin=b"1", says="tokenizer.json")


class Ids(TinyModelTest):
    def rejected(self, text, says, code="invalid_argument"):
        ids = self.write("ids.txt", text)
        self.fails(code, "logits", "--model", self.model, "--ids", ids, "--out", self.path("out.npy"), says=says)
        self.assertEqual(os.listdir(self.folder), ["ids.txt"])

    def test_ids(self):
        self.rejected("", "no token ids")
        self.rejected(" \n\t ", "no token ids")
        self.rejected("1 two 3", ("line 1, column 3", "'two'"))
        self.rejected("1\n2\n-3", "line 3")
        self.rejected("1.5", "'1.5'")
        self.rejected("99999999999999999999", "9999")
        self.rejected("1 2 1168", "1168")
        self.rejected(b"\x00\x01\x02", "\\x00")
        self.rejected("1 " * 5000, "4096", code="context_overflow")
        self.fails("not_found", "logits", "--model", self.model, "--ids", self.path("none"), "--out",
                   self.path("out.npy"), says="none")
        self.fails("invalid_argument", "logits", "--model", self.model, "--ids", self.folder, "--out",
                   self.path("out.npy"), says="folder")


class Outputs(TinyModelTest):
    def setUp(self):
        super().setUp()
        self.ids = self.write("ids.txt", "3 4 5 " * 40)

    def rejected(self, out, says, codes="io", **options):
        before = sorted(os.listdir(self.folder))
        self.fails(codes, "logits", "--model", self.model, "--ids", self.ids, "--out", out, says=says, **options)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_where_nothing_can_be_written(self):
        self.rejected(self.path("no", "such", "out.npy"), "out.npy", codes="not_found")
        self.rejected(self.folder, "not a regular file")
        self.rejected("/dev/full", "not a regular file")
        self.rejected("/proc/self/out.npy", "out.npy", codes=("io", "not_found"))
        self.rejected(self.path("ids.txt", "out.npy"), "out.npy", codes=("io", "not_found"))

    @needs_weak_user
    def test_folder_without_permission(self):
        os.mkdir(self.path("locked"))
        for folder in (self.folder, self.model, os.path.dirname(self.model)):
            os.chmod(folder, 0o755)
        os.chmod(self.path("locked"), 0o555)
        self.rejected(self.path("locked", "out.npy"), "Permission denied", weak=True)

    def test_disk_full(self):
        self.rejected(self.path("out.npy"), "out.npy", file_limit=100_000)
        with open(self.write("old.npy", "kept"), "rb") as old:
            self.rejected(self.path("old.npy"), "old.npy", file_limit=100_000)
            self.assertEqual(old.read(), b"kept")


class Documents(TinyModelTest):
    def rejected(self, path, says, codes="invalid_argument"):
        return self.fails(codes, "chat", "--model", self.model, "--doc", path, "--ask", "x", says=says)

    def test_documents(self):
        self.rejected(self.write("empty.txt", ""), ("empty.txt", "empty"))
        self.rejected(self.write("blank.txt", " \n\t\r\n"), ("blank.txt", "empty"))
        self.rejected(self.write("bom.txt", "\ufeff"), ("bom.txt", "empty"))
        self.rejected(self.write("latin.txt", "caf\xe9 au lait".encode("latin-1")), ("latin.txt", "0xe9", "offset 3"))
        self.rejected(self.write("cut.txt", "caf\xe9".encode()[:-1]), ("cut.txt", "offset 3"))
        self.rejected(self.write("surrogate.txt", b"a\xed\xa0\x80"), "offset 1")
        self.rejected(self.folder, "folder")
        self.rejected(self.path("none.txt"), "none.txt", codes="not_found")
        self.rejected(self.write("long.txt", "The tide comes in. " * 5000), "long.txt", codes="context_overflow")

    def test_hundred_megabytes(self):
        line = b"The tide comes in twice a day, and the boats wait for it; number %09d waits too.\n"
        path = self.path("huge.txt")
        with open(path, "wb") as file:
            for block in range(100_000_000 // (100 * 84)):
                file.write(b"".join(line % (block * 100 + i) for i in range(100)))
        self.assertGreater(os.path.getsize(path), 95_000_000)
        self.fails("context_overflow", "chat", "--model", self.model, "--doc", path, "--ask", "x",
                   says="huge.txt", both=False)


if __name__ == "__main__":
    unittest.main()
