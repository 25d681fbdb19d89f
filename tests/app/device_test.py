# SPDX-License-Identifier: Apache-2.0
"""leyden --device: chats, sessions and logits of the program on a GPU, which is emulated here.

The program opens libleyden_cuda.so beside libleyden.so: both are copied into one folder, the module being
the emulated one.
"""
import math
import os
import shutil
import struct
import sys
import tempfile
import unittest

LIBRARY, MODULE = os.path.realpath(sys.argv.pop(3)), os.path.realpath(sys.argv.pop(3))

from cli import ROOT, TinyModelTest  # noqa: E402

CHECKPOINT = os.path.join(ROOT, "tests/goldens/checkpoints/topk_small")


def read_npy(path):
    """A float32 matrix as a list of rows."""
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<H", raw[8:10])[0]
    shape = eval(raw[10:10 + size].decode())["shape"]
    values = struct.unpack(f"<{shape[0] * shape[1]}f", raw[10 + size:])
    return [values[i * shape[1]:(i + 1) * shape[1]] for i in range(shape[0])]


def kl(p, q):
    """KL divergence of two rows of logits, in nats."""
    lp, lq = (math.log(sum(map(math.exp, row))) for row in (p, q))
    return sum(math.exp(a - lp) * ((a - lp) - (b - lq)) for a, b in zip(p, q))


class Device(TinyModelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        version = next(name for name in os.listdir(os.path.dirname(LIBRARY))
                       if name.startswith("libleyden.so.") and name.count(".") == 2)  # the SONAME
        shutil.copy(LIBRARY, os.path.join(scratch.name, version))
        shutil.copy(MODULE, os.path.join(scratch.name, "libleyden_cuda.so"))
        cls.emulated = {"LD_LIBRARY_PATH": scratch.name}

    def logits(self, *args, **options):
        ids = self.write("ids.txt", " ".join(str(i * 7 % 90 + 3) for i in range(60)))
        self.text("logits", "--model", CHECKPOINT, "--ids", ids, "--out", self.path("out.npy"), *args, **options)
        return read_npy(self.path("out.npy"))

    def test_logits_are_close_and_repeatable(self):
        cpu = self.logits()
        device = self.logits("--device", "cuda", env=self.emulated)
        self.assertEqual(self.logits("--device", "cuda:0", "--chunk", "7", env=self.emulated), device)
        self.assertNotEqual(device, cpu)
        self.assertLess(sum(map(kl, cpu, device)) / len(cpu), 3e-2)

    def test_a_chat_is_kept_and_goes_on_elsewhere(self):
        def chat(device, *words):
            notes = []
            options = {"env": self.emulated} if device == "cuda" else {}
            return self.json(*words, "--model", self.model, "--store", self.path("jar"), "--device", device,
                             "--max-tokens", "5", "--evidence", notes=notes, **options)

        doc = self.write("doc.txt", "The boiler stands in the cellar. " * 9)
        first = chat("cuda", "chat", "--session", "s", "--doc", doc, "--ask", "Where is the boiler?")
        self.assertEqual(first["usage"]["completion_tokens"], 5)
        self.assertGreater(first["usage"]["prompt_tokens"], 64)
        again = chat("cpu", "session", "resume", "s", "--ask", "Where?")
        more = chat("cuda", "session", "resume", "s", "--ask", "And now?")
        for answer, before in ((again, first), (more, again)):
            self.assertGreaterEqual(answer["usage"]["reused_tokens"], before["usage"]["prompt_tokens"] - 1)

    def test_devices_are_listed(self):
        here = self.json("devices")["devices"][0]
        self.assertEqual((here["id"], here["usable"], here["capability"]), ("cpu", True, None))
        self.assertGreaterEqual(here["units"], 1)
        self.assertGreaterEqual(here["memory_bytes"], here["free_bytes"])
        emulated = self.json("devices", env=self.emulated)
        self.assertIsNone(emulated["no_cuda"])
        self.assertEqual([d["id"] for d in emulated["devices"]], ["cpu", "cuda:0"])
        self.assertEqual(emulated["devices"][1]["name"], "emulated")
        for device in emulated["devices"]:  # neither has sensors
            self.assertIsNone(device["temperature_c"])
            self.assertIsNone(device["power_w"])
        self.assertIn("cuda:0", self.text("devices", env=self.emulated))

    def test_what_cannot_be(self):
        ids = self.write("ids.txt", "3 4 5")
        words = ["logits", "--model", CHECKPOINT, "--ids", ids, "--out", self.path("out.npy")]
        self.fails("invalid_argument", *words, "--device", "tpu", says=("device", "tpu"))
        self.fails("invalid_argument", *words, "--device", "cuda:9", says="cuda:9", env=self.emulated)
        self.fails("unsupported", *words, "--device", "cuda", "--precision", "reference", env=self.emulated)
        self.assertEqual(os.listdir(self.folder), ["ids.txt"])

    @unittest.skipIf(os.path.exists("/dev/nvidia0"), "there is a GPU")
    def test_without_a_gpu(self):
        ids = self.write("ids.txt", "3 4 5")
        self.fails(("unsupported", "not_found"), "logits", "--model", CHECKPOINT, "--ids", ids, "--out",
                   self.path("out.npy"), "--device", "cuda", says="CUDA")
        self.assertIn("CUDA", self.json("devices")["no_cuda"])


if __name__ == "__main__":
    unittest.main()
