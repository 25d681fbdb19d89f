#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Servers and a client that nobody here wrote: the official SDK of both eras and its servers, from PyPI.

    foreign_servers_test.py mcp_probe leyden FOLDER

Only with LEYDEN_LONG_TESTS: it fetches packages, into FOLDER.
"""
import functools
import json
import os
import subprocess
import sys
import tempfile
import venv

import probing
from probing import check

LEYDEN, FOLDER = sys.argv[2:]
probe = functools.partial(probing.probe, check=True)
PACKAGES = {"stateless": ["mcp>=2.3,<3", "mcp-server-time", "mcp-server-git"], "handshake": ["mcp<2", "mcp-server-time"]}
OVER_HTTP = """
from mcp.server import MCPServer
server = MCPServer("harbour")
@server.tool()
def depth(berth: int) -> int:
    return 5 + berth
server.run("streamable-http", port=%d)
"""
CLIENT = """
import asyncio, json, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
async def main():
    async with stdio_client(StdioServerParameters(command=sys.argv[1], args=sys.argv[2:])) as (r, w):
        async with ClientSession(r, w) as session:
            await session.initialize()
            tools = await session.list_tools()
            found = await session.call_tool("search", {"query": "access code of the boathouse"})
            print(json.dumps({"tools": [t.name for t in tools.tools], "found": found.content[0].text}))
asyncio.run(main())
"""


def programs(name):
    """The folder of the programs of PACKAGES[name]; None without a registry."""
    folder = os.path.join(FOLDER, name)
    done = os.path.join(folder, "done")
    if not os.path.exists(done):
        venv.create(folder, with_pip=True, clear=True)
        if subprocess.run([os.path.join(folder, "bin", "pip"), "-q", "install", *PACKAGES[name]]).returncode != 0:
            return None
        open(done, "w").close()
    return os.path.join(folder, "bin")


def local(*command):
    return {"name": "s", "command": list(command)}


def tells_the_time(folder, revisions):
    r = probe(local(os.path.join(folder, "mcp-server-time")), "s-convert_time",
              '{"source_timezone": "Asia/Shanghai", "time": "12:00", "target_timezone": "Asia/Tokyo"}',
              "s-convert_time", '{"source_timezone": "Nowhere", "time": "12:00", "target_timezone": "Asia/Tokyo"}')
    check(r["revision"] in revisions and {t["name"] for t in r["tools"]} == {"s-convert_time", "s-get_current_time"}, r)
    good, bad = r["calls"]
    check(not good["is_error"] and "13:00" in good["text"] and bad["is_error"] and bad["text"], r)


def reads_a_repository(folder, scratch):
    repository = os.path.join(scratch, "repository")
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", repository)
    subprocess.run(["git", "init", "-q", repository], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "The lamp is lit"], check=True)
    r = probe(local(os.path.join(folder, "mcp-server-git"), "--repository", repository),
              "s-git_log", json.dumps({"repo_path": repository}), "s-git_log", json.dumps({"repo_path": "/"}))
    check("The lamp is lit" in r["calls"][0]["text"] and r["calls"][1]["is_error"], r)


def answers_over_http(folder, scratch):
    import socket
    import time
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([os.path.join(folder, "python"), "-c", OVER_HTTP % port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              cwd=scratch)
    try:
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(.1)
        r = probe({"name": "s", "url": "http://127.0.0.1:%d/mcp" % port}, "s-depth", '{"berth": 3}', "s-depth", '{"berth": "x"}')
    finally:
        server.kill()
        server.wait()
    check(json.loads(r["calls"][0]["structured"]) == {"result": 8} and r["calls"][1]["is_error"], r)


def runs_the_template(folder):
    template = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "plugins", "template", "word_count.py")
    r = probe(local(os.path.join(folder, "python"), template), "s-word_count", '{"text": "one two  three"}')
    check(r["calls"][0]["text"] == "3 words" and r["tools"][0]["read_only"], r)


def serves_a_library(folder, scratch):
    rules = os.path.join(scratch, "rules.txt")
    with open(rules, "w") as f:
        f.write("Boats are moored at night.\fThe access code of the boathouse is 8812.\n")
    out = subprocess.run([os.path.join(folder, "python"), "-c", CLIENT, LEYDEN, "mcp", "--library", rules],
                         stdout=subprocess.PIPE, timeout=90, check=True).stdout
    r = json.loads(out)
    check(set(r["tools"]) == {"search", "open"} and "8812" in r["found"], r)


def main():
    if not os.environ.get("LEYDEN_LONG_TESTS"):
        print("SKIP: only with LEYDEN_LONG_TESTS, it fetches packages from PyPI")
        return 77
    folders = {name: programs(name) for name in PACKAGES}
    if None in folders.values():
        print("SKIP: the packages cannot be had here")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        tells_the_time(folders["stateless"], {"2026-07-28"})
        tells_the_time(folders["handshake"], {"2025-11-25", "2025-06-18"})
        reads_a_repository(folders["stateless"], scratch)
        runs_the_template(folders["stateless"])
        answers_over_http(folders["stateless"], scratch)
        for folder in folders.values():
            serves_a_library(folder, scratch)
    print("official servers and clients, both eras: all as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
