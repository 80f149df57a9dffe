"""Numbers, offices, denials and directions that a sentence of an answer claims and its ground does not say."""

from __future__ import annotations

import csv
import datetime
import functools
from collections.abc import Sequence
from importlib import resources

import regex

from assistant.ground import Ground, concepts, quantities
from assistant.language import fold
from assistant.names import is_named_thing
from assistant.quantities import Quantity, find_quantities, unsupported
from assistant.records import Language

# --- numbers ---------------------------------------------------------------------------------------------------------

_BY_THEN = regex.compile(r"届时|到时|到那时|其时")
_WITH_DIGITS = regex.compile(r"(?:\p{Latin}|\p{Cyrillic}|\+)*\d(?:\p{Latin}|\p{Cyrillic}|[\d+.,])*(?<![.,])")
_VAGUE: dict[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"数[十百千万亿]|几[十百千万亿]|上[百千万亿]|成[百千]上[千万]|无数|若干"),
    "ru": regex.compile(
        r"\b(?:сотни|тысячи|десятки|миллионы|миллиарды)(?= (?!юан|долл|рубл)\p{Cyrillic})", regex.IGNORECASE
    ),
    "en": regex.compile(r"\b(?:dozens|hundreds|thousands|millions|billions|scores)\b", regex.IGNORECASE),
}


def unsupported_numbers(bare: str, ground: Ground) -> list[str]:
    """The quantities of a sentence that neither equal nor follow from one in the Chinese of its citations, as they are written."""
    claims = find_quantities(bare, ground.reply)
    stated = _outside_names(claims, bare, ground)
    missing = [item.text for item in without_evidence(stated, ground) if not _is_counted(item, claims, bare, ground)]
    # What is written with digits and is not a quantity, such as B2B or 1+N, must stand in the source as it is.
    known = _digit_tokens(f"{ground.around} {ground.said}")
    for match in _WITH_DIGITS.finditer(bare):
        if fold(match[0]) not in known and not any(
            claim.start < match.end() and match.start() < claim.end for claim in claims
        ):
            missing.append(match[0])
    text = fold(f"{ground.around} {ground.said}")
    missing.extend(match[0] for match in _VAGUE[ground.reply].finditer(bare) if fold(match[0]) not in text)
    return missing


def _outside_names(claims: Sequence[Quantity], bare: str, ground: Ground) -> list[Quantity]:
    """The quantities that are no part of a name that the cited sentences have: not the third of the third pier, 三号码头."""
    mentions = ground.retriever.names.mentions(bare) if len(fold(bare)) == len(bare) else []
    here = concepts(ground.quotes, ground.retriever)
    names = [(mention.start, mention.end) for mention in mentions if mention.concept.id in here]
    return [item for item in claims if not any(start <= item.start and item.end <= end for start, end in names)]


@functools.lru_cache(maxsize=4096)
def _digit_tokens(text: str) -> frozenset[str]:
    return frozenset(_WITH_DIGITS.findall(fold(text)))


def without_evidence(claims: Sequence[Quantity], ground: Ground) -> tuple[Quantity, ...]:
    """The claims that no quantity of the cited sentences supports; a date may come from before a 届时, years from the day of issue."""
    missing = tuple(claims)
    for item in ground.used:
        if not missing:
            break
        evidence = quantities(item.quote, "zh")
        if _BY_THEN.search(item.quote):
            blocks = ground.retriever.by_block.get((item.article_id, item.paragraph), ())[:1]
            before = " ".join(passage.block_text[: item.quote_start] for passage in blocks)
            evidence += tuple(quantity for quantity in quantities(before, "zh") if quantity.kind == "date")[-1:]
        missing = unsupported(missing, evidence, published=_day(item.date))
    return missing


