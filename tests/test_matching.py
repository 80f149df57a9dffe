"""An anticipated question is accepted for its paraphrases and ruled out, with the reason, for everything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import retriever_of

from assistant.articles import read_corpus
from assistant.matching import (
    ACCEPT,
    FEATURES,
    SILENCE,
    Judgement,
    Match,
    Objection,
    compatible,
    is_count_of_list,
    judge,
    restricting_names,
    same_value,
    weights,
)
from assistant.quantities import find_quantities
from assistant.questions import Expectation
from assistant.records import Language
from assistant.retrieval import PassageRetriever


def judged(retriever: PassageRetriever, question: str, language: Language) -> Judgement:
    form = retriever.analyse(question, language)
    return judge(form, retriever.retrieve_form(form), retriever)


def matches(retriever: PassageRetriever, question: str, language: Language) -> tuple[Match, ...]:
    return judged(retriever, question, language).matches


def match_of(retriever: PassageRetriever, question: str, language: Language, anticipated: str) -> Match:
    """The judgement on the anticipated question with this Chinese wording."""
    found = [
        m for m in matches(retriever, question, language) if m.question.prepared.wordings["zh"].question == anticipated
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("question", "language", "anticipated"),
    [
        ("三号码头什么时候启用？", "zh", "三号码头什么时候启用？"),
        ("三號碼頭什麼時候啟用？", "zh", "三号码头什么时候启用？"),
        ("请问码头有多长", "zh", "码头有多长？"),
        ("Какова длина причала?", "ru", "码头有多长？"),
        ("КАКОВА ДЛИНА ПРИЧАЛА", "ru", "码头有多长？"),
        ("Кагда открыли третий причл?", "ru", "三号码头什么时候启用？"),
        ("When was the third pier opened?", "en", "三号码头什么时候启用？"),
        ("Who is the port director?", "en", "港口主任是谁？"),
        ("\ufeffＷｈｏ is the director of the port?? 🙂", "en", "港口主任是谁？"),
        ("Hello! I am a journalist. Who is the director of the port? Thanks!", "en", "港口主任是谁？"),
    ],
)
def test_paraphrases_of_a_question_are_accepted(
    small_retriever: PassageRetriever, question: str, language: Language, anticipated: str
) -> None:
    found = judged(small_retriever, question, language)
    best = found.matches[0]
    assert best.question.prepared.wordings["zh"].question == anticipated
    assert best.against == ()
    assert 1 - found.silence >= ACCEPT


@pytest.mark.parametrize(
    ("question", "language", "anticipated", "objection"),
    [
        ("与蒙古的货运量增长了多少？", "zh", "与哈萨克斯坦的货运量增长了多少？", Objection("name", "蒙古", "c:MN")),
        ("На сколько выросли перевозки с Узбекистаном?", "ru", "与哈萨克斯坦的货运量增长了多少？", Objection("name", "Узбекистан", "c:UZ")),
        ("By how much did freight with India grow?", "en", "与哈萨克斯坦的货运量增长了多少？", Objection("name", "India", "c:IN")),
        ("Did the third pier open on May 11?", "en", "三号码头什么时候启用？", Objection("number", "May 11")),
        ("Правда ли, что длина причала 1500 метров?", "ru", "码头有多长？", Objection("number", "1500 метров")),
        ("When did the pier not open?", "en", "三号码头什么时候启用？", Objection("negation")),
        ("Когда не открыли третий причал?", "ru", "三号码头什么时候启用？", Objection("negation")),
        ("Какой самый длинный причал?", "ru", "码头有多长？", Objection("superlative")),
        ("最长的码头有多长？", "zh", "码头有多长？", Objection("superlative")),
        ("港口主任哪年上任？", "zh", "港口主任是谁？", Objection("kind", "date")),
    ],
)  # fmt: skip
def test_another_name_number_negation_superlative_or_kind_rules_a_match_out(
    small_retriever: PassageRetriever, question: str, language: Language, anticipated: str, objection: Objection
) -> None:
    found = match_of(small_retriever, question, language, anticipated)
    assert objection in found.against


def test_the_likeliest_comes_first(small_retriever: PassageRetriever) -> None:
    for question, language in (("码头什么时候启用？", "zh"), ("Как вырос порт Хайвань?", "ru"), ("pier", "en")):
        found = matches(small_retriever, question, language)  # type: ignore[arg-type]
        assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)


def test_every_feature_has_a_weight() -> None:
    of_match, of_silence = weights()
    assert (tuple(of_match), tuple(of_silence)) == (FEATURES, SILENCE)
    assert all(of_match[objection] < 0 for objection in ("name", "number", "superlative", "kind"))


@pytest.mark.parametrize("question", ["Какая погода в Париже?", "Кто президент Франции?", "🙂", "", "1234567"])
def test_silence_is_likelier_than_an_answer_to_an_unrelated_question(
    small_retriever: PassageRetriever, question: str
) -> None:
    assert 1 - judged(small_retriever, question, "ru").silence < ACCEPT


def test_silence_and_the_candidates_share_what_is_likely(small_retriever: PassageRetriever) -> None:
    for question in ("Кто директор порта?", "Сколько весит причал?"):
        found = judged(small_retriever, question, "ru")
        quiet = found.silence
        assert quiet * (1 + sum(match.odds for match in found.matches)) == pytest.approx(1, abs=1e-3)


def test_what_describes_a_match_is_a_share(small_retriever: PassageRetriever) -> None:
    for question, language in (("Кто директор порта Хайвань?", "ru"), ("码头" * 300, "zh"), ("a b c 🙂", "en")):
        for match in matches(small_retriever, question, language):  # type: ignore[arg-type]
            described = dict(zip(FEATURES, match.features, strict=True))
            assert -1 <= described.pop("behind") <= 0
            assert all(0 <= value <= 1.0001 for name, value in described.items() if name != "their_names"), described
            assert 0 <= match.score <= 1


def test_the_same_question_scores_higher_than_a_related_one(small_retriever: PassageRetriever) -> None:
    own = match_of(small_retriever, "码头有多长？", "zh", "码头有多长？").score
    related = match_of(small_retriever, "码头多久启用？", "zh", "码头有多长？").score
    assert own > related


def test_a_known_gap_speaks_for_silence_in_each_of_its_wordings_and_for_no_other_question(
    corpus_of: Callable[..., Path],
) -> None:
    row = {"en": ["How many people work on the pier?", "Size of the pier's staff?"]}
    retriever = retriever_of(read_corpus(corpus_of(changes={"harbour/gaps.jsonl": json.dumps(row)})))

    for question, known in (
        ("How many people work on the pier?", True),
        ("What is the size of the staff of the pier?", True),
        ("Who is the director of the port?", False),
    ):
        assert judged(retriever, question, "en").is_known_gap is known


@pytest.mark.parametrize(
    ("known", "asked", "expected"),
    [
        ("超500项", "500", True),
        ("500项", "501", False),
        ("15%", "15%", True),
        ("15%", "15", False),
        ("5月10日", "5月10日", False),
    ],
)
def test_equal_values_are_the_same_whatever_the_hedge(known: str, asked: str, expected: bool) -> None:
    (left,), (right,) = find_quantities(known, "zh"), find_quantities(asked, "zh")
    assert same_value(left, right) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("两所大学", True), ("10项", True), ("11项", False), ("8亿元", False), ("15%", False)]
)
def test_only_a_small_plain_number_may_count_a_list(text: str, expected: bool) -> None:
    assert is_count_of_list(find_quantities(text, "zh")[0]) is expected


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({"number"}, {"number"}, True),
        ({"number"}, {"money"}, True),
        ({"date"}, {"date"}, True),
        ({"date"}, {"number"}, False),
        ({"date"}, {"person"}, False),
        ({"number"}, {"place"}, False),
        ({"person"}, {"date"}, False),
        ({"number"}, {"list"}, True),
        (set(), {"date"}, True),
        ({"number"}, set(), True),
        (set(), set(), True),
    ],
)
def test_questions_for_different_kinds_are_not_compatible(
    mine: set[Expectation], theirs: set[Expectation], expected: bool
) -> None:
    assert compatible(frozenset(mine), frozenset(theirs)) is expected


def test_a_name_that_most_passages_share_does_not_restrict(small_retriever: PassageRetriever) -> None:
    form = small_retriever.analyse("海湾港与蒙古", "zh")
    assert form.names == {"g:海湾港", "c:MN"}
    assert restricting_names(form, small_retriever) == {"c:MN"}


def test_an_objection_reads_as_kind_and_words() -> None:
    assert str(Objection("name", "Индия", "c:IN")) == "name: Индия"
    assert str(Objection("negation")) == "negation"
