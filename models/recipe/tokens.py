"""The tokenizer: own byte-level BPE behind DeepSeek's pre-tokenizer chain.

    python tokens.py train OUT_DIR train.txt      # writes tokenizer.json and tokenizer_config.json

Special tokens carry the strings of DeepSeek-V3.1 / V3.2-Exp; ids are our own.
"""
import json, os, random, sys

VOCAB, REFS = 8192, 1024
BOS_ID, EOS_ID, PAD_ID = 0, 1, 2
BOS, EOS, PAD = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>"
USER, ASSISTANT, THINK, NOTHINK = "<｜User｜>", "<｜Assistant｜>", "<think>", "</think>"
CALLS, CALLS_END, CALL, CALL_END = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>")
OUTPUT, OUTPUT_END, SEP = "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>", "<｜tool▁sep｜>"
OLD_OUTPUTS = ["<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>"]
DOC, DOC_END = "<｜document▁begin｜>", "<｜document▁end｜>"
LEADING = [BOS, EOS, PAD]
TRAILING = ["<｜place▁holder▁no▁%d｜>" % i for i in range(10)] + [
    THINK, NOTHINK, USER, ASSISTANT, CALLS, CALLS_END, CALL, CALL_END, *OLD_OUTPUTS, OUTPUT, OUTPUT_END, SEP, DOC, DOC_END]
MODEL_VOCAB = VOCAB - len(TRAILING) - REFS          # leading specials included, as in the published file


def ref(n):
    return "⟦%d⟧" % n


PRE_TOKENIZER = {"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}"}, "behavior": "Isolated", "invert": False},
    {"type": "Split", "pattern": {"Regex": "[一-龥\u3040-ゟ゠-ヿ]+"}, "behavior": "Isolated", "invert": False},
    {"type": "Split", "pattern": {"Regex": "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                                           "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": False},
    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}


def sample(path, english=28_000_000, seed=3):
    """A byte budget of English paragraphs and all Chinese ones."""
    rng, keep, share = random.Random(seed), False, min(1.0, english / max(1, os.path.getsize(path)))
    with open(path) as f:
        for line in f:
            if line[0] == "\x01":
                zh = line.split("\t")[1] == "zh"
            elif zh or rng.random() < share:
                yield line.strip("\x02\n").replace("\x1f", "" if zh else " ")


def train(out_dir, corpus):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    tok = Tokenizer(models.BPE())
    frame = json.loads(tok.to_str())
    frame["pre_tokenizer"] = PRE_TOKENIZER
    tok = Tokenizer.from_str(json.dumps(frame))
    trainer = trainers.BpeTrainer(vocab_size=MODEL_VOCAB, special_tokens=LEADING, max_token_length=16, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator(sample(corpus), trainer)
    trained = json.loads(tok.to_str())
    vocab = trained["model"]["vocab"]
    assert len(vocab) == MODEL_VOCAB, len(vocab)

    def added(i, text, special, normalized):
        return {"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": normalized, "special": special}

    table = [added(i, s, True, False) for i, s in enumerate(LEADING)]
    for s in TRAILING + [ref(n) for n in range(REFS)]:
        table.append(added(MODEL_VOCAB - len(LEADING) + len(table), s, "place" in s, False))
    assert table[-1]["id"] == VOCAB - 1
    final = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": table,
             "normalizer": {"type": "Sequence", "normalizers": []}, "pre_tokenizer": PRE_TOKENIZER,
             "post_processor": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
             "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
             "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                       "fuse_unk": False, "byte_fallback": False, "vocab": vocab,
                       "merges": [m if isinstance(m, str) else " ".join(m) for m in trained["model"]["merges"]]}}
    os.makedirs(out_dir, exist_ok=True)
    with open(out_dir + "/tokenizer.json", "w") as f:
        json.dump(final, f, ensure_ascii=False, indent=0)
    with open(out_dir + "/tokenizer_config.json", "w") as f:
        json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS, "pad_token": PAD, "add_bos_token": False,
                   "add_eos_token": False, "clean_up_tokenization_spaces": False, "model_max_length": 131072}, f, ensure_ascii=False, indent=1)


class Tokenizer:
    """Thin wrapper: encode(text) with special tokens recognised, decode(ids) lossless."""

    def __init__(self, folder):
        import tokenizers
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        self.core = tokenizers.Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.id = self.core.token_to_id
        self.bos, self.eos, self.pad = self.id(BOS), self.id(EOS), self.id(PAD)
        self.ref0 = self.id(ref(0))

    def encode(self, text):
        return self.core.encode(text, add_special_tokens=False).ids

    def decode(self, ids):
        return self.core.decode(list(ids), skip_special_tokens=False)


if __name__ == "__main__":
    train(sys.argv[2], sys.argv[3])
