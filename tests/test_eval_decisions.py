"""The trade-off of the match decision is counted on the corpus: what is left out, what is right, what a threshold lets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.records import Wording
from assistant.retrieval import PassageRetriever
from bench import decisions
from bench.decisions import Trial, Verdict

ARTICLE = """---
id: signing
language: zh
title: 签约
source: 日报
author: 李
date: 2026-06-30
---

大会在青岛举行。

会上签约11个项目，来自9个国家。
"""
ELEVEN = {"answer": "At the conference 11 projects were signed."}
QUESTIONS = [
    {"paragraph": 2, "en": {"question": "How many projects were signed at the conference?", **ELEVEN}},
    {"paragraph": 2, "en": {"question": "How many projects did the conference sign?", **ELEVEN}},
    {
        "paragraph": 2,
        "en": {"question": "How many countries are there?", "answer": "The projects are from 9 countries."},
    },
]
GAPS = [
    {"en": "How many projects were signed at the conference of 2019?"},
    {"en": ["Who pays for lunch?", "Who treats?"]},
]


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[PassageRetriever]:
    folder = tmp_path / "corpus" / "signing"
    folder.mkdir(parents=True)
    (folder / "zh.md").write_text(ARTICLE, encoding="utf-8")
    for name, rows in (("questions.jsonl", QUESTIONS), ("gaps.jsonl", GAPS)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with Assistant(Settings(corpus=tmp_path / "corpus", store=tmp_path / "store", answerer="extractive")) as assistant:
        assistant.ingest()
        yield assistant.retriever


def test_every_question_and_gap_is_tried_once_and_takes_its_twin(retriever: PassageRetriever) -> None:
    found = list(decisions.trials(retriever))
    assert sorted(one.asked for one in found) == ["answerable", "answerable", "lone", "unanswerable", "unanswerable"]
    answerable = [one for one in found if one.asked == "answerable"]
    assert [one.best for one in answerable] == ["right", "right"]
    assert all(0 < one.score < 1 for one in answerable)  # itself would have scored as a whole
    assert {one.best for one in found if one.asked == "unanswerable"} <= {"none", "other"}


def test_what_is_left_out_is_not_found(retriever: PassageRetriever) -> None:
    form = retriever.analyse("How many projects were signed at the conference?", "en")
    found = retriever.retrieve_form(form)
    own, gap = found.questions[0].prepared.id, found.gaps[0].id
    left = decisions.without(decisions.without(found, own), gap)
    assert own not in [question.prepared.id for question in left.questions]
    assert (len(left.questions), len(left.gaps)) == (len(found.questions) - 1, len(found.gaps) - 1)
    assert left.passages == found.passages


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("The conference signed 11 projects.", True),
        ("11 were signed.", True),
        ("The conference signed 12 projects.", False),
        ("The projects are from 9 countries.", False),
    ],
)
def test_an_answer_says_the_same_if_it_has_the_numbers_and_most_words(
    retriever: PassageRetriever, answer: str, same: bool
) -> None:
    expected = Wording("What was signed?", "11 projects were signed.")
    assert decisions.says_the_same(Wording("?", answer), expected, "en", retriever) is same


def _trial(asked: decisions.Asked, score: float, best: Verdict, answered: Verdict = "none") -> Trial:
    return Trial(asked, "en", score, best, answered)


TRIALS = (
    _trial("answerable", 0.9, "right", "right"),
    _trial("answerable", 0.5, "right"),
    _trial("answerable", 0.7, "other", "other"),
    _trial("answerable", 0.0, "none"),
    _trial("lone", 0.6, "other"),
    _trial("lone", 0.8, "right", "right"),
    _trial("unanswerable", 0.4, "other"),
    _trial("unanswerable", 0.0, "none"),
)


@pytest.mark.parametrize(
    ("threshold", "right", "other", "lone", "wrong"),
    [
        (0.0, 2 / 4, 1 / 4, 1 / 2, 1 / 2),
        (0.55, 1 / 4, 1 / 4, 1 / 2, 0.0),
        (0.75, 1 / 4, 0.0, 0.0, 0.0),
        (1.0, 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_a_threshold_lets_through_what_scores_as_much(
    threshold: float, right: float, other: float, lone: float, wrong: float
) -> None:
    assert decisions.shares(TRIALS, decisions.at(threshold)) == decisions.Shares(right, other, lone, wrong)


def test_a_curve_only_rises_as_the_threshold_falls() -> None:
    points = decisions.curve(TRIALS)
    assert points[0] == decisions.Shares(0.0, 0.0, 0.0, 0.0)
    assert [one.right for one in points] == sorted(one.right for one in points)
    assert [one.wrong for one in points] == sorted(one.wrong for one in points)


def test_the_page_gets_its_figures_and_plots_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "matching.md").write_text(
        "before\n<!-- figures -->\nSTALE\n<!-- /figures -->\nafter\n", encoding="utf-8"
    )
    decisions.write_docs(tmp_path, TRIALS)
    once = (tmp_path / "matching.md").read_text(encoding="utf-8")
    decisions.write_docs(tmp_path, TRIALS)
    assert (tmp_path / "matching.md").read_text(encoding="utf-8") == once
    assert "STALE" not in once
    assert "| 0.75 | 0.250 | 0.000 | 0.000 | 0.000 |" in once
    assert "| with composed answers | 0.250 | 0.250 | 0.000 | 0.000 |" in once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == sorted(decisions.drawn(TRIALS))
    (tmp_path / "matching.md").write_text("no place", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the figures"):
        decisions.write_docs(tmp_path, TRIALS)


def test_the_shipped_page_shows_every_plot() -> None:
    page = (decisions.ROOT / "docs" / "matching.md").read_text(encoding="utf-8")
    for name in decisions.drawn(TRIALS):
        assert f"]({name})" in page
        assert (decisions.ROOT / "docs" / name).is_file()
    assert ", as decided** |" in page
