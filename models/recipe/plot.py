"""Training logs -> one SVG of losses, and evaluation JSON -> Markdown tables.

    python plot.py curve OUT.svg log1 log2 ...
    python plot.py tables eval.json
"""
import json, math, re, sys


def points(logs):
    """(running second, stage, loss, kl) over the logs of consecutive calls."""
    out, base, stage = [], 0.0, ""
    for name in logs:
        last = 0.0
        for line in open(name):
            m = re.match(r"\[\s*([\d.]+)\] stage (\w+) \w+ length", line)
            stage = m.group(2) if m else stage
            m = re.match(r"\[\s*([\d.]+)\] step \d+ loss ([\d.]+) kl ([\d.]+)", line)
            if m:
                last = float(m.group(1))
                out.append((base + last, stage, float(m.group(2)), float(m.group(3))))
        base += last
    return out


def curve(target, logs):
    pts, w, h = points(logs), 900, 360
    colors = {"pretrain": "#3366aa", "extend": "#aa6622", "warmup": "#888888", "sparse": "#228844", "short": "#883388", "long": "#bb3333", "short_fp8": "#338888", "long_fp8": "#666622"}
    right = max(p[0] for p in pts)

    def xy(t, v, top):
        return 50 + t / right * (w - 70), h - 40 - min(v, top) / top * (h - 70)
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' % (w, h), '<rect width="100%" height="100%" fill="white"/>']
    for v in range(0, 10, 2):
        x, y = xy(0, v, 9.5)
        svg.append('<path d="M%d %.1fH%d" stroke="#ddd"/><text x="30" y="%.1f">%d</text>' % (x, y, w - 20, y + 4, v))
    for t in range(0, int(right), 200):
        svg.append('<text x="%.1f" y="%d">%d s</text>' % (xy(t, 0, 1)[0], h - 22, t))
    for k, (stage, color) in enumerate(colors.items()):
        column = 3 if stage == "warmup" else 2
        line = " ".join("%.1f,%.1f" % xy(p[0], p[column], 9.5) for p in pts if p[1] == stage)
        svg.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="1.3"/>' % (line, color))
        svg.append('<text x="%d" y="%d" fill="%s">%s%s</text>' % (300 + 130 * (k % 4), 20 + 14 * (k // 4), color, stage, " (KL)" if stage == "warmup" else " loss"))
    svg.append('<text x="50" y="20">weighted training loss by running time</text></svg>')
    open(target, "w").write("\n".join(svg) + "\n")


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
    curve(sys.argv[2], sys.argv[3:]) if sys.argv[1] == "curve" else tables(sys.argv[2])
