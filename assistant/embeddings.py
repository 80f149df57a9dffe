"""Embeddings as LlamaIndex `BaseEmbedding`: the offline one, which needs no model, and where a setting names one, others.

The offline embedding hashes words and their character n-grams: word forms, typos and names come out near each other. It knows
no synonyms and no second language; the views of a passage and the glossary do that work.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import regex
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.errors import SettingsError
from assistant.language import word_terms, words
from assistant.settings import Settings

OFFLINE_DIMENSION = 1024
_NGRAMS = (3, 4, 5)


class OfflineEmbedding(BaseEmbedding):
    """Signed feature hashing of words and character n-grams; float32, unit length, deterministic on every machine.

    Source: Weinberger et al. 2009, "Feature hashing for large scale multitask learning"; n-grams as in Bojanowski et al. 2017.
    """

    dimension: int = OFFLINE_DIMENSION

    def __init__(self, **data: Any) -> None:
        super().__init__(
            model_name=f"offline-ngram-{data.get('dimension', OFFLINE_DIMENSION)}-1", embed_batch_size=256, **data
        )

    @classmethod
    def class_name(cls) -> str:
        return "OfflineEmbedding"

    def _get_text_embedding(self, text: str) -> list[float]:
        weights: dict[str, float] = {}
        for feature, weight in _features(text):
            weights[feature] = weights.get(feature, 0.0) + weight
        vector = np.zeros(self.dimension, dtype=np.float32)
        for feature, weight in weights.items():
            value = zlib.crc32(feature.encode())
            vector[(value >> 1) % self.dimension] += math.copysign(math.log1p(weight), 1 if value & 1 else -1)
        norm = float(np.linalg.norm(vector))
        found: list[float] = (vector / norm if norm else vector).tolist()
        return found

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in words(text):
        if regex.match(r"\p{Han}", word):
            for size, weight in ((1, 0.4), (2, 1.0), (3, 0.6)):
                for index in range(len(word) - size + 1):
                    yield word[index : index + size], weight
            continue
        found = word_terms(word)
        for term in found:
            yield term, 1.5
        if found and len(word) >= 4 and not word[0].isdigit():
            bounded = f"<{word}>"
            grams = [bounded[i : i + n] for n in _NGRAMS for i in range(len(bounded) - n + 1)]
            for gram in grams:
                yield gram, 2.0 / len(grams) ** 0.5


def embedding_for(settings: Settings) -> BaseEmbedding:
    """The embedding that `settings.embedding` names. Raises SettingsError."""
    kind, _, name = settings.embedding.partition(":")
    if kind == "offline":
        return OfflineEmbedding()
    raise SettingsError(
        f"ASSISTANT_EMBEDDING is {settings.embedding!r}; expected offline, openai:<model> or local:<folder>."
    )


def identity(embedding: BaseEmbedding) -> str:
    """What a store remembers of the embedding that filled it; two embeddings with one identity give the same vectors."""
    return f"{embedding.class_name()}:{embedding.model_name}"
