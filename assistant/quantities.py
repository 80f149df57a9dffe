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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import regex

Kind = Literal["number", "percent", "money", "date", "duration", "ordinal"]
Bound = Literal["exact", "over", "at_least", "under", "about", "nearly"]
Relative = Literal["year", "month", "day", "latest"]
"""What a relative date is counted in, backwards; "latest" is the last such month before the publication (last September), or after it the next (-1)."""


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
    table = {
        ord(mark): " "
        for mark in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r"
    }
    table |= {0xFF01 + i: chr(0x21 + i) for i in range(94) if chr(0x21 + i) not in ",-"}
    table |= zip(
        map(ord, "ё￥萬億兩餘個項約過內國從來幾達佔數開號歲週﹣\u2011’"),
        "е¥万亿两余个项约过内国从来几达占数开号岁周--'",
        strict=True,
    )
    for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x1040, 0x17E0):
        table |= {zero + i: str(i) for i in range(10)}
    return table


_FOLD = _fold_table()
_NOISE = regex.compile(
    r"https?://\S+"
    r"|[\[【]\d{1,3}(?:\s?[,，、;–-]\s?\d{1,3})*[\]】]"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    r"|(?<!\d)\d{1,9}(?:\.\d{1,9}){3,}|(?<!\d)\d{1,3} ?\+ ?[nx](?![a-z])"
    r"|(?<![a-zа-я])(?!(?:rmb|cny|usd|eur|rub|us|gbp|hkd|jpy|kzt|inr) ?\d)[a-zа-я]+(?:-(?!(?:19|20)\d\d(?!\d)))?\d[\da-zа-я]*(?:[-.]\d+)*"
    r"|(?<![\d.,])\d{1,5}(?:g|d|c|b|x|p|в|к|д|a|v|hz|ghz|mhz|c919)(?:\d\w*)?(?![a-zа-я])"
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
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen",
        lambda n: n,
    )
    words |= _spread("|twenty|thirty|forty fourty|fifty|sixty|seventy|eighty|ninety", lambda n: 10 * n)
    scales = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    return words | {name: (value, True) for name, value in scales.items()}


def _russian_words() -> dict[str, _Word]:
    words = _spread(
        "один одна одно одни одного одной одному одним одном одну одною одними одних|два две двух двум двумя|три трех трем тремя|"
        "четыре четырех четырем четырьмя|пять пяти пятью|шесть шести шестью|семь семи семью|восемь восьми восемью восьмью|девять девяти девятью|"
        "десять десяти десятью",
        lambda n: n,
    )
    teens = ("один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят")
    words |= {f"{stem}надцат{end}": (value, False) for value, stem in enumerate(teens, 11) for end in ("ь", "и", "ью")}
    words |= _spread(
        "|двадцать двадцати двадцатью|тридцать тридцати тридцатью|сорок сорока|пятьдесят пятидесяти пятьюдесятью|"
        "шестьдесят шестидесяти шестьюдесятью|семьдесят семидесяти семьюдесятью|"
        "восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью|девяносто девяноста",
        lambda n: 10 * n,
    )
    words |= _spread(
        "сто ста|двести двухсот двумстам двумястами двухстах|триста трехсот тремстам тремястами трехстах|"
        "четыреста четырехсот четыремстам четырьмястами четырехстах",
        lambda n: 100 * n,
    )
    for value, (nominative, genitive, instrumental) in enumerate(
        (
            ("пять", "пяти", "пятью"),
            ("шесть", "шести", "шестью"),
            ("семь", "семи", "семью"),
            ("восемь", "восьми", "восемью"),
            ("девять", "девяти", "девятью"),
        ),
        5,
    ):
        forms = (f"{nominative}сот", f"{genitive}сот", f"{genitive}стам", f"{instrumental}стами", f"{genitive}стах")
        words |= dict.fromkeys(forms, (100 * value, False))
    for value, spellings in (
        (10**3, "тысяча тысячи тысяче тысячу тысячей тысячью тысяч тысячам тысячами тысячах тыс тыс."),
        (10**6, "млн млн."),
        (10**9, "млрд млрд."),
        (10**12, "трлн трлн."),
    ):
        words |= dict.fromkeys(spellings.split(), (value, True))
    for value, stem in ((10**6, "миллион"), (10**9, "миллиард"), (10**12, "триллион")):
        words |= {stem + end: (value, True) for end in ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")}
    return words


_ENGLISH_WORDS = _english_words()
_RUSSIAN_WORDS = _russian_words()
_ORDINAL_STEMS = (
    "перв",
    "втор",
    "",
    "четверт",
    "пят",
    "шест",
    "седьм",
    "восьм",
    "девят",
    "десят",
    "одиннадцат",
    "двенадцат",
    "тринадцат",
    "четырнадцат",
    "пятнадцат",
    "шестнадцат",
    "семнадцат",
    "восемнадцат",
    "девятнадцат",
)
_RUSSIAN_ENDINGS = ("ый", "ой", "ая", "ое", "ые", "ого", "ому", "ым", "ом", "ую", "ою", "ых", "ыми")
_RUSSIAN_ORDINALS: dict[str, int] = {
    stem + end: value
    for value, stem in [
        *((value, stem) for value, stem in enumerate(_ORDINAL_STEMS, 1) if stem),
        (20, "двадцат"),
        (30, "тридцат"),
        (40, "сороков"),
        (50, "пятидесят"),
        (60, "шестидесят"),
        (70, "семидесят"),
        (80, "восьмидесят"),
        (90, "девяност"),
        (100, "сот"),
        (1000, "тысячн"),
    ]
    for end in _RUSSIAN_ENDINGS
} | {"трет" + end: 3 for end in ("ий", "ья", "ье", "ьи", "ьего", "ьей", "ьему", "ьим", "ьем", "ью", "ьих", "ьими")}
_ENGLISH_ORDINALS: dict[str, int] = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
    "fortieth": 40,
    "fiftieth": 50,
    "sixtieth": 60,
    "seventieth": 70,
    "eightieth": 80,
    "ninetieth": 90,
    "hundredth": 100,
}


def _spelled(words: list[str], table: Mapping[str, _Word]) -> tuple[int, int]:
    """Value of the longest well-formed number at the head of `words`, and how many of them it takes; (0, 0) where none is.

    >>> _spelled(["one", "hundred", "and", "five", "six"], _ENGLISH_WORDS)
    (105, 4)
    """
    total = group = taken = 0
    room, scale = (
        1000,
        10**15,
    )  # what may still be added to the group: less than this; what may still multiply: less than this
    joined = False
    for index, word in enumerate(words):
        if word == "and":
            if joined or not index or not table.get(words[index - 1], (0, False))[1]:
                break
            joined = True
            continue
        value, multiplies = table[word]
        if multiplies and value == 100 and ((0 < group < 100 and room <= 10) or not total + group):
            group = max(group, 1) * 100
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


_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "双": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}


def _han_number(text: str) -> Decimal | None:
    """Value of Chinese numerals: 二十八, 一百零五, 三千万, 二〇二六; None where they make no number (三两)."""
    whole, point, decimals = text.partition("点")
    if point:
        digits = decimals.rstrip("万亿")
        value = _han_number(whole)
        fraction = Decimal("0." + "".join(str(_HAN_DIGITS[char]) for char in digits))
        return (
            None
            if value is None
            else (value + fraction) * (_han_number(decimals[len(digits) :]) or 1 if digits != decimals else 1)
        )
    if len(text) > 1 and all(char in _HAN_DIGITS for char in text):
        spoken = len(text) == 4 or "〇" in text or "零" in text
        return Decimal("".join(str(_HAN_DIGITS[char]) for char in text)) if spoken else None
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
        groups = regex.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain) and not (
            decimal_comma or plain.startswith("0,")
        )
        plain = plain.replace(",", "") if groups else plain.replace(",", ".")
    return Decimal(plain)


# --- grammars -------------------------------------------------------------------------------------------------------------------

_NUMERAL = r"(?:\d{1,3}(?:[ ']\d{3})+(?![ ']?\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_RUSSIAN_NUMERAL = (
    r"(?:\d{1,3}(?:[ ']\d{3})+(?![ ']?\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?)"
)
_CLEAR = r"(?<!\d)(?<!\d[.,])"
_ISO = r"(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
_DOTTED = r"(?P<d>0?[1-9]|[12]\d|3[01])(?P<sep>[./])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d)"
_DASH = "-–—−~〜"

_HAN = "[零〇一二两三四五六七八九十百千万亿]"
_HAN_DIGIT = "[零〇一二三四五六七八九]"
_HAN_ONE = "[一二两三四五六七八九]"
_HAN_DAY = "(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HAN_YEAR = "[一二][零〇一二三四五六七八九]{3}"
_HAN_MONTH = "(?:十[一二]?|[一二三四五六七八九])"
_CLASSIFIER = "(?:[项个家名人位份种台套件场条座所国次余亩元公顷篇册辆艘架间期批款支只组户村县市城校企吨米多款门级届国岁周天年月日倍美欧英卢人株头箱艇颗艺处站类吗例方]|分钟|小时|秒|星期|公里|平方|公斤|英里|码|位数|局|胜|届|回|轮(?!机)|座|枚|支队|颗|栋|幢|队|节|卷|期|页)"

