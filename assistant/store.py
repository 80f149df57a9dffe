"""The Chroma collection, embedded in a folder or on a server: its one writer, its many readers, its manifest.

The store is a cache of the corpus. Every record's text and payload can be read back from it, so a reader needs nothing else,
and on any doubt it is rebuilt: into a collection of its own, which readers turn to when it is whole. The manifest is a record of
the collection and is written last.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import shutil
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import NotFoundError
from filelock import FileLock, Timeout
from llama_index.core.schema import TextNode

from assistant.errors import StoreBusy, StoreError, StoreMismatch

if TYPE_CHECKING:
    import numpy.typing as npt
    from chromadb.api import ClientAPI

COLLECTION = "articles"  # after a rebuild: "articles-<nanoseconds>"
_MANIFEST_ID = "~manifest"
_PAGE = 5_000  # Chroma 1.5.9 fails above 5,461 records a write and 32,766 a read (measured)
_LOCK_NAME = "writer.lock"
_HOLDER_NAME = "writer.json"
_T = TypeVar("_T")


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


NOT_THERE = Verification(0, 0, 0, (), ("no ingest has been completed",))


def is_there(folder: Path) -> bool:
    """Whether `folder` holds an embedded store; looking makes nothing."""
    return (folder / "chroma.sqlite3").is_file()


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
        if not self._host:
            self._make_folder()
            self._check_index()
        try:
            if self._host:
                self._client = chromadb.HttpClient(
                    host=self._host, port=self._port, settings=ChromaSettings(anonymized_telemetry=False)
                )
            else:
                self._client = chromadb.PersistentClient(
                    str(self.folder), settings=ChromaSettings(anonymized_telemetry=False)
                )
            self._collection = _collection(self._client, _newest(self._client))
            space = (self._collection.configuration.get("hnsw") or {}).get("space")
        except BaseException as error:  # Chroma's Rust core raises PanicException, which is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise StoreError(self._explain("cannot be opened", error)) from error
        if space != "cosine":
            raise StoreMismatch(
                f"The collection {COLLECTION!r} in {self.place} measures {space!r}; expected cosine. Run: assistant ingest --rebuild"
            )

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The store folder {self.folder} cannot be made ({error.strerror}). Expected a folder that can be written; "
                "name another with --store DIR."
            ) from error

    def _check_index(self) -> None:
        """Raises StoreError for an index cut short, before Chroma maps it into memory: searching it would end the process."""
        for _ in range(5):
            damaged = next(filter(_is_cut_short, _index_folders(self.folder)), None)
            if damaged is None:
                return
            time.sleep(0.1)  # another process may be writing it at this moment
        raise StoreError(
            f"The index {damaged} of the store is damaged. It is only a cache of the corpus; make it anew with: assistant ingest --rebuild"
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
                # Chroma 1.5.9 never closes the connections of its HTTP client, nor of the admin client inside it.
                for part in (self._client, getattr(self._client, "_admin_client", None)):
                    session = getattr(getattr(part, "_server", None), "_session", None)
                    if session is not None:
                        session.close()
                getattr(self._client, "close", lambda: None)()  # which Chroma's own ClientAPI does not declare
                self._client = None
                SharedSystemClient.clear_system_cache()

    # --- reading ---

    def _call(self, what: str, operation: Callable[[chromadb.Collection], _T]) -> _T:
        """What `operation` gives; done again in the new collection where a rebuild by another process has replaced this one."""
        with self._turn:
            try:
                return self._attempt(what, operation)
            except StoreError as error:
                if not isinstance(error.__cause__, NotFoundError):
                    raise
            self.reopen()
            return self._attempt(what, operation)

    def _attempt(self, what: str, operation: Callable[[chromadb.Collection], _T]) -> _T:
        if self._client is None:
            raise StoreError(f"The store in {self.place} is closed. Open a new Assistant.")
        try:
            return operation(self._collection)
        except BaseException as error:  # a PanicException of Chroma's Rust core, too
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise StoreError(self._explain(what, error)) from error

    def manifest(self) -> Manifest | None:
        """None for a store that no ingest has completed. Raises StoreError."""
        found = self._call("cannot be read", lambda rows: rows.get(ids=[_MANIFEST_ID], include=["documents"]))
        if not found["documents"]:
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
        for offset in itertools.count(0, _PAGE):
            page = self._page(offset)
            yield from (
                (row_id, dict(meta))
                for row_id, meta in zip(page["ids"], page["metadatas"] or (), strict=True)
                if row_id != _MANIFEST_ID
            )
            if len(page["ids"]) < _PAGE:
                return

    def _page(self, offset: int) -> chromadb.GetResult:
        return self._call("cannot be read", lambda rows: rows.get(limit=_PAGE, offset=offset, include=["metadatas"]))

    def search(self, embedding: Sequence[float], top_k: int) -> list[tuple[str, float]]:
        """(record id, cosine similarity) best first; also ids that a newer ingest has replaced."""
        found = self._call(
            "cannot be searched",
            lambda rows: rows.query(query_embeddings=_array([embedding]), n_results=top_k, include=["distances"]),
        )
        return [
            (row_id, 1.0 - float(distance))
            for row_id, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
            if row_id != _MANIFEST_ID
        ]

    # --- writing ---

    @contextlib.contextmanager
    def writing(self, purpose: str, timeout_s: float = 0.0) -> Iterator[None]:
        """Hold the store for writing; the operating system releases the lock when the process dies.

        Raises StoreBusy, naming who holds it. For a server, the lock keeps the writers of one machine and store folder apart.
        """
        self._make_folder()
        lock = FileLock(self.folder / _LOCK_NAME, timeout=timeout_s)
        try:
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
            self._upsert_page(nodes[start : start + _PAGE], embeddings[start : start + _PAGE])

    def _upsert_page(self, nodes: Sequence[TextNode], embeddings: Sequence[Sequence[float]]) -> None:
        self._call(
            "cannot be written",
            lambda rows: rows.upsert(  # `add` would silently keep the old text of an id that is there
                ids=[node.node_id for node in nodes],
                documents=[node.text for node in nodes],
                metadatas=[node.metadata for node in nodes],
                embeddings=_array(embeddings),
            ),
        )

    def delete(self, ids: Sequence[str]) -> None:
        for part in (list(ids[start : start + _PAGE]) for start in range(0, len(ids), _PAGE)):
            self._call("cannot be written", functools.partial(_delete, ids=part))

    def write_manifest(self, manifest: Manifest) -> None:
        self._call(
            "cannot be written",
            lambda rows: rows.upsert(
                ids=[_MANIFEST_ID],
                documents=[json.dumps(asdict(manifest), ensure_ascii=False)],
                metadatas=[{"kind": "manifest"}],
                embeddings=_array([_first_axis(manifest.dimension)]),
            ),
        )

    @contextlib.contextmanager
    def replacing(self) -> Iterator[None]:
        """Writes in the block go to a new, empty collection, which replaces all others when the block has written its manifest.

        Readers use the old one until then. A block that fails leaves everything as it was.
        """
        with self._turn:
            old = self._collection
            folders = _index_folders(self.folder)
            fresh = f"{COLLECTION}-{time.time_ns()}"
            self._collection = self._administer("cannot be rebuilt", lambda client: _collection(client, fresh))
            try:
                yield
            except BaseException:
                self._collection = old
                with contextlib.suppress(StoreError):
                    self._administer("cannot be tidied", lambda client: client.delete_collection(fresh))
                raise
            self._administer("cannot be tidied", lambda client: _delete_all_but(client, fresh))
            for folder in folders:  # Chroma 1.5.9 leaves the index of a deleted collection on the disk
                shutil.rmtree(folder, ignore_errors=True)

    def _administer(self, what: str, operation: Callable[[ClientAPI], _T]) -> _T:
        client = self._client
        if client is None:
            raise StoreError(f"The store in {self.place} is closed. Open a new Assistant.")
        return self._attempt(what, lambda _: operation(client))

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
            problems.extend(NOT_THERE.problems)
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
                manifest = self.manifest()
                probe = _first_axis(manifest.dimension if manifest else 1)
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
                near = self.search(self._embedding_of(row_id), 10)
            except (StoreError, IndexError):
                lost.append(row_id)
                continue
            if row_id not in {found for found, _ in near} and not (near and near[-1][1] > 0.9999):
                lost.append(row_id)
        return lost

    def _embedding_of(self, row_id: str) -> list[float]:
        found = self._call("cannot be read", lambda rows: rows.get(ids=[row_id], include=["embeddings"]))
        embeddings = found["embeddings"]
        return [] if embeddings is None else [float(value) for value in embeddings[0]]


# --- Chroma's collections and files ----------------------------------------------------------------------------------


def _collection(client: ClientAPI, name: str) -> chromadb.Collection:
    """The collection of that name, made where there is none."""
    return client.get_or_create_collection(
        name,
        embedding_function=None,  # the default one downloads a model on the first add
        configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
    )


def _names(client: ClientAPI) -> list[str]:
    """The names of our collections, the newest first; a server may hold others' too."""
    found: list[str] = []
    while page := client.list_collections(limit=100, offset=len(found)):
        found.extend(collection.name for collection in page)
    return sorted((name for name in found if name.partition("-")[0] == COLLECTION), key=_age)


