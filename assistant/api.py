"""`Assistant` and `ask`: the only place that wires objects together."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant import collector, indexing
from assistant.answering import Pipeline
from assistant.articles import import_file, read_corpus, read_glossary
from assistant.embeddings import embedding_for
from assistant.errors import QuestionError, StoreError
from assistant.generative import GenerativeAnswerer, answerer_for
from assistant.models import Chat, ModelService, chat_service, in_thread
from assistant.names import NameTable
from assistant.passages import library_of
from assistant.records import LANGUAGES, Answer, GlossaryEntry, IngestReport, Language, Problem, TextDelta
from assistant.retrieval import Parts, PassageRetriever, Search
from assistant.settings import Settings
from assistant.store import NOT_THERE, Manifest, Store, Verification, is_there, remove_files

_CHECK_EVERY_S = 1.0  # how often a reader looks whether another process has written the store
_log = logging.getLogger(__name__)

History = Sequence[tuple[str, str]]


class Assistant:
    """Answers from one corpus through one store. Opening is cheap; the store is opened, and filled where empty, on first use.

    Threads may share one. Use it in a `with` block, or call `close`.
    """

    def __init__(self, settings: Settings | None = None, *, chat: Chat | None = None, **overrides: Any) -> None:
        """`chat`: a model to answer with in place of the configured one; who gives it closes it. `overrides` are fields of Settings.

        Raises SettingsError.
        """
        self.settings = (
            settings
            if settings is not None and not overrides
            else Settings(**{**(settings.model_dump() if settings else {}), **overrides})
        )
        self._turn = threading.RLock()
        self._store: Store | None = None
        self._pipeline: Pipeline | None = None
        self._retriever: PassageRetriever | None = None
        self._generation = 0
        self._checked_at = 0.0
        self._embedding: Any = None
        self._chat = chat
        self._service: ModelService | None = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._turn:
            if self._store is not None:
                self._store.close()
            if self._service is not None:
                self._service.close()
                self._service = None
            if self._embedding is not None:
                getattr(self._embedding, "close", lambda: None)()
                self._embedding = None
            self._store = self._pipeline = self._retriever = None

    # --- asking ---

    def ask(self, question: str, language: Language | None = None, history: History = ()) -> Answer:
        """One answer, in `language` or else in the question's. history: earlier turns as (role, text), oldest first.

        Raises QuestionError, StoreError, CorpusError.
        """
        *_, last = self.stream(question, language, history)
        if not isinstance(last, Answer):
            raise AssertionError("stream ended without an Answer")
        return last

    def stream(
        self, question: str, language: Language | None = None, history: History = ()
    ) -> Iterator[TextDelta | Answer]:
        """Pieces of the text, then exactly one Answer, which is what `ask` gives."""
        if language is not None and language not in LANGUAGES:
            raise QuestionError(
                f"The reply language is {language!r}; expected one of {', '.join(LANGUAGES)}, or none for the question's own."
            )
        turns = _turns(history)
        yield from self._ready().stream(question, language, turns)

    async def astream(
        self, question: str, language: Language | None = None, history: History = ()
    ) -> AsyncIterator[TextDelta | Answer]:
        """`stream` for an event loop: it runs in a worker thread, and leaving the iterator stops the model's request."""
        async for item in in_thread(lambda: self.stream(question, language, history)):
            yield item

    @property
    def retriever(self) -> PassageRetriever:
        """The LlamaIndex retriever over the store as it is now."""
        self._ready()
        if self._retriever is None:
            raise StoreError("The assistant is closed. Open a new one.")
        return self._retriever

    # --- the store ---

    def ingest(
        self, paths: Sequence[Path | str] = (), *, rebuild: bool = False, progress: indexing.Progress | None = None
    ) -> IngestReport:
        """Bring the store in line with the corpus folder; files given are first taken into that folder.

        Raises CorpusError, StoreBusy, StoreMismatch, StoreError.
        """
        with self._turn:
            for path in paths:
                import_file(Path(path), self.settings.corpus)
            corpus = self.settings.corpus
            if not corpus.is_dir():
                read_corpus(corpus)
            store = self._open_store(rebuild)
            with store.writing("assistant ingest" + (" --rebuild" if rebuild else ""), self.settings.lock_timeout_s):
                report = indexing.ingest(corpus, store, self._embed(), rebuild=rebuild, progress=progress)
            self._generation = 0
            return report

    def manifest(self) -> Manifest | None:
        """What the store says of itself; None where no ingest has been completed. Looking makes no store."""
        return self._open_store().manifest() if self._has_store() else None

    def verify(self) -> Verification:
        """Compare every record that the store declares with what can be read and found. Looking makes no store."""
        with self._turn:
            return self._open_store().verify() if self._has_store() else NOT_THERE

    def _has_store(self) -> bool:
        return self._store is not None or bool(self.settings.chroma_host) or is_there(self.settings.store)

    def problems(self) -> tuple[Problem, ...]:
        return read_corpus(self.settings.corpus).problems

    def glossary(self) -> tuple[GlossaryEntry, ...]:
        return read_glossary(self.settings.corpus)

    def _embed(self) -> Any:
        if self._embedding is None:
            self._embedding = embedding_for(self.settings)
        return self._embedding

    def _open_store(self, rebuild: bool = False) -> Store:
        with self._turn:
            if self._store is None:
                try:
                    self._store = Store(self.settings.store, self.settings.chroma_host, self.settings.chroma_port)
                except StoreError as error:
                    if not rebuild or self.settings.chroma_host:
                        raise
                    _log.warning("%s: making the store anew", error)
                    remove_files(self.settings.store)
                    self._store = Store(self.settings.store)
            return self._store

    def _ready(self) -> Pipeline:
        """The pipeline over the newest state of the store; fills an empty store, reopens one that another process has written."""
        with self._turn:
            now = time.monotonic()
            if self._pipeline is not None and self._generation and now - self._checked_at < _CHECK_EVERY_S:
                return self._pipeline
            self._checked_at = now
            store = self._open_store()
            manifest = store.manifest()
            if manifest is None:
                _log.info("the store in %s is empty; indexing %s", store.place, self.settings.corpus)
                self.ingest()
                manifest = store.manifest()
                if manifest is None:
                    raise StoreError(
                        f"The store in {store.place} is still empty after an ingest. Run: assistant ingest --rebuild"
                    )
            if manifest.generation == self._generation and self._pipeline is not None:
                return self._pipeline
            indexing.check_manifest(manifest, self._embed(), store.place)
            if self._generation:
                store.reopen()
            with collector.paused():
                self._load(store)
            self._generation = manifest.generation
            if self._pipeline is None:
                raise StoreError(f"The store in {store.place} could not be read. Run: assistant ingest --rebuild")
            return self._pipeline

    def _load(self, store: Store) -> None:
        without = set(self.settings.without)
        names = NameTable(() if "glossary" in without else self.glossary())
        parts = Parts(**{part: part not in without for part in ("questions", "translations", "lexical", "dense")})
        self._retriever = PassageRetriever(
            library_of(store.records()), _search_of(store), self._embed(), names, top_k=self.settings.top_k, parts=parts
        )
        self._pipeline = Pipeline(
            self._retriever, self._answerer(), max_question_chars=self.settings.max_question_chars
        )

    def _answerer(self) -> GenerativeAnswerer | None:
        """The given or configured model's; one service, with its breaker and queue, for as long as this object is open."""
        if self._chat is None and self._service is None:
            self._service = chat_service(self.settings)
        chat = self._chat or self._service
        return answerer_for(self.settings, chat) if chat else None


def _search_of(store: Store) -> Search:
    """The store's search; a question without a vector, because the embedding service is not available, has no dense hits."""
    return lambda vector, depth: store.search(vector, depth) if vector else []


def _turns(history: History) -> tuple[tuple[str, str], ...]:
    try:
        items = tuple(history)
    except TypeError as error:
        raise QuestionError(
            f"The history is {history!r}; expected a list of pairs such as ('user', 'How many projects?')."
        ) from error
    return tuple(map(_turn, items))


def _turn(item: tuple[str, str]) -> tuple[str, str]:
    try:
        role, content = item
    except (TypeError, ValueError) as error:
        raise QuestionError(
            f"A turn of the history is {item!r}; expected a pair such as ('user', 'How many projects?')."
        ) from error
    if role not in ("user", "assistant") or not isinstance(content, str):
        raise QuestionError(
            f"A turn of the history has the role {role!r}; expected 'user' or 'assistant', and a string."
        )
    return role, content


@functools.cache
def _shared() -> Assistant:
    return Assistant()


def ask(question: str, language: Language | None = None, history: History = ()) -> Answer:
    """One answer from the corpus and store of the settings; the first call opens them and keeps them open."""
    return _shared().ask(question, language, history)
