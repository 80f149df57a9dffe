"""The offline answerer says prepared answers or sentences as they stand, each statement with its source."""

from __future__ import annotations

import pytest
from conftest import task_of

from assistant.citations import Draft, resolve
from assistant.extractive import ExtractiveAnswerer, Task, choose, composed_draft
from assistant.records import LANGUAGES, Language
from assistant.retrieval import PassageRetriever

LENGTH = {"zh": "码头有多长？", "ru": "Какова длина причала?", "en": "What is the length of the pier?"}
ANSWER = {
    "zh": "码头全长1200米。[1]",
    "ru": "Длина причала — 1200 метров. [1]",
    "en": "The pier is 1,200 metres long. [1]",
}


@pytest.mark.parametrize("asked", LANGUAGES)
@pytest.mark.parametrize("reply", LANGUAGES)
def test_a_prepared_answer_is_given_in_every_pair_of_languages(
    small_retriever: PassageRetriever, asked: Language, reply: Language
) -> None:
    draft = ExtractiveAnswerer().draft(task_of(small_retriever, LENGTH[asked], asked, reply))
    text, cited = resolve(draft, reply)
    assert text == ANSWER[reply]
    assert [(item.article_id, item.paragraph, item.quote) for item in cited] == [
        ("harbour", 1, "码头全长1200米，总投资8亿元。")
    ]


@pytest.mark.parametrize(
    ("question", "language", "reply", "text", "quote"),
    [
        (
            "有机苹果占多少？", "zh", "zh",
            "果园合作社种植苹果300亩，其中有机苹果占四分之一。[1]", "果园合作社种植苹果300亩，其中有机苹果占四分之一。",
        ),
        (
            "How many trains can the third pier handle a day?", "en", "en",
            "Port director Lin Feng said that the pier can handle 60 trains a day. [1]", "港口主任林峰说，码头每天可以装卸60列火车。",
        ),
        (
            "How many trains can the third pier handle a day?", "en", "ru",
            "По словам директора порта Линь Фэна, причал может обрабатывать 60 поездов в день. [1]", "港口主任林峰说，码头每天可以装卸60列火车。",
        ),
        (
            "Сколько книг в библиотеке Шаньчэн?", "ru", "zh",
            "山城图书馆9月1日开放，藏书40万册，免费办理借书证。[1]", "山城图书馆9月1日开放，藏书40万册，免费办理借书证。",
        ),
    ],
)  # fmt: skip
def test_without_a_prepared_answer_the_sentence_is_quoted_in_the_reply_language(
    small_retriever: PassageRetriever, question: str, language: Language, reply: Language, text: str, quote: str
) -> None:
    found, cited = resolve(ExtractiveAnswerer().draft(task_of(small_retriever, question, language, reply)), reply)
    assert found == text
    assert [item.quote for item in cited] == [quote]


@pytest.mark.parametrize("reply", ["ru", "en"])
def test_where_there_is_no_translation_the_chinese_is_shown_and_said_to_be(
    small_retriever: PassageRetriever, reply: Language
) -> None:
    draft = ExtractiveAnswerer().draft(task_of(small_retriever, "有机苹果占多少？", "zh", reply))
    text, cited = resolve(draft, reply)
    assert "果园合作社种植苹果300亩，其中有机苹果占四分之一。" in text
    assert "[1]" in text
    assert cited[0].translation is None


@pytest.mark.parametrize(
    ("question", "language", "reply"),
    [
        (LENGTH["zh"], "zh", "zh"),
        (LENGTH["ru"], "ru", "ru"),
        (LENGTH["en"], "en", "en"),
        ("有机苹果占多少？", "zh", "ru"),
    ],
)
def test_the_pieces_of_a_stream_are_the_text_and_then_comes_one_draft(
    small_retriever: PassageRetriever, question: str, language: Language, reply: Language
) -> None:
    *pieces, last = ExtractiveAnswerer().write(task_of(small_retriever, question, language, reply))
    assert isinstance(last, Draft)
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == last.text
    assert len(pieces) > 1


def test_a_heading_is_said_as_a_sentence(small_retriever: PassageRetriever) -> None:
    task = task_of(small_retriever, "货运量明显增长", "zh", "zh")
    heading = next(item for item in task.evidence if item.passage.id == "harbour#2")
    for reply, text in (
        ("zh", "货运量明显增长。[1]"),
        ("ru", "Объём перевозок заметно вырос. [1]"),
        ("en", "Freight grows markedly. [1]"),
    ):
        alone = Task(task.form, reply, (heading,), task.passages, None, small_retriever)  # type: ignore[arg-type]
        assert composed_draft(alone).text == text


def test_a_question_for_one_thing_gets_one_sentence(small_retriever: PassageRetriever) -> None:
    for question, language in (
        ("How many trains?", "en"),
        ("Когда открыли порт?", "ru"),
        ("谁说的？", "zh"),
        ("Открыт ли причал?", "ru"),
    ):
        task = task_of(small_retriever, question, language, language)  # type: ignore[arg-type]
        assert len(choose(task.form, task.evidence)) <= 1


def test_an_open_question_gets_at_most_three_sentences_of_one_passage_in_their_order(
    small_retriever: PassageRetriever,
) -> None:
    for question, language in (
        ("介绍一下三号码头", "zh"),
        ("Расскажите о третьем причале", "ru"),
        ("pier port freight", "en"),
    ):
        task = task_of(small_retriever, question, language, language)  # type: ignore[arg-type]
        chosen = choose(task.form, task.evidence)
        assert 1 <= len(chosen) <= 3
        assert len({item.passage.id for item in chosen}) == 1
        assert [item.number for item in chosen] == sorted({item.number for item in chosen})
        assert task.evidence[0] in chosen


def test_without_evidence_nothing_is_said(small_retriever: PassageRetriever) -> None:
    form = small_retriever.analyse("码头", "zh")
    assert choose(form, []) == []
    assert ExtractiveAnswerer().draft(Task(form, "zh", (), (), None, small_retriever)) == Draft("", ())


def test_it_is_called_extractive() -> None:
    assert ExtractiveAnswerer().name == "extractive"
