"""Plain statements of people's notes, with many verbs: what a facts.Fact says with "is", said as people say it.

A pattern, a line of everyday.txt, is "statement | question | question ...".  {slot} is filled alike in all of
them, {=slot} is the value asked for, if a question names no other ("= slot"); {slot2} is another {slot}.
"name: statement" says that others of that name answer the same questions; of names that begin with the same
word each says something that could be taken for an answer to the others' questions.
notes.json, which the trained model is tested on, has sentences of its own.
"""
import collections, os, re

from facts import COLORS, FIRST, LAST, MONTHS, TOWNS, person

SLOT = re.compile(r"\{(=?)(\w+)\}")
WORDS = {
    "object": """ladder|toolbox|lawn mower|projector|spare tyre|piano|sewing machine|tent|camera|kettle|wheelbarrow|printer|bicycle|map|parcel|drill|violin|
        blanket|globe|telescope|umbrella|suitcase|microscope|lamp|guitar|rug|trophy|first aid kit|fire extinguisher|notebook|copier|typewriter""",
    "building": """mill|town hall|stable|chapel|theatre|bakery|windmill|station|swimming pool|bridge|fountain|market hall|barn|wall|school|castle|lighthouse|
        cinema|pavilion|tower|dam|hospital|hotel|inn|monument|tunnel|pier|cottage|warehouse|garage""",
    "room": "kitchen|reading room|cellar|attic|waiting room|hall|guest room|workshop|storeroom|meeting room|lobby|laundry room|studio|bathroom|study|conservatory",
    "shop": "bakery|pharmacy|post office|bank|café|bookshop|hairdresser|butcher|supermarket|ticket office|cloakroom|museum|gym|clinic|reception|canteen|garden centre",
    "event": """board meeting|concert|summer fair|rehearsal|exam|wedding|audit|training course|fire drill|picnic|interview|auction|school trip|book club|
        inspection|lecture|marathon|exhibition|dinner|staff party|dentist appointment|election|chess tournament""",
    "organisation": "the rowing club|the choir|the city council|the tenants' association|the history society|the football team|the orchestra|the youth group|the school board|the film club",
    "role": """caretaker|treasurer|head of sales|night nurse|chief engineer|secretary|coach|accountant|gardener|librarian|tax adviser|landlord|plumber|
        conductor|vice chairman|team leader|vet|family doctor|insurance agent|project manager|cook|pilot|editor""",
    "service": "broadband|heating|electricity|insurance|membership|cleaning service|newspaper|parking space|gym membership|storage unit|phone line",
    "machine": "boiler|dishwasher|lift|washing machine|freezer|tractor|van|generator|air conditioner|coffee machine|fridge|router|oven|pump|dryer|heater",
    "plant": "tomatoes|roses|potatoes|tulips|beans|apple trees|strawberries|lavender bushes|onions|herbs|sunflowers|cherry trees|hedges|pumpkins|lilies",
    "dish": "apple pie|bread|lentil soup|pancake batter|chocolate cake|rice pudding|goulash|pizza dough|scone dough|fish stew|jam|omelette|salad|curry|gravy",
    "ingredient": "flour|sugar|butter|milk|rice|honey|cream|water|yeast|salt|cheese|vinegar|cocoa|oil|garlic|cinnamon|ginger",
    "animal": "cat|dog|parrot|rabbit|pony|tortoise|hamster|goat|goldfish|horse",
    "pet": "Biscuit|Luna|Patch|Pepper|Socks|Daisy|Shadow|Whiskers|Clover|Snowy|Nala|Ginger|Rusty|Coco|Misty|Hazel",
    "relative": "aunt|uncle|grandmother|cousin|sister|brother|neighbour|niece|son|daughter|father|mother",
    "language": "French|Spanish|Portuguese|Polish|Swedish|Japanese|Turkish|Greek|Dutch|Arabic|Hindi|Czech",
    "instrument": "cello|trumpet|flute|drums|clarinet|harp|accordion|saxophone|violin|organ",
    "material": "oak|brass|steel|marble|cotton|glass|copper|leather|bamboo|wool|clay|plywood|granite|silk|pine|aluminium",
    "place": "behind the shed|under the stairs|in the top drawer|on the second shelf|next to the front door|in the cellar|beside the fireplace|under the bench|in the blue cupboard|at the neighbour's|behind the curtain|in the glove box|on the windowsill|above the sink",
    "floor": "ground floor|first floor|second floor|fourth floor|fifth floor|top floor",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "hour": "half past eight|seven|noon|quarter to nine|eleven|midnight|half past two|quarter past ten|four|14:30|9 a.m.|6 p.m.|18:45|5:15 p.m.",
    "reason": "heavy rain|a strike|a power cut|illness|a burst pipe|repairs|the holidays|low demand|snow|a lack of staff|a broken window|high costs",
    "many": "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|sixty|ninety",
    "unit": "days|weeks|months|years|hours|minutes",
    "often": "every morning|twice a week|once a month|every other day|three times a day|every spring|once a year|every Sunday|twice a year|every two hours",
    "job": "nurse|carpenter|teacher|lawyer|baker|surveyor|roofer|journalist|dentist|bus driver|chemist|photographer|judge|tailor|farmer|tram driver|midwife|waiter|clerk",
    "subject": "chemistry|law|medicine|history|music|biology|economics|physics|geography|philosophy|mathematics|engineering",
    "drink": "green tea|black coffee|apple juice|mineral water|red wine|hot chocolate|lemonade|ginger beer|peppermint tea",
    "things": "chairs|keys|candles|stamps|envelopes|eggs|tickets|plates|towels|batteries|boxes|bottles|books|pencils|apples|helmets|flags|light bulbs",
    "container": "crate|drawer|basket|cupboard|blue box|tin|cabinet|sack|jar|locker|bag|trunk",
    "allergy": "nuts|penicillin|cats|pollen|shellfish|eggs|wasps|strawberries|milk|dust",
    "sport": "tennis|chess|golf|table tennis|badminton|judo|hockey|water polo|rugby|handball",
    "topic": "the invoice|a lost key|the garden fence|the new contract|a broken lamp|the holiday plan|a missing parcel|the rent|a spare room|the school bus|an unpaid bill|the seating plan",
    "part": "filter|belt|fuse|battery|hose|thermostat|fan|seal|valve|switch|motor|lid|cable",
    "maker": "Hartmann|Novatek|Bellweather|Krones & Sons|Alvik|Tessaro|Minden Works|Oriol|Pellworm|Sundholm",
    "street": "Mill Lane|Station Road|Church Street|Harbour Street|King's Road|Garden Row|Bridge Street|Market Square|Elm Avenue|Hill Street|Orchard Lane|School Street|Canal Street",
    "ordinal": "first|second|third|fifth|tenth|twelfth|fifteenth|twentieth",
    "parts": "handles|buttons|wheels|legs|drawers|strings|pockets|shelves|buckles|screws|hinges|keys|blades",
    "vehicle": "a red van|a small car|an old bus|a blue lorry|a scooter|a white estate car|a hybrid|a tractor|a green jeep|a motorbike",
    "medicine": "aspirin|cough syrup|vitamin C|ear drops|iron tablets|eye drops|insulin|an ointment|antibiotics|fish oil",
    "fuel": "diesel|petrol|gas|electricity|batteries|wood|coal|solar power|hydrogen",
    "foods": """apples|boiled eggs|smoked fish|oat biscuits|cold chicken|white bread|dried figs|grilled cheese|lettuce|fresh hay|cherry jam|potato salad|pickled onions|
        rye bread|salted nuts|raw carrots|plum cake|rice with beans|roast beef|hard cheese|goat's milk|blackberries|mushroom sauce|noodles|pumpkin seeds""",
    "made": "old new wooden small large red blue paper glass empty broken spare plastic cheap woollen leather clean heavy folding".replace(" ", "|"),
    "before": "in|behind|under|next to|beside|in front of|on top of|near|close to|opposite",
    "code": "sunrise|harbour|walnut|bluebird|lantern|copper|juniper|meadow|falcon|pebble",
    "cause": """it rained all night|the road was icy|the heating failed|the bus broke down|the alarm did not ring|nobody had the key|the bridge was closed|the paint was wet|
        the water was too cold|the trains were on strike|the dog was ill|the phone was dead|the door was locked|the fuse had blown|the order was wrong|the river was too high""",
    "creature": "donkey|owl|duck|ferret|canary|lizard|hen|sheep|frog|spider",
    "adjective": "old new large small second third western upper spare green wooden round white narrow stone grey little main".replace(" ", "|"),
}
WORDS = {slot: [w.strip() for w in words.split("|")] for slot, words in WORDS.items()}


