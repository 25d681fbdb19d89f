"""Plain statements of people's notes, with many verbs: what a facts.Fact says with "is", said as people say it.

A pattern is "statement | question | question ...".  {slot} is filled alike in all of them, {=slot} is the value
asked for, if a question does not name another; "name: statement" says that others of that name say the same.
notes.json, which the trained model is tested on, has sentences of its own.
"""
import re

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
    "plant": "tomatoes|roses|potatoes|tulips|beans|apple tree|strawberries|lavender|onions|herbs|sunflowers|cherry tree",
    "dish": "apple pie|bread|lentil soup|pancakes|chocolate cake|rice pudding|goulash|pizza dough|scones|fish stew|jam|omelette",
    "ingredient": "flour|sugar|butter|milk|rice|honey|cream|water|yeast|salt|cheese|carrots|almonds|lemons|garlic|cinnamon|ginger",
    "animal": "cat|dog|parrot|rabbit|pony|tortoise|hamster|goat|goldfish|horse",
    "pet": "Biscuit|Luna|Oscar|Pepper|Milo|Daisy|Shadow|Bruno|Clover|Felix|Nala|Ginger|Rusty|Coco|Misty|Hazel",
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
    "job": "nurse|carpenter|teacher|lawyer|baker|architect|electrician|journalist|dentist|bus driver|chemist|photographer|judge|tailor|farmer",
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
    "adjective": "old new large small second third western upper spare green wooden round white narrow stone grey little main".replace(" ", "|"),
}
WORDS = {slot: [w.strip() for w in words.split("|")] for slot, words in WORDS.items()}
PATTERNS = """
{Object} costs {=money}. | How much does {object} cost? | What is the price of {object}? | How much is {object}?
{Person} borrowed {object}. | What did {person} borrow? = object | Who borrowed {object}? = person
{Object} belongs to {=person}. | Whose is {object}? | Who does {object} belong to? | Who owns {object}?
{Object} is kept {=place}. | Where is {object} kept? | Where is {object}? | Where can I find {object}?
{Object} was repaired on {=date}. | When was {object} repaired? | On which day was {object} repaired?
{Object} weighs {=weight}. | How much does {object} weigh? | How heavy is {object}? | What is the weight of {object}?
{Object} is made of {=material}. | What is {object} made of? | Which material is {object} made of?
{Person} bought {object} in {=town}. | Where did {person} buy {object}? | In which town did {person} buy {object}?
{Object} was a present from {=person}. | Who gave us {object}? | Who was {object} a present from?
{Building} was built in {=year}. | When was {building} built? | In which year was {building} built? | How old is {building}?
{Building} was designed by {=person}. | Who designed {building}? | Who was the architect of {building}?
{Building} was sold for {=money}. | How much was {building} sold for? | For how much was {building} sold?
{Building} stands in {=street}. | Where does {building} stand? | In which street is {building}? | Where is {building}?
{Building} is {=length} high. | How high is {building}? | How tall is {building}? | What is the height of {building}?
{Building} has {=many} windows. | How many windows does {building} have? | How many windows are there in {building}?
{Building} burned down in {=year}. | When did {building} burn down? | In which year was {building} lost to a fire?
{Building} is closed because of {=reason}. | Why is {building} closed? | What is the reason that {building} is closed?
{Room} is on the {=floor}. | On which floor is {room}? | Where is {room}? | Which floor is {room} on?
{Room} seats {=many} people. | How many people does {room} seat? | How many seats does {room} have? | For how many people is there room in {room}?
{Room} was painted {=color}. | What colour was {room} painted? | What colour is {room}? | In which colour was {room} painted?
{Room} measures {=area}. | How large is {room}? | How big is {room}? | What is the size of {room}?
The walls of {room} are {=color}. | What colour are the walls of {room}? | Which colour do the walls of {room} have?
{Shop} opens at {=hour}. | When does {shop} open? | At what time does {shop} open? | What time does {shop} open?
{Shop} closes at {=hour} on {day}s. | When does {shop} close on {day}s? | At what time does {shop} close on {day}s? | Until when is {shop} open on {day}s?
{Shop} is closed on {=day}s. | On which day is {shop} closed? | When is {shop} closed?
{Shop} is run by {=person}. | Who runs {shop}? | Who is in charge of {shop}?
{Shop} has moved to {=street}. | Where has {shop} moved? | Where is {shop} now? | To which street has {shop} moved?
when: {Event} takes place on {=day}. | When does {event} take place? | On which day is {event}? | When is {event}?
{Event} starts at {=hour}. | When does {event} start? | At what time does {event} start? | What time does {event} begin?
{Event} was cancelled because of {=reason}. | Why was {event} cancelled? | What was the reason that {event} was cancelled?
{Event} lasts {=span}. | How long does {event} last? | How long is {event}? | For how long does {event} go on?
when: {Event} was postponed to {=date}. | To when was {event} postponed? | When is {event} now? | What is the new date of {event}?
{Event} is held in {=town}. | Where is {event} held? | In which town does {event} take place? | Where is {event}?
{=many} people came to {event}. | How many people came to {event}? | How many were at {event}?
Tickets for {event} cost {=money}. | How much are tickets for {event}? | What do tickets for {event} cost? | What is the price of a ticket for {event}?
{=person} organises {event}. | Who organises {event}? | Who is organising {event}?
{Organisation} meets on {=day}s. | When does {organisation} meet? | On which day does {organisation} meet?
{Organisation} has {=number} members. | How many members does {organisation} have? | How many people are in {organisation}?
{Organisation} was founded in {=year}. | When was {organisation} founded? | How old is {organisation}? | In which year was {organisation} founded?
{=person} was elected chairman of {organisation}. | Who was elected chairman of {organisation}? | Who is chairman of {organisation}? | Who chairs {organisation}?
who: The {role} is called {=person}. | What is the {role} called? | Who is the {role}? | What is the name of the {role}?
who: The {role} is {=person}. | Who is the {role}? | What is the {role}'s name?
who: {=person} works as our {role}. | Who works as our {role}? | Who is our {role}?
The {role} will retire in {=month}. | When will the {role} retire? | In which month does the {role} retire?
The {role} comes {=often}. | How often does the {role} come? | When does the {role} come?
The {role} earns {=money} a month. | How much does the {role} earn? | What is the pay of the {role}?
The {role} is on holiday until {=date}. | Until when is the {role} on holiday? | When is the {role} back?
The {role} can be reached at {=number}. | At which number can the {role} be reached? | What is the phone number of the {role}? | How can I reach the {role}?
The bill for the {service} is {=money} a month. | How much is the bill for the {service}? | What do we pay for the {service}?
The {service} contract runs until {=date}. | Until when does the {service} contract run? | When does the {service} contract end?
The {service} must be paid by the {=ordinal} of each month. | By when must the {service} be paid? | When is the {service} due?
The {service} was cancelled in {=month}. | When was the {service} cancelled? | In which month did we cancel the {service}?
{Machine} broke down on {=day}. | When did {machine} break down? | On which day did {machine} stop working?
{Machine} needs a new {=part}. | What does {machine} need? | Which part does {machine} need? | What has to be replaced in {machine}?
{Machine} was made by {=maker}. | Who made {machine}? | Which company made {machine}? | Who is the maker of {machine}?
{Machine} must be serviced {=often}. | How often must {machine} be serviced? | When must {machine} be serviced?
{Machine} uses {=litres} an hour. | How much does {machine} use in an hour? | What is the consumption of {machine}?
{Machine} should be set to {=degrees}. | To what should {machine} be set? | At which temperature should {machine} run? | What is the right setting of {machine}?
The warranty of {machine} ends in {=year}. | When does the warranty of {machine} end? | In which year does the warranty of {machine} run out?
The {plant} are watered {=often}. | How often are the {plant} watered? | When are the {plant} watered?
The {plant} were planted in {=month}. | When were the {plant} planted? | In which month were the {plant} planted?
The {plant} grow {=place}. | Where do the {plant} grow? | Where are the {plant}?
The {dish} needs {=amount} of {ingredient}. | How much {ingredient} does the {dish} need? | How much {ingredient} goes into the {dish}?
The {dish} bakes for {=minutes} at {degrees}. | How long does the {dish} bake? | For how long is the {dish} in the oven?
The secret of the {dish} is {=ingredient}. | What is the secret of the {dish}?
Add the {=ingredient} last when you make the {dish}. | What is added last when you make the {dish}? | Which ingredient comes last in the {dish}?
The {animal} is called {=pet}. | What is the {animal} called? | What is the name of the {animal}? | What is the {animal}'s name?
{pet} the {animal} eats {=often}. | How often does {pet} eat? | When does {pet} the {animal} eat?
{pet} is {=many} years old. | How old is {pet}? | What is {pet}'s age?
{=person} looks after {pet} in summer. | Who looks after {pet} in summer? | Who takes care of {pet}?
My {relative} lives in {=town}. | Where does my {relative} live? | In which town does my {relative} live?
My {relative} works as a {=job}. | What does my {relative} do for a living? | What is my {relative}'s job? | What does my {relative} work as?
My {relative} plays the {=instrument}. | Which instrument does my {relative} play? | What does my {relative} play?
My {relative}'s birthday is on {=daymonth}. | When is my {relative}'s birthday? | On which day was my {relative} born?
My {relative} is allergic to {=allergy}. | What is my {relative} allergic to? | Which allergy does my {relative} have?
{Person} speaks {=language}. | Which language does {person} speak? | What language does {person} know?
{Person} studied {=subject} in {town}. | What did {person} study? | Which subject did {person} study in {town}?
{Person} moved to {=town} in {year}. | Where did {person} move in {year}? | To which town did {person} move?
{Person} drinks {=drink} in the morning. | What does {person} drink in the morning? | What is {person}'s morning drink?
{Person} plays {=sport} on {day}s. | What does {person} play on {day}s? | Which sport does {person} play?
{Person} married {=partner} in {year}. | Who did {person} marry? | Who is {person} married to?
{Person} joined the firm in {=year}. | When did {person} join the firm? | Since when has {person} been with the firm?
{Person} owes us {=money}. | How much does {person} owe us? | What does {person} owe?
{Person} sits at desk {=number}. | At which desk does {person} sit? | Where does {person} sit?
{Person} prefers the {=hour} train. | Which train does {person} prefer?
{Person} takes the bus to {=town}. | Where does {person} take the bus to? | Where does {person} go by bus?
{Person} arrives on {=daymonth}. | When does {person} arrive? | On which day will {person} come?
{Person} called about {=topic}. | What did {person} call about? | Why did {person} call?
The {container} holds {=many} {things}. | How many {things} does the {container} hold?
The {container} contains {=things}. | What does the {container} contain? | What is in the {container}? | What is inside the {container}?
The {things} are {=place}. | Where are the {things}? | Where do we keep the {things}? | Where can I find the {things}?
We ordered {=many} {things} in {month}. | How many {things} did we order in {month}? | How many {things} were ordered?
The {things} come from {=town}. | Where do the {things} come from? | From which town are the {things}?
{=person} pays for the {things}. | Who pays for the {things}? | By whom are the {things} paid?
The road to {town} is {=distance} long. | How long is the road to {town}? | How far is it to {town}?
The bus to {town} leaves at {=hour}. | When does the bus to {town} leave? | At what time is the bus to {town}?
The train from {town} was late because of {=reason}. | Why was the train from {town} late? | What made the train from {town} late?
The flight to {town} takes {=span}. | How long does the flight to {town} take? | How long is the flight to {town}?
The ferry to {town} departs from pier {=small}. | From which pier does the ferry to {town} depart? | Where does the ferry to {town} leave?
"""


