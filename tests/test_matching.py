"""An anticipated question is accepted for its paraphrases and ruled out, with the reason, for everything else."""

from __future__ import annotations

import pytest

from assistant.matching import (
    Match,
    Objection,
    compatible,
    gap_score,
    is_count_of_list,
    rank_matches,
    restricting_names,
    same_value,
)
from assistant.quantities import find_quantities
from assistant.questions import Expectation
from assistant.records import Language, ScoredGap
from assistant.retrieval import PassageRetriever


def matches(retriever: PassageRetriever, question: str, language: Language) -> list[Match]:
    form = retriever.analyse(question, language)
    return rank_matches(form, retriever.retrieve_form(form).questions, retriever)


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
    best = matches(small_retriever, question, language)[0]
    assert best.question.prepared.wordings["zh"].question == anticipated
    assert best.accepted
    assert best.against == ()


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
    assert not found.accepted


def test_what_nothing_rules_out_comes_first_and_then_the_higher_score(small_retriever: PassageRetriever) -> None:
    for question, language in (("码头什么时候启用？", "zh"), ("Как вырос порт Хайвань?", "ru"), ("pier", "en")):
        found = matches(small_retriever, question, language)  # type: ignore[arg-type]
        order = [(bool(match.against), -match.score) for match in found]
        assert order == sorted(order)


@pytest.mark.parametrize("question", ["Какая погода в Париже?", "Кто президент Франции?", "🙂", "", "1234567"])
def test_an_unrelated_question_has_no_accepted_match(small_retriever: PassageRetriever, question: str) -> None:
    assert not any(match.accepted for match in matches(small_retriever, question, "ru"))


def test_scores_are_shares(small_retriever: PassageRetriever) -> None:
    for question, language in (("Кто директор порта Хайвань?", "ru"), ("码头" * 300, "zh"), ("a b c 🙂", "en")):
        for match in matches(small_retriever, question, language):  # type: ignore[arg-type]
            assert 0 <= match.covered <= 1
            assert 0 <= match.asked <= 1
            assert 0 <= match.score <= 1.0001


def test_the_same_question_scores_higher_than_a_related_one(small_retriever: PassageRetriever) -> None:
    own = match_of(small_retriever, "码头有多长？", "zh", "码头有多长？").score
    related = match_of(small_retriever, "码头多久启用？", "zh", "码头有多长？").score
    assert own > related


def test_a_known_gap_is_like_its_own_question_and_not_like_another(small_retriever: PassageRetriever) -> None:
    gap = ScoredGap("none", "How many people work on the pier?", 1.0)
    near = gap_score(small_retriever.analyse("How many people work on the pier?", "en"), [gap], small_retriever)
    far = gap_score(
        small_retriever.analyse("Who is the director?", "en"), [ScoredGap("none", gap.question, 0.0)], small_retriever
    )
    assert near > far == 0.0
    assert gap_score(small_retriever.analyse("Who?", "en"), [], small_retriever) == 0.0


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