def amount(g, units, top):
    n = g.choice([str(g.randint(2, top)), str(g.randint(2, top)), g.choice(WORDS["many"])])
    return n + " " + g.choice(units.split("|"))


def listed(g, slot):
    """A word of the slot's list, or of what learn() added to it."""
    more = LEARNT.get(slot)
    return g.choice(more if more and g.random() < .4 else WORDS[slot])


def plenty(g):
    return (g.choice(WORDS["made"]) + " " if g.random() < .5 else "") + listed(g, "things")


def errand(g):
    what = g.choice(("call %s", "visit %s", "pay %s", "write to %s", "buy %s", "order %s", "clean %s", "repair %s", "sell %s", "return %s", "paint %s", "lock %s", "pick up %s"))
    kind = {"buy": "goods", "order": "goods", "sell": "goods", "clean": "room", "paint": "room", "lock": "building", "repair": "machine", "return": "object", "pick": "object"}
    return what % fill(g, kind.get(what.split()[0], "person"))


MADE = {
    "person": lambda g: g.choice([person(g), person(g), g.choice(FIRST), g.choice(["Mr ", "Mrs ", "Dr ", "Ms "]) + g.choice(LAST)]),
    "town": lambda g: g.choice(TOWNS), "color": lambda g: g.choice(["light ", "dark ", "", ""]) + g.choice(COLORS), "month": lambda g: g.choice(MONTHS),
    "year": lambda g: str(g.randint(1750, 2035)), "soon": lambda g: str(g.randint(1990, 2035)),
    "date": lambda g: "%d %s%s" % (g.randint(1, 28), g.choice(MONTHS), g.choice(["", " %d" % g.randint(1995, 2035)])),
    "daymonth": lambda g: "%d %s" % (g.randint(1, 28), g.choice(MONTHS)), "number": lambda g: str(g.randint(11, 10 ** g.randint(2, 6))), "small": lambda g: str(g.randint(2, 24)),
    "money": lambda g: g.choice(["%d euros", "%d dollars", "%d pounds", "€%d", "$%d", "£%d"]) % g.randint(2, 10 ** g.randint(1, 4)),
    "weight": lambda g: amount(g, "kilos|kilograms|pounds|grams|tonnes", 900), "length": lambda g: amount(g, "metres|feet|storeys", 300),
    "area": lambda g: amount(g, "square metres|square feet", 400), "distance": lambda g: amount(g, "kilometres|miles", 700), "litres": lambda g: amount(g, "litres|gallons", 60),
    "degrees": lambda g: "%d degrees" % g.randint(2, 240), "minutes": lambda g: amount(g, "minutes", 90), "amount": lambda g: amount(g, "grams|cups|spoons|ounces|litres", 800),
    "span": lambda g: g.choice(WORDS["many"]) + " " + g.choice(WORDS["unit"]), "partner": person,
    "percent": lambda g: g.choice(["%d %%" % g.randint(2, 90), g.choice(WORDS["many"]) + " percent"]),
    "code": lambda g: g.choice([g.choice(WORDS["code"]) + str(g.randint(2, 9999)), "%s-%d" % ("".join(g.choice("ABCDEFGHKLMNPRSTUVWX") for _ in range(2)), g.randint(10, 9999))]),
    "goods": plenty, "food": lambda g: listed(g, "foods"), "creatures": lambda g: g.choice(LEARNT.get("creatures") or ["donkeys", "owls", "ducks", "wasps", "mice", "snails"]),
    "task": errand, "animal": lambda g: listed(g, "animal"),
    "spot": lambda g: g.choice(WORDS["before"]) + " " + fill(g, g.choice(("object", "building", "room"))) if g.random() < .7 else g.choice(WORDS["place"]),
}
NAMED = ("object", "building", "room", "shop", "event", "machine")     # take an article and perhaps an adjective
LEARNT = {}