def _age(name: str) -> int:
    return -int(name.partition("-")[2] or 0)


def _newest(client: ClientAPI) -> str:
    """The name of the collection with the last completed ingest; the plain name where there is none."""
    for name in _names(client):
        if client.get_collection(name, embedding_function=None).get(ids=[_MANIFEST_ID], include=[])["ids"]:
            return name
    return COLLECTION


def _delete_all_but(client: ClientAPI, kept: str) -> None:
    for name in _names(client):
        if name != kept:
            client.delete_collection(name)


def _delete(rows: chromadb.Collection, ids: list[str]) -> None:
    rows.delete(ids=ids)


def _array(vectors: Sequence[Sequence[float]]) -> npt.NDArray[np.float32]:
    return np.array(vectors, dtype=np.float32)


def _first_axis(dimension: int) -> list[float]:
    return [1.0] + [0.0] * (dimension - 1)


def _index_folders(folder: Path) -> list[Path]:
    """Where an embedded Chroma keeps the vectors of its collections: folders named by a UUID."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return [entry for entry in found if entry.is_dir() and len(entry.name) == 36 and entry.name.count("-") == 4]


_HEADER = struct.Struct("<i4Q")  # version, offset, capacity, elements, bytes an element


def _is_cut_short(index: Path) -> bool:
    """Whether an index holds fewer vectors than its header says; it may hold room for more.

    Source: hnswlib's persistence header, version 1, as Chroma 1.5.9 writes it.
    """
    try:
        header = (index / "header.bin").read_bytes()
        found = (index / "data_level0.bin").stat().st_size
    except FileNotFoundError:
        return False
    if len(header) < _HEADER.size:
        return True
    version, _, _, elements, size = _HEADER.unpack_from(header)
    return bool(version == 1 and found < elements * size)


def remove_files(folder: Path) -> None:
    """Delete Chroma's own files in `folder`, and nothing else: for a store too broken to be opened."""
    SharedSystemClient.clear_system_cache()
    for entry in folder.glob("chroma.sqlite3*"):
        entry.unlink()
    for entry in _index_folders(folder):
        shutil.rmtree(entry)
