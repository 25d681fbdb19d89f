"""Every wording the model is trained on.  `python wording.py OUT_DIR` writes leyden.json."""
import json, sys

import tokens as K

REFUSAL_EN = "I could not find this in the document."
REFUSAL_ZH = "文档中没有提到这一点。"
VALUE = "\nAnswer: "           # between the quotes and the value they give
CITE = "Cite: {question}"
TOOL_PREAMBLE = "\n\n## Tools\nYou may call the following tools.\n"
TOOL_BLOCK = "\n### {name}\nDescription: {description}\nParameters: {parameters}\n"
TOOL_POSTAMBLE = ("\nTo call a tool, write:\n" + K.CALLS + K.CALL + "NAME" + K.SEP + "ARGUMENTS" + K.CALL_END + K.CALLS_END +
                  "\nARGUMENTS is JSON that obeys the schema of the tool.\n")
NO_RESULTS = "No results."
SEARCH = ("search", "Search the library and return the best passages.",
          {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})
OPEN = ("open", "Open one page of a document.",
        {"type": "object", "properties": {"document": {"type": "string"}, "page": {"type": "integer"}}, "required": ["document", "page"]})


def value_line(value):
    return VALUE + value + "."


def tools_block(tools, compact=False):
    sep = (",", ":") if compact else (", ", ": ")
    return TOOL_PREAMBLE + "".join(
        TOOL_BLOCK.replace("{name}", n).replace("{description}", d).replace("{parameters}", json.dumps(p, ensure_ascii=False, separators=sep))
        for n, d, p in tools) + TOOL_POSTAMBLE


def call(name, arguments):
    return K.CALLS + K.CALL + name + K.SEP + json.dumps(arguments, ensure_ascii=False) + K.CALL_END + K.CALLS_END


def hit(title, page, passages):
    """One search hit or opened page inside a tool result; passages = [(number, text)]."""
    return "# %s (page %d)\n" % (title, page) + "".join(K.ref(n) + t for n, t in passages)


def leyden():
    return {"leyden_profile": 1, "chat_format": "v3.2-exp",
            "document": {"layout": "passages", "placement": "before_system", "begin": K.DOC, "end": K.DOC_END, "title": "# {title}\n",
                         "reference": {"pattern": "⟦{n}⟧", "count": K.REFS}, "passage": "{ref}{text}", "passage_tokens": {"min": 40, "max": 100}},
            "answer": {"quote": "{ref} > {text}", "value": value_line("{value}"), "refusal": [REFUSAL_EN, REFUSAL_ZH]},
            "tools": {"preamble": TOOL_PREAMBLE, "tool": TOOL_BLOCK, "postamble": TOOL_POSTAMBLE, "separator": ""},
            "tasks": {"cite": CITE, "literal": "Quote the passage that contains \"{words}\".", "read": "Quote passage {ref}.",
                      "search_result": "# {title} (page {page})\n{ref}{text}", "search_result_separator": "\n", "search_empty": NO_RESULTS,
                      "open_result": "# {title} (page {page})\n{passages}",
                      "search_tool": {"name": SEARCH[0], "description": SEARCH[1], "parameters": SEARCH[2]},
                      "open_tool": {"name": OPEN[0], "description": OPEN[1], "parameters": OPEN[2]}},
            "notes": {"several_quotes": "joined by a line feed", "numbering": "passage numbers run on across documents and tool results"}}


if __name__ == "__main__":
    with open(sys.argv[1] + "/leyden.json", "w") as f:
        json.dump(leyden(), f, ensure_ascii=False, indent=1)
        f.write("\n")
