"""Reciprocal rank fusion of several rankings into one."""

from __future__ import annotations

from collections.abc import Sequence

RRF_K = 60  # Source: Cormack, Clarke, Buettcher, SIGIR 2009: flat between 30 and 100


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[str]], weights: Sequence[float], k: int = RRF_K
) -> list[tuple[str, float]]:
    """(id, score) best first; ranks count from 1, ties keep the order in which ids were first seen.

    rankings: each best first, ids unique within one. Empty in, empty out.
    Raises ValueError where weights and rankings differ in number.

    >>> reciprocal_rank_fusion([["a", "b"], ["b"]], [1.0, 1.0], k=1)
    [('b', 0.8333333333333333), ('a', 0.5)]
    """
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + weight / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