_CHINESE_FIXED = (
    "一带一路|成千上万|成百上千|千千万万|千[家军山头言秋变辛丝方千][万百][户马水绪语代化苦计缕万]|千[载篇古钧]|千里[之马江]|百[姓货度科洋花川战鸟般态合步业炼叶灵慕未]|百家[争讲姓]|百年|百分(?!之)|"
    "万[一物事象科众里水能向分方圆隆达宁州般全福泰国有]|亿万|三[农峡亚星角明文沙伏演九]|三轮车|四[川通平处周肢季海邻面舍]|五[四金粮湖官脏彩花指常音香]|五台山|五大洲|"
    "六[安盘]|七[夕上嘴]|八[卦达方面仙一股]|九[州寨江龙霄三]|十分(?!钟|之)|十[足全字堰里怀恶]|十有八九|十之八九|"
    "两[岸会者翼弹院用难极栖面性广江湖]|两手|二[手维氧级胡氢甲恶元]|二者|三者|三者|双[一十]|张三|李四|王五|第三方|第三者|第一[时线手]时?间?|第二天|第一反应|"
    "一[一二]九|三三两两|四分五裂|七上八下|五颜六色|三番五次|三心二意|乱七八糟|一五一十|独一无二|九牛一毛|三[言令]两?五?[语申]|两全其美|一举两得|一分为二|合二为一|说一不二|"
    "三(?:位一体|维|峡)|三甲|三伏|五一|六一|十一黄金周|国庆十一|一二线|二三线|三四线|[一二三四五]线城市|三十六计|不三不四|百分百|百万庄|万家灯火|万维|三更|半夜|三餐|七七事变|九一八|五四运动|"
    "千[万](?=[不别要记]|$)|千[克米瓦伏兆]"
)


