"""Sentences are aligned in order and cover both sides, quotes are slices, and what is written to nodes is read back."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import Corpus, read_corpus
from assistant.language import sentences
from assistant.names import NameTable
from assistant.passages import (
    PASSAGE_MAX_TOKENS,
    align,
    index_terms,
    library_of,
    node_text,
    nodes_of,
    passages_of,
    supporting_sentences,
)
from assistant.records import AnticipatedQuestion, Article, Block, Language, Translation, Wording
from assistant.tokens import count_tokens

NO_NAMES = NameTable((), countries=False)
SENTENCE = {
    "zh": st.text(alphabet="青岛科创中心签约项目12３“”，ё🙂", min_size=1, max_size=15).map(lambda text: text + "。"),
    "ru": st.text(alphabet="абвё 12", min_size=1, max_size=15).map(lambda text: f"Н{text}."),
}


def article_of(
    *blocks: str, questions: tuple[AnticipatedQuestion, ...] = (), **translations: tuple[str, ...]
) -> Article:
    """An article `a` with these Chinese blocks and translations."""
    return Article(
        id="a", title="题目", subtitle="", kicker="", source="晚报", author="陈默", date="2026-05-12", url="",
        blocks=tuple(Block(number, "paragraph", text) for number, text in enumerate(blocks, start=1)),
        translations={
            language: Translation(language, f"T-{language}", "", "", texts, "", language == "ru")  # type: ignore[arg-type, misc]
            for language, texts in translations.items()
        },
        questions=questions, gaps=(), digest="d",
    )  # fmt: skip


# --- alignment -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "beads"),
    [
        (["一。"], ["Раз."], [((0, 1), (0, 1))]),
        (["一。"], ["Раз.", "Два."], [((0, 1), (0, 2))]),
        (["一。", "二。"], ["Раз."], [((0, 2), (0, 1))]),
        (
            ["码头全长1200米。", "总投资8亿元。"],
            ["Длина — 1200 метров.", "Вложено 800 млн."],
            [((0, 1), (0, 1)), ((1, 2), (1, 2))],
        ),
        (
            ["短。", "这一句比前一句长得多，因为它说了很多很多事情，一件接着一件。", "短。"],
            [
                "Да.",
                "Это предложение гораздо длиннее первого,",
                "потому что в нём говорится об очень многом, об одном за другим.",
                "Да.",
            ],
            [((0, 1), (0, 1)), ((1, 2), (1, 3)), ((2, 3), (3, 4))],
        ),
        (["一。", "二。"], [f"{n}." for n in range(20)], [((0, 2), (0, 20))]),
    ],
)
def test_sentences_that_render_each_other_are_paired(
    source: list[str], target: list[str], beads: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    assert [((s.start, s.stop), (t.start, t.stop)) for s, t in align(source, target)] == beads


def test_shared_numbers_decide_which_of_two_sentences_takes_the_third() -> None:
    source = ["一九一九项1919。", "二〇二六项2026。"]
    assert align(source, ["1919.", "2026 one.", "2026 two."])[0] == (range(1), range(1))
    assert align(source, ["1919 one.", "1919 two.", "2026."])[0] == (range(1), range(2))


@given(st.lists(SENTENCE["zh"], min_size=1, max_size=9), st.lists(SENTENCE["ru"], min_size=1, max_size=9))
def test_beads_cover_both_sides_in_order(source: list[str], target: list[str]) -> None:
    beads = align(source, target)
    assert [i for left, _ in beads for i in left] == list(range(len(source)))
    assert [j for _, right in beads for j in right] == list(range(len(target)))
    assert all(left and right for left, right in beads)


# --- passages --------------------------------------------------------------------------------------------------------


@given(
    st.lists(SENTENCE["zh"], min_size=1, max_size=8),
    st.lists(SENTENCE["ru"], min_size=1, max_size=8),
    st.lists(SENTENCE["ru"], max_size=8),
)
def test_sentences_are_slices_that_cover_the_block_and_renderings_cover_the_translation(
    source: list[str], russian: list[str], english: list[str]
) -> None:
    block, ru, en = "".join(source), " ".join(russian), " ".join(english)
    (passage,) = passages_of(article_of(block, ru=(ru,), en=(en,)))
    assert (passage.start, passage.end, passage.text) == (0, len(block), block)
    position = 0
    for sentence in passage.sentences:
        assert block[sentence.start : sentence.end] == sentence.text
        assert not block[position : sentence.start].strip()
        position = sentence.end
    assert not block[position:].strip()
    assert (passage.rendering("ru") or "").split() == ru.split()
    assert (passage.rendering("en") or "").split() == en.split()


def test_a_sentence_that_one_translation_joins_stays_joined_in_all() -> None:
    (passage,) = passages_of(
        article_of(
            "码头启用。全长1200米。",
            ru=("Причал открыт, его длина 1200 метров.",),
            en=("The pier opened. It is 1200 m long.",),
        )
    )
    assert [s.text for s in passage.sentences] == ["码头启用。全长1200米。"]
    assert passage.sentences[0].renderings == {
        "ru": "Причал открыт, его длина 1200 метров.",
        "en": "The pier opened. It is 1200 m long.",
    }


def test_a_passage_carries_what_its_citation_needs(small_corpus: Path) -> None:
    first = passages_of(read_corpus(small_corpus).articles[0])[0]
    assert (first.id, first.article_id, first.paragraph, first.kind) == ("harbour#1", "harbour", 1, "paragraph")
    assert (first.title, first.source, first.author, first.date) == (
        "海湾港新码头启用",
        "海湾晚报",
        "陈默",
        "2026-05-12",
    )
    assert first.titles == {"ru": "В порту Хайвань открыт новый причал", "en": "New pier opens at Haiwan Port"}
    assert first.machine == ("en",)
    assert (
        first.rendering("ru")
        == "10 мая в порту Хайвань официально открыт третий причал. Его длина — 1200 метров, вложено 800 млн юаней."
    )


def test_headings_and_captions_are_passages_too(small_corpus: Path) -> None:
    harbour = read_corpus(small_corpus).articles[0]
    assert [(p.paragraph, p.kind) for p in passages_of(harbour)] == [
        (1, "paragraph"),
        (2, "heading"),
        (3, "paragraph"),
        (4, "caption"),
    ]


def test_without_a_translation_there_is_no_rendering() -> None:
    (passage,) = passages_of(article_of("一。二。"))
    assert (passage.rendering("zh"), passage.rendering("ru"), passage.rendering("en")) == ("一。二。", None, None)


def test_a_long_block_is_split_at_sentence_ends_and_the_parts_cover_it() -> None:
    block = "".join(f"第{n}项成果由青岛的高校与上合组织国家的研究机构共同完成。" for n in range(120))
    parts = passages_of(article_of(block))
    assert len(parts) > 1
    assert [part.id for part in parts] == [f"a#1.{n}" for n in range(1, len(parts) + 1)]
    assert "".join(part.text for part in parts) == block
    assert all(count_tokens(part.text) <= PASSAGE_MAX_TOKENS + 60 for part in parts)
    assert all(part.text.endswith("。") and part.block_text == block for part in parts)


def test_one_endless_sentence_stays_whole() -> None:
    block = "青" * 5000
    (passage,) = passages_of(article_of(block))
    assert passage.text == block


def test_every_sentence_of_the_shipped_corpus_is_a_slice_with_both_renderings(shipped_corpus: Corpus) -> None:
    for article in shipped_corpus.articles:
        for passage in passages_of(article):
            for sentence in passage.sentences:
                assert passage.block_text[sentence.start : sentence.end] == sentence.text
                assert set(sentence.renderings) == {"ru", "en"}, (passage.id, sentence.text)


# --- support ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "wanted", "numbers"),
    [
        ([{"a", "b"}, {"c"}], {"a", "b"}, [0]),
        ([{"x1"}, {"x1", "28"}], {"28", "x1"}, [1]),
        ([{"ab", "cd"}, {"ef", "gh"}, {"zz"}], {"ab", "cd", "ef", "gh"}, [0, 1]),
        ([{"§g:a"}, {"ab", "cd"}], {"§g:a", "ab"}, [0, 1]),
        ([{"a1"}, {"b1"}, {"c1"}, {"d1"}], {"a1", "b1", "c1", "d1"}, [0, 1, 2]),
    ],
)
def test_an_answer_rests_on_the_fewest_sentences_that_hold_it(
    held: list[set[str]], wanted: set[str], numbers: list[int]
) -> None:
    assert supporting_sentences([frozenset(terms) for terms in held], frozenset(wanted))[1] == numbers


def test_an_answer_that_shares_nothing_rests_on_one_sentence() -> None:
    assert supporting_sentences([frozenset("a"), frozenset("b"), frozenset("c")], frozenset({"zz"})) == (0, [0])


# --- nodes -----------------------------------------------------------------------------------------------------------

QUESTION = AnticipatedQuestion(
    1,
    {"zh": Wording("全长多少？", "全长1200米。"), "ru": Wording("Какова длина?", "1200 метров.")},
    (("b", 2), ("a", 2)),
)


def test_every_view_is_a_node_with_a_stable_id() -> None:
    article = article_of("全长1200米。", "第二段。", ru=("Длина 1200 метров.", "Второй."), questions=(QUESTION,))
    ids = [node.node_id for node in nodes_of(article, NO_NAMES)]
    assert ids[:5] == ["a", "a#1/zh", "a#1/ru", "a#2/zh", "a#2/ru"]
    question_ids = ids[5:]
    assert [node_id.rsplit("/", 1)[1] for node_id in question_ids] == ["zh", "ru"]
    assert {node_id.rsplit("/", 1)[0] for node_id in question_ids} == {question_ids[0].rsplit("/", 1)[0]}
    assert question_ids[0].startswith("a/q/")
    assert ids == [node.node_id for node in nodes_of(article, NO_NAMES)]


def test_metadata_never_enters_the_text_that_is_embedded() -> None:
    node = nodes_of(article_of("全长1200米。"), NO_NAMES)[1]
    assert node_text(node) == "全长1200米。"
    assert set(node.metadata) == {"view", "digest"}


def test_the_same_question_twice_is_one() -> None:
    article = article_of("全长1200米。", "第二段。", questions=(QUESTION, QUESTION))
    ids = [node.node_id for node in nodes_of(article, NO_NAMES)]
    assert len(ids) == len(set(ids)) == 1 + 2 + 2


def test_what_is_written_is_read_back(small_corpus: Path) -> None:
    corpus = read_corpus(small_corpus)
    names = NameTable(corpus.glossary)
    records = [(node.node_id, node.metadata) for article in corpus.articles for node in nodes_of(article, names)]
    library = library_of(records)
    assert list(library.passages.values()) == [p for article in corpus.articles for p in passages_of(article)]
    assert {a.wordings["en"].question for a in library.answers.values()} == {
        "When did the third pier open?",
        "What is the length of the pier?",
        "Who is the director of the port?",
        "By how much did freight with Kazakhstan grow?",
    }
    by_question = {a.wordings["zh"].question: a for a in library.answers.values()}
    assert by_question["码头有多长？"].passages == ("harbour#1",)
    assert by_question["码头有多长？"].support == {"harbour#1": (1,)}
    assert by_question["港口主任是谁？"].support == {"harbour#3": (1,)}
    terms = library.sentence_terms["harbour#3", 0, "ru"]
    assert terms == frozenset(
        index_terms("В прошлом году перевозки между портом Хайвань и Казахстаном выросли на 15%.", names)
    )
    assert library_of(reversed(records)).passages.keys() == library.passages.keys()


def test_a_known_gap_is_read_back_and_is_no_answer() -> None:
    article = dataclasses.replace(
        article_of("一。"), gaps=({"zh": ("多少人受伤？",), "ru": ("Сколько раненых?", "Сколько человек ранено?")},)
    )
    library = library_of((n.node_id, n.metadata) for n in nodes_of(article, NO_NAMES))
    assert list(library.gaps.values()) == list(article.gaps)
    assert library.answers == {}


def test_a_question_may_rest_on_another_article() -> None:
    article = article_of("全长1200米。", "第二段。", questions=(QUESTION,))
    other = dataclasses.replace(article_of("一。", "另一篇。"), id="b")
    library = library_of((n.node_id, n.metadata) for a in (article, other) for n in nodes_of(a, NO_NAMES))
    (prepared,) = library.answers.values()
    assert prepared.passages == ("a#1", "a#2", "b#2")
    alone = library_of((n.node_id, n.metadata) for n in nodes_of(article, NO_NAMES))
    assert next(iter(alone.answers.values())).passages == ("a#1", "a#2")


def test_a_reader_between_the_steps_of_an_update_sees_the_new_version_only() -> None:
    old, new = article_of("旧的第一段。", "旧的第二段。"), article_of("新的第一段。")
    stale = {node.node_id: node.metadata for node in nodes_of(old, NO_NAMES)}
    mixed = {**stale, **{node.node_id: node.metadata for node in nodes_of(new, NO_NAMES)}}
    assert "a#2/zh" in mixed
    library = library_of(mixed.items())
    assert [passage.text for passage in library.passages.values()] == ["新的第一段。"]
    assert set(library.views) == {"a#1/zh"}


def test_a_record_that_its_article_does_not_name_is_not_read() -> None:
    records = {node.node_id: node.metadata for node in nodes_of(article_of("一。"), NO_NAMES)}
    head = json.loads(records["a"]["view"])
    assert set(json.loads(head["payload"])["members"]) == {"a#1/zh"}
    assert library_of([(key, value) for key, value in records.items() if key != "a"]).passages == {}
    assert library_of([]).views == {}


@pytest.mark.parametrize("language", ["zh", "ru", "en"])
def test_a_name_gives_the_same_term_in_every_language(small_corpus: Path, language: Language) -> None:
    names = NameTable(read_corpus(small_corpus).glossary)
    text = {"zh": "与哈萨克斯坦", "ru": "с Казахстаном", "en": "with Kazakhstan"}[language]
    assert "§c:KZ" in index_terms(text, names)


@pytest.mark.parametrize("text", ["", "🙂", "\ufeff", "青" * 20_000, "ё" * 20_000, "a. " * 5_000])
def test_hostile_blocks_become_passages(text: str) -> None:
    library = library_of((n.node_id, n.metadata) for n in nodes_of(article_of(text or "。"), NO_NAMES))
    assert "".join(p.text for p in library.passages.values()) == (text or "。")


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_offsets_are_code_points_of_the_block_whatever_it_holds(text: str) -> None:
    for passage in passages_of(article_of(text)):
        for sentence, (start, end) in zip(passage.sentences, sentences(text, "zh"), strict=True):
            assert (sentence.start, sentence.end) == (start, end)
            assert text[start:end] == sentence.text
