"""What an earlier question was about: its names, the nouns they belong to, and what it asked for.

The signs of three languages that this and `followup` read by are data (`data/followup.toml`).
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import regex

from assistant.language import content_units, detect, fold, normalise, word_terms
from assistant.names import Concept, NameTable
from assistant.records import LANGUAGES, Language

MAX_TOPIC = 3  # phrases of a topic that are carried over: every one more must be met by the passage that answers

PLACES = frozenset({"place", "country"})
GENERIC = frozenset({"term", "unit"})  # kinds of concept that are words rather than names
UNDERTAKINGS = frozenset({"project", "programme", "document"})
_KINDS_ASKED: Mapping[str, frozenset[str]] = {
    "body": frozenset({"body"}),
    "place": PLACES,
    "person": frozenset({"person"}),
    "programme": UNDERTAKINGS,
}
_ASKED = ("reason", "date", "number", "place", "body", "person", "programme")
_SIDES = {
    "中方": "c:CN", "我方": "c:CN", "俄方": "c:RU", "白方": "c:BY", "哈方": "c:KZ", "吉方": "c:KG", "乌方": "c:UZ", "蒙方": "c:MN", "科方": "c:KW",
    "китайцы": "c:CN", "китайцев": "c:CN", "россияне": "c:RU", "россиян": "c:RU", "русские": "c:RU",
}  # fmt: skip
SIDE = regex.compile("|".join(_SIDES))
RUSSIAN_ADJECTIVE = regex.compile(r"ск(?P<ending>ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)$")
_LETTER = {
    "zh": regex.compile(r"\p{Han}"),
    "ru": regex.compile(r"\p{Cyrillic}"),
    "en": regex.compile(r"\p{Latin}"),
}
# Nouns that a topic needs beside its name when it goes over into another language; the glossary has only their long forms.
_NOUNS: tuple[Mapping[Language, str], ...] = (
    {"zh": "枢纽", "ru": "хаб", "en": "hub"},
    {"zh": "节点", "ru": "узел", "en": "node"},
    {"zh": "项目", "ru": "проект", "en": "project"},
    {"zh": "副部长", "ru": "заместитель министра", "en": "deputy minister"},
    {"zh": "大使", "ru": "посол", "en": "ambassador"},
    {"zh": "激光", "ru": "лазер", "en": "laser"},
    {"zh": "铁路", "ru": "железная дорога", "en": "railway"},
    {"zh": "水翼艇", "ru": "судно на подводных крыльях", "en": "hydrofoil"},
    {"zh": "文化遗产", "ru": "культурное наследие", "en": "cultural heritage"},
)


@functools.cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    text = (resources.files("assistant") / "data" / "followup.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def signs(name: str, language: Language) -> tuple[str, ...]:
    """The patterns of one kind of sign, as they are listed."""
    table = _tables()[name]
    found = table[language] if language in table else table["all"]
    return (found,) if isinstance(found, str) else tuple(found)


@functools.cache
def sign(name: str, language: Language = "en") -> regex.Pattern[str]:
    """One kind of sign as one pattern over folded text; `language` does not matter where it is the same for all."""
    return regex.compile("|".join(signs(name, language)))


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text. `start`, `end`: code points into it; `adjective`: it stands as one (гуанчжоуский, 俄方)."""

    concept: Concept
    form: str
    start: int
    end: int
    adjective: bool = False

    @property
    def place(self) -> bool:
        return self.concept.kind in PLACES

    @property
    def generic(self) -> bool:
        return self.concept.kind in GENERIC

    @property
    def background(self) -> bool:
        """Whether it is the organisation, its host or the event, which say little about what is asked."""
        return self.concept.kind == "event" or bool(
            {"sco", "china"} & {fold(form) for form in self.concept.forms["en"]}
        )

    def shown(self, language: Language) -> str:
        """As it is written in `language`: as in the text where it is in that language, else its preferred form."""
        if _LETTER[language].search(self.form) and not self.adjective:
            return self.form.lower() if self.generic and language == "ru" else self.form
        return self.noun(language)

    def noun(self, language: Language) -> str:
        return next(iter(self.concept.forms[language]), self.form)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question as it stands alone, with what it was answered; "" where it was not."""

    text: str
    language: Language
    answer: str


def plain(text: str) -> str:
    """`text` so that offsets of names hold: normalised, and folded where folding would change its length."""
    text = normalise(regex.sub(r"\[\d+\]", "", text))
    return text if len(fold(text)) == len(text) else fold(text)


# --- names -----------------------------------------------------------------------------------------------------------


def names_in(text: str, table: NameTable) -> list[Name]:
    """The names of plain `text` in order, adjectives of places, sides (中方) and bare surnames too."""
    folded = fold(text)
    found = []
    for mention in table.mentions(text):
        surface = folded[mention.start : mention.end]
        adjective = mention.concept.kind in PLACES and (
            bool(RUSSIAN_ADJECTIVE.search(surface)) or english_adjective(surface, mention.concept)
        )
        found.append(Name(mention.concept, mention.form, mention.start, mention.end, adjective))

    def free(match: regex.Match[str]) -> bool:
        return all(match.end() <= name.start or match.start() >= name.end for name in found)

    for match in SIDE.finditer(folded):
        if free(match) and (concept := table.concepts.get(_SIDES[match[0]])):
            found.append(Name(concept, match[0], match.start(), match.end(), adjective=True))
    surnames = _surnames(table)
    for match in regex.finditer(r"[\p{Cyrillic}\p{Latin}]{4,}", folded):
        key = next((key for key in word_terms(match[0]) if key in surnames), None)
        if key and free(match):
            concept = table.concepts[surnames[key]]
            found.append(Name(concept, text[match.start() : match.end()], match.start(), match.end()))
    return sorted(found, key=lambda name: name.start)


@functools.lru_cache(maxsize=4)
def _surnames(table: NameTable) -> Mapping[str, str]:
    """Stem of a person's last name → concept id, where only one person bears it."""
    found: dict[str, set[str]] = {}
    for concept in table.concepts.values():
        if concept.kind == "person":
            for form in (*concept.forms["ru"], *concept.forms["en"]):
                for key in word_terms(fold(form.split()[-1])):
                    found.setdefault(key, set()).add(concept.id)
    return {key: next(iter(ids)) for key, ids in found.items() if len(ids) == 1}


