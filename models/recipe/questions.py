"""Questions made by rule from real sentences, and the word statistics behind them."""
import collections, math, re

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_\-']*[A-Za-z0-9]|[A-Za-z0-9]+")
STOP = set("""the a an of to in on at for and or is are was were be been being this that these those it its with as by from if then else when
which who whom what where how why not no do does did can could should would shall will may might must have has had you your i we our they their
he she his her him them there here also more most such than so any all each other only some same one two use used using see above below into about
out up down over under between within without after before during while because but however via per etc new first following example note like just
very much many get set make made given my me am""".split())
# words that belong to the wording of a question, not to its content
FRAME = """document say tell passage find mentioned mentions quote part anything need information explain talks subject please related discussed
together connection affect text states sentence says true happens meaning define reason possible contains section read"""
SUFFIXES = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "ers", "er", "ions", "ion", "ments", "ment")


def _stem(word):
    w = word.lower()
    if w.endswith("'s"):
        w = w[:-2]
    for s in SUFFIXES:
        if w.endswith(s) and len(w) - len(s) >= 4:
            return w[:-len(s)]
    return w[:-1] if w.endswith("e") and len(w) > 4 else w


class _Stems(dict):
    def __missing__(self, word):
        self[word] = value = _stem(word)
        return value


stem = _Stems()
FRAME_WORDS = set(FRAME.split())
FRAME_STEMS = {_stem(w) for w in FRAME_WORDS}


def content_stems(text):
    return {stem[w] for w in WORD.findall(text) if w.lower() not in STOP and len(w) > 1}


class Stats:
    """Inverse document frequency over sentences, and inflected variants of a stem."""

    def __init__(self, sentences):
        df, forms = collections.Counter(), collections.Counter()
        n = 0
        for s in sentences:
            words = set(WORD.findall(s))
            df.update({stem[w] for w in words})
            forms.update(w for w in words if w.islower())
            n += 1
        self.idf_of = {k: math.log(n / (1 + v)) for k, v in df.items()}
        self.rare = math.log(max(2, n))
        self.variants = collections.defaultdict(list)
        for w, c in forms.items():
            if c >= 4 and len(w) > 4:
                self.variants[stem[w]].append(w)
        self.common = [w for w, c in forms.items() if 8 <= c <= n / 100 and len(w) > 4]

    def idf(self, s):
        return self.idf_of.get(s, self.rare)


class Index:
    """Does a question point to one passage of this document more than to any other?"""

    def __init__(self, stats, passages):
        self.stats, self.post = stats, collections.defaultdict(list)
        for i, p in enumerate(passages):
            for s in p:
                self.post[s].append(i)

    def scores(self, query):
        out = collections.Counter()
        for s in query:
            w = self.stats.idf(s)
            for i in self.post.get(s, ()):
                out[i] += w
        return out

    def unique(self, query, gold, margin):
        sc = self.scores(query)
        mine = sc.pop(gold, 0.0)
        return mine > 0 and mine > max(sc.values(), default=0.0) + margin

    def among(self, query, gold, best):
        """Is gold one of the few passages with the most in common with the query?"""
        sc = self.scores(query)
        mine = sc.get(gold, 0.0)
        return mine > 0 and sum(v > mine for v in sc.values()) < best

    def absent(self, query):
        total = sum(self.stats.idf(s) for s in query)
        return total > 0 and max(self.scores(query).values(), default=0.0) <= 0.55 * total


# ---- sentence -> question ---------------------------------------------------
VERBS = {v + ("es" if v.endswith(("s", "x")) else "s"): v for v in """use provide return contain support allow mean require specify describe define
create include represent control cause give take make show set enable determine perform compute convert prevent implement generate indicate display
accept print add remove check handle read write start stop send receive store install list change""".split()}
_V = "|".join(VERBS)
BE = re.compile(r"^(The|A|An) ([\w' -]{3,50}?) (is|are|was|were) (.{10,})")
PURPOSE = re.compile(r"^To ([a-z]+ .{5,80}?), ")
CONDITION = re.compile(r"^(If|When) (.{8,90}?), ")
DOES = re.compile(r"^(?:The |A |An |This )?([\w' -]{3,50}?) (" + _V + r") (.{8,})")
PASSIVE = re.compile(r"^([\w' -]{3,60}?) (can|should|must|may) (?:also )?be (\w+ed|used|set|found|done|made|given|written|built|run|sent)\b(.*)")
PERSON = re.compile(r"^([A-Z][a-z]+(?: [A-Z][a-z]+){0,2}) (was|is|had|went|came|said|saw|felt|wrote|made|gave|took) (.{8,})")
BECAUSE = re.compile(r"^(.{10,90}?),? because (.{8,})")
ENTRY = re.compile(r"^([A-Za-z][\w '-]{1,38}): (.{15,})")
YOU = re.compile(r"^(?:.{0,40}, )?[Yy]ou (can|should|must|may) (.{8,90}?)[.,]")
NOT_A_NAME = set("This It There They He She That What You We These If When For In On At To But And So Then Here Each All Some Such No Not".split())


