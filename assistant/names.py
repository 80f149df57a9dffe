"""Names and terms in three languages as one concept each: the glossary, and the countries of the world (Unicode CLDR).

A concept is found in any inflection (Узбекистаном), as an adjective of a country (индийский, Indian) and in any of its forms,
so that a Russian question and a Chinese passage that name the same place share a term.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from assistant.language import _morphology, fold, is_dictionary_word, normalise, word_terms
from assistant.records import LANGUAGES, GlossaryEntry, Language

_ALPHABETIC = regex.compile(r"[\p{Cyrillic}]+|\p{Latin}[\p{Latin}\p{M}]*(?:['’]\p{Latin}+)*|\d+")
_POSSESSIVE = regex.compile(r"['’]s$")
_IS_CYRILLIC = regex.compile(r"\p{Cyrillic}")
_ALSO_WORDS = frozenset({"most"})  # abbreviations of the glossary that are ordinary words too

_WITH_ADJECTIVES = frozenset({"country", "place"})
# A country's or city's adjective or inhabitant: its name without the last vowel plus one of these.
_COUNTRY_SUFFIX = {
    "ru": regex.compile(
        r"(?:й|ий)?ск(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)?$|(?:ец|цы|цев|цам|ийцы|ийцев)$|ян(?:е|ам|ами|ах|ин[а-я]{0,2})?$"
    ),
    "en": regex.compile(r"(?:n|an|ian|i|ese|ns|ans|ians|is)$"),
}


@dataclass(frozen=True, slots=True)
class Concept:
    """`id` is stable across languages; `kind` as in the glossary ("place", "person", "body", …), "country" for a state."""

    id: str
    kind: str
    forms: Mapping[Language, tuple[str, ...]]


_NAMED_KINDS = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))


def is_named_thing(concept: Concept) -> bool:
    """Whether a concept is a single thing with a name of its own, not a term."""
    return concept.kind in _NAMED_KINDS


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept found in a text. `start`, `end`: code points into the folded text (`language.fold`)."""

    concept: Concept
    form: str
    start: int
    end: int


class NameTable:
    """Finds concepts in text. Built once from a glossary; reading only, so any number of threads may use it."""

    def __init__(self, glossary: Iterable[GlossaryEntry] = (), *, countries: bool = True) -> None:
        self.concepts: dict[str, Concept] = {}
        self._han: dict[str, str] = {}  # folded Chinese form -> concept id
        self._alphabetic: dict[
            str, list[tuple[tuple[frozenset[str], ...], str, str]]
        ] = {}  # term of first word -> (words, form, id)
        states = _countries() if countries else ()
        by_form = {
            (language, fold(form)): concept.id
            for concept in states
            for language in LANGUAGES
            for form in concept.forms[language]
        }
        for entry in glossary:
            known = next(
                (
                    by_form[key]
                    for language in LANGUAGES
                    for form in entry.forms(language)
                    if (key := (language, fold(form))) in by_form
                ),
                None,
            )
            self._add(
                Concept(
                    known or f"g:{(entry.zh or entry.en or entry.ru)[0]}",
                    "country" if known else entry.kind,
                    {lang: entry.forms(lang) for lang in LANGUAGES},
                )
            )
        for concept in states:
            self._add(concept)
        longest = sorted(self._han, key=len, reverse=True)
        self._han_pattern = regex.compile("|".join(map(regex.escape, longest))) if longest else None

    def _add(self, concept: Concept) -> None:
        if known := self.concepts.get(concept.id):
            concept = Concept(
                known.id,
                known.kind,
                {lang: tuple(dict.fromkeys(known.forms[lang] + concept.forms[lang])) for lang in LANGUAGES},
            )
        self.concepts[concept.id] = concept
        for language in LANGUAGES:
            for form in concept.forms[language]:
                folded = fold(form)
                if regex.search(r"\p{Han}", folded):
                    self._han.setdefault(folded.strip('“”"《》'), concept.id)
                    continue
                sequence = tuple(_keys(_plain(word)) for word in _ALPHABETIC.findall(folded))
                sequence = tuple(keys for keys in sequence if keys)
                if sequence:
                    for key in sequence[0]:
                        row = (sequence, form, concept.id)
                        rows = self._alphabetic.setdefault(key, [])
                        if row not in rows:
                            rows.append(row)

    def mentions(self, text: str) -> list[Mention]:
        """The concepts of `text` in order; of overlapping ones the longest."""
        folded = fold(text)
        found = (
            [
                Mention(self.concepts[self._han[match[0]]], match[0], match.start(), match.end())
                for match in self._han_pattern.finditer(folded)
            ]
            if self._han_pattern
            else []
        )
        tokens = [(match, _keys(_plain(match[0]))) for match in _ALPHABETIC.finditer(folded)]
        tokens = [(match, keys) for match, keys in tokens if keys]
        index = 0
        while index < len(tokens):
            best = self._longest_at(tokens, index, text)
            if best:
                length, form, concept_id = best
                found.append(
                    Mention(
                        self.concepts[concept_id], form, tokens[index][0].start(), tokens[index + length - 1][0].end()
                    )
                )
            index += best[0] if best else 1
        return sorted(found, key=lambda mention: mention.start)

    def _longest_at(
        self, tokens: Sequence[tuple[regex.Match[str], frozenset[str]]], index: int, text: str
    ) -> tuple[int, str, str] | None:
        """(words, form, concept id) of the longest form that starts at token `index`."""
        match, keys = tokens[index]
        best: tuple[int, str, str] | None = None
        for key in (*keys, *_country_keys(match[0])):
            for sequence, form, concept_id in self._alphabetic.get(key, ()):
                length = len(sequence)
                if index + length > len(tokens) or any(
                    not sequence[k] & tokens[index + k][1] for k in range(1, length)
                ):
                    continue
                kind = self.concepts[concept_id].kind
                if (key not in keys and kind not in _WITH_ADJECTIVES) or (
                    kind == "country" and _is_common(match[0], form)
                ):
                    continue
                # An abbreviation is not an ordinary word: "MOST" the ministry, "most" the adverb.
                if (
                    length == 1
                    and form.isupper()
                    and len(form) >= 3
                    and match[0] in _ALSO_WORDS
                    and not regex.search(rf"\b{regex.escape(form)}\b", text)
                ):
                    continue
                if best is None or length > best[0]:
                    best = (length, form, concept_id)
        return best

    def named_words(self, text: str) -> frozenset[str]:
        """The folded words of `text` that belong to a name, each by itself: port, haiwan."""
        folded = fold(text)
        return frozenset(
            word for found in self.mentions(text) for word in _ALPHABETIC.findall(folded[found.start : found.end])
        )

    def without_names(self, text: str, mentions: Iterable[Mention]) -> str:
        """Folded `text` with the mentions cut out."""
        folded = list(fold(text))
        for mention in mentions:
            folded[mention.start : mention.end] = "|" * (mention.end - mention.start)
        return "".join(folded)

    def concept_ids(self, text: str) -> set[str]:
        """The concepts of `text`, also those inside longer names: Shanghai in Shanghai Jiao Tong University."""
        folded = fold(text)
        found = {concept_id for form, concept_id in self._han.items() if form in folded}
        tokens = [(match, _keys(_plain(match[0]))) for match in _ALPHABETIC.finditer(folded)]
        tokens = [(match, keys) for match, keys in tokens if keys]
        for index in range(len(tokens)):
            for length in range(1, 4):
                if best := self._longest_at(tokens[index : index + length], 0, text):
                    found.add(best[2])
            if best := self._longest_at(tokens, index, text):
                found.add(best[2])
        return found

    def preferred(self, concept_id: str, language: Language) -> str | None:
        forms = self.concepts[concept_id].forms[language]
        return forms[0] if forms else None


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word)


