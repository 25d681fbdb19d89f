#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An MCP server that misbehaves on demand: scripted_server.py ERA, where ERA is legacy, stateless,
dies_on_discover, silent_on_discover, other_revision or exits."""
import json
import os
import sys
import time

ERA = sys.argv[1]
META = "io.modelcontextprotocol/"
TOOLS = [{"name": n, "description": n, "inputSchema": {"type": "object", "properties": {}}}
         for n in ("ok", "slow", "die", "huge", "noise", "asks", "fails", "not.plain", "cancelled", "patient")]
TOOLS[0]["annotations"] = {"readOnlyHint": True}
cancel_reasons = []  # that the client gave


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def call(name):
    if name == "slow":
        time.sleep(60)
    if name == "patient":  # works until it is told not to, and then has no answer
        while (message := json.loads(sys.stdin.readline())).get("method") != "notifications/cancelled":
            pass
        cancel_reasons.append(message["params"]["reason"])
        return None
    if name == "cancelled":
        return {"content": [{"type": "text", "text": "; ".join(cancel_reasons)}], "resultType": "complete"}
    if name == "die":
        sys.stderr.write("fatal: the disk is on fire\n")
        sys.stderr.flush()
        os._exit(3)
    if name == "huge":
        sys.stdout.write("x" * (20 << 20) + "\n")
        sys.stdout.flush()
        time.sleep(60)
    if name == "noise":
        sys.stdout.write("starting up...\n{\"not\": \"a reply\"}\n[1,2]\n")
        send({"jsonrpc": "2.0", "id": "server-1", "method": "roots/list"})
        send({"jsonrpc": "2.0", "method": "notifications/progress", "params": {}})
    if name == "asks":
        return {"resultType": "input_required", "inputRequests": {}}
    if name == "fails":
        return {"content": [{"type": "text", "text": "no such port"}], "isError": True}
    return {"content": [{"type": "text", "text": "fine"}, {"type": "image", "data": "", "mimeType": "image/png"}],
            "structuredContent": {"tide": 5.2}, "resultType": "complete"}


def answer(method, params):
    meta = params.get("_meta", {})
    stateless = ERA == "stateless"
    if method == "server/discover":
        if ERA == "dies_on_discover" and not os.path.exists(sys.argv[2]):
            open(sys.argv[2], "w").close()
            os._exit(1)
        if ERA == "silent_on_discover":
            return None
        if ERA == "other_revision":
            return {"supportedVersions": ["2031-01-01"]}
        if not stateless:
            raise KeyError(method)
        return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
    if stateless and (meta.get(META + "protocolVersion") != "2026-07-28" or META + "clientCapabilities" not in meta):
        raise ValueError("_meta is not there")
    if method == "initialize" and not stateless:
        return {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}}
    if method == "tools/list":
        if params.get("cursor") == "more":
            return {"tools": TOOLS[4:]}
        return {"tools": TOOLS[:4], "nextCursor": "more"}
    if method == "tools/call":
        return call(params["name"])
    raise KeyError(method)


if ERA == "exits":
    sys.stderr.write("usage: wrong\n")
    sys.exit(2)
for line in sys.stdin:
    message = json.loads(line)
    if message.get("method") == "notifications/cancelled":
        cancel_reasons.append(message["params"]["reason"])
    if "id" not in message or "method" not in message:
        continue
    try:
        result = answer(message["method"], message.get("params", {}))
        if result is not None:
            send({"jsonrpc": "2.0", "id": message["id"], "result": result})
    except KeyError:
        send({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
    except ValueError as e:
        send({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32602, "message": str(e)}})
