"""The leak check: no gold question may nearly copy a question that the corpus anticipates; else the evaluation measures memory.

Compared are every gold question and every earlier turn with every anticipated question of the same language, on folded text without punctuation.
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
    """An anticipated question of the corpus; `place`: article id and paragraph."""

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


@dataclass(frozen=True, slots=True)
class _Form:
    words: Counter[str]
    grams: Counter[str]


def anticipated_questions(corpus: Path) -> tuple[Anticipated, ...]:
    """Every anticipated question of the corpus in every language that it is written in."""
    return tuple(
        Anticipated(language, wording.question, f"{article.id}, paragraph {question.paragraph}")
        for article in read_corpus(corpus).articles
        for question in article.questions
        for language, wording in question.wordings.items()
    )


def near_copies(groups: Iterable[Group], anticipated: Sequence[Anticipated]) -> tuple[Copy, ...]:
    """For each gold question that nearly copies anticipated ones, the nearest of them; in the order of the gold."""
    forms = {
        language: [(one, _form(one.question, language)) for one in anticipated if one.language == language]
        for language in LANGUAGES
    }
    copies = []
    for group in groups:
        for language in LANGUAGES:
            wording = group.wordings[language]
            for question in (*wording.history, wording.question):
                own = _form(question, language)
                found = [
                    (_dice(own.grams, form.grams), one)
                    for one, form in forms[language]
                    if _is_copy(own, form, language)
                ]
                if found:
                    dice, one = max(found, key=lambda pair: pair[0])
                    copies.append(Copy(group.id, language, question, one, dice))
    return tuple(copies)


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
    grams = Counter(padded[start : start + size] for start in range(len(padded) - size + 1))
    return _Form(Counter("".join(found)) if language == "zh" else Counter(found), grams)


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * _shared(one, other) / total if total else 1.0


def _shared(one: Counter[str], other: Counter[str]) -> int:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(min(count, large[gram]) for gram, count in small.items() if gram in large)


def _is_copy(one: _Form, other: _Form, language: Language) -> bool:
    dice = _dice(one.grams, other.grams)
    length = max(one.words.total(), other.words.total())
    if one.words == other.words:
        return True
    if length < SHORT[language]:
        return dice >= ALIKE_SHORT[language]
    if dice >= ALIKE[language]:
        return True
    if language == "zh":
        return max(one.grams.total(), other.grams.total()) - _shared(one.grams, other.grams) <= _ONE_WORD_BIGRAMS
    return length - _shared(one.words, other.words) <= 1
