"""Training logs -> one SVG of losses, GRPO curves -> one of rewards, evaluation JSON -> Markdown tables.

    python plot.py curve OUT.svg log1 log2 ...
    python plot.py reward OUT.svg curve1.jsonl curve2.jsonl ...
    python plot.py tables eval.json
"""
import json, math, re, sys


COLORS = ("#3366aa", "#aa6622", "#888888", "#228844", "#883388", "#bb3333", "#338888", "#666622")


def runs(logs):
    """[(stage, [(running second, loss, indexer's loss)])], a stage and the calls that went on with it as one."""
    out, base = [], 0.0
    for name in logs:
        last = 0.0
        for line in open(name):
            m = re.match(r"\[\s*[\d.]+\] stage (\w+) \w+ length .* from (\d+) of", line)
            if m and not (out and out[-1][0] == m.group(1) and int(m.group(2)) > 0):
                out.append((m.group(1), []))
            m = re.match(r"\[\s*([\d.]+)\] step \d+ loss ([\d.]+) kl ([\d.]+)", line)
            if m:
                last = float(m.group(1))
                out[-1][1].append((base + last, float(m.group(2)), float(m.group(3))))
        base += last
    return [(stage, points) for stage, points in out if points]


def chart(target, title, unit, lines, top, step):
    """lines: [(name, [(x, y)])]"""
    w, h, head = 900, 360, 28 + 14 * math.ceil(len(lines) / 6)
    right = max(x for _, points in lines for x, _ in points)

    def xy(x, y):
        return 50 + x / right * (w - 70), h - 40 - min(y, top) / top * (h - 40 - head)
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' % (w, h), '<rect width="100%" height="100%" fill="white"/>']
    for k in range(int(top / step) + 1):
        y = xy(0, k * step)[1]
        svg.append('<path d="M50 %.1fH%d" stroke="#ddd"/><text x="20" y="%.1f">%g</text>' % (y, w - 20, y + 4, k * step))
    tick = 10 ** math.floor(math.log10(right / 3))
    for t in range(0, int(right), int(max(1, tick * (1 if right / tick < 8 else 2 if right / tick < 16 else 4)))):
        svg.append('<text x="%.1f" y="%d">%d %s</text>' % (xy(t, 0)[0], h - 22, t, unit))
    for k, (name, points) in enumerate(lines):
        color = COLORS[k % len(COLORS)]
        svg.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="1.3"/>' % (" ".join("%.1f,%.1f" % xy(*p) for p in points), color))
        svg.append('<text x="%d" y="%d" fill="%s">%s</text>' % (50 + 140 * (k % 6), 34 + 14 * (k // 6), color, name))
    svg.append('<text x="50" y="18">%s</text></svg>' % title)
    open(target, "w").write("\n".join(svg) + "\n")


def curve(target, logs):
    lines = [(stage + (" (KL)" if stage == "warmup" else ""), [(t, kl if stage == "warmup" else loss) for t, loss, kl in points]) for stage, points in runs(logs)]
    chart(target, "weighted training loss by running time", "s", lines, 9.5, 2)


def reward(target, curves):
    """Rewards of consecutive GRPO runs, all domains and each, running means over five steps."""
    rows = [json.loads(line) for name in curves for line in open(name)]

    def mean(pick):
        kept = [(i, pick(r)) for i, r in enumerate(rows) if pick(r) is not None]
        return [(i, sum(v for _, v in kept[max(0, k - 4):k + 1]) / len(kept[max(0, k - 4):k + 1])) for k, (i, _) in enumerate(kept)]
    names = sorted({d for r in rows for d in r["by_domain"]})
    chart(target, "reward by step, mean of five steps", "", [("all", mean(lambda r: r["reward"]))] + [(d, mean(lambda r: r["by_domain"].get(d))) for d in names], 1.0, .25)


def wilson(k, n, z=1.96):
    p, d = k / n, 1 + z * z / n
    m, s = (p + z * z / (2 * n)) / d, z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    return 100 * max(0, m - s), 100 * min(1, m + s)


def tables(name):
    for row in json.load(open(name)):
        t, r = row["test"], row["result"]
        if row.get("when") == "before":
            continue
        if t["test"] != "accuracy":
            continue
        print("\n%s, %d tokens%s" % (t.get("kind", "documents"), t["length"], ", Chinese" if t.get("zh") else ""))
        print("| task | " + " | ".join("%s: n, first token %%, exact %%" % m for m in r) + " |\n|---|" + "---|" * len(r))
        for task in sorted({k for cells in r.values() for k in cells}):
            cells = []
            for m in r:
                n, a, b = r[m].get(task, [0, 0, 0])
                cells.append("%d, %.0f (%.0f-%.0f), %.0f (%.0f-%.0f)" % ((n, 100 * a / n) + wilson(a, n) + (100 * b / n,) + wilson(b, n)) if n else "")
            print("| %s | %s |" % (task, " | ".join(cells)))


if __name__ == "__main__":
    {"curve": curve, "reward": reward, "tables": lambda name, _: tables(name)}[sys.argv[1]](sys.argv[2], sys.argv[3:])
