"""The corpus that ships is exact: translations and prepared answers say no number and no name that the Chinese does not."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from assistant.articles import Corpus
from assistant.language import is_in, sentences
from assistant.matching import same_value
from assistant.names import NameTable
from assistant.quantities import Quantity, find_quantities, supports, unsupported
from assistant.records import LANGUAGES, AnticipatedQuestion, Article, Language, Wording
from eval.leak import similarity

IDS = ("agri-alliance", "conference", "hundred-lists", "network")
TRANSLATED: tuple[Language, ...] = ("ru", "en")
CHECKED_KINDS = frozenset({"person", "country", "place", "project", "programme"})  # what an answer must not make up
MISREAD = frozenset(
    {"c:ML"}
)  # малой (задержкой) read as Mali: a fault of the names, which tests/test_names.py marks, not of the corpus


def shown(quantity: Quantity) -> str:
    return f"{quantity.text!r} ({quantity.kind} {quantity.low} {quantity.bound})"


def published(article: Article) -> datetime.date:
    return datetime.date.fromisoformat(article.date)


@pytest.fixture(scope="module")
def articles(shipped_corpus: Corpus) -> dict[str, Article]:
    return {article.id: article for article in shipped_corpus.articles}


def wordings(article: Article) -> Iterator[tuple[AnticipatedQuestion, Language, Wording]]:
    for question in article.questions:
        for language, wording in question.wordings.items():
            yield question, language, wording


def places(article: Article, question: AnticipatedQuestion) -> list[tuple[str, int]]:
    """(article id, paragraph) of each block that an answer rests on."""
    return [(article.id, question.paragraph), *question.also]


def test_the_corpus_has_no_problem(shipped_corpus: Corpus) -> None:
    assert [str(problem) for problem in shipped_corpus.problems] == []
    assert shipped_corpus.broken == ()
    assert tuple(article.id for article in shipped_corpus.articles) == IDS


@pytest.mark.parametrize(("article_id", "blocks", "headings", "captions"), [("agri-alliance", 4, 0, 0), ("conference", 22, 2, 1), ("hundred-lists", 5, 0, 1), ("network", 24, 2, 1)])  # fmt: skip
def test_an_article_has_its_blocks(
    articles: dict[str, Article], article_id: str, blocks: int, headings: int, captions: int
) -> None:
    kinds = [block.kind for block in articles[article_id].blocks]
    assert (len(kinds), kinds.count("heading"), kinds.count("caption")) == (blocks, headings, captions)


@pytest.mark.parametrize("article_id", IDS)
def test_an_article_has_all_that_a_citation_shows(articles: dict[str, Article], article_id: str) -> None:
    article = articles[article_id]
    assert (article.source, article.date) == ("青岛日报/观海新闻", "2026-06-30")
    assert article.title
    assert article.author
    assert set(article.translations) == set(TRANSLATED)
    assert all(translation.title and translation.translator for translation in article.translations.values())


# --- translations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("article_id", IDS)
def test_every_number_of_a_translation_is_in_the_chinese_block(
    articles: dict[str, Article], article_id: str, language: Language
) -> None:
    article = articles[article_id]
    pairs = [
        (block.text, article.translations[language].blocks[block.paragraph - 1], block.paragraph)
        for block in article.blocks
    ]
    pairs.append((article.title, article.translations[language].title, 0))
    wrong = [
        f"paragraph {paragraph}: {shown(quantity)}"
        for chinese, translation, paragraph in pairs
        for quantity in unsupported(
            find_quantities(translation, language), find_quantities(chinese, "zh"), published=published(article)
        )
    ]
    assert wrong == []


# (article, paragraph, language, Chinese quantity): said in other words, read and found right
SAID_OTHERWISE = {("network", 17, "ru", "三")}  # 三级联动机制: «трёхуровневый», an adjective


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("article_id", IDS)
def test_every_number_of_the_chinese_block_is_in_its_translation(
    articles: dict[str, Article], article_id: str, language: Language
) -> None:
    article = articles[article_id]
    lost = {
        (article_id, block.paragraph, language, quantity.text)
        for block in article.blocks
        for quantity in unsupported(
            find_quantities(block.text, "zh"),
            find_quantities(article.translations[language].blocks[block.paragraph - 1], language),
            published=published(article),
        )
    }
    assert lost - SAID_OTHERWISE == set()


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("article_id", IDS)
def test_a_translated_block_has_as_many_sentences_and_is_in_its_language(
    articles: dict[str, Article], article_id: str, language: Language
) -> None:
    article = articles[article_id]
    for block, text in zip(article.blocks, article.translations[language].blocks, strict=True):
        assert len(sentences(text, language)) == len(sentences(block.text, "zh")), block.paragraph
        assert is_in(text, language), block.paragraph


@pytest.mark.parametrize("article_id", IDS)
def test_no_text_has_stray_characters(articles: dict[str, Article], article_id: str) -> None:
    article = articles[article_id]
    texts = [block.text for block in article.blocks]
    texts += [text for translation in article.translations.values() for text in translation.blocks]
    texts += [text for _, _, wording in wordings(article) for text in (wording.question, wording.answer)]
    assert [
        text for text in texts if text != text.strip() or set(text) & set("\ufeff\ufffd\u200b\t\n") or "  " in text
    ] == []


# --- glossary --------------------------------------------------------------------------------------------------------


def test_the_glossary_has_three_languages_and_a_kind_in_every_line(shipped_corpus: Corpus) -> None:
    assert len(shipped_corpus.glossary) >= 140
    assert [entry for entry in shipped_corpus.glossary if not (entry.zh and entry.ru and entry.en and entry.kind)] == []
    assert {entry.kind for entry in shipped_corpus.glossary} <= {
        "body",
        "document",
        "event",
        "person",
        "place",
        "programme",
        "project",
        "term",
        "unit",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_preferred_form_stands_for_two_things(shipped_corpus: Corpus, language: Language) -> None:
    preferred = [entry.forms(language)[0] for entry in shipped_corpus.glossary]
    assert sorted({form for form in preferred if preferred.count(form) > 1}) == []


# --- anticipated questions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("article_id", IDS)
def test_a_question_belongs_to_a_paragraph_and_is_asked_in_three_languages(
    articles: dict[str, Article], article_id: str
) -> None:
    for question in articles[article_id].questions:
        assert set(question.wordings) == set(LANGUAGES)
        for other, paragraph in places(articles[article_id], question):
            assert 1 <= paragraph <= len(articles[other].blocks)


NEAR_DUPLICATE = 0.95


@pytest.mark.parametrize("article_id", IDS)
def test_no_two_questions_of_a_paragraph_are_near_duplicates(articles: dict[str, Article], article_id: str) -> None:
    """Measured by the Dice coefficient of the character trigrams (bigrams in Chinese) of the folded questions: below 0.95, so that
    no two differ by punctuation or a letter only, while "Xi'an hub partner" and "Yan'an hub partner" (0.80) are two questions."""
    by_place: dict[tuple[int, Language], list[str]] = {}
    for question, language, wording in wordings(articles[article_id]):
        by_place.setdefault((question.paragraph, language), []).append(wording.question)
    near = [
        (one, other)
        for (_, language), asked in by_place.items()
        for number, one in enumerate(asked)
        for other in asked[:number]
        if similarity(one, other, language) >= NEAR_DUPLICATE
    ]
    assert near == []


# (article, paragraph, text of the quantity): counted from what the paragraph lists, or of two reports; read and found right
COUNTED = {("conference", 17, "三"), ("conference", 17, "three"), ("conference", 19, "两"), ("conference", 19, "два"), ("conference", 19, "Two"), ("conference", 7, "两"), ("conference", 21, "两"), ("conference", 1, "первая")}  # fmt: skip


@pytest.mark.parametrize("article_id", IDS)
def test_every_number_of_an_answer_is_in_its_paragraphs(articles: dict[str, Article], article_id: str) -> None:
    """Across scripts: 十亿, «миллиард» and "1 billion" are one value; a question may ask what the bare number means."""
    article = articles[article_id]
    wrong = set()
    for question, language, wording in wordings(article):
        evidence = [
            q
            for other, paragraph in places(article, question)
            for q in find_quantities(articles[other].blocks[paragraph - 1].text, "zh")
        ]
        for claim in find_quantities(wording.answer, language):
            if not any(
                supports(known, claim, published=published(article)) or same_value(known, claim) for known in evidence
            ):
                wrong.add((article_id, question.paragraph, claim.text))
    assert wrong - COUNTED == set()


@pytest.mark.parametrize("article_id", IDS)
def test_every_name_of_an_answer_is_in_its_paragraphs_or_in_the_question(
    articles: dict[str, Article], shipped_names: NameTable, article_id: str
) -> None:
    """Persons, countries, places, projects and programmes, by the glossary. A denial may repeat the name that was asked about, and
    China stands for 中国 in the title and for 全国 and 国家 of the text."""
    article = articles[article_id]
    wrong = []
    for question, language, wording in wordings(article):
        known = shipped_names.concept_ids(wording.question) | {"c:CN"}
        for other, paragraph in places(article, question):
            source = articles[other]
            known |= shipped_names.concept_ids(source.blocks[paragraph - 1].text) | shipped_names.concept_ids(
                source.title
            )
            for translation in source.translations.values():
                known |= shipped_names.concept_ids(translation.blocks[paragraph - 1])
        made_up = {
            mention.concept.id
            for mention in shipped_names.mentions(wording.answer)
            if mention.concept.kind in CHECKED_KINDS and mention.concept.id not in known | MISREAD
        }
        if made_up:
            wrong.append((question.paragraph, language, sorted(made_up), wording.answer))
    assert wrong == []


@pytest.mark.parametrize("article_id", IDS)
def test_an_answer_is_in_its_language(articles: dict[str, Article], article_id: str) -> None:
    wrong = [
        wording.answer for _, language, wording in wordings(articles[article_id]) if not is_in(wording.answer, language)
    ]
    assert wrong == []


def test_a_known_gap_is_asked_in_three_languages_and_is_no_anticipated_question(shipped_corpus: Corpus) -> None:
    asked = {wording.question for article in shipped_corpus.articles for _, _, wording in wordings(article)}
    for article in shipped_corpus.articles:
        for gap in article.gaps:
            assert set(gap) == set(LANGUAGES)
            assert not {question for questions in gap.values() for question in questions} & asked
