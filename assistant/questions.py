"""What a question asks: the kind of answer it expects, what it is about, and the words that restrict it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.language import PlacedUnit, content_units, fold, placed_units, verb_tense
from assistant.names import NameTable, name_term
from assistant.records import Language
from assistant.thesaurus import thesaurus

Expectation = Literal[
    "number", "money", "date", "duration", "person", "place", "list", "reason", "definition", "yes_no"
]
Tense = Literal["past", "future"]
_SAME_SENSE = 0.85

Unit = tuple[str, ...]  # index terms that stand for one word, pair of characters or name; any of them meets it

_PATTERNS: Mapping[Expectation, Mapping[Language, str]] = {
    "money": {
        "zh": r"多少钱|多少[亿万]?元|金额|成交额|交易额|花了多少|价值多少|预算|经费|价格|价钱|会费|造价|费用|投资额",
        "ru": r"сколько (?:денег|юан|рубл|доллар|стоит|стоил)|на какую сумм|каков[аы]? сумм|объ?[её]м сделок|во сколько обош|бюджет|стоимост|\b(?:цен[аеуы]|взнос\w*|плат[аыуе]|расценк\w+)\b",
        "en": r"how much (?:money|is|was|were|has|have|did|does|in)|what (?:is|was) the (?:value|amount|sum)|worth|budget|cost|turnover|yuan\b|\b(?:price|fee|fees|charge|salary|sum)\b",
    },
    "number": {
        "zh": r"多少|几(?:个|家|项|名|位|种|类|条|人|大|国|篇|座|级|层|天|份|成|次|所|台)|多[大高长快重远深宽](?!厦)|数量|总数|百分之几|占比|比例",
        "ru": r"сколько|количеств|численност|как(?:ова|ой|ую|ая) (?:\w+ )?(?:скорост|площад|длин|высот|температур|мощност|глубин|ширин)\w*|число (?!.{0,3}$)|как[а-я]+ (?:доля|част)|во сколько раз",
        "en": r"how many|number of|how much|how (?:fast|far|old|big|large|tall|deep|heavy|wide|often)\b|(?:what|top|at what) (?:speed|age|size|temperature)|what (?:share|percentage|proportion|portion|fraction)|head ?count|total",
    },
    "date": {
        "zh": r"何时|什么时候|什么时间|哪一?年|哪一?天|哪个?月|几月|几号|几日|日期|哪日|时间是|截止|期限",
        "ru": r"когда|в каком (?:году|месяце)|какого (?:числа|дня|года)|дат[аыуе]\b|к какому (?:году|сроку)|с каких пор|с какого|\bсрок\w*\b",
        "en": r"\bwhen\b|what (?:year|date|day|month|time)|which (?:year|day|month)|in what year|by what (?:year|date)|since when|\bdate of|deadline",
    },
    "duration": {
        "zh": r"多久|多长时间|几年",
        "ru": r"как долго|за (?:какой|сколько)|на какой срок|сколько (?:лет|месяцев|дней)",
        "en": r"how long|how many (?:years|months|days)|over what (?:time|period)",
    },
    "person": {
        "zh": r"谁|哪位|何人|哪一位|叫什么名字|姓名",
        "ru": r"\b(?:кто|кого|кому|кем|чь[яеию]|чей|о ком|за кем)\b|как (?:зовут|его зовут|её зовут)|фамили",
        "en": r"\bwho(?:m|se)?\b|what is (?:his|her) name|name of the (?:person|official|minister|reporter|photographer)",
    },
    "place": {
        "zh": r"哪里|哪儿|何处|何地|在哪|哪个(?:城市|国家|省|地方|地区)|哪国|地点|位置|位于何",
        "ru": r"\b(?:где|куда|откуда)\b|в как(?:ом|их) (?:город|мест|стран|регион|провинц)|мест[оа] проведени|адрес|располож",
        "en": r"\bwhere\b|(?:which|what) (?:city|cities|place|country|province|town|venue|location)|venue|located",
    },
    "list": {
        "zh": r"哪些|哪几|分别|有什么|什么领域|名单|列出|列举|包括",
        "ru": r"\bкак(?:ие|их|им|ими)\b|перечисл|назовите|список|из чего состо|что входит|кто входит|какова? структур",
        "en": r"\b(?:which|what) \w+(?:s|ies)\b|what are|list\b|name (?:the|all|every)|which (?:of|are)",
    },
    "reason": {
        "zh": r"为什么|为何|原因|目的|为了什么|意义|怎么会|凭什么",
        "ru": r"почему|зачем|из-за чего|с какой целью|причин|для чего|по какой причине|ради чего",
        "en": r"\bwhy\b|what for|reason|purpose|how come|aim of|goal of",
    },
    "definition": {
        "zh": r"是什么|什么是|指什么|是谁|何谓|什么意思|介绍",
        "ru": r"что такое|кто так|что (?:собой )?представля|что значит|что означа|расскаж",
        "en": r"what (?:is|are|was) |who (?:is|are|was) |what does .* mean|tell me about|describe|explain",
    },
    "yes_no": {
        "zh": r"吗|是否|是不是|有没有|能不能|会不会|对吧",
        "ru": r"\bли\b|^(?:правда|верно|разве|есть ли|это правда|входит|является)",
        "en": r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b|is it true|\bright\?$",
    },
}
_COMPILED = {
    kind: {language: regex.compile(pattern) for language, pattern in table.items()} for kind, table in _PATTERNS.items()
}

# The kinds of quantity that answer a question for one.
QUANTITY_KINDS: Mapping[Expectation, frozenset[str]] = {
    "number": frozenset(("number", "percent", "money", "ordinal", "duration")),
    "money": frozenset(("money",)),
    "date": frozenset(("date",)),
    "duration": frozenset(("duration", "date")),
}

_NEGATION: Mapping[Language, regex.Pattern[str]] = {
    # Not the polite negations: 不知能否, «не могли бы вы», "wouldn't you".
    "zh": regex.compile(
        r"(?<![能会是有])[不没](?!同|仅|断|足|少|论|管|知|好意思|客气|过|[?？]|$)|未(?!来)|并非|无法|拒绝"
    ),
    "ru": regex.compile(
        r"\bне (?!мог\w+ бы|подска\w+|уточн\w+|затрудн\w+|скаж\w+|напомн\w+|помн\w+|менее|только|более|позднее)\w+"
        r"|\b(?:ни|нет|без|никто|нельзя|отказ\w*)\b"
    ),
    "en": regex.compile(
        r"\b(?:not (?!only|least)|no|never|without|none|nobody|cannot|refuse\w*)\b|(?<!would|could)n['’]t\b"
    ),
}
_SUPERLATIVE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"最(?:大|小|多|少|高|低|快|慢|长|短|贵|便宜|重要|年轻|年长|强|弱|远|热门|成功|受欢迎)|头号"),
    "ru": regex.compile(
        r"\bсам(?:ый|ая|ое|ые|ого|ой|ых|ым|ую|ом)\b|\w{4,}(?:ейш|айш)\w+|наибол\w+|наимен\w+"
        r"|\b(?:больше|меньше|дороже|лучше|хуже) (?:всего|всех)"
    ),
    "en": regex.compile(
        r"\b(?:most (?!of)|worst|(?:larg|bigg|small|high|low|old|young|long|short|rich|expensiv|cheap|fast|great|strong|weak|wid)est)\b"
    ),
}


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """A question as it is matched. `names`: ids of the concepts that it mentions; `units`: the rest of what it is about."""

    text: str
    language: Language
    expects: frozenset[Expectation]
    units: tuple[Unit, ...]
    names: frozenset[str]
    negated: bool
    superlative: bool
    focus: frozenset[str] = frozenset()  # the terms of the words that name what is asked for: "which *company*"
    tense: Tense | None = None

    @property
    def all_units(self) -> tuple[Unit, ...]:
        return (*self.units, *((name_term(name),) for name in sorted(self.names)))


def analyse(question: str, language: Language, names: NameTable) -> QuestionForm:
    text = core_question(question, language)
    folded = fold(text)
    mentions = names.mentions(text)
    return QuestionForm(
        text=text,
        language=language,
        expects=frozenset(kind for kind, table in _COMPILED.items() if table[language].search(folded)),
        units=_units(names.without_names(text, mentions)),
        names=frozenset(mention.concept.id for mention in mentions),
        negated=bool(_NEGATION[language].search(folded)),
        superlative=bool(_SUPERLATIVE[language].search(folded)),
        focus=_focus(folded, language),
        tense=_tense(folded, language),
    )


_FUTURE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"将|会(?![议员场见晤])|计划|打算|准备|要(?!求|是)|未来|即将|拟|下一步|目标"),
    "ru": regex.compile(r"\b(?:буд(?:ет|ут|ем)|планиру\w+|намерен\w*|собира\w+|предсто\w+|впредь)\b"),
    "en": regex.compile(r"\b(?:will|going to|plan(?:s|ned)?|intend\w*|expected|aims?|due to|next|target\w*)\b"),
}
_PAST: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"了(?![解吗])|已|曾|截至|至今|迄今|目前|过(?![程去关])"),
    "ru": regex.compile(r"\b(?:уже|к настоящему|на сегодня\w*|до сих пор)\b"),
    "en": regex.compile(r"\b(?:did|was|were|has|have|had|so far|already|to date|\p{L}{3,}ed)\b"),
}


def _tense(folded: str, language: Language) -> Tense | None:
    """Of what has been or of what is to come; None where a question shows neither, or both."""
    past, future = bool(_PAST[language].search(folded)), bool(_FUTURE[language].search(folded))
    if language == "ru":
        tenses = {verb_tense(word) for word in regex.findall(r"\p{Cyrillic}{3,}", folded)}
        past, future = past or "past" in tenses, future or "future" in tenses
    return None if past == future else "past" if past else "future"


# Where the words stand that name what is asked for: after the interrogative, or before it as in “目标是什么”.
_FOCUS: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"(?:哪|几|多少|什么|何)[一二两三四五几]?[个家所类些种条位项名座艘台]?(?P<after>\p{Han}{2,4})"
        r"|(?P<before>\p{Han}(?![是为有叫])\p{Han})(?:分别)?(?:是|为|有|叫|包括|包含|涵盖|涉及|达到?)?(?:哪|什么|多少|谁|几|何)"
    ),
    "ru": regex.compile(
        r"\b(?:как(?:ой|ая|ое|ие|ого|их|ую|ому|им|ими|ом)|каков[аоы]?|сколько|чей|чья|чье|чьи)\b (?P<after>\p{L}+(?: \p{L}+)?)"
    ),
    "en": regex.compile(
        r"\b(?:how many|how much|(?:which|what)(?: (?:is|are|was|were)(?: the)?)?|name the|list the) (?P<after>\p{L}+(?: \p{L}+)?)"
    ),
}


def _focus(folded: str, language: Language) -> frozenset[str]:
    found: set[str] = set()
    for match in _FOCUS[language].finditer(folded, overlapped=True):
        for part in match.groupdict().values():
            found.update(term for unit in (_units(part) if part else ()) for term in unit)
    return frozenset(found)


_AFFIRMED: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^(?:是的?|对|有|没有|不是?|不)[，,。]"),
    "ru": regex.compile(r"^(?:да|нет)\b"),
    "en": regex.compile(r"^(?:yes|no)\b"),
}
_REASONED: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"因为|由于|为了|旨在|以便|有助于|有利于|目的|为.{2,20}(?:提供|搭建|打造|创造)|从而|因此|所以|意味着|标志着|满足"
    ),
    "ru": regex.compile(
        r"\b(?:чтобы|потому|поскольку|так как|ради|цел\w+|поможет|помогает|призван\w*|позвол\w+|из-за|благодаря|для|ведь)\b"
    ),
    "en": regex.compile(
        r"\b(?:because|since|so that|in order|aim\w*|to \p{L}+|purpose|help\w*|for \p{L}+ing|mean\w*|as it)\b"
    ),
}


def says_yes_or_no(answer: str, language: Language) -> bool:
    return bool(_AFFIRMED[language].search(fold(answer)))


def gives_reason(answer: str, language: Language) -> bool:
    return bool(_REASONED[language].search(fold(answer)))


def has_superlative(text: str, language: Language) -> bool:
    return bool(_SUPERLATIVE[language].search(fold(text)))


def is_negated(text: str, language: Language) -> bool:
    return bool(_NEGATION[language].search(fold(text)))


def _units(folded: str) -> tuple[Unit, ...]:
    """The units of folded text, each with the senses of its word; a phrase of the thesaurus is one unit."""
    placed = placed_units(folded)
    senses = sorted(thesaurus().senses(folded), key=lambda sense: (sense.start - sense.end, sense.start))
    taken: list[tuple[int, int]] = []
    units: list[PlacedUnit] = []
    by_span: dict[tuple[int, int], list[str]] = {}
    for sense in senses:
        by_span.setdefault((sense.start, sense.end), []).append(sense.term)
    for (start, end), terms in by_span.items():
        if all(end <= first or start >= last for first, last in taken):
            taken.append((start, end))
            own = [unit.terms for unit in placed if (unit.start, unit.end) == (start, end)]
            units.append(PlacedUnit((*(own[0] if own else ()), *terms), start, end))
    units.extend(unit for unit in placed if all(unit.end <= first or unit.start >= last for first, last in taken))
    return tuple(dict.fromkeys(unit.terms for unit in sorted(units, key=lambda unit: unit.start)))


def credit(unit: Unit, terms: frozenset[str]) -> float:
    """What a text with `terms` meets of a unit: 1 for its own word, less for a word of the same sense, 0 for neither."""
    found = [term for term in unit if term in terms]
    if not found:
        return 0.0
    return 1.0 if any(not term.startswith("~") for term in found) else _SAME_SENSE


_CLAUSE_END = regex.compile(r"(?<=[.!?。！？;；:：])\s*")
_ASIDE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"我|我们|您好|你好|打扰|谢谢|麻烦"),
    "ru": regex.compile(
        r"\b(?:я|мы|мне|нам|меня|нас|мой|наш\w*|здравствуйте|добрый день|спасибо|благодар\w+|прошу прощения|извините)\b"
    ),
    "en": regex.compile(
        r"\b(?:i|we|me|us|my|our|hello|good (?:day|morning|afternoon|evening)|thanks?|thank you|excuse me|sorry)\b"
    ),
}


def core_question(text: str, language: Language) -> str:
    """The part of a long, courteous question that asks: without the clauses that only greet, thank or tell who is asking.

    Clauses end at full stops, semicolons and colons. A clause is left out if it speaks of the asker and does not ask, or where a
    later clause asks; at least one clause stays, and a text of one clause stays as it is.
    """
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    if len(clauses) < 2:
        return text
    asking = [clause for clause in clauses if clause.rstrip().endswith(("?", "？")) or _asks(clause, language)]
    kept = [clause for clause in (asking or clauses) if asking or not _ASIDE[language].search(fold(clause))] or clauses
    found = " ".join(kept).strip()
    return found if len(content_units(found)) >= 2 else text


def _asks(clause: str, language: Language) -> bool:
    folded = fold(clause)
    if _ASIDE[language].search(folded) and not regex.search(r"[?？]", clause):
        return False
    return any(table[language].search(folded) for kind, table in _COMPILED.items() if kind != "yes_no")