@functools.lru_cache(maxsize=65536)
def _keys(word: str) -> frozenset[str]:
    return frozenset(word_terms(word))


@functools.lru_cache(maxsize=65536)
def _country_keys(word: str) -> tuple[str, ...]:
    """Index keys that `word` may stand for as a country's adjective or people: 'indian' → 'india', 'таджики' → 'таджикистан'."""
    language = "ru" if _IS_CYRILLIC.match(word) else "en"
    match = _COUNTRY_SUFFIX[language].search(word)
    stem = word[: match.start()] if match else ""
    endings: tuple[str, ...] = ()
    if len(stem) >= 3:
        endings = ("", "я", "ия", "а", "истан", "стан") if language == "ru" else ("", "a", "ia", "y", "e")
    whole = [stem + ending for ending in endings]
    if language == "en":
        whole += [word + "y", *(word.removesuffix("s") + ending for ending in ("istan", "stan"))]  # German, Tajiks
    else:
        people = word_terms(word)  # lemma and stem
        whole += [name + "ия" for name in people[:1]] + [name + end for name in people for end in ("истан", "стан")]
    return tuple(dict.fromkeys(key for name in whole for key in word_terms(name)))


@functools.lru_cache(maxsize=65536)
def _is_common(word: str, form: str) -> bool:
    """Whether a folded Russian word is no form of a country's name, though it shares the stem: малой and Мали, данных and Дания."""
    if not is_dictionary_word(word) or _may_be_name(word) or not _may_be_name(fold(form)):
        return False
    return not set(_country_keys(word)) & _keys(fold(form))


def name_term(concept_id: str) -> str:
    """The index term that stands for a concept in every language."""
    return f"§{concept_id}".replace(" ", "_")


@functools.cache
def _countries() -> tuple[Concept, ...]:
    from babel import Locale

    tables = {language: Locale(language).territories for language in LANGUAGES}
    codes = [
        code
        for code in map(str, tables["en"])
        if len(code) == 2
        and all(code in tables[language] for language in LANGUAGES)
        and code.isalpha()
        and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    ]
    return tuple(
        Concept(f"c:{code}", "country", {language: (normalise(tables[language][code]),) for language in LANGUAGES})
        for code in codes
    )


@functools.cache
def city_names() -> frozenset[str]:
    """Chinese names of cities of the world, such as time zones are named after (Unicode CLDR)."""
    from babel import Locale

    zones: Mapping[str, Mapping[str, str]] = Locale("zh").time_zones
    return frozenset(zone["city"] for zone in zones.values() if len(zone.get("city", "")) > 1)


_NAME_TAGS = ("Name", "Surn", "Patr", "Geox", "Orgn")


def is_proper_noun(word: str) -> bool:
    """Whether a folded Russian word is first of all a name, or no word that the dictionary knows."""
    tag = _morphology().parse(word)[0].tag
    return not is_dictionary_word(word) or any(mark in tag for mark in _NAME_TAGS)


def _may_be_name(word: str) -> bool:
    """Whether any reading of a folded Russian word is a name: куба is a country as well as a cube's."""
    return any(mark in reading.tag for reading in _morphology().parse(word) for mark in _NAME_TAGS)
