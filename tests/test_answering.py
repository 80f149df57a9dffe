"""What the one path adds to an answer: the day that it is of, a second answer where two are nearly as likely, a premise put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import decided, retriever_of

from assistant import Assistant
from assistant.answering import as_of, is_whole
from assistant.articles import read_corpus
from assistant.citations import Draft, Source, resolve
from assistant.deciding import Decision
from assistant.extractive import joined
from assistant.records import Citation, Language
from assistant.retrieval import PassageRetriever


def cited(quote: str, date: str = "2026-06-30") -> Citation:
    return Citation(1, "a", "t", "s", "w", date, 1, quote, 0, len(quote), None)


@pytest.mark.parametrize(
    ("query", "text", "quotes", "expected"),
    [
        ("有多少成员？", "现有28家。[1]", [cited("联盟现有28家机构。")], "（据2026年6月30日的报道）"),
        ("Сколько их сейчас?", "Их 28. [1]", [cited("联盟有28家机构。")], " (по состоянию на 30 июня 2026\u202fг.)"),
        ("When was it founded?", "Last September. [1]", [cited("去年9月挂牌。")], " (as of June 30, 2026)"),
        ("有多少成员？", "28家。[1]", [cited("联盟有28家机构。")], ""),  # nothing is said of a time
        ("Когда?", "4 сентября 2025 года. [1]", [cited("去年9月挂牌。")], ""),  # the answer has a date
        ("now?", "Nobody. ", [], ""),
        (
            "now?",
            "28 [1] and 9 [2]",
            [cited("28", "2026-07-02"), cited("9", "2026-06-30")],
            " (as of June 30, 2026)",
        ),  # the oldest
    ],
)
def test_an_answer_about_now_says_of_which_day_it_is(
    query: str, text: str, quotes: list[Citation], expected: str
) -> None:
    reply: Language = (
        "zh" if "（" in expected or query.endswith("？") else "ru" if "К" in query or "С" in query else "en"
    )
    assert as_of(query, text, quotes, reply) == expected


@pytest.mark.parametrize(
    ("question", "expected"), [("Сколько?", True), ("多少？", True), ("center results statistics", False), ("", False)]
)
def test_only_a_whole_question_is_offered(question: str, expected: bool) -> None:
    assert is_whole(question) is expected


def test_joined_drafts_count_their_markers_on_and_share_a_source(small_retriever: PassageRetriever) -> None:
    passage = small_retriever.library.passages["harbour#1"]
    one, two = Source(passage, 0, 0), Source(passage, 1, 1)
    both = joined([Draft("A. [1]", (one,)), Draft("B. [1][2]", (two, one))], "en")
    assert both == Draft("A. [1] B. [2][3]", (one, two, one))
    text, citations = resolve(both, "en")
    assert text == "A. [1] B. [1][2]"
    assert [citation.number for citation in citations] == [1, 2]
    assert joined([Draft("甲。[1]", (one,)), Draft("乙。[1]", (two,))], "zh").text == "甲。[1]乙。[2]"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("王强主任说码头每天可以装卸多少列火车？", None),  # a name that the glossary does not know is no premise
        ("港口主任说码头每天可以装卸90列火车，对吗？", "90"),
        ("Can the pier really handle 90 trains a day, as the director said?", "90"),
    ],
)
def test_a_wrong_number_is_put_right_with_what_the_articles_say(
    small_assistant: Assistant, question: str, words: str | None
) -> None:
    answer = small_assistant.ask(question)
    if words is None:
        assert "60" in answer.text or answer.refused
    else:
        assert words in answer.text.split("：")[0].split(":")[0]
        assert "60" in answer.text
        assert not answer.refused
        assert answer.checks.ok


def outcome(found: Decision) -> tuple[str, list[str]]:
    return found.outcome, [str(objection) for objection in found.against]


def test_an_article_with_few_questions_is_still_searched_and_one_with_many_is_trusted(
    corpus_of: Callable[..., Path],
) -> None:
    """Silence of the anticipated questions means something only where they cover an article closely."""
    few = retriever_of(read_corpus(corpus_of()))
    assert "harbour" not in few.prepared_articles
    assert decided(few, "码头总投资多少元？", "zh").outcome == "answer"
    row = '{{"paragraph": 1, "zh": {{"question": "第{0}期工程叫什么？", "answer": "三号码头。"}}}}'
    many = "\n".join(row.format(number) for number in range(1, 40))
    closely = retriever_of(read_corpus(corpus_of(changes={"harbour/questions.jsonl": many})))
    assert "harbour" in closely.prepared_articles
    assert decided(closely, "码头总投资多少元？", "zh").outcome == "refuse"
