# SPDX-License-Identifier: Apache-2.0
"""Makes the tokenizer goldens with Hugging Face `tokenizers` (made with 0.23.3):

    pip install tokenizers==0.23.3
    python tests/goldens/tokenizer/make.py [DEEPSEEK_TOKENIZER_JSON]

tiny.json   a byte-level BPE vocabulary of 1,200 tokens behind DeepSeek's chain of splits, trained on
            this script's own sentences
cases.json  texts with their ids under tiny.json ("tiny") and, when the real DeepSeek-V3 file is
            given, under that ("deepseek"); bytes that are not UTF-8 are in "hex"
"""
import json
import pathlib
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
R1 = r"\p{N}{1,3}"
R2 = "[一-龥\u3040-ゟ゠-ヿ]+"
R3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^" + "\r\n" +
      r"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[" + "\r\n" + r"]*|\s*[" + "\r\n" +
      r"]+|\s+(?!\S)|\s+").replace('\\"', '"', 1)

SENTENCES = """
The lighthouse keeper counted the ships, wrote their names in the book, and put the kettle on.
A tide table is a promise about the sea; it is kept twice a day, and nobody thanks it for that.
When the river rose in spring the ferryman moved his house, his goat and his accordion uphill.
She had read the contract three times, and on the third reading the clause about storage was gone.
Measure twice, cut once, and keep the offcuts: they are the next thing you will need.
There were 1,024 crates in the warehouse, 37 of them empty, and 3.5 tons of nails in the others.
Don't ask what's in the jar, it's lightning; they've kept it there since 1745.
Der Müller zählte die Säcke, während der Fluß über die Wiesen stieg; ünd niemand störte ihn dabei.
Le phare s'éteignit à l'aube, et les pêcheurs rentrèrent déjà, les filets vides, le cœur léger.
El capitán preguntó: ¿dónde está el muelle? ¡Mañana zarpamos, señores, con o sin niebla!
Смотритель маяка записывал названия кораблей в книгу и каждый вечер заводил старые часы.
Ο φαροφύλακας μετρούσε τα πλοία και έγραφε τα ονόματά τους στο βιβλίο.
حارس المنارة يكتب أسماء السفن في الدفتر كل مساء ثم يشعل المصباح.
प्रकाशस्तंभ का रखवाला जहाज़ों के नाम किताब में लिखता था।
등대지기는 배의 이름을 공책에 적고 주전자를 올려놓았다.
灯塔看守人每天傍晚点亮灯火，记下经过的船只，然后烧水泡茶。海上的雾很大，船在雾里慢慢走。
合同里写明：仓库共有一百二十八个箱子，其中三十七个是空的；看守人每天清点一次，并在账本上签字。
灯台守は船の名前を帳面に書き、湯を沸かしてお茶をいれた。カモメがランプの上で鳴いている。
int count_ships(const std::vector<Ship>& ships) { int n = 0; for (const auto& s : ships) if (s.docked) ++n; return n; }
def tide(port, hour=9): return {"port": port, "height": 5.2, "unit": "m"}[port] if hour >= 0 else None
SELECT name, COUNT(*) FROM ships WHERE arrived_at >= '2025-01-01' GROUP BY name ORDER BY 2 DESC;
{"type": "object", "properties": {"port": {"type": "string"}, "hour": {"type": "integer"}}}
""".strip().splitlines()

