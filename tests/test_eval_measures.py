"""Each measure against arithmetic that is written out here."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import measures

A, B, C = frozenset("a"), frozenset("b"), frozenset("c")
NONE: frozenset[str] = frozenset()


def test_fold_unites_width_case_yo_and_white_space() -> None:
    assert measures.fold("  Ёлка １１\n\tSCOASTIA（Ａ）") == "елка 11 scoastia(a)"


def test_markers_are_read_and_taken_out() -> None:
    assert measures.markers("Подписано 11 проектов [2][1]. [2]") == (2, 1, 2)
    assert measures.without_markers("共签约[11]。") == "共签约。"


def test_hit_counts_the_first_k_only() -> None:
    found = [NONE, NONE, A]
    assert [measures.hit_at(found, k) for k in (1, 3, 5)] == [0.0, 1.0, 1.0]
    assert measures.hit_at([], 5) == 0.0


def test_reciprocal_rank_is_that_of_the_first_evidence() -> None:
    assert measures.reciprocal_rank([NONE, A, B]) == 1 / 2
    assert measures.reciprocal_rank([NONE]) == 0.0


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    # gains at ranks 1 and 3: 1/log2(2) + 1/log2(4) = 1 + 0.5; ideal, two blocks: 1 + 1/log2(3)
    assert measures.ndcg_at([A, NONE, B], relevant=2) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert measures.ndcg_at([A, B], relevant=2) == pytest.approx(1.0)
    assert measures.ndcg_at([NONE, A], relevant=1) == pytest.approx(1 / math.log2(3))


def test_ndcg_counts_a_block_once_and_stays_within_one() -> None:
    assert measures.ndcg_at([A, A, A], relevant=2) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert measures.ndcg_at([A | B | C], relevant=3) == 1.0  # 3 gained at rank 1, above the ideal 1 + 0.631 + 0.5
    assert measures.ndcg_at([A], relevant=0) == 0.0


def test_evidence_recall_needs_all_pieces_only_where_the_answer_does() -> None:
    found = [NONE, A]
    assert measures.evidence_recall_at(found, [A, B], needs_all=True) == 1 / 2
    assert measures.evidence_recall_at(found, [A, B], needs_all=False) == 1.0
    assert measures.evidence_recall_at(found, [A], needs_all=True, k=1) == 0.0
    assert measures.evidence_recall_at(found, [], needs_all=True) == 0.0


@given(st.lists(st.sets(st.sampled_from("abcd")).map(frozenset), max_size=12), st.integers(1, 4))
def test_retrieval_measures_stay_between_zero_and_one(found: list[frozenset[str]], relevant: int) -> None:
    for value in (measures.ndcg_at(found, relevant), measures.reciprocal_rank(found), measures.hit_at(found, 3)):
        assert 0.0 <= value <= 1.0
    assert measures.hit_at(found, 1) <= measures.hit_at(found, 3) <= measures.hit_at(found, 5)


def test_a_fact_is_not_found_in_a_marker() -> None:
    eleven = re.compile(r"(?<!\d)11(?!\d)", re.IGNORECASE)
    assert measures.facts_held("Projects were signed [11].", [eleven]) == (False,)
    assert measures.facts_held("共有１１个项目[1]。", [eleven]) == (True,)


def test_facts_are_matched_without_regard_to_case_and_yo() -> None:
    assert measures.facts_held("ЕЩЁ  один\nпроект", [re.compile("еще один проект", re.IGNORECASE)]) == (True,)


def test_citation_precision_and_recall() -> None:
    assert measures.citation_precision([True, False, True]) == 2 / 3
    assert measures.citation_precision([]) is None
    facts = [re.compile("11"), re.compile("青岛"), re.compile("北京"), re.compile("10亿")]
    assert measures.citation_recall(["１１个项目在青岛签约", "突破10亿元"], facts) == 3 / 4
    assert measures.citation_recall([], facts) == 0.0
    assert measures.citation_recall(["青岛"], []) is None


def test_a_quote_must_be_the_slice_that_it_names() -> None:
    block = "6月29日，大会在青岛举行。"
    assert measures.quote_is_verbatim("青岛", 9, 11, block)
    assert not measures.quote_is_verbatim("青岛", 8, 10, block)
    assert not measures.quote_is_verbatim("", 3, 3, block)
    assert not measures.quote_is_verbatim("青岛", 9, 11, None)
    assert not measures.quote_is_verbatim("。", -1, 14, block)


@pytest.mark.parametrize(
    ("text", "numbers", "must_cite", "expected"),
    [
        ("一[1]，二[2]。", [1, 2], True, True),
        ("一[1]。", [1, 2], True, False),  # a citation that nothing refers to
        ("一[1][3]。", [1], True, False),  # a marker without a citation
        ("一[2]。", [2], True, False),  # numbers do not begin at 1
        ("一。", [], True, False),
        ("一。", [], False, True),
    ],
)
def test_markers_and_citations_fit_together(text: str, numbers: list[int], must_cite: bool, expected: bool) -> None:
    assert measures.markers_resolve(text, numbers, must_cite) is expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("会上签约11个AI项目[1]。", "zh", True),
        ("На конференции подписано 11 проектов SCOASTIA.", "ru", True),
        ("Eleven projects were signed (“集中签约”).", "en", True),
        ("Eleven projects were signed: 集中签约.", "en", False),
        ("Eleven projects подписано.", "en", False),
        ("集中签约", "ru", False),
        ("«集中签约»", "ru", False),  # nothing but a quotation
        ("SCO Science and Technology Innovation Center и всё", "ru", False),
        ("11 (2026)", "en", False),
        ("", "zh", False),
    ],
)
def test_the_language_is_told_by_its_script(text: str, language: str, expected: bool) -> None:
    assert measures.language_ok(text, language) is expected  # type: ignore[arg-type]


def test_the_two_rates_of_refusal() -> None:
    assert measures.hallucination_rate([True, True, True, False]) == 1 / 4
    assert measures.error_rate([True, False, False, False, False]) == 1 / 5
    with pytest.raises(ValueError, match="no questions"):
        measures.error_rate([])


def test_the_refusal_curve_runs_from_refusing_nothing_to_refusing_all() -> None:
    curve = measures.refusal_curve(unanswerable=[0.1, 0.3], answerable=[0.2, 0.4])
    assert [(point.threshold, point.hallucination, point.error) for point in curve] == [
        (0.1, 1.0, 0.0),
        (0.2, 0.5, 0.0),
        (0.3, 0.5, 0.5),
        (0.4, 0.0, 0.5),
        (math.inf, 0.0, 1.0),
    ]
    assert measures.refusal_curve([], [0.2]) == ()


def test_wilson_interval() -> None:
    # 8 of 10, by hand with z = 1.96: centre (0.8 + 0.19208) / 1.38416, spread 1.96 * sqrt(0.016 + 0.009604) / 1.38416
    found = measures.wilson(0.8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert measures.wilson(1.0, 20).high == 1.0
    assert measures.wilson(0.5, 0) == measures.Interval(0.5, 0.0, 1.0, 0)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_holds_the_share(n: int, share: float) -> None:
    found = measures.wilson(share, n)
    assert 0.0 <= found.low <= share + 1e-12
    assert share - 1e-12 <= found.high <= 1.0


def test_the_bootstrap_draws_whole_groups_and_is_the_same_every_time() -> None:
    values = {"a": [1.0, 1.0], "b": [0.0], "c": [1.0]}
    first = measures.bootstrap_mean(values)
    assert first.value == 3 / 4
    assert first.n == 3
    assert 0.0 <= first.low <= 0.75 <= first.high <= 1.0
    assert first == measures.bootstrap_mean(values)
    assert measures.bootstrap_mean({"a": [0.5], "b": [0.5]}) == measures.Interval(0.5, 0.5, 0.5, 2)
    with pytest.raises(ValueError, match="no values"):
        measures.bootstrap_mean({"a": []})


def test_the_gap_is_best_minus_worst() -> None:
    found = measures.gap({"zh": 0.9, "ru": 0.6, "en": 0.75})
    assert (found.value, found.best, found.worst) == (pytest.approx(0.3), "zh", "ru")
    interval = measures.bootstrap_gap({"zh": {"a": [1.0], "b": [1.0]}, "ru": {"a": [0.0], "b": [1.0]}})
    assert interval.value == 0.5
    assert (interval.low, interval.high, interval.n) == (0.0, 1.0, 2)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [40.0, 10.0, 30.0, 20.0]
    assert [measures.percentile(values, share) for share in (0.5, 0.95, 0.25, 0.0)] == [20.0, 40.0, 10.0, 10.0]
    with pytest.raises(ValueError, match="no values"):
        measures.percentile([], 0.5)


def test_a_percentile_lies_between_order_statistics() -> None:
    values = [float(value) for value in range(1, 101)]
    # 0.5 ± 1.96 · √(0.25 / 100) = 0.402 to 0.598: the 41st and the 60th of 100 values
    assert measures.percentile_interval(values, 0.5, 100) == measures.Interval(50.0, 41.0, 60.0, 100)
    # nine askings of 100 questions are not 900 trials: the same ranks
    assert measures.percentile_interval(values * 9, 0.5, 100) == measures.Interval(50.0, 41.0, 60.0, 100)
    assert measures.percentile_interval([7.0], 0.95, 1) == measures.Interval(7.0, 7.0, 7.0, 1)
