"""Words of one sense share a term, within a language and across the three, and places in the text are exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import fold
from assistant.thesaurus import Sense, Thesaurus, thesaurus

ROWS = [
    {"zh": "签约|签署", "ru": "подписать|заключить договор", "en": "sign|ink"},
    {"zh": "签约仪式", "ru": "церемония подписания", "en": "signing ceremony"},
    {"zh": "码头|泊位", "ru": "причал|пирс|елка", "en": "pier|berth"},
]
SMALL = Thesaurus(ROWS)


@pytest.mark.parametrize(
    ("text", "senses"),
    [
        ("签约", [Sense("~0", 0, 2)]),
        ("簽約", [Sense("~0", 0, 2)]),
        ("Стороны заключили договор", [Sense("~0", 8, 25)]),
        ("They inked and signed", [Sense("~0", 5, 10), Sense("~0", 15, 21)]),
        ("签约仪式上签署", [Sense("~1", 0, 4), Sense("~0", 5, 7)]),
        ("signing ceremony", [Sense("~0", 0, 7), Sense("~1", 0, 16)]),
        ("Пирс и berth у 码头", [Sense("~2", 15, 17), Sense("~2", 0, 4), Sense("~2", 7, 12)]),
        ("елки", [Sense("~2", 0, 4)]),
        ("заключили мир", []),
        ("договор", []),
        ("", []),
        ("🙂\ufeff", []),
    ],
)
def test_every_form_of_a_row_has_its_term_and_place(text: str, senses: list[Sense]) -> None:
    assert SMALL.senses(text) == senses


def test_terms_are_distinct() -> None:
    assert SMALL.terms("They signed and inked, подписали 签约") == ["~0"]


def test_an_empty_table_and_empty_cells_find_nothing() -> None:
    assert Thesaurus([]).terms("签约 sign") == []
    assert Thesaurus([{"zh": "", "ru": " | ", "en": "||"}]).terms("签约 sign") == []
    assert Thesaurus([{"zh": "签约"}]).terms("签约") == ["~0"]


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("签约署仪式码头 подписать заключить договор signing ceremony ё\ufeff"), st.characters()
        ),
        max_size=80,
    )
)
def test_senses_lie_inside_the_folded_text(text: str) -> None:
    length = len(fold(text))
    assert all(0 <= sense.start < sense.end <= length for sense in SMALL.senses(text))


@pytest.mark.parametrize(
    ("zh", "ru", "en"),
    [("签约", "подписали", "signed"), ("专利", "патента", "patented")],
)
def test_the_shipped_table_joins_the_three_languages(zh: str, ru: str, en: str) -> None:
    table = thesaurus()
    assert set(table.terms(zh)) & set(table.terms(ru)) & set(table.terms(en))


def test_the_shipped_table_is_read_once() -> None:
    assert thesaurus() is thesaurus()


def test_a_very_long_text_is_searched() -> None:
    assert SMALL.terms("签约" * 50_000) == ["~0"]
    assert SMALL.terms("signed " * 15_000) == ["~0"]
