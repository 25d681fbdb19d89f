"""Published models of one shape -> the model whose every weight is their weighted mean.

    python blend.py OUT SHARE:MODEL SHARE:MODEL...

For checkpoints of one training run, trained on from one another, whose weights lie in one basin: the mean
keeps most of what each learned last. Shares are divided by their sum.
"""
import argparse

import torch

from export import export
from load import load


def tensors(model):
    """Parameters and buffers (a router's bias is one) that hold numbers to be averaged."""
    return [t for t in [*model.parameters(), *model.buffers()] if t.is_floating_point()]


@torch.no_grad()
def blend(models, shares):
    """The first model, its tensors replaced by the mean."""
    for mean, *others in zip(*map(tensors, models)):
        mean.copy_(sum(share / sum(shares) * t for share, t in zip(shares, [mean, *others])))
    return models[0]


def share_and_folder(word):
    share, _, folder = word.partition(":")
    return float(share), folder


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("out")
    a.add_argument("models", nargs="+", type=share_and_folder, metavar="SHARE:MODEL")
    a = a.parse_args()
    shares, folders = zip(*a.models)
    models = [load(folder) for folder in folders]
    if len({str(m.c) for m in models}) > 1:
        a.error("the models differ in shape: " + ", ".join(folders))
    print("%d bytes" % export(blend(models, shares), a.out))


if __name__ == "__main__":
    main()
