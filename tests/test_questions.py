"""What a question asks for is read from its words, alike in three languages; courtesies are not asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.names import NameTable
from assistant.questions import analyse, core_question, credit, has_superlative, is_negated
from assistant.records import LANGUAGES, GlossaryEntry, Language

NAMES = NameTable((GlossaryEntry(("海湾港",), ("порт Хайвань",), ("Haiwan Port",), "place"),))
THREE: tuple[Language, ...] = LANGUAGES


@pytest.mark.parametrize(
    ("kind", "zh", "ru", "en"),
    [
        ("number", "签约了多少个项目？", "Сколько проектов подписано?", "How many projects were signed?"),
        ("money", "总投资金额是多少？", "На какую сумму сделка?", "How much money was invested?"),
        ("date", "码头什么时候启用？", "Когда открыли причал?", "When did the pier open?"),
        ("duration", "会议开了多久？", "Как долго шла конференция?", "How long did the conference last?"),
        ("person", "港口主任是谁？", "Кто директор порта?", "Who is the director?"),
        ("place", "大会在哪里举行？", "Где прошла конференция?", "Where was the conference held?"),
        ("list", "有哪些国家参加？", "Какие страны участвуют?", "Which countries take part?"),
        ("reason", "为什么成立该中心？", "Почему создали центр?", "Why was the center founded?"),
        ("definition", "什么是联合实验室？", "Что такое совместная лаборатория?", "What is a joint laboratory?"),
        ("yes_no", "码头启用了吗？", "Открыт ли причал?", "Is the pier open?"),
    ],
)
def test_the_kind_that_is_asked_for_is_the_same_in_three_languages(kind: str, zh: str, ru: str, en: str) -> None:
    for language, question in zip(THREE, (zh, ru, en), strict=True):
        assert kind in analyse(question, language, NAMES).expects, question


@pytest.mark.parametrize(
    ("question", "language"),
    [("海湾港", "zh"), ("порт Хайвань", "ru"), ("Haiwan Port", "en"), ("", "en"), ("🙂", "ru")],
)
def test_keywords_ask_for_no_kind(question: str, language: Language) -> None:
    assert analyse(question, language, NAMES).expects == frozenset()


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("海湾港有多少列火车？", "zh"),
        ("海灣港有多少列火車？", "zh"),
        ("Сколько поездов в порту Хайвань?", "ru"),
        ("How many trains are there in Haiwan Port?", "en"),
    ],
)
def test_names_are_apart_from_the_other_units(question: str, language: Language) -> None:
    form = analyse(question, language, NAMES)
    assert form.names == {"g:海湾港"}
    assert ("§g:海湾港",) in form.all_units
    assert form.units
    assert not any("хайвань" in unit or "haiwan" in unit or "海湾" in unit for unit in form.units)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("没有签约的项目", "zh", True),
        ("哪些国家未参加", "zh", True),
        ("未来的计划", "zh", False),
        ("不知能否告知", "zh", False),
        ("不仅如此", "zh", False),
        ("Какие страны не участвовали?", "ru", True),
        ("без подписания", "ru", True),
        ("Не могли бы вы подсказать", "ru", False),
        ("не менее ста", "ru", False),
        ("Which countries did not take part?", "en", True),
        ("Who didn't come?", "en", True),
        ("not only trains", "en", False),
        ("Wouldn't you know when?", "en", False),
        ("", "en", False),
    ],
)
def test_a_negation_is_told_from_a_courtesy(text: str, language: Language, expected: bool) -> None:
    assert is_negated(text, language) is expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("最大的项目", "zh", True),
        ("最近的项目", "zh", False),
        ("самый большой проект", "ru", True),
        ("крупнейший проект", "ru", True),
        ("большой проект", "ru", False),
        ("the largest project", "en", True),
        ("the most expensive one", "en", True),
        ("most of the projects", "en", False),
        ("interest in the forest", "en", False),
        ("", "ru", False),
    ],
)
def test_a_superlative_is_told_from_a_like_word(text: str, language: Language, expected: bool) -> None:
    assert has_superlative(text, language) is expected


@pytest.mark.parametrize(
    ("text", "language", "core"),
    [
        ("您好，我是记者。请问码头全长多少米？谢谢！", "zh", "请问码头全长多少米？"),
        (
            "Здравствуйте! Я журналист из Казахстана. Сколько поездов обрабатывает причал? Спасибо.",
            "ru",
            "Сколько поездов обрабатывает причал?",
        ),
        (
            "Hello, I am a journalist from London. How many trains can the pier handle? Thank you!",
            "en",
            "How many trains can the pier handle?",
        ),
        ("How many trains can the pier handle?", "en", "How many trains can the pier handle?"),
        ("码头", "zh", "码头"),
        ("", "en", ""),
    ],
)
def test_the_part_that_asks_is_kept_and_the_courtesies_are_not(text: str, language: Language, core: str) -> None:
    assert core_question(text, language) == core


def test_an_own_word_counts_whole_a_word_of_the_same_sense_less_and_another_not() -> None:
    unit = ("подписать", "подписа", "~7")
    own, sense, other = (credit(unit, frozenset({term})) for term in ("подписать", "~7", "открыть"))
    assert own == 1.0
    assert 0 < sense < 1
    assert other == 0.0
    assert credit((), frozenset({"a"})) == 0.0


def test_the_unit_of_a_word_carries_its_senses() -> None:
    for question, language, word in (
        ("签约", "zh", "签约"),
        ("подписали", "ru", "подписать"),
        ("signed", "en", "sign"),
    ):
        unit = next(unit for unit in analyse(question, language, NAMES).units if word in unit)
        assert any(term.startswith("~") for term in unit)


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("多少个项目？。不最 сколько не самый how not ёЁ！：;\ufeff１🙂"), st.characters()
        ),
        max_size=100,
    ),
    st.sampled_from(LANGUAGES),
)
def test_any_text_is_a_question_of_some_form(text: str, language: Language) -> None:
    form = analyse(text, language, NAMES)
    assert form.language == language
    assert all(form.units)
    assert len(set(form.units)) == len(form.units)
    assert form == analyse(text, language, NAMES)


@pytest.mark.parametrize("text", ["多少" * 1_000, "сколько " * 2_000, "how many? " * 1_000, "不" * 2_000, "? " * 5_000])
def test_a_very_long_question_is_analysed(text: str) -> None:
    for language in LANGUAGES:
        analyse(text, language, NAMES)
