"""The leak check: no gold question may nearly copy a question that the corpus holds; else the evaluation measures memory.

Compared are every gold question and every earlier turn with every wording of every anticipated question and known gap of the same language, on folded text
without punctuation.
A near copy is one of:

- alike: the Dice coefficient of character trigrams (bigrams in Chinese) is at least `ALIKE`;
- a word changed: at most one word differs, in any order (in Chinese at most 3 bigrams: what changing one word of two characters costs);
- short questions (fewer than `SHORT` words, in Chinese characters), of which there are few ways to ask any, are held to `ALIKE_SHORT` and may differ by a word.

Where the line comes from (1,020 anticipated questions, each damaged at random, caught as a copy of itself): see the README of this folder, which has
the catch rates and how near independent questions of the corpus come to each other.

Source: Dice 1945; n-gram overlap against test-set contamination as in Brown et al. 2020 (GPT-3), appendix C.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.articles import read_corpus
from assistant.records import LANGUAGES, Language
from eval.gold import Group
from eval.measures import fold

ALIKE: dict[Language, float] = {"zh": 0.70, "ru": 0.75, "en": 0.75}
ALIKE_SHORT: dict[Language, float] = {"zh": 0.75, "ru": 0.80, "en": 0.80}
SHORT: dict[Language, int] = {"zh": 8, "ru": 5, "en": 5}
_ONE_WORD_BIGRAMS = 3

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Anticipated:
    """A wording of an anticipated question or of a known gap; `place`: article id, and the paragraph or the number of the gap."""

    language: Language
    question: str
    place: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A gold question and the anticipated one that it nearly copies."""

    group_id: str
    language: Language
    question: str
    anticipated: Anticipated
    dice: float

    def __str__(self) -> str:
        return f"{self.group_id} [{self.language}] {self.question!r} nearly copies {self.anticipated.question!r} ({self.anticipated.place}), Dice {self.dice:.2f}"


_Bag = frozenset[tuple[str, int]]  # each item with how often it has come before: bags meet in min(count, count) items


@dataclass(frozen=True, slots=True)
class _Form:
    words: _Bag
    grams: _Bag


def anticipated_questions(corpus: Path) -> tuple[Anticipated, ...]:
    """Every wording of every anticipated question and known gap of the corpus, in every language that it is written in."""
    found = []
    for article in read_corpus(corpus).articles:
        for question in article.questions:
            place = f"{article.id}, paragraph {question.paragraph}"
            for language, wording in question.wordings.items():
                found += [Anticipated(language, text, place) for text in wording.questions]
        for number, gap in enumerate(article.gaps, start=1):
            for language, texts in gap.items():
                found += [Anticipated(language, text, f"{article.id}, gap {number}") for text in texts]
    return tuple(found)


def near_copies(groups: Iterable[Group], anticipated: Sequence[Anticipated]) -> tuple[Copy, ...]:
    """For each gold question that nearly copies anticipated ones, the nearest of them; in the order of the gold."""
    by_language = {language: _Known([one for one in anticipated if one.language == language]) for language in LANGUAGES}
    copies = []
    for group in groups:
        for language in LANGUAGES:
            wording = group.wordings[language]
            for question in (*wording.history, wording.question):
                own = _form(question, language)
                found = [
                    (_dice(own.grams, form.grams), one)
                    for one, form in by_language[language].near(own)
                    if _is_copy(own, form, language)
                ]
                if found:
                    dice, one = max(found, key=lambda pair: pair[0])
                    copies.append(Copy(group.id, language, question, one, dice))
    return tuple(copies)


class _Known:
    """Anticipated questions of one language, found by what they share with another question."""

    def __init__(self, questions: Sequence[Anticipated]) -> None:
        self._forms = [(one, _form(one.question, one.language)) for one in questions]
        self._by_gram: dict[tuple[str, int], list[int]] = {}
        self._by_word: dict[tuple[str, int], list[int]] = {}
        for number, (_, form) in enumerate(self._forms):
            for gram in form.grams:
                self._by_gram.setdefault(gram, []).append(number)
            for word in form.words:
                self._by_word.setdefault(word, []).append(number)

    def near(self, own: _Form) -> Iterable[tuple[Anticipated, _Form]]:
        """All that any rule of `_is_copy` could find: those that have all words but one, or half of the n-grams.

        Half, as a Dice of 0.7 or more needs 0.54 of the n-grams of either side, and a change of 3 in 9 or more leaves two thirds.
        """
        alike = Counter(number for gram in own.grams for number in self._by_gram.get(gram, ()))
        worded = Counter(number for word in own.words for number in self._by_word.get(word, ()))
        found = {number for number, shared in alike.items() if 2 * shared >= len(own.grams)}
        found |= {number for number, shared in worded.items() if shared >= len(own.words) - 1}
        return [self._forms[number] for number in sorted(found)]


def is_near_copy(question: str, other: str, language: Language) -> bool:
    """Whether two questions of one language are near copies of each other; symmetric."""
    return _is_copy(_form(question, language), _form(other, language), language)


def similarity(question: str, other: str, language: Language) -> float:
    """Dice coefficient of the character n-grams of the folded texts: 0 (nothing shared) to 1 (the same)."""
    return _dice(_form(question, language).grams, _form(other, language).grams)


def _form(text: str, language: Language) -> _Form:
    found = _WORD.findall(fold(text))
    size = 2 if language == "zh" else 3
    padded = f" {' '.join(found)} "
    grams = (padded[start : start + size] for start in range(len(padded) - size + 1))
    return _Form(_bag("".join(found) if language == "zh" else found), _bag(grams))


def _bag(items: Iterable[str]) -> _Bag:
    seen: Counter[str] = Counter()
    bag = []
    for item in items:
        bag.append((item, seen[item]))
        seen[item] += 1
    return frozenset(bag)


def _dice(one: _Bag, other: _Bag) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def _is_copy(one: _Form, other: _Form, language: Language) -> bool:
    if one.words == other.words:
        return True
    dice = _dice(one.grams, other.grams)
    length = max(len(one.words), len(other.words))
    if length < SHORT[language]:
        return dice >= ALIKE_SHORT[language]
    if dice >= ALIKE[language]:
        return True
    if language == "zh":
        return max(len(one.grams), len(other.grams)) - len(one.grams & other.grams) <= _ONE_WORD_BIGRAMS
    return length - len(one.words & other.words) <= 1
