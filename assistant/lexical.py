"""BM25 over the views of the store, rebuilt in memory when it is opened."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it announces every index that it builds

K1, B = 1.0, 0.6  # Source: Robertson and Zaragoza 2009; k1 0.9 to 1.2 measured best on XQuAD in three languages


@dataclass(frozen=True, slots=True)
class Hit:
    """`target`: the passage or question id. `score`: BM25 as a share of what the query could reach, 0 to 1."""

    target: str
    score: float


@dataclass(frozen=True, slots=True)
class _Built:
    vocabulary: dict[str, int]
    frequency: npt.NDArray[np.int64]  # (terms,): how many documents hold each
    model: bm25s.BM25 | None


class LexicalIndex:
    """One BM25 index, built when it is first asked: a reader of one language never waits for the others. Any number of threads may use it."""

    def __init__(self, documents: Iterable[tuple[str, Sequence[str]]]) -> None:
        """documents: (target, terms) pairs; a target may occur more than once."""
        kept = list(documents)
        self._targets = [target for target, _ in kept]
        self._corpus = [terms for _, terms in kept]

    @functools.cached_property
    def _built(self) -> _Built:
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(term, len(vocabulary)) for term in terms] for terms in self._corpus]
        frequency = np.zeros(len(vocabulary), dtype=np.int64)
        for row in rows:
            frequency[list(set(row))] += 1
        model = None
        if vocabulary:
            model = bm25s.BM25(k1=K1, b=B, method="lucene")
            model.index((rows, vocabulary), show_progress=False)
        return _Built(vocabulary, frequency, model)

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, term: str) -> bool:
        return term in self._built.vocabulary

    def count(self, term: str) -> int:
        """How many documents hold `term`."""
        return int(self._built.frequency[self._built.vocabulary[term]]) if term in self._built.vocabulary else 0

    def idf(self, term: str) -> float:
        """Inverse document frequency as BM25 weighs it; an unknown term weighs as one that stands in no document."""
        found = self.count(term)
        return float(np.log(1 + (len(self._targets) - found + 0.5) / (found + 0.5)))

    def middling_idf(self) -> float:
        """The idf of a term that stands in a tenth of the documents; 1 for an empty index."""
        return float(np.log(1 + (0.9 * len(self) + 0.5) / (0.1 * len(self) + 0.5))) if len(self) else 1.0

    def rank(self, terms: Sequence[str], top_k: int) -> list[Hit]:
        """The best `top_k` documents with a score above zero, best first; ties keep the order of the store."""
        known = [term for term in dict.fromkeys(terms) if term and term in self._built.vocabulary]
        if not known or self._built.model is None:
            return []
        # Repeated query terms count once: a question that says a word twice does not mean it twice.
        scores = self._built.model.get_scores(known)
        # A term's contribution is below its idf (Lucene's BM25 leaves out the factor k1 + 1), so this is the attainable sum.
        attainable = sum(self.idf(term) for term in dict.fromkeys(terms))
        nonzero = np.flatnonzero(scores)
        if len(nonzero) > top_k:
            nonzero = nonzero[np.argpartition(-scores[nonzero], top_k - 1)[:top_k]]
        order = sorted(nonzero.tolist(), key=lambda index: (-float(scores[index]), index))
        return [Hit(self._targets[index], min(1.0, float(scores[index]) / attainable)) for index in order]
