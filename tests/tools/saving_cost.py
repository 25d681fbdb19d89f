# SPDX-License-Identifier: Apache-2.0
"""What keeping a chat costs while it is decoded: the same answer with and without --session, in turns.

    python3 tests/tools/saving_cost.py LEYDEN [DOCUMENT] [--pairs N] [--tokens N] [--temperature T] [--model DIR]

Prints decode tokens/s and CPU seconds (all threads, saving included) of each, medians, and the median of
the pairs' ratios: what others do on the machine strikes both halves of a pair alike.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile


def one(args, session, store):
    command = [args.leyden, "chat", "--json", "--ask", "Tell me everything that stands in it.",
               "--max-tokens", str(args.tokens), "--temperature", str(args.temperature), "--seed", "3"]
    if args.document:
        command += ["--doc", args.document]
    if args.model:
        command += ["--model", args.model]
    if session:
        command += ["--session", session, "--store", store]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return answer["usage"]["completion_tokens"] / answer["timing"]["decode_s"], cpu, answer["text"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("leyden")
    parser.add_argument("document", nargs="?")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--temperature", type=float, default=1)  # the default model ends soon below 1.3
    parser.add_argument("--model")
    args = parser.parse_args()
    store = tempfile.mkdtemp(prefix="leyden-saving-cost-")
    rates, cpus, texts = ([], []), ([], []), set()
    try:
        for pair in range(args.pairs):
            for kept in (pair % 2, 1 - pair % 2):  # who goes first changes
                rate, cpu, text = one(args, f"pair {pair}" if kept else None, os.path.join(store, str(pair)))
                rates[kept].append(rate)
                cpus[kept].append(cpu)
                texts.add(text)
    finally:
        shutil.rmtree(store)
    assert len(texts) == 1, "the answers differ"
    for kept in (0, 1):
        print(f"{'kept' if kept else 'not kept':9} decode {statistics.median(rates[kept]):7.2f} tokens/s   "
              f"{statistics.median(cpus[kept]):6.2f} CPU s")
    slower = statistics.median(a / b - 1 for a, b in zip(*rates))
    cost = statistics.median(b / a - 1 for a, b in zip(*cpus))
    print(f"decode slower by {100 * slower:.2f} % (median of {args.pairs} pairs), CPU time more by {100 * cost:.2f} %")


if __name__ == "__main__":
    main()
