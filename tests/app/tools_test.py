# SPDX-License-Identifier: Apache-2.0
"""Tools on the command line: listed, called, used in a chat, served over MCP."""
import json
import os
import subprocess
import unittest

import cli
from cli import TinyModelTest

RULES = "Boats are moored at night.\fThe access code of the boathouse is 8812.\n"
DEFAULT_MODEL = os.path.join(cli.ROOT, "models", "default")
REFUSAL = "I could not find this in the document."
NEWEST = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


class Tools(TinyModelTest):
    def setUp(self):
        super().setUp()
        self.rules = self.path("rules.txt")
        self.write("rules.txt", RULES)

    def leyden(self, *args, stdin=b""):
        process = cli.start(*args, env={"LEYDEN_MODEL": self.model, "XDG_DATA_HOME": self.path("data")},
                            stdin=subprocess.PIPE)
        out, err = process.communicate(stdin, timeout=cli.TIMEOUT_S)
        return cli.Outcome(process.returncode, out, err)

    def good(self, *args, stdin=b""):
        outcome = self.leyden(*args, stdin=stdin)
        self.assertEqual(outcome.code, 0, outcome)
        return outcome

    def test_tools_are_listed_and_called(self):
        listed = json.loads(self.good("tools", "--library", self.rules, "--json").out)
        self.assertEqual({t["name"] for t in listed}, {"search", "open"})
        found = json.loads(self.good("tools", "--library", self.rules, "--json", "--call", "search",
                                     '{"query": "access code of the boathouse"}').out)
        self.assertEqual(found["passages"][0]["page"], 2)
        self.assertIn("8812", found["passages"][0]["text"])
        self.assertIn(b"8812", self.good("tools", "--library", self.rules, "--call", "search",
                                         '{"query": "boathouse"}').out)

    def test_misuse_is_said(self):
        self.assertEqual(self.leyden("tools").code, cli.EXIT_CODES["invalid_argument"])
        self.assertEqual(self.leyden("tools", "--library", self.rules, "--call", "fly", "{}").code,
                         cli.EXIT_CODES["not_found"])
        self.assertEqual(self.leyden("tools", "--tools").code, cli.EXIT_CODES["not_found"])
        self.assertEqual(self.leyden("chat", "--library", self.rules, "--schema", self.rules, "--ask", "x").code,
                         cli.EXIT_CODES["invalid_argument"])

    def test_a_plugin_that_came_along_runs_in_this_process_if_wanted(self):
        self.write("settings.json", json.dumps({"org.leyden.calculator": {"in_process": True}}))
        chosen = ["--plugin-settings", self.path("settings.json"), "--call", "calculate",
                  '{"expression": "60 mph in km/h"}']
        self.assertIn(b"96.56064 km/h", self.good("tools", "--shipped", *chosen).out)
        folder = os.path.join(os.path.dirname(cli.LEYDEN), "..", "lib", "leyden", "plugins")
        foreign = self.leyden("tools", "--plugins", folder, *chosen)
        self.assertEqual(foreign.code, cli.EXIT_CODES["not_found"], foreign)
        self.assertIn(b"org.leyden.calculator: in_process: it did not come with Leyden", foreign.err)

    def test_a_server_is_not_started_unasked(self):
        self.write("server.json", json.dumps({"name": "x", "command": ["/usr/bin/touch", self.path("ran")],
                                              "sandbox": False}))
        outcome = self.leyden("tools", "--mcp", self.path("server.json"))
        self.assertEqual(outcome.code, cli.EXIT_CODES["cancelled"], outcome)
        self.assertIn(b"nobody is at the terminal", outcome.err)
        with self.assertRaises(FileNotFoundError):
            open(self.path("ran"), "rb")

    def test_a_chat_over_files_tells_its_run(self):
        answer = json.loads(self.good("chat", "--library", self.rules, "--ask", "What is the code?",
                                      "--max-tokens", "8", "--json").out)
        self.assertGreaterEqual(len(answer["run"]["steps"]), 1)
        self.assertIn(answer["run"]["stopped"], ("answered", "max_steps"))

    def test_with_search_switched_off_it_does_not_know(self):
        asked = ("chat", "--model", DEFAULT_MODEL, "--library", self.rules, "--ask",
                 "What is the access code of the boathouse?", "--constrain", "--exact-quotes", "--json")
        found = json.loads(self.good(*asked).out)
        self.assertTrue(found["text"].endswith("Answer: 8812."), found["text"])
        for left_out in (("search",), ("search", "open")):
            answer = json.loads(self.good(*asked, *(w for name in left_out for w in ("--without", name))).out)
            self.assertEqual(answer["text"], REFUSAL)
            called = {c["name"] for s in answer["run"]["steps"] for c in s["calls"]}
            self.assertTrue(called.isdisjoint(left_out), called)
        self.assertEqual(self.leyden(*asked, "--without", "fly").code, cli.EXIT_CODES["not_found"])

    def test_an_answer_under_a_schema(self):
        self.write("schema.json", '{"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, '
                   '"maximum": 9}}, "required": ["n"]}')
        answer = json.loads(self.good("chat", "--schema", self.path("schema.json"), "--ask", "How many?",
                                      "--max-tokens", "40", "--json").out)
        self.assertIn(json.loads(answer["text"])["n"], range(1, 10))

    def exchange(self, *requests):
        lines = "".join(json.dumps(r) + "\n" for r in requests)
        out = self.good("mcp", "--library", self.rules, stdin=lines.encode()).out
        return [json.loads(line) for line in out.splitlines()]

    def test_mcp_with_a_handshake(self):
        replies = self.exchange(
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18"}},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
            {"jsonrpc": "2.0", "id": 3, "method": "tools/call",
             "params": {"name": "search", "arguments": {"query": "boathouse"}}},
            {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "fly"}},
            {"jsonrpc": "2.0", "id": 5, "method": "no/such"})
        self.assertEqual([r["id"] for r in replies], [1, 2, 3, 4, 5])
        self.assertEqual(replies[0]["result"]["protocolVersion"], "2025-06-18")
        self.assertEqual({t["name"] for t in replies[1]["result"]["tools"]}, {"search", "open"})
        self.assertIn("8812", replies[2]["result"]["content"][0]["text"])
        self.assertEqual(replies[3]["error"]["code"], -32602)
        self.assertEqual(replies[4]["error"]["code"], -32601)

    def test_mcp_without_a_handshake(self):
        replies = self.exchange(
            {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": NEWEST}},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {"_meta": NEWEST}},
            {"jsonrpc": "2.0", "id": 3, "method": "tools/list",
             "params": {"_meta": {"io.modelcontextprotocol/protocolVersion": "2031-01-01"}}})
        self.assertEqual(replies[0]["result"]["supportedVersions"], ["2026-07-28"])
        self.assertEqual(replies[1]["result"]["resultType"], "complete")
        self.assertEqual(replies[2]["error"]["data"]["supported"], ["2026-07-28"])

    def test_mcp_bad_lines(self):
        out = self.good("mcp", "--library", self.rules, stdin=b"{\n[]\n\n\"x\"\n{\"id\": 1}\n").out
        codes = [json.loads(line)["error"]["code"] for line in out.splitlines()]
        self.assertEqual(codes, [-32700, -32600, -32600, -32600])


if __name__ == "__main__":
    unittest.main()
