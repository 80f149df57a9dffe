"""3,000 generated corruptions of correct answers: the checks notice them, and leave the correct answers alone.

The generator is independent of the checks: it works on strings and knows only the glossary. A corruption that may leave a true
statement is not made; each kind says below what it leaves out. Run with -s for the confusion table.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import regex
from verification_support import Item, World, shipped_world

from assistant.records import LANGUAGES, Citation, GlossaryEntry, Language
from assistant.verification import verify

SEED = 20260629
TOTAL = 3000


@pytest.fixture(scope="module")
def world() -> World:
    return shipped_world()


# --- the corruptions -------------------------------------------------------------------------------------------------

NEGATED = {
    "zh": regex.compile(r"不|没|未(?!来)|并非|而非"),
    "ru": regex.compile(r"\b(?:не|нет|ни|без)\b", regex.IGNORECASE),
    "en": regex.compile(r"\b(?:not|no|none|neither|nor|without)\b", regex.IGNORECASE),
}
NUMERALS = "一二三四五六七八九十"


def swap(item: Item, start: int, end: int, by: str) -> Item:
    return replace(item, text=item.text[:start] + by + item.text[end:])


def digit(item: Item, rng: random.Random, _world: World) -> Item | None:
    """One digit of a number. Left out: a result that the cited Chinese has too, and a leading zero."""
    places = [
        m
        for m in regex.finditer(r"(?<!\[)(?<!\d)\d+(?!\])", item.text)
        if not regex.match(r"\[\d+\]", item.text[m.start() - 1 :])
    ]
    if not places:
        return None
    match = rng.choice(places)
    place = rng.randrange(len(match[0]))
    new = rng.choice([d for d in "123456789" if d != match[0][place]])
    number = match[0][:place] + new + match[0][place + 1 :]
    if number in regex.findall(r"\d+", item.quotes):
        return None
    return swap(item, *match.span(), number)


UNITS: dict[Language, list[tuple[str, str]]] = {
    "zh": [(r"(?<=\d)亿", "万"), (r"(?<=\d)万", "亿"), (r"(?<=[万亿])元", "美元"), (r"(?<=万)亩", "公顷"), (r"(?<=[\d五])年内", "个月内"),
           (r"(?<=\d)周年", "个月"), (r"(?<=\d)年来", "个月来"), (r"四分之一", "十分之一"), (r"半数", "三成"), (r"(?<=\d)亿元", "亿卢布")],
    "ru": [(r"\bмлрд\b", "млн"), (r"\bмиллиард", "миллион"), (r"\bюаней", "долларов"), (r"\bтыс\.", "млн"), (r"\bтысяч\b", "миллионов"), (r"\bму\b", "гектаров"),
           (r"(?<=\d|пять|пяти) лет\b", " месяцев"), (r"\bчетверт\w+", "трети"), (r"\bполовин\w+", "трети"), (r"\bюаней", "рублей")],
    "en": [(r"\bbillion\b", "million"), (r"\bbillion\b", "trillion"), (r"\byuan\b", "dollars"), (r"\bmu\b", "hectares"), (r"(?<=\d|five) years\b", " months"),
           (r"\ba quarter\b", "a third"), (r"\bhalf\b", "a third"), (r"\byuan\b", "euros"), (r"(?<=five)-year\b", "-month"), (r",000\b", ",000,000")],
}  # fmt: skip


def unit(item: Item, rng: random.Random, _world: World) -> Item | None:
    """One unit, scale, currency or share."""
    places = [(m, by) for pattern, by in UNITS[item.language] for m in regex.finditer(pattern, item.text)]
    if not places:
        return None
    match, by = rng.choice(places)
    return swap(item, *match.span(), by)


def glossary_names(item: Item, world: World, kinds: tuple[str, ...]) -> list[tuple[int, int, GlossaryEntry]]:
    """Where the text has a name of the glossary word for word, longest first, none inside another."""
    forms = sorted(
        ((form, entry) for entry in world.glossary for form in entry.forms(item.language)),
        key=lambda pair: -len(pair[0]),
    )
    taken: list[tuple[int, int, GlossaryEntry]] = []
    for form, entry in forms:
        for match in regex.finditer(
            rf"(?<!\p{{L}}){regex.escape(form)}(?!\p{{L}})" if item.language != "zh" else regex.escape(form), item.text
        ):
            if not any(start < match.end() and match.start() < end for start, end, _ in taken):
                taken.append((match.start(), match.end(), entry))
    return [place for place in taken if place[2].kind in kinds]


NAMED = ("place", "person", "body")
INSIDE = {"青岛": {"山东", "中国"}, "山东": {"中国"}, "西安": {"中国"}, "广州": {"广东", "中国"}, "延安": {"陕北", "中国"}, "青岛国际会议中心": {"青岛", "山东", "中国"},
          "北极": {"北极航道"}, "摩尔曼斯克": {"俄罗斯"}, "塔什干": {"乌兹别克斯坦"}, "绍兴": {"中国"}, "北京": {"中国"}}  # fmt: skip


def known_name(item: Item, rng: random.Random, world: World) -> Item | None:
    """A person, place or body becomes another one of the glossary. Left out: a name that the cited Chinese sentences have
    (whether that is true, they alone can tell), the place that the other lies in, and denials (a false name makes them no less true)."""
    places = glossary_names(item, world, NAMED)
    if not places or NEGATED[item.language].search(item.text):
        return None
    start, end, entry = rng.choice(places)
    others = [
        other
        for other in world.glossary
        if other.kind == entry.kind
        and not any(form in item.quotes for form in other.zh)
        and other.zh[0] not in INSIDE.get(entry.zh[0], ())
        and not set(other.en) & set(entry.en)
    ]
    return swap(item, start, end, rng.choice(others).forms(item.language)[0]) if others else None


PEOPLE: dict[Language, list[str]] = {
    "zh": ["王建国", "李明远", "张伟", "伊万诺夫", "史密斯", "陈志强", "赵晓燕", "穆罕默多夫", "周文斌", "约翰逊"],
    "ru": [
        "Сергей Орлов",
        "Иванов",
        "Джон Смит",
        "Ван Цзяньго",
        "Ахмедов",
        "Мария Петрова",
        "Нурлан Сеитов",
        "Лю Минъюань",
    ],
    "en": [
        "John Whitfield",
        "Ivanov",
        "Wang Jianguo",
        "Maria Petrova",
        "Akhmedov",
        "Nurlan Seitov",
        "Liu Mingyuan",
        "Emma Carter",
    ],
}
PLACES: dict[Language, list[str]] = {
    "zh": ["苏州", "撒马尔罕", "莫斯科", "新德里", "成都", "日本", "土耳其", "阿斯塔纳", "深圳", "德国"],
    "ru": ["Самарканд", "Чэнду", "Москва", "Шэньчжэнь", "Турция", "Япония", "Астана", "Казань"],
    "en": ["Samarkand", "Chengdu", "Moscow", "Shenzhen", "Turkey", "Japan", "Astana", "Kazan"],
}
SAID = {"zh": "{}表示，", "ru": "По словам эксперта {}, ", "en": "According to {}, "}


def unknown_name(item: Item, rng: random.Random, world: World) -> Item | None:
    """A person or place becomes one that the corpus has nowhere; or somebody unknown is said to have said it."""
    if NEGATED[item.language].search(item.text):
        return None
    places = glossary_names(item, world, ("place", "person"))
    if not places:
        name = rng.choice(PEOPLE[item.language])
        return replace(item, text=SAID[item.language].format(name) + item.text[0].lower() + item.text[1:])
    start, end, entry = rng.choice(places)
    return swap(item, start, end, rng.choice((PEOPLE if entry.kind == "person" else PLACES)[item.language]))


MONTHS: dict[Language, list[str]] = {
    "zh": [f"{number}月" for number in range(1, 13)],
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def month(item: Item, rng: random.Random, _world: World) -> Item | None:
    """One month."""
    pattern = r"(?<!\d)\d{1,2}月" if item.language == "zh" else rf"\b(?:{'|'.join(MONTHS[item.language])})\b"
    places = list(regex.finditer(pattern, item.text))
    if not places:
        return None
    match = rng.choice(places)
    number = MONTHS[item.language].index(match[0]) + 1
    new = rng.choice(
        [other for other in range(1, 13) if other != number and not regex.search(rf"(?<!\d){other}月", item.quotes)]
    )
    return swap(item, *match.span(), MONTHS[item.language][new - 1])


HEDGES: dict[Language, list[tuple[str, list[str]]]] = {
    "zh": [(r"超过?(?=\d|百)", ["", "近", "约", "不到"]), (r"突破(?=\d)", ["达", "接近", "近"]), (r"(?<=\d[份人项]?次?)以上", ["", "以内", "左右"]),
           (r"(?<=之一)以上", ["", "左右"]), (r"(?:接近|近)(?=全球半数|半数)", ["超过", ""]), (r"多(?=项)", [""]), (r"余(?=家)", [""]), (r"(?<=[^超近约第\d.])(?=11个)", ["超", "近"])],
    "ru": [(r"\b[Бб]олее (?=\d|ста|100|четверти)", ["", "около ", "почти ", "менее "]), (r"\b[Сс]выше (?=\d)", ["", "почти "]), (r"\b[Нн]е менее (?=\d)", ["", "около ", "менее "]),
           (r"\b(?:почти|близк\w+ к|приближа\w+ к) (?=полов)", ["более ", ""]), (r"\bпревыс\w+ (?=\d)", ["составил ", "почти достиг "]), (r"(?<=[^ея\d] )(?=11 )", ["более ", "около "])],
    "en": [(r"\b(?:[Oo]ver|[Mm]ore than) (?=\d|a |one|100)", ["", "nearly ", "about ", "under "]), (r"\b[Aa]t least (?=\d|a )", ["", "about ", "up to "]),
           (r"\b(?:nearly|close to|almost) (?=half)", ["over ", ""]), (r"\b(?:exceed\w*|surpass\w*|topp?\w*) (?=\d)", ["reached ", "nearly reached "]), (r"(?<=[^rn\d] )(?=11 )", ["over ", "about "])],
}  # fmt: skip


def hedge(item: Item, rng: random.Random, _world: World) -> Item | None:
    """A hedge dropped, changed or added. Left out: over for at least, which newspapers write for one another."""
    places = [
        (m, by)
        for pattern, others in HEDGES[item.language]
        for m in regex.finditer(pattern, item.text)
        for by in others
    ]
    if not places:
        return None
    match, by = rng.choice(places)
    return swap(item, *match.span(), by)


WORDS: dict[Language, dict[str, int]] = {
    "zh": {char: value for value, char in enumerate(NUMERALS, 1) if value > 1} | {"两": 2},
    "ru": {"два": 2, "две": 2, "двух": 2, "три": 3, "трёх": 3, "четыре": 4, "четырёх": 4, "пять": 5, "пяти": 5, "шесть": 6, "шести": 6, "девять": 9, "девяти": 9},
    "en": {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9},
}  # fmt: skip


def number_word(item: Item, rng: random.Random, _world: World) -> Item | None:
    """One number word. Left out: numerals inside fixed words, and a result that the cited Chinese has too."""
    if item.language == "zh":
        pattern = rf"(?<![\p{{N}}{NUMERALS}百千万第星分之])[{NUMERALS[1:]}两](?=(?:个|大|项|所|家|类|名|方|级|年|国)(?!联动|岁|手))(?!方面)"
    else:
        pattern = rf"\b(?:{'|'.join(WORDS[item.language])})\b(?! (?:sides|parties|сторон\w*))"
    places = list(regex.finditer(pattern, item.text, regex.IGNORECASE))
    if not places:
        return None
    match = rng.choice(places)
    value = WORDS[item.language][match[0].lower()]
    here = {value for char, value in WORDS["zh"].items() if char in item.quotes} | {
        int(n) for n in regex.findall(r"\d+", item.quotes)
    }
    forms = [
        form
        for form, other in WORDS[item.language].items()
        if other not in here | {value} and (item.language != "ru" or form[-1] in "ёхи" or match[0][-1] not in "хи")
    ]
    return swap(item, *match.span(), rng.choice(forms)) if forms else None


def bigrams(text: str) -> set[str]:
    han = "".join(regex.findall(r"[\p{Han}\d]", text))
    return {han[k : k + 2] for k in range(len(han) - 1)}


def citation(item: Item, rng: random.Random, world: World) -> Item | None:
    """The marker of a sentence points at another paragraph's sentence. Left out: sentences that say much of the same (half of the
    pairs of characters of either), and short headings."""
    if len(item.cited) != 1:
        return None
    old = item.cited[0]
    other, _ = rng.choice(world.sentences["zh"])
    mine, its = bigrams(old.quote), bigrams(other.quote)
    if (other.article_id, other.paragraph) == (old.article_id, old.paragraph) or 2 * len(mine & its) >= min(
        len(mine), len(its)
    ):
        return None
    return replace(item, cited=(replace(other, number=old.number),))


FOREIGN = [
    "Le projet est financé par la France et sera achevé dans deux ans.", "Das Projekt wird von der Universität gemeinsam mit Partnern durchgeführt.",
    "Жоба Қазақстанның ғылым және жоғары білім министрлігінің қолдауымен жүзеге асырылады.", "Loyiha Toshkent politexnika instituti bilan birgalikda amalga oshiriladi.",
    "El centro fue creado en la ciudad para desarrollar la cooperación.",
]  # fmt: skip


def foreign(item: Item, rng: random.Random, world: World) -> Item | None:
    """A sentence in another language, with a marker: one of the other two, or a language that is not ours. Left out: a sentence that
    is all quotation, which may be given in the original."""
    if rng.random() < 0.3:
        sentence = rng.choice(FOREIGN)
    else:
        language = rng.choice([other for other in LANGUAGES if other != item.language])
        same = [
            text
            for cited, text in world.sentences[language]
            if cited.paragraph == item.cited[0].paragraph and cited.article_id == item.cited[0].article_id
        ]
        sentence = rng.choice(same)
        if sentence[0] in "“«":
            return None
    return replace(item, text=f"{item.text} {sentence} [1]" if rng.random() < 0.5 else f"{sentence} [1] {item.text}")


UNCITED: dict[Language, list[str]] = {
    "zh": ["该项目由政府全额资助。", "与会者对此表示满意。", "双方还将成立一家合资企业。", "这一决定受到广泛欢迎。"],
    "ru": ["Проект полностью финансируется правительством.", "Участники остались довольны.", "Стороны создадут и совместное предприятие.", "Решение встретили с одобрением."],
    "en": ["The project is fully funded by the government.", "Participants were satisfied.", "The parties will also set up a joint venture.", "The decision was widely welcomed."],
}  # fmt: skip


def uncited(item: Item, rng: random.Random, world: World) -> Item | None:
    """A further statement, invented or of the articles, without a marker: in front, behind, on a line of its own."""
    text = rng.choice(UNCITED[item.language]) if rng.random() < 0.5 else rng.choice(world.sentences[item.language])[1]
    if not regex.search(r"[.!?。！？][”»\"]?$", text):
        return None
    space = "" if item.language == "zh" else " "
    return replace(
        item,
        text=rng.choice(
            [f"{text}{space}{item.text}", f"{item.text}{space}{text}", f"{item.text}\n{text}", f"{text}\n{item.text}"]
        ),
    )


def quote(item: Item, rng: random.Random, _world: World) -> Item | None:
    """One character of a quote changed, left out or doubled, or the quote moved by one character."""
    number = rng.randrange(len(item.cited))
    old = item.cited[number]
    place = rng.randrange(len(old.quote))
    other = rng.choice([char for char in "的在年中和一国大" if char != old.quote[place]])
    new = rng.choice(
        [
            replace(old, quote=old.quote[:place] + other + old.quote[place + 1 :]),
            replace(old, quote=old.quote[:place] + old.quote[place + 1 :]),
            replace(old, quote=old.quote[:place] + other + old.quote[place:]),
            replace(old, quote_start=old.quote_start + 1, quote_end=old.quote_end + 1),
        ]
    )
    return replace(item, cited=(*item.cited[:number], new, *item.cited[number + 1 :]))


def date(item: Item, rng: random.Random, _world: World) -> Item | None:
    """An invented date put in front or instead of the date that is there. Left out: a day, month and year that the source has."""
    day, number, year = rng.randrange(1, 28), rng.randrange(1, 13), rng.choice([2019, 2023, 2024, 2027])
    if f"{number}月{day}日" in item.quotes:
        return None
    name = MONTHS[item.language][number - 1]
    wordings = {
        "zh": [f"{year}年{number}月{day}日，", f"{number}月{day}日，", f"{year}年，"],
        "ru": [f"{day} {name} {year} года ", f"{day} {name} ", f"В {year} году "],
        "en": [f"On {name} {day}, {year}, ", f"On {name} {day}, ", f"In {year}, "],
    }
    return replace(item, text=rng.choice(wordings[item.language]) + item.text)


KINDS: tuple[Callable[[Item, random.Random, World], Item | None], ...] = (
    digit, unit, known_name, unknown_name, month, hedge, number_word, citation, foreign, uncited, quote, date,
)  # fmt: skip


def corruptions(world: World, total: int) -> Iterator[tuple[str, Item, Item]]:
    """(kind, correct, corrupted), in equal parts of each kind and language, no two alike."""
    rng = random.Random(SEED)
    each = -(-total // (len(KINDS) * len(LANGUAGES)))
    for kind in KINDS:
        for language in LANGUAGES:
            seen: set[tuple[str, tuple[Citation, ...]]] = set()
            for _ in range(200_000):
                if len(seen) == each:
                    break
                item = rng.choice(world.items[language])
                corrupted = kind(item, rng, world)
                if corrupted is None or corrupted == item or (corrupted.text, corrupted.cited) in seen:
                    continue
                seen.add((corrupted.text, corrupted.cited))
                yield kind.__name__, item, corrupted


def table(rows: dict[str, Counter[str]], caught: dict[str, Counter[str]]) -> str:
    lines = ["kind            " + "".join(f"{language:>12}" for language in LANGUAGES) + "         all"]
    for kind, counts in rows.items():
        cells = [f"{caught[kind][language]}/{counts[language]}" for language in LANGUAGES]
        lines.append(
            f"{kind:16}"
            + "".join(f"{cell:>12}" for cell in [*cells, f"{sum(caught[kind].values())}/{sum(counts.values())}"])
        )
    return "\n".join(lines)


@pytest.mark.parametrize("total", [900, pytest.param(TOTAL, marks=pytest.mark.slow)])
def test_corruptions_are_caught(world: World, total: int) -> None:
    made: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in KINDS}
    caught: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in KINDS}
    missed = []
    for kind, _, bad in corruptions(world, total):
        made[kind][bad.language] += 1
        if verify(bad.text, bad.cited, bad.language, world.retriever).ok:
            missed.append(f"{kind} {bad.language}: {bad.text}  <= {bad.quotes[:160]}")
        else:
            caught[kind][bad.language] += 1
    sys.stdout.write("\n".join(["\ncorruptions caught", table(made, caught), *missed, ""]))
    count = sum(sum(counts.values()) for counts in made.values())
    assert count >= total
    assert len(missed) <= 0.01 * count, missed


def test_correct_answers_pass(world: World) -> None:
    alarms, counts = [], Counter[str]()
    for language in LANGUAGES:
        for item in world.items[language]:
            counts[language] += 1
            checks = verify(item.text, item.cited, language, world.retriever)
            if not checks.ok:
                alarms.append((language, item.text, checks.failed))
    by_language = Counter(alarm[0] for alarm in alarms)
    shares = ", ".join(f"{language} {by_language[language]}/{counts[language]}" for language in LANGUAGES)
    sys.stdout.write(f"\nfalse alarms: {shares}\n")
    assert len(alarms) <= 0.01 * sum(counts.values()), alarms
