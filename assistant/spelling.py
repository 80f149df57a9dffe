"""Typing errors of a question, mended against the words that the store holds: letters astray in Russian and English, and in
Chinese a character of the same sound, which is what an input method leaves behind (机够 for 机构).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

import regex
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extractOne

from assistant.language import fold, is_dictionary_word, placed_units, word_terms
from assistant.records import Language
from assistant.thesaurus import thesaurus

_WORD = regex.compile(r"([\p{Latin}\p{Cyrillic}]+)")
_HAN_PAIR = regex.compile(r"\p{Han}{2}")
_PARTICLES = frozenset("的有一么人之出都那些和在是不了把以为到会要也还个这第其与及任就它他她我你们")
_READINGS = 2  # of a character, the commonest first; the further ones are of old books
_OFTEN = 5  # views that hold a pair which is a word, not a chance meeting
_MIN_LENGTH = 5  # shorter words have too many neighbours: Iran and Iraq are one letter apart


class Speller:
    """Mends questions against the words of one library. Reading only, so threads may share it."""

    def __init__(
        self,
        texts: Callable[[Language], Iterable[str]],
        knows: Callable[[tuple[str, ...], Language], bool],
        without_names: Callable[[str], str],
        count: Callable[[str], int],
    ) -> None:
        """texts: all that the library says in each language; knows: whether it holds a word; without_names: a text, folded, its names blanked;
        count: how many views hold a pair of Chinese characters.
        """
        self._texts = texts
        self._knows, self._without_names, self._count = knows, without_names, count
        self._spellings: dict[Language, list[str]] = {}

    def _words(self, language: Language) -> list[str]:
        """The alphabetic words of all texts in `language`, folded, sorted: what a misspelled word may have meant."""
        if language not in self._spellings:
            found = {word for text in self._texts(language) for word in _WORD.findall(fold(text))}
            self._spellings[language] = sorted(word for word in found if len(word) >= _MIN_LENGTH - 1)
        return self._spellings[language]

    def mend(self, question: str, language: Language) -> str:
        """`question` with each misspelled word replaced by the nearest word of the texts.

        A word is left alone if any text or the thesaurus knows it, if it is a name, or a word of the dictionary.
        """
        named = self._without_names(question)
        pieces = []
        for piece in _WORD.split(question):
            suspect = _WORD.fullmatch(piece) and len(piece) >= _MIN_LENGTH and fold(piece) in named
            pieces.append(self._spelled(piece, language) if suspect and not self._is_known(piece, language) else piece)
        mended = "".join(pieces)
        return self._sounded(mended, named) if language == "zh" else mended

    def _is_known(self, word: str, language: Language) -> bool:
        unit = word_terms(fold(word))
        return (
            not unit or self._knows(unit, language) or bool(thesaurus().terms(word)) or is_dictionary_word(fold(word))
        )

    def _spelled(self, word: str, language: Language) -> str:
        folded = fold(word)
        limit = 1 if len(folded) < 8 else 2
        near = [
            known for known in self._words(language) if abs(len(known) - len(folded)) <= limit and known[0] == folded[0]
        ]
        found = extractOne(folded, near, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
        return str(found[0]) if found else word

    # --- Chinese ---

    def _sounded(self, question: str, named: str) -> str:
        """`question` with characters replaced by ones of the same sound that make the pairs beside them known.

        A pair that a text has, or that is a word of the dictionary, is left alone, and so is a name.
        """
        folded = fold(question)
        if len(folded) != len(question):
            return question
        pairs = {
            unit.start
            for unit in placed_units(folded)
            if unit.end - unit.start == 2 and _HAN_PAIR.fullmatch(folded, unit.start, unit.end)
        }
        characters = list(folded)
        for place in sorted({place for start in pairs for place in (start, start + 1)}):
            text = "".join(characters)
            around = [start for start in (place - 1, place) if start in pairs]
            if text[place] in _PARTICLES or text[around[0] : around[-1] + 2] not in named:
                continue
            if self._stands(text, place, around):
                continue
            known = [
                other
                for other in self._alike(text[place])
                if self._fits(f"{text[:place]}{other}{text[place + 1 :]}", place, around)
            ]
            if len(known) == 1:
                characters[place] = known[0]
        return question if characters == list(folded) else "".join(characters)

    def _stands(self, text: str, place: int, around: Sequence[int]) -> bool:
        """Whether the character at `place` belongs to a pair of the texts or a word of the dictionary."""
        return any(self._paired(text, start) for start in around) or bool(_words_over(text, place) & _dictionary())

    def _fits(self, text: str, place: int, around: Sequence[int]) -> bool:
        """Whether the texts have all pairs `around`, and one of them often."""
        return (
            text[place] not in _PARTICLES
            and min(self._count(text[start : start + 2]) for start in around) > 0
            and (max(self._count(text[start : start + 2]) for start in around) >= _OFTEN)
        )

    def _paired(self, text: str, start: int) -> bool:
        return self._count(text[start : start + 2]) > 0

    def _alike(self, character: str) -> tuple[str, ...]:
        """The characters of the texts that may sound like `character`, whatever the tone."""
        sounds = _sounds(character)
        return tuple(other for sound in sounds for other in self._by_sound.get(sound, ()) if other != character)

    @functools.cached_property
    def _by_sound(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        characters = {character for text in self._texts("zh") for character in regex.findall(r"\p{Han}", fold(text))}
        for character in sorted(characters):
            for sound in _sounds(character):
                found.setdefault(sound, []).append(character)
        return {sound: tuple(same) for sound, same in found.items()}


def _words_over(text: str, place: int) -> frozenset[str]:
    """The stretches of two to four characters that hold the one at `place`."""
    return frozenset(
        text[start : start + length]
        for length in (2, 3, 4)
        for start in range(max(0, place - length + 1), place + 1)
        if start + length <= len(text)
    )


@functools.cache
def _dictionary() -> frozenset[str]:
    """Chinese words of two characters and more."""
    from pypinyin.constants import PHRASES_DICT

    return frozenset(PHRASES_DICT)


@functools.lru_cache(maxsize=10_000)
def _sounds(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    return tuple(pinyin(character, style=Style.NORMAL, heteronym=True)[0][:_READINGS])
