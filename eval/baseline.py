"""The plain LlamaIndex starter under the same retrieval and citation measures, for comparison.

`SimpleDirectoryReader` over the Chinese files, the default `SentenceSplitter`, an in-memory `VectorStoreIndex` with the assistant's own offline
embedding (so that the difference is the design, not the vectors), the default query engine with `MockLLM` and its `similarity_top_k` of 2.

What it cannot measure: answers, refusals, language, markers and quotes, as a mock model writes no answer and the starter never refuses; the language of
the reply, as it has none; what a real multilingual embedding model would find. Its chunks are several paragraphs long and there are only a few, so a hit
is easier than for the assistant's passages and points less exactly: read hits beside `passage_chars`. A "citation" is a whole source node.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.records import LANGUAGES, Language
from eval import measures
from eval.gold import Group, Place
from eval.rows import RETRIEVED, Row, Scores, ShownCitation, ShownPassage, retrieval_scores

if TYPE_CHECKING:
    from llama_index.core.schema import NodeWithScore

RUN = "LlamaIndex starter"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Starter:
    retrieve: Callable[[str], Sequence[NodeWithScore]]
    query: Callable[[str], Any]


def run_baseline(groups: Sequence[Group], corpus: Path, progress: Callable[[], None] = lambda: None) -> tuple[Row, ...]:
    """A row for each group with evidence and question language; retrieval and citation scores only.

    A follow-up is asked as it stands: the starter's query engine knows no history.
    """
    starter = _starter(corpus)
    rows = []
    with np.errstate(invalid="ignore"):  # LlamaIndex divides by the length of a zero vector
        for group in groups:
            for language in LANGUAGES:
                if group.evidence:
                    rows.append(_row(starter, group, language))
                progress()
    return tuple(rows)


def _starter(corpus: Path) -> _Starter:
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.llms import MockLLM
    from llama_index.core.node_parser import SentenceSplitter

    from assistant.embeddings import OfflineEmbedding

    embedding = OfflineEmbedding()
    files = [str(path) for path in sorted(corpus.glob("*/zh.md"))]
    documents = SimpleDirectoryReader(input_files=files).load_data()
    index = VectorStoreIndex.from_documents(documents, transformations=[SentenceSplitter()], embed_model=embedding)
    engine = index.as_query_engine(llm=MockLLM(max_tokens=16), embed_model=embedding)
    return _Starter(index.as_retriever(similarity_top_k=RETRIEVED, embed_model=embedding).retrieve, engine.query)


def _row(starter: _Starter, group: Group, language: Language) -> Row:
    question = group.wordings[language].question
    nodes = starter.retrieve(question)
    started = time.perf_counter()
    cited = starter.query(question).source_nodes
    latency_ms = (time.perf_counter() - started) * 1000
    held = [_held(group, node) for node in nodes]
    supports = [
        bool(_held(group, node)) or any(fact.patterns["zh"].search(measures.fold(_text(node))) for fact in group.facts)
        for node in cited
    ]
    stated = [fact.patterns["zh"] for fact in group.facts if not fact.inferred]
    scores = Scores(
        **retrieval_scores(group, held),
        citation_precision=measures.citation_precision(supports),
        citation_recall=measures.citation_recall([_text(node) for node in cited], stated),
        latency_ms=latency_ms,
        passage_chars=float(len(_text(nodes[0]))) if nodes else None,
    )
    return Row(
        RUN,
        group,
        language,
        language,
        "scored",
        scores,
        passages=tuple(
            ShownPassage(_article(node), 0, _text(node), _score(node), bool(places))
            for node, places in zip(nodes, held, strict=True)
        ),
        citations=tuple(
            ShownCitation(n, _article(node), 0, _text(node), s)
            for n, (node, s) in enumerate(zip(cited, supports, strict=True), start=1)
        ),
    )


def _text(node: NodeWithScore) -> str:
    return node.node.get_content()


def _score(node: NodeWithScore) -> float:
    """0.0 for a question whose embedding is the zero vector: its cosine is not a number."""
    return node.score if node.score is not None and not math.isnan(node.score) else 0.0


def _article(node: NodeWithScore) -> str:
    return Path(str(node.node.metadata["file_path"])).parent.name


def _held(group: Group, node: NodeWithScore) -> frozenset[Place]:
    """The gold blocks whose quote the chunk holds, white space aside; where an article repeats a quote, each block that has it."""
    text = _SPACES.sub("", _text(node))
    return frozenset(
        place
        for evidence in group.evidence
        if evidence.article == _article(node) and _SPACES.sub("", evidence.quote) in text
        for place in evidence.places
    )