_CHINESE_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}{_ISO}"
    rf"|{_CLEAR}(?P<century>\d{{1,2}}|{_HAN_DAY})世纪(?:(?P<decade>\d0|[二三四五六七八九]十)年代)?"
    rf"|{_CLEAR}(?P<decade>(?:19|20)?\d0|[二三四五六七八九]十)年代"
    rf"|(?:{_CLEAR}(?P<y>(?:1[5-9]|20|21)\d\d|{_HAN_YEAR}) ?年度?|(?P<rel>去年|今年|明年|前年|后年|本月|上个?月|下个?月))"
    rf"(?: ?(?P<m>\d{{1,2}}|{_HAN_MONTH}) ?月份?(?: ?(?P<d>\d{{1,2}}|{_HAN_DAY}) ?[日号])?|(?P<d>\d{{1,2}}|{_HAN_DAY})[日号])?"
    rf"|{_CLEAR}(?<!{_HAN})(?P<m>\d{{1,2}}|{_HAN_MONTH}) ?月(?:份|(?!球))(?: ?(?P<d>\d{{1,2}}|{_HAN_DAY}) ?[日号])?"
    rf"|{_CLEAR}(?<!{_HAN})(?P<d>\d{{1,2}}|{_HAN_DAY}) ?(?:日(?![内间均]|以内|之内|游)|号(?=[，。、；,;.在上下晚早凌举召开]|$))"
    rf"|(?P<rel>昨天|昨日|前天|前日))"
    rf"|(?P<skip>(?:{_HAN}+|\d{{1,2}})[点时](?:(?:{_HAN}+|\d{{1,2}})分|半|整|钟)|{_CHINESE_FIXED})"
    rf"|(?P<ordinal>第 ?(?P<n>\d{{1,5}}(?![\d.,]\d)|{_HAN}+)|首(?=[届次个批家位台例款条座部])|(?P<n>十[一二三四])五(?=[”」’\"规时期计]|$))"
    rf"|(?P<share>(?P<den>{_HAN}+|{_NUMERAL})分之(?P<num>{_HAN}+(?:点{_HAN_DIGIT}+)?|{_NUMERAL})|半数|一半|过半|(?P<cheng>{_NUMERAL}|{_HAN_ONE}+)成(?P<more>[多余])?"
    rf"(?![员立果本功为效长份分就型都交绩人年熟品才语套千百])(?P<tail>半)?)"
    rf"|(?P<half>半年|半个月|半个?小时)"
    rf"|(?P<number>{_CLEAR}(?P<digits>{_NUMERAL})(?P<more>[多余])?(?P<scale> ?(?:[十百千]?万亿|[十百千]?[万亿]|[百千](?![克米瓦伏兆字])))?"
    rf"|(?P<word>双(?=[层级轨])|{_HAN}+(?:点{_HAN_DIGIT}+(?![十分刻整]))?[万亿]*)(?P<more>[多余来](?=[万亿]))?(?P<scale>(?<=[多余来])[万亿]+)?)"
)
_CHINESE_UNITS = (
    r"(?P<more>[多余])? ?(?:(?P<percent>%|个百分点|‰)|(?P<money>(?:人民币|美元|欧元|卢布|日元|港元|港币|英镑|坚戈|索姆|苏姆|元(?:人民币)?(?![素件器旦首年月帅宇]))|人民币)"
    r"|(?P<time>周年|个(?P<tail>半)(?:月|小时)|年(?:(?P<tail>半(?!导))|(?P<more>多))?|个?月(?!球)|周(?![边围围])|个?星期|天|日|个?小时|分钟|秒钟?|岁)|(?P<measure>亩|公顷|平方公里|平方米|公里|千米|米"
    r"|吨|公斤|千克|千瓦时|兆瓦|吉瓦|千瓦|倍))?"
)
_CHINESE_BEFORE = (
    r"(?:(?P<over>(?:超过|超出|突破|超越|超|逾|多于|高于|大于|不止|越过)(?:了|出)?)|(?P<at_least>至少|不少于|不低于|不下于?|起码|最少)"
    r"|(?P<under>不到|不足|少于|低于|未满|小于|不满|未到|不超过|至多|最多|不多于|不高于)|(?P<nearly>将近|接近|几近|几乎|临近|逼近|(?<![最附就远亲])近)"
    r"|(?P<about>大约|大概|约为|(?<![签预节条合公契邀制])约|左右))"
)
_CHINESE_AFTER = (
    r"(?P<about>来(?=[个项家名人]))|(?P<span>[内来间](?!容|部|外|地|在|陆|联|涵|核|蒙|需|销|自|到|的))"
    r"|(?:(?![零〇一二两三四五六七八九十百千万亿])[^\W\d_]){0,4}?(?:(?P<at_least>及?以上(?!述)|起(?=[，。；、）)]|$))|(?P<over>之多)|(?P<about>左右|上下|许(?=[，。；]|$))"
    r"|(?P<under>以下|以内|之内))"
)
_RUSSIAN_MONTH_STEMS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "ма",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
_RUSSIAN_MONTH = r"(?P<mon>(?:январ|феврал|апрел|ию[нл]|сентябр|октябр|ноябр|декабр)(?:[ьяюе]|ем)|(?:март|август)(?:а|у|ом|е)?|ма[йяюе]|маем)(?![а-я])"
_RUSSIAN_REL = r"(?P<rel>(?:прошл|минувш|этого|этом|нынешн|текущ|следующ|будущ|позапрошл)[а-я]*)"
_RUSSIAN_YEAR = r"(?P<y>(?:1[5-9]|20|21)\d\d)"
_RUSSIAN_YEAR_WORD = r"(?: ?(?:года[хм]?и?|году|годов|годом|год|гг?\.|гг?(?![а-я])))"
_RUSSIAN_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}(?:{_ISO}|{_DOTTED})"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? ?[-–—и] ?(?=\d{{1,2}}(?:-?(?:го|е|му|м|ое|ого))? {_RUSSIAN_MONTH})"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? {_RUSSIAN_MONTH}(?: {_RUSSIAN_YEAR}{_RUSSIAN_YEAR_WORD}?| {_RUSSIAN_REL} года)?"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})(?:-?(?:го|е|му|м|ое|ого))? числа"
    rf"|{_CLEAR}(?P<d>\d{{1,2}})-го(?=\s*(?:[,.;:!?)»—–]|$|(?:в|на|и|по|при|был|была|было|были|состоялась|открылась|началась|прошла)(?![а-я])))"
    rf"|(?<![а-я])(?P<latest>(?:прошл|минувш|следующ|будущ)[а-я]*) {_RUSSIAN_MONTH}|(?<![а-я])(?P<rel>(?:эт|нынешн)[а-я]*) {_RUSSIAN_MONTH}"
    rf"|(?<![а-я]){_RUSSIAN_MONTH}(?: {_RUSSIAN_YEAR}{_RUSSIAN_YEAR_WORD}?| {_RUSSIAN_REL} года)?"
    rf"|{_CLEAR}(?:(?P<decade>(?:19|20)?\d0)-(?:е|х|ым|ыми)(?: год(?:ы|ов|ах|ам))?)"
    rf"|(?<![\w])(?P<century>\d{{1,2}}(?:-?(?:й|го|м|му))?|[ivx]{{1,5}})[ -]?(?:век(?:а|е|у|ом|ов|ах)?|вв?\.)(?![а-я])"
    rf"|{_CLEAR}{_RUSSIAN_YEAR}(?:-?(?:й|го|м|му|е|х))?{_RUSSIAN_YEAR_WORD}(?![а-я])"
    rf"|(?<![а-я]){_RUSSIAN_REL} (?:год(?:а|у|ом)?|(?P<relmonth>месяц[а-я]*))(?![а-я])|(?<![а-я])(?P<rel>(?:поза)?вчера(?:шн[а-я]+)?|прошлогодн[а-я]+)(?![а-я]))"
    rf"|(?P<skip>(?<![а-я])(?:(?:две|двух|двумя|двум) сторон[а-я]*|один пояс|один путь|втор[а-я]+ половин[а-я]+|перв[а-я]+ половин[а-я]+"
    rf"|(?:перв|втор|трет|четверт)[а-я]+ квартал[а-я]*|перв(?:ую|ой) очеред[ьи]|перв[а-я]+ (?:взгляд|делом|этап)[а-я]*|третьи(?:х|ми|м|и) (?:лиц|стран)[а-я]*"
    rf"|треть(?:я|ей|ю) сторон[а-я]|сто(?=рон)|пятилетк[а-я]+|(?:трех|двух) (?:сторон|словах)|перв(?:ый|ая|ое)(?= (?:будет|[а-я]{(3,)}[еию]т)(?![а-я]))"
    rf"|втор(?:ой|ая|ое)(?=, (?:как|будучи)(?![а-я])| (?:же )?(?:будет|[а-я]{(3,)}[еию]т)(?![а-я])))(?![а-я]))"
    rf"|(?P<ordinal>{_CLEAR}(?P<n>\d+)-?(?:ый|ой|ая|ое|ые|ого|ому|ым|ом|ую|ых|й|я|е|го|му|м|ю)(?![а-я])(?!-)|(?<![а-я])(?P<once>впервые)(?![а-я]))"
    rf"|(?P<span>{_CLEAR}(?P<n>\d+)-? ?(?P<of>лети[еяюйм]+|летн[а-я]+|месячн[а-я]+|дневн[а-я]+|часов[а-я]+|уровнев[а-я]+)"
    rf"|(?<![а-я])(?P<stem>двадцатипяти|двух|трех|четырех|пяти|шести|семи|восьми|девяти|десяти|двадцати|тридцати|пятидесяти|сто|полутора"
    rf"|пол)(?P<of>лети[еяюйм]+|летн[а-я]+|месячн[а-я]+|дневн[а-я]+|уровнев[а-я]+|года?)(?![а-я]))"
    rf"|(?P<share>(?<![а-я])(?:(?P<num>\L<spelled>|[1-5]) )?"
    rf"(?:(?P<den>трет(?:ь|и|ей|ям|ями|ях)|четверт(?:ь|и|ью|ей|ям|ями|ях))(?![а-я])|(?P<den>половин[аыуе]|половиной)(?![а-я])))"
    rf"|(?P<unit>(?<=(?:менее|более|больше|меньше|около|почти|неполный|чем за|чем через|в течение|прошло и) )(?=(?:года?|месяца?|десятилети[ея])(?![а-я])))"
    rf"|(?P<number>{_CLEAR}(?P<digits>{_RUSSIAN_NUMERAL})(?:-(?:х|ти|и|ми|ю|мя|ем|ех)(?![а-я]))?(?P<scale> ?(?:тыс(?:яч[а-я]*|\.)?|млн\.?|млрд\.?"
    rf"|трлн\.?|миллион[а-я]*|миллиард[а-я]*|триллион[а-я]*)(?![а-я]))?"
    rf"|(?<![а-я-])(?P<half>пол(?=миллиона|миллиарда|триллиона|тысячи)|полтора|полторы|полутора)(?P<scale> ?(?:тысяч[а-я]*|тыс\.|миллион[а-я]*"
    rf"|миллиард[а-я]*|триллион[а-я]*|млн|млрд|трлн)(?![а-я]))?(?![а-я])"
    rf"|(?<![а-я-])(?P<round>сотн[яюией]+|десят(?:ок|ка|ку|ком)|дюжин[аыуой]+)(?![а-я])"
    rf"|(?<![а-я])(?P<word>\L<spelled>(?![а-я])(?: \L<spelled>(?![а-я])){{0,14}})(?P<andhalf> с половиной(?: (?P<scale>тысяч|миллион|миллиард|триллион)[а-я]*)?)?)"
    rf"|(?P<ordinal>(?<![а-я-])(?P<n>\L<ordinals>)(?![а-я]))",
    spelled=list(_RUSSIAN_WORDS),
    ordinals=list(_RUSSIAN_ORDINALS),
)
_RUSSIAN_UNITS = (
    r"(?: ?(?:(?P<percent>%|процентн[а-я]+ пункт[а-я]*|п\.? ?п\.|процент[а-я]*|‰|проц\.)|"
    r"(?P<money>(?:китайск[а-я]+ |кит\. |американск[а-я]+ |российск[а-я]+ )?(?:юан[а-я]+|долл(?:ар[а-я]*|\.)?|евро|рубл[а-я]+|руб\.|иен[а-я]*|тенге"
    r"|сом(?:ов|а|ы)?(?![а-я])|сум(?:ов|а|ы)?(?![а-я])|фунт[а-я]+|\$|€|¥|₽|cny|usd|eur|rub))"
    r"|(?P<time>год(?:а|у|ом|ов|ы|ам|ах|ами)?|лет(?:ам|ами|ах|няя|ней|ию|ие|ия)?|г\.|месяц[а-я]*|мес\.|недел[а-я]+|д(?:ень|ня|ней|ню|нем|ни|нями|ням"
    r"|нях)|сут(?:ки|ок|кам)|час(?:а|ов|у|ы|ам)?|минут[а-я]*|десятилети[а-я]+)(?![а-я])"
    r"|(?P<measure>му|га|гектар[а-я]*|кв\. ?км|квадратн[а-я]+ километр[а-я]*|кв\. ?м|квадратн[а-я]+ метр[а-я]*|километр[а-я]*|км|метр[а-я]*|м"
    r"|тонн[а-я]*|т|килограмм[а-я]*|кг|мвт|гвт|квт|-?кратн[а-я]+)(?![а-я])))?"
)
_RUSSIAN_BEFORE = (
    r"(?:(?<![а-я])(?:(?P<at_least>(?:не менее|не меньше|не ниже)(?: чем)?|как минимум|минимум|по меньшей мере|по крайней мере)"
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
    r"(?P<mon>january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov"
    r"|dec)(?:\.|(?= \d)))(?![a-z])"
)
_ENGLISH_BARE_MONTH = (
    r"(?P<mon>january|february|april|june|july|august|september|october|november|december"
    r"|(?<=(?:in|since|by|until|late|early|mid|last|next) )(?:may|march)|(?<=this )march)(?![a-z])"
)
_ENGLISH_REL = r"(?P<rel>last|this|next|(?:the )?(?:previous|current|same))"
_ENGLISH_YEAR = r"(?P<y>(?:1[5-9]|20|21)\d\d)(?![\d%]|[.,]\d|\w)"
_SUFFIX = "(?:st|nd|rd|th)"
_ENGLISH_TOKEN = regex.compile(
    rf"(?P<date>{_CLEAR}(?:{_ISO}|{_DOTTED})"
    rf"|(?<![a-z]){_ENGLISH_MONTH} (?:the )?(?P<d>\d{{1,2}})(?!\d){_SUFFIX}?(?: ?(?:[-–—]|to|and) ?(?P<d2>\d{{1,2}}){_SUFFIX}?(?![\w,]\w"
    rf"| [a-z]))?(?:,? (?:of )?{_ENGLISH_YEAR})?(?!\d|,\d)"
    rf"|(?<![a-z]){_ENGLISH_MONTH} (?:the )?(?P<nth>\L<ordinals>)(?:,? {_ENGLISH_YEAR})?(?![a-z])"
    rf"|{_CLEAR}(?P<d>\d{{1,2}}){_SUFFIX}?(?: ?[-–—] ?(?P<d2>\d{{1,2}}){_SUFFIX}?)?(?: of)? {_ENGLISH_MONTH}(?:,? (?:of )?{_ENGLISH_YEAR})?"
    rf"|(?<![a-z])(?P<nth>\L<ordinals>) of {_ENGLISH_MONTH}(?:,? {_ENGLISH_YEAR})?"
    rf"|(?<![a-z]){_ENGLISH_MONTH},? (?:of )?{_ENGLISH_YEAR}|(?<![a-z])(?P<latest>last|next) {_ENGLISH_BARE_MONTH}|(?<![a-z])(?P<rel>this) (?!may){_ENGLISH_BARE_MONTH}"
    rf"|(?<![a-z]){_ENGLISH_BARE_MONTH}(?:,? (?:of )?{_ENGLISH_REL} year)?"
    rf"|(?<![a-z]){_ENGLISH_REL} (?:year|(?P<relmonth>month))(?![a-z])"
    rf"|(?<=(?<![a-z])(?:in|by|since|until|till|from|during|before|after|of|through|year|for|early|late|mid|to)(?: the year)? ){_ENGLISH_YEAR}"
    rf"|{_CLEAR}(?P<decade>(?:19|20)?\d0)s(?![a-z])|{_CLEAR}(?P<century>\d{{1,2}}){_SUFFIX}[ -]century"
    rf"|(?<=(?<![a-z])(?:on|by|until|since|before|after) the )(?P<d>\d{{1,2}}){_SUFFIX}(?! (?!at|in|with|and|to|of|that|by|during|it|as|for"
    rf"|from)[a-z]|-)|(?<![a-z])(?P<rel>the day before yesterday|yesterday)(?![a-z]))"
    rf"|(?P<skip>(?<![a-z])(?:(?<={_SUFFIX} )(?:five|5)-year plan|(?:first|second) half|(?<=(?:other|latter|former|better) )half|(?:first|second"
    rf"|third|fourth|1st|2nd|3rd|4th) quarter|"
    rf"first(?=,| of all| and foremost|ly|-class|-rate|-hand|hand| lady| aid| name| place)|(?<=at )first|second(?=,| to none|ly|-hand|ary)|third(?=,"
    rf"|ly| part(?:y|ies)| countr)|(?<=(?:the|both) )two (?:sides|parties)|two words|(?<=(?:was|were|been|be) )first(?= [a-z]+ed(?![a-z]))"
    rf"|two-(?:way|sided|fold|pronged)[a-z]*|"
    rf"half-?(?:day|hour|way|time)|seconds?(?= (?:later|ago)))(?![a-z]))"
    rf"|(?P<ordinal>{_CLEAR}(?P<n>\d+){_SUFFIX}(?![a-z])|(?<![a-z-])(?P<n>(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty"
    rf"|ninety)[ -])?\L<ordinals>)(?![a-z]))"
    rf"|(?P<share>(?<![a-z-])(?:(?P<num>an?|one|two|three|four|five)[ -](?P<den>half|(?<!a )third|thirds|quarters?|(?<!a )(?:fifth|tenth|sixth"
    rf"|eighth)|(?:third|fifth|tenth|sixth|eighth)(?= of |[^ a-z-]|$| (?:and|or|by|in|more|less) )|(?:fif|ten|six|eigh)ths)"
    rf"|(?P<den>half(?! an?(?![a-z]))|quarter(?= of)))(?![a-z])"
    rf"(?! (?:century|hour)))"
    rf"|(?P<unit>(?<=(?<![a-z])(?:less than|under|more than|over|nearly|almost|about|around|within|in|not even|at least|in just|in just under"
    rf"|just under) )an?(?= (?:year|month|decade|week)(?![a-z])))"
    rf"|(?P<number>{_CLEAR}(?P<digits>{_NUMERAL})(?P<scale>[ -]?(?:hundred|thousand|million|billion|trillion|dozen|mln|mn|bn|tn|k|m)(?![a-z]))?"
    rf"|(?<![a-z])(?P<half>half an?)(?:(?P<scale>[ -](?:million|billion|trillion|dozen|thousand))|(?=[ -](?:year|month|decade)))(?![a-z])"
    rf"|(?<![a-z])(?P<word>(?:(?:a|an) (?=hundred|thousand|million|billion|trillion|dozen))?\L<spelled>(?![a-z])(?:(?: and "
    rf"|[ -])\L<spelled>(?![a-z])){{0,14}})(?P<andhalf> and a half(?: (?P<scale>thousand|million|billion|trillion)(?![a-z]))?)?)",
    spelled=list(_ENGLISH_WORDS),
    ordinals=list(_ENGLISH_ORDINALS),
)
_ENGLISH_UNITS = (
    r"(?:[ -]?(?:(?P<percent>%|per ?cent(?:age points?)?|‰|pp(?![a-z]))"
    r"|(?P<money>(?:chinese |us |u\.s\. )?(?:yuan|rmb|renminbi|cny|dollars?|usd|euros?|eur|roubles?|rubles?|rub|yen|tenge|pounds?)(?![a-z]))"
    r"|(?P<time>(?:years?|yrs?|months?|weeks?|days?|hours?|minutes?|decades?|th anniversary)(?![a-z]))"
    r"|(?P<measure>(?:mu|hectares?|ha|square kilomet(?:er|re)s?|sq\.? km|km2|square met(?:er|re)s?|kilomet(?:er|re)s?|km|met(?:er|re)s?|m|tonn?e?s?|t"
    r"|kilograms?|kg|megawatts?|mw|gigawatts?|gw|kw|-?fold)(?![a-z]))))?"
)
_ENGLISH_BEFORE = (
    r"(?:(?<![a-z])(?:(?P<at_least>at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of|minimum(?: of)?)"
    r"|(?P<under>(?:less|fewer|lower|no more|not more) than|under|below|up to|at most|not exceeding|not quite|within(?= ?$))"
    r"|(?P<nearly>nearly|almost|close to|approach(?:es|ed|ing)?|just (?:under|short of)|virtually|verging on)"
    r"|(?P<over>(?:more|greater|higher|larger) than|over|exceed(?:s|ed|ing)?|above|in excess of|upwards? of|surpass(?:es|ed|ing)?|top(?:s|ped|ping))"
    r"|(?P<about>about|around|approximately|approx\.|roughly|some|circa|an estimated|or so)))"
)
_ENGLISH_AFTER = (
    r"(?P<over>\+|[ -]?plus(?![a-z])|-odd)|(?P<at_least>(?: [a-z-]+){0,4}? or (?:more|above|greater|higher))"
    r"|(?P<under>(?: [a-z-]+){0,3}? or (?:less|fewer|under))|(?P<about>(?: [a-z-]+){0,2}? or so(?![a-z]))"
)


