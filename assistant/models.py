"""One OpenAI-compatible service: streamed replies and embeddings under time limits, bounded retries, a breaker and a queue.

All requests of a service run in one background event loop, so that each can be stopped at any moment, in whatever state it is;
the callers are plain threads. Nothing that the service says of an error is passed on: it may hold the key.
"""

from __future__ import annotations

import asyncio
import contextvars
import email.utils
import queue
import random
import threading
import time
import urllib.parse
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from pydantic import SecretStr

from assistant.errors import ModelError, ModelRejected, ModelUnavailable, SettingsError
from assistant.records import Usage

if TYPE_CHECKING:
    import openai

    from assistant.settings import Settings

Reason = Literal[
    "key", "model", "request", "rate", "busy", "server", "timeout", "down", "cut", "malformed", "empty", "filtered", "resting", "checks",
]  # fmt: skip
T = TypeVar("T")
Messages = Sequence[tuple[str, str]]  # (role, content): system first, then user and assistant in turn

_TELLS_OF_A_DEAD_SERVICE = frozenset(("server", "timeout", "down"))
_FINAL = frozenset(("key", "model", "request", "filtered", "resting"))  # asking again gives the same
_LONGEST_WAIT_S = 10.0  # a service that asks for more patience than this is taken as not available
_GRACE_S = 1.0  # by which a caller outwaits the request's own limit


class ServiceUnavailable(ModelUnavailable):
    """Time-out, rate limit, network, 5xx, a broken stream, after the retries; `reason` says which."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class ServiceRejected(ModelRejected):
    """Key refused, model unknown, request invalid; `reason` says which."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Cancelled(BaseException):
    """The reader went away while a reply was being awaited; unwinds the thread that waits, and is no error."""


def reason_of(error: ModelError) -> Reason:
    reason: Reason = getattr(error, "reason", "down")
    return reason


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: Reason
    detail: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The last item of a reply. `finish`: "stop", or "length" where it was ended by `max_tokens`."""

    usage: Usage
    finish: str


class Breaker:
    """Refuses requests for `cooldown_s` after `threshold` failures in a row, then lets one through to try."""

    def __init__(
        self, threshold: int = 3, cooldown_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold, self._cooldown_s, self._clock = threshold, cooldown_s, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again_at = 0.0

    def allows(self) -> bool:
        with self._lock:
            if self._failures < self._threshold:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._cooldown_s  # this one tries; the others wait for its outcome
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._threshold:
                self._closed_again_at = self._clock() + self._cooldown_s


# --- stopping --------------------------------------------------------------------------------------------------------


class Scope:
    """What is running for one reader; `cancel` stops all of it, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: set[Callable[[], object]] = set()
        self.cancelled = False

    def add(self, stop: Callable[[], object]) -> None:
        with self._lock:
            self._stops.add(stop)
            late = self.cancelled
        if late:
            stop()

    def remove(self, stop: Callable[[], object]) -> None:
        with self._lock:
            self._stops.discard(stop)

    def cancel(self) -> None:
        with self._lock:
            self.cancelled = True
            stops = tuple(self._stops)
        for stop in stops:
            stop()


_SCOPE: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("scope", default=None)


