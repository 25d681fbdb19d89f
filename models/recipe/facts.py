"""Invented facts that are planted in real documents: entity, attribute, value."""
FIRST = """Alice Bruno Clara Derek Elena Felix Greta Hugo Irene Jonas Karin Leo Marta Nils Olga Pavel Quinn Rosa Stefan Tara Ursula Viktor Wanda Xavier
Yara Zoe Amara Boris Chloe Dmitri Esther Farid Gilda Hana Ivan Judith Kofi Lena Milo Nadia Oscar Petra Ravi Sonia Tomas Uma Vera Walter Yusuf Zelda Anna
Bernard Cecilia David Emma Francis George Helen Isaac Julia Kevin Laura Martin Nora Peter Rachel Simon Teresa""".split()
LAST = """Abbott Berger Castle Duarte Eriksen Falk Gruber Holt Ibsen Jansen Keller Lindqvist Moreau Novak Okafor Petrov Quist Rossi Sato Tanaka Ueda Varga
Weber Xu Yilmaz Zhang Adler Boyd Cruz Dahl Engel Frost Grant Hayes Iyer Jain Klein Lopez Mason Nash Baker Carter Fisher Turner Walsh Brandt""".split()
ATTRIBUTES = """access code|door password|serial number|invoice number|flight number|locker number|room number|phone extension|license plate|order number|
badge number|account number|tracking code|vault combination|meeting room|employee number|backup key|project budget|inspection date|test score|favorite color|
delivery date|password hint|port number|batch number|maximum pressure|opening year|contract value|home town|shoe size|emergency contact|launch date|
storage limit|monthly fee|warranty period|magic word|table number|case number|blood type|boarding gate|PIN|username|call sign""".replace("\n", "").split("|")
PLACES = """lighthouse|northern warehouse|blue server|old library|river station|eastern gate|main laboratory|green tractor|solar array|cargo ship|
printing press|museum archive|radio tower|water pump|glass factory|mountain hut|fishing boat|clock tower|railway depot|greenhouse|observatory|bakery|
data center|weather balloon|research reactor|copper mine|ferry terminal|tea house|flower market|stone bridge|night train|school kitchen|red van|
backup generator|wind turbine|harbor crane|city archive|test satellite|coffee machine|control room""".replace("\n", "").split("|")
ADJECTIVES = "old new large small second third central western southern upper lower first abandoned".split()
COLORS = "red blue green amber violet silver golden crimson ivory teal black white orange".split()
MONTHS = "January February March April May June July August September October November December".split()
TOWNS = "Paris London Berlin Tokyo Beijing Madrid Rome Oslo Cairo Lima Boston Sydney Vienna Prague Dublin Lisbon Seoul Delhi Geneva Turin Ghent Malmo".split()
STATE = ["The {a} of {e} is {v}.", "Note that the {a} for {e} is {v}.", "For {e}, the {a} is {v}.", "According to the records, {e} has the {a} {v}.",
         "Remember: the {a} of {e} is {v}.", "The {a} assigned to {e} is {v}.", "{E} has the {a} {v}.", "{E} was given the {a} {v}.", "{v} is the {a} of {e}."]
CORRECT = ["Correction: the {a} of {e} is now {v}.", "Update: the {a} of {e} has been changed to {v}.", "The {a} of {e} was changed to {v}.",
           "Contrary to what was said earlier, the {a} of {e} is {v}."]
ASK = ["What is the {a} of {e}?", "What is the {a} for {e}?", "Tell me the {a} of {e}.", "Which {a} does {e} have?", "{a} of {e}?", "I need the {a} for {e}.",
       "Do you know the {a} of {e}?", "Give me {s} {a}.", "What {a} does {e} have?", "What is {s} {a}?", "Please look up the {a} of {e}.", "What's the {a} of {e}?"]
ITEMS = "letters|tools|maps|paintings|seeds|coins|samples|spare keys|blueprints|manuscripts|old photographs|medals|tapes|contracts".split("|")
ZH_NAMES = "张伟 王芳 李娜 刘洋 陈静 杨帆 赵敏 黄磊 周杰 吴婷 徐明 孙丽 马超 朱琳 胡军 郭靖 林晓 何平 高远 罗丹".split()
ZH_PLACES = "旧灯塔 北仓库 蓝色服务器 老图书馆 河边车站 东门 主实验室 绿色拖拉机 货船 博物馆 水泵房 玻璃厂 钟楼 天文台 面包店 数据中心 茶馆 花市 石桥 控制室".split()
ZH_ATTRIBUTES = "门禁密码 序列号 发票号 航班号 柜子号码 房间号 分机号 车牌号 订单号 工号 账号 跟踪码 端口号 批号 桌号 案件编号".split()
ZH_STATE = ["{e}的{a}是{v}。", "请注意，{e}的{a}是{v}。", "根据记录，{e}的{a}为{v}。", "记住：{e}的{a}是{v}。", "{e}使用的{a}是{v}。"]
ZH_CORRECT = ["更正：{e}的{a}现在是{v}。", "更新：{e}的{a}已改为{v}。"]
ZH_ASK = ["{e}的{a}是什么？", "{e}的{a}是多少？", "请告诉我{e}的{a}。", "我需要{e}的{a}。", "查一下{e}的{a}。", "{e}的{a}？"]


def value(g, attribute):
    if "color" in attribute:
        return g.choice(COLORS)
    if "date" in attribute:
        return "%d %s %d" % (g.randint(1, 28), g.choice(MONTHS), g.randint(1990, 2030))
    if "year" in attribute:
        return str(g.randint(1800, 2030))
    if "town" in attribute:
        return g.choice(TOWNS)
    if "contact" in attribute:
        return g.choice(FIRST) + " " + g.choice(LAST)
    r = g.random()
    if r < .5:
        return str(g.randint(10, 10 ** g.randint(2, 7)))
    if r < .75:
        return "%s-%d" % ("".join(g.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(g.randint(2, 3))), g.randint(10, 99999))
    return g.choice(COLORS) + "-" + g.choice(PLACES).split()[-1] + "-" + str(g.randint(10, 99))


def person(g):
    return g.choice(FIRST) + " " + g.choice(LAST)


def entity(g, zh=False):
    if zh:
        return g.choice(ZH_NAMES if g.random() < .5 else ZH_PLACES)
    if g.random() < .5:
        return person(g)
    return "the " + (g.choice(ADJECTIVES) + " " if g.random() < .5 else "") + g.choice(PLACES)


class Fact:
    def __init__(self, g, zh=False, e=None, a=None, v=None, correction=False):
        self.zh = zh
        self.e = e or entity(g, zh)
        self.a = a or g.choice(ZH_ATTRIBUTES if zh else ATTRIBUTES)
        self.v = v or (str(g.randint(10, 9999999)) if zh else value(g, self.a))
        forms = (ZH_CORRECT if zh else CORRECT) if correction else (ZH_STATE if zh else STATE)
        self.text = self._fill(g.choice(forms))

    def _fill(self, form):
        possessive = self.e + ("'" if self.e.endswith("s") else "'s")
        return form.format(a=self.a, e=self.e, v=self.v, s=possessive, E=self.e[0].upper() + self.e[1:])

    def question(self, g):
        q = self._fill(g.choice(ZH_ASK if self.zh else ASK))
        return q if self.zh else (q.lower() if g.random() < .2 else q[0].upper() + q[1:])

    @property
    def key(self):
        return self.e, self.a
