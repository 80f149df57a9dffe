"""Conversations in memory, on the server side: what a browser sends as history is never believed, nothing is written to disk."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from assistant.records import Answer

State = Literal["writing", "done", "stopped", "failed"]

MAX_EXCHANGES = 60  # of one conversation
_HISTORY_EXCHANGES = 6  # earlier ones that a follow-up may refer to


@dataclass(slots=True)
class Exchange:
    """One question with what came of it. `text`: as far as it is written; `failure`: a whole sentence for the reader.

    `whole`: the question as it was sent, where `question` is only the beginning of one that is too long.
    """

    question: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    state: State = "writing"
    text: str = ""
    answer: Answer | None = None
    failure: str = ""
    whole: str = ""
    vote: Literal["up", "down"] | None = None


@dataclass(slots=True)
class Conversation:
    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    exchanges: list[Exchange] = field(default_factory=list)
    touched: float = 0.0
    shown: str = ""  # the evidence as last rendered
    voted: bool = False  # at any time, also where the vote was taken back

    def history(self) -> list[tuple[str, str]]:
        """The finished exchanges as (role, text), oldest first."""
        turns: list[tuple[str, str]] = []
        for exchange in self.exchanges[-_HISTORY_EXCHANGES:]:
            if exchange.state == "done" and exchange.answer is not None:
                turns += [("user", exchange.question), ("assistant", exchange.answer.text)]
        return turns

    def begin(self, question: str) -> Exchange:
        """A new exchange; one that is still being written is stopped."""
        self.stop()
        exchange = Exchange(question)
        self.exchanges.append(exchange)
        return exchange

    def stop(self) -> None:
        for exchange in self.exchanges:
            if exchange.state == "writing":
                exchange.state = "stopped"

    def cut(self, index: int) -> None:
        """Forget exchange `index` (from 0) and all after it."""
        self.stop()
        del self.exchanges[max(0, index) :]


class Conversations:
    """Conversations by id; the longest unused are forgotten when there are too many, all of them after `keep_s`."""

    def __init__(self, most: int = 2000, keep_s: float = 6 * 3600, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._keep_s, self._clock = most, keep_s, clock
        self._by_id: OrderedDict[str, Conversation] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, conversation_id: str) -> Conversation | None:
        with self._turn:
            self._forget()
            found = self._by_id.get(conversation_id)
            if found is not None:
                found.touched = self._clock()
                self._by_id.move_to_end(conversation_id)
            return found

    def get_or_new(self, conversation_id: str) -> Conversation:
        found = self.get(conversation_id)
        if found is None:
            found = Conversation(touched=self._clock())
            with self._turn:
                self._by_id[found.id] = found
                self._forget()
        return found

    def drop(self, conversation_id: str) -> None:
        with self._turn:
            found = self._by_id.pop(conversation_id, None)
            if found is not None:
                found.stop()

    def __len__(self) -> int:
        return len(self._by_id)

    def _forget(self) -> None:
        oldest = self._clock() - self._keep_s
        while self._by_id and (len(self._by_id) > self._most or next(iter(self._by_id.values())).touched < oldest):
            self._by_id.popitem(last=False)
