"""Worker processes that keep batches ready while the GPU trains."""
import multiprocessing as mp
import os, random, time

import numpy as np

import questions, tasks, tokens
from library import Library


def load_world(corpus, lang_split=None, samples=60000):
    path = corpus
    english, chinese = Library(path, "en"), Library(path, "zh")
    return tasks.World(english, chinese, questions.Stats(english.sample_sentences(samples)))


def batch(world, tok, g, stage):
    length, rows = stage["length"], stage["tokens"] // stage["length"]
    names, shares = list(stage["mix"]), list(stage["mix"].values())
    ids = np.empty((rows, length + 1), np.uint16)
    weights = np.empty((rows, length + 1), np.float16)
    pos = np.empty((rows, length), np.int32)
    for b in range(rows):
        kind = g.choices(names, shares)[0]
        ids[b], weights[b] = tasks.sequence(world, tok, g, kind, length, stage.get("zh", .1))
        pos[b] = tasks.positions(g, length, stage.get("reach", 0))
    return ids, weights, pos


def _work(world, folder, stages, current, queue, seed):
    os.nice(5)
    tok = tokens.Tokenizer(folder)
    g = random.Random(seed)
    while True:
        i = current.value
        if i < 0 or "mix" not in stages[i]:
            time.sleep(.1)
            continue
        try:
            queue.put((i,) + batch(world, tok, g, stages[i]))
        except Exception as e:                              # one odd document must not stop a run
            print("feed:", type(e).__name__, e, flush=True)


class Feed:
    def __init__(self, world, tokenizer_folder, stages, workers=14, depth=24, seed=1):
        self.current, self.queue = mp.Value("i", -1), mp.Queue(depth)
        self.processes = [mp.Process(target=_work, args=(world, tokenizer_folder, stages, self.current, self.queue, seed * 7919 + i), daemon=True)
                          for i in range(workers)]
        for p in self.processes:
            p.start()

    def begin(self, stage):
        self.current.value = stage

    def get(self, stage):
        while True:
            item = self.queue.get()
            if item[0] == stage:
                return item[1:]

    def close(self):
        for p in self.processes:
            p.terminate()
