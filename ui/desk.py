"""What happens when a reader asks, stops, retries, edits or votes: conversations change here, the view only shows them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import Executor

from assistant import Answer, Assistant, AssistantError
from assistant.errors import ModelError, QuestionError, StoreError
from assistant.records import Language, TextDelta
from assistant.settings import Settings
from ui.conversations import MAX_EXCHANGES, Conversation, Conversations, Exchange
from ui.feedback import Feedback, Vote
from ui.library import ServedLibrary
from ui.limits import Limit
from ui.texts import tell

_UPDATE_EVERY_S = 0.2  # Source: measured, 200 readers are served smoothly with 4 to 5 updates a second each
_SHOWN_CHARS = 120  # of a question that is too long; the whole of it stays in the box
_log = logging.getLogger(__name__)


class Desk:
    """One for the whole server. `executor` runs the answering, which blocks; `showing` reads what is shown around an answer.

    Two pools, because a finished answer should not wait behind all the questions that have been asked meanwhile.
    """

    def __init__(self, assistant: Assistant, executor: Executor, showing: Executor) -> None:
        settings: Settings = assistant.settings
        self.assistant, self.settings = assistant, settings
        self.library = ServedLibrary(assistant)
        self.conversations = Conversations()
        self.feedback = Feedback(settings.feedback)
        self.executor, self.showing = executor, showing
        self._by_reader = Limit(settings.questions_per_minute)
        self.by_address = Limit(settings.requests_per_minute)

    async def ask(
        self,
        conversation: Conversation,
        question: str,
        language: Language | None,
        page: Language,
        reader: str,
        address: str,
    ) -> AsyncIterator[Exchange]:
        """The new exchange, again and again while it is written. Never raises: what goes wrong is said in the exchange."""
        full = len(conversation.exchanges) >= MAX_EXCHANGES
        if full:
            del conversation.exchanges[MAX_EXCHANGES:]
        history = conversation.history()
        too_long = len(question) > self.settings.max_question_chars
        exchange = conversation.begin(f"{question[:_SHOWN_CHARS]}…" if too_long else question)
        exchange.whole = question if too_long else ""
        problem = tell("full", page) if full else self._refused(question, page, reader, address)
        if problem:
            exchange.state, exchange.failure = "failed", problem
            yield exchange
            return
        yield exchange
        shown = time.monotonic()
        try:
            async with contextlib.aclosing(self._stream(question, language, history)) as pieces:
                async for piece in pieces:
                    if exchange.state != "writing":  # stopped, or overtaken by another question
                        return
                    if isinstance(piece, Answer):
                        exchange.answer, exchange.text, exchange.state = piece, piece.text, "done"
                    else:
                        exchange.text += piece.text
                        if time.monotonic() - shown < _UPDATE_EVERY_S:
                            continue  # coalesced
                        shown = time.monotonic()
                        yield exchange
        except Exception as error:  # noqa: BLE001 - whatever happens, the reader gets a sentence and the box stays open
            exchange.state, exchange.failure = "failed", self.explain(error, page)
        finally:
            if exchange.state == "writing":
                exchange.state = "stopped"
        yield exchange

    def _refused(self, question: str, page: Language, reader: str, address: str) -> str:
        most = self.settings.max_question_chars
        if len(question) > most:
            return tell("error_long", page, given=len(question), most=most)
        wait = self._by_reader.wait_s(reader) or self.by_address.wait_s(address)
        return tell("error_rate", page, seconds=int(wait) + 1) if wait else ""

    def explain(self, error: Exception, page: Language) -> str:
        """A sentence for the reader; the particulars go to the log only."""
        if isinstance(error, QuestionError):
            return tell("error_text", page)
        if isinstance(error, ModelError):
            _log.warning("the model failed: %s", error)
            return tell("error_model", page)
        if isinstance(error, StoreError):
            _log.error("the store failed: %s", error)
            return tell("error_busy", page)
        if isinstance(error, AssistantError):
            _log.error("%s", error)
        else:
            _log.error("an answer failed", exc_info=error)
        return tell("error_other", page)

    def explain_to_program(self, error: AssistantError) -> str:
        """What a caller of the API is told: all of a wrong question, nothing of our own troubles."""
        return str(error) if isinstance(error, QuestionError) else self.explain(error, "en")

    async def _stream(
        self, question: str, language: Language | None, history: list[tuple[str, str]]
    ) -> AsyncGenerator[TextDelta | Answer, None]:
        """`Assistant.stream` from its thread; closing this one ends that one after its next piece."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[TextDelta | Answer | Exception | None] = asyncio.Queue()
        ended = threading.Event()

        def put(piece: TextDelta | Answer | Exception | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server goes down
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        def work() -> None:
            try:
                if ended.is_set():
                    return
                stream = self.assistant.stream(question, language, history)
                for piece in stream:
                    if ended.is_set():
                        break
                    put(piece)
            except Exception as error:  # noqa: BLE001 - handed to the coroutine, which raises it
                put(error)
            finally:
                put(None)

        work_done = loop.run_in_executor(self.executor, work)
        try:
            waiting: list[str] = []
            while (piece := await pieces.get()) is not None:
                if isinstance(piece, TextDelta):
                    # What has come meanwhile goes out in one: under load each update costs more than the answer.
                    waiting.append(piece.text)
                    if pieces.empty():
                        yield TextDelta("".join(waiting))
                        waiting.clear()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
        finally:
            ended.set()
            work_done.cancel()

    def vote(self, conversation: Conversation, index: int, vote: Vote | None) -> Exchange | None:
        """Keep a vote on exchange `index` (from 0); None where there is no such answer. Raises StoreError."""
        if not 0 <= index < len(conversation.exchanges):
            return None
        exchange = conversation.exchanges[index]
        if exchange.answer is None:
            return None
        self.feedback.vote(exchange.id, vote, exchange.answer)
        exchange.vote, conversation.voted = vote, True
        return exchange
