#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times of one layer of the 671B model on one device, and what a million tokens cost by position.

    layer_times.py measure OUT.json --leyden BIN --slices 1+1,1+5,3+1 [--rank-of 8] [--work DIR]
                   [--contexts 4096,...] [--attention dsa,dense] [--chunk 4096]
    layer_times.py table RESULT.json
    layer_times.py figure RESULT.json OUT.svg [--dollars 2]

`measure` makes each slice (dense + MoE layers, make_layer_slice.py), runs `leyden bench` on it and keeps the
rows. A layer's time is the difference of two slices that differ in layers of one kind alone, so embedding,
head and everything else drop out. Reading at a position: seconds between two lengths by the tokens between.
`figure` adds up the whole model's layers (3 dense, 58 MoE) on N devices at so many dollars an hour each;
communication and the head are not in it, writing is one sequence alone.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LAYERS = {"dense": 3, "moe": 58}


def measure(a):
    results = []
    for name in a.slices.split(","):
        dense, moe = map(int, name.split("+"))
        folder = pathlib.Path(a.work) / f"slice-{a.rank_of}-{dense}-{moe}"
        try:
            subprocess.run([sys.executable, str(HERE / "make_layer_slice.py"), str(folder), "--dense", str(dense), "--moe",
                            str(moe), "--rank-of", str(a.rank_of)], check=True)
            command = [a.leyden, "bench", "--json", "--model", str(folder), "--device", a.device, "--keep-open",
                       "--chunk", str(a.chunk), "--context", a.contexts, "--attention", a.attention]
            rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        results.append({"dense": dense, "moe": moe, "rank_of": a.rank_of, "chunk": a.chunk, "rows": rows})
        pathlib.Path(a.out).write_text(json.dumps(results, indent=1))
        print(f"{name}: {len(rows)} rows", flush=True)


def seconds(result):
    """attention -> [(context, seconds to read all, seconds to write one)]"""
    out = {}
    for row in result["rows"]:
        out.setdefault(row["attention"], []).append(
            (row["prompt_tokens"], row["prefill_s"], row["decode_s"] / (row["decode_tokens"] - 1)))
    return {k: sorted(v) for k, v in out.items()}


def layer(results, kind):
    """attention -> [(context, microseconds a token read at about this position, microseconds a token written)]"""
    other = "moe" if kind == "dense" else "dense"
    pairs = [(x, y) for x in results for y in results if x[other] == y[other] and x[kind] < y[kind]]
    if not pairs:
        return {}
    few, many = max(pairs, key=lambda p: p[1][kind] - p[0][kind])
    n, few, many, out = many[kind] - few[kind], seconds(few), seconds(many), {}
    for attention in few:
        before = (0, 0.0)
        for (context, read, write), (_, more_read, more_write) in zip(few[attention], many[attention]):
            total = (more_read - read) / n
            out.setdefault(attention, []).append((context, 1e6 * (total - before[1]) / (context - before[0]),
                                                  1e6 * (more_write - write) / n))
            before = (context, total)
    return out


def table(results):
    print("| layer | attention | tokens | read, us a token | written, us a token |\n|---|---|---|---|---|")
    for kind in ("moe", "dense"):
        for attention, rows in layer(results, kind).items():
            before = 0
            for context, read, write in rows:
                print(f"| {kind} | {attention} | {before:,} to {context:,} | {read:.2f} | {write:.0f} |")
                before = context


def costs(results, dollars):
    """(what, attention) -> [(position, dollars a million tokens)]"""
    kinds, n, out = {k: layer(results, k) for k in LAYERS}, results[0]["rank_of"], {}
    for attention, rows in kinds["moe"].items():
        for i, (context, _, _) in enumerate(rows):
            before = rows[i - 1][0] if i else 0
            for what, column, at in (("read", 1, (before + context) / 2), ("write", 2, context)):
                # Without slices for dense layers: as long as the others.
                us = sum(count * (kinds[k] or kinds["moe"])[attention][i][column] for k, count in LAYERS.items())
                out.setdefault((what, attention), []).append((at, us * n * dollars / 3600))
    return out


def figure(results, target, dollars):
    series, w, h = costs(results, dollars), 420, 300
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * w}" height="{h}" font-family="sans-serif" font-size="11">',
             '<rect width="100%" height="100%" fill="white"/>']
    colors = {"dsa": "#2266aa", "dense": "#bb4422"}
    for panel, what in enumerate(("read", "write")):
        own = {k[1]: v for k, v in series.items() if k[0] == what}
        right, top = max(p[0] for v in own.values() for p in v), 1.1 * max(p[1] for v in own.values() for p in v)
        left = panel * w + 60

        def xy(position, cost):
            return left + position / right * (w - 90), h - 45 - cost / top * (h - 85)
        title = "Reading" if what == "read" else "Writing, one sequence"
        parts.append(f'<text x="{left}" y="22" font-size="13">{title}: dollars a million tokens by position</text>')
        for i in range(5):
            x, y = xy(0, top * i / 4)
            parts.append(f'<path d="M{x:.0f} {y:.1f}H{left + w - 90}" stroke="#ddd"/>'
                         f'<text x="{x - 6:.0f}" y="{y + 4:.1f}" text-anchor="end">{top * i / 4:.3g}</text>')
            x, y = xy(right * i / 4, 0)
            parts.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{right * i / 4 / 1024:.0f}K</text>')
        for i, (attention, points) in enumerate(own.items()):
            line = " ".join("%.1f,%.1f" % xy(*p) for p in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colors[attention]}" stroke-width="2"/>')
            parts.append(f'<text x="{left + 8}" y="{48 + 15 * i}" fill="{colors[attention]}">{attention}</text>')
    pathlib.Path(target).write_text("\n".join(parts + ["</svg>", ""]))
    for (what, attention), points in series.items():
        print(what, attention, *(f"{position / 1024:.0f}K {cost:.3f}" for position, cost in points))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(dest="command", required=True)
    m = commands.add_parser("measure")
    m.add_argument("out")
    m.add_argument("--leyden", required=True)
    m.add_argument("--slices", required=True)
    m.add_argument("--rank-of", type=int, default=1)
    m.add_argument("--work", default=".")
    m.add_argument("--contexts", default="4096,8192,16384,32768,65536,131072")
    m.add_argument("--attention", default="dsa,dense")
    m.add_argument("--chunk", type=int, default=4096)
    m.add_argument("--device", default="cuda")
    t = commands.add_parser("table")
    t.add_argument("result")
    f = commands.add_parser("figure")
    f.add_argument("result")
    f.add_argument("out")
    f.add_argument("--dollars", type=float, default=2.0)
    a = p.parse_args()
    if a.command == "measure":
        measure(a)
        return
    results = json.loads(pathlib.Path(a.result).read_text())
    if a.command == "table":
        table(results)
    else:
        figure(results, a.out, a.dollars)


if __name__ == "__main__":
    main()
