"""The Chroma collection, embedded in a folder or on a server: its one writer, its many readers, its manifest.

The store is a cache of the corpus. Every record's text and payload can be read back from it, so a reader needs nothing else,
and on any doubt it is rebuilt. The manifest is a record of the collection and is written last.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from filelock import FileLock, Timeout
from llama_index.core.schema import TextNode

from assistant.errors import StoreBusy, StoreError, StoreMismatch

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "articles"
_MANIFEST_ID = "~manifest"
_PAGE = 5_000  # Chroma 1.5.9 fails above 5,461 records a write and 32,766 a read (measured)
_LOCK_NAME = "writer.lock"
_HOLDER_NAME = "writer.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the store says of itself. `generation` grows with every ingest that wrote."""

    format: int
    embedding: str
    dimension: int
    settings: str  # what else the records depend on: the passage budget, the glossary
    generation: int
    records: int
    articles: dict[str, str] = field(default_factory=dict)  # id -> digest
    written_at: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """`unfindable`: ids that the store holds but a query does not find."""

    records: int
    declared: int
    findable: int
    unfindable: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.problems


class Store:
    """An open store. Threads may share it; searches and reopening take turns."""

    def __init__(self, folder: Path, host: str | None = None, port: int = 8000) -> None:
        """Open, creating an empty collection where there is none. Raises StoreError."""
        self.folder = folder
        self._host, self._port = host, port
        self._turn = threading.RLock()
        self._client: ClientAPI | None = None
        self._open()

    # --- opening ---

    @property
    def place(self) -> str:
        return f"{self._host}:{self._port}" if self._host else str(self.folder)

    def _open(self) -> None:
        try:
            if self._host:
                self._client = chromadb.HttpClient(
                    host=self._host, port=self._port, settings=ChromaSettings(anonymized_telemetry=False)
                )
            else:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    str(self.folder), settings=ChromaSettings(anonymized_telemetry=False)
                )
            self._collection = self._client.get_or_create_collection(
                # No embedding function: the default one downloads a model on the first add.
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )
            space = (self._collection.configuration.get("hnsw") or {}).get("space")
        except BaseException as error:  # Chroma's Rust core raises PanicException, which is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise StoreError(self._explain("cannot be opened", error)) from error
        if space != "cosine":
            raise StoreMismatch(
                f"The collection {COLLECTION!r} in {self.place} measures {space!r}; expected cosine. Run: assistant ingest --rebuild"
            )

    def _explain(self, what: str, error: BaseException) -> str:
        if self._host:
            return f"The Chroma server at {self.place} {what} ({error}). Check CHROMA_HOST and CHROMA_PORT, and that `chroma run` is running."
        if not os.access(self.folder if self.folder.exists() else self.folder.parent, os.W_OK):
            return f"The store folder {self.folder} {what}: it is not writable. Make it writable, or name another with --store DIR."
        return f"The store in {self.folder} {what} ({type(error).__name__}: {error}). It is only a cache of the corpus; make it anew with: assistant ingest --rebuild"

    def reopen(self) -> None:
        """Open afresh: a long-lived Chroma client does not see vectors that another process wrote."""
        with self._turn:
            self.close()
            self._open()

    def close(self) -> None:
        with self._turn:
            if self._client is not None:
                close = getattr(self._client, "close", None)
                if callable(close):
                    close()
                self._client = None
                SharedSystemClient.clear_system_cache()

    # --- reading ---

    def _call(self, what: str, function: Callable[..., Any], /, **arguments: Any) -> Any:
        with self._turn:
            if self._client is None:
                raise StoreError(f"The store in {self.place} is closed. Open a new Assistant.")
            try:
                return function(**arguments)
            except BaseException as error:
                if isinstance(error, (KeyboardInterrupt, SystemExit)):
                    raise
                raise StoreError(self._explain(what, error)) from error

    def manifest(self) -> Manifest | None:
        """None for a store that no ingest has completed. Raises StoreError."""
        found = self._call("cannot be read", self._collection.get, ids=[_MANIFEST_ID], include=["documents"])
        if not found["ids"]:
            return None
        try:
            return Manifest(**json.loads(found["documents"][0]))
        except (TypeError, ValueError) as error:
            raise StoreMismatch(
                f"The manifest of the store in {self.place} cannot be understood ({error}). Run: assistant ingest --rebuild"
            ) from error

    def digests(self) -> dict[str, str]:
        """record id -> digest, of all records but the manifest."""
        return {row_id: str(meta["digest"]) for row_id, meta in self.records()}

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(record id, metadata) of all records but the manifest, in order of insertion."""
        return self._rows(["metadatas"])

    def _rows(self, include: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        offset = 0
        while True:
            page = self._call("cannot be read", self._collection.get, limit=_PAGE, offset=offset, include=include)
            yield from (
                (row_id, meta)
                for row_id, meta in zip(page["ids"], page["metadatas"], strict=True)
                if row_id != _MANIFEST_ID
            )
            if len(page["ids"]) < _PAGE:
                return
            offset += _PAGE

    def search(self, embedding: Sequence[float], top_k: int) -> list[tuple[str, float]]:
        """(record id, cosine similarity) best first; also ids that a newer ingest has replaced."""
        found = self._call(
            "cannot be searched",
            self._collection.query,
            query_embeddings=[list(embedding)],
            n_results=top_k,
            include=["distances"],
        )
        return [
            (row_id, 1.0 - float(distance))
            for row_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
            if row_id != _MANIFEST_ID
        ]

    # --- writing ---

    @contextlib.contextmanager
    def writing(self, purpose: str, timeout_s: float = 0.0) -> Iterator[None]:
        """Hold the store for writing; the operating system releases the lock when the process dies.

        Raises StoreBusy, naming who holds it. For a server, the lock keeps the writers of one machine and store folder apart.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK_NAME, timeout=timeout_s)
            lock.acquire()
        except Timeout:
            raise StoreBusy(
                f"The store in {self.folder} is being written by {self._holder()}. Wait until it has finished and run the command again."
            ) from None
        except OSError as error:
            raise StoreError(self._explain("cannot be locked", error)) from error
        try:
            holder = {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "purpose": purpose,
                "since": time.strftime("%Y-%m-%d %H:%M:%S"),
            }
            (self.folder / _HOLDER_NAME).write_text(json.dumps(holder), encoding="utf-8")
            yield
        finally:
            with contextlib.suppress(OSError):
                (self.folder / _HOLDER_NAME).unlink()
            lock.release()

    def _holder(self) -> str:
        try:
            holder = json.loads((self.folder / _HOLDER_NAME).read_text(encoding="utf-8"))
            return f"process {holder['pid']} on {holder['host']} ({holder['purpose']}, since {holder['since']})"
        except (OSError, ValueError, KeyError):
            return "another process"

    def upsert(self, nodes: Sequence[TextNode], embeddings: Sequence[Sequence[float]]) -> None:
        """Write or replace records, by id. Up to a page is written all or not at all."""
        for start in range(0, len(nodes), _PAGE):
            part = nodes[start : start + _PAGE]
            self._call(
                "cannot be written",
                self._collection.upsert,  # `add` would silently keep the old text of an id that is there
                ids=[node.node_id for node in part],
                documents=[node.text for node in part],
                metadatas=[node.metadata for node in part],
                embeddings=[list(vector) for vector in embeddings[start : start + _PAGE]],
            )

    def delete(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _PAGE):
            self._call("cannot be written", self._collection.delete, ids=list(ids[start : start + _PAGE]))

    def write_manifest(self, manifest: Manifest) -> None:
        self._call(
            "cannot be written",
            self._collection.upsert,
            ids=[_MANIFEST_ID],
            documents=[json.dumps(asdict(manifest), ensure_ascii=False)],
            metadatas=[{"kind": "manifest"}],
            embeddings=[[1.0] + [0.0] * (manifest.dimension - 1)],
        )

    def clear(self) -> None:
        """Drop every record, keep the folder and the lock."""

        def recreate() -> None:
            if self._client is None:
                raise StoreError(f"The store in {self.place} is closed.")
            with contextlib.suppress(Exception):
                self._client.delete_collection(COLLECTION)
            self._collection = self._client.get_or_create_collection(
                COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )

        self._call("cannot be emptied", recreate)

    # --- verifying ---

    def verify(self) -> Verification:
        """Compare what the store says it holds with what can be read and what a query finds, every record.

        Detects vectors lost by two writers or with a lost index folder, which Chroma reports nowhere.
        """
        manifest = self.manifest()
        problems: list[str] = []
        ids = list(self.digests())
        declared = manifest.records if manifest else 0
        if manifest is None:
            problems.append("no ingest has been completed")
        elif declared != len(ids):
            problems.append(f"the manifest declares {declared} records, {len(ids)} are there")
        unfindable = self._unfindable(ids)
        if unfindable:
            problems.append(f"{len(unfindable)} records cannot be found by a query, such as {unfindable[0]}")
        return Verification(len(ids), declared, len(ids) - len(unfindable), tuple(unfindable), tuple(problems))

    def _unfindable(self, ids: Sequence[str]) -> list[str]:
        if not ids:
            return []
        if len(ids) < 30_000:
            try:
                dimension = self.manifest()
                probe = [1.0] + [0.0] * ((dimension.dimension if dimension else 1) - 1)
                found = {row_id for row_id, _ in self.search(probe, len(ids) + 1)}
                missing = [row_id for row_id in ids if row_id not in found]
            except StoreError:
                return list(ids)
        else:
            missing = list(ids)
        # A wide search over a graph may itself miss a record: ask for each suspect by its own vector.
        return [
            row_id
            for start in range(0, len(missing), 100)
            for row_id in self._not_their_own_neighbour(missing[start : start + 100])
        ]

    def _not_their_own_neighbour(self, ids: list[str]) -> list[str]:
        lost = []
        for row_id in ids:
            try:
                own = self._call("cannot be read", self._collection.get, ids=[row_id], include=["embeddings"])[
                    "embeddings"
                ][0]
                near = self.search([float(value) for value in own], 10)
            except (StoreError, IndexError):
                lost.append(row_id)
                continue
            if row_id not in {found for found, _ in near} and not (near and near[-1][1] > 0.9999):
                lost.append(row_id)
        return lost


def remove_files(folder: Path) -> None:
    """Delete Chroma's own files in `folder`, and nothing else: for a store too broken to be opened."""
    SharedSystemClient.clear_system_cache()
    for entry in folder.glob("chroma.sqlite3*"):
        entry.unlink()
    for entry in folder.iterdir():
        if entry.is_dir() and len(entry.name) == 36 and entry.name.count("-") == 4:
            shutil.rmtree(entry)