def english_adjective(surface: str, concept: Concept) -> bool:
    nouns = concept.forms["en"][:1]
    return bool(regex.fullmatch(r"\p{Latin}{3,}[nhkiecz]", surface)) and bool(nouns) and fold(nouns[0]) != surface


def times_in(text: str) -> list[Name]:
    """Years, months and "last year" as names of the kind "time", so that one may take another's place."""
    return [
        Name(Concept("time", "time", dict.fromkeys(LANGUAGES, (match[0],))), match[0], match.start(), match.end())
        for match in sign("time").finditer(fold(text))
    ]


def counterpart(new: Name, text: str, table: NameTable) -> Name | None:
    """The name of an old question whose place a new one takes: of its kind, the last; China only if there is no other."""
    before = [*names_in(text, table), *times_in(text)]
    same = [name for name in before if name.concept.kind == new.concept.kind]
    if not same and new.place:
        same = [name for name in before if name.place]
    if new.generic:
        same = [name for name in same if name.concept.id != new.concept.id]
    other = [name for name in same if name.concept.id not in ("c:CN", new.concept.id)]
    return (other or same)[-1] if same else None


# --- what was asked, and what was answered ---------------------------------------------------------------------------


def asked_kinds(text: str) -> list[str]:
    """What a question asks for: some of "reason", "date", "number", "place", "body", "person", "programme"."""
    return [kind for kind in _ASKED if sign(f"asks_{kind}").search(fold(text))]


def answered(turn: Turn, kinds: Collection[str], table: NameTable) -> Name | None:
    """The first name of one of `kinds` that the answer gave and the question had not."""
    said = {name.concept.id for name in names_in(turn.text, table)}
    for name in names_in(turn.answer, table):
        if name.concept.kind in kinds and name.concept.id not in said and not name.adjective and not name.background:
            return name
    return None


def answered_undertaking(turn: Turn, language: Language, table: NameTable) -> str:
    """The project or programme that was asked for, by the name or in the words of the answer; "" if none was asked for or given."""
    if not sign("which_programme", turn.language).search(fold(turn.text)):
        return ""
    if found := answered(turn, UNDERTAKINGS, table):
        return found.shown(language)
    said = head_phrases(turn.answer, language) if detect(turn.answer) == language else []
    of_kind = sign("asks_programme")
    return next((text for _, _, text in said if of_kind.search(fold(text)) and own_phrase(text, language)), "")


