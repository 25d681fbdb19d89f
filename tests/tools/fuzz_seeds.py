#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes good inputs for the fuzz targets, so that mutations start behind the first checks.

usage: fuzz_seeds.py FOLDER     makes FOLDER/<target>/*, from files of this repository and small ones made here
"""
import io
import pathlib
import struct
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

FILES = {
    "config_fuzz": ["models/default/config.json", "tests/goldens/checkpoints/*/config.json"],
    "manifest_fuzz": ["plugins/*/plugin.json"],
    "markdown_fuzz": ["README.md", "docs/agent.md", "docs/plugins.md"],
    "profile_fuzz": ["models/default/leyden.json", "tests/goldens/trial_profile/leyden.json"],
    "text_reader_fuzz": ["README.md", "docs/agent.md"],
}

EXPRESSIONS = [b"1 + 2 * (3 - 4) ^ 2", b"5 ft 3 in to cm", b"2024-02-29 + 1 year", b"sqrt(2) / pi", b"20 % of 80 USD",
               b"today - 2000-01-01 in days", b"0x1f & 7", b"max(1, 2, 3)!", b"3 km/h * 2 h", b"100 degC to degF"]

SCHEMAS = [
    b'{"type":"object","properties":{"a":{"type":"integer","minimum":-3,"maximum":17},'
    b'"b":{"enum":["x","\xe4\xb8\xad"]},"c":{"$ref":"#/$defs/d"}},"required":["a"],'
    b'"additionalProperties":false,"$defs":{"d":{"type":"array","items":{"type":"string","pattern":"^[a-z]{1,3}$"},'
    b'"minItems":1,"maxItems":3}}}',
    b'{"anyOf":[{"type":"null"},{"const":1.5},{"type":"number","exclusiveMinimum":0,"multipleOf":0.25}]}',
    b'{"type":"string","format":"date-time","minLength":2,"maxLength":20}',
    b'{"allOf":[{"type":"object"},{"properties":{"x":{"type":"boolean"}}}],"oneOf":[{"required":["x"]},{}]}',
]

CALLS = [
    '<think>Where?</think><\uff5ctool\u2581calls\u2581begin\uff5c><\uff5ctool\u2581call\u2581begin\uff5c>find'
    '<\uff5ctool\u2581sep\uff5c>{"query": "x"}<\uff5ctool\u2581call\u2581end\uff5c><\uff5ctool\u2581calls\u2581end\uff5c>',
    '<\uff5cDSML\uff5cfunction_calls>\n<\uff5cDSML\uff5cinvoke name="find">\n<\uff5cDSML\uff5cparameter name="query" string="true">x'
    '</\uff5cDSML\uff5cparameter>\n</\uff5cDSML\uff5cinvoke>\n</\uff5cDSML\uff5cfunction_calls>',
]

CHATS = [
    b'[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"assistant",'
    b'"reasoning_content":"r","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"a":1}}}]},'
    b'{"role":"tool","content":"y"},{"role":"assistant","content":"z","prefix":true}]',
    b'[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object",'
    b'"properties":{"a":{"type":"integer"}}}}}]',
]

MCP_MESSAGES = [
    b'{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","description":"b","inputSchema":{"type":"object"},'
    b'"annotations":{"readOnlyHint":true}}],"nextCursor":"c"}}',
    b'{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"x"},{"type":"image","data":"aGk=",'
    b'"mimeType":"image/png"}],"structuredContent":{"a":1},"isError":false}}',
    b'{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"no such tool","data":[1]}}',
    b'{"name":"n","command":["python3","s.py"],"env":{"A":"b"},"sandbox":true,"network":false}',
    b'{"name":"n","url":"https://example.org/mcp","headers":{"Authorization":"Bearer x"}}',
]

BBOX = b"""<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body><doc>
<page width="612.0" height="792.0"><flow><block xMin="72" yMin="72" xMax="200" yMax="96">
<line xMin="72" yMin="72" xMax="200" yMax="84"><word xMin="72" yMin="72" xMax="100" yMax="84">Hello</word>
<word xMin="104" yMin="72" xMax="130" yMax="84">&amp;world</word></line></block></flow></page></doc></body></html>"""

HTML = ('<html><head><title>T</title><meta charset="utf-8"></head><body><nav>no</nav><article><h1>Head</h1>'
        '<p>One &amp; two <a href="x">three</a>.</p><table><tr><th>a<td>b</table><pre>c\n d</pre><ul><li>e</ul>'
        '<p>\u4e2d\u6587\u3002</article></body></html>').encode()

HITS = b'{"query":"q","results":[{"url":"https://example.org/","title":"t","content":"c","engine":"e"}]}'


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def docx():
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return packed({
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f'<w:document {w}><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Head'
                             '</w:t></w:r></w:p><w:p><w:r><w:t>Text</w:t><w:br w:type="page"/></w:r></w:p><w:tbl><w:tr>'
                             '<w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>',
        "word/styles.xml": f'<w:styles {w}><w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>',
    })


def epub():
    return packed({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                                  '<rootfile full-path="a.opf"/></rootfiles></container>',
        "a.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="i" href="a.xhtml" '
                 'media-type="application/xhtml+xml"/><item id="n" href="n.xhtml" properties="nav"/></manifest>'
                 '<spine><itemref idref="i"/></spine></package>',
        "a.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>One</h1><p>Text</p></body></html>',
        "n.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li><a href="a.xhtml">One</a></li></ol>'
                   '</nav></body></html>',
    })


def pdf():
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
               b"<</Length 8>>stream\n0 0 m h\n\nendstream"]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def safetensors():
    header = b'{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}'
    return struct.pack("<Q", len(header)) + header + bytes(12)


def bundle_entry(kind, content):
    return struct.pack("<BH", kind, len(content)) + content


MADE = {
    "bundle_fuzz": [b"".join(bundle_entry(kind, b'{"schema":1}') for kind in range(1, 8))],
    "calculator_fuzz": EXPRESSIONS,
    "docx_reader_fuzz": [docx()],
    "epub_reader_fuzz": [epub()],
    "html_reader_fuzz": [HTML],
    "json_schema_fuzz": SCHEMAS,
    "mcp_message_fuzz": MCP_MESSAGES,
    "messages_fuzz": CHATS,
    "pdf_reader_fuzz": [pdf(), BBOX],
    "safetensors_fuzz": [safetensors()],
    "search_terms_fuzz": ["a \"quoted b\" -c \u4e2d\u6587 d*".encode()],
    "stream_parser_fuzz": [bytes([kind, 7]) + call.encode() for kind in range(8) for call in CALLS],
    "tokenizer_json_fuzz": [b'{"model":{"merges":["a b","b a"],"vocab":{"ba":258}}}',
                            b'{"pre_tokenizer":{"pretokenizers":[{"type":"Digits","individual_digits":true}]}}'],
    "web_page_fuzz": [HTML, HITS],
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    for target in sorted(FILES.keys() | MADE.keys()):
        seeds = [path.read_bytes() for pattern in FILES.get(target, []) for path in sorted(ROOT.glob(pattern))]
        seeds += MADE.get(target, [])
        into = folder / target
        into.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (into / f"{number}").write_bytes(seed)


main()
