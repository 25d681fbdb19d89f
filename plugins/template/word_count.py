# SPDX-License-Identifier: Apache-2.0
"""The template's tool in Python, as an MCP server: `pip install mcp`. docs/plugins.md goes through it."""
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

server = MCPServer("words")


@server.tool(annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
def word_count(text: str) -> str:
    """Counts the words of a text."""
    return "%d words" % len(text.split())


if __name__ == "__main__":
    server.run()
