"""Checks of the recipe's mathematics against worked numbers and of its plumbing; part of smoke.sh."""
import collections, math, os, random, sys

import torch

import asking, attention, blend, documents, everyday, export, facts, grpo, handmade, library, load, model, questions, rewards, sampling, shelf, tasks, tokens, tools
import wording as P

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = os.path.join(HERE, "..", "default")
model.BF16 = torch.float32


def close(a, b, tol=1e-6):
    assert abs(a - b) <= tol * max(1, abs(b)), (a, b)


def divergence():
    p = torch.tensor([.3, .4, .15, .15])
    i = torch.tensor([1., 2., -.5, .25], requires_grad=True)
    kl = (p * (p.log() - i.log_softmax(-1))).sum()
    kl.backward()
    close(kl.item(), 0.1253870052)
    for got, want in zip(i.grad.tolist(), (-0.0734367525, 0.2158627586, -0.0994469063, -0.0429790998)):
        close(got, want)


def policy_gradient():
    a = grpo.advantages([1., 0, 0, 1, 0, 0, 0, 0])
    close(a[0].item(), 1.7320508, 1e-5)
    close(a[1].item(), -0.5773503, 1e-5)
    assert grpo.advantages([1., 1.]).abs().sum() == 0
    zero = torch.zeros(1)
    for rho, want in ((.5, 0.1931472), (1., 0.), (2., 0.3068528)):
        close(grpo.objective(zero, zero, torch.tensor([math.log(rho)]), torch.tensor(0.), .2, 1.)[1].item(), want, 1e-5)


def positions():
    c = model.Config(yarn_factor=40.0)
    f = model.yarn_frequencies(c)
    for i, want in ((0, 1.0), (10, 0.05623413), (11, 3.900692612e-2), (15, 8.334509097e-3), (22, 1.778279402e-4), (31, 3.333803761e-6)):
        close(f[i].item(), want, 1e-5)
    close((128 + 64) ** -0.5 * (0.1 * math.log(40) + 1) ** 2, 0.1352337789)
    x, t = torch.arange(1, 65).float().view(1, 1, 64) * .01, torch.tensor([[7.0]])
    cos, sin = (t * f).cos(), (t * f).sin()
    close(model.rotate_pairs(x, cos, sin)[0, 0, 1].item(), 0.021648, 1e-4)
    close(model.rotate_halves(x, cos, sin)[0, 0, 32].item(), 0.255358, 1e-4)


def router():
    c = model.Config(experts=16, groups=4, top_groups=2, active=3, expert_ffn=1, shared=1, dim=17, route_scale=2.5, heads=1, v=1)
    logits = torch.tensor([.2, -1, .5, .1, 1.5, -.7, -2, .3, .9, .8, -.4, -.6, 2.2, -3, -3, -3])
    bias = torch.tensor([0, .05, -.02, .01, -.1, 0, 0, .02, .03, .04, 0, 0, -.3, 0, 0, 0])
    # one input direction carries the logits; gate = up = identity-like so that the down columns reveal the weights
    x, o = torch.zeros(1, 17), torch.zeros(1, 1)
    x[0, 16] = 1.0
    norm = torch.zeros(17)
    norm[16] = 1 / 17 ** .5
    r = torch.zeros(16, 17)
    r[:, 16] = logits
    g = torch.zeros(17, 17)
    g[:, 16] = 1.0
    down = torch.eye(17)
    y, load_ = model.make_experts(c)(x, o, torch.zeros(17, 1), norm, r, bias, g, g, down)
    s = torch.nn.functional.silu(torch.tensor(1.0)).item()
    got = [(y[0, e] / s).item() for e in (8, 9, 4)]
    for a, b in zip(got, (0.801161, 0.777524, 0.921315)):
        close(a, b, 1e-4)
    assert load_.sum() == 3 and load_[12] == 0


def selection():
    torch.manual_seed(0)
    s, k = 40, 8
    keep = torch.empty(s, s, dtype=torch.uint8)
    attention.select(torch.randn(s, 2, 16), torch.randn(s, 16), torch.randn(s, 2), k, keep)
    assert keep.sum(-1).tolist() == [min(k, i + 1) for i in range(s)] and (keep.triu(1) == 0).all()


