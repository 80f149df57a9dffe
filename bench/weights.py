"""Fits the weights of the match decision on the corpus alone, never on gold: `python -m bench weights [--write]`.

In each of three runs one further wording of every anticipated question and known gap is taken out of the index and asked. A wording of a question is
answered by each anticipated question whose answer says the same (`says_the_same`), a wording of a gap by silence. The weights maximise the likelihood of
that; a quarter of the questions, whole triples at a time, is kept apart to report on.

Source: conditional logit (McFadden 1974); Adam (Kingma and Ba 2015) on the whole batch, so that the result is the same in every run.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant import Settings
from assistant.articles import Corpus, read_corpus
from assistant.embeddings import OfflineEmbedding
from assistant.matching import FEATURES, SILENCE, describe, describe_silence
from assistant.names import NameTable
from assistant.passages import library_of, node_text, nodes_of
from assistant.records import Article, Language, Wording
from assistant.retrieval import PassageRetriever
from bench.decisions import says_the_same

_TARGET = Path(__file__).resolve().parent.parent / "assistant" / "data" / "match_weights.json"
_RUNS = 7
_CANDIDATES = 24
_STEPS, _RATE, _SHRINK = 1500, 0.05, 2e-3

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A wording left out. `expected`: what answers it, None for a gap; `group`: the same for all wordings of one question."""

    text: str
    language: Language
    expected: Wording | None
    group: str


@dataclass(frozen=True, slots=True)
class Trials:
    """N questions. candidates: (N, 24, features); there: (N, 24); silence: (N, features); right: (N, 24); answerable, kept: (N,)."""

    candidates: Floats
    there: Flags
    silence: Floats
    right: Flags
    answerable: Flags
    kept: Flags

    def of(self, chosen: Flags) -> Trials:
        return Trials(*(getattr(self, field.name)[chosen] for field in dataclasses.fields(self)))


def left_out(article: Article, number: int) -> tuple[Article, list[Asked]]:
    """`article` without the further wording `number` of each of its questions and gaps, and those wordings."""
    asked: list[Asked] = []
    questions, gaps = [], []
    for place, question in enumerate(article.questions):
        kept: dict[Language, Wording] = {}
        for language, wording in question.wordings.items():
            if number < len(wording.others):
                asked.append(Asked(wording.others[number], language, wording, f"{article.id}/{place}"))
            others = tuple(text for index, text in enumerate(wording.others) if index != number)
            kept[language] = dataclasses.replace(wording, others=others)
        questions.append(dataclasses.replace(question, wordings=kept))
    for place, gap in enumerate(article.gaps):
        rest: dict[Language, tuple[str, ...]] = {}
        for language, texts in gap.items():
            if number < len(texts) and len(texts) > 1:
                asked.append(Asked(texts[number], language, None, f"{article.id}/gap {place}"))
                rest[language] = tuple(text for index, text in enumerate(texts) if index != number)
            else:
                rest[language] = texts
        gaps.append(rest)
    return dataclasses.replace(article, questions=tuple(questions), gaps=tuple(gaps)), asked


def retriever_of(articles: Sequence[Article], corpus: Corpus) -> PassageRetriever:
    """A retriever in memory, with a dense search that compares with every vector."""
    names = NameTable(corpus.glossary)
    nodes = [node for article in articles for node in nodes_of(article, names)]
    embedding = OfflineEmbedding()
    vectors = np.array(embedding.get_text_embedding_batch([node_text(node) for node in nodes]))

    def search(vector: list[float], depth: int) -> list[tuple[str, float]]:
        scores = vectors @ np.array(vector)
        return [(nodes[index].node_id, float(scores[index])) for index in np.argsort(-scores, kind="stable")[:depth]]

    return PassageRetriever(library_of((node.node_id, node.metadata) for node in nodes), search, embedding, names)


def trials(corpus: Corpus, share: float) -> Trials:
    """`share` of all wordings, each asked of an index that lacks it."""
    rows: list[tuple[Floats, Flags, Floats, Flags, bool, bool]] = []
    for number in range(_RUNS):
        changed = [left_out(article, number) for article in corpus.articles]
        retriever = retriever_of([article for article, _ in changed], corpus)
        asked = [one for _, found in changed for one in found]
        chosen = random.Random(number).sample(asked, int(share * len(asked)))
        rows.extend(_rows(chosen, retriever))
    columns = list(zip(*rows, strict=True))
    return Trials(*(np.array(column) for column in columns))


