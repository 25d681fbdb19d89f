# SPDX-License-Identifier: Apache-2.0
"""What bringing back the KV of kept sessions costs, all in one process.

    LEYDEN_LIBRARY=build/release/lib/libleyden.so python3 tests/tools/restoring_cost.py STORE [--rounds N] [--model DIR] [--cold]

Opens all sessions of the store in turn, with room in memory for little more than the longest, so that each
has to be read from the store again. The first round takes memory from the system, which may cost more than
all else; the medians are of the rounds after it. With --cold, as root, the system forgets what it holds of
files before each. CPU is of all threads and of opening a chat as a whole.
"""
import argparse
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../capi/bindings/python"))
import leyden  # noqa: E402


def one(model, session, cold):
    if cold:
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("1")
    start = time.process_time()
    with model.chat(session) as chat:
        cpu = time.process_time() - start
        how = chat.resume
    if how["decision"] != "load":
        raise SystemExit(f"session {session}: not loaded: {how['reason']}")
    tokens = how["restored_tokens"]
    return tokens, how["restore_s"] / tokens * 1e6, cpu / tokens * 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("store")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--model")
    parser.add_argument("--cold", action="store_true")
    args = parser.parse_args()
    store = leyden.Store(args.store)
    sessions = store.sessions()
    if len(sessions) < 2:
        raise SystemExit("two sessions at least are needed, of about the same length")
    room = max(s["kv_bytes"] for s in sessions) * 5 // 4
    model = leyden.Model(args.model, store=store, kv_bytes=room)
    rounds = [[one(model, s["id"], args.cold) for s in sessions] for _ in range(args.rounds)]
    for name, chosen in (("first", rounds[:1]), ("later", rounds[1:])):
        rows = [row for sweep in chosen for row in sweep]
        print(f"{name}: {statistics.median(r[1] for r in rows):.2f} us a token, "
              f"{statistics.median(r[2] for r in rows):.2f} us of CPU; {len(rows)} restores of "
              f"{min(r[0] for r in rows)} to {max(r[0] for r in rows)} tokens")


if __name__ == "__main__":
    main()