def weights():
    w = torch.randn(200, 300)
    codes, scale, back = export.quantize(w)
    assert codes.shape == w.shape and scale.shape == (2, 3) and (torch.log2(scale) % 1 == 0).all()
    assert (back - w).abs().max() < .07 * w.abs().max()
    if os.path.exists(DEFAULT + "/model.safetensors"):
        m = load.load(DEFAULT)
        t = export.tensors(m)
        from safetensors.torch import load_file
        old = load_file(DEFAULT + "/model.safetensors")
        assert old.keys() == t.keys()
        def value(d, name):
            x = d[name].float()
            if name + "_scale_inv" not in d:
                return x
            y = d[name + "_scale_inv"].repeat_interleave(128, 0).repeat_interleave(128, 1)
            return x * y[:x.shape[0], :x.shape[1]]
        for name in old:
            if not name.endswith("_scale_inv"):            # loading and exporting again changes no value
                assert torch.equal(value(old, name), value(t, name)), name


def inputs():
    """Activations of the deployed precision: codes of E4M3, power-of-two scales, gradient passed on."""
    x = (torch.randn(5, 256) * 3).requires_grad_()
    assert model.deployed(x) is x
    model.FP8_INPUTS = True
    y = model.deployed(x)
    y.sum().backward()
    assert (x.grad == 1).all() and not torch.equal(x, y) and torch.equal(model.deployed(y), y)
    assert ((y - x).abs() <= x.abs() / 16 + x.detach().abs().amax() * 2.0 ** -17).all()
    close(model.deployed(torch.full((1, 128), 500.))[0, 0].item(), 512.0)      # 500 / 2 lies between the codes 240 and 256
    model.FP8_INPUTS = False


def searching(w, tok):
    """Search results hold what the answer quotes, in the runtime's order; a miss is refused."""
    g, answered, refused = random.Random(2), 0, 0
    for _ in range(40):
        segs = tools.tool_use(w, g)
        for (shown, _, _), (said, _, tag) in zip(segs, segs[1:]):
            if tag != "a:step2":
                continue
            found = rewards.quotes(said[:-len(tokens.EOS)])[0]
            answered, refused = answered + bool(found), refused + (said[:-len(tokens.EOS)] in (P.REFUSAL_EN, P.REFUSAL_ZH))
            assert all(tokens.ref(n) + quote in shown for n, quote in found), (said, shown)
    assert answered > 20 and refused > 2, (answered, refused)
    ranked = shelf.Bm25(["the boats are moored", "access code of the boathouse", "oars of the boathouse"])
    assert ranked.best("boathouse access code", 5) == [1, 2]


def sampler():
    """Greedy continuations with the cache are those without it."""
    torch.manual_seed(0)
    m = model.Model(model.Config(layers=2, dim=128, q_rank=128, ffn=128, vocab=50)).eval()
    prompts = [[7, 8, 9, 10, 11], [5, 6]]
    for p, got in zip(prompts, sampling.generate(m, prompts, 6, 0)):
        row = list(p)
        for _ in range(6):
            with torch.no_grad():
                row.append(m.logits(sampling.hidden(m, [row])[0, -1]).argmax().item())
            if row[-1] == tokens.EOS_ID:
                row.pop()
                break
        assert row[len(p):] == got, (row, got)


def branches():
    """Questions read behind one document in one pass are answered as if each were alone; ranks and counts of a tiny case."""
    torch.manual_seed(0)
    shared, asked = [5 + i * 7 % 40 for i in range(60)], [[7, 8, 9], [5, 6], [9, 9, 9, 9]]
    for topk in (512, 16):
        m = model.Model(model.Config(layers=2, dim=128, q_rank=128, ffn=128, vocab=50, topk=topk)).eval()
        got = handmade.continued(m, shared, asked, chunk=24)
        for b, row in zip(asked, got):
            assert torch.allclose(handmade.continued(m, shared, [b])[0], row, atol=1e-4)
            if topk == 512:
                with torch.no_grad():
                    assert torch.allclose(m.logits(sampling.hidden(m, [shared + b])[0, -1]), row, atol=1e-4)
    case, tally = handmade.Case("t", ["the boats are moored", "oars of the boathouse"], [("Where are the oars?", {1})]), handmade.Tally()
    scores = case.bm25()
    assert scores[0, 0] == 0 < scores[0, 1]
    tally.add(case, torch.tensor([[1., 0.]]), scores)
    assert tally.n == 1 and tally.hits["model"] == [0, 1] and tally.hits["BM25"] == [1, 1], tally.hits
    assert handmade.interval(5, 10) == "50 (24-76)"
    sure = handmade.weigh([(case, torch.tensor([[1., 0.]]), scores)])
    assert sure[2] > 0, sure


