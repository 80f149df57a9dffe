"""Embeddings as LlamaIndex `BaseEmbedding`: the offline one, which needs no model, and where a setting names one, others.

The offline embedding hashes words and their character n-grams: word forms, typos and names come out near each other. It knows
no synonyms and no second language; the views of a passage and the glossary do that work.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import regex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from assistant.errors import ModelError, SettingsError
from assistant.language import word_terms, words
from assistant.models import ModelService, limits_of
from assistant.settings import Settings

OFFLINE_DIMENSION = 1024
_log = logging.getLogger(__name__)
_IS_HAN = regex.compile(r"\p{Han}")
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
        if _IS_HAN.match(word):
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


class ServiceEmbedding(BaseEmbedding):
    """Embeddings of an OpenAI-compatible service. A query that it cannot embed has the empty vector, and so no dense hits:
    a question is then answered from the lexical rankings. Texts that it cannot embed raise ModelError."""

    _service: ModelService = PrivateAttr()
    _query_timeout_s: float = PrivateAttr(default=5.0)

    def __init__(self, service: ModelService, **data: Any) -> None:
        super().__init__(model_name=service.model, embed_batch_size=64, **data)
        self._service = service

    @classmethod
    def class_name(cls) -> str:
        return "ServiceEmbedding"

    def close(self) -> None:
        self._service.close()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._service.embed([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._service.embed(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        try:
            return self._service.embed([query], timeout_s=self._query_timeout_s)[0]
        except ModelError as error:
            _log.warning("the question is searched without embeddings: %s", error)
            return []

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)


class OnnxEmbedding(BaseEmbedding):
    """A sentence-embedding model from a folder: `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`; unit length.

    Pooling and the prefixes of queries and texts are read from the files that sentence-transformers writes beside a model
    (`1_Pooling/config.json`, `config_sentence_transformers.json`); without them, the mean over the tokens and no prefix.
    """

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _first_token: bool = PrivateAttr(default=False)
    _prefixes: dict[str, str] = PrivateAttr(default_factory=dict)

    def __init__(self, folder: Path, **data: Any) -> None:
        model = next((path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()), None)
        if model is None or not (folder / "tokenizer.json").is_file():
            raise SettingsError(
                f"ASSISTANT_EMBEDDING names the folder {folder}, which lacks "
                f"{'model.onnx' if model is None else 'tokenizer.json'}. Expected model.onnx (or onnx/model.onnx) and tokenizer.json."
            )
        super().__init__(model_name=f"{folder.resolve().name}-{_file_digest(model)}", embed_batch_size=32, **data)
        import onnxruntime
        import tokenizers

        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        except Exception as error:
            raise SettingsError(
                f"The model in {folder} cannot be loaded ({type(error).__name__}). Expected an ONNX sentence-embedding model with its tokenizer."
            ) from error
        self._tokenizer.enable_truncation(
            max_length=int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or 512)
        )
        self._tokenizer.no_padding()
        self._first_token = bool(_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
        prompts = _json(folder / "config_sentence_transformers.json").get("prompts")
        self._prefixes = {str(k): str(v) for k, v in prompts.items()} if isinstance(prompts, dict) else {}

    @classmethod
    def class_name(cls) -> str:
        return "OnnxEmbedding"

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embed([self._prefix("passage", "document", "corpus") + text for text in texts])

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed([self._prefix("query", "question") + query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _prefix(self, *names: str) -> str:
        return next((self._prefixes[name] for name in names if name in self._prefixes), "")

    def _embed(self, texts: list[str]) -> list[list[float]]:
        rows = [encoded.ids for encoded in self._tokenizer.encode_batch(texts)]
        width = max(1, *map(len, rows))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : max(1, len(row))] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {item.name: given[item.name] for item in self._session.get_inputs() if item.name in given}
        outputs = dict(
            zip([item.name for item in self._session.get_outputs()], self._session.run(None, wanted), strict=True)
        )
        found = outputs.get("sentence_embedding", next(iter(outputs.values())))
        if found.ndim == 3:  # one vector a token
            weights = mask[:, :, None].astype(found.dtype)
            found = found[:, 0] if self._first_token else (found * weights).sum(1) / weights.sum(1)
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        vectors: list[list[float]] = (found / np.where(norms > 0, norms, 1)).astype(np.float32).tolist()
        return vectors


def _file_digest(path: Path) -> str:
    """Twelve hex digits of a model file: of its size, start and end, which any retraining changes; whole models take seconds to read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(1 << 20)
        file.seek(max(0, size - (1 << 20)))
        return hashlib.sha256(size.to_bytes(8, "big") + start + file.read()).hexdigest()[:12]


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def embedding_for(settings: Settings) -> BaseEmbedding:
    """The embedding that `settings.embedding` names. Raises SettingsError."""
    kind, _, name = settings.embedding.partition(":")
    if kind == "offline" and not name:
        return OfflineEmbedding()
    if kind == "openai" and name:
        return ServiceEmbedding(
            ModelService(
                name,
                api_key=settings.openai_api_key,
                base_url=settings.openai_base_url or None,
                limits=limits_of(settings),
            )
        )
    if kind == "local" and name:
        return OnnxEmbedding(Path(name).expanduser())
    raise SettingsError(
        f"ASSISTANT_EMBEDDING is {settings.embedding!r}; expected offline, openai:<model> or local:<folder>."
    )


def identity(embedding: BaseEmbedding) -> str:
    """What a store remembers of the embedding that filled it; two embeddings with one identity give the same vectors."""
    return f"{embedding.class_name()}:{embedding.model_name}"
