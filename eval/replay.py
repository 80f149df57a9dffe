"""Record every reply of a chat model, and answer from such a record without the model.

Both are a `Chat` of the assistant. A record is a folder: `record.json` says which model, when, and the settings that shape what it is asked; `replies.jsonl`
has a line a request, in the order in which they were made; `store` is the store that was searched. A request is known by its fingerprint; one that failed is
recorded with its failure, which a replay raises again, so that it comes to the same answers.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, ModelError, ModelRejected
from assistant.models import Chat, End, Limits, Messages, Reason, ServiceRejected, ServiceUnavailable, reason_of
from assistant.records import Usage

if TYPE_CHECKING:
    from assistant.settings import Settings

HEAD, REPLIES, STORE = "record.json", "replies.jsonl", "store"

# The settings that shape the requests, decide how often one is made, or price them: a replay has those of its record.
KEPT_SETTINGS = (
    "chat_model", "chat_context_tokens", "prompt_budget_tokens", "answer_max_tokens", "top_k", "max_retries", "price_prompt", "price_completion",
)  # fmt: skip


class ReplayError(AssistantError):
    """A record is missing, broken, in the way, or lacks the reply that is asked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a record is of. `recorded`: the day, ISO 8601; `settings`: the values of `KEPT_SETTINGS`."""

    model: str
    recorded: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """How a request failed."""

    rejected: bool
    reason: Reason
    message: str

    def error(self) -> ModelError:
        return (ServiceRejected if self.rejected else ServiceUnavailable)(self.reason, self.message)


@dataclass(frozen=True, slots=True)
class Reply:
    """One recorded request. `request`: its fingerprint; `pieces`: all that came, up to its end or its `fault`."""

    request: str
    pieces: tuple[str, ...]
    end: End
    fault: Fault | None = None


def fingerprint(messages: Messages, max_tokens: int) -> str:
    """Of a request, 16 hex digits: it changes with the prompt, the passages that are shown, the question and the length allowed."""
    value = json.dumps([[list(message) for message in messages], max_tokens], ensure_ascii=False)
    return hashlib.sha256(value.encode()).hexdigest()[:16]


# --- recording -------------------------------------------------------------------------------------------------------


class RecordingChat:
    """Passes everything through to `inner` and appends each request with its reply to the record; one left before its end is not recorded."""

    def __init__(self, inner: Chat, folder: Path, day: str, settings: Settings) -> None:
        """Raises ReplayError where the folder holds a record already: two runs in one would not be a replay of either."""
        if (folder / REPLIES).exists():
            raise ReplayError(
                f"There is a record in {folder} already; expected a new folder. Name another with --record DIR."
            )
        folder.mkdir(parents=True, exist_ok=True)
        kept = {name: getattr(settings, name) for name in KEPT_SETTINGS}
        head = {"model": inner.model, "recorded": day, "settings": kept}
        (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        self._inner, self._path = inner, folder / REPLIES
        self._path.touch()

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def limits(self) -> Limits:
        return self._inner.limits

    def stream(
        self, messages: Messages, *, max_tokens: int = 600, deadline: float | None = None
    ) -> Iterator[str | End]:
        pieces: list[str] = []
        begun = time.perf_counter()
        end = End(Usage(), "")
        try:
            for item in self._inner.stream(messages, max_tokens=max_tokens, deadline=deadline):
                if isinstance(item, str):
                    pieces.append(item)
                else:
                    end = item
                yield item
        except ModelError as error:
            self._append(messages, max_tokens, pieces, end, time.perf_counter() - begun, error)
            raise
        self._append(messages, max_tokens, pieces, end, time.perf_counter() - begun, None)

    def _append(
        self, messages: Messages, max_tokens: int, pieces: list[str], end: End, seconds: float, error: ModelError | None
    ) -> None:
        row: dict[str, Any] = {
            "request": fingerprint(messages, max_tokens),
            "pieces": pieces,
            "usage": [end.usage.prompt_tokens, end.usage.completion_tokens],
            "finish": end.finish,
            "seconds": round(seconds, 3),
        }
        if error is not None:
            row["fault"] = asdict(Fault(isinstance(error, ModelRejected), reason_of(error), str(error)))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._inner.close()


# --- replaying -------------------------------------------------------------------------------------------------------


class ReplayChat:
    """Answers from a record. The same request made again gets its replies in the recorded order, then the last one again."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        """Raises ReplayError."""
        self.head = read_head(folder)
        self.limits = limits or Limits()
        self._folder = folder
        self._replies: dict[str, list[Reply]] = {}
        self._given: dict[str, int] = {}
        for reply in read_replies(folder):
            self._replies.setdefault(reply.request, []).append(reply)
        if not self._replies:
            raise ReplayError(f"The record in {folder} has no reply. Make one with: --answerer llm --record DIR")

    @property
    def model(self) -> str:
        return self.head.model

    def stream(
        self, messages: Messages, *, max_tokens: int = 600, deadline: float | None = None
    ) -> Iterator[str | End]:
        """`deadline` is not looked at: a record keeps nobody waiting."""
        del deadline
        key = fingerprint(messages, max_tokens)
        if key not in self._replies:
            raise ReplayError(
                f"The record in {self._folder} has no reply to the request {key}: since it was made the prompt, the passages or the question have changed. "
                "Record again with: --answerer llm --record DIR"
            )
        turn = self._given.get(key, 0)
        self._given[key] = turn + 1
        reply = self._replies[key][min(turn, len(self._replies[key]) - 1)]
        yield from reply.pieces
        if reply.fault is not None:
            raise reply.fault.error()
        yield reply.end

    def close(self) -> None:
        """Nothing is held open."""


def read_head(folder: Path) -> Head:
    """Raises ReplayError."""
    path = folder / HEAD
    if not path.is_file():
        raise ReplayError(
            f"There is no record in {folder}: expected {HEAD} and {REPLIES}. Make one with: --answerer llm --record DIR"
        )
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        kept = row["settings"]
        if unknown := kept.keys() - set(KEPT_SETTINGS):
            raise ValueError(f"unknown settings {', '.join(sorted(unknown))}")
        return Head(str(row["model"]), str(row["recorded"]), kept)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReplayError(f"{path}: {error!r}; expected the head of a record as --record writes it.") from error


def read_replies(folder: Path) -> tuple[Reply, ...]:
    """The replies of a record in order. Raises ReplayError as file:line."""
    path = folder / REPLIES
    if not path.is_file():
        raise ReplayError(f"There is no record at {path}. Make one with: --answerer llm --record DIR")
    replies = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            replies.append(_reply(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise ReplayError(f"{path}:{number}: {error!r}; expected a line as --record writes it.") from error
    return tuple(replies)


def _reply(row: Mapping[str, Any]) -> Reply:
    prompt_tokens, completion_tokens = row["usage"]
    fault = Fault(**row["fault"]) if "fault" in row else None
    end = End(Usage(int(prompt_tokens), int(completion_tokens)), row["finish"])
    return Reply(row["request"], tuple(row["pieces"]), end, fault)