def amount(g, units, top):
    n = g.choice([str(g.randint(2, top)), str(g.randint(2, top)), g.choice(WORDS["many"])])
    return n + " " + g.choice(units.split("|"))


MADE = {
    "person": lambda g: g.choice([person(g), person(g), g.choice(FIRST), g.choice(["Mr ", "Mrs ", "Dr ", "Ms "]) + g.choice(LAST)]),
    "town": lambda g: g.choice(TOWNS), "color": lambda g: g.choice(["light ", "dark ", "", ""]) + g.choice(COLORS), "month": lambda g: g.choice(MONTHS),
    "year": lambda g: str(g.randint(1750, 2035)), "date": lambda g: "%d %s%s" % (g.randint(1, 28), g.choice(MONTHS), g.choice(["", " %d" % g.randint(1995, 2035)])),
    "daymonth": lambda g: "%d %s" % (g.randint(1, 28), g.choice(MONTHS)), "number": lambda g: str(g.randint(11, 10 ** g.randint(2, 6))), "small": lambda g: str(g.randint(2, 24)),
    "money": lambda g: g.choice(["%d euros", "%d dollars", "%d pounds", "€%d", "$%d", "£%d"]) % g.randint(2, 10 ** g.randint(1, 4)),
    "weight": lambda g: amount(g, "kilos|kilograms|pounds|grams|tonnes", 900), "length": lambda g: amount(g, "metres|feet|storeys", 300),
    "area": lambda g: amount(g, "square metres|square feet", 400), "distance": lambda g: amount(g, "kilometres|miles", 700), "litres": lambda g: amount(g, "litres|gallons", 60),
    "degrees": lambda g: "%d degrees" % g.randint(2, 240), "minutes": lambda g: amount(g, "minutes", 90), "amount": lambda g: amount(g, "grams|cups|spoons|ounces|litres", 800),
    "span": lambda g: g.choice(WORDS["many"]) + " " + g.choice(WORDS["unit"]), "partner": person,
}
NAMED = ("object", "building", "room", "shop", "event", "machine")     # take an article and perhaps an adjective


