# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C: work stops soon, the exit code says so, nothing half-made is left, a chat goes on."""
import json
import os
import pty
import select
import signal
import subprocess
import time
import unittest

from cli import LEYDEN, EXIT_CODES, TIMEOUT_S, CliTest, TinyModelTest, environment, start

# The default model reads this for many seconds on any machine.
LONG_TEXT = "".join(f"Paragraph {i}: the tide comes in twice a day, and boat {i * 7} waits for it.\n\n"
                    for i in range(3000))


def wait_for(stream, text):
    """Reads lines until one has `text`; what came."""
    seen = b""
    while text not in seen:
        line = stream.readline()
        if not line:
            raise AssertionError(f"ended before {text!r}: {seen!r}")
        seen += line
    return seen


class Interrupted(CliTest):
    def stop(self, process, signals=1, number=signal.SIGINT):
        """Sends the signals; (exit code, stdout, stderr, seconds until it ended)."""
        begun = time.monotonic()
        for _ in range(signals):
            process.send_signal(number)
            time.sleep(0.05)
        out, err = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, out, err.decode(), time.monotonic() - begun

    def check(self, stopped):
        code, out, err, seconds = stopped
        self.assertEqual(code, EXIT_CODES["cancelled"], err)
        self.assertEqual(json.loads(err.splitlines()[-1])["error"]["code"], "cancelled")
        self.assertLess(seconds, 30)
        return out

    def reading(self, number=signal.SIGINT):
        process = start("chat", "--doc", self.write("long.txt", LONG_TEXT), "--ask", "Which boat waits?",
                        "--json", "--progress")
        wait_for(process.stderr, b"prefill")
        return self.stop(process, number=number)

    def test_while_reading_a_document(self):
        answer = json.loads(self.check(self.reading()))
        self.assertEqual((answer["finish_reason"], answer["text"]), ("cancelled", ""))

    def test_terminate_is_the_same(self):
        self.check(self.reading(signal.SIGTERM))

    def test_logits_leave_no_file(self):
        ids = self.write("ids.txt", "3 4 5 6 7 8 9 10 " * 4000)
        for signals in (1, 2):
            process = start("logits", "--ids", ids, "--out", self.path("out.npy"), "--json", "--progress")
            wait_for(process.stderr, b" / ")
            wait_for(process.stderr, b"tokens")
            code, out, _, _ = self.stop(process, signals)
            self.assertEqual((code, out), (EXIT_CODES["cancelled"], b""))
            self.assertEqual(os.listdir(self.folder), ["ids.txt"])

    def test_while_waiting_for_stdin(self):
        for command in (["tokenize"], ["chat"]):
            process = start(*command, "--json")
            time.sleep(3)
            self.assertIsNone(process.poll())
            code, out, err, _ = self.stop(process)
            self.assertEqual((code, out), (EXIT_CODES["cancelled"], b""), err)


class Terminal(TinyModelTest):
    def read_until(self, terminal, text):
        seen, end = b"", time.monotonic() + TIMEOUT_S
        while text not in seen:
            self.assertLess(time.monotonic(), end, seen)
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 4096)
        return seen

    def test_a_chat_goes_on_after_ctrl_c(self):
        terminal, other = pty.openpty()
        process = subprocess.Popen([LEYDEN, "chat", "--model", self.model, "--max-tokens", "4000"], stdin=other,
                                   stdout=other, stderr=other, env=environment(), start_new_session=True)
        os.close(other)
        try:
            self.read_until(terminal, b"> ")
            os.write(terminal, b"half a question")
            process.send_signal(signal.SIGINT)
            self.read_until(terminal, b"/quit or Ctrl-D leaves")
            os.write(terminal, b"Tell me everything.\n")
            self.read_until(terminal, b"\n")
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            self.read_until(terminal, b"> ")
            self.assertIsNone(process.poll())
            os.write(terminal, b"/doc\n")
            self.read_until(terminal, b"no documents")
            os.write(terminal, b"/quit\n")
            self.assertEqual(process.wait(TIMEOUT_S), 0)
        finally:
            process.kill()
            process.wait()
            os.close(terminal)


if __name__ == "__main__":
    unittest.main()
