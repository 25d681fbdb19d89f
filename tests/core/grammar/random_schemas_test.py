#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random schemas of the supported subset, written under random logits: whatever comes out must be
JSON, satisfy its schema in the eyes of python3-jsonschema, and end within max_tokens."""
import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

WORDS = ["name", "age", "city", "é", "a b", 'quo"te', "名字", "x/y", "tags", "n"]


def schema(r, depth, refs):
    kinds = ["string", "integer", "number", "boolean", "null", "enum", "const", "types", "any"]
    if depth > 0:
        kinds += ["object", "array", "anyOf"] * 3
    if refs:
        kinds.append("ref")
    kind = r.choice(kinds)
    if kind == "string":
        s = {"type": "string"}
        if r.random() < .5:
            s["minLength"] = r.randint(0, 6)
        if r.random() < .5:
            s["maxLength"] = s.get("minLength", 0) + r.randint(0, 8)
        return s
    if kind == "integer":
        s = {"type": "integer"}
        if r.random() < .6:
            s["minimum"] = r.choice([-1000, -7, 0, 1, 5, 12, 99, 10 ** 6])
            if r.random() < .7:
                s["maximum"] = s["minimum"] + r.choice([0, 1, 9, 23, 12345])
        elif r.random() < .5:
            s["exclusiveMaximum"] = r.choice([-3, 0, 3.5, 17])
        return s
    if kind in ("number", "boolean", "null"):
        return {"type": kind}
    if kind == "enum":
        return {"enum": r.sample(["red", "grün", 1, 2.5, None, True, ["a", 1], {"k": "v"}], r.randint(1, 5))}
    if kind == "const":
        return {"const": r.choice(["fixed", 7, {"a": [1]}])}
    if kind == "types":
        return {"type": r.sample(["string", "null", "integer", "boolean"], 2)}
    if kind == "any":
        return r.choice([True, {}, {"description": "anything"}])
    if kind == "ref":
        return {"$ref": "#/$defs/" + r.choice(refs)}
    if kind == "anyOf":
        return {"anyOf": [schema(r, depth - 1, refs) for _ in range(r.randint(1, 3))]}
    if kind == "array":
        s = {"type": "array", "items": schema(r, depth - 1, refs)}
        if r.random() < .5:
            s["minItems"] = r.randint(0, 3)
        if r.random() < .5:
            s["maxItems"] = s.get("minItems", 0) + r.randint(0, 3)
        return s
    names = r.sample(WORDS, r.randint(0, 4))
    s = {"type": "object", "properties": {n: schema(r, depth - 1, refs) for n in names}}
    s["required"] = [n for n in names if r.random() < .5]
    if r.random() < .5:
        s["additionalProperties"] = r.choice([False, True, schema(r, 0, [])])
    return s


def make(r):
    refs = ["t0", "t1"] if r.random() < .3 else []
    s = schema(r, r.randint(0, 3), refs)
    if refs:
        if not isinstance(s, dict):
            s = {"anyOf": [s, {"$ref": "#/$defs/t0"}]}
        s = {"anyOf": [s], "$defs": {
            "t0": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/t0"}, {"type": "null"}]}},
                   "required": ["next"]},
            "t1": schema(r, 1, [])}}
    return s


REFUSED = [({"type": "string", "pattern": "a+"}, "pattern"), ({"type": "array", "uniqueItems": True}, "uniqueItems"),
           ({"oneOf": [{"type": "string"}]}, "oneOf"), ({"type": "object", "propertyNames": {}}, "propertyNames"),
           ({"type": "strange"}, "strange"), (False, "false"), ({"$ref": "#/nowhere"}, "nowhere"),
           ({"type": "integer", "minimum": 3, "maximum": 2}, "bounds"), ({"type": "number", "minimum": 1}, "minimum"),
           ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "satisfies")]


def main():
    writer, tokenizer = sys.argv[1:3]
    r = random.Random(7)
    jobs = [{"schema": make(r), "seed": i, "max_tokens": r.choice([8, 24, 60, 200])} for i in range(1500)]
    jobs += [{"schema": s, "seed": 1, "max_tokens": 50} for s, _ in REFUSED]
    lines = "\n".join(json.dumps(j, ensure_ascii=False) for j in jobs) + "\n"
    out = subprocess.run([writer, tokenizer], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    results = [json.loads(line) for line in out.decode().splitlines()]
    assert len(results) == len(jobs), (len(results), len(jobs))
    complete = cut = 0
    for job, result in zip(jobs[:-len(REFUSED)], results):
        where = json.dumps(job, ensure_ascii=False) + " -> " + json.dumps(result, ensure_ascii=False)
        assert "error" not in result, where
        if not result["complete"]:
            assert result["least"] > job["max_tokens"], "cut although it could have ended: " + where
            cut += 1
            continue
        complete += 1
        value = json.loads(result["output"])
        jsonschema.Draft202012Validator(job["schema"]).validate(value)
    for (s, word), result in zip(REFUSED, results[-len(REFUSED):]):
        assert word in result.get("error", ""), (s, result)
    assert complete > 1300, complete
    print("%d texts valid, %d that could not fit, %d schemas refused" % (complete, cut, len(REFUSED)))


main()
