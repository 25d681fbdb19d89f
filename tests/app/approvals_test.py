# SPDX-License-Identifier: Apache-2.0
"""Chats with tools on the command line, a person at the terminal: once, this session, always, no and why;
what is asked about whatever was allowed; what is kept of a run, and that the next question goes on from it.
Answers are scripted (tests/fake).

    python3 approvals_test.py REPOSITORY LEYDEN FAKE_LIBRARY_FOLDER FAKE_MODEL
"""
import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time
import unittest

import cli
from cli import CliTest

FAKE, MODEL = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
SECRET = "The access code of the old lighthouse is 4471903, and it is changed every spring."
CALL = {"name": "calculate", "arguments": {"expression": "12 * 7"}}
LEAK = {"name": "calculate", "arguments": {"expression": "the access code of the old lighthouse is 4471903"}}
SCRIPT = {"answers": [
    {"when": "the sum", "times": 0, "steps": [{"tool_calls": [CALL]}]},
    {"when": "leak it", "times": 0, "steps": [{"tool_calls": [LEAK]}]},
    {"when": "ask the server", "times": 0, "steps": [{"tool_calls": [{"name": "far-ok", "arguments": {}}]}]},
    {"when": "look it up", "times": 0, "steps": [{"tool_calls": [
        {"name": "search", "arguments": {"query": "access code lighthouse"}}]}]},
    {"when": "84", "times": 0, "steps": [{"text": "It is 84."}]},
    {"when": "fine", "times": 0, "steps": [{"text": "The server is fine."}]},
    {"when": "4471903", "times": 0, "steps": [{"text": "It is 4471903."}]},
    {"when": "was not allowed", "times": 0, "steps": [{"text": "You did not allow it."}]},
    {"when": "and then", "times": 0, "steps": [{"text": "That was all."}]},
    {"steps": [{"text": "Something else."}]}]}