@dataclass(frozen=True, slots=True)
class _Grammar:
    """What the one reader needs to know of a language; the patterns share their group names."""

    starts: regex.Pattern[str]
    token: regex.Pattern[str]
    units: regex.Pattern[str]
    before: regex.Pattern[str]
    before_share: regex.Pattern[str]
    after: regex.Pattern[str]
    joiner: regex.Pattern[str]


_CURRENCY_BEFORE = regex.compile(r"(?P<money>us\$|hk\$|\$|¥|€|£|₽|(?<![a-z])(?:rmb|cny|usd|eur|rub)|人民币) ?$")
# How a unit begins in any of the three languages, and its canonical name; the longest beginning that fits wins.
_UNIT_BEGINNINGS = {
    beginning: name
    for name, beginnings in {
        "CNY": "人民币|元|亿元|yuan|chinese|rmb|renminbi|cny|¥|юан|китайск|кит.",
        "USD": "美元|us|u.s.|dollar|долл|америк|$|us$",
        "EUR": "欧元|евро|eur|€",
        "RUB": "卢布|рубл|руб|российск|ruble|rouble|rub|₽",
        "JPY": "日元|иен|yen",
        "HKD": "港元|港币|hk$",
        "GBP": "英镑|фунт|pound|£",
        "KZT": "坚戈|тенге|tenge",
        "KGS": "索姆|сом",
        "UZS": "苏姆|сум",
        "year": "周年|年|岁|год|лет|г.|year|yr|th",
        "month": "个半月|个月|月|месяц|мес|month",
        "week": "周|个星期|星期|недел|week",
        "decade": "десятилет|decade",
        "day": "天|日|дн|ден|сут|day",
        "hour": "个半小时|个小时|小时|час|hour",
        "minute": "分钟|минут|minute",
        "second": "秒钟|秒|секунд|second",
        "point": "个百分点|процентн|п. п|п.п|п п|percentage|per centage|pp",
        "permille": "‰",
        "percent": "%|проц|per",
        "times": "倍|крат|-крат|fold|-fold",
        "mu": "亩|му|mu",
        "hectare": "公顷|га|гектар|hectare|ha",
        "megawatt": "兆瓦|мвт|megawatt|mw",
        "gigawatt": "吉瓦|гвт|gigawatt|gw",
        "kilowatt-hour": "千瓦时",
        "kilowatt": "千瓦|квт|kw",
        "square kilometre": "平方公里|кв. км|кв.км|квадратных к|квадратный к|квадратного к|square k|sq|km2",
        "square metre": "平方米|кв. м|кв.м|квадратн|square m",
        "kilogram": "公斤|千克|килог|кг|kg|kilog",
        "kilometre": "公里|千米|километр|км|km|kilom",
        "metre": "米|м|m",
        "tonne": "吨|т|t",
    }.items()
    for beginning in beginnings.split("|")
}


@functools.cache
def _unit_name(surface: str) -> str:
    return _UNIT_BEGINNINGS[
        next(surface[:size] for size in range(len(surface), 0, -1) if surface[:size] in _UNIT_BEGINNINGS)
    ]


