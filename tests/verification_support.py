"""Every finished answer that the shipped corpus can give by itself: what the checks must leave alone, and tests corrupt."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from conftest import ROOT

from assistant.articles import read_corpus
from assistant.citations import Draft, Source, mark_sentences, resolve
from assistant.embeddings import OfflineEmbedding
from assistant.extractive import prepared_draft
from assistant.names import NameTable
from assistant.passages import library_of, nodes_of
from assistant.records import LANGUAGES, Citation, GlossaryEntry, Language
from assistant.retrieval import PassageRetriever


@dataclass(frozen=True, slots=True)
class Item:
    """A finished answer. `text` has markers; `cited` what they mean."""

    language: Language
    text: str
    cited: tuple[Citation, ...]

    @property
    def quotes(self) -> str:
        return " ".join(citation.quote for citation in self.cited)


@dataclass(frozen=True, slots=True)
class World:
    retriever: PassageRetriever
    glossary: tuple[GlossaryEntry, ...]
    items: dict[Language, list[Item]]
    sentences: dict[Language, list[tuple[Citation, str]]]


@functools.cache
def shipped_world() -> World:
    """The prepared answers in each language, then each sentence of the articles and translations cited with its own Chinese."""
    corpus = read_corpus(ROOT / "corpus")
    names = NameTable(corpus.glossary)
    library = library_of([(n.node_id, n.metadata) for article in corpus.articles for n in nodes_of(article, names)])
    retriever = PassageRetriever(library, lambda _vector, _depth: [], OfflineEmbedding(), names)
    items: dict[Language, list[Item]] = {language: [] for language in LANGUAGES}
    said: dict[Language, list[tuple[Citation, str]]] = {language: [] for language in LANGUAGES}
    for prepared in library.answers.values():
        for language in prepared.wordings:
            items[language].append(Item(language, *resolve(prepared_draft(prepared, language, retriever), language)))
    for passage in library.passages.values():
        for number, sentence in enumerate(passage.sentences):
            for language in LANGUAGES:
                text = sentence.text if language == "zh" else sentence.renderings[language]
                draft = Draft(mark_sentences(text, "[1]", language), (Source(passage, number, number),))
                marked, cited = resolve(draft, language)
                items[language].append(Item(language, marked, cited))
                said[language].append((cited[0], text))
    return World(retriever, corpus.glossary, items, said)
