"""BM25 over the views of the store, rebuilt in memory when it is opened."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it announces every index that it builds

K1, B = 1.0, 0.6  # Source: Robertson and Zaragoza 2009; k1 0.9 to 1.2 measured best on XQuAD in three languages


@dataclass(frozen=True, slots=True)
class Hit:
    """`target`: the passage or question id. `score`: BM25 as a share of what the query could reach, 0 to 1."""

    target: str
    score: float


class LexicalIndex:
    """One BM25 index. Read only once built, so any number of threads may use it."""

    def __init__(self, documents: Iterable[tuple[str, Sequence[str]]]) -> None:
        """documents: (target, terms) pairs; a target may occur more than once."""
        kept = list(documents)
        self._targets = [target for target, _ in kept]
        corpus = [terms for _, terms in kept]
        self._vocabulary: dict[str, int] = {}
        rows = [[self._vocabulary.setdefault(term, len(self._vocabulary)) for term in terms] for terms in corpus]
        self._frequency = np.zeros(len(self._vocabulary), dtype=np.int64)
        for row in rows:
            self._frequency[list(set(row))] += 1
        self._model: bm25s.BM25 | None = None
        if self._vocabulary:
            self._model = bm25s.BM25(k1=K1, b=B, method="lucene")
            self._model.index((rows, self._vocabulary), show_progress=False)

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, term: str) -> bool:
        return term in self._vocabulary

    def idf(self, term: str) -> float:
        """Inverse document frequency as BM25 weighs it; an unknown term weighs as one that stands in no document."""
        found = int(self._frequency[self._vocabulary[term]]) if term in self._vocabulary else 0
        return float(np.log(1 + (len(self._targets) - found + 0.5) / (found + 0.5)))

    def middling_idf(self) -> float:
        """The idf of a term that stands in a tenth of the documents; 1 for an empty index."""
        return float(np.log(1 + (0.9 * len(self) + 0.5) / (0.1 * len(self) + 0.5))) if len(self) else 1.0

    def rank(self, terms: Sequence[str], top_k: int) -> list[Hit]:
        """The best `top_k` documents with a score above zero, best first; ties keep the order of the store."""
        known = [term for term in dict.fromkeys(terms) if term in self._vocabulary]
        if not known or self._model is None:
            return []
        # Repeated query terms count once: a question that says a word twice does not mean it twice.
        scores = self._model.get_scores(known)
        # A term's contribution is below its idf (Lucene's BM25 leaves out the factor k1 + 1), so this is the attainable sum.
        attainable = sum(self.idf(term) for term in dict.fromkeys(terms))
        nonzero = np.flatnonzero(scores)
        if len(nonzero) > top_k:
            nonzero = nonzero[np.argpartition(-scores[nonzero], top_k - 1)[:top_k]]
        order = sorted(nonzero.tolist(), key=lambda index: (-float(scores[index]), index))
        return [Hit(self._targets[index], min(1.0, float(scores[index]) / attainable)) for index in order]
