"""What a model said once can be answered again without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.records import Usage
from eval.replay import End, RecordingChat, ReplayChat, ReplayError, fingerprints, read_replies

ASKED = (("system", "Answer from the passages."), ("user", "几个项目？"))
END = End(Usage(7, 3), "stop")


class FakeChat:
    """Says its lines in turn, then its usage; remembers what it was asked."""

    def __init__(self, *lines: Sequence[str]) -> None:
        self._lines = list(lines)
        self.asked: list[tuple[Sequence[Any], dict[str, Any]]] = []
        self.closed = False

    def stream(self, messages: Sequence[Any], **options: Any) -> Iterator[Any]:
        self.asked.append((messages, options))
        yield from self._lines.pop(0)
        yield END

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str


def _record(path: Path, *lines: Sequence[str]) -> None:
    chat = RecordingChat(FakeChat(*lines), path, "some-model", "2026-07-01")
    for _ in lines:
        list(chat.stream(ASKED, temperature=0))


def test_a_recorded_reply_is_given_again(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    _record(path, ["11", "个项目[1]。"])
    assert list(ReplayChat(path).stream(ASKED, temperature=0)) == ["11", "个项目[1]。", END]
    assert ReplayChat(path).description == "replay of some-model, recorded 2026-07-01"


def test_recording_passes_everything_through(tmp_path: Path) -> None:
    inner = FakeChat(["a", "b"])
    chat = RecordingChat(inner, tmp_path / "deep" / "replies.jsonl", "m", "2026-07-01")
    assert list(chat.stream(ASKED, max_tokens=600)) == ["a", "b", END]
    assert inner.asked == [(ASKED, {"max_tokens": 600})]
    chat.close()
    assert inner.closed
    (reply,) = read_replies(tmp_path / "deep" / "replies.jsonl")
    assert (reply.pieces, reply.usage, reply.finish, reply.model) == (("a", "b"), Usage(7, 3), "stop", "m")
    assert (reply.prompt, reply.messages) == fingerprints(ASKED, {"max_tokens": 600})


def test_the_same_messages_get_their_replies_in_order_then_the_last_again(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    _record(path, ["first"], ["second"])
    chat = ReplayChat(path)
    assert [next(chat.stream(ASKED, temperature=0)) for _ in range(3)] == ["first", "second", "second"]


def test_a_reply_that_breaks_off_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    stream = RecordingChat(FakeChat(["a", "b"]), path, "m", "2026-07-01").stream(ASKED)
    next(stream)
    del stream
    assert read_replies(path) == ()


def test_other_messages_are_an_error_that_says_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    _record(path, ["a"])
    chat = ReplayChat(path)
    with pytest.raises(ReplayError, match="the question or what was retrieved"):
        list(chat.stream([ASKED[0], ("user", "谁？")], temperature=0))
    with pytest.raises(ReplayError, match="the prompt has changed"):
        list(chat.stream([("system", "Be brief."), ASKED[1]], temperature=0))


def test_messages_may_be_records_and_options_count_but_not_the_deadline() -> None:
    records = [Message("system", "Answer from the passages."), Message("user", "几个项目？")]
    mappings = [{"role": "system", "content": "Answer from the passages."}, {"role": "user", "content": "几个项目？"}]
    assert fingerprints(records, {}) == fingerprints(mappings, {}) == fingerprints(ASKED, {})
    assert fingerprints(ASKED, {"deadline": 12.5}) == fingerprints(ASKED, {"deadline": 99.0})
    assert fingerprints(ASKED, {"temperature": 0})[1] != fingerprints(ASKED, {})[1]
    with pytest.raises(ReplayError, match="role and content"):
        fingerprints([{"text": "x"}], {})
    with pytest.raises(ReplayError, match="a mapping or a dataclass"):
        fingerprints(["x"], {})


def test_a_record_that_is_missing_empty_or_broken_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no record"):
        ReplayChat(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(ReplayError, match="is empty"):
        ReplayChat(tmp_path / "empty.jsonl")
    (tmp_path / "broken.jsonl").write_text('{"prompt": "p"}\n', encoding="utf-8")
    with pytest.raises(ReplayError, match=r"broken\.jsonl:1: "):
        ReplayChat(tmp_path / "broken.jsonl")