_SCALE_BEGINNINGS = (
    ("hundred", 2),
    ("th", 3),
    ("k", 3),
    ("mil", 6),
    ("ml", 6),
    ("m", 6),
    ("b", 9),
    ("t", 12),
    ("тыс", 3),
    ("миллиа", 9),
    ("мл", 6),
    ("мил", 6),
)


def _group(match: regex.Match[str], name: str) -> str | None:
    """The text of a group that may not exist in this language's pattern."""
    value = match.groupdict().get(name)
    return value if isinstance(value, str) and value else None


def _scaled(match: regex.Match[str]) -> tuple[Decimal, int] | None:
    """Value and length in code points of the number that a token holds; None where its numerals make no number."""
    parts: dict[str, str | None] = match.groupdict()
    scale = (parts.get("scale") or "").strip(" -")
    word, digits = parts.get("word"), parts.get("digits")
    length = match.end() - match.start()
    if digits:
        value = _digits(digits, decimal_comma="а" <= scale[:1] <= "я" and not digits.endswith(",000"))
    elif word and word[0] >= "\u3007":
        number = _han_number(str(word))
        if number is None:
            return None
        value = number
    elif word:
        return _spelled_value(match, word)
    elif half := parts.get("half"):
        value = Decimal("1.5") if half.startswith(("полт", "полут")) else Decimal("0.5")
    else:
        value = Decimal(
            12
            if (parts.get("round") or "").startswith("дюж")
            else 100
            if (parts.get("round") or "").startswith("сот")
            else 10
        )
    return value * _scale_value(scale), length


def _scale_value(scale: str) -> Decimal:
    if not scale:
        return Decimal(1)
    if scale[0] >= "\u3007":
        return _han_number(scale) or Decimal(1)
    if scale == "dozen":
        return Decimal(12)
    if scale.startswith("млрд"):
        return Decimal(10**9)
    return Decimal(10) ** next((power for beginning, power in _SCALE_BEGINNINGS if scale.startswith(beginning)), 12)


def _spelled_value(match: regex.Match[str], word: str) -> tuple[Decimal, int] | None:
    english = word[0].isascii()
    separator = regex.compile(r"[ -]") if english else regex.compile(" ")
    words = separator.split(word)
    article = english and words[0] in ("a", "an")
    rest = match.string[match.start("word") + len(word) :][:2]
    if (
        english
        and not article
        and word.endswith((" hundred", " thousand", " million"))
        and rest[:1] == "-"
        and rest[1:].isalpha()
    ):
        words.pop()  # "two hundred-item lists" are two lists
    value, taken = _spelled(words[article:], _ENGLISH_WORDS if english else _RUSSIAN_WORDS)
    if not taken:
        return None
    taken += article
    length = len(" ".join(words[:taken]))
    if taken == len(words) and _group(match, "andhalf"):
        return (Decimal(value) + Decimal("0.5")) * _scale_value(
            _group(match, "scale") or ""
        ), match.end() - match.start()
    return Decimal(value), length


# --- reading --------------------------------------------------------------------------------------------------------------------


def _starts(pattern: str, *words: str) -> regex.Pattern[str]:
    """Where a quantity can begin: a digit, or the first letters of one of its words. The token pattern is too slow to be tried everywhere."""
    short = [word for word in words if 1 < len(word) < 3]
    return regex.compile(r"\d|" + pattern, words=[*{word[:3] for word in words if len(word) > 2}, *short])


_GRAMMARS = {
    "zh": _Grammar(
        regex.compile(r"[\d零〇一二两三四五六七八九十百千万亿第首半过去今明前后本上下昨双]"),
        _CHINESE_TOKEN,
        regex.compile(_CHINESE_UNITS),
        regex.compile(_CHINESE_BEFORE + r" ?$"),
        regex.compile(_CHINESE_BEFORE + r"[^\W\d_]{0,4}$"),
        regex.compile(_CHINESE_AFTER),
        regex.compile(rf"%? ?(?:至|到|[{_DASH}]{{1,2}}) ?"),
    ),
    "ru": _Grammar(
        _starts(
            r"(?<![а-яa-z])(?:[ivx]|\L<words>)",
            *_RUSSIAN_WORDS,
            *_RUSSIAN_ORDINALS,
            *_RUSSIAN_MONTH_STEMS,
            "половина",
            "полтора",
            "полугодие",
            "треть",
            "четверть",
            "прошлый",
            "минувший",
            "этот",
            "нынешний",
            "текущий",
            "следующий",
            "будущий",
            "позапрошлый",
            "вчера",
            "позавчера",
            "эти",
            "впервые",
            "год",
            "месяц",
            "десяток",
            "десятилетие",
            "дюжина",
            "сотня",
            "пятилетка",
        ),
        _RUSSIAN_TOKEN,
        regex.compile(_RUSSIAN_UNITS),
        regex.compile(
            _RUSSIAN_BEFORE
            + r"(?: (?:со?|в|во|на|за|по|из|у|к|для|через)| (?:отметк|сумм|уров|порог|цифр|рубеж)[а-я]+ в)? ?$"
        ),
        regex.compile(_RUSSIAN_BEFORE + r"(?: [а-я]+)? ?$"),
        regex.compile(_RUSSIAN_AFTER),
        regex.compile(rf"%?(?: ?[{_DASH}] ?| до | и )"),
    ),
    "en": _Grammar(
        _starts(
            r"(?<![a-z])(?:\L<words>|an? (?:half|year|month|decade|week|\L<words>)|the day before y)",
            *_ENGLISH_WORDS,
            *_ENGLISH_ORDINALS,
            *_ENGLISH_MONTHS,
            "last",
            "next",
            "this",
            "previous",
            "current",
            "same",
            "yesterday",
            "half",
            "quarter",
        ),
        _ENGLISH_TOKEN,
        regex.compile(_ENGLISH_UNITS),
        regex.compile(
            _ENGLISH_BEFORE + r"(?P<gap> the(?: (?:next|past|last|coming|following|previous|first))?| an?)? ?$"
        ),
        regex.compile(_ENGLISH_BEFORE + r"(?: [a-z]+)? ?$"),
        regex.compile(_ENGLISH_AFTER),
        regex.compile(rf"%?(?: ?[{_DASH}] ?| to | and )"),
    ),
}
_OPENERS = {
    "ru": (" до ", regex.compile(r"(?<![а-я])от ?$"), " и ", regex.compile(r"(?<![а-я])между ?$")),
    "en": ("", regex.compile("$"), " and ", regex.compile(r"(?<![a-z])between ?$")),
}
_CHANGE = regex.compile(
    r"(?:increas|rais|rise|rose|grow|grew|expand|fell|fall|drop|declin|cut|reduc)\w*(?: \w+)? from ?$"
)
_ABOUT_TOPIC = regex.compile(
    r"(?:information|talk\w*|question|learn\w*|know|read|speak\w*|hear|tell (?:me|us)|news|article|report|says?|said) about ?$"
)
_LASTING = regex.compile(
    r"(?:for|lasting|lasts?|lasted|is|was|took|takes?|spanning|spans|well|just|has|have|of|after) over ?$"
)
_FROM_TO = regex.compile(r"(?<![а-я])со? [^,.;]{1,20} $")
_PASSED = regex.compile(r"(?<![a-z])pass(?:es|ed|ing)? (?:the )?$")
_BOUND_NAMES: tuple[Bound, ...] = ("over", "at_least", "under", "about", "nearly")


def find_quantities(text: str, language: str, *, published: datetime.date | None = None) -> tuple[Quantity, ...]:
    """The quantities of `text`, in order and without overlap; empty for a text without any.

    `language` is "zh", "ru" or "en": the language of the words; digits are read in all of them. With `published`, the day of the
    article, dates are what they mean on that day (`resolved`).

    >>> [(q.kind, int(q.low or 0), q.bound, q.unit) for q in find_quantities("技术交易总额突破10亿元", "zh")]
    [('money', 1000000000, 'over', 'CNY')]
    >>> [(q.year, q.month) for q in find_quantities("去年9月", "zh", published=datetime.date(2026, 6, 30))]
    [(2025, 9)]

    Raises: ValueError for another language.
    """
    if language not in _GRAMMARS:
        raise ValueError(f"find_quantities: language {language!r}; expected one of {', '.join(_GRAMMARS)}")
    folded = _fold(text)
    found: list[Quantity] = []
    position = 0
    grammar = _GRAMMARS[language]
    while (start := grammar.starts.search(folded, position)) is not None:
        match = grammar.token.match(folded, start.start())
        if match is None:
            position = start.start() + 1
            continue
        read, end = _read(folded, match, language, found[-1].end if found else 0)
        position = max(end, start.start() + 1)
        found += [replace(quantity, text=text[quantity.start : quantity.end]) for quantity in read]
    return tuple(found if published is None else (resolved(quantity, published) for quantity in found))