def listed(turn: Turn, table: NameTable) -> list[Name]:
    """The names that an answer lists, each once: of the kind that was asked for, else of the kind that it has most of."""
    named = [name for name in names_in(turn.answer, table) if not name.background]
    asked = asked_kinds(turn.text)
    chosen: list[Name] = []
    for kind, kinds in _KINDS_ASKED.items():
        if kind in asked and not chosen:
            chosen = [name for name in named if name.concept.kind in kinds and not name.adjective]
    if not chosen:
        said = {name.concept.id for name in names_in(turn.text, table)}
        rest = [name for name in named if name.concept.id not in said]
        rest = [name for name in rest if not name.place] or rest
        counts = [sum(name.concept.kind == other.concept.kind for other in rest) for name in rest]
        chosen = [name for name, count in zip(rest, counts, strict=True) if count == max(counts) > 1]
    return list({name.concept.id: name for name in reversed(chosen)}.values())[::-1]


# --- phrases ---------------------------------------------------------------------------------------------------------

_NO_VERBS = frozenset("сеть память печать мать кровать речь ночь дочь помощь вещь печь путь".split())
_EDGE = regex.compile(r"(?:а|и|в|во|на|с|со|из|от|у|для|к|ко|по|про|о|об|за|при|до|нет|ну|не|или)\b")


def is_verb(word: str) -> bool:
    """Whether a Russian word is first of all a form of a verb."""
    found = word_terms(word)
    ending = regex.search(r"(?:[аяеиуоы]ть|сти|зти|чь)(?:ся|сь)?$", found[0]) if found else None
    return bool(ending) and found[0] not in _NO_VERBS


def _is_stop(word: str, language: Language) -> bool:
    if language == "en":
        word = regex.sub(r"['’]\w{1,2}$", "", word)
    return bool(sign("stop", language).fullmatch(word)) or (language == "ru" and is_verb(word)) or not word[0].isalnum()