def learn(path):
    """Takes the names of things that things.py wrote, beside the lists above."""
    with open(path) as f:
        for line in f:
            slot, *words = line.split()
            LEARNT[slot] = [w.replace("_", " ") for w in words]


def fill(g, slot):
    slot = slot.rstrip("2")
    if slot in MADE:
        return MADE[slot](g)
    word = listed(g, slot)
    return "the " + (g.choice(WORDS["adjective"]) + " " if g.random() < .35 else "") + word if slot in NAMED else word


class Pattern:
    """One statement, its questions, each with the slot of its value."""

    def __init__(self, line):
        said, *asked = line.split(" | ")
        self.name, _, self.statement = said.rpartition(": ")
        self.value = next((s.lower() for mark, s in SLOT.findall(self.statement) if mark), None)
        self.questions = [(q.partition(" = ")[0], q.partition(" = ")[2] or self.value) for q in asked]
        self.slots = list(dict.fromkeys(s.lower() for _, s in SLOT.findall(self.statement)))
        self.about = {}              # value -> the slots that every question for it mentions
        for form, value in self.questions:
            mentioned = [s.lower() for _, s in SLOT.findall(form)]
            self.about[value] = [s for s in self.about.get(value, self.slots) if s in mentioned]

    def says(self, value):
        """What a question for this value asks: the name alone, if the pattern has one."""
        return self.name if self.name and value == self.value else self.statement + " " + value

    def kin(self, says):
        return says.split()[0] if says == self.name else says


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "everyday.txt")) as _lines:
    PATTERNS = [Pattern(line.rstrip("\n")) for line in _lines]