def _day(iso: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None


_REPORTS = regex.compile(r"\s?(?:篇|стат|сообщени|публикаци|articles?|reports?|news items?)", regex.IGNORECASE)
_COLON = regex.compile("[:：]")


def _is_counted(quantity: Quantity, claims: Sequence[Quantity], bare: str, ground: Ground) -> bool:
    """Whether a small number only counts what the sentence itself names: two universities: A and B; or the articles that it cites."""
    if quantity.kind != "number" or quantity.bound != "exact" or quantity.unit or quantity.low != quantity.high:
        return False
    if _REPORTS.match(bare, quantity.end):
        return quantity.low == len({item.article_id for item in ground.used})
    colon = _COLON.search(bare, quantity.end)
    if colon is None or len(claims) != 1:
        return False
    listed = [mention.concept for mention in ground.retriever.names.mentions(bare[colon.end() :])]
    counted = {concept.id for concept in listed if is_named_thing(concept) and concept.kind == listed[0].kind}
    return quantity.low == len(counted) and counted <= concepts(ground.quotes, ground.retriever)


# --- offices ---------------------------------------------------------------------------------------------------------

_Office = tuple[str, str]  # rank ("deputy", "co", …, "" for the full office) and a Chinese title

# Chinese titles, and the words that may render any of them.
_TITLES = (
    ("部长 大臣", r"министр(?:а|у|ом|е|ы|ов|ами)?", r"ministers?"),
    ("校长 总统 主席 总裁 会长 院长", r"президент\p{L}{0,2}", r"presidents?"),
    ("校长", r"ректор\p{L}{0,2}", r"rectors?|chancellors?"),
    ("主席 主任 会长 理事长 委员长", r"председател\p{L}{1,2}", r"chair(?:man|men|woman|person)?s?"),
    ("主任 院长 所长 局长 厅长 处长 司长 总监 台长", r"директор\p{L}{0,2}", r"directors?"),
    ("秘书长", r"генеральн\p{L}+ секретар\p{L}+", r"secretar(?:y|ies)[- ]general"),
    ("总理 首相", r"премьер(?:-министр)?\p{L}{0,2}", r"premiers?|prime ministers?"),
    ("大使", r"пос(?:ол|л[ау]|лом|лы|лов)", r"ambassadors?"),
    ("总领事 领事", r"консул\p{L}{0,2}", r"consuls?"),
    ("参赞", r"атташе|советник\p{L}{0,2}", r"attach[ée]s?|counsell?ors?"),
    ("顾问", r"советник\p{L}{0,2}|консультант\p{L}{0,2}", r"advis[eo]rs?|consultants?"),
    ("市长", r"мэр\p{L}{0,2}", r"mayors?"),
    ("省长 州长", r"губернатор\p{L}{0,2}", r"governors?"),
    ("院士", r"академик\p{L}{0,2}", r"academicians?"),
    ("教授", r"профессор\p{L}{0,2}", r"professors?"),
    ("主办方 主办单位", r"организатор\p{L}{0,2}", r"organi[sz]ers?"),
)
_RANKS: dict[Language, str] = {
    "zh": r"(?:(?P<deputy>副)|(?P<acting>代理?)|(?P<former>前|原)|(?P<honorary>名誉)|(?P<co>联席|联合|共同))?",
    "ru": r"(?:(?P<deputy>вице-?|про(?=ректор)|зам|заместител\p{L}+ )|(?P<acting>врио |и\. ?о\. )|(?P<former>экс-|бывш\p{L}+ )"
    r"|(?P<honorary>поч[её]тн\p{L}+ )|(?P<co>со))?",
    "en": r"(?:(?P<deputy>(?:vice|deputy|assistant)[- ])|(?P<acting>acting )|(?P<former>(?:former|ex)[- ])|(?P<honorary>honorary )"
    r"|(?P<co>co-?))?",
}  # fmt: skip
_COLUMN: dict[Language, int] = {"zh": 0, "ru": 1, "en": 2}


@functools.cache
def _offices_pattern(language: Language) -> regex.Pattern[str]:
    column = _COLUMN[language]
    titles = [row[column].replace(" ", "|") if language == "zh" else row[column] for row in _TITLES]
    every = "|".join(f"(?P<t{number}>{title})" for number, title in enumerate(titles))
    if language == "zh":
        return regex.compile(f"{_RANKS['zh']}(?:{every})")
    return regex.compile(rf"(?<!\p{{L}}){_RANKS[language]}(?:{every})(?!\p{{L}})", regex.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def _offices(text: str, language: Language) -> tuple[tuple[str, frozenset[_Office]], ...]:
    """Each office that a text names, as written, with the Chinese offices that it may stand for."""
    found = []
    for match in _offices_pattern(language).finditer(text):
        parts = {name: value for name, value in match.groupdict().items() if value}
        rank = next((name for name in parts if name[1:].isalpha()), "")
        number = next(int(name[1:]) for name in parts if name[1:].isdigit())
        titles = [match[f"t{number}"]] if language == "zh" else _TITLES[number][0].split()
        found.append((match[0], frozenset((rank, title) for title in titles)))
    return tuple(found)


def unsupported_offices(bare: str, ground: Ground) -> list[str]:
    """The offices of a sentence that nobody holds in the cited paragraphs: a president where they have a vice president."""
    claimed = _offices(bare, ground.reply)
    if not claimed:
        return []
    here = frozenset[_Office]().union(*(office for _, office in _offices(ground.around, "zh")))
    said = {office for _, office in _offices(ground.said, ground.reply)} if ground.reply != "zh" else set()
    return [surface for surface, office in claimed if not office & here and office not in said]


# --- denials and directions ------------------------------------------------------------------------------------------

_DENIES: dict[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"(?:没有|尚未|从未|并未|未(?=[获能被经曾建成签])|并非|并不|不(?!再|断|仅|只|足|少|同|到|超|低|包|含|在|是|限))"),
    "ru": regex.compile(r"(?<!\bа )\bне (?!мене|боле|тольк|мало|раз\b|вход|упом|указ|назв|сказ|говор|сообщ|переч)(?:\p{Ll}+)|\bникогда\b|\bнельзя\b", regex.IGNORECASE),
    "en": regex.compile(r"(?<!, )\b(?:not(?! (?:only|just|less|fewer|more|least|named|mentioned|say|stat|specif|includ|among|giv))|never|cannot|\p{L}+n['’]t)\b", regex.IGNORECASE),
}  # fmt: skip
_OPENS_WITH_NO = regex.compile(
    r"\W*(?:no\b|not yet\b|нет\b|(?:пока|ещ[её]) не|(?:还|尚)?[不没]|否|并非)", regex.IGNORECASE
)
_SOURCE_DENIES = regex.compile(
    r"不(?!断|仅|只|足|少|同)|没|未(?!来)|[无非]|难以|\b(?:не(?! мен| бол| тольк)|нет|без|not(?! only)|no|never|without)\b|n['’]t\b",
    regex.IGNORECASE,
)


def unsupported_denials(bare: str, ground: Ground) -> list[str]:
    """The words that deny in a sentence whose cited sentences deny nothing. An answer that begins with "no" corrects the reader."""
    if _OPENS_WITH_NO.match(bare) or _SOURCE_DENIES.search(f"{ground.quotes} {ground.sentences()}"):
        return []
    return [match[0] for match in _DENIES[ground.reply].finditer(bare)]


@functools.cache
def _opposites(language: Language) -> tuple[tuple[regex.Pattern[str], regex.Pattern[str]], ...]:
    """Pairs of patterns of words that say opposite things, in both orders."""
    with (resources.files("assistant") / "data" / "opposites.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    start = "" if language == "zh" else r"(?<!\p{L})"
    pairs = [
        (regex.compile(f"{start}(?:{row[language]})"), regex.compile(f"{start}(?:{row[f'{language}_opposite']})"))
        for row in rows
    ]
    return (*pairs, *((after, before) for before, after in pairs))


def reversed_directions(bare: str, ground: Ground) -> list[str]:
    """The words of a sentence that say the opposite of what its cited sentences say: closed where they have opened."""
    said, claim = fold(ground.sentences()), fold(bare)
    wide = fold(f"{ground.said} {ground.around if ground.reply == 'zh' else ''}")
    return [
        claimed[0]
        for stated, opposite in _opposites(ground.reply)
        if (claimed := opposite.search(claim))
        and stated.search(said)
        and not stated.search(claim)
        and not opposite.search(wide)
    ]
