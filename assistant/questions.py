"""What a question asks: the kind of answer it expects, what it is about, and the words that restrict it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.language import content_units, fold
from assistant.names import NameTable, name_term
from assistant.records import Language

Expectation = Literal[
    "number", "money", "date", "duration", "person", "place", "list", "reason", "definition", "yes_no"
]
Unit = tuple[str, ...]  # index terms that stand for one word, pair of characters or name; any of them meets it

_PATTERNS: Mapping[Expectation, Mapping[Language, str]] = {
    "money": {
        "zh": r"多少钱|多少[亿万]?元|金额|成交额|交易额|花了多少|价值多少|预算|经费",
        "ru": r"сколько (?:денег|юан|рубл|доллар|стоит|стоил)|на какую сумм|каков[аы]? сумм|объ?[её]м сделок|во сколько обош|бюджет|стоимост",
        "en": r"how much (?:money|is|was|were|has|have|did|does|in)|what (?:is|was) the (?:value|amount|sum)|worth|budget|cost|turnover|yuan\b",
    },
    "number": {
        "zh": r"多少|几(?:个|家|项|名|位|种|类|条|人|大|国|篇|座|级|层|天|份|成|次|所|台)|数量|总数|百分之几|占比|比例",
        "ru": r"сколько|количеств|численност|число (?!.{0,3}$)|как[а-я]+ (?:доля|част)|во сколько раз",
        "en": r"how many|number of|how much|what (?:share|percentage|proportion|portion|fraction)|head ?count|total",
    },
    "date": {
        "zh": r"何时|什么时候|什么时间|哪一?年|哪一?天|哪个?月|几月|几号|几日|日期|哪日|时间是",
        "ru": r"когда|в каком (?:году|месяце)|какого (?:числа|дня|года)|дат[аыуе]\b|к какому (?:году|сроку)|с каких пор|с какого",
        "en": r"\bwhen\b|what (?:year|date|day|month|time)|which (?:year|day|month)|in what year|by what (?:year|date)|since when|\bdate of",
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

_NEGATION: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"(?<![能会是有])[不没](?!同|仅|断|足|少|论|管)|未(?!来)|并非|除了|除.{1,8}(?:以外|之外|外)|无法|拒绝"
    ),
    "ru": regex.compile(r"\b(?:не|ни|нет|без|кроме|никто|нельзя|отказ\w*)\b"),
    "en": regex.compile(r"\b(?:not|no|never|without|except|excluding|none|nobody|cannot|refuse\w*)\b|n['’]t\b"),
}
_SUPERLATIVE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"(?<!其)最(?!近|后|新|终|初|高人民|早)|头号"),
    "ru": regex.compile(
        r"\bсам(?:ый|ая|ое|ые|ого|ой|ых|ым|ую|ом)\b|\w{4,}(?:ейш|айш)\w+|наибол\w+|наимен\w+|\b(?:больше|меньше|дороже|лучше|хуже) (?:всего|всех)"
    ),
    "en": regex.compile(
        r"\b(?:most|least|best|worst|(?:larg|bigg|small|high|low|old|young|long|short|rich|expensiv|cheap|fast|earli|great|strong|weak|wid)est)\b"
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

    @property
    def all_units(self) -> tuple[Unit, ...]:
        return (*self.units, *((name_term(name),) for name in sorted(self.names)))


def analyse(text: str, language: Language, names: NameTable) -> QuestionForm:
    folded = fold(text)
    mentions = names.mentions(text)
    return QuestionForm(
        text=text,
        language=language,
        expects=frozenset(kind for kind, table in _COMPILED.items() if table[language].search(folded)),
        units=tuple(content_units(names.without_names(text, mentions))),
        names=frozenset(mention.concept.id for mention in mentions),
        negated=bool(_NEGATION[language].search(folded)),
        superlative=bool(_SUPERLATIVE[language].search(folded)),
    )


def has_superlative(text: str, language: Language) -> bool:
    return bool(_SUPERLATIVE[language].search(fold(text)))


def is_negated(text: str, language: Language) -> bool:
    return bool(_NEGATION[language].search(fold(text)))