def _read(folded: str, match: regex.Match[str], language: str, floor: int) -> tuple[list[Quantity], int]:
    """What the token says, and where to go on reading."""
    parts: dict[str, str | None] = match.groupdict()
    if parts["skip"]:
        return [], match.end()
    if parts["date"]:
        return _read_date(match, parts), match.end()
    if parts["ordinal"]:
        return _read_ordinal(folded, match, parts, language)
    if parts.get("span"):
        return _read_compound(match, parts)
    if language == "zh" and (half := parts["half"]):
        return [_duration(match.start(), match.end(), Decimal("0.5"), _unit_name(half[1:]))], match.end()
    if parts["share"]:
        return _read_share(folded, match, parts, language, floor)
    return _read_number(folded, match, parts, language, floor)


def _small(text: str) -> int:
    if text.isdecimal() and text.isascii():
        return int(text)
    number = _han_number(text)
    return int(number) if number is not None else 0


def _month(name: str) -> int:
    if name[0].isascii():
        return _ENGLISH_MONTHS.index(name[:3]) + 1
    return next(
        index
        for index, stem in enumerate(_RUSSIAN_MONTH_STEMS, 1)
        if name.startswith(stem) and (stem != "ма" or name[:3] != "мар")
    )


_RELATIVE: tuple[tuple[str, tuple[Relative, int]], ...] = (
    ("去年", ("year", 1)),
    ("前年", ("year", 2)),
    ("今年", ("year", 0)),
    ("明年", ("year", -1)),
    ("后年", ("year", -2)),
    ("本月", ("month", 0)),
    ("上", ("month", 1)),
    ("下", ("month", -1)),
    ("昨", ("day", 1)),
    ("前", ("day", 2)),
    ("позавчера", ("day", 2)),
    ("вчера", ("day", 1)),
    ("позапрошл", ("year", 2)),
    ("прошл", ("year", 1)),
    ("минувш", ("year", 1)),
    ("следующ", ("year", -1)),
    ("будущ", ("year", -1)),
    ("эт", ("year", 0)),
    ("нынешн", ("year", 0)),
    ("текущ", ("year", 0)),
    ("yesterday", ("day", 1)),
    ("the day", ("day", 2)),
    ("last", ("year", 1)),
    ("the p", ("year", 1)),
    ("previous", ("year", 1)),
    ("next", ("year", -1)),
    ("this", ("year", 0)),
    ("the ", ("year", 0)),
    ("current", ("year", 0)),
    ("same", ("year", 0)),
)
_ROMAN = {"i": 1, "v": 5, "x": 10}


def _read_date(match: regex.Match[str], parts: Mapping[str, str | None]) -> list[Quantity]:
    year, month, day = (_small(parts[name] or "0") or None for name in ("y", "m", "d"))
    if name := parts.get("mon"):
        month = _month(name)
    if nth := parts.get("nth"):
        day = _ENGLISH_ORDINALS[nth]
    if (month or 1) > 12 or (day or 1) > 31:
        return []
    whole = Quantity(
        "date", match.start(), match.start() + len(match[0].rstrip(" -–—и~")), "", year=year, month=month, day=day
    )
    if written := parts.get("decade"):
        value = _small(written) + (100 * (_small(parts["century"] or "") - 1) if parts.get("century") else 0)
        return [replace(whole, low=Decimal(value), high=Decimal(value), unit="decade")]
    if written := parts.get("century"):
        value = _roman(written) if written[0] in _ROMAN else _small(regex.sub(r"\D+$", "", written) or written)
        return [replace(whole, low=Decimal(value), high=Decimal(value), unit="century")] if value else []
    if word := parts.get("latest"):
        return [replace(whole, relative=("latest", -1 if word.startswith(("next", "следующ", "будущ")) else 0))]
    if word := parts.get("rel"):
        unit, back = next(value for beginning, value in _RELATIVE if word.startswith(beginning))
        return [replace(whole, relative=("month" if parts.get("relmonth") else unit, back))]
    if second := parts.get("d2"):
        first_end, second_start = match.end("d"), match.start("d2")
        if match.start("mon") > second_start:
            return [replace(whole, year=year, end=first_end), replace(whole, start=second_start, day=int(second))]
        return [replace(whole, end=first_end), replace(whole, start=second_start, day=int(second))]
    return [whole]


def _roman(text: str) -> int:
    values = [_ROMAN[char] for char in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


def _duration(start: int, end: int, value: Decimal, unit: str) -> Quantity:
    return Quantity("duration", start, end, "", low=value, high=value, unit=unit)


_AFTER_ORDINAL = {
    "ru": regex.compile(
        rf" (?:{_RUSSIAN_MONTH}(?: {_RUSSIAN_YEAR}{_RUSSIAN_YEAR_WORD}?)?|(?P<day>числа)(?![а-я])|(?P<year>год[ауом]*)(?![а-я])"
        r"|(?P<century>век[аеу]?)(?![а-я])|(?P<time>годовщин[а-я]+))"
    ),
    "en": regex.compile(r"[ -](?:(?P<century>centur(?:y|ies))|(?P<time>anniversary|birthday))(?![a-z])"),
    "zh": regex.compile(r"(?P<time>周年)"),
}


def _read_ordinal(
    folded: str, match: regex.Match[str], parts: Mapping[str, str | None], language: str
) -> tuple[list[Quantity], int]:
    written = parts["n"]
    value: int | None
    if written is None:
        value = 1
    elif written.isdecimal():
        value = int(written) if len(written) < 6 else None
    elif language == "zh":
        number = _han_number(written)
        value = int(number) if number else None
    elif language == "ru":
        value = _RUSSIAN_ORDINALS[written]
    else:
        tens, _, unit = written.replace("-", " ").rpartition(" ")
        value = _ENGLISH_ORDINALS[unit] + (_ENGLISH_WORDS[tens][0] if tens else 0)
    if not value:
        return [], match.end()
    return _ordinal(folded, match.start(), match.end(), value, language)


def _ordinal(folded: str, start: int, end: int, value: int, language: str) -> tuple[list[Quantity], int]:
    """An ordinal, or what the next word makes of it: a day, a year, a century, an anniversary."""
    plain = Quantity("ordinal", start, end, "", low=Decimal(value), high=Decimal(value))
    follower = _AFTER_ORDINAL[language].match(folded, end)
    if follower is None:
        return [plain], end
    parts: dict[str, str | None] = follower.groupdict()
    whole = replace(plain, end=follower.end())
    if parts["time"]:
        return [replace(whole, kind="duration", unit="year")], whole.end
    if parts.get("century"):
        return [replace(whole, kind="date", unit="century")], whole.end
    if name := parts.get("mon"):
        if value > 31:
            return [plain], end
        year = _small(parts["y"] or "0") or None
        return [replace(whole, kind="date", low=None, high=None, day=value, month=_month(name), year=year)], whole.end
    if parts.get("day") and value <= 31:
        return [replace(whole, kind="date", low=None, high=None, day=value)], whole.end
    if parts.get("year") and 1500 <= value <= 2199:
        return [replace(whole, kind="date", low=None, high=None, year=value)], whole.end
    return [plain], end


_STEM_VALUES = {
    "двадцатипяти": 25,
    "двух": 2,
    "трех": 3,
    "четырех": 4,
    "пяти": 5,
    "шести": 6,
    "семи": 7,
    "восьми": 8,
    "девяти": 9,
    "десяти": 10,
    "двадцати": 20,
    "тридцати": 30,
    "пятидесяти": 50,
    "сто": 100,
}


def _read_compound(match: regex.Match[str], parts: Mapping[str, str | None]) -> tuple[list[Quantity], int]:
    """25-летие, пятилетний, полгода, двухуровневый."""
    stem = parts.get("stem")
    value = (
        _digits(parts["n"] or "0")
        if stem is None
        else Decimal({"пол": "0.5", "полутора": "1.5"}.get(stem) or _STEM_VALUES[stem])
    )
    of = parts["of"] or ""
    if of.startswith("уровн"):
        return [Quantity("number", match.start(), match.end(), "", low=value, high=value)], match.end()
    unit = (
        "month"
        if of.startswith("мес")
        else "day"
        if of.startswith("дн")
        else "hour"
        if of.startswith("час")
        else "year"
    )
    return [_duration(match.start(), match.end(), value, unit)], match.end()


_DENOMINATORS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}


def _share_value(parts: Mapping[str, str | None], language: str) -> Decimal | None:
    numerator, denominator = parts["num"], parts["den"]
    if language == "zh":
        if tenths := parts["cheng"]:
            value = _digits(tenths) if tenths[0].isascii() else _han_number(tenths)
            return None if value is None else value * 10 + 5 * bool(parts["tail"])
        if not (numerator and denominator):
            return Decimal(50)
        top, bottom = (_digits(part) if part[0].isascii() else _han_number(part) for part in (numerator, denominator))
        return 100 * top / bottom if top is not None and bottom else None
    if not denominator:
        return None
    if language == "en":
        bottom_value = _DENOMINATORS[denominator.rstrip("s")]
        words = _ENGLISH_WORDS
    else:
        bottom_value = 2 if denominator.startswith("пол") else 4 if denominator.startswith("чет") else 3
        words = _RUSSIAN_WORDS
    top_value = (
        1
        if not numerator or numerator in ("a", "an")
        else int(numerator)
        if numerator.isdecimal()
        else words[numerator][0]
    )
    return Decimal(100 * top_value) / bottom_value if top_value < bottom_value else None


