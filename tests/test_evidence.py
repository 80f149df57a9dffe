"""Sentences are ranked by what they meet of a question, and hold the kind of thing that it asks for."""

from __future__ import annotations

import pytest

from assistant.evidence import Evidence, holds_kind, language_of, rank_sentences
from assistant.matching import judge
from assistant.questions import Expectation
from assistant.records import Language, Passage
from assistant.retrieval import PassageRetriever


def evidence(
    retriever: PassageRetriever, question: str, language: Language, *, with_matches: bool = True
) -> list[Evidence]:
    form = retriever.analyse(question, language)
    found = retriever.retrieve_form(form)
    matches = judge(form, found, retriever).matches if with_matches else ()
    return rank_sentences(form, found.passages, matches, retriever)


@pytest.mark.parametrize(
    ("question", "language", "sentence"),
    [
        ("码头总投资多少元？", "zh", "码头全长1200米，总投资8亿元。"),
        ("碼頭總投資多少元？", "zh", "码头全长1200米，总投资8亿元。"),
        ("Сколько поездов может обрабатывать причал?", "ru", "港口主任林峰说，码头每天可以装卸60列火车。"),
        ("How many trains can the pier handle?", "en", "港口主任林峰说，码头每天可以装卸60列火车。"),
        ("Кто сфотографировал третий причал ночью?", "ru", "王芳 摄"),
        ("Есть ли бесплатный читательский билет?", "ru", "山城图书馆9月1日开放，藏书40万册，免费办理借书证。"),
        ("产品销往哪里？", "zh", "合作社由12户农民组成，产品销往蒙古。"),
    ],
)
def test_the_sentence_that_says_it_comes_first(
    small_retriever: PassageRetriever, question: str, language: Language, sentence: str
) -> None:
    best = evidence(small_retriever, question, language)[0]
    assert best.passage.sentences[best.number].text == sentence


def test_shares_are_shares_and_scores_are_best_first(small_retriever: PassageRetriever) -> None:
    for question, language in (("码头有多长？", "zh"), ("Казахстан", "ru"), ("trains and apples 🙂", "en"), ("", "en")):
        found = evidence(small_retriever, question, language)  # type: ignore[arg-type]
        assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
        for item in found:
            assert 0 <= item.met <= item.met_around <= 1.0001


def test_what_a_passage_lacks_is_missing(small_retriever: PassageRetriever) -> None:
    best = evidence(small_retriever, "How many trains and elephants can the pier handle?", "en")[0]
    assert [unit[0] for unit in best.missing] == ["eleph"]
    assert evidence(small_retriever, "三号码头什么时候启用？", "zh")[0].missing == ()


def test_an_anticipated_answer_speaks_for_the_sentences_that_it_rests_on(small_retriever: PassageRetriever) -> None:
    def score(found: list[Evidence]) -> float:
        return next(item.score for item in found if (item.passage.id, item.number) == ("harbour#1", 1))

    with_match = evidence(small_retriever, "Какова длина причала?", "ru")
    without = evidence(small_retriever, "Какова длина причала?", "ru", with_matches=False)
    assert score(with_match) > score(without)
    assert (with_match[0].passage.id, with_match[0].number) == ("harbour#1", 1)


@pytest.mark.parametrize(
    ("expects", "passage", "number", "expected"),
    [
        ({"number"}, "harbour#3", 1, True),
        ({"number"}, "library#2", 0, False),
        ({"money"}, "harbour#1", 1, True),
        ({"money"}, "harbour#3", 1, False),
        ({"date"}, "harbour#1", 0, True),
        ({"date"}, "library#2", 0, False),
        ({"person"}, "harbour#3", 1, True),
        ({"place"}, "orchard#2", 0, True),
        ({"place"}, "harbour#2", 0, False),
        (set(), "harbour#1", 0, None),
        ({"list", "reason", "yes_no", "definition"}, "harbour#1", 0, None),
    ],
)
def test_a_sentence_holds_the_kind_that_is_asked_or_does_not(
    small_retriever: PassageRetriever, expects: set[Expectation], passage: str, number: int, expected: bool | None
) -> None:
    found = small_retriever.library.passages[passage]
    assert holds_kind(frozenset(expects), found, number, small_retriever) is expected


def test_without_passages_there_is_no_evidence(small_retriever: PassageRetriever) -> None:
    form = small_retriever.analyse("码头", "zh")
    assert rank_sentences(form, [], [], small_retriever) == []


@pytest.mark.parametrize(
    ("passage", "reply", "shown"),
    [
        ("harbour#1", "ru", "ru"),
        ("library#1", "en", "zh"),
        ("library#1", "ru", "ru"),
        ("orchard#1", "ru", "zh"),
        ("harbour#1", "zh", "zh"),
    ],
)
def test_a_sentence_is_shown_in_the_reply_language_or_else_in_chinese(
    small_retriever: PassageRetriever, passage: str, reply: Language, shown: Language
) -> None:
    found: Passage = small_retriever.library.passages[passage]
    assert language_of(Evidence(found, 0, 1.0, 1.0, 1.0, None, ()), reply) == shown


def test_the_same_question_gives_the_same_evidence(small_retriever: PassageRetriever) -> None:
    assert evidence(small_retriever, "Как вырос порт?", "ru") == evidence(small_retriever, "Как вырос порт?", "ru")
