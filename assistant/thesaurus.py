"""Words that mean the same, within a language and across the three: "inked", подписать and 签约 share a term.

The table ships with the package (`data/thesaurus.csv`, general news vocabulary, a sense a row). It lets a question find a text
that says the same in other words, and a Russian or English question find a Chinese text that nobody has translated.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import regex

from assistant.language import fold, light_key, word_terms
from assistant.records import Language

_HAN = regex.compile(r"\p{Han}")
_CYRILLIC = regex.compile(r"\p{Cyrillic}")
_WORDS = regex.compile(r"\p{Cyrillic}+|\p{Latin}[\p{Latin}\p{M}]*(?:['’]\p{Latin}+)*|\d+")


@dataclass(frozen=True, slots=True)
class Sense:
    """An occurrence of a row's form. `start`, `end`: code points into the folded text."""

    term: str
    start: int
    end: int


_Sequences = dict[str, list[tuple[tuple[str, ...], str]]]  # key of the first word -> (keys of all words, term)


class Thesaurus:
    """Finds the senses of a text. What it needs of a language is built when a text first has words of it; threads may share it."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        """rows: the forms of a sense by language, joined by "|", folded as `language.fold` folds."""
        self._rows = rows

    def _forms(self, language: Language) -> Iterator[tuple[str, str]]:
        """(form, term) pairs."""
        for number, row in enumerate(self._rows):
            for form in filter(None, row[language].split("|")):
                yield form, f"~{number}"

    @functools.cached_property
    def _han(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for form, term in self._forms("zh"):
            if term not in found.setdefault(form, []):
                found[form].append(term)
        return found

    @functools.cached_property
    def _longest(self) -> int:
        return max(map(len, self._han), default=0)

    @functools.cached_property
    def _russian(self) -> _Sequences:
        return self._sequences("ru")

    @functools.cached_property
    def _english(self) -> _Sequences:
        return self._sequences("en")

    def _sequences(self, language: Language) -> _Sequences:
        found: _Sequences = {}
        for form, term in self._forms(language):
            sequence = tuple(filter(None, map(light_key, _WORDS.findall(form))))
            if sequence:
                found.setdefault(sequence[0], []).append((sequence, term))
        return found

    def senses(self, text: str) -> list[Sense]:
        """Every sense of every form of `text`; overlapping forms are all given, of equal starts in Chinese the longest."""
        folded = fold(text)
        found: list[Sense] = []
        for start in (match.start() for match in _HAN.finditer(folded)):
            for end in range(min(len(folded), start + self._longest), start, -1):
                if terms := self._han.get(folded[start:end]):
                    found.extend(Sense(term, start, end) for term in terms)
                    break
        tokens = [(match, word_terms(match[0])) for match in _WORDS.finditer(folded)]
        tokens = [(match, keys) for match, keys in tokens if keys]
        for index, (match, keys) in enumerate(tokens):
            known = self._russian if _CYRILLIC.match(match[0]) else self._english
            for key in keys:
                for sequence, term in known.get(key, ()):
                    last = index + len(sequence) - 1
                    if last < len(tokens) and all(sequence[k] in tokens[index + k][1] for k in range(1, len(sequence))):
                        found.append(Sense(term, match.start(), tokens[last][0].end()))
        return list(dict.fromkeys(found))

    def terms(self, text: str) -> list[str]:
        return list(dict.fromkeys(sense.term for sense in self.senses(text)))


@functools.cache
def thesaurus() -> Thesaurus:
    """The table that ships with the package."""
    with (resources.files("assistant") / "data" / "thesaurus.csv").open(encoding="utf-8") as lines:
        return Thesaurus(list(csv.DictReader(lines)))