def fill(g, slot):
    if slot in MADE:
        return MADE[slot](g)
    word = g.choice(WORDS[slot])
    return "the " + (g.choice(WORDS["adjective"]) + " " if g.random() < .35 else "") + word if slot in NAMED else word


class Pattern:
    """One statement, its questions, each with the slot of its value."""

    def __init__(self, line):
        said, *asked = line.split(" | ")
        name, _, self.statement = said.rpartition(": ")
        value = [s.lower() for mark, s in SLOT.findall(self.statement) if mark]
        self.questions = [(q.partition(" = ")[0], q.partition(" = ")[2] or value[0]) for q in asked]
        self.slots = list(dict.fromkeys(s.lower() for _, s in SLOT.findall(self.statement)))
        self.says = name or self.statement


PATTERNS = [Pattern(line) for line in PATTERNS.strip().split("\n")]


def capital(text):
    return text[0].upper() + text[1:]


def written(form, slots):
    def word(m):
        w = slots[m.group(2).lower()]
        return capital(w) if m.group(2)[0].isupper() else w
    return capital(SLOT.sub(word, form))


class Everyday:
    """A filled pattern with the question that will be asked of it; stands wherever a facts.Fact does."""
    zh = False

    def __init__(self, g, pattern=None, slots=()):
        self.pattern = pattern or g.choice(PATTERNS)
        self.form, value = g.choice(self.pattern.questions)
        self.slots = {s: dict(slots).get(s) or fill(g, s) for s in self.pattern.slots}
        self.v = self.slots[value]
        self.text = written(self.pattern.statement, self.slots)
        self.e = " / ".join(self.slots[s] for s in self.pattern.slots if s != value)
        self.a = self.pattern.says + value

    def question(self, g):
        q = written(self.form, self.slots)
        return q.lower() if g.random() < .1 else q

    @property
    def key(self):
        return self.e, self.a

    def beside(self, g):
        """Two statements to confuse it with: the same said of something else, and something else said of the same."""
        subject = next((s for s in self.pattern.slots if self.slots[s] != self.v), None)
        others = [p for p in PATTERNS if subject in p.slots and p.says != self.pattern.says]
        out = [Everyday(g, self.pattern)]
        if others:
            out.append(Everyday(g, g.choice(others), {subject: self.slots[subject]}))
        return out