def text():
    tok = tokens.Tokenizer(DEFAULT)
    lib = os.path.join(HERE, "smoke_corpus.txt")
    en, zh = library.Library(lib, "en"), library.Library(lib, "zh")
    w, g = tasks.World(en, zh, questions.Stats(en.sample_sentences(500))), random.Random(1)
    assert json_profile() == P.leyden()
    seen = set()
    for _ in range(30):
        segs = tasks.conversation(w, g, 1500)
        ids, weights, answers = tasks.encode(tok, segs)
        assert tok.encode("".join(s[0] for s in segs)) == ids and len(ids) == len(weights)   # borders never merge
        for kind, start, n in answers:
            gold = tok.decode(ids[start:start + n - 1])
            seen.add(kind)
            close(rewards.reward(gold, gold, kind), 1.0, 1e-6)
            for number, quote in rewards.quotes(gold)[0]:
                assert tokens.ref(number) + quote in segs[0][0]
    assert {"fact", "natural", "absent"} <= seen, seen
    searching(w, tok)
    assert questions.reword("deleted files", random.Random(1)).split()[0] != "deleted"
    call = P.call("search", {"query": "x"})
    assert rewards.parse_call(call) == ("search", {"query": "x"}) and rewards.parse_call(call[:-3]) is None


def json_profile():
    import json
    return json.load(open(DEFAULT + "/leyden.json"))


def means():
    torch.manual_seed(2)
    models = [model.Model(model.Config(vocab=64, layers=2)) for _ in range(3)]
    models[2].layers[1].bias += 4
    before = [[t.clone() for t in blend.tensors(m)] for m in models]
    mean = blend.blend(models, (2, 1, 1))
    for got, a, b, c in zip(blend.tensors(mean), *before):
        assert torch.allclose(got, a / 2 + b / 4 + c / 4, atol=1e-6)
    assert mean.layers[1].bias.mean() == 1 and len(before[0]) > len(list(mean.parameters()))


def statements():
    """An everyday statement holds its value, its question does not ask with it, and a key has only what every question mentions."""
    g = random.Random(1)
    for pattern in everyday.PATTERNS:
        assert len({form for form, _ in pattern.questions}) == len(pattern.questions), pattern.statement
        for _ in range(20):
            f = everyday.Everyday(g, pattern)
            q = f.question(g)
            assert f.v in f.text and "{" not in f.text + q and "  " not in f.text and ".." not in f.text, f.text
            asked_with = [f.slots[slot.lower()] for _, slot in everyday.SLOT.findall(f.form)]
            assert "{=" not in f.form and q.endswith("?") and f.v not in asked_with, (f.text, q)
            for form, value in pattern.questions:
                assert {slot.lower() for _, slot in everyday.SLOT.findall(form)} >= set(pattern.about[value]), pattern.statement
    for one, other, like in (("Anna", "Anna Berger", True), ("the ladder", "the old ladder", True), ("the new ladder", "the old ladder", False), ("Dr Berger", "Mr Berg", False)):
        assert everyday.alike([everyday.core(one)], [everyday.core(other)]) == like


def documents_of_statements(n=4000):
    """No question asked has two answers in its document, none that is asked in vain has one; n documents."""
    g, asked, vain = random.Random(3), 0, 0
    for _ in range(n):
        p = documents.Prompt(NOTHING, g, 0)
        p.docs = [("Notes", [])]
        p.plant(g.choice([1, 3, 8, 20, 40]), 1)
        answers = collections.defaultdict(list)
        for f in p.told.statements:
            for form, value in f.pattern.questions:
                answers[everyday.written(form, f.slots).lower()].append(f)
        for _, f, passage in p.facts:
            assert f.text in passage.text
            for _ in range(3):
                found, asked = answers[f.question(g).lower()], asked + 1
                assert found == [f], [x.text for x in found]
        asker = asking.Asker(tasks.World(NOTHING, NOTHING, questions.Stats(["nothing"])), p, g)
        for _ in range(3):
            q = asker.absent()
            if q:
                vain += 1
                assert q.lower() not in answers, (q, [x.text for x in answers[q.lower()]])
    assert asked > 10 * n and vain > n, (asked, vain)


class NOTHING:
    """A library of one sentence."""
    docs = [type("Doc", (), {"title": "t", "size": 1, "items": []})]
    pick = staticmethod(lambda g: 0)
    sentence = staticmethod(lambda g: "Nothing is said about nothing in this sentence.")


if __name__ == "__main__":
    for check in (statements, documents_of_statements, divergence, policy_gradient, positions, router, selection, weights, inputs, sampler, branches, means, text):
        check()
        print("ok", check.__name__, flush=True)