_CENTURY_AFTER = regex.compile(r" век(?:а|ом)?(?![а-я])|(?: of a |-| )century|个?世纪")


def _read_share(
    folded: str, match: regex.Match[str], parts: Mapping[str, str | None], language: str, floor: int
) -> tuple[list[Quantity], int]:
    value = _share_value(parts, language)
    if value is None:
        return [], match.end()
    if century := _CENTURY_AFTER.match(folded, match.end()):
        return [_duration(match.start(), century.end(), value, "year")], century.end()
    start, bound = _bound_before(folded, match.start(), floor, _GRAMMARS[language].before_share)
    end = match.end()
    if match[0] == "过半" or parts.get("more"):
        bound = "over"
    elif bound == "exact":
        bound, end = _bound_after(folded, end, language)
    return [Quantity("percent", start, end, "", low=value, high=value, bound=bound, unit="percent")], end


def _bound_before(folded: str, start: int, floor: int, pattern: regex.Pattern[str]) -> tuple[int, Bound]:
    """Where the quantity with the words of its bound begins, and which bound they say."""
    left = max(floor, start - 48)
    before = pattern.search(folded[left:start])
    if before is None:
        return start, "exact"
    parts: dict[str, str | None] = before.groupdict()
    return left + before.start(), next(name for name in _BOUND_NAMES if parts[name])


def _bound_after(folded: str, end: int, language: str) -> tuple[Bound, int]:
    after = _GRAMMARS[language].after.match(folded, end)
    if after is None:
        return "exact", end
    parts: dict[str, str | None] = after.groupdict()
    return next((name for name in _BOUND_NAMES if parts.get(name)), "exact"), after.end()


_CHINESE_BARE = regex.compile(rf"[余多]?{_CLASSIFIER}|[余多]?个")
_CHINESE_SINGLE = regex.compile(rf"{_CLASSIFIER}|[大层余多来]|者之?一|%")
_VAGUE_BEFORE = regex.compile(r"(?:[数几若干好多]|多少|成(?:[百千]上)?)$")
_WEEKDAY = regex.compile(r"(?:周|星期|礼拜)$")
_POINTED = frozenset("哪这那每同首某另上前当头新有第")
_UPWARDS = regex.compile(r"上$")
_GENITIVE_BEFORE = regex.compile(
    r"(?:более|больше|свыше|менее|меньше|около|порядка|до|чем)(?: (?:со?|в|на|за|по|из|чем))? ?$"
)


def _is_number(folded: str, amount: _Amount, language: str) -> bool:
    """Whether a number in words is meant as one: not an article, a vague plural, or a numeral inside a word."""
    written = folded[amount.start : amount.end]
    if language == "zh":
        before = folded[max(0, amount.start - 3) : amount.start]
        if (written[0] in "十百千万亿" and _VAGUE_BEFORE.search(before)) or (
            _WEEKDAY.search(before) and not folded.startswith(("个", "项", "家"), amount.end)
        ):
            return False
        if written in ("百", "千", "万", "亿"):
            return _CHINESE_BARE.match(folded, amount.end) is not None
        return len(written) > 1 or _CHINESE_SINGLE.match(folded, amount.end) is not None
    if language == "en":
        if written == "hundred" and folded[amount.end : amount.end + 1] == "-":
            return True
        return written not in ("hundred", "thousand", "million", "billion", "trillion", "dozen")
    if written == "семью":
        return regex.match(r" [а-я]+(?:ами|ями|ыми|ими)(?![а-я])", folded[amount.end : amount.end + 30]) is not None
    if (" " not in written and _RUSSIAN_WORDS.get(written, (0, False))[1]) or (
        written.startswith(("сотн", "десятк", "десяток"))
    ):
        if written in ("тысяча", "тысячу", "тысячей", "миллион", "миллиард", "триллион", "сотня", "сотню", "десяток"):
            return True
        genitive = written in ("тысячи", "миллиона", "миллиарда", "триллиона", "сотни", "десятка")
        return genitive and _GENITIVE_BEFORE.search(folded[max(0, amount.start - 20) : amount.start]) is not None
    return True


def _amount(folded: str, match: regex.Match[str], language: str) -> _Amount | None:
    """The number that a token holds."""
    parts: dict[str, str | None] = match.groupdict()
    word = parts["word"]
    if (
        language == "zh"
        and word
        and len(word) == 2
        and all(char in _HAN_DIGITS for char in word)
        and _HAN_DIGITS[word[0]] + 1 <= _HAN_DIGITS[word[1]]
    ):
        if not _HAN_DIGITS[word[0]] or _CHINESE_SINGLE.match(folded, match.end()) is None:
            return None
        return _Amount(
            Decimal(_HAN_DIGITS[word[0]]), Decimal(_HAN_DIGITS[word[1]]), match.start(), match.end(), word=True
        )
    scaled = _scaled(match)
    if scaled is None:
        return None
    value, length = scaled
    bound: Bound = "exact"
    if parts.get("more"):
        bound = "about" if "来" in (parts["more"] or "") else "over"
    return _Amount(value, value, match.start(), match.start() + length, word=not parts["digits"], bound=bound)


def _join(folded: str, first: _Amount, language: str) -> _Amount:
    """`first`, or the range that it opens."""
    grammar = _GRAMMARS[language]
    joiner = grammar.joiner.match(folded, first.end)
    if joiner is None or first.bound != "exact":
        return first
    before = folded[max(0, first.start - 24) : first.start]
    if language != "zh":
        until, opens_until, and_, opens_and = _OPENERS[language]
        if (joiner[0].endswith(until) and until and not opens_until.search(before)) or (
            joiner[0].endswith(and_) and not opens_and.search(before)
        ):
            return first
        if joiner[0].endswith(" to ") and _CHANGE.search(before):
            return first
    match = grammar.token.match(folded, joiner.end())
    if match is None or not match.groupdict().get("number"):
        return first
    second = _amount(folded, match, language)
    if second is None:
        return first
    low = first.low
    scale = match.groupdict().get("scale")
    if scale and not regex.search(r"[^\d.,' ]", folded[first.start : first.end]):
        low *= _scale_value(scale.strip(" -"))
    elif second.word and first.word and language == "ru" and second.low >= 1000 > first.low:
        low *= Decimal(10) ** (len(str(int(second.low))) - len(str(int(second.low)).rstrip("0")))
    if not low < second.low:
        return first
    return replace(second, low=low, start=first.start)


def _years(folded: str, amount: _Amount) -> list[Quantity]:
    """Two dates for a range of calendar years, 2025–2030."""
    if amount.low == amount.high or not 1900 <= amount.low < amount.high <= 2100 or amount.word:
        return []
    text = folded[amount.start : amount.end]
    if len(regex.findall(r"(?<!\d)\d{4}(?!\d)", text)) != 2:
        return []
    return [
        Quantity("date", amount.start, amount.start + 4, "", year=int(amount.low)),
        Quantity("date", amount.end - 4, amount.end, "", year=int(amount.high)),
    ]


def _opened_years(folded: str, amount: _Amount, language: str) -> Quantity | None:
    """The first year of 2025—2030年, where the second one is read as a date by itself."""
    if amount.end - amount.start != 4 or not 1900 <= amount.low <= 2100:
        return None
    joiner = _GRAMMARS[language].joiner.match(folded, amount.end)
    following = _GRAMMARS[language].token.match(folded, joiner.end()) if joiner else None
    if (
        following is None
        or not following["date"]
        or not following["y"]
        or following["m"]
        or not amount.low < _small(following["y"])
    ):
        return None
    return Quantity("date", amount.start, amount.end, "", year=int(amount.low))


