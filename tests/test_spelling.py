"""Typing errors are mended where the texts show what was meant, and everything else is left as it was typed."""

from __future__ import annotations

import pytest

from assistant.language import fold, terms
from assistant.records import Language
from assistant.spelling import Speller

TEXTS: dict[Language, list[str]] = {
    "zh": [
        "签约机构共有28家。机构名单。参加机构。牵头机构。合作机构。",
        "发展目的是合作。目的明确。目的很好。目的之一。主要目的。",
    ],
    "ru": ["Конференция открылась в Циндао, подписано одиннадцать проектов."],
    "en": ["The conference opened in Qingdao and eleven projects were signed in Iran."],
}


def speller() -> Speller:
    known = {language: {term for text in lines for term in terms(text)} for language, lines in TEXTS.items()}

    def count(pair: str) -> int:
        return sum(fold(text).count(pair) for text in TEXTS["zh"])

    return Speller(
        lambda language: TEXTS[language],
        lambda unit, language: any(term in known[language] for term in unit),
        lambda text: fold(text).replace("马斯克", "|||"),
        count,
    )


@pytest.mark.parametrize(
    ("question", "language", "mended"),
    [
        ("有哪些机够？", "zh", "有哪些机构?"),  # the same sound, another character
        ("機够在哪裡？", "zh", "机构在哪里?"),
        ("有哪些机构？", "zh", "有哪些机构？"),  # nothing to mend: not a character is touched
        ("机器在哪里？", "zh", "机器在哪里？"),  # unknown here, but a word
        ("马斯克是谁？", "zh", "马斯克是谁？"),  # a name
        ("伊朗是谁？", "zh", "伊朗是谁？"),  # nothing of that sound would be known
        ("Где открылась конферинция?", "ru", "Где открылась конференция?"),
        ("Where did the conferense open?", "en", "Where did the conference open?"),
        ("Projects in Iraq", "en", "Projects in Iraq"),  # one letter from Iran, and too short to tell
        ("кто такой Маск", "ru", "кто такой Маск"),
        ("", "zh", ""),
        ("🙂", "zh", "🙂"),
    ],
)
def test_errors_are_mended_and_the_rest_is_left(question: str, language: Language, mended: str) -> None:
    assert speller().mend(question, language) == mended


def test_mending_twice_changes_nothing_more() -> None:
    for question in ("有哪些机够？", "机够机够机够"):
        once = speller().mend(question, "zh")
        assert speller().mend(once, "zh") == once
