"""Numbers, amounts, shares, dates, durations and ordinals of Chinese, Russian and English text, as values that can be compared.

An answer in one language is checked against a passage in another: both are read into `Quantity` records, and `supports` says
whether what the passage says carries what the answer says. Reading is a scan by one pattern a language; what is left out
on purpose is as important as what is read:

- the word for one is an article more often than a number (一个, один из, one of): it is read before a unit of time only;
- numerals inside fixed words (一带一路, 十分, 三农, 四川) and inside codes (COVID-19, 5G, B2B, 1+N) are not quantities;
- vague plurals (数百, сотни, hundreds) are not quantities;
- citation markers ([1], 【2】), clock times and links are not quantities.

A calendar year is soft: 2035 in a name (愿景2035, Vision 2035) is a plain number, "in 2035" is a date, and each carries the other.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import regex

Kind = Literal["number", "percent", "money", "date", "duration", "ordinal"]
Bound = Literal["exact", "over", "at_least", "under", "about", "nearly"]
Relative = Literal["year", "month", "day", "latest"]
"""What a relative date is counted in; "latest" is the last such month before the publication (last September)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a text.

    `low` and `high` are equal unless a range was written. A percentage counts in hundredths: a quarter is 25. Dates have only the parts that were
    written, and no `low`, except decades (1990, or 90) and centuries (21), whose `unit` says so. `unit` is a currency code, "percent" or "point",
    a unit of time or measure, or None. `start` and `end` are code points; `text` is that slice, with the words of the bound.
    """

    kind: Kind
    start: int
    end: int
    text: str
    low: Decimal | None = None
    high: Decimal | None = None
    bound: Bound = "exact"
    unit: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    relative: tuple[Relative, int] | None = None


@dataclass(frozen=True, slots=True)
class _Amount:
    low: Decimal
    high: Decimal
    start: int
    end: int
    word: bool = False
    bound: Bound = "exact"


# --- folding: one code point for one, so that offsets hold ------------------------------------------------------------------

def _fold_table() -> dict[int, str]:
    table = {ord(mark): " " for mark in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r"}
    table |= {0xFF01 + i: chr(0x21 + i) for i in range(94) if chr(0x21 + i) not in ",-"}
    table |= str.maketrans("ё￥萬億兩餘個項約過內國從來幾達佔數開號歲週﹣\u2011’", "е¥万亿两余个项约过内国从来几达占数开号岁周--'")
    for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0x17E0):
        table |= {zero + i: str(i) for i in range(10)}
    return table


_FOLD = _fold_table()
_NOISE = regex.compile(
    r"https?://\S+"
    r"|[\[【]\d{1,3}(?:\s?[,，、;–-]\s?\d{1,3})*[\]】]"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    r"|\d+(?:\.\d+){3,}|\d+ ?\+ ?[a-z]\w*"
    r"|(?<![a-zа-я])(?!(?:rmb|cny|usd|eur|rub|us|gbp|hkd|jpy|kzt|inr) ?\d)[a-zа-я]+(?:-(?!(?:19|20)\d\d(?!\d)))?\d[\da-zа-я]*(?:[-.]\d+)*"
    r"|(?<![\d.,])\d+(?:g|d|c|b|x|p|в|к|д|a|v|hz|ghz|mhz|c919)(?:\d\w*)?(?![a-zа-я])"
)


def _fold(text: str) -> str:
    """`text` with digits, spaces, letters and common traditional characters made alike; links, codes and citation markers blanked out."""
    folded = text.translate(_FOLD)
    lowered = folded.lower()
    if len(lowered) != len(folded):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in folded)
    return _NOISE.sub(lambda match: "\0" * len(match[0]), lowered)


# --- number words -------------------------------------------------------------------------------------------------------------

_Word = tuple[int, bool]
"""A number word: its value, and whether it multiplies what stands before it (hundred, тысяча) or is added to it (twenty, двести)."""


def _spread(rows: str, step: Callable[[int], int]) -> dict[str, _Word]:
    return {form: (step(number), False) for number, row in enumerate(rows.split("|"), 1) for form in row.split()}


def _english_words() -> dict[str, _Word]:
    words = _spread(
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen", lambda n: n
    )
    words |= _spread("|twenty|thirty|forty fourty|fifty|sixty|seventy|eighty|ninety", lambda n: 10 * n)
    scales = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    return words | {name: (value, True) for name, value in scales.items()}


def _russian_words() -> dict[str, _Word]:
    words = _spread(
        "один одна одно одни одного одной одному одним одном одну одною одними одних|два две двух двум двумя|три трех трем тремя|"
        "четыре четырех четырем четырьмя|пять пяти пятью|шесть шести шестью|семь семи семью|восемь восьми восемью восьмью|девять девяти девятью|"
        "десять десяти десятью", lambda n: n
    )
    teens = "один две три четыр пят шест сем восем девят".split()
    words |= {f"{stem}надцат{end}": (value, False) for value, stem in enumerate(teens, 11) for end in ("ь", "и", "ью")}
    words |= _spread(
        "|двадцать двадцати двадцатью|тридцать тридцати тридцатью|сорок сорока|пятьдесят пятидесяти пятьюдесятью|"
        "шестьдесят шестидесяти шестьюдесятью|семьдесят семидесяти семьюдесятью|"
        "восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью|девяносто девяноста", lambda n: 10 * n
    )
    words |= _spread("сто ста|двести двухсот двумстам двумястами двухстах|триста трехсот тремстам тремястами трехстах|"
                     "четыреста четырехсот четыремстам четырьмястами четырехстах", lambda n: 100 * n)
    for value, (nominative, genitive, instrumental) in enumerate(
        (("пять", "пяти", "пятью"), ("шесть", "шести", "шестью"), ("семь", "семи", "семью"), ("восемь", "восьми", "восемью"),
         ("девять", "девяти", "девятью")), 5
    ):
        forms = (f"{nominative}сот", f"{genitive}сот", f"{genitive}стам", f"{instrumental}стами", f"{genitive}стах")
        words |= {form: (100 * value, False) for form in forms}
    for value, forms in ((10**3, "тысяча тысячи тысяче тысячу тысячей тысячью тысяч тысячам тысячами тысячах тыс тыс."), (10**6, "млн млн."),
                         (10**9, "млрд млрд."), (10**12, "трлн трлн.")):
        words |= {form: (value, True) for form in forms.split()}
    for value, stem in ((10**6, "миллион"), (10**9, "миллиард"), (10**12, "триллион")):
        words |= {stem + end: (value, True) for end in ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")}
    return words


_ENGLISH_WORDS = _english_words()
_RUSSIAN_WORDS = _russian_words()
_ORDINAL_STEMS = ("перв", "втор", "", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат", "тринадцат",
                  "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат")
_RUSSIAN_ENDINGS = "ый ой ая ое ые ого ому ым ом ую ою ых ыми".split()
_RUSSIAN_ORDINALS: dict[str, int] = {
    stem + end: value
    for value, stem in [
        *((value, stem) for value, stem in enumerate(_ORDINAL_STEMS, 1) if stem),
        (20, "двадцат"), (30, "тридцат"), (40, "сороков"), (50, "пятидесят"), (60, "шестидесят"), (70, "семидесят"), (80, "восьмидесят"),
        (90, "девяност"), (100, "сот"), (1000, "тысячн"),
    ]
    for end in _RUSSIAN_ENDINGS
} | dict.fromkeys("третий третья третье третьи третьего третьей третьему третьим третьем третью третьих третьими".split(), 3)
_ENGLISH_ORDINALS: dict[str, int] = {
    name: value
    for value, name in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
        "seventeenth eighteenth nineteenth twentieth".split(), 1
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100}


def _spelled(words: list[str], table: Mapping[str, _Word]) -> tuple[int, int]:
    """Value of the longest well-formed number at the head of `words`, and how many of them it takes; (0, 0) where none is.

    >>> _spelled(["one", "hundred", "and", "five", "six"], _ENGLISH_WORDS)
    (105, 4)
    """
    total = group = taken = 0
    room, scale = 1000, 10**15  # what may still be added to the group: less than this; what may still multiply: less than this
    joined = False
    for index, word in enumerate(words):
        if word == "and":
            if joined or not index or not table.get(words[index - 1], (0, False))[1]:
                break
            joined = True
            continue
        value, multiplies = table[word]
        if multiplies and value == 100 and 0 < group < 100 and room <= 10:
            group *= 100
            room = 100
        elif multiplies and value != 100 and value < scale and not (joined and not group):
            total, group, room, scale = total + max(group, 1) * value, 0, 1000, value
        elif not multiplies and value < room:
            group += value
            room = 100 if value >= 100 else 10 if value >= 20 else 1
        else:
            break
        joined = False
        taken = index + 1
        if multiplies and value == 12:
            break
    return total + group, taken


_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}


def _han_number(text: str) -> Decimal | None:
    """Value of Chinese numerals: 二十八, 一百零五, 三千万, 二〇二六; None where they make no number (三两)."""
    if len(text) > 1 and all(char in _HAN_DIGITS for char in text):
        return Decimal("".join(str(_HAN_DIGITS[char]) for char in text)) if len(text) > 2 or text[0] in "零〇" or text[1] in "零〇" else None
    total = section = digit = Decimal(0)
    pending = False
    last = 10**4
    for char in text:
        if char in _HAN_DIGITS:
            if pending and _HAN_DIGITS[char]:
                return None
            digit, pending = Decimal(_HAN_DIGITS[char]), _HAN_DIGITS[char] > 0
        elif char in _HAN_SCALES:
            if _HAN_SCALES[char] >= last:
                return None
            last = _HAN_SCALES[char]
            section, digit, pending = section + (digit if pending else 1) * last, Decimal(0), False
        else:
            scale = Decimal(10**4 if char == "万" else 10**8)
            section += digit
            total = (total + section) * scale if scale > 10**4 else total + (section or 1) * scale
            total = total or scale
            section, digit, pending, last = Decimal(0), Decimal(0), False, 10**4
    return total + section + digit


def _digits(text: str, decimal_comma: bool = False) -> Decimal:
    """Value of a number in digits; `decimal_comma` says that a comma starts the decimals (Russian before a scale: 1,125 млрд)."""
    plain = text.replace(" ", "").replace("'", "")
    if "," in plain:
        groups = regex.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain) and not (decimal_comma or plain.startswith("0,"))
        plain = plain.replace(",", "") if groups else plain.replace(",", ".")
    return Decimal(plain)


# --- grammars -------------------------------------------------------------------------------------------------------------------

_NUMERAL = r"(?:\d{1,3}(?:[ ']\d{3})+(?![ ']?\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_RUSSIAN_NUMERAL = r"(?:\d{1,3}(?:[ ']\d{3})+(?![ ']?\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?)"
_CLEAR = r"(?<![\d.,]\d?(?<=\d[.,]?))(?<!\d)"
_ISO = r"(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
_DOTTED = r"(?P<d>0?[1-9]|[12]\d|3[01])(?P<sep>[./])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d)"
_DASH = "-–—−~〜"

_HAN = "[零〇一二两三四五六七八九十百千万亿]"
_HAN_ONE = "[一二两三四五六七八九]"
_HAN_DAY = "(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HAN_YEAR = "[一二][零〇一二三四五六七八九]{3}"
_HAN_MONTH = "(?:十[一二]?|[一二三四五六七八九])"
_CLASSIFIER = "[项个家名人位份种台套件场条座所国次余亩元公顷篇册辆艘架间期批款支只组户村县市城校企吨米多款门级届国岁周天年月日倍美欧英卢人株头箱艇颗艺处站类吗例]"

_CHINESE_FIXED = (
    "一带一路|成千上万|成百上千|千千万万|千[方家军山头言载秋篇辛变古钧]|千里[之马江]|百[姓货度科洋花川战鸟般态合步米业炼叶灵慕家争家姓年未]|百年|百分(?!之)|"
    "万[一物事象科众里水能向分家方圆隆达宁州般全福泰国有]|亿万|三[农峡亚星角明文门轮沙伏国家演九]|三(?=院士)|四[川通平处周肢季海邻面舍]|五[四金粮湖官脏彩花台指常音香大洲]|"
    "六[安盘]|七[夕上嘴]|八[卦达方面仙一股]|九[州寨江龙霄三]|十[分足全字堰里月怀恶]|十有八九|十之八九|"
    "两[岸会者翼弹院用难极栖面性广江湖]|两手|二[手维氧级胡氢甲恶元]|二者|三者|三者|双[一十]|张三|李四|王五|第三方|第三者|第一[时线手]时?间?|第二天|第一反应|"
    "一[一二]九|三三两两|四分五裂|七上八下|五颜六色|三番五次|三心二意|乱七八糟|一五一十|独一无二|九牛一毛|三[言令]两?五?[语申]|两全其美|一举两得|一分为二|合二为一|说一不二|"
    "三(?:位一体|维|峡)|三甲|三伏|五一|六一|十一黄金周|国庆十一|一二线|二三线|三四线|[一二三四五]线城市|三层楼|三十六计|不三不四|百分百|百万庄|万事|万维|三更|半夜|三餐|七七事变|九一八|五四运动|"
    "千[万](?=[不别要记]|$)|千[克米瓦伏兆]"
)


def _date_words(names: Mapping[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_CHINESE_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}{_ISO}"
    rf"|(?P<century>{_NUMERAL}|{_HAN_DAY})世纪(?:(?P<decade>\d0|[二三四五六七八九]十)年代)?"
    rf"|{_CLEAR}(?P<decade>(?:19|20)?\d0|[二三四五六七八九]十)年代"
    rf"|(?:{_CLEAR}(?P<y>(?:1[5-9]|20|21)\d\d|{_HAN_YEAR}) ?年(?:度|(?=\D|$))|(?P<rel>去年|今年|明年|前年|本月|上个?月|下个?月))"
    rf"(?: ?(?P<m>\d{{1,2}}|{_HAN_MONTH}) ?月份?(?: ?(?P<d>\d{{1,2}}|{_HAN_DAY}) ?[日号])?|(?P<d>\d{{1,2}}|{_HAN_DAY})[日号])?"
    rf"|{_CLEAR}(?<!{_HAN})(?P<m>\d{{1,2}}|{_HAN_MONTH}) ?月(?:份|(?!球))(?: ?(?P<d>\d{{1,2}}|{_HAN_DAY}) ?[日号])?"
    rf"|{_CLEAR}(?<!{_HAN})(?P<d>\d{{1,2}}|{_HAN_DAY}) ?(?:日(?![内间均]|以内|之内|游)|号(?=[，。、；,;.在上下晚早凌举召开]|$))"
    rf"|(?P<rel>昨天|昨日|前天|前日))"
    rf"|(?P<skip>{_CHINESE_FIXED})"
    rf"|(?P<ordinal>第(?P<n>{_NUMERAL}|{_HAN}+)|首(?=[届次个批家位台例款条座部])|(?P<n>十[一二三四])五(?=[”」’\"规时期计]|$))"
    rf"|(?P<share>(?P<den>{_HAN}+|{_NUMERAL})分之(?P<num>{_HAN}+|{_NUMERAL})|半数|一半|过半|(?P<cheng>{_NUMERAL}|{_HAN_ONE}+)成(?P<more>[多余])?"
    rf"(?![员立果本功为效长份分就型都交绩人年熟品才语套千百])(?P<tail>半)?)"
    rf"|(?P<half>半年|半个月|半个(?=小时))"
    rf"|(?P<number>{_CLEAR}(?P<digits>{_NUMERAL})(?P<more>[多余])?(?P<scale> ?(?:[十百千]?万亿|[十百千]?[万亿]|[百千](?![克米瓦伏兆字])))?"
    rf"|(?P<word>{_HAN}+)(?P<more>[多余来](?=[万亿]))?(?P<scale>(?<=[多余来])[万亿]+)?)"
)
_CHINESE_UNITS = (
    r" ?(?:(?P<percent>%|个百分点|‰)|(?P<money>亿?(?:人民币|美元|欧元|卢布|日元|港元|港币|英镑|坚戈|索姆|苏姆|元(?:人民币)?(?![素件器旦首年月帅宇]))|人民币)"
    r"|(?P<time>周年|年|个?月(?!球)|周(?![边围围])|个?星期|天|日|个?小时|分钟|岁)|(?P<measure>亩|公顷|平方公里|平方米|公里|千米|米|吨|公斤|千克|千瓦时|兆瓦|吉瓦|千瓦|倍))?"
)
_CHINESE_BEFORE = (
    r"(?:(?P<over>(?:超过|超出|突破|超越|超|逾|多于|高于|大于|不止|越过|上)(?:了|出)?)|(?P<at_least>至少|不少于|不低于|不下于?|起码|最少)"
    r"|(?P<under>不到|不足|少于|低于|未满|小于|不满|未到|不超过|至多|最多|不多于|不高于)|(?P<nearly>将近|接近|几近|几乎|临近|逼近|(?<![最附就远亲])近)"
    r"|(?P<about>大约|大概|约为|(?<![签预节条合公契邀制])约|左右))"
)
_CHINESE_AFTER = (
    r"(?P<more>[多余])?(?:(?!以上述)[^\W\d_]){0,4}?(?:(?P<at_least>及?以上(?!述)|起(?=[，。；、）)]|$))|(?P<over>之多)|(?P<about>左右|上下|许(?=[，。；]|$))"
    r"|(?P<under>以下|以内|之内|(?<=\d)内)|(?P<span>内|来|间))"
)
_RUSSIAN_MONTH_STEMS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_RUSSIAN_MONTH = (
    r"(?P<mon>(?:январ|феврал|апрел|ию[нл]|сентябр|октябр|ноябр|декабр)(?:[ьяюе]|ем)|(?:март|август)(?:а|у|ом|е)?|ма[йяюе]|маем)(?![а-я])"
)
_RUSSIAN_REL = r"(?P<rel>(?:прошл|минувш|этого|этом|нынешн|текущ|следующ|будущ|позапрошл)[а-я]*)"
_RUSSIAN_YEAR = r"(?P<y>(?:1[5-9]|20|21)\d\d)"
_RUSSIAN_YEAR_WORD = r"(?: ?(?:года[хм]?и?|году|годов|годом|год|гг?\.|гг?(?![а-я])))"
_RUSSIAN_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}(?:{_ISO}|{_DOTTED})"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? ?[-–—и] ?(?=\d{{1,2}}(?:-?(?:го|е|му|м|ое|ого))? {_RUSSIAN_MONTH})"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? {_RUSSIAN_MONTH}(?: {_RUSSIAN_YEAR}{_RUSSIAN_YEAR_WORD}?| {_RUSSIAN_REL} года)?"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? числа"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})-го(?=\s*(?:[,.;:!?)»—–]|$|(?:в|на|и|по|при|был|была|было|были|состоялась|открылась|началась|прошла)(?![а-я])))"
    rf"|(?<![а-я]){_RUSSIAN_MONTH}(?: {_RUSSIAN_YEAR}{_RUSSIAN_YEAR_WORD}?| {_RUSSIAN_REL} года)?"
    rf"|{_CLEAR}(?:(?P<decade>(?:19|20)?\d0)-(?:е|х|ым|ыми)(?: год(?:ы|ов|ах|ам))?)"
    rf"|(?<![\w])(?P<century>\d{{1,2}}(?:-?(?:й|го|м|му))?|[ivx]{{1,5}})[ -]?(?:век(?:а|е|у|ом|ов|ах)?|вв?\.)(?![а-я])"
    rf"|{_CLEAR}{_RUSSIAN_YEAR}(?:-?(?:й|го|м|му|е|х))?{_RUSSIAN_YEAR_WORD}(?![а-я])"
    rf"|(?<![а-я]){_RUSSIAN_REL} год(?:а|у|ом)?(?![а-я])|(?<![а-я])(?P<rel>вчера|позавчера)(?![а-я]))"
    rf"|(?P<skip>(?<![а-я])(?:один[а-я]* из|одн[аоуи][а-я]* из|(?:две|двух|двумя|двум) сторон[а-я]*|о?дин пояс|один путь|втор[а-я]+ половин[а-я]+|перв[а-я]+ половин[а-я]+"
    rf"|(?:перв|втор|трет|четверт)[а-я]+ квартал[а-я]*|в перв(?:ую|ой) очеред[ьи]|(?:во|в|[а-я]+)-(?:первых|вторых|третьих|четвертых|пятых)|перв[а-я]+ (?:взгляд|делом|этап)[а-я]*|третьи(?:х|ми|м|и) (?:лиц|стран)[а-я]*"
    rf"|треть(?:я|ей|ю) сторон[а-я]|сто(?=рон)|пятилетк[а-я]+|трех сторон)(?![а-я]))"
    rf"|(?P<ordinal>{_CLEAR}(?P<n>\d+)-?(?:ый|ой|ая|ое|ые|ого|ому|ым|ом|ую|ых|й|я|е|го|му|м|ю)(?![а-я])(?!-)|(?<![а-я])(?P<once>впервые)(?![а-я]))"
    rf"|(?P<span>{_CLEAR}(?P<n>\d+)-? ?(?P<of>лети[еяюйм]+|летн[а-я]+|месячн[а-я]+|дневн[а-я]+|часов[а-я]+)"
    rf"|(?<![а-я])(?P<stem>двадцатипяти|двух|трех|четырех|пяти|шести|семи|восьми|девяти|десяти|двадцати|тридцати|пятидесяти|сто|полутора|пол)(?P<of>лети[еяюйм]+|летн[а-я]+|месячн[а-я]+|дневн[а-я]+|года?)(?![а-я]))"
    rf"|(?P<share>(?<![а-я])(?P<num>одн[аоуй][а-я]*|дв[еу][а-я]*|тр[иеё][а-я]*|четыр[а-я]+|пят[ьи]ю?|1|2|3|4|5)? ?"
    rf"(?:(?P<den>трет(?:ь|и|ью|ей|ям|ями|ях)|четверт(?:ь|и|ью|ей|ям|ями|ях))(?![а-я])|(?P<den>половин[аыуе]|половиной)(?![а-я])))"
    rf"|(?P<number>{_CLEAR}(?P<digits>{_RUSSIAN_NUMERAL})(?:-(?:х|ти|и|ми|ю|мя|ем|ех)(?![а-я]))?(?P<scale> ?(?:тыс(?:яч[а-я]*|\.)?|млн\.?|млрд\.?|трлн\.?|миллион[а-я]*|миллиард[а-я]*|триллион[а-я]*)(?![а-я]))?"
    rf"|(?<![а-я-])(?P<half>пол(?=миллиона|миллиарда|триллиона|тысячи)|полтора|полторы|полутора)(?P<scale> ?(?:тысяч[а-я]*|тыс\.|миллион[а-я]*|миллиард[а-я]*|триллион[а-я]*|млн|млрд|трлн)(?![а-я]))?(?![а-я])"
    rf"|(?<![а-я-])(?P<round>сотн[яюией]+|десят(?:ок|ка|ку|ком)|дюжин[аыуой]+)(?![а-я])"
    rf"|(?<![а-я-])(?P<word>\L<spelled>(?![а-я])(?: \L<spelled>(?![а-я]))*))"
    rf"|(?P<ordinal>(?<![а-я])(?P<n>\L<ordinals>)(?![а-я]))",
    spelled=list(_RUSSIAN_WORDS), ordinals=list(_RUSSIAN_ORDINALS),
)
_RUSSIAN_UNITS = (
    r"(?: ?(?:(?P<percent>%|процентн[а-я]+ пункт[а-я]*|п\.? ?п\.|процент[а-я]*|‰|проц\.)|"
    r"(?P<money>(?:китайск[а-я]+ |кит\. |американск[а-я]+ |российск[а-я]+ |долларов сша|долл\. сша)?(?:юан[а-я]+|долл(?:ар[а-я]*|\.)?|евро|рубл[а-я]+|руб\.|иен[а-я]*|тенге|сом(?:ов|а|ы)?(?![а-я])|сум(?:ов|а|ы)?(?![а-я])|фунт[а-я]+|\$|€|¥|₽|cny|usd|eur|rub))"
    r"|(?P<time>год(?:а|у|ом|ов|ы|ам|ах|ами)?|лет(?:ам|ами|ах|няя|ней|ию|ие|ия)?|г\.|месяц[а-я]*|мес\.|недел[а-я]+|д(?:ень|ня|ней|ню|нем|ни|нями|ням|нях)|сут(?:ки|ок|кам)|час(?:а|ов|у|ы|ам)?|минут[а-я]*|десятилети[а-я]+)(?![а-я])"
    r"|(?P<measure>му|га|гектар[а-я]*|кв\. ?км|квадратн[а-я]+ километр[а-я]*|кв\. ?м|квадратн[а-я]+ метр[а-я]*|километр[а-я]*|км|метр[а-я]*|м|тонн[а-я]*|т|килограмм[а-я]*|кг|мвт|гвт|квт|-?кратн[а-я]+)(?![а-я])))?"
)
_RUSSIAN_BEFORE = (
    r"(?:(?<![а-я])(?:(?P<at_least>(?:не менее|не меньше|не ниже)(?: чем)?|как минимум|минимум|по меньшей мере|по крайней мере|от(?= ?$))"
    r"|(?P<under>(?:не более|не больше|не свыше|не выше)(?: чем)?|максимум|(?:менее|меньше|ниже)(?: чем)?|до|неполн[а-я]+|не прошло и)"
    r"|(?P<over>(?:более|больше|свыше|выше)(?: чем)?|превы(?:сил|си|шает|шающ|сивш|шал|шени)[а-я]*|перевали[а-я]+ за|сверх)"
    r"|(?P<nearly>почти|без малого|приблизи[а-я]+ к|приближа[а-я]+ к|близк[а-я]+ к|достига[а-я]+ почти|чуть менее|чуть меньше)"
    r"|(?P<about>около|примерно|порядка|приблизительно|ориентировочно)))"
)
_RUSSIAN_AFTER = (
    r"(?P<over>\+|(?: [а-я]+){0,2}? (?:с лишним|и более высок))|(?P<at_least>(?: [а-я]+){0,3}? (?:и|или) (?:более|больше|выше))"
    r"|(?P<under>(?: [а-я]+){0,3}? (?:и|или) (?:менее|меньше))|(?P<over>-плюс)"
)

_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_MONTH = (
    r"(?P<mon>january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:\.|(?= \d)))(?![a-z])"
)
_ENGLISH_BARE_MONTH = r"(?P<mon>january|february|april|june|july|august|september|october|november|december|(?<=(?:in|since|by|until|late|early|mid|last|this) )(?:may|march))(?![a-z])"
_ENGLISH_REL = r"(?P<rel>last|this|next|the previous|previous|the current|the same)"
_ENGLISH_YEAR = r"(?P<y>(?:1[5-9]|20|21)\d\d)(?![\d%]|[.,]\d|\w)"
_SUFFIX = "(?:st|nd|rd|th)"
_ENGLISH_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}(?:{_ISO}|{_DOTTED})"
    rf"|(?<![a-z]){_ENGLISH_MONTH} (?:the )?(?P<d>\d{{1,2}})(?!\d){_SUFFIX}?(?: ?(?:[-–—]|to|and) ?(?P<d2>\d{{1,2}}){_SUFFIX}?(?![\w,]\w| [a-z]))?(?:,? (?:of )?{_ENGLISH_YEAR})?(?!\d|,\d)"
    rf"|(?<![a-z]){_ENGLISH_MONTH} (?:the )?(?P<nth>\L<ordinals>)(?:,? {_ENGLISH_YEAR})?(?![a-z])"
    rf"|{_CLEAR}(?:the )?(?P<d>\d{{1,2}}){_SUFFIX}?(?: ?[-–—] ?(?P<d2>\d{{1,2}}){_SUFFIX}?)?(?: of)? {_ENGLISH_MONTH}(?:,? (?:of )?{_ENGLISH_YEAR})?"
    rf"|(?<![a-z])(?P<nth>\L<ordinals>) of {_ENGLISH_MONTH}(?:,? {_ENGLISH_YEAR})?"
    rf"|(?<![a-z]){_ENGLISH_MONTH},? (?:of )?{_ENGLISH_YEAR}|(?<![a-z])(?P<latest>last) {_ENGLISH_BARE_MONTH}"
    rf"|(?<![a-z]){_ENGLISH_BARE_MONTH}(?:,? (?:of )?{_ENGLISH_REL} year)?"
    rf"|(?<![a-z]){_ENGLISH_REL} (?:year|(?P<relmonth>month))(?![a-z])"
    rf"|(?<=(?<![a-z])(?:in|by|since|until|till|from|during|before|after|of|through|year|for|early|late|mid|to) )(?:the year )?{_ENGLISH_YEAR}"
    rf"|{_CLEAR}(?P<decade>(?:19|20)?\d0)s(?![a-z])|{_CLEAR}(?P<century>\d{{1,2}}){_SUFFIX}[ -]century"
    rf"|(?<=(?<![a-z])(?:on|by|until|since|before|after) )the (?P<d>\d{{1,2}}){_SUFFIX}(?! (?!at|in|with|and|to|of|that|by|during|it|as|for|from)[a-z]|-)|(?<![a-z])(?P<rel>yesterday)(?![a-z]))"
    rf"|(?P<skip>(?<![a-z])(?:one of|(?:{_SUFFIX}|fourteenth|fifteenth) (?:five|5)-year plan|(?:first|second|other|latter|former|better) half|(?:first|second|third|fourth|1st|2nd|3rd|4th|last|this|next|each|per) quarter|"
    rf"first(?=,| of all| and foremost|ly|-class|-rate|-hand|hand| lady| aid| name| place)|at first|second(?=,| to none|ly|-hand|ary)|third(?=,|ly| part(?:y|ies)| countr)|(?:the|both) two (?:sides|parties)|two-(?:tier|level|layer|way|sided|fold|pronged)[a-z]*|"
    rf"half-?(?:day|hour|way|time)|seconds?(?= (?:later|ago))|[a-z]+-second)(?![a-z]))"
    rf"|(?P<ordinal>{_CLEAR}(?P<n>\d+){_SUFFIX}(?![a-z])|(?<![a-z-])(?P<n>(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -])?\L<ordinals>)(?![a-z]))"
    rf"|(?P<share>(?<![a-z])(?:(?P<num>a|one|two|three|four|five)[ -])?(?:(?P<den>half)(?! (?:a|an)(?![a-z]))|(?<=(?:a|one|two|three|four|five|third|five)[ -])(?P<den>thirds?|quarters?|fifths?|tenths?|sixths?|eighths?)|(?P<den>quarter)(?= of))(?![a-z]))"
    rf"|(?P<number>(?:(?<![a-z])half (?P<half>an?) )?(?:{_CLEAR}(?P<digits>{_NUMERAL})|(?<![a-z])(?P<half2>half an?)(?= (?:million|billion|trillion|dozen|thousand|year|month|decade)))"
    rf"(?:(?P<scale>[ -]?(?:hundred|thousand|million|billion|trillion|dozen|mln|mn|bn|tn|k|m)(?![a-z])))?"
    rf"|(?<![a-z])(?P<word>(?:(?:a|an) (?=hundred|thousand|million|billion|trillion|dozen))?\L<spelled>(?![a-z])(?:(?: and |[ -])\L<spelled>(?![a-z]))*)(?P<andhalf> and a half)?)",
    spelled=list(_ENGLISH_WORDS), ordinals=list(_ENGLISH_ORDINALS),
)