def first_words(text, n):
    return " ".join(text.split()[:n]).rstrip(".,;:()")


def to_first_person(text):
    return re.sub(r"\byou\b", "I", re.sub(r"\byour\b", "my", text))


def lower_first(text):
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[:2] == "A " else text


def rule_question(s, g):
    m = ENTRY.match(s)
    if m:
        return g.choice(["What is %s?", "Define %s.", "What does %s mean?", "What is the meaning of %s?", "%s?", "Tell me what %s is."]) % m.group(1)
    c = []
    m = PURPOSE.match(s)
    if m:
        c.append(g.choice(["How do I %s?", "How can I %s?", "What should I do to %s?", "What is the way to %s?"]) % to_first_person(first_words(m.group(1), 14)))
    m = CONDITION.match(s)
    if m:
        w = m.group(1).lower()
        c.append(g.choice(["What happens " + w + " %s?", "What should I do " + w + " %s?", m.group(1) + " %s, what happens?"]) % to_first_person(first_words(m.group(2), 16)))
    m = YOU.match(s)
    if m:
        c.append(g.choice(["How can I %s?", "How do I %s?", "Is it possible to %s?", "Can I %s?"]) % to_first_person(first_words(m.group(2), 14)))
    m = BECAUSE.match(s)
    if m:
        c.append(g.choice(["Why %s?", "What is the reason that %s?"]) % lower_first(first_words(m.group(1), 16)))
    m = PASSIVE.match(s)
    if m:
        tail = m.group(4).strip()
        c.append("%s %s %s be %s%s?" % (g.choice(["How", "When", "Where"]), m.group(2), lower_first(m.group(1)), m.group(3), " " + first_words(tail, g.randint(2, 6)) if tail and g.random() < .6 else ""))
        if tail:
            c.append("What %s be %s %s?" % (m.group(2), m.group(3), first_words(tail, 9)))
    m = BE.match(s)
    if m:
        art, subj, verb, rest = m.groups()
        c += ["What %s the %s?" % (verb, subj), "What %s %s %s?" % (verb, art.lower(), subj), "What %s %s?" % (verb, first_words(rest, 10)),
              "Which %s %s %s?" % (subj.split()[-1], verb, first_words(rest, 9))]
    m = DOES.match(s)
    if m:
        subj, verb, rest = m.groups()
        c += ["What does %s%s %s?" % (g.choice(["the ", ""]), lower_first(subj), VERBS[verb]), "What %s %s?" % (verb, first_words(rest, 9)),
              "Which %s %s %s?" % (subj.split()[-1], verb, first_words(rest, 8))]
    m = PERSON.match(s)
    if m and m.group(1).split()[0] not in NOT_A_NAME:
        c.append("Who %s %s?" % (m.group(2), first_words(m.group(3), 9)))
    return g.choice(c) if c else None


ONE = ["What does the document say about %s?", "Tell me about %s.", "Where is %s mentioned?", "Find the passage about %s.", "What is said about %s?", "%s?",
       "Quote the part that mentions %s.", "Is there anything about %s?", "I need information on %s.", "Explain %s.", "What about %s?",
       "Which passage talks about %s?", "%s", "How does %s work?", "Please find %s."]
TWO = ["How is %s related to %s?", "What does it say about %s and %s?", "Which passage mentions both %s and %s?", "%s %s", "How does %s affect %s?",
       "%s and %s?", "What about %s when using %s?", "%s for %s", "Can I use %s with %s?", "Why does %s need %s?"]
THREE = ["%s, %s, %s", "Find the passage with %s, %s and %s.", "%s %s %s", "What does it say about %s, %s and %s?", "How do %s, %s and %s work together?"]
CLAIM = ["Where does it say that %s?", "Is it true that %s?", "Quote the sentence which says that %s.", "Find the passage that says: %s", "%s", "Does the document say that %s?"]
LITERAL = ['Quote the passage that contains "%s".', 'Which passage contains "%s"?', 'Quote the sentence with the words "%s".', 'Find "%s".']


