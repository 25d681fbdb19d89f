# SPDX-License-Identifier: Apache-2.0
"""The tools that ship, from the command line: the calculator, and the web through a SearXNG stand-in and
a page site on loopback, which the settings name. Offline makes no connection: seen in an empty network
namespace, whose kernel counts every one."""
import http.server
import json
import os
import subprocess
import sys
import threading
import unittest
import urllib.parse

import cli
from cli import TinyModelTest

PAGE = ("<html><head><title>Harbour hours</title></head><body><nav>Home Boats</nav><main><h1>Harbour hours</h1>"
        "<p>" + "The harbour closes at nine in the evening, in winter at six. " * 6 + "</p></main></body></html>")


class Site(http.server.BaseHTTPRequestHandler):
    """SearXNG's /search, and /hours."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        asked = urllib.parse.parse_qs(query)
        self.server.asked.append(self.path)
        if path == "/search" and asked.get("format") == ["json"]:
            url = f"http://127.0.0.1:{self.server.server_port}/hours"
            kind, body = "application/json", json.dumps(
                {"query": asked["q"][0], "results": [{"url": url, "title": "Hours", "content": asked["q"][0]}],
                 "answers": [], "unresponsive_engines": []})
        elif path == "/hours":
            kind, body = "text/html; charset=utf-8", PAGE
        else:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def settings_for(server, path):
    machine = f"127.0.0.1:{server.server_port}"
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"org.leyden.web": {"settings": {"searxng": "http://" + machine}, "network": [machine]}}, out)
    return path


def connections():
    """TCP connections begun and UDP datagrams sent in this network namespace."""
    counts = {}
    with open("/proc/net/snmp", encoding="ascii") as file:
        lines = [line.split() for line in file]
    for names, values in zip(lines[::2], lines[1::2]):
        counts |= {names[0] + n: int(v) for n, v in zip(names[1:], values[1:])}
    return counts["Tcp:ActiveOpens"] + counts["Udp:OutDatagrams"]


def inside(folder):
    """Run in a network namespace of its own: what offline and online commands did there, as JSON."""
    import fcntl
    import socket
    import struct
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:  # loopback up: a connection could be made
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
    server = serve()
    settings = settings_for(server, os.path.join(folder, "inside.json"))
    tools = ["--shipped", "--plugin-settings", settings]
    search = ["tools", *tools, "--call", "web_search", '{"query": "hours"}']
    said, begun = [], []
    for args in ([*search, "--offline"], ["chat", *tools, "--offline", "--ask", "Search.", "--max-tokens", "8"],
                 search):
        before = connections()
        done = cli.run(*args, env={"LEYDEN_MODEL": os.environ["LEYDEN_MODEL"], "XDG_DATA_HOME": folder})
        said.append([done.code, done.out.decode(), done.err])
        begun.append(connections() - before)
    json.dump({"said": said, "begun": begun, "asked": server.asked}, sys.stdout)


class Shipped(TinyModelTest):
    def setUp(self):
        super().setUp()
        self.server = serve()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.settings = settings_for(self.server, self.path("settings.json"))

    def call(self, name, arguments, *flags):
        return cli.run("tools", "--shipped", *flags, "--json", "--call", name, json.dumps(arguments))

    def test_the_calculator_needs_no_settings(self):
        listed = self.json("tools", "--shipped")
        self.assertEqual([t["name"] for t in listed], ["calculate"])
        self.assertEqual(listed[0]["origin"], "plugin org.leyden.calculator")
        done = self.call("calculate", {"expression": "60 mph in km/h"})
        self.assertEqual(json.loads(done.out)["text"], "96.56064 km/h")

    def test_search_and_read(self):
        named = ("--plugin-settings", self.settings)
        listed = {t["name"]: t for t in self.json("tools", "--shipped", *named)}
        self.assertEqual(list(listed), ["calculate", "web_search", "web_page"])
        self.assertTrue(listed["web_page"]["network"])
        found = json.loads(self.call("web_search", {"query": "harbour hours"}, *named).out)
        self.assertFalse(found["is_error"], found)
        self.assertEqual(found["hosts"], ["127.0.0.1"])
        url = json.loads(found["structured"])["results"][0]["url"]
        page = json.loads(self.call("web_page", {"url": url}, *named).out)
        self.assertEqual(page["hosts"], ["127.0.0.1"])
        self.assertIn("closes at nine", page["text"])
        self.assertNotIn("Boats", page["text"])
        self.assertEqual(self.server.asked, ["/search?q=harbour%20hours&format=json", "/hours"])

    def test_other_machines_are_refused(self):
        other = serve()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        done = self.call("web_page", {"url": f"http://127.0.0.1:{other.server_port}/hours"},
                         "--plugin-settings", self.settings)
        refused = json.loads(done.out)
        self.assertTrue(refused["is_error"])
        self.assertIn("private address", refused["text"])
        self.assertEqual((refused["hosts"], other.asked), ([], []))

    def test_bad_settings_are_named(self):
        self.write("bad.json", '{"org.leyden.web": {"netwrok": []}}')
        self.fails("invalid_argument", "tools", "--shipped", "--plugin-settings", self.path("bad.json"),
                   says="org.leyden.web.netwrok")
        self.write("wrong.json", '{"org.leyden.web": {"network": ["x.org"], "settings": {"searx": 1}}}')
        done = cli.run("tools", "--shipped", "--plugin-settings", self.path("wrong.json"))
        self.assertEqual(done.code, 0)
        self.assertIn('there is no "searx"', done.err)

    def test_offline_makes_no_connection(self):
        done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", sys.executable, __file__, cli.ROOT,
                               cli.LEYDEN, "--inside", self.folder], capture_output=True, text=True,
                              env=os.environ | {"LEYDEN_MODEL": self.model}, timeout=cli.TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        (code, text, _), (chat_code, _, chat_err), (online_code, found, _) = seen["said"]
        self.assertEqual(code, cli.EXIT_CODES["io"])
        self.assertIn("the network is switched off", text)
        self.assertEqual(chat_code, 0, chat_err)
        self.assertEqual(online_code, 0)
        self.assertIn("/hours", found)
        self.assertEqual(seen["begun"], [0, 0, 1])  # the last one shows that the others could be seen
        self.assertEqual(len(seen["asked"]), 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        unittest.main()