def _read_number(
    folded: str, match: regex.Match[str], parts: Mapping[str, str | None], language: str, floor: int
) -> tuple[list[Quantity], int]:
    grammar = _GRAMMARS[language]
    if parts.get("unit") is not None:
        amount: _Amount | None = _Amount(Decimal(1), Decimal(1), match.start(), match.end())
    else:
        amount = _amount(folded, match, language)
    if amount is None:
        return [], match.end()
    if language == "ru" and amount.word and (following := _ordinal_tail(folded, amount)):
        return _ordinal(folded, amount.start, following[1], following[0], language)
    amount = _join(folded, amount, language)
    if amount.low == amount.high and (opened := _opened_years(folded, amount, language)):
        return [opened], amount.end
    if dates := _years(folded, amount):
        return dates, amount.end
    if amount.word and not _is_number(folded, amount, language):
        return [], amount.end
    unit = grammar.units.match(folded, amount.end)
    units: dict[str, str | None] = unit.groupdict() if unit else {}
    kind, name, surface = _unit(units)
    if amount.word and amount.low == amount.high == 1:
        pointed = folded[max(0, amount.start - 1) : amount.start] in _POINTED if language == "zh" else False
        if pointed or not ((kind == "duration" and name != "day") or kind == "percent"):
            return [], amount.end
    if units.get("tail") is not None and kind == "duration":
        amount = replace(amount, low=amount.low + Decimal("0.5"), high=amount.high + Decimal("0.5"))
    end = unit.end() if unit and (surface or units.get("more")) else amount.end
    start = amount.start
    currency = _CURRENCY_BEFORE.search(folded[max(floor, start - 5) : start])
    if currency and kind == "number":
        kind, name, start = "money", _unit_name(currency["money"]), start - len(currency[0])
    bound = "over" if units.get("more") else amount.bound
    start, bound, end = _bounds(folded, start, end, bound, kind, language, floor)
    low, high = (amount.low / 10, amount.high / 10) if name == "permille" else (amount.low, amount.high)
    quantity = Quantity(
        kind, start, end, "", low=low, high=high, bound=bound, unit="percent" if name == "permille" else name
    )
    return [quantity], max(end, amount.end)


def _unit(units: Mapping[str, str | None]) -> tuple[Kind, str | None, str | None]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("percent", "percent"),
        ("money", "money"),
        ("time", "duration"),
        ("measure", "number"),
    )
    for group, kind in kinds:
        if surface := units.get(group):
            return kind, _unit_name(surface), surface
    return "number", None, None


def _ordinal_tail(folded: str, amount: _Amount) -> tuple[int, int] | None:
    """Value and end of an ordinal whose last word follows the cardinal of `amount`: двадцать девятого."""
    following = _NEXT_WORD.match(folded, amount.end)
    if following is None or following[1] not in _RUSSIAN_ORDINALS:
        return None
    unit = _RUSSIAN_ORDINALS[following[1]]
    if amount.low % (10 if unit < 10 else 100) or unit >= 100 or amount.low > 9999:
        return None
    return int(amount.low) + unit, following.end()


_NEXT_WORD = regex.compile(r" ([а-я]+)")


def _bounds(
    folded: str, start: int, end: int, bound: Bound, kind: Kind, language: str, floor: int
) -> tuple[int, Bound, int]:
    """Start, bound and end with the words around the number that say more than, at least, about."""
    before = folded[max(floor, start - 48) : start]
    if language == "zh" and folded[start] in "百千万亿" and _UPWARDS.search(before):
        return start - 1, "at_least", end
    if bound == "exact":
        if kind in ("money", "percent") and (passed := _PASSED.search(before)):
            return start - len(passed[0]), "over", end
        opened, said = _bound_before(folded, start, floor, _GRAMMARS[language].before)
        if _is_bound(folded, opened, before, kind):
            start, bound = opened, said
    if bound != "exact" and language != "zh":
        return start, bound, end
    after, after_end = _bound_after(folded, end, language)
    if kind == "duration" and folded[after_end - 1 : after_end] == "内":
        after = "exact"  # 五年内 is the span of five years
    if bound == "exact" or (bound == "nearly" and after == "exact" and after_end > end):
        bound = after  # 近五年来 is the last five years
    return start, bound, after_end


def _is_bound(folded: str, opened: int, before: str, kind: Kind) -> bool:
    """Whether the words in front bound the number, or only look so: news about 11 projects, within five years, с 100 до 200."""
    said = folded[opened : opened + 7]
    if said.startswith("about "):
        return _ABOUT_TOPIC.search(before) is None
    if said.startswith("до "):
        return _FROM_TO.search(folded[max(0, opened - 24) : opened]) is None
    if kind == "duration" and said.startswith("over "):
        return _LASTING.search(before) is not None  # over five years: in their course
    return kind != "duration" or not said.startswith("within ")


# --- comparing -------------------------------------------------------------------------------------------------------------------

_IMPLIED: dict[Bound, tuple[Bound, ...]] = {
    "exact": ("exact",),
    "over": ("over", "at_least"),
    "at_least": ("at_least", "over"),
    "under": ("under",),
    "about": ("about",),
    "nearly": ("nearly",),
}
_TIME_IN = {
    "decade": ("month", 120),
    "year": ("month", 12),
    "month": ("month", 1),
    "week": ("day", 7),
    "day": ("day", 1),
    "hour": ("minute", 60),
    "minute": ("minute", 1),
}


def supports(evidence: Quantity, claim: Quantity, *, published: datetime.date | None = None) -> bool:
    """Whether the claim equals the evidence or follows from it.

    "More than" and "at least" carry each other, since newspapers write 以上 (which includes the number) for both; neither carries the bare number,
    and the bare number carries neither. A plain number may leave out the unit of its evidence; a unit, currency or bound is never added.
    A date may have fewer parts than its evidence. `published` is the day of the article: it resolves 去年 and "yesterday", and a date without
    year or month is the last one that had come by then (a few days' grace for what is announced).
    """
    if claim.kind == "date" or evidence.kind == "date":
        return _dates_agree(evidence, claim, published)
    if (
        evidence.low is None
        or claim.low is None
        or evidence.high is None
        or claim.high is None
        or claim.bound not in _IMPLIED[evidence.bound]
    ):
        return False
    if claim.kind != evidence.kind and not (
        claim.kind == "number" and claim.unit is None and evidence.kind in ("duration", "money")
    ):
        return False
    if evidence.kind == claim.kind == "duration" and evidence.unit in _TIME_IN and claim.unit in _TIME_IN:
        (base, size), (claimed_base, claimed_size) = _TIME_IN[evidence.unit], _TIME_IN[claim.unit]
        return (
            base == claimed_base
            and evidence.low * size == claim.low * claimed_size
            and evidence.high * size == claim.high * claimed_size
        )
    if (evidence.unit and claim.unit and evidence.unit != claim.unit) or (claim.unit and not evidence.unit):
        return False
    return evidence.low == claim.low and evidence.high == claim.high


def unsupported(
    claims: Iterable[Quantity], evidence: Iterable[Quantity], *, published: datetime.date | None = None
) -> tuple[Quantity, ...]:
    """The claims that no piece of the evidence supports, in their order."""
    given = tuple(evidence)
    return tuple(claim for claim in claims if not any(supports(piece, claim, published=published) for piece in given))


def _dates_agree(evidence: Quantity, claim: Quantity, published: datetime.date | None) -> bool:
    if evidence.kind != claim.kind:
        return _is_year(evidence, claim, published)
    if evidence.unit or claim.unit:
        if evidence.unit != claim.unit or evidence.low is None or claim.low is None:
            return False
        return evidence.low == claim.low or (
            evidence.unit == "decade" and min(evidence.low, claim.low) < 100 and evidence.low % 100 == claim.low % 100
        )
    if (evidence.relative or claim.relative) and published is None:
        return (evidence.relative, evidence.month, evidence.day) == (claim.relative, claim.month, claim.day)
    known = _resolve(evidence, published)
    asked = _resolve(claim, published) if claim.relative else (claim.year, claim.month, claim.day)
    return any(asked) and all(part is None or part == other for part, other in zip(asked, known, strict=True))


def _is_year(evidence: Quantity, claim: Quantity, published: datetime.date | None) -> bool:
    """Whether one is a calendar year and the other the same plain number: 愿景2035 and "in 2035"."""
    date, number = (evidence, claim) if evidence.kind == "date" else (claim, evidence)
    if number.kind != "number" or number.unit or number.bound != "exact" or number.low != number.high or date.unit:
        return False
    year, month, day = _resolve(date, published) if date is evidence else (date.year, date.month, date.day)
    return year is not None and number.low == year and (date is evidence or (month is None and day is None))


def resolved(quantity: Quantity, published: datetime.date) -> Quantity:
    """A date with the parts that the day of publication adds, no longer relative: 去年9月 → 2025, 9. Other quantities as they are."""
    if quantity.kind != "date" or quantity.unit:
        return quantity
    year, month, day = _resolve(quantity, published)
    return replace(quantity, year=year, month=month, day=day, relative=None)


_Parts = tuple[int | None, int | None, int | None]


def _resolve(date: Quantity, published: datetime.date | None) -> _Parts:
    """Year, month and day, with what the day of publication adds."""
    year, month, day = date.year, date.month, date.day
    if published is None:
        return year, month, day
    if date.relative:
        unit, back = date.relative
        if unit == "day":
            resolved = published - datetime.timedelta(days=back)
            return resolved.year, resolved.month, resolved.day
        if unit == "month":
            index = published.year * 12 + published.month - 1 - back
            return index // 12, index % 12 + 1, day
        if unit == "latest":
            if back:
                return published.year + (month is not None and month <= published.month), month, day
            return published.year - (month is None or month >= published.month), month, day
        return published.year - back, month, day
    if month is None and day is not None and year is None:
        index = published.year * 12 + published.month - 1 - (day > published.day + 7)
        return index // 12, index % 12 + 1, day
    if year is None and month is not None:
        return published.year - (month > published.month), month, day
    return year, month, day