def _rows(
    asked: Sequence[Asked], retriever: PassageRetriever
) -> Iterator[tuple[Floats, Flags, Floats, Flags, bool, bool]]:
    for one in asked:
        form = retriever.analyse(one.text, one.language)
        retrieved = retriever.retrieve_form(form)
        candidates, there = np.zeros((_CANDIDATES, len(FEATURES))), np.zeros(_CANDIDATES, dtype=bool)
        right = np.zeros(_CANDIDATES, dtype=bool)
        described = describe(form, retrieved, retriever)[0] if retrieved.questions else []
        for number, row in enumerate(described):
            candidates[number], there[number] = row, True
            if one.expected is not None:
                taken = retrieved.questions[number].prepared.wordings[one.language]
                right[number] = taken.answer == one.expected.answer or says_the_same(
                    taken, one.expected, one.language, retriever
                )
        silence = np.array(describe_silence(form, retrieved.gaps, retriever))
        yield candidates, there, silence, right, one.expected is not None, random.Random(one.group).random() < 0.25


def likelihoods(trials_: Trials, of_match: Floats, of_silence: Floats) -> Floats:
    """(N, 1 + 24): how likely silence and each candidate is; rows sum to 1."""
    fits = np.where(trials_.there, trials_.candidates @ of_match, -1e9)
    fits = np.column_stack([trials_.silence @ of_silence, fits])
    odds = np.exp(fits - fits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit(trials_: Trials) -> tuple[Floats, Floats]:
    """The weights of FEATURES and SILENCE under which the right candidates, or silence, are likeliest.

    The answerable and the unanswerable weigh the same, however many there are of each.
    """
    targets = np.column_stack([~trials_.answerable, trials_.right & trials_.answerable[:, None]]).astype(float)
    used = trials_.of(targets.sum(axis=1) > 0)
    targets = targets[targets.sum(axis=1) > 0]
    shares = np.where(used.answerable, used.answerable.mean(), 1 - used.answerable.mean())
    size = len(FEATURES)
    weights = np.zeros(size + len(SILENCE))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        found = likelihoods(used, weights[:size], weights[size:])
        wanted = found * targets
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        wrong = (found - wanted) / (2 * shares[:, None] * len(found))
        slope = np.concatenate([np.einsum("nc,ncf->f", wrong[:, 1:], used.candidates), used.silence.T @ wrong[:, 0]])
        slope += _SHRINK * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weights -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights[:size], weights[size:]


def report(name: str, trials_: Trials, of_match: Floats, of_silence: Floats) -> list[str]:
    """Lines: how often the likeliest candidate is right, and at each threshold what is taken rightly, wrongly, of unanswerable ones."""
    found = likelihoods(trials_, of_match, of_silence)
    best = found[:, 1:].argmax(axis=1)
    right = trials_.right[np.arange(len(best)), best] & trials_.answerable
    able, spoken = trials_.answerable, 1 - found[:, 0]
    ranks = np.argsort(np.argsort(spoken)) + 1
    area = (ranks[able].sum() - able.sum() * (able.sum() + 1) / 2) / max(1, able.sum() * (~able).sum())
    lines = [
        f"{name}: {able.sum()} answerable, {(~able).sum()} not; likeliest right {right[able].mean():.3f}, AUC {area:.3f}"
    ]
    for threshold in np.arange(0.3, 0.85, 0.1):
        taken = spoken >= threshold
        lines.append(
            f"  from {threshold:.1f}: right {(taken & right)[able].mean():.3f}, other {(taken & ~right)[able].mean():.3f}, unanswerable taken {taken[~able].mean():.3f}"
        )
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench weights", description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Settings().corpus)
    parser.add_argument("--share", type=float, default=0.3, help="of all wordings (default 0.3)")
    parser.add_argument("--write", action="store_true", help=f"write {_TARGET.name}")
    options = parser.parse_args(arguments)
    found = trials(read_corpus(options.corpus), options.share)
    of_match, of_silence = fit(found.of(~found.kept))
    lines = [
        *report("fitted on", found.of(~found.kept), of_match, of_silence),
        *report("kept apart", found.of(found.kept), of_match, of_silence),
    ]
    weights = {
        "features": {name: round(float(value), 3) for name, value in zip(FEATURES, of_match, strict=True)},
        "silence": {name: round(float(value), 3) for name, value in zip(SILENCE, of_silence, strict=True)},
    }
    sys.stdout.write("\n".join([*lines, json.dumps(weights, indent=2)]) + "\n")
    if options.write:
        _TARGET.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    return 0
