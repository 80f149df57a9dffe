"""Languages are told apart, texts are folded, and sentences, words and terms are cut alike in Chinese, Russian and English."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import (
    content_units,
    detect,
    fold,
    is_dictionary_word,
    is_in,
    light_key,
    normalise,
    placed_units,
    query_terms,
    sentences,
    terms,
    word_terms,
    words,
)
from assistant.records import LANGUAGES, Language

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "青岛科创中心簽約項目。！？“”…，、ёЁЦиндаошсSCOabc.!?'’ \n\t0123456789０１,.%🙂\ufeff\u200b\0«»()[]"
        ),
        st.characters(),
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("本次大会签约了多少个项目？", "zh"),
        ("簽約了多少個項目", "zh"),
        ("SCO科创中心是什么", "zh"),
        ("Сколько проектов было подписано?", "ru"),
        ("Что такое SCOASTIA?", "ru"),
        ("Кто такой 林峰?", "ru"),
        ("ещё", "ru"),
        ("How many projects were signed?", "en"),
        ("ｈｏｗ ｍａｎｙ", "en"),
        ("What does 上合组织 mean?", "en"),
        ("SCO", "en"),
        ("\ufeffHow many?", "en"),
        ("Қанша жобаға қол қойылды?", None),
        ("Хто підписав угоду?", None),
        ("Конференцияда канча долбоорго кол коюлду?", None),
        ("Альянска кайсы мамлекеттер катышты?", None),
        ("Анжуманда нечта лойиха имзоланди?", None),
        ("Хто очолив делегацію?", None),
        ("Колко проекта са подписани?", None),
        ("Сколько проектов подписали Канча и Эмне?", "ru"),
        ("Где находится Иссык-Куль?", "ru"),
        ("Combien de projets ont été signés ?", None),
        ("Wie viele Projekte wurden unterzeichnet?", None),
        ("¿Cuántos proyectos?", None),
        ("كم عدد المشاريع", None),
        ("プロジェクトはいくつですか", None),
        ("프로젝트는 몇 개입니까", None),
        ("🙂🙂", None),
        ("123 456", None),
        ("", None),
        (" \n\t", None),
    ],
)
def test_the_language_is_told_by_letters_then_by_words(text: str, language: Language | None) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "normal", "folded"),
    [
        ("\ufeff Ёлка　ＡＢＣ１２ ", "Ёлка ABC12", "елка abc12"),
        ("繁體中文項目", "繁體中文項目", "繁体中文项目"),
        ("A\u200bB\x00C", "ABC", "abc"),
        ("a \n b\t\tc\u00a0d", "a b c d", "a b c d"),
        ("ﬁ ß", "fi ß", "fi ss"),
        ("", "", ""),
    ],
)
def test_folding_makes_spellings_of_one_text_alike(text: str, normal: str, folded: str) -> None:
    assert normalise(text) == normal
    assert fold(text) == folded


@given(MIXED)
def test_normalising_and_folding_twice_is_folding_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert fold(normalise(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SCO科创中心2026", ["sco", "科创中心", "2026"]),
        ("Циндао/Qingdao青岛", ["циндао", "qingdao", "青岛"]),
        ("签约1,000个項目", ["签约", "1000", "个项目"]),
        ("ёлка — 3,5", ["елка", "3.5"]),
        ("China’s don't", ["china’s", "don't"]),
        ("１２", ["12"]),
        ("", []),
        ("🙂…—", []),
    ],
)
def test_words_are_runs_of_one_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_russian_word_has_its_lemma_and_its_stem() -> None:
    assert word_terms("узбекистаном") == ("узбекистан",)
    assert word_terms("узбекистан")[0] == "узбекистан"
    assert word_terms("подписано") == ("подписать", "подписа")
    assert word_terms("елками")[0] == "елка"


def test_function_words_have_no_terms() -> None:
    assert [word_terms(word) for word in ("и", "сколько", "the", "how", "many")] == [()] * 5


def test_british_and_american_spellings_share_their_terms() -> None:
    for british, american in (("organisation", "organization"), ("centre", "center"), ("labour", "labor")):
        assert word_terms(british) == word_terms(american)


@pytest.mark.parametrize("word", ["узбекистаном", "проектов", "organisations", "signed", "2026", "the"])
def test_the_light_key_is_one_of_the_terms_of_a_word(word: str) -> None:
    assert light_key(word) in word_terms(word) or not word_terms(word)


def test_only_russian_words_are_looked_up_in_a_dictionary() -> None:
    assert [is_dictionary_word(word) for word in ("причал", "причл", "pier", "码头", "")] == [True] + [False] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("签约", ["签", "约", "签约"]),
        ("科创中心", ["科", "创", "中", "心", "科创", "创中", "中心"]),
        ("Проекты", ["проект"]),
        ("signed projects", ["sign", "project"]),
        ("SCO签约 в 2026", ["sco", "签", "约", "签约", "2026"]),
        ("", []),
    ],
)
def test_terms_are_characters_and_pairs_in_chinese_and_lemmas_elsewhere(text: str, expected: list[str]) -> None:
    assert sorted(terms(text)) == sorted(expected)


def test_query_terms_leave_out_what_a_question_only_asks_with() -> None:
    assert query_terms("请问青岛在哪里？") == ["青", "岛", "青岛"]
    assert query_terms("Сколько было проектов?") == ["проект"]
    assert query_terms("How many projects were there?") == ["project"]
    assert query_terms("How many?") == []


def test_content_units_are_the_distinct_words_or_pairs_of_a_question() -> None:
    assert content_units("码头多少码头") == [("码头",)]
    assert content_units("projects, projects and ports") == [("project",), ("port",)]
    assert content_units("") == []


@given(MIXED)
def test_placed_units_lie_inside_the_folded_text_in_order(text: str) -> None:
    folded = fold(text)
    units = placed_units(folded)
    assert all(0 <= unit.start < unit.end <= len(folded) for unit in units)
    assert [unit.start for unit in units] == sorted(unit.start for unit in units)


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "第一句。第二句！“引用。”第三句？", ["第一句。", "第二句！", "“引用。”", "第三句？"]),
        ("zh", "没有句号", ["没有句号"]),
        ("zh", "价格3.5元。完", ["价格3.5元。", "完"]),
        ("zh", "", []),
        ("zh", " \n ", []),
        ("ru", "В г. Циндао был саммит. Приехал А. С. Пушкин. Всё.", ["В г. Циндао был саммит.", "Приехал А. С. Пушкин.", "Всё."]),
        ("ru", "Первое. Второе! «Третье?» Четвёртое…", ["Первое.", "Второе!", "«Третье?»", "Четвёртое…"]),
        ("ru", "Вложено 800 млн. Рублей нет.", ["Вложено 800 млн. Рублей нет."]),
        ("ru", "29 июня 2026 г. Открыт центр", ["29 июня 2026 г. Открыт центр"]),
        ("en", "Mr. Smith met Dr. Lee. They talked.", ["Mr. Smith met Dr. Lee.", "They talked."]),
        ("en", "It costs 3.5 yuan. OK?", ["It costs 3.5 yuan.", "OK?"]),
        ("en", "“Yes.” She left.", ["“Yes.”", "She left."]),
        ("en", "one. two", ["one. two"]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_end_them(language: Language, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, language)] == expected


@given(MIXED, st.sampled_from(LANGUAGES))
def test_sentences_cover_the_text_in_order_and_leave_out_only_white_space(text: str, language: Language) -> None:
    spans = sentences(text, language)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


# --- is_in -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("签约28个项目。", "zh", True),
        ("上合组织（Shanghai Cooperation Organization）成立。", "zh", True),
        ("Подписано 28 проектов [1].", "ru", True),
        ("В китайском тексте сказано: «码头全长1200米。» [1]", "ru", True),
        ("Projects of «ШОС» members were signed.", "en", True),
        ("[1]", "en", True),
        ("", "ru", True),
        ("28", "zh", True),
        ("How many projects were signed.", "ru", False),
        ("Подписано много проектов на форуме.", "en", False),
        ("Подписано много проектов. Many more will come soon.", "ru", False),
        ("签约了许多项目。", "en", False),
        ("Combien de projets ont été signés dans la ville", "en", False),
    ],
)
def test_every_sentence_must_be_in_the_language_but_for_quotations(
    text: str, language: Language, expected: bool
) -> None:
    assert is_in(text, language) is expected


# --- hostile text ----------------------------------------------------------------------------------------------------

HOSTILE = [
    "\ufeff" * 50,
    "🙂" * 1000,
    "青" * 100_000,
    "ё" * 100_000,
    "a" * 100_000,
    "1," * 50_000,
    "”" * 100_000,
    "A. " * 33_000,
    "." * 400,
    "?!" * 200,
    "\0\x01\x02 \u202e abc",
    "e\u0301" * 1000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{text[:2]!r}*{len(text)}" for text in HOSTILE])
def test_hostile_text_is_read_without_an_exception(text: str) -> None:
    detect(text)
    assert "\0" not in normalise(text)
    words(text)
    terms(text)
    query_terms(text)
    for language in LANGUAGES:
        assert "".join(text[a:b] for a, b in sentences(text, language)).replace(" ", "") == text.strip().replace(
            " ", ""
        )
        is_in(text, language)


@pytest.mark.parametrize("language", ["ru"])
def test_a_long_run_of_full_stops_is_cut_in_linear_time(language: Language) -> None:
    """Thirty thousand take milliseconds when linear and half a minute when quadratic, on any machine."""
    code = f"from assistant.language import sentences; assert sentences('.' * 30000, {language!r}) == [(0, 30000)]"
    root = Path(__file__).resolve().parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, timeout=5)
