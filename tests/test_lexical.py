"""BM25 with the arithmetic written out: scores are shares of what the query could reach."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lexical import K1, B, Hit, LexicalIndex

DOCUMENTS = [("one", ["a", "a", "b"]), ("two", ["b", "c", "d", "e"]), ("three", ["c"])]


def idf(total: int, found: int) -> float:
    return math.log(1 + (total - found + 0.5) / (found + 0.5))


def weight(frequency: int, length: int, mean: float) -> float:
    return frequency / (frequency + K1 * (1 - B + B * length / mean))


def test_idf_is_that_of_lucene() -> None:
    index = LexicalIndex(DOCUMENTS)
    assert index.idf("a") == pytest.approx(idf(3, 1))
    assert index.idf("b") == pytest.approx(idf(3, 2))
    assert index.idf("unknown") == pytest.approx(idf(3, 0))


def test_a_score_is_the_share_of_the_attainable_sum() -> None:
    hits = LexicalIndex(DOCUMENTS).rank(["a", "b"], 10)
    mean = (3 + 4 + 1) / 3
    attainable = idf(3, 1) + idf(3, 2)
    one = (idf(3, 1) * weight(2, 3, mean) + idf(3, 2) * weight(1, 3, mean)) / attainable
    two = idf(3, 2) * weight(1, 4, mean) / attainable
    assert [hit.target for hit in hits] == ["one", "two"]
    assert [hit.score for hit in hits] == pytest.approx([one, two], rel=1e-5)


def test_an_unknown_word_lowers_the_share() -> None:
    index = LexicalIndex(DOCUMENTS)
    known, unknown = index.rank(["a"], 1)[0].score, index.rank(["a", "zzz"], 1)[0].score
    assert unknown == pytest.approx(known * idf(3, 1) / (idf(3, 1) + idf(3, 0)), rel=1e-5)


def test_a_word_said_twice_counts_once() -> None:
    index = LexicalIndex(DOCUMENTS)
    assert index.rank(["a", "b", "a"], 10) == index.rank(["a", "b"], 10)


def test_documents_without_a_word_of_the_query_are_no_hits() -> None:
    assert [hit.target for hit in LexicalIndex(DOCUMENTS).rank(["c"], 10)] == ["three", "two"]


def test_ties_keep_the_order_of_the_store() -> None:
    index = LexicalIndex([("x", ["a"]), ("y", ["a"]), ("z", ["b", "c"])])
    assert [hit.target for hit in index.rank(["a"], 10)] == ["x", "y"]


def test_only_the_best_are_given() -> None:
    index = LexicalIndex([(f"d{n}", ["a"] * (n + 1) + ["b"] * (20 - n)) for n in range(20)])
    assert [hit.target for hit in index.rank(["a"], 3)] == [hit.target for hit in index.rank(["a"], 20)][:3]


def test_a_target_may_occur_more_than_once() -> None:
    assert [hit.target for hit in LexicalIndex([("p", ["a"]), ("p", ["a", "b"])]).rank(["a"], 5)] == ["p", "p"]


@pytest.mark.parametrize("documents", [[], [("one", [])], [("one", []), ("two", [])]])
def test_an_index_without_words_finds_nothing(documents: list[tuple[str, list[str]]]) -> None:
    index = LexicalIndex(documents)
    assert index.rank(["a"], 5) == []
    assert "a" not in index
    assert len(index) == len(documents)
    assert LexicalIndex([]).middling_idf() == 1.0


def test_an_empty_query_finds_nothing() -> None:
    assert LexicalIndex(DOCUMENTS).rank([], 5) == []
    assert LexicalIndex(DOCUMENTS).rank(["zzz"], 5) == []


def test_the_empty_term_is_unknown() -> None:
    assert LexicalIndex(DOCUMENTS).rank([""], 5) == []


def test_chinese_russian_and_english_terms_live_side_by_side() -> None:
    index = LexicalIndex([("zh", ["签", "约", "签约"]), ("ru", ["подписать", "проект"]), ("en", ["sign", "project"])])
    for term, target in (("签约", "zh"), ("проект", "ru"), ("sign", "en")):
        assert term in index
        assert [hit.target for hit in index.rank([term], 5)] == [target]


def test_middling_idf_is_that_of_a_word_in_a_tenth_of_the_documents() -> None:
    index = LexicalIndex([(str(n), ["rare"] if n == 0 else ["common"]) for n in range(10)])
    assert index.middling_idf() == pytest.approx(index.idf("rare"))


@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=6), max_size=8),
    st.lists(st.sampled_from("abcdez"), max_size=5),
    st.integers(1, 10),
)
def test_scores_are_shares_best_first(documents: list[list[str]], query: list[str], top_k: int) -> None:
    hits = LexicalIndex([(str(n), terms) for n, terms in enumerate(documents)]).rank(query, top_k)
    matching = sum(bool(set(query) & set(terms)) for terms in documents)
    assert len(hits) == min(top_k, matching)
    assert all(isinstance(hit, Hit) and 0 < hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
