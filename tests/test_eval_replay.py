"""What a model said once can be answered again without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError, ModelRejected, ModelUnavailable
from assistant.models import Chat, End, Limits, Messages, ServiceRejected, ServiceUnavailable, reason_of
from assistant.records import Usage
from assistant.settings import Settings
from eval.replay import HEAD, REPLIES, RecordingChat, ReplayChat, ReplayError, fingerprint, read_head, read_replies

ASKED = (("system", "Answer from the passages."), ("user", "几个项目？"))
END = End(Usage(7, 3), "stop")


class FakeChat:
    """Says its lines in turn, then its usage; a line may end in an error. Remembers what it was asked."""

    model = "some-model"
    limits = Limits()

    def __init__(self, *lines: list[str | ModelError]) -> None:
        self._lines = list(lines)
        self.asked: list[tuple[Messages, int, float | None]] = []
        self.closed = False

    def stream(
        self, messages: Messages, *, max_tokens: int = 600, deadline: float | None = None
    ) -> Iterator[str | End]:
        self.asked.append((messages, max_tokens, deadline))
        for item in self._lines.pop(0):
            if isinstance(item, ModelError):
                raise item
            yield item
        yield END

    def close(self) -> None:
        self.closed = True


def _recording(folder: Path, *lines: list[str | ModelError]) -> RecordingChat:
    return RecordingChat(FakeChat(*lines), folder, "2026-07-01", Settings(chat_model="some-model", top_k=7))


def _record(folder: Path, *lines: list[str | ModelError]) -> None:
    chat = _recording(folder, *lines)
    for line in lines:
        if isinstance(line[-1], ModelError):
            with pytest.raises(ModelError):
                list(chat.stream(ASKED))
        else:
            list(chat.stream(ASKED))


def test_a_recorded_reply_is_given_again(tmp_path: Path) -> None:
    _record(tmp_path / "r", ["11", "个项目[1]。"])
    chat: Chat = ReplayChat(tmp_path / "r")
    assert list(chat.stream(ASKED)) == ["11", "个项目[1]。", END]
    assert chat.model == "some-model"


def test_a_record_says_of_whom_and_when_it_is_and_with_which_settings(tmp_path: Path) -> None:
    _record(tmp_path / "r", ["a"])
    head = read_head(tmp_path / "r")
    assert (head.model, head.recorded) == ("some-model", "2026-07-01")
    assert Settings(**head.settings).top_k == 7
    assert "key" not in (tmp_path / "r" / HEAD).read_text(encoding="utf-8")


def test_recording_passes_everything_through(tmp_path: Path) -> None:
    inner = FakeChat(["a", "b"])
    chat = RecordingChat(inner, tmp_path / "deep" / "r", "2026-07-01", Settings())
    assert list(chat.stream(ASKED, max_tokens=50, deadline=9.0)) == ["a", "b", END]
    assert inner.asked == [(ASKED, 50, 9.0)]
    chat.close()
    assert inner.closed
    (reply,) = read_replies(tmp_path / "deep" / "r")
    assert (reply.pieces, reply.end, reply.fault) == (("a", "b"), END, None)
    assert reply.request == fingerprint(ASKED, 50)


def test_the_same_request_gets_its_replies_in_order_then_the_last_again(tmp_path: Path) -> None:
    _record(tmp_path / "r", ["first"], ["second"])
    chat = ReplayChat(tmp_path / "r")
    assert [next(chat.stream(ASKED)) for _ in range(3)] == ["first", "second", "second"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ServiceUnavailable("cut", "The service broke off its reply."), ModelUnavailable),
        (ServiceRejected("key", "The key was refused."), ModelRejected),
    ],
)
def test_a_failure_is_recorded_and_raised_again(tmp_path: Path, error: ModelError, kind: type[ModelError]) -> None:
    _record(tmp_path / "r", ["half an ", error], ["whole"])
    chat = ReplayChat(tmp_path / "r")
    with pytest.raises(kind, match=str(error)) as caught:
        list(chat.stream(ASKED))
    assert reason_of(caught.value) == reason_of(error)
    assert list(chat.stream(ASKED)) == ["whole", END]


def test_the_pieces_before_a_failure_come_first(tmp_path: Path) -> None:
    _record(tmp_path / "r", ["half an ", ServiceUnavailable("cut", "broke off")])
    assert next(ReplayChat(tmp_path / "r").stream(ASKED)) == "half an "


def test_a_reply_that_is_left_is_not_recorded(tmp_path: Path) -> None:
    stream = _recording(tmp_path / "r", ["a", "b"]).stream(ASKED)
    next(stream)
    del stream
    assert read_replies(tmp_path / "r") == ()


def test_a_folder_with_a_record_is_not_written_into(tmp_path: Path) -> None:
    _record(tmp_path / "r", ["a"])
    before = (tmp_path / "r" / REPLIES).read_bytes()
    with pytest.raises(ReplayError, match=r"a record in .* already"):
        _recording(tmp_path / "r", ["b"])
    assert (tmp_path / "r" / REPLIES).read_bytes() == before


@pytest.mark.parametrize(
    ("messages", "max_tokens"),
    [([ASKED[0], ("user", "谁？")], 600), ([("system", "Be brief."), ASKED[1]], 600), (ASKED, 5)],
)
def test_a_request_that_was_not_recorded_is_an_error(tmp_path: Path, messages: Messages, max_tokens: int) -> None:
    _record(tmp_path / "r", ["a"])
    with pytest.raises(
        ReplayError, match=f"no reply to the request {fingerprint(messages, max_tokens)}: .* Record again"
    ):
        list(ReplayChat(tmp_path / "r").stream(messages, max_tokens=max_tokens))


def test_a_deadline_does_not_change_what_is_asked(tmp_path: Path) -> None:
    chat = _recording(tmp_path / "r", ["a"])
    list(chat.stream(ASKED, deadline=12.5))
    assert list(ReplayChat(tmp_path / "r").stream(ASKED, deadline=99.0)) == ["a", END]


def test_a_record_that_is_missing_empty_or_broken_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no record"):
        ReplayChat(tmp_path / "none")
    _recording(tmp_path / "empty")
    with pytest.raises(ReplayError, match="has no reply"):
        ReplayChat(tmp_path / "empty")
    _record(tmp_path / "broken", ["a"])
    (tmp_path / "broken" / REPLIES).write_text('{"request": "r"}\n', encoding="utf-8")
    with pytest.raises(ReplayError, match=r"replies\.jsonl:1: "):
        ReplayChat(tmp_path / "broken")
    _record(tmp_path / "headless", ["a"])
    (tmp_path / "headless" / HEAD).write_text(
        json.dumps({"model": "m", "recorded": "2026-07-01", "settings": {"corpus": "/"}}), encoding="utf-8"
    )
    with pytest.raises(ReplayError, match="unknown settings corpus"):
        ReplayChat(tmp_path / "headless")
