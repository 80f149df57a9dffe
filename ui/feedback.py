"""What readers said of answers: one row an answer in a local SQLite file, written only when a reader votes. No name, no address."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from assistant import __version__
from assistant.errors import StoreError
from assistant.records import Answer

Vote = Literal["up", "down"]
MAX_COMMENT_CHARS = 2000

_TABLE = """CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, vote TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, query TEXT NOT NULL,
    language TEXT NOT NULL, answer TEXT NOT NULL, refused INTEGER NOT NULL, citations TEXT NOT NULL, answerer TEXT NOT NULL, version TEXT NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    at: str  # UTC, ISO 8601, to the minute
    vote: str
    comment: str
    question: str
    query: str
    language: str
    answer: str
    refused: bool
    citations: tuple[dict[str, object], ...]
    answerer: str
    version: str

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class Feedback:
    """The file is made at the first vote. Several processes may write it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def vote(self, exchange_id: str, vote: Vote | None, answer: Answer) -> None:
        """Keep a reader's vote on an answer; None takes back the vote and its comment. Raises StoreError."""
        if vote is None:
            if self.file.is_file():
                with self._open() as base:
                    base.execute("DELETE FROM feedback WHERE id = ?", (exchange_id,))
            return
        citations = [
            {key: value for key, value in asdict(item).items() if key in ("number", "article_id", "paragraph", "quote")}
            for item in answer.citations
        ]
        at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%MZ")
        values = (
            exchange_id,
            at,
            vote,
            "",
            answer.question,
            answer.query,
            answer.language,
            answer.text,
            answer.refused,
        )
        with self._open() as base:
            base.execute(
                "INSERT INTO feedback VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET vote = excluded.vote, at = excluded.at",
                (*values, json.dumps(citations, ensure_ascii=False), answer.answerer, __version__),
            )

    def comment(self, exchange_id: str, comment: str) -> None:
        """Add a comment to a vote; without one there is no row and nothing is kept. Raises StoreError."""
        with self._open() as base:
            base.execute(
                "UPDATE feedback SET comment = ? WHERE id = ?", (comment.strip()[:MAX_COMMENT_CHARS], exchange_id)
            )

    def rows(self) -> list[Row]:
        """All rows, oldest first; none where nothing was kept yet. Raises StoreError."""
        if not self.file.is_file():
            return []
        with self._open() as base:
            found = base.execute("SELECT * FROM feedback ORDER BY at, rowid").fetchall()
        return [
            Row(**{**dict(row), "refused": bool(row["refused"]), "citations": tuple(json.loads(row["citations"]))})
            for row in found
        ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base: sqlite3.Connection | None = None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            base = sqlite3.connect(self.file, timeout=10)
            base.row_factory = sqlite3.Row
            with base:
                base.execute(_TABLE)
                yield base
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The feedback file {self.file} cannot be used ({error}). Expected a SQLite file that this program made; "
                "move it away, or name another with ASSISTANT_FEEDBACK."
            ) from error
        finally:
            if base is not None:
                base.close()