def spans(s):
    """Runs of content words."""
    out, cur = [], []
    for m in WORD.finditer(s):
        w = m.group(0)
        ok = w.lower() not in STOP and len(w) > 1
        if ok and (not cur or (m.start() - cur[-1].end() == 1 and s[m.start() - 1] == " ")):
            cur.append(m)
        else:
            if cur:
                out.append(cur)
            cur = [m] if ok else []
    if cur:
        out.append(cur)
    return [s[c[max(0, len(c) - 3)].start():c[-1].end()] for c in out]


def keyword_question(s, g, stats):
    keys = [x for x in dict.fromkeys(spans(s)) if not x.isdigit()]
    if not keys:
        return None
    n = min(g.choice([1, 1, 2, 2, 2, 3]), len(keys))
    weight = {k: sum(stats.idf(stem[w]) for w in k.split()) * (0.35 + g.random()) for k in keys}
    best = sorted(keys, key=lambda k: -weight[k])[:n]
    if g.random() < .7:
        best.sort(key=keys.index)
    if n == 1:
        return g.choice(ONE) % (("the " if best[0][0].islower() and g.random() < .4 else "") + best[0])
    return g.choice(TWO if n == 2 else THREE) % tuple(best)


FRAMES = ["How do I %s?", "How to %s", "How can I %s?", "Can I %s?", "Is it possible to %s?", "What about %s?", "Why %s?", "When %s?", "Where %s?", "Who %s?", "%s?", "%s",
          "What is the way to %s?", "I want to know about %s.", "What should I know about %s?", "Does it %s?", "Is there a way to %s?", "Which %s?", "What if %s?",
          "I need help: %s", "Why would anyone %s?", "What is the point of %s?"]


def loose_question(s, g, stats):
    """A few content words of a sentence, mostly its rarer ones, in a frame: what people type."""
    words = [w for w in dict.fromkeys(WORD.findall(s)) if w.lower() not in STOP and len(w) > 2 and not w.isdigit()]
    if len(words) < 2:
        return None
    weight = {w: stats.idf(stem[w]) * (.4 + g.random()) for w in words}
    best = set(sorted(words, key=lambda w: -weight[w])[:g.choice([2, 2, 3, 3, 4, 5])])
    return g.choice(FRAMES) % " ".join(lower_first(w) for w in words if w in best)


def claim_question(s, g):
    w = s.split()
    if len(w) < 7:
        return None
    n = g.randint(6, 16)
    i = g.randrange(0, max(1, len(w) - n))
    return g.choice(CLAIM) % lower_first(" ".join(w[i:i + n]).strip('.,;: "'))


def literal_question(s, g):
    w = s.split()
    if len(w) < 5:
        return None
    n = g.randint(3, 8)
    i = g.randrange(0, max(1, len(w) - n + 1))
    return g.choice(LITERAL) % " ".join(w[i:i + n]).strip('.,;: "')


def typo(word, g):
    if len(word) < 5:
        return word
    i = g.randrange(1, len(word) - 2)
    return word[:i] + word[i + 1] + word[i] + word[i + 2:] if g.random() < .5 else word[:i] + word[i + 1:]