def _runs(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """(start, end) of each stretch of content words: what stands between question words, verbs and marks."""
    folded = fold(text)
    if language == "zh":
        start = 0
        for stop in [*sign("stop", "zh").finditer(folded), None]:
            end = stop.start() if stop else len(folded)
            if end > start:
                yield start, end
            start = stop.end() if stop else end
        return
    run: list[regex.Match[str]] = []
    for piece in [*regex.finditer(r"[\p{L}\d][\p{L}\p{M}\d'’-]*|[^\s\p{L}\d]", folded), None]:
        if piece and not _is_stop(piece[0], language):
            run.append(piece)
            continue
        while language == "ru" and run and _EDGE.fullmatch(run[0][0]):
            run.pop(0)
        while language == "ru" and run and _EDGE.fullmatch(run[-1][0]):
            run.pop()
        if run:
            yield run[0].start(), run[-1].end()
        run = []


def head_phrases(text: str, language: Language, *, loose: bool = False) -> list[tuple[int, int, str]]:
    """(start, end, phrase) of the noun phrases around a noun such as project, hub or centre that is not itself asked for.

    `loose`: also where an English noun only leads to another one, as in "project target".
    """
    folded, head = fold(text), sign("head", language)
    found: list[tuple[int, int, str]] = []
    for start, end in _runs(text, language):
        heads = list(head.finditer(folded, start, end))
        if not heads or sign("asked_before", language).search(folded[:start]):
            continue
        leads = language == "en" and heads[-1].end() < end and not heads[-1][0].endswith("s")
        if leads and not loose:
            continue
        if language != "ru":  # there what follows a noun belongs to it
            end = heads[-1].end()
        if language == "zh" and (count := regex.match(r"[那这]个|[一二两三四五六七八九十\d]+个", folded[start:end])):
            start += count.end()
        phrase = text[start:end]
        if language == "en" and folded.endswith("the ", 0, start):
            phrase = f"the {phrase}"
        if language == "ru" or not head.fullmatch(fold(phrase)):
            found.append((start, end, phrase))
    return found


def own_phrase(text: str, language: Language) -> bool:
    """Whether `text` has a thing of its own, named by more than its kind: "the laser project", not "the project"."""
    vague = r"^(?:the|this|that)\s+|\b(?:next|new|first|second|main|following|foreign|other|same|whole|own)\s+"
    for _, _, phrase in head_phrases(text, language, loose=True):
        folded = regex.sub(vague, "", fold(phrase))
        if language == "zh":
            folded = sign("head", "zh").sub("", folded)
        if len(folded) >= 2 if language == "zh" else len(folded.split()) > 1:
            return True
    return False


def matter(turn: Turn, table: NameTable) -> str:
    """The longest run of content words of a question beside its names; "" if there is none."""
    letters = list(turn.text)
    for name in names_in(turn.text, table):
        letters[name.start : name.end] = "." * (name.end - name.start)
    blank = "".join(letters)
    runs = [
        (start, end)
        for start, end in _runs(blank, turn.language)
        if (3 <= end - start <= 10 if turn.language == "zh" else end - start >= 5) and "." not in blank[start:end]
    ]
    start, end = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return turn.text[start:end]


def remainder(turn: Turn) -> str:
    """A question without its question words and mark."""
    text, language = turn.text, turn.language
    rest, start = "", 0
    for match in sign("ask", language).finditer(fold(text)):
        rest, start = rest + text[start : match.start()], match.end()
    rest = normalise(regex.sub(r"[?？。.!！]+(?!\w)", " ", rest + text[start:]))
    rest = sign("opener", language).sub("", rest)
    if language == "en":
        rest = regex.sub(r"(?i)^(?:is|are|was|were|do|does|did|has|have|can|will)\b\s*", "", rest)
    return rest.strip(" ,，—-")


def carried_nouns(turn: Turn, language: Language) -> list[str]:
    """Common nouns of a question in another language, in `language`, in the order of the table."""
    folded, found = fold(turn.text), []
    terms = {term for unit in content_units(folded) for term in unit}
    for noun in _NOUNS:
        form = noun[turn.language]
        if form in folded or (turn.language != "zh" and all(terms & set(word_terms(word)) for word in form.split())):
            found.append(noun[language])
    return found


def topic(
    turn: Turn, language: Language, table: NameTable, without: Collection[str] = (), *, deep: bool = False
) -> list[str]:
    """What an earlier question was about, in `language`: its most telling names, each with the noun it belongs to.

    `without`: concepts that the new question replaces; `deep`: with the matter beside a lone name.
    """
    found = [name for name in names_in(turn.text, table) if name.concept.id not in without]
    same = turn.language == language
    phrases: list[tuple[int, int, str]] = []
    for start, end, phrase in head_phrases(turn.text, language) if same else ():
        kept = _without(phrase, without, language, table)
        inside = sum(name.end - name.start + 1 for name in found if start <= name.start and name.end <= end)
        oblique = language == "ru" and inside >= len(phrase) - 2  # nothing but names: these are added in the nominative
        if kept and not oblique:
            phrases.append((start, end, kept))

    def add(name: Name) -> None:
        if all(name.end <= start or name.start >= end for start, end, _ in phrases):
            phrases.append((name.start, name.end, name.shown(language)))

    for name in found:
        if not name.place and not name.background and name.concept.kind != "unit":
            add(name)
    for name in found:
        if name.place and not (name.adjective and phrases):
            add(name)
    for name in () if phrases else found:
        add(name)
    if (
        same
        and found
        and all(name.adjective and name.place for name in found)
        and not head_phrases(turn.text, language)
    ):
        phrases = [(0, 0, remainder(turn))]
    if same and deep and len(phrases) == 1 and (more := matter(turn, table)):
        phrases.append((len(turn.text), 0, more))
    if same and not phrases and (rest := remainder(turn)):
        phrases = [(0, 0, rest)]
    if not phrases:
        kinds = {name.concept.kind for name in names_in(turn.answer, table)} - GENERIC
        first = answered(turn, kinds, table)
        phrases = [(0, 0, first.shown(language))] if first and first.concept.id not in without else []
    if not same:
        phrases += [(len(turn.text), 0, noun) for noun in carried_nouns(turn, language)]
    return distinct([phrase for _, _, phrase in sorted(phrases)])[:MAX_TOPIC]


def _without(phrase: str, concepts: Collection[str], language: Language, table: NameTable) -> str:
    """A phrase with names cut out; "" where no noun is left."""
    cut = [name for name in names_in(phrase, table) if name.concept.id in concepts]
    for name in reversed(cut):
        phrase = phrase[: name.start] + phrase[name.end :]
    return normalise(phrase) if not cut or sign("head", language).search(fold(phrase)) else ""


def distinct(phrases: Sequence[str]) -> list[str]:
    """Phrases without those that another one holds."""
    kept: list[str] = []
    for phrase in phrases:
        if all(fold(phrase) not in fold(other) for other in kept):
            kept = [other for other in kept if fold(other) not in fold(phrase)] + [phrase]
    return kept
