"""Passages are found in the question's own language, over every view, with scores that are shares."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import ROOT, retriever_of
from llama_index.core.schema import QueryBundle

from assistant.api import Assistant
from assistant.articles import Corpus, read_corpus
from assistant.embeddings import OfflineEmbedding
from assistant.names import NameTable
from assistant.passages import library_of
from assistant.records import Language
from assistant.retrieval import Parts, PassageRetriever, as_node


def found(retriever: PassageRetriever, question: str, language: Language) -> list[str]:
    return [item.passage.id for item in retriever.retrieve_form(retriever.analyse(question, language)).passages]


@pytest.fixture(scope="module")
def corpus(small_corpus: Path) -> Corpus:
    return read_corpus(small_corpus)


@pytest.mark.parametrize(
    ("question", "language", "passage"),
    [
        ("三号码头什么时候启用？", "zh", "harbour#1"),
        ("三號碼頭什麼時候啟用？", "zh", "harbour#1"),
        ("苹果种植面积", "zh", "orchard#1"),
        ("На сколько выросли перевозки с Казахстаном?", "ru", "harbour#3"),
        ("детский читальный зал", "ru", "library#2"),
        ("Port director Lin Feng", "en", "harbour#3"),
        ("６０ trains", "en", "harbour#3"),
        ("Lin Feng 林峰 Линь Фэн", "en", "harbour#3"),
        ("Mongolia", "en", "orchard#2"),
        ("Шаньчэн", "ru", "library#1"),
    ],
)
def test_the_passage_that_says_it_comes_first(
    small_retriever: PassageRetriever, question: str, language: Language, passage: str
) -> None:
    assert found(small_retriever, question, language)[0] == passage


def test_a_name_finds_a_passage_that_nobody_has_translated(small_retriever: PassageRetriever) -> None:
    assert found(small_retriever, "Что продают в Монголию?", "ru")[0] == "orchard#2"


@pytest.mark.parametrize(
    "question", ["三号码头", "Казахстан", "the port", "", "🙂", "\ufeff", "zzz qqq", "青" * 2000, "a " * 1000]
)
def test_scores_are_shares_best_first_with_ranks_from_one(small_retriever: PassageRetriever, question: str) -> None:
    for language in ("zh", "ru", "en"):
        passages = small_retriever.retrieve_form(small_retriever.analyse(question, language)).passages  # type: ignore[arg-type]
        scores = [item.score for item in passages]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert [item.rank for item in passages] == list(range(1, len(passages) + 1))
        assert len({item.passage.id for item in passages}) == len(passages) <= 10


def test_top_k_is_the_most_that_is_given(corpus: Corpus) -> None:
    assert len(found(retriever_of(corpus, top_k=2), "三号码头", "zh")) == 2


def test_anticipated_questions_are_found_in_the_language_of_the_question(small_retriever: PassageRetriever) -> None:
    questions = small_retriever.retrieve_form(small_retriever.analyse("Кто директор порта?", "ru")).questions
    assert questions[0].prepared.wordings["ru"].question == "Кто директор порта?"
    assert {question.language for question in questions} == {"ru"}
    assert [question.score for question in questions] == sorted((q.score for q in questions), reverse=True)


# --- parts -----------------------------------------------------------------------------------------------------------


def test_without_questions_none_are_found(corpus: Corpus) -> None:
    retriever = retriever_of(corpus, Parts(questions=False))
    assert retriever.retrieve_form(retriever.analyse("码头有多长？", "zh")).questions == ()
    assert found(retriever, "码头有多长？", "zh")[0] == "harbour#1"


def test_without_translations_a_name_still_finds_the_chinese(corpus: Corpus) -> None:
    retriever = retriever_of(corpus, Parts(translations=False, questions=False))
    assert found(retriever, "Казахстан", "ru")[0] == "harbour#3"
    passage = retriever.library.passages["harbour#1"]
    assert retriever.view_language(passage, "ru") == "zh"


@pytest.mark.parametrize("parts", [Parts(dense=False), Parts(lexical=False), Parts(questions=False, dense=False)])
def test_each_leg_alone_finds_the_passage(corpus: Corpus, parts: Parts) -> None:
    retriever = retriever_of(corpus, parts)
    assert found(retriever, "港口主任林峰说，码头每天可以装卸60列火车", "zh")[0] == "harbour#3"
    assert found(retriever, "детский читальный зал", "ru")[0] == "library#2"


def test_without_any_leg_nothing_is_found(corpus: Corpus) -> None:
    assert found(retriever_of(corpus, Parts(False, False, False, False)), "码头", "zh") == []


def test_an_empty_library_finds_nothing() -> None:
    empty = PassageRetriever(library_of([]), lambda *_: [], OfflineEmbedding(), NameTable(()))
    assert found(empty, "码头有多长？", "zh") == []
    assert found(empty, "Сколько?", "ru") == []


# --- typing errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "language", "mended"),
    [
        ("Какова длина причлаа?", "ru", "Какова длина причала?"),
        ("What is the lenght of the pier?", "en", "What is the length of the pier?"),
        ("Frieght with Kazakhstan", "en", "freight with Kazakhstan"),
        ("Какова длина причала?", "ru", "Какова длина причала?"),
        ("What is the weather?", "en", "What is the weather?"),
        ("Перевозки с Казахстаном", "ru", "Перевозки с Казахстаном"),
        ("Iran Iraq", "en", "Iran Iraq"),
        ("码头有多长", "zh", "码头有多长"),
        ("", "en", ""),
    ],
)
def test_a_misspelled_word_is_mended_and_a_known_one_is_left(
    small_retriever: PassageRetriever, question: str, language: Language, mended: str
) -> None:
    assert small_retriever.mend(question, language) == mended


# --- what the corpus is about ----------------------------------------------------------------------------------------


def test_what_a_fifth_of_the_passages_name_is_background(small_retriever: PassageRetriever) -> None:
    assert small_retriever.is_background("g:海湾港")
    assert not small_retriever.is_background("c:MN")
    assert not small_retriever.is_background("g:山城图书馆")


def test_a_rare_word_weighs_more_than_a_common_one(small_retriever: PassageRetriever) -> None:
    assert small_retriever.weight("苹果", "zh") > small_retriever.weight("码头", "zh")
    assert small_retriever.unit_weight(("неведомо",), "ru") > 0


# --- as a LlamaIndex retriever ---------------------------------------------------------------------------------------


def test_it_is_a_llama_index_retriever(small_retriever: PassageRetriever) -> None:
    nodes = small_retriever.retrieve(QueryBundle("Когда открыли третий причал?"))
    assert nodes[0].node.node_id == "harbour#1"
    assert nodes[0].node.metadata["paragraph"] == 1
    assert nodes[0].score is not None
    assert small_retriever.retrieve("как дела 🙂") is not None


def test_a_node_of_a_passage_is_the_chinese_slice(small_retriever: PassageRetriever) -> None:
    passage = small_retriever.library.passages["harbour#3"]
    node = as_node(passage)
    assert node.text == passage.block_text[passage.start : passage.end]
    assert (node.start_char_idx, node.end_char_idx) == (passage.start, passage.end)


def test_over_the_store_is_found_what_is_found_in_memory(
    small_assistant: Assistant, small_retriever: PassageRetriever
) -> None:
    for question, language in (
        ("三号码头什么时候启用？", "zh"),
        ("детский читальный зал", "ru"),
        ("Port director", "en"),
    ):
        stored = found(small_assistant.retriever, question, language)  # type: ignore[arg-type]
        assert stored[0] == found(small_retriever, question, language)[0]  # type: ignore[arg-type]
    assert small_assistant.retriever.library.passages == small_retriever.library.passages
    assert small_assistant.retriever.library.answers == small_retriever.library.answers


def test_an_assistant_on_an_own_corpus_is_independent_of_another(
    corpus_of: Callable[..., Path], assistant_on: Callable[..., Assistant]
) -> None:
    folder = corpus_of({"a/zh.md": "---\nid: a\ntitle: 题目\n---\n\n灯塔高90米。"})
    answer = assistant_on(folder).ask("灯塔高多少米？")
    assert (answer.text, answer.refused) == ("灯塔高90米。[1]", False)


# --- the same for everyone -------------------------------------------------------------------------------------------


def test_threads_that_share_a_retriever_get_what_one_gets(small_retriever: PassageRetriever) -> None:
    asked: list[tuple[str, Language]] = [
        ("码头有多长？", "zh"),
        ("Кто директор порта?", "ru"),
        ("How many trains?", "en"),
    ] * 8
    alone = [found(small_retriever, *question) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: found(small_retriever, *question), asked)) == alone


def test_the_order_does_not_depend_on_the_hash_seed(small_corpus: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path; sys.path.insert(0, 'tests'); from conftest import retriever_of;"
        "from assistant.articles import read_corpus; r = retriever_of(read_corpus(Path(sys.argv[1])));"
        "ask = lambda q, l: r.retrieve_form(r.analyse(q, l));"
        "out = [ask('码头火车苹果', 'zh'), ask('порт и Казахстан', 'ru'), ask('port trains', 'en')];"
        "print(json.dumps([[[p.passage.id, p.score] for p in o.passages] + [[q.prepared.id, q.score] for q in o.questions] for o in out]))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(small_corpus)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(ROOT)},
        )
        for seed in ("0", "1")
    ]  # fmt: skip
    outputs = []
    for process in running:
        printed, errors = process.communicate()
        assert process.returncode == 0, errors
        outputs.append(json.loads(printed))
    assert outputs[0][0]
    assert outputs[0] == outputs[1]