# words that people use for one another; a line is a group
SYNONYMS = """delete remove erase discard drop|install add setup|begin start launch|stop end finish quit|make create build produce|show display present reveal
get obtain fetch acquire|choose select pick|change modify alter edit adjust|fix repair correct solve|error mistake fault bug|problem trouble issue difficulty
fast quick rapid|slow sluggish|big large huge|small little tiny|old ancient outdated|new recent fresh|help assist support|buy purchase|need require want
use employ utilize|allow permit let|forbid prohibit ban disallow|keep retain preserve|save store write|send transmit transfer deliver|receive accept
find locate discover|search look seek|picture image photo|file document|folder directory|program application software|computer machine|person human individual
people folks persons|money funds cash|cost price expense|free gratis|job task work|company firm business|rule guideline policy|test check try verify
easy simple|hard difficult|important essential crucial|wrong incorrect false|right correct true|complete entire whole full|part piece portion|kind type sort
often frequently|rarely seldom|always constantly|near close|far distant|under below beneath|over above|before prior|after following|between among
country nation state|city town|house home building|car vehicle|road street path|ship boat vessel|war conflict battle|king ruler monarch|leader head chief
say tell state mention|think believe suppose|know understand|see view watch observe|hear listen|speak talk|answer reply respond|ask request query
teach instruct train|learn study|explain describe clarify|mean signify denote|name title|list enumerate|count number amount|size dimension extent
increase raise grow|decrease reduce lower lessen|open unlock|close shut|connect link join attach|separate split divide|combine merge unite|move shift
copy duplicate|replace substitute exchange|update upgrade renew|version release|print output|read load|run execute|restart reboot|protect guard secure
danger risk hazard|safe secure|secret hidden confidential|password passphrase|user person|author writer creator|maintainer keeper owner|developer programmer
network net|internet web|site page|mail email message|default standard usual|option setting choice preference|parameter argument|value setting
function routine procedure|method way technique approach|result outcome effect|cause reason|goal aim purpose objective|example instance sample
history past|future later|origin source beginning|difference distinction|similar alike comparable|various several different|enough sufficient
happen occur|exist|contain include hold|belong|consist|prefer favor|avoid prevent evade|ignore skip disregard|warn alert|damage harm break|lose miss
win succeed|fail|wait delay|hurry rush|sleep rest|eat consume|drink|weather climate|sickness illness disease|doctor physician|medicine drug
happy glad pleased|sad unhappy|angry furious|afraid scared|brave courageous|clever smart intelligent|stupid foolish|rich wealthy|poor needy|strong powerful|weak feeble
screen monitor display|keyboard keys|button key|window|disk drive|memory ram|speed pace rate|language tongue|translate convert|letter character|word term
sentence phrase|text wording|paper article|book volume|library collection|license permit|law statute|court tribunal|vote ballot election|member participant
group team set|meeting gathering conference|discuss debate|decide determine resolve|agree consent|refuse decline reject|complain object|thank|invite
manage administer control|automatic automated|manual handmade|public open|private personal|common shared|special particular|general overall|exact precise
about regarding concerning|quickly rapidly fast|easily simply|currently presently now|usually normally generally|permanently forever"""
ALIKE = {}
for _group in re.split(r"[|\n]", SYNONYMS):
    for _word in _group.split():
        ALIKE.setdefault(_word, set()).update(w for w in _group.split() if w != _word)
ALIKE = {k: sorted(v) for k, v in ALIKE.items() if v}


def learn(path):
    """Takes the words of like meaning that synonyms.py wrote, beside those above."""
    with open(path) as f:
        for line in f:
            word, *others = line.split()
            ALIKE[word] = sorted(set(ALIKE.get(word, [])) | set(others))


def reword(q, g):
    """Everyday words give way to others of like meaning, plain endings kept."""
    out = []
    for w in q.split(" "):
        core = w.strip('.,;:()"\'`?')
        low = core.lower()
        for end in ("", "s", "d", "ed", "ing"):
            base = low[:len(low) - len(end)] if end else low
            if core.isalpha() and low.endswith(end) and base in ALIKE and g.random() < .7:
                w = w.replace(core, g.choice(ALIKE[base]) + (end if end in ("", "s") else ""))
                break
        out.append(w)
    return " ".join(out)


def blur(q, g, stats):
    """Drop, inflect, misspell or lower-case words."""
    out = []
    for w in q.split(" "):
        core = w.strip('.,;:()"\'`?')
        r = g.random()
        if core.lower() in STOP and r < .12 or core.isalpha() and r < .05:
            continue
        if core.isalpha() and r < .20:
            forms = stats.variants.get(stem[core])
            if forms and len(forms) > 1:
                w = w.replace(core, g.choice(forms))
        elif core.isalpha() and r < .23:
            w = w.replace(core, typo(core, g))
        out.append(w)
    q = " ".join(out)
    return q.lower() if g.random() < .35 else q


ZH_ONE = ["文档中关于“%s”是怎么说的？", "哪一段提到了%s？", "请引用提到“%s”的段落。", "%s是什么？", "%s", "关于%s，文档说了什么？", "找到关于“%s”的内容。", "请解释%s。", "哪一段包含“%s”？"]
ZH_TWO = ["哪一段同时提到了%s和%s？", "%s与%s有什么关系？", "文中如何描述%s和%s？", "%s %s"]


def chinese_question(s, g):
    parts = [x for x in re.split(r"[，。、；：！？“”（）()\s\"'《》/,.;:]+", s) if len(x) >= 2]
    if not parts:
        return None

    def piece():
        f, n = g.choice(parts), g.randint(4, 12)
        i = g.randrange(0, max(1, len(f) - n + 1))
        return f[i:i + n]
    return g.choice(ZH_ONE) % piece() if g.random() < .75 else g.choice(ZH_TWO) % (piece(), piece())


def natural_question(s, g, stats):
    r = g.random()
    q = rule_question(s, g) if r < .5 else claim_question(s, g) if r < .57 else literal_question(s, g) if r < .61 else loose_question(s, g, stats) if r < .82 else None
    return q or keyword_question(s, g, stats)