def capital(text):
    return text[0].upper() + text[1:]


def written(form, slots):
    def word(m):
        w = slots[m.group(2).lower()]
        return capital(w) if m.group(2)[0].isupper() else w
    return capital(SLOT.sub(word, form))


def core(name):
    """The words by which a name is recognised."""
    return frozenset(w for w in name.lower().split() if w not in ("the", "mr", "mrs", "dr", "ms"))


def alike(one, other):
    """Could one list of names mean what the other names?  "the ladder" could mean the old ladder, "Anna" Anna Berger."""
    few, many = sorted((one, other), key=len)
    return all(any(a <= b or b <= a for b in many) for a in few)


class Everyday:
    """A filled pattern with the question that will be asked of it; stands wherever a facts.Fact does."""
    zh = False

    def __init__(self, g, pattern=None, slots=()):
        self.pattern = pattern or g.choice(PATTERNS)
        self.form, self.slot = g.choice(self.pattern.questions)
        while True:
            self.slots = {s: dict(slots).get(s) or fill(g, s) for s in self.pattern.slots}
            words = sorted(map(str.lower, self.slots.values()), key=len)
            if not any(a in b for i, a in enumerate(words) for b in words[i + 1:]):      # nothing lies under itself
                break
        self.text = written(self.pattern.statement, self.slots).replace("..", ".")     # 6 p.m. ends a sentence
        self.v = self.slots[self.slot]
        if self.v not in self.text:          # as it stands where it begins the sentence
            self.v = capital(self.v)

    def question(self, g):
        q = written(self.form, self.slots)
        return q.lower() if g.random() < .1 else q

    def questions(self):
        """Everything that may be asked of it, in lower case."""
        return [written(form, self.slots).lower() for form, _ in self.pattern.questions]

    def key(self, value=None):
        """(what is asked, of what): two statements with like keys answer the same question."""
        value = value or self.slot
        return self.pattern.says(value), [core(self.slots[s]) for s in self.pattern.about[value]]

    def beside(self, g):
        """Two statements to confuse it with: the same said of something else, and something else said of the same."""
        subject = next((s for s in self.pattern.slots if s != self.slot), None)
        others = [p for p in PATTERNS if subject in p.slots and p is not self.pattern and not (p.name and p.name == self.pattern.name)]
        out = [Everyday(g, self.pattern)]
        if others:
            out.append(Everyday(g, g.choice(others), {subject: self.slots[subject]}))
        return out


class Told:
    """The everyday statements of one document, of which no two answer the same question."""

    def __init__(self):
        self.statements, self.asked, self.by, self.akin = [], set(), collections.defaultdict(list), collections.defaultdict(list)

    def add(self, x):
        """Takes a statement, unless it and another answer the same question; says whether it did."""
        keys = [x.key(value) for value in x.pattern.about]
        if any(alike(about, other) for says, about in keys for other in self.by[says]) or self.asked & set(x.questions()):
            return False
        self.statements.append(x)
        self.asked.update(x.questions())
        for says, about in keys:
            self.by[says].append(about)
            self.akin[x.pattern.kin(says)].append(about)
        return True

    def answers(self, x):
        """Could any of them be taken for an answer to this statement's question?"""
        says, about = x.key()
        return written(x.form, x.slots).lower() in self.asked or any(alike(about, other) for other in self.akin[x.pattern.kin(says)])
