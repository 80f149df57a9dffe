"""Words that mean the same, within a language and across the three: "inked", подписать and 签约 share a term.

The table ships with the package (`data/thesaurus.csv`, general news vocabulary, a sense a row). It lets a question find a text
that says the same in other words, and a Russian or English question find a Chinese text that nobody has translated.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources

import regex

from assistant.language import fold, light_key, word_terms
from assistant.records import LANGUAGES

_WORDS = regex.compile(r"\p{Cyrillic}+|\p{Latin}[\p{Latin}\p{M}]*(?:['’]\p{Latin}+)*|\d+")


@dataclass(frozen=True, slots=True)
class Sense:
    """An occurrence of a row's form. `start`, `end`: code points into the folded text."""

    term: str
    start: int
    end: int


class Thesaurus:
    """Finds the senses of a text. Reading only once built."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._han: dict[str, list[str]] = {}
        self._first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for number, row in enumerate(rows):
            term = f"~{number}"
            for language in LANGUAGES:
                for form in filter(None, (part.strip() for part in row.get(language, "").split("|"))):
                    self._add(fold(form), term)
        longest = sorted(self._han, key=len, reverse=True)
        self._pattern = regex.compile("|".join(map(regex.escape, longest))) if longest else None

    def _add(self, form: str, term: str) -> None:
        if regex.search(r"\p{Han}", form):
            terms = self._han.setdefault(form, [])
            if term not in terms:
                terms.append(term)
            return
        sequence = tuple(filter(None, map(light_key, _WORDS.findall(form))))
        if sequence:
            rows = self._first.setdefault(sequence[0], [])
            if (sequence, term) not in rows:
                rows.append((sequence, term))

    def senses(self, text: str) -> list[Sense]:
        """Every sense of every form of `text`; overlapping forms are all given, of equal starts in Chinese the longest."""
        folded = fold(text)
        found: list[Sense] = []
        if self._pattern:
            for match in self._pattern.finditer(folded, overlapped=True):
                found.extend(Sense(term, match.start(), match.end()) for term in self._han[match[0]])
        tokens = [(match, frozenset(word_terms(match[0]))) for match in _WORDS.finditer(folded)]
        tokens = [(match, keys) for match, keys in tokens if keys]
        for index, (match, keys) in enumerate(tokens):
            for key in keys:
                for sequence, term in self._first.get(key, ()):
                    last = index + len(sequence) - 1
                    if last < len(tokens) and all(sequence[k] in tokens[index + k][1] for k in range(1, len(sequence))):
                        found.append(Sense(term, match.start(), tokens[last][0].end()))
        return list(dict.fromkeys(found))

    def terms(self, text: str) -> list[str]:
        return list(dict.fromkeys(sense.term for sense in self.senses(text)))


@functools.cache
def thesaurus() -> Thesaurus:
    """The table that ships with the package."""
    rows: list[dict[str, str]] = []
    folder = resources.files("assistant") / "data"
    for file in sorted(
        entry.name for entry in folder.iterdir() if entry.name.startswith("thesaurus") and entry.name.endswith(".csv")
    ):
        with (folder / file).open(encoding="utf-8") as lines:
            rows.extend(csv.DictReader(lines))
    return Thesaurus(rows)
