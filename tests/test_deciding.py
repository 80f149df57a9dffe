"""Questions are answered, refused or corrected from evidence, with the reason told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import decided, retriever_of

from assistant.articles import read_corpus
from assistant.deciding import Decision, decide, unknown_names
from assistant.matching import Judgement
from assistant.records import Language
from assistant.retrieval import PassageRetriever


@pytest.mark.parametrize(
    ("question", "language", "anticipated"),
    [
        ("三号码头什么时候启用？", "zh", "三号码头什么时候启用？"),
        ("Какова длина причала?", "ru", "码头有多长？"),
        ("Who is the port director?", "en", "港口主任是谁？"),
    ],
)
def test_an_accepted_match_is_the_answer(
    small_retriever: PassageRetriever, question: str, language: Language, anticipated: str
) -> None:
    found = decided(small_retriever, question, language)
    assert (found.outcome, found.against) == ("answer", ())
    assert found.match is not None
    assert found.match.question.prepared.wordings["zh"].question == anticipated


@pytest.mark.parametrize(
    ("question", "language", "passage", "number"),
    [
        ("有机苹果占多少？", "zh", "orchard#1", 0),
        ("果园合作社由多少户农民组成？", "zh", "orchard#2", 0),
        ("Сколько книг в библиотеке Шаньчэн?", "ru", "library#1", 0),
        ("Закрывается ли детский зал в выходные?", "ru", "library#2", 0),
        ("How much did it cost?", "en", "harbour#1", 1),
        ("How many trains can the third pier handle a day?", "en", "harbour#3", 1),
    ],
)
def test_without_a_match_the_best_sentence_is_the_answer(
    small_retriever: PassageRetriever, question: str, language: Language, passage: str, number: int
) -> None:
    found = decided(small_retriever, question, language)
    assert found.outcome == "answer"
    assert found.match is None
    assert (found.evidence[0].passage.id, found.evidence[0].number) == (passage, number)


@pytest.mark.parametrize(
    ("question", "language", "reason"),
    [
        ("Кто президент Франции?", "ru", "name: Франция"),
        ("How much did freight with Mongolia grow?", "en", "name: Mongolia"),
        ("海湾港与印度的货运量增长了多少？", "zh", "name: 印度"),
        ("What is the weather in Paris?", "en", "name: Paris"),
        ("Did Elon Musk visit the pier?", "en", "name: Elon"),
        ("When did the pier not open?", "en", "negation"),
        ("Какой самый длинный причал?", "ru", "superlative"),
        ("最长的码头有多长？", "zh", "superlative"),
        ("How many ships sank?", "en", "coverage"),
        ("哪部电影得了奖？", "zh", "coverage"),
    ],
)
def test_what_the_articles_do_not_say_is_refused_with_its_reason(
    small_retriever: PassageRetriever, question: str, language: Language, reason: str
) -> None:
    found = decided(small_retriever, question, language)
    assert (found.outcome, found.match) == ("refuse", None)
    assert any(str(objection).startswith(reason) for objection in found.against), found.against


def test_a_wrong_number_about_a_known_thing_is_corrected(small_retriever: PassageRetriever) -> None:
    found = decided(small_retriever, "码头每天可以装卸90列火车吗？", "zh")
    assert (found.outcome, [str(objection) for objection in found.against]) == ("correct", ["number: 90"])
    assert (
        found.evidence[0].passage.sentences[found.evidence[0].number].text
        == "港口主任林峰说，码头每天可以装卸60列火车。"
    )


@pytest.mark.parametrize(("question", "language"), [("码头每天可以装卸90列火车吗？", "zh"), ("Is it true that the pier handles 90 trains a day?", "en"), ("Причал обрабатывает 90 поездов в день?", "ru")])  # fmt: skip
def test_a_wrong_number_is_never_confirmed(
    small_retriever: PassageRetriever, question: str, language: Language
) -> None:
    found = decided(small_retriever, question, language)
    assert found.outcome in {"correct", "refuse"}
    assert [objection.kind for objection in found.against] == ["number"]


@pytest.mark.parametrize("question", ["", "🙂", "\ufeff", "。。。"])
def test_where_nothing_is_found_nothing_is_answered(small_retriever: PassageRetriever, question: str) -> None:
    found = decided(small_retriever, question, "zh")
    assert found.outcome == "refuse"


def test_without_matches_and_evidence_the_answer_is_a_refusal(small_retriever: PassageRetriever) -> None:
    form = small_retriever.analyse("码头", "zh")
    assert decide(form, Judgement((), 1.0), [], small_retriever) == Decision("refuse", None, (), 0.0)


def test_a_question_that_is_known_to_have_no_answer_is_refused(corpus_of: Callable[..., Path]) -> None:
    gap = '{"zh": "码头花了多少年建成？", "ru": "Сколько лет строили причал?", "en": "How many years did it take to build the pier?"}'
    retriever = retriever_of(read_corpus(corpus_of(changes={"harbour/gaps.jsonl": gap})))
    for question, language in (
        ("码头花了多少年建成？", "zh"),
        ("Сколько лет строили причал?", "ru"),
        ("How many years did it take to build the pier?", "en"),
    ):
        found = decided(retriever, question, language)  # type: ignore[arg-type]
        assert (found.outcome, [objection.kind for objection in found.against]) == ("refuse", ["silence"])
    assert decided(retriever, "Какова длина причала?", "ru").outcome == "answer"


def test_capitalised_words_that_no_text_has_are_unknown_names(small_retriever: PassageRetriever) -> None:
    def unknown(question: str, language: Language) -> list[str]:
        return unknown_names(small_retriever.analyse(question, language), small_retriever)

    assert unknown("Did Elon Musk visit Kazakhstan?", "en") == ["Elon", "Musk"]
    assert unknown("Был ли в порту Хайвань Петров?", "ru") == ["Петров"]
    assert unknown("Elon", "en") == []  # the first word of a sentence always has a capital
    assert unknown("马斯克来过吗", "zh") == []
    assert unknown("Who is Lin Feng of Haiwan Port?", "en") == []


def test_a_name_of_the_glossary_is_known_though_its_article_is_not_translated(
    small_retriever: PassageRetriever,
) -> None:
    form = small_retriever.analyse("How many books are in the Shancheng Library?", "en")
    assert form.names == {"g:山城图书馆"}
    assert unknown_names(form, small_retriever) == []


def test_how_long_is_a_pier_is_not_answered_with_a_date(small_retriever: PassageRetriever) -> None:
    found = decided(small_retriever, "How long is the pier?", "en")
    best = found.evidence[0].passage.sentences[found.evidence[0].number].text
    assert found.outcome == "refuse" or found.match is not None or "1200米" in best


def test_the_confidence_is_a_share(small_retriever: PassageRetriever) -> None:
    for question in ("码头有多长？", "哪部电影得了奖？", "码头每天可以装卸90列火车吗？", ""):
        assert 0 <= decided(small_retriever, question, "zh").confidence <= 1.0001