async def in_thread(make: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
    """The items of `make()`, which runs in a worker thread. Leaving early stops the requests that it has under way."""
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()
    scope = Scope()

    def put(item: tuple[T] | BaseException | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(items.put_nowait, item)

    def work() -> None:
        _SCOPE.set(scope)
        try:
            iterator = make()
            for item in iterator:
                if scope.cancelled:
                    getattr(iterator, "close", lambda: None)()
                    break
                put((item,))
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            put(error)
        finally:
            put(None)

    done = loop.run_in_executor(None, contextvars.copy_context().run, work)
    try:
        while (item := await items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        scope.cancel()
        await asyncio.wait([done], timeout=_GRACE_S)


# --- the service -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout_s`: for one question with all its requests; `first_token_timeout_s`: for the first token and between two of them."""

    timeout_s: float = 60.0
    first_token_timeout_s: float = 20.0
    max_retries: int = 2
    max_concurrent: int = 8
    backoff_s: float = 0.5


class Chat(Protocol):
    """A chat model that answers are written with: a service, or a record of what one has said."""

    @property
    def model(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    def stream(
        self, messages: Messages, *, max_tokens: int = 600, deadline: float | None = None
    ) -> Iterator[str | End]:
        """Pieces of the reply as they come, then one End. Raises ModelUnavailable, ModelRejected."""
        ...

    def close(self) -> None: ...


class _Background:
    """An event loop in a daemon thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="model-service", daemon=True)
        self._thread.start()

    def stop(self, last: Coroutine[Any, Any, None]) -> None:
        if (
            threading.current_thread() is self._thread
        ):  # collected as garbage in the loop itself: it cannot wait for itself
            last.close()
            self.loop.stop()
            return

        async def finish() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await last
            await self.loop.shutdown_asyncgens()

        asyncio.run_coroutine_threadsafe(finish(), self.loop).result(timeout=5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=5)
        self.loop.close()


@dataclass(slots=True)
class _Live:
    """What a service has opened: made on first use, closed by `close` or with the program."""

    background: _Background
    client: openai.AsyncOpenAI
    slots: asyncio.Semaphore

    def shut(self) -> None:
        self.background.stop(self.client.close())


class ModelService:
    """A model of one service. Building it opens nothing; any number of threads may use it."""

    def __init__(
        self,
        model: str,
        *,
        api_key: SecretStr | None = None,
        base_url: str | None = None,
        limits: Limits | None = None,
        breaker: Breaker | None = None,
        seed: int | None = None,
    ) -> None:
        self.model = model
        self.limits = limits or Limits()
        self.breaker = breaker or Breaker()
        self._key, self._base_url = api_key, base_url
        self._random = random.Random(seed)  # jitter only
        self._lock = threading.Lock()
        self._live: _Live | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        # Optional parameters that some services and models refuse; dropped or renamed once they have said so.
        self._optional: dict[str, Any] = {"temperature": 0.0, "stream_options": {"include_usage": True}}
        self._max_tokens_name = "max_tokens"

    def __repr__(self) -> str:
        return f"ModelService({self.model!r} at {self.place})"

    @property
    def place(self) -> str:
        """Where the service is, without what a URL may hold of a password."""
        parts = urllib.parse.urlsplit(self._base_url or "https://api.openai.com/v1")
        return (parts.hostname or "?") + (f":{parts.port}" if parts.port else "")

    def close(self) -> None:
        with self._lock:
            live, self._live = self._live, None
            if self._finalizer is not None:
                self._finalizer.detach()
        if live is not None:
            live.shut()

    def _open(self) -> _Live:
        with self._lock:
            if self._live is None:
                import openai

                background = _Background()

                async def build() -> _Live:
                    client = openai.AsyncOpenAI(
                        api_key=self._key.get_secret_value() if self._key else "none",
                        base_url=self._base_url,
                        max_retries=0,
                        timeout=self.limits.timeout_s,
                    )
                    return _Live(background, client, asyncio.Semaphore(self.limits.max_concurrent))

                self._live = asyncio.run_coroutine_threadsafe(build(), background.loop).result()
                self._finalizer = weakref.finalize(self, self._live.shut)
            return self._live

    # --- chat ---

    def stream(
        self, messages: Messages, *, max_tokens: int = 600, deadline: float | None = None
    ) -> Iterator[str | End]:
        """Pieces of the reply as they come, then one End. The request is sent at once; closing the iterator stops it.

        deadline: on the clock of time.monotonic. Failures before the first piece are retried. Raises ModelUnavailable, ModelRejected.
        """
        request = {"messages": [{"role": role, "content": content} for role, content in messages]}
        items: queue.SimpleQueue[str | End | _Fault | None] = queue.SimpleQueue()
        limit = time.monotonic() + self.limits.timeout_s if deadline is None else deadline

        async def work(live: _Live) -> None:
            try:
                fault = await self._retrying(lambda: self._chat(live, request, max_tokens, limit, items.put), limit)
                if fault is not None:
                    items.put(fault)
            finally:
                items.put(None)

        live = self._open()
        task = asyncio.run_coroutine_threadsafe(work(live), live.background.loop)
        return self._items(items, task, limit, _SCOPE.get())

    def _items(
        self, items: queue.SimpleQueue[str | End | _Fault | None], task: Future[None], limit: float, scope: Scope | None
    ) -> Iterator[str | End]:
        if scope is not None:
            scope.add(task.cancel)
        ended = False
        try:
            while True:
                try:
                    item = items.get(timeout=max(0.0, limit - time.monotonic()) + _GRACE_S)
                except queue.Empty:
                    raise self._error(_Fault("timeout")) from None
                if item is None:
                    if ended:
                        return
                    if scope is not None and scope.cancelled:
                        raise Cancelled
                    raise self._error(_Fault("down", "closed"))
                if isinstance(item, _Fault):
                    raise self._error(item)
                ended = ended or isinstance(item, End)
                yield item
        finally:
            task.cancel()
            if scope is not None:
                scope.remove(task.cancel)

    async def _chat(
        self, live: _Live, request: dict[str, Any], max_tokens: int, deadline: float, put: Callable[[str | End], None]
    ) -> tuple[_Fault | None, bool]:
        """One request. (what went wrong, whether any text was passed on)."""
        loop = asyncio.get_running_loop()
        started, finish, usage = False, "", Usage()

        def at(moment: float) -> float:
            return loop.time() + moment - time.monotonic()

        def first_limit() -> float:
            return at(min(time.monotonic() + self.limits.first_token_timeout_s, deadline))

        try:
            async with asyncio.timeout_at(first_limit()) as patience:
                arguments = {**request, **self._optional, self._max_tokens_name: max_tokens}
                stream: Any = await live.client.chat.completions.create(model=self.model, stream=True, **arguments)
                async with stream:
                    async for chunk in stream:
                        patience.reschedule(first_limit())
                        if getattr(chunk, "usage", None):
                            usage = Usage(int(chunk.usage.prompt_tokens or 0), int(chunk.usage.completion_tokens or 0))
                        for choice in chunk.choices or ():
                            piece = choice.delta.content if choice.delta else None
                            if piece:
                                if not isinstance(piece, str):
                                    return _Fault("malformed"), started
                                started = True
                                put(piece)
                            finish = choice.finish_reason or finish
        except TimeoutError:
            return _Fault("timeout"), started
        except (ValueError, TypeError, AttributeError, KeyError):
            return _Fault("malformed"), started
        except Exception as error:  # noqa: BLE001 - the vendor's and its transport's many; each becomes a fault with a reason
            return _fault_of(error), started
        if not finish:
            return _Fault("cut"), started
        if finish == "content_filter":
            return _Fault("filtered"), started
        if not started:
            return _Fault("empty"), started
        put(End(usage, finish))
        return None, started

    # --- embeddings ---

    def embed(self, texts: Sequence[str], *, timeout_s: float | None = None) -> list[list[float]]:
        """One vector a text, in their order. Raises ModelUnavailable, ModelRejected."""
        limit = time.monotonic() + (self.limits.timeout_s if timeout_s is None else timeout_s)
        found: list[list[float]] = []

        async def once() -> tuple[_Fault | None, bool]:
            try:
                async with asyncio.timeout(max(0.0, limit - time.monotonic())):
                    reply = await live.client.embeddings.create(
                        model=self.model, input=list(texts), encoding_format="float"
                    )
                rows = sorted(reply.data, key=lambda row: row.index)
                vectors = [[float(value) for value in row.embedding] for row in rows]
            except TimeoutError:
                return _Fault("timeout"), False
            except (ValueError, TypeError, AttributeError, KeyError):
                return _Fault("malformed"), False
            except Exception as error:  # noqa: BLE001 - as above
                return _fault_of(error), False
            if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1 or not vectors[0]:
                return _Fault("malformed"), False
            found[:] = vectors
            return None, False

        async def work() -> _Fault | None:
            return await self._retrying(once, limit)

        live = self._open()
        task = asyncio.run_coroutine_threadsafe(work(), live.background.loop)
        try:
            fault = task.result(timeout=max(0.0, limit - time.monotonic()) + _GRACE_S)
        except TimeoutError:
            fault = _Fault("timeout")
        finally:
            task.cancel()
        if fault is not None:
            raise self._error(fault)
        return found

    # --- trying again ---

    async def _retrying(
        self, once: Callable[[], Awaitable[tuple[_Fault | None, bool]]], deadline: float
    ) -> _Fault | None:
        """None once `once` has worked; else the last fault, after as many retries as the limits allow."""
        live = self._live
        if live is None:
            return _Fault("down", "closed")
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await live.slots.acquire()
        except TimeoutError:
            return _Fault("busy")
        try:
            attempt = 0
            while True:
                if not self.breaker.allows():
                    return _Fault("resting")
                fault, started = await once()
                if fault is None:
                    self.breaker.succeeded()
                    return None
                if fault.reason == "request" and self._adapts(fault.detail):
                    continue
                if fault.reason in _TELLS_OF_A_DEAD_SERVICE:
                    self.breaker.failed()
                wait = self._wait(attempt, fault)
                if (
                    started
                    or fault.reason in _FINAL
                    or attempt >= self.limits.max_retries
                    or wait > _LONGEST_WAIT_S
                    or time.monotonic() + wait >= deadline
                ):
                    return fault
                attempt += 1
                await asyncio.sleep(wait)
        finally:
            live.slots.release()

    def _wait(self, attempt: int, fault: _Fault) -> float:
        """Seconds before the next attempt: what the service asked for and a little more, else exponential with jitter."""
        jitter = self._random.uniform(0.5, 1.0)
        backoff = min(8.0, self.limits.backoff_s * 2.0**attempt) * jitter
        return backoff if fault.retry_after_s is None else fault.retry_after_s + 0.1 * backoff

    def _adapts(self, detail: str) -> bool:
        """Leave out a parameter that the service has just refused by name; whether there was one."""
        if "max_completion_tokens" in detail and self._max_tokens_name == "max_tokens":
            self._max_tokens_name = "max_completion_tokens"
            return True
        return any(self._optional.pop(name, None) is not None for name in tuple(self._optional) if name in detail)

    def _error(self, fault: _Fault) -> ModelError:
        at = f"the model service at {self.place}"
        if fault.reason == "key":
            return ServiceRejected(
                "key",
                f"The key was refused by {at}. Expected a valid OPENAI_API_KEY; set it, or leave it out to answer offline.",
            )
        if fault.reason == "model":
            return ServiceRejected(
                "model",
                f"The model {self.model!r} is not known to {at}. Set ASSISTANT_CHAT_MODEL (or ASSISTANT_EMBEDDING) to one that it serves.",
            )
        if fault.reason == "request":
            return ServiceRejected(
                "request",
                f"The request was refused as invalid by {at} for the model {self.model!r}. Check ASSISTANT_CHAT_CONTEXT_TOKENS and OPENAI_BASE_URL.",
            )
        what = {
            "rate": "allows no more requests now (429)", "busy": "has no free place; too many questions are being answered at once", "server": "failed (5xx)",
            "timeout": "did not answer in time", "down": "cannot be reached", "cut": "broke off its reply", "malformed": "sent a reply that cannot be read",
            "empty": "sent an empty reply", "filtered": "withheld its reply", "resting": "failed repeatedly and is left alone for a while",
        }[fault.reason]  # fmt: skip
        return ServiceUnavailable(
            fault.reason,
            f"{at[0].upper()}{at[1:]} {what} (model {self.model!r}). Try again later; without it, answers are taken straight from the articles.",
        )


def _fault_of(error: Exception) -> _Fault:
    import openai

    if isinstance(error, openai.APITimeoutError):
        return _Fault("timeout")
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status in (401, 403):
            return _Fault("key")
        if status == 404:
            return _Fault("model")
        if status == 429:
            return _Fault("rate", retry_after_s=_retry_after(error.response.headers))
        if status in (408, 409) or status >= 500:
            return _Fault("server", retry_after_s=_retry_after(error.response.headers))
        # The text is only searched for the names of our own parameters; it goes no further.
        return _Fault("request", str(error.body or "")[:2000])
    if isinstance(error, openai.APIConnectionError):
        return _Fault("down")
    if isinstance(error, openai.APIError):  # an error event in the middle of a stream
        return _Fault("server")
    return _Fault("cut" if type(error).__module__.startswith(("httpx", "httpcore")) else "malformed")


def _retry_after(headers: Any) -> float | None:
    """Seconds to wait, from any of the three ways in which services say it; None where they do not."""
    try:
        if headers.get("retry-after-ms"):
            return max(0.0, float(str(headers["retry-after-ms"])) / 1000)
        value = headers.get("retry-after")
        if not value:
            return None
        if value.replace(".", "", 1).isdigit():
            return float(str(value))
        until: float = email.utils.parsedate_to_datetime(value).timestamp()
        return max(0.0, until - time.time())
    except (ValueError, TypeError):
        return None


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.timeout_s, settings.first_token_timeout_s, settings.max_retries, settings.max_concurrent)


def chat_service(settings: Settings) -> ModelService | None:
    """The configured chat model; None where answers are to be made offline. Raises SettingsError."""
    if settings.answerer == "extractive":
        return None
    configured = settings.openai_api_key is not None or bool(settings.openai_base_url)
    if not configured or not settings.chat_model:
        if settings.answerer == "llm":
            lacking = "ASSISTANT_CHAT_MODEL" if configured else "OPENAI_API_KEY or OPENAI_BASE_URL"
            raise SettingsError(
                f"ASSISTANT_ANSWERER is llm, but {lacking} is not set. Set it, or set ASSISTANT_ANSWERER to extractive."
            )
        return None
    return ModelService(
        settings.chat_model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url or None,
        limits=limits_of(settings),
    )
