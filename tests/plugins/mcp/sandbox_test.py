#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sandboxed server starts from a virtual environment and a script in the home folder, reads what its command
names, and nothing else: no home, no other folder, no socket of another program, no network, nothing to write to."""
import json
import os
import socket
import subprocess
import sys
import tempfile

from probing import check, probe

SERVER = r'''
import json, os, socket, sys

def tried(what):
    try:
        return str(what())
    except OSError as e:
        return "refused: " + (os.strerror(e.errno) if e.errno else str(e))

def unix(path):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    return "connected"

def look(a):
    def write(path):
        open(os.path.join(path, "written"), "w").close()
        return "written"
    return {"home": tried(lambda: sorted(os.listdir(os.environ["HOME"]))),
            "neighbour": tried(lambda: open(a["secret"]).read()),
            "elsewhere": tried(lambda: open(a["elsewhere"]).read()),
            "named": tried(lambda: open(os.path.join(sys.argv[1], "tide")).read()),
            "socket": tried(lambda: unix(a["socket"])),
            "network": tried(lambda: socket.create_connection(("127.0.0.1", a["port"]), 2) and "connected"),
            "write_named": tried(lambda: write(sys.argv[1])),
            "write_system": tried(lambda: write("/usr")),
            "write_home": tried(lambda: write(os.environ["HOME"])),
            "run": tried(lambda: os.listdir("/run")),
            "prefix": sys.prefix}

for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m:
        continue
    r = {"initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {}},
         "tools/list": {"tools": [{"name": "look", "inputSchema": {"type": "object"}}]}}.get(m["method"])
    if m["method"] == "tools/call":
        r = {"content": [{"type": "text", "text": json.dumps(look(m["params"]["arguments"]))}]}
    reply = {"result": r} if r else {"error": {"code": -32601, "message": "no"}}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **reply}), flush=True)
'''


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


# Not below /tmp, which a sandbox has one of its own.
with tempfile.TemporaryDirectory(dir=os.getcwd()) as d:
    home, data = os.path.join(d, "home"), os.path.join(d, "data")
    write(home + "/servers/server.py", SERVER)
    write(home + "/.ssh/id", "a key")
    write(home + "/named/tide", "5.2 m")
    write(data + "/diary", "dear diary")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home + "/venv"], check=True)
    listening = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    os.chdir(data)
    unix.bind("agent")  # a path that is too long for a socket's name from elsewhere
    unix.listen()
    seen = {"secret": home + "/.ssh/id", "elsewhere": data + "/diary", "socket": data + "/agent",
            "port": listening.getsockname()[1]}

    def look(**changes):
        server = {"name": "s", "command": [home + "/venv/bin/python", home + "/servers/server.py", home + "/.ssh/../named/"],
                  **changes}
        out = probe(server, "s-look", json.dumps(seen), env={**os.environ, "HOME": home})
        check("calls" in out and "text" in out["calls"][0], out)
        return json.loads(out["calls"][0]["text"])

    r = look()
    check(r["home"] == "['named', 'servers', 'venv']" and r["named"] == "5.2 m" and r["prefix"] == home + "/venv", r)
    for what in ("neighbour", "elsewhere", "socket", "network", "write_named", "write_system", "run"):
        check(r[what].startswith("refused"), (what, r))
    check(r["write_home"] == "written" and not os.path.exists(home + "/written"), r)
    r = look(network=True)
    check(r["network"] == "connected" and r["socket"].startswith("refused") and r["elsewhere"].startswith("refused"), r)
    # A prefix whose bin/python leads back to the program.
    write(data + "/prefix/lib/x", "")
    write(data + "/prefix/bin/python3.x", "#!/bin/sh\nexit 3\n")
    os.chmod(data + "/prefix/bin/python3.x", 0o755)
    os.symlink("python3.x", data + "/prefix/bin/python")
    out = probe({"name": "s", "command": [data + "/prefix/bin/python3.x"]})
    check("the server is gone" in out["error"], out)
    r = look(sandbox=False)  # what the walls kept away was there
    check(r["elsewhere"] == "dear diary" and r["neighbour"] == "a key" and r["network"] == "connected", r)
print("ok")
