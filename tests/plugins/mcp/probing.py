# SPDX-License-Identifier: Apache-2.0
"""What the tests of MCP servers share. The first argument of each is mcp_probe."""
import json
import subprocess
import sys

PROBE = sys.argv[1]


def probe(server, *words, **options):
    """What mcp_probe says of a server; options of subprocess.run."""
    out = subprocess.run([PROBE, json.dumps(server), *words], stdout=subprocess.PIPE, timeout=90, **options).stdout
    return json.loads(out)


def check(condition, what):
    assert condition, json.dumps(what, indent=1)
