"""Corpus → store: what was added, changed, removed, and what is as it was.

Ingest reads: articles → nodes → compare with the store, record by record → embed the new ones → upsert → delete stale → manifest.
Interrupted at any point, it is simply run again. A rebuild does the same in an empty collection, which then replaces the old one.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Set
from dataclasses import astuple, dataclass
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode

from assistant import passages
from assistant.articles import Corpus, read_corpus
from assistant.embeddings import identity
from assistant.errors import StoreMismatch
from assistant.names import NameTable
from assistant.records import IngestReport
from assistant.store import Manifest, Store

Progress = Callable[[int, int, str], None]  # records done, records in all, article id

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Difference:
    """What the corpus has and the store has not."""

    report: IngestReport
    upsert: tuple[tuple[str, tuple[TextNode, ...]], ...]  # by article
    delete: tuple[str, ...]
    digests: dict[str, str]


def corpus_settings(corpus: Corpus) -> str:
    """What besides the articles the records depend on; another value means that every record is made anew."""
    glossary = hashlib.sha256(repr([astuple(entry) for entry in corpus.glossary]).encode()).hexdigest()[:12]
    return f"passage_max_tokens={passages.PASSAGE_MAX_TOKENS} glossary={glossary}"


def check_manifest(manifest: Manifest, embedding: BaseEmbedding, place: str) -> None:
    """Raises StoreMismatch where the store was made with another embedding or format."""
    if manifest.embedding != identity(embedding):
        raise StoreMismatch(
            f"The store in {place} was made with the embedding {manifest.embedding}, but the settings name {identity(embedding)}. "
            "Run: assistant ingest --rebuild (or set ASSISTANT_EMBEDDING back, or name another folder with --store DIR)"
        )
    if manifest.format != passages.FORMAT:
        raise StoreMismatch(
            f"The store in {place} has format {manifest.format}; this version reads {passages.FORMAT}. Run: assistant ingest --rebuild"
        )


def ingest(
    folder: Path, store: Store, embedding: BaseEmbedding, *, rebuild: bool = False, progress: Progress | None = None
) -> IngestReport:
    """Bring `store` in line with the corpus in `folder`; the caller holds the store for writing.

    An article whose file is broken keeps what was indexed of it. Raises CorpusError, StoreError.
    """
    corpus = read_corpus(folder)
    manifest = None if rebuild else store.manifest()
    if manifest is not None:
        check_manifest(manifest, embedding, store.place)
    stored = {} if rebuild else store.digests()
    difference = _compare(corpus, manifest, stored)
    with store.replacing() if rebuild else contextlib.nullcontext():
        done, total = 0, sum(len(nodes) for _, nodes in difference.upsert)
        for article_id, nodes in difference.upsert:
            store.upsert(nodes, _embed(nodes, embedding))
            done += len(nodes)
            if progress:
                progress(done, total, article_id)
        store.delete(difference.delete)
        settings = corpus_settings(corpus)
        if (
            total
            or difference.delete
            or manifest is None
            or manifest.articles != difference.digests
            or manifest.settings != settings
        ):
            store.write_manifest(_manifest(difference, embedding, settings, stored.keys()))
    return difference.report


def _manifest(difference: Difference, embedding: BaseEmbedding, settings: str, stored: Set[str]) -> Manifest:
    """What the store says of itself once `difference` has been written to the records `stored`."""
    written = {node.node_id for _, nodes in difference.upsert for node in nodes}
    return Manifest(
        format=passages.FORMAT,
        embedding=identity(embedding),
        dimension=len(embedding.get_query_embedding("a")),
        settings=settings,
        generation=time.time_ns(),
        records=len((stored - set(difference.delete)) | written),
        articles=difference.digests,
        written_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def _compare(corpus: Corpus, manifest: Manifest | None, stored: dict[str, str]) -> Difference:
    names = NameTable(corpus.glossary)
    known = manifest.articles if manifest else {}
    heads = {row_id for row_id in stored if "#" not in row_id and "/" not in row_id}
    upsert: list[tuple[str, tuple[TextNode, ...]]] = []
    keep: set[str] = set()
    groups: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": [], "removed": [], "kept": []}
    for article in corpus.articles:
        nodes = passages.nodes_of(article, names)
        keep.update(node.node_id for node in nodes)
        fresh = tuple(node for node in nodes if stored.get(node.node_id) != node.metadata["digest"])
        if fresh:
            upsert.append((article.id, fresh))
        gone = any(row_id not in keep for row_id in stored if _article_of(row_id) == article.id) if not fresh else True
        groups["added" if article.id not in heads else "changed" if fresh or gone else "unchanged"].append(article.id)
    broken = {
        article_id
        for article_id in corpus.broken
        if article_id in heads and article_id not in {a.id for a in corpus.articles}
    }
    groups["kept"] = sorted(broken)
    groups["removed"] = sorted(heads - {article.id for article in corpus.articles} - broken)
    delete = tuple(row_id for row_id in stored if row_id not in keep and _article_of(row_id) not in broken)
    digests = {article.id: article.digest for article in corpus.articles} | {
        article_id: known.get(article_id, "") for article_id in broken
    }
    report = IngestReport(
        **{name: tuple(sorted(ids)) for name, ids in groups.items()},
        written=sum(len(nodes) for _, nodes in upsert),
        deleted=len(delete),
        problems=corpus.problems,
    )
    return Difference(report, tuple(upsert), delete, digests)


def _article_of(row_id: str) -> str:
    return row_id.split("#")[0].split("/")[0]


def _embed(nodes: tuple[TextNode, ...], embedding: BaseEmbedding) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(nodes), _BATCH):
        vectors.extend(
            embedding.get_text_embedding_batch(
                [passages.node_text(node) or " " for node in nodes[start : start + _BATCH]]
            )
        )
    return vectors
