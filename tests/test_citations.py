"""Markers become citations numbered in the order of their use, and quotes are verbatim slices."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import Draft, Source, citation, problems, resolve
from assistant.records import Passage, Sentence

BLOCK = "码头启用。全长1200米。投资8亿元。"
PASSAGE = Passage(
    id="harbour#1", article_id="harbour", paragraph=1, kind="paragraph", block_text=BLOCK, start=0, end=len(BLOCK),
    sentences=(
        Sentence(0, 5, "码头启用。", {"ru": "Причал открыт.", "en": "The pier opened."}),
        Sentence(5, 13, "全长1200米。", {"ru": "Длина 1200 метров."}),
        Sentence(13, 19, "投资8亿元。", {"ru": "Вложено 800 млн."}),
    ),
    title="题目", titles={"ru": "Заголовок"}, source="晚报", author="陈默", date="2026-05-12", machine=("ru",),
)  # fmt: skip
SOURCES = tuple(Source(PASSAGE, number, number) for number in range(3))


def test_a_citation_is_a_verbatim_slice_with_its_rendering() -> None:
    found = citation(1, Source(PASSAGE, 0, 1), "ru")
    assert (found.quote, found.quote_start, found.quote_end) == ("码头启用。全长1200米。", 0, 13)
    assert BLOCK[found.quote_start : found.quote_end] == found.quote
    assert found.translation == "Причал открыт. Длина 1200 метров."
    assert (found.article_id, found.title, found.source, found.author, found.date, found.paragraph) == (
        "harbour",
        "题目",
        "晚报",
        "陈默",
        "2026-05-12",
        1,
    )
    assert found.reviewed is False


def test_there_is_no_translation_in_chinese_or_where_a_part_has_none() -> None:
    assert citation(1, SOURCES[0], "zh").translation is None
    assert citation(1, SOURCES[0], "en").translation == "The pier opened."
    assert citation(1, SOURCES[1], "en").translation is None
    assert citation(1, Source(PASSAGE, 0, 1), "en").translation is None


@pytest.mark.parametrize(
    ("text", "expected", "quotes"),
    [
        ("Длина [2], открыт [1].", "Длина [1], открыт [2].", ["全长1200米。", "码头启用。"]),
        ("全长【2】，启用［1］。", "全长[1]，启用[2]。", ["全长1200米。", "码头启用。"]),
        ("One [1,3] two [1–2].", "One [1][2] two [1][3].", ["码头启用。", "投资8亿元。", "全长1200米。"]),
        ("Range [1-3].", "Range [1][2][3].", ["码头启用。", "全长1200米。", "投资8亿元。"]),
        ("中文[1、2]。", "中文[1][2]。", ["码头启用。", "全长1200米。"]),
        ("Nothing here [0][99].", "Nothing here.", []),
        ("Half [1, 99] known.", "Half [1] known.", ["码头启用。"]),
        ("Twice [1] [1].", "Twice [1].", ["码头启用。"]),
        ("No marker.", "No marker.", []),
        ("", "", []),
        ("[a] [] [1234] (1)", "[a] [] [1234] (1)", []),
        ("Full width [１].", "Full width [1].", ["码头启用。"]),
    ],
)
def test_markers_are_renumbered_in_order_of_use(text: str, expected: str, quotes: list[str]) -> None:
    resolved, cited = resolve(Draft(text, SOURCES), "ru")
    assert resolved == expected
    assert [item.quote for item in cited] == quotes
    assert [item.number for item in cited] == list(range(1, len(cited) + 1))


def test_equal_sources_become_one_citation() -> None:
    text, cited = resolve(Draft("A [1]. B [2].", (SOURCES[0], Source(PASSAGE, 0, 0))), "en")
    assert text == "A [1]. B [1]."
    assert len(cited) == 1


@given(
    st.lists(
        st.sampled_from(
            ["Да", " ", "。", ".", "[1]", "[2]", "[3]", "[4]", "[0]", "【1-3】", "[1,2]", "[", "]", "\n", "🙂"]
        ),
        max_size=15,
    )
)
def test_every_marker_has_its_citation_and_every_citation_its_marker(pieces: list[str]) -> None:
    text, cited = resolve(Draft("".join(pieces), SOURCES), "ru")
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", text)]
    assert sorted(set(numbers)) == [item.number for item in cited]
    assert list(dict.fromkeys(numbers)) == sorted(set(numbers))
    assert problems(text, cited, {("harbour", 1): BLOCK}) == []


def test_a_marker_without_meaning_leaves_no_gap() -> None:
    assert resolve(Draft("Nothing [0] here.", SOURCES), "en")[0] == "Nothing here."


def test_problems_are_told_in_plain_words() -> None:
    good = citation(1, SOURCES[0], "ru")
    blocks = {("harbour", 1): BLOCK}
    assert problems("Да [1].", [good], blocks) == []
    assert problems("Да [1][2].", [good], blocks) == ["marker [2] has no citation"]
    assert problems("Да.", [good], blocks) == ["citation 1 is not used in the text"]
    verbatim = "the quote of citation 1 is not verbatim in harbour, paragraph 1"
    for changed in ({"quote": "码头启用！"}, {"quote_start": 1}, {"quote": "", "quote_end": 0}):
        assert problems("Да [1].", [dataclasses.replace(good, **changed)], blocks) == [verbatim]
    assert problems("Да [1].", [good], {}) == [verbatim]


def test_a_very_long_text_is_resolved() -> None:
    text, cited = resolve(Draft("青岛[1]" * 20_000, SOURCES), "zh")
    assert text == "青岛[1]" * 20_000
    assert len(cited) == 1