class Approvals(CliTest):
    def setUp(self):
        super().setUp()
        self.env = {"LD_LIBRARY_PATH": FAKE, "LEYDEN_MODEL": MODEL, "XDG_DATA_HOME": self.path("data"),
                    "LEYDEN_FAKE_SCRIPT": self.write("script.json", json.dumps(SCRIPT))}

    def chat(self, questions, replies, *flags):
        """Asks one question a line; (answers, what the terminal showed). replies: what is typed, one a time
        that the terminal asks; each must be asked for."""
        terminal, other = pty.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(other, termios.TIOCSCTTY, 0)
        process = subprocess.Popen([cli.LEYDEN, "chat", *flags, "--json"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=cli.environment(self.env),
                                   preexec_fn=take_terminal)
        seen, left = [b""], list(replies)

        def person():
            end = time.monotonic() + cli.TIMEOUT_S
            while time.monotonic() < end and process.poll() is None:
                if not select.select([terminal], [], [], 0.2)[0]:
                    continue
                try:
                    seen[0] += os.read(terminal, 4096)
                except OSError:
                    return
                if seen[0].count(b"no and why: ") > len(replies) - len(left) and left:
                    os.write(terminal, left.pop(0).encode() + b"\n")
        watcher = threading.Thread(target=person)
        watcher.start()
        try:
            out, err = process.communicate("".join(q + "\n" for q in questions).encode(), timeout=cli.TIMEOUT_S)
        finally:
            process.kill()
            process.wait()
            watcher.join()
            os.close(terminal)
            os.close(other)  # until here: a terminal that nobody has open gives nothing to read
        shown = seen[0].decode()
        self.assertEqual(process.returncode, 0, (err, shown))
        self.assertEqual(left, [], "not asked: " + shown)
        self.assertEqual(shown.count("no and why: "), len(replies), shown)
        return [json.loads(line) for line in out.splitlines()], shown

    def calls(self, answer):
        return [call for step in answer["run"]["steps"] for call in step["calls"]]

    def decisions(self, answers):
        return [call["decision"] for answer in answers for call in self.calls(answer)]

    def test_once_is_once(self):
        answers, shown = self.chat(["the sum", "the sum"], ["y", "yes"], "--shipped")
        self.assertEqual(self.decisions(answers), ["once", "once"])
        self.assertEqual(answers[0]["text"], "It is 84.")
        self.assertIn("12 * 7", shown)
        self.assertIn("[s]ession", shown)
        self.assertNotIn("[a]lways", shown, "there is no store that could keep it")

    def test_a_session_is_this_one(self):
        answers, _ = self.chat(["the sum", "the sum", "the sum"], ["s"], "--shipped", "--session", "sums")
        self.assertEqual(self.decisions(answers), ["session"] * 3)
        answers, _ = self.chat(["the sum"], ["y"], "--shipped", "--session", "sums")
        self.assertEqual(self.decisions(answers), ["once"], "the next program was not asked")

    def test_always_is_kept_in_the_store(self):
        answers, shown = self.chat(["the sum"], ["a"], "--shipped", "--session", "sums")
        self.assertEqual(self.decisions(answers), ["always"])
        self.assertIn("[a]lways", shown)
        answers, _ = self.chat(["the sum"], [], "--shipped", "--session", "other sums")
        self.assertEqual(self.decisions(answers), ["always"])
        answers, _ = self.chat(["the sum"], ["y"], "--shipped")
        self.assertEqual(self.decisions(answers), ["once"], "another store's word counted")

    def test_no_has_a_reason_that_the_model_reads(self):
        answers, _ = self.chat(["the sum"], ["no sums today"], "--shipped")
        self.assertEqual(answers[0]["text"], "You did not allow it.")
        (call,) = self.calls(answers[0])
        self.assertEqual((call["decision"], call["reason"], call["ok"]), ("denied", "no sums today", False))
        self.assertIn("no sums today", call["result"])

    def server(self):
        script = os.path.join(cli.ROOT, "tests/plugins/mcp/scripted_server.py")
        return self.write("far.json", json.dumps({"name": "far", "command": [sys.executable, script, "stateless"],
                                                  "sandbox": False}))

    def test_the_network_is_never_allowed_for_good(self):
        for reply, decision in (("y", "once"), ("s", "denied"), ("a", "denied")):
            with self.subTest(reply=reply):
                answers, shown = self.chat(["ask the server"], ["y", reply], "--mcp", self.server(), "--session", "far")
                self.assertEqual(self.decisions(answers), [decision])
                self.assertIn("It can reach the network.", shown)
                self.assertNotIn("[s]ession", shown)
                self.assertNotIn("[a]lways", shown)

    def test_words_of_a_document_need_a_word_of_their_own(self):
        rules = self.write("rules.txt", SECRET)
        answers, shown = self.chat(["the sum", "leak it", "the sum"], ["s", "that is mine"],
                                   "--shipped", "--doc", rules)
        self.assertEqual(self.decisions(answers), ["session", "denied", "session"])
        self.assertIn("passes on words of your documents: the access code of the old lighthouse is 4471903", shown)
        (call,) = self.calls(answers[1])
        self.assertEqual(call["library_text"], LEAK["arguments"]["expression"])
        self.assertEqual(call["reason"], "that is mine")
        self.assertEqual(answers[1]["text"], "You did not allow it.")

    def test_words_that_a_search_brought_count_too(self):
        cli.run("doc", "add", self.write("rules.txt", SECRET), env=self.env)
        answers, shown = self.chat(["look it up", "leak it"], ["y"], "--tools", "--shipped", "--session", "house")
        self.assertEqual(self.decisions(answers), ["built in", "once"])
        self.assertIn("passes on words of your documents", shown)

    def test_a_run_is_kept_and_the_next_question_goes_on_from_it(self):
        cli.run("doc", "add", self.write("rules.txt", SECRET), env=self.env)
        flags = ("--tools", "--shipped", "--session", "house")
        (first,), _ = self.chat(["look it up"], [], *flags)
        self.assertEqual(first["text"], "It is 4471903.")
        (second,), _ = self.chat(["and then"], [], *flags)
        self.assertEqual(second["text"], "That was all.")
        read = first["run"]["steps"][-1]["usage"]
        self.assertGreaterEqual(second["usage"]["reused_tokens"], read["prompt_tokens"],
                                "what the run had read was read again")
        (third,), _ = self.chat(["the sum"], ["no"], *flags)
        self.assertEqual(self.decisions([third]), ["denied"])

        on = {"env": self.env}
        markdown = self.path("house.md")
        self.text("session", "export", "house", markdown, **on)
        with open(markdown, encoding="utf-8") as file:
            text = file.read()
        for words in ("Calls `search`:", '{"query":"access code lighthouse"}', "search (library), allowed: built in",
                      "4471903", "Calls `calculate`:", "not allowed: the user said no", "failed*"):
            self.assertIn(words, text)
        written = self.json("session", "export", "house", self.path("house.json"), **on)
        with open(self.path("house.json"), encoding="utf-8") as file:
            tree = json.load(file)
        self.assertEqual(written["bytes"], os.path.getsize(self.path("house.json")))
        traces = [m["extra"]["call"] for m in tree["messages"] if m["role"] == "tool"]
        self.assertEqual([t["name"] for t in traces], ["search", "calculate"])
        self.assertEqual(traces[0], self.calls(first)[0])
        for field in ("arguments", "result", "result_bytes", "hosts", "begin_ms", "seconds", "decision"):
            self.assertIn(field, traces[1])
        self.text("session", "export", "house", self.path("again"), "--format", "markdown", **on)
        with open(self.path("again"), encoding="utf-8") as file:
            self.assertEqual(file.read(), text)
        bundle = self.json("session", "export", "house", self.path("house.md"), "--format", "bundle", **on)
        self.assertEqual(bundle["messages"], len(tree["messages"]))

    def test_an_export_that_cannot_be_written_leaves_nothing(self):
        self.chat(["the sum"], ["y"], "--shipped", "--session", "sums")
        done = cli.run("session", "export", "sums", self.path("nowhere", "a.md"), env=self.env)
        self.check_failure(done, "not_found", "a.md", False)
        self.assertEqual(os.path.exists(self.path("nowhere")), False)


if __name__ == "__main__":
    unittest.main()
