#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Both eras, pages of tools, and servers that are slow, die, shout or ask: the client stays up, says what
happened, and leaves no process behind."""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from probing import check, probe

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripted_server.py")


def local(*era):
    return {"name": "s", "command": [sys.executable, SERVER, *era], "sandbox": False}


r = probe(local("legacy"), "s-ok", "{}", "s-fails", "{}", "s-noise", "{}", "s-not_plain", "{}", "s-none", "{}",
          "s-ok", "[]")
check(r["revision"] == "2025-06-18" and len(r["tools"]) == 10, r)
check([t["name"] for t in r["tools"]] == sorted(t["name"] for t in r["tools"]), r)
ok = next(t for t in r["tools"] if t["name"] == "s-ok")
check(ok["read_only"] and not ok["destructive"] and ok["network"], ok)
check(all(t["destructive"] for t in r["tools"] if t["name"] != "s-ok"), r)
calls = r["calls"]
check(calls[0]["text"] == "fine\n[image content, left out]" and json.loads(calls[0]["structured"]) == {"tide": 5.2}, calls)
check(calls[1]["is_error"] and calls[1]["text"] == "no such port", calls)
check(not calls[2]["is_error"] and not calls[3]["is_error"], calls)
check("not_found" in calls[4]["error"] and calls[5]["is_error"], calls)

r = probe(local("stateless"), "s-ok", "{}", "s-asks", "{}")
check(r["revision"] == "2026-07-28" and not r["calls"][0]["is_error"], r)
check(r["calls"][1]["is_error"] and "further input" in r["calls"][1]["text"], r)

for era in ("legacy", "stateless"):
    r = probe(local(era), "--limit", "1", "s-slow", "{}")
    check(r["calls"][0]["is_error"] and "within 1 s" in r["calls"][0]["text"] and r["calls"][0]["seconds"] < 3, r)
    r = probe(local(era), "--cancel", "0.5", "s-slow", "{}")
    check("cancelled" in r["calls"][0]["error"] and r["calls"][0]["seconds"] < 3, r)
    # The server is told, why too, and goes on working for the same client.
    r = probe(local(era), "--limit", "1", "s-patient", "{}", "--limit", "20", "--cancel", "0.5", "s-patient", "{}",
              "--fresh", "", "s-cancelled", "{}", "s-ok", "{}")
    check(r["calls"][0]["is_error"] and "within 1 s" in r["calls"][0]["text"], r)
    check("cancelled" in r["calls"][1]["error"] and r["calls"][1]["seconds"] < 3, r)
    check(r["calls"][2]["text"] == "the time limit is reached; cancelled" and not r["calls"][3]["is_error"], r)
    r = probe(local(era), "s-die", "{}", "s-ok", "{}")
    check(all(c["is_error"] and "disk is on fire" in c["text"] for c in r["calls"]), r)
    r = probe(local(era), "--limit", "20", "s-huge", "{}")
    check(r["calls"][0]["is_error"] and r["calls"][0]["seconds"] < 20, r)

with tempfile.TemporaryDirectory() as d:
    r = probe(local("dies_on_discover", os.path.join(d, "died")), "s-ok", "{}")
    check(r["revision"] == "2025-06-18" and not r["calls"][0]["is_error"], r)
began = time.time()
r = probe(local("silent_on_discover"), "s-ok", "{}")
check(r["revision"] == "2025-06-18" and time.time() - began < 20, r)
check("2031-01-01" in probe(local("other_revision"))["error"], "other revision")
check("usage: wrong" in probe(local("exits"))["error"], "exits")
check("not_found" in probe({"name": "s", "command": ["/no/such/program"], "sandbox": False})["error"], "missing")
for bad in ({"name": "s"}, {"name": "a b", "url": "http://x"}, {"name": "s", "url": "ftp://x"},
            {"name": "s", "command": "ls"}, {"name": "s", "command": [], "sandbox": False},
            {"name": "s", "url": "http://x", "colour": 1}, {"name": "s", "url": "http://x", "headers": {"a": "b\r\nc"}}):
    check("invalid_argument" in probe(bad)["error"], bad)


class Handler(http.server.BaseHTTPRequestHandler):
    """A legacy server over HTTP, which answers calls as a stream of events and gives a session id."""
    def log_message(self, *args):
        pass

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method = message["method"]
        if method != "server/discover" and method != "initialize":
            assert self.headers["Mcp-Session-Id"] == "abc", method
        if "id" not in message:
            self.send_response(202)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        result = {"initialize": {"protocolVersion": "2025-03-26", "capabilities": {}, "serverInfo": {}},
                  "tools/list": {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]},
                  "tools/call": {"content": [{"type": "text", "text": "over http"}]}}.get(method)
        reply = {"jsonrpc": "2.0", "id": message["id"]}
        reply.update({"result": result} if result else {"error": {"code": -32601, "message": "no"}})
        body = json.dumps(reply)
        if method == "tools/call":
            time.sleep(json.loads(json.dumps(message["params"]["arguments"])).get("wait", 0))
            body = ": hello\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\ndata: " + body + "\n\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if method == "tools/call" else "application/json")
        if method == "initialize":
            self.send_header("Mcp-Session-Id", "abc")
        self.end_headers()
        self.wfile.write(body.encode())


web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=web.serve_forever, daemon=True).start()
url = {"name": "w", "url": "http://127.0.0.1:%d/mcp" % web.server_port}
r = probe(url, "w-echo", "{}", "--limit", "1", "w-echo", "{\"wait\": 5}")
check(r["revision"] == "2025-03-26" and r["calls"][0]["text"] == "over http" and r["tools"][0]["network"], r)
check(r["calls"][0]["hosts"] == ["127.0.0.1:%d" % web.server_port], r)
check(r["calls"][1]["is_error"] and r["calls"][1]["seconds"] < 3, r)
check("error" in probe({"name": "w", "url": "http://127.0.0.1:1/"}), "nobody listens")

left = subprocess.run(["pgrep", "-f", SERVER], stdout=subprocess.PIPE).stdout.split()
check(not left, "processes are left: %s" % left)
print("scripted MCP servers: all as expected")
