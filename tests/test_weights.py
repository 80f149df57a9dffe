"""The weights of the match decision come from wordings that the index does not hold, and from nothing else."""

from __future__ import annotations

import numpy as np

from assistant.articles import Corpus
from assistant.matching import FEATURES, SILENCE
from bench.weights import Trials, fit, left_out, likelihoods, report, retriever_of


def test_a_wording_left_out_is_asked_and_not_indexed(shipped_corpus: Corpus) -> None:
    article = min(shipped_corpus.articles, key=lambda one: len(one.questions))
    changed, asked = left_out(article, 1)
    assert len(asked) > len(article.questions)
    kept = {
        text for question in changed.questions for wording in question.wordings.values() for text in wording.questions
    }
    gaps = {text for gap in changed.gaps for texts in gap.values() for text in texts}
    for one in asked:
        assert one.text not in (kept if one.expected else gaps)
    assert {one.expected is None for one in asked} == {True, False}
    assert sum(len(w.questions) for q in article.questions for w in q.wordings.values()) == len(
        [text for q in changed.questions for w in q.wordings.values() for text in w.questions]
    ) + sum(one.expected is not None for one in asked)


def toy(count: int = 200) -> Trials:
    """Trials in which "covered" tells the right candidate from the wrong one, and "gap_score" that there is none."""
    chance = np.random.default_rng(1)
    candidates, silence = np.zeros((count, 24, len(FEATURES))), np.zeros((count, len(SILENCE)))
    there, right = np.zeros((count, 24), dtype=bool), np.zeros((count, 24), dtype=bool)
    answerable = chance.random(count) < 0.5
    covered, gap = FEATURES.index("covered"), SILENCE.index("gap_score")
    there[:, :2] = True
    candidates[:, 0, covered] = np.where(answerable, 0.9, 0.4) + chance.normal(0, 0.05, count)
    candidates[:, 1, covered] = 0.4 + chance.normal(0, 0.05, count)
    silence[:, SILENCE.index("bias")] = 1
    silence[:, gap] = np.where(answerable, 0.1, 0.8)
    right[:, 0] = answerable
    return Trials(candidates, there, silence, right, answerable, chance.random(count) < 0.25)


def test_the_fit_finds_what_tells_right_from_wrong() -> None:
    trials = toy()
    of_match, of_silence = fit(trials)
    assert of_match[FEATURES.index("covered")] > 1
    assert of_silence[SILENCE.index("gap_score")] > 1
    found = likelihoods(trials, of_match, of_silence)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert ((found[:, 0] < 0.5) == trials.answerable).all()
    assert "AUC 1.000" in report("toy", trials, of_match, of_silence)[0]


def test_the_fit_is_the_same_every_time() -> None:
    first, second = fit(toy()), fit(toy())
    assert all((one == other).all() for one, other in zip(first, second, strict=True))


def test_an_index_is_small_enough_to_be_made_for_a_test(shipped_corpus: Corpus) -> None:
    article = min(shipped_corpus.articles, key=lambda one: len(one.questions))
    changed, asked = left_out(article, 0)
    retriever = retriever_of([changed], shipped_corpus)
    held = {
        text for answer in retriever.library.answers.values() for w in answer.wordings.values() for text in w.questions
    }
    assert not held & {one.text for one in asked if one.expected}
