"""Record every reply of a chat model, and answer from such a record without the model.

Both are the assistant's `chat` seam: an object with `stream(messages, …)` that yields pieces of text, then one end record with `usage` and `finish`.
A record is JSONL, a line a reply: {"prompt", "messages", "model", "recorded", "options", "reply", "pieces", "usage", "finish"}. `prompt` is the fingerprint of
the system messages (it changes with a prompt file), `messages` of all of them with the options: the key that replay looks up.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import AssistantError
from assistant.records import Usage


class ReplayError(AssistantError):
    """A record is missing, broken, or lacks the reply that is asked for."""


_TRANSIENT = frozenset(("deadline", "timeout_s"))  # options that say when, not what


@dataclass(frozen=True, slots=True)
class End:
    """What a stream yields last."""

    usage: Usage
    finish: str


class Chat(Protocol):
    """A chat model: pieces of its reply as they come, then one end record, which has `usage` and `finish`."""

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]: ...  # messages, then options; each chat names its own


@dataclass(frozen=True, slots=True)
class Reply:
    """One recorded reply; `recorded`: the day, ISO 8601."""

    prompt: str
    messages: str
    model: str
    recorded: str
    pieces: tuple[str, ...]
    usage: Usage
    finish: str


def fingerprints(messages: Sequence[Any], options: Mapping[str, Any]) -> tuple[str, str]:
    """The fingerprint of the system messages, and that of all messages with the options that change a reply; each 16 hex digits.

    Messages are (role, content) pairs, or mappings or dataclasses with these fields. Raises ReplayError for anything else.
    """
    plain = [_plain(message) for message in messages]
    system = [message["content"] for message in plain if message["role"] == "system"]
    return _hash(system), _hash([plain, _lasting(options)])


def _lasting(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in sorted(options.keys() - _TRANSIENT)}


def _plain(message: Any) -> dict[str, Any]:
    if isinstance(message, tuple) and len(message) == 2:
        found = {"role": message[0], "content": message[1]}
    elif isinstance(message, Mapping):
        found = dict(message)
    elif dataclasses.is_dataclass(message) and not isinstance(message, type):
        found = dataclasses.asdict(message)
    else:
        raise ReplayError(
            f"A message is a {type(message).__name__}; expected a (role, content) pair, a mapping or a dataclass."
        )
    if "role" not in found or "content" not in found:
        raise ReplayError(f"A message has the fields {', '.join(map(str, found))}; expected role and content.")
    return {**found, "role": str(found["role"])}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True, default=repr).encode()).hexdigest()[:16]


class RecordingChat:
    """Passes everything through to `inner` and appends each whole reply to `path`; a reply that breaks off is not recorded."""

    def __init__(self, inner: Chat, path: Path, model: str, day: str) -> None:
        self._inner, self._path, self._day = inner, path, day
        self.model = model
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def stream(self, messages: Sequence[Any], **options: Any) -> Iterator[Any]:
        prompt, key = fingerprints(messages, options)
        pieces: list[str] = []
        usage, finish = Usage(), ""
        for item in self._inner.stream(messages, **options):
            if isinstance(item, str):
                pieces.append(item)
            elif isinstance(getattr(item, "usage", None), Usage):
                usage, finish = item.usage, str(getattr(item, "finish", ""))
            else:
                raise ReplayError(
                    f"The chat yielded a {type(item).__name__}; expected a str, or an end record with usage and finish."
                )
            yield item
        row = {
            "prompt": prompt,
            "messages": key,
            "model": self.model,
            "recorded": self._day,
            "options": {name: repr(value) for name, value in _lasting(options).items()},
            "reply": "".join(pieces),
            "pieces": pieces,
            "usage": {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
            "finish": finish,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        _close(self._inner)


def _close(inner: object) -> None:
    close = getattr(inner, "close", None)
    if callable(close):
        close()


class ReplayChat:
    """Answers from a record. The same messages asked again get their replies in the recorded order, then the last one again."""

    def __init__(self, path: Path, end: Callable[[Usage, str], Any] = End) -> None:
        """`end` makes the record that a stream ends with. Raises ReplayError."""
        self._path, self._end = path, end
        self._replies: dict[str, list[Reply]] = {}
        self._given: dict[str, int] = {}
        for reply in read_replies(path):
            self._replies.setdefault(reply.messages, []).append(reply)
        if not self._replies:
            raise ReplayError(f"The record {path} is empty; make one with --answerer llm --record FILE.")

    @property
    def replies(self) -> tuple[Reply, ...]:
        return tuple(reply for replies in self._replies.values() for reply in replies)

    @property
    def model(self) -> str:
        return ", ".join(sorted({reply.model for reply in self.replies}))

    @property
    def description(self) -> str:
        """Which model was recorded when, as output and report say it."""
        days = sorted({reply.recorded for reply in self.replies})
        return f"replay of {self.model}, recorded {days[0]}" + (f" to {days[-1]}" if len(days) > 1 else "")

    def stream(self, messages: Sequence[Any], **options: Any) -> Iterator[Any]:
        prompt, key = fingerprints(messages, options)
        if key not in self._replies:
            known = any(reply.prompt == prompt for reply in self.replies)
            why = "the question or what was retrieved for it has changed" if known else "the prompt has changed"
            raise ReplayError(
                f"The record {self._path} has no reply to the messages {key}: {why} since. Record again with --record FILE."
            )
        turn = self._given.get(key, 0)
        self._given[key] = turn + 1
        reply = self._replies[key][min(turn, len(self._replies[key]) - 1)]
        yield from reply.pieces
        yield self._end(reply.usage, reply.finish)

    def close(self) -> None:
        """Nothing is held open."""


def read_replies(path: Path) -> tuple[Reply, ...]:
    """The replies of a record in order. Raises ReplayError as file:line."""
    if not path.is_file():
        raise ReplayError(f"There is no record at {path}; make one with --answerer llm --record FILE.")
    replies = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            usage = Usage(int(row["usage"]["prompt_tokens"]), int(row["usage"]["completion_tokens"]))
            replies.append(
                Reply(
                    row["prompt"],
                    row["messages"],
                    row["model"],
                    row["recorded"],
                    tuple(row["pieces"]),
                    usage,
                    row["finish"],
                )
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ReplayError(f"{path}:{number}: {error!r}; expected a line as --record writes it.") from error
    return tuple(replies)