# Texts of chat.md 2.3 first, then the corners.
TEXTS = [
    "", "Hello world", "x  y", "a  1", "3.14159", "foo.bar(baz)", " ~", "hi!!\n\nok", "a \n b", "don't",
    "x 7", "C++ >= 3", "x=1;\n\n\n  y", "  lead", "灯塔看守人ABC def",
    *SENTENCES,
    "\n", "\r\n", "\r\n\r\n  \r\n", " ", "  ", "   \t  x", "\t\tif (x)\n\t\t\treturn;\n", "a\u00a0b", "a\u3000\u3000b",
    "\u2028x\u2029 \u0085y", "tail   ", "tail \n  ", "\v\f\v x", "\x00\x01a\x02\x03", "\x7f\x7f b", "\u200b\u200bx",
    "\u180e \u180ea", "\ufeffbom", "e\u0301le\u0301ve", "\u0301x", " \u0301", "1\u0301", "!\u0301", "n\u0303o\u0303",
    "१२३४५ ٣٤٥٦ ⅫⅧ ½⅓ ①②③④ １２３４", "12345678", "1,234,567.89", "v1.2.3-rc4", "カ・カ゠ー゛゜ゞ", "\u3040\u3097\u3099x",
    "龥龦鿿㐀𠀀", "一1二2三", "한국어 텍스트", "ไทยไม่มีวรรค", "עִבְרִית", "नमस्ते दुनिया", "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 👍🏽", "☃︎ ❤️ ‼️ ©™",
    "∑∫√π≠∞ ±½", "$100 €5 £3 ₿", "`a` ^b^ ~c~ |d| <e> =f= +g+", "_x __init__ ___", "'tis 'S 'LL 't't", "#include <a.h>",
    "a.b.c...d..e", "(((((x)))))", "http://example.org/a?b=c&d=%20#e", "\\n\\t\\\\", "a_b-c d/e", "!!!\r\n\r\n!\n",
    " !\n", "  !\n", "… — – “q” ‘s’ «g» 。，！", "\U0001d400\U0001d7d8 \U00016100\U00010d40 \U0002ebf0", "\u1c89\ua7cb\u0897\u2427",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 4,
    "灯" * 300, "ab" * 200, " " * 333, "\n" * 200, "=" * 250, "0" * 100,
    "<｜User｜>hello<｜Assistant｜>", "<｜begin▁of▁sentence｜>a<｜end▁of▁sentence｜>", "<｜User｜", "｜User｜>", "<<｜User｜>>",
    " <｜User｜> x", "<｜User｜><｜User｜>", "<｜Use<｜User｜>r｜>", "<|User|>", "<think>a</think>", "</think", "<｜tool▁sep｜>",
    "a<｜▁pad▁｜>b", "<｜end▁of▁sentence<｜tool▁calls▁begin｜>｜>",
]
BYTES = [
    "80", "61ff62", "c3", "e4b8", "e4b861", "f09f98", "f09f9841", "eda080", "c0af", "f4908080", "f8888080", "e080af",
    "e4b8ade4b8", "61c361c3a9", "fffe0061", "f0f0f0", "e28080e280", "3cefbd9c55736572efbd9c3eff",
]


def train():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r), "isolated") for r in (R1, R2, R3)] +
        [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>"]
    trainer = trainers.BpeTrainer(vocab_size=1150, special_tokens=special, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(SENTENCES * 2, trainer)
    tokenizer.add_tokens([AddedToken(t, normalized=True, special=False) for t in (
        "<think>", "</think>", "<｜User｜>", "<｜Assistant｜>", "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>",
        "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>",
        "<｜tool▁sep｜>")])
    # One line: small, and compared byte by byte by nobody.
    path = HERE / "tiny.json"
    document = json.loads(tokenizer.to_str())
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    return Tokenizer.from_file(str(path))


def main():
    oracles = {"tiny": train()}
    if len(sys.argv) > 1:
        real = json.loads(pathlib.Path(sys.argv[1]).read_text())["pre_tokenizer"]["pretokenizers"]
        assert [s["pattern"]["Regex"] for s in real[:3]] == [R1, R2, R3], "the chain is not DeepSeek's"
        oracles["deepseek"] = Tokenizer.from_file(sys.argv[1])
    cases = []
    for raw in [t.encode() for t in TEXTS] + [bytes.fromhex(b) for b in BYTES]:
        text = raw.decode("utf-8", "replace")
        case = {"text": text} if text.encode() == raw else {"hex": raw.hex()}
        for name, oracle in oracles.items():
            case[name] = oracle.encode(text, add_special_tokens=False).ids
        cases.append(case)
    lines = ",\n".join(json.dumps(c, ensure_ascii=True, separators=(",", ":")) for c in cases)
    (HERE / "cases.json").write_text('{"made_with":"tokenizers 0.23.3","cases":[\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
