#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far apart two files of logits are.

    compare_logits.py A.npy B.npy [--same C.npy] [--kl LIMIT] [--top1 LIMIT]

Prints the mean KL divergence of the next token (A against B, nats) and the share of positions with the same
likeliest token; fails above or below the limits where given, and where C is not B to the bit.
"""
import argparse
import sys

import numpy as np


def log_softmax(x):
    x = x.astype(np.float64) - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("a")
    arguments.add_argument("b")
    arguments.add_argument("--same")
    arguments.add_argument("--kl", type=float)
    arguments.add_argument("--top1", type=float)
    args = arguments.parse_args()
    a, b = log_softmax(np.load(args.a)), log_softmax(np.load(args.b))
    kl = (np.exp(a) * (a - b)).sum(axis=1)
    top1 = (a.argmax(axis=1) == b.argmax(axis=1)).mean()
    print(f"{len(a)} positions: mean KL {kl.mean():.3e} nats (median {np.median(kl):.3e}), top-1 equal {top1:.4f}")
    bad = not np.isfinite(kl).all()
    bad |= args.kl is not None and kl.mean() > args.kl
    bad |= args.top1 is not None and top1 < args.top1
    if args.same:
        same = np.load(args.b).tobytes() == np.load(args.same).tobytes()
        print("the same bits again" if same else "other bits the second time")
        bad |= not same
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
