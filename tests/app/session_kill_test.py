# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of an answer, through the real program: at most a second of it is lost, and
going on gives what not stopping would have given.

LEYDEN_LONG_TESTS=1 kills 400 times instead of 24.
"""
import os
import random
import select
import signal
import time
import unittest

from cli import TinyModelTest, run, start

KILLS = 400 if os.environ.get("LEYDEN_LONG_TESTS") else 24
MAY_LOSE_S = 1.0
LENGTH = 1500  # tokens


class SessionKill(TinyModelTest):
    def setUp(self):
        super().setUp()
        self.store = self.path("store")
        self.random = random.Random(20251)
        self.document = self.write("harbours.txt", "".join(
            f"Sentence {i} tells of harbour {i * 37 % 101}.\n" for i in range(8)))

    def flags(self, seed, length):
        return ["--model", self.model, "--store", self.store, "--threads", 1, "--temperature", 0.9,
                "--seed", seed, "--max-tokens", length]

    def whole(self, seed, length):
        """The answer without a stop, its tokens, and the seconds it takes."""
        began = time.monotonic()
        answer = self.json("chat", "--session", f"whole {seed}", "--doc", self.document, "--ask", "Go?",
                           *self.flags(seed, length))
        return answer["text"], answer["usage"]["completion_tokens"], time.monotonic() - began

    def killed(self, args, after_s):
        """Runs a command and kills it; what it had written more than MAY_LOSE_S before that, and
        whether it was killed at all."""
        process = start(*args)
        process.stdin.close()
        out, seen = process.stdout.fileno(), []
        os.set_blocking(out, False)
        text, began, killed_at = b"", time.monotonic(), None
        while True:
            wait = 0.02 if killed_at is None else 1
            ready, _, _ = select.select([out], [], [], wait)
            now = time.monotonic()
            if ready:
                part = os.read(out, 1 << 16)
                if not part:
                    break
                text += part
                seen.append((now, len(text)))
            if killed_at is None and now - began >= after_s:
                os.kill(process.pid, signal.SIGKILL)
                killed_at = time.monotonic()
        process.wait()
        process.stdout.close()
        process.stderr.close()
        old = max([n for at, n in seen if killed_at and at < killed_at - MAY_LOSE_S], default=0)
        return text[:old], process.returncode == -signal.SIGKILL

    def saved(self, name):
        return self.json("session", "show", name, "--store", self.store)["branch"]

    def branch(self, name):
        """The shown messages; none when the program died before the session was made."""
        shown = run("session", "show", name, "--store", self.store, "--json")
        return self.saved(name) if shown.code == 0 else []

    def finish(self, name, seed, whole):
        """Goes on until the answer is whole; it must be the one that not stopping gives."""
        branch = self.branch(name)
        had = branch[1]["extra"].get("sampler", {}).get("step", 0) if len(branch) > 1 else 0
        answer = self.json("session", "resume", name, "--continue", *self.flags(seed, LENGTH - had))
        self.assertEqual(answer["text"], whole)
        verified = self.json("session", "resume", name, "--verify", *self.flags(seed, 1))
        self.assertEqual((verified["promise"], verified["same"]), ("bits", True), verified)

    def test_at_most_a_second_is_lost_and_nothing_else(self):
        # A seed whose answer is long enough to be killed in.
        for seed in range(1, 200):
            whole, tokens, seconds = self.whole(seed, LENGTH)
            if tokens > LENGTH * 2 // 3:
                break
        kills = rounds = kept = 0
        while kills < KILLS:
            rounds += 1
            name = f"killed {rounds}"
            command = ["chat", "--session", name, "--doc", self.document, "--ask", "Go?",
                       *self.flags(seed, LENGTH)]
            text = ""
            for _ in range(3):  # killed up to three times in one answer
                durable, died = self.killed(command, self.random.uniform(0.02, seconds))
                kills += died
                branch, before = self.branch(name), text
                if not branch:  # died before the question was written: nothing was shown either
                    self.assertEqual(durable, b"")
                    break
                self.assertEqual(branch[0]["text"], "Go?")
                text = branch[1]["text"] if len(branch) > 1 else ""
                self.assertTrue(whole.startswith(text), (whole[:200], text[:200]))
                self.assertGreaterEqual(len(text.encode()), len(before.encode()) + len(durable.strip(b"\n")))
                if not died or (len(branch) > 1 and branch[1]["state"] == "complete"):
                    break
                had = branch[1]["extra"].get("sampler", {}).get("step", 0) if len(branch) > 1 else 0
                kept += had > 0
                command = ["session", "resume", name, "--continue", *self.flags(seed, LENGTH - had)]
            if branch and not (len(branch) > 1 and branch[1]["state"] == "complete"):
                self.finish(name, seed, whole)
        check = run("store", "check", "--store", self.store)
        self.assertEqual(check.code, 0, check)
        print(f"{kills} kills in {rounds} answers of {tokens} tokens ({seconds:.1f} s), {kept} times a part "
              "of the answer was kept and gone on with")
        self.assertGreater(kept, KILLS // 6)


if __name__ == "__main__":
    unittest.main()
