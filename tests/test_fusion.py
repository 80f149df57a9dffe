"""Reciprocal rank fusion, with its arithmetic written out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.fusion import RRF_K, reciprocal_rank_fusion

RANKING = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


def test_scores_are_the_weighted_reciprocals_of_rank_plus_k() -> None:
    fused = reciprocal_rank_fusion([["a", "b", "c"], ["b", "d"]], [2.0, 1.0], k=60)
    assert fused == [("b", 2 / 62 + 1 / 61), ("a", 2 / 61), ("c", 2 / 63), ("d", 1 / 62)]


def test_the_constant_is_that_of_the_paper() -> None:
    assert RRF_K == 60
    assert reciprocal_rank_fusion([["a"]], [1.0]) == [("a", 1 / 61)]


def test_ties_keep_the_order_in_which_they_were_seen() -> None:
    assert [key for key, _ in reciprocal_rank_fusion([["b"], ["a"], ["c"]], [1.0, 1.0, 1.0])] == ["b", "a", "c"]


def test_empty_in_is_empty_out() -> None:
    assert reciprocal_rank_fusion([], []) == []
    assert reciprocal_rank_fusion([[], []], [1.0, 1.0]) == []


def test_a_weight_of_zero_adds_nothing() -> None:
    assert reciprocal_rank_fusion([["a"], ["b"]], [1.0, 0.0], k=1) == [("a", 0.5), ("b", 0.0)]


def test_as_many_weights_as_rankings_are_needed() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        reciprocal_rank_fusion([["a"]], [])


@given(st.lists(RANKING, max_size=4), st.integers(1, 100))
def test_every_id_is_there_once_best_first_and_the_sum_is_kept(rankings: list[list[str]], k: int) -> None:
    fused = reciprocal_rank_fusion(rankings, [1.0] * len(rankings), k)
    assert sorted(key for key, _ in fused) == sorted({key for ranking in rankings for key in ranking})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    expected = math.fsum(1 / (k + rank) for ranking in rankings for rank in range(1, len(ranking) + 1))
    assert math.isclose(math.fsum(scores), expected, abs_tol=1e-12)


@given(RANKING)
def test_one_ranking_stays_as_it_is(ranking: list[str]) -> None:
    assert [key for key, _ in reciprocal_rank_fusion([ranking], [1.0])] == ranking
