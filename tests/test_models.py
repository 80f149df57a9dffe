"""The client of a model service, over HTTP on loopback with the real `openai` client: time limits, retries, breaker, queue, secrets."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import io
import logging
import random
import socket
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openai_stub import Request, Script, Stub, grounded_reply, in_pieces, retriever_over
from pydantic import SecretStr

from assistant.answering import Pipeline
from assistant.articles import read_corpus
from assistant.errors import ModelError, ModelRejected, ModelUnavailable, SettingsError
from assistant.generative import GenerativeAnswerer
from assistant.models import Breaker, End, Limits, ModelService, chat_service, in_thread, reason_of
from assistant.names import NameTable
from assistant.records import Answer, TextDelta
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
CANARY = "sk-canary-4f1d9b7e2c"
QUICK = Limits(timeout_s=5.0, first_token_timeout_s=2.0, max_retries=2, max_concurrent=4, backoff_s=0.01)
ASK = [("system", "s"), ("user", "u")]


def service(stub: Stub | str, limits: Limits = QUICK, breaker: Breaker | None = None) -> ModelService:
    base = stub if isinstance(stub, str) else stub.base_url
    return ModelService("m", api_key=SecretStr(CANARY), base_url=base, limits=limits, breaker=breaker, seed=1)


def text_of(model: ModelService) -> str:
    return "".join(item for item in model.stream(ASK) if isinstance(item, str))


def fault_of(stub: Stub | str, limits: Limits = QUICK) -> ModelError:
    model = service(stub, limits)
    try:
        with pytest.raises(ModelError) as caught:
            text_of(model)
    finally:
        model.close()
    return caught.value


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


# --- replies ---------------------------------------------------------------------------------------------------------


def test_pieces_come_as_they_are_sent_and_usage_at_the_end() -> None:
    with Stub(lambda _: Script(pieces=("a", "b", "c"), between_s=0.1)) as stub:
        model = service(stub)
        seen = [(item, time.perf_counter()) for item in model.stream(ASK)]
        model.close()
    assert [item for item, _ in seen[:3]] == ["a", "b", "c"]
    assert seen[2][1] - seen[0][1] > 0.15
    end = seen[3][0]
    assert isinstance(end, End)
    assert (end.finish, end.usage.completion_tokens) == ("stop", 3)


def test_closing_the_iterator_stops_the_request() -> None:
    with Stub(lambda _: Script(pieces=["x"] * 200, between_s=0.02)) as stub:
        model = service(stub)
        stream = model.stream(ASK)
        assert next(stream) == "x"
        stream.close()  # type: ignore[attr-defined]
        deadline = time.monotonic() + 3
        while not stub.requests[0].gone and time.monotonic() < deadline:
            time.sleep(0.02)
        assert stub.requests[0].gone
        assert len(stub.requests[0].sent) < 100
        model.close()


def test_leaving_the_async_iterator_stops_a_request_that_has_not_answered_yet() -> None:
    def pieces(model: ModelService) -> Iterator[str | End]:
        yield from model.stream(ASK)

    async def leave(model: ModelService) -> float:
        async def read() -> None:
            async for _ in in_thread(lambda: pieces(model)):
                pass

        task = asyncio.create_task(read())
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return time.monotonic() - begun

    with Stub(lambda _: Script(pieces=("x",), first_s=4.0)) as stub:
        model = service(stub, Limits(timeout_s=9.0, first_token_timeout_s=9.0))
        assert asyncio.run(leave(model)) < 1.5
        model.close()


def test_items_of_a_thread_arrive_in_order_and_its_error_is_raised() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        raise ModelUnavailable("no")

    async def read() -> list[int]:
        found: list[int] = []
        try:
            async for item in in_thread(failing):
                found.append(item)
        except ModelUnavailable:
            found.append(0)
        return found

    assert asyncio.run(read()) == [1, 2, 0]


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "reason", "requests"),
    [
        (Script(status=401), "key", 1),
        (Script(status=403), "key", 1),
        (Script(status=404), "model", 1),
        (Script(status=422), "request", 1),
        (Script(status=500), "server", 3),
        (Script(status=503), "server", 3),
        (Script(status=429, headers=(("Retry-After", "0.05"),)), "rate", 3),
        (Script(status=429, headers=(("Retry-After", "3600"),)), "rate", 1),
        (Script(drop=True), "down", 3),
        (Script(pieces=()), "empty", 3),
        (Script(pieces=("ab", "c"), cut_after=1), "cut", 1),
        (Script(pieces=("ab",), finish=None, done=False), "cut", 1),
        (Script(pieces=("ab", "c"), garble_after=1, cut_after=1), "malformed", 1),
        (Script(pieces=("ab",), error_event_after=1), "server", 1),
        (Script(pieces=("ab",), finish="content_filter"), "filtered", 1),
        (Script(body="<html>login</html>"), "cut", 3),
        (Script(body="data: [1, 2]\n\ndata: [DONE]\n\n"), "malformed", 3),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_fault_has_its_reason_and_its_number_of_requests(script: Script, reason: str, requests: int) -> None:
    with Stub(lambda _: script) as stub:
        error = fault_of(stub)
        assert reason_of(error) in {reason, "empty" if reason in ("cut", "malformed") else reason}
        assert len(stub.requests) == requests
    assert isinstance(error, ModelRejected if reason in ("key", "model", "request") else ModelUnavailable)


def test_a_service_that_is_down_is_said_to_be_so() -> None:
    error = fault_of(closed_port())
    assert reason_of(error) == "down"
    assert "cannot be reached" in str(error)


def test_the_limit_for_the_first_token_holds_even_where_the_connection_is_kept_busy() -> None:
    limits = Limits(timeout_s=5.0, first_token_timeout_s=0.3, max_retries=1, backoff_s=0.01)
    with Stub(lambda _: Script(pieces=("a",), hang_after=0, hang_s=4.0)) as stub:
        begun = time.monotonic()
        assert reason_of(fault_of(stub, limits)) == "timeout"
        assert time.monotonic() - begun < 2.0


def test_a_stream_that_stands_still_is_given_up() -> None:
    limits = Limits(timeout_s=5.0, first_token_timeout_s=0.3, max_retries=2, backoff_s=0.01)
    with Stub(lambda _: Script(pieces=("a", "b"), hang_after=1, hang_s=4.0)) as stub:
        assert reason_of(fault_of(stub, limits)) == "timeout"
        assert len(stub.requests) == 1


def test_retries_end_with_the_limit_of_the_question() -> None:
    limits = Limits(timeout_s=0.5, first_token_timeout_s=0.3, max_retries=10, backoff_s=0.01)
    with Stub(lambda _: Script(first_s=3.0)) as stub:
        begun = time.monotonic()
        assert reason_of(fault_of(stub, limits)) == "timeout"
        assert time.monotonic() - begun < 0.5 + 2.0


def test_a_retry_waits_as_long_as_the_service_asks() -> None:
    def handler(request: Request) -> Script:
        return (
            Script(status=429, headers=(("retry-after-ms", "300"),)) if request.number == 0 else Script(pieces=("ok",))
        )

    with Stub(handler) as stub:
        model = service(stub)
        assert text_of(model) == "ok"
        model.close()
        assert 0.3 <= stub.requests[1].at - stub.requests[0].at < 1.5


def test_a_parameter_that_the_model_refuses_is_left_out_from_then_on() -> None:
    def handler(request: Request) -> Script:
        for name in ("temperature", "stream_options"):
            if name in request.body:
                return Script(status=400, body=f'{{"error": {{"message": "Unsupported parameter: {name}"}}}}')
        if "max_tokens" in request.body:
            return Script(status=400, body='{"error": {"message": "Use max_completion_tokens instead"}}')
        return Script(pieces=("ok",))

    with Stub(handler) as stub:
        model = service(stub)
        assert text_of(model) == "ok"
        before = len(stub.requests)
        assert text_of(model) == "ok"
        model.close()
        assert len(stub.requests) == before + 1
        assert "max_completion_tokens" in stub.requests[-1].body


# --- breaker and queue -----------------------------------------------------------------------------------------------


def test_a_dead_service_costs_only_the_first_questions_their_time() -> None:
    limits = Limits(timeout_s=1.0, first_token_timeout_s=0.1, max_retries=0, backoff_s=0.01)
    with Stub(lambda _: Script(first_s=2.0)) as stub:
        model = service(stub, limits, Breaker(threshold=3, cooldown_s=60))
        reasons = []
        for _ in range(20):
            with pytest.raises(ModelUnavailable) as caught:
                text_of(model)
            reasons.append(reason_of(caught.value))
        model.close()
        assert reasons == ["timeout"] * 3 + ["resting"] * 17
        assert len(stub.requests) == 3


def test_the_breaker_lets_one_request_try_after_its_pause() -> None:
    now = [0.0]
    breaker = Breaker(threshold=2, cooldown_s=30, clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 31
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert breaker.allows()


def test_no_more_requests_run_at_once_than_the_setting_allows() -> None:
    running, most, lock = [0], [0], threading.Lock()

    def handler(_: Request) -> Script:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1
        return Script(pieces=("ok",))

    with Stub(handler) as stub:
        model = service(stub, Limits(timeout_s=10, max_concurrent=2))
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: text_of(model), range(16))) == {"ok"}
        model.close()
    assert most[0] <= 2


def test_a_question_that_finds_no_place_in_time_is_told_so() -> None:
    with Stub(lambda _: Script(pieces=("ok",), first_s=1.5)) as stub:
        model = service(stub, Limits(timeout_s=4, first_token_timeout_s=4, max_concurrent=1))
        first = model.stream(ASK)
        with pytest.raises(ModelUnavailable) as caught:
            list(model.stream(ASK, deadline=time.monotonic() + 0.2))
        assert reason_of(caught.value) == "busy"
        assert "ok" in list(first)
        model.close()


# --- secrets and settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_the_key_is_in_no_message_repr_trace_or_log(status: int) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    loggers = [logging.getLogger(name) for name in ("", "openai", "httpx", "httpcore", "assistant")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    try:
        # The service repeats the key in its error, as some do.
        with Stub(lambda _: Script(status=status, body=f'{{"error": {{"message": "bad key {CANARY}"}}}}')) as stub:
            model = service(stub, Limits(timeout_s=2, max_retries=1, backoff_s=0.01))
            with pytest.raises(ModelError) as caught:
                text_of(model)
            error = caught.value
            shown = repr(model) + repr(vars(model)) + str(error) + repr(error) + repr(vars(error))
            shown += "".join(traceback.format_exception(error))
            model.close()
            assert stub.requests[0].authorization == f"Bearer {CANARY}"
    finally:
        logging.getLogger().removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    assert CANARY not in shown
    assert CANARY not in log.getvalue()
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_password_in_the_address_is_not_repeated() -> None:
    model = ModelService("m", base_url="http://user:secret@127.0.0.1:9/v1")
    assert "secret" not in repr(model) + model.place


def test_a_model_is_used_only_where_it_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSISTANT_CHAT_MODEL", "ASSISTANT_ANSWERER"):
        monkeypatch.delenv(name, raising=False)
    assert chat_service(Settings()) is None
    assert chat_service(Settings(openai_api_key=CANARY)) is None
    assert chat_service(Settings(openai_api_key=CANARY, chat_model="any-model")) is not None
    assert chat_service(Settings(openai_base_url="http://127.0.0.1:1/v1", chat_model="qwen3-8b")) is not None
    assert chat_service(Settings(openai_api_key=CANARY, chat_model="m", answerer="extractive")) is None
    with pytest.raises(SettingsError, match="ASSISTANT_CHAT_MODEL"):
        chat_service(Settings(openai_api_key=CANARY, answerer="llm"))
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        chat_service(Settings(answerer="llm"))


def test_building_a_service_opens_nothing() -> None:
    before = threading.active_count()
    for _ in range(20):
        ModelService("m", base_url=closed_port())
    assert threading.active_count() == before


def test_a_service_that_is_forgotten_takes_its_thread_with_it() -> None:
    with Stub(lambda _: Script(pieces=("ok",))) as stub:
        before = threading.active_count()
        model = service(stub)
        text_of(model)
        del model
        gc.collect()
        deadline = time.monotonic() + 3
        while threading.active_count() > before + 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not [thread for thread in threading.enumerate() if thread.name == "model-service"]


# --- 2,000 seeded runs -----------------------------------------------------------------------------------------------

WORKERS = 4
TIGHT = Limits(timeout_s=0.5, first_token_timeout_s=0.1, max_retries=1, max_concurrent=8, backoff_s=0.003)
QUESTIONS = (
    "Сколько организаций входит в альянс?", "Who initiated the agricultural alliance?", "农业科技联盟由谁倡议发起？",
    "Кто инициировал создание аграрного альянса?", "How many institutions belong to the agricultural alliance?", "联盟的成员来自几个国家？",
)  # fmt: skip


def scripted(rng: random.Random, request: Request) -> Script:
    """One of the faults, or an honest reply; each seed gives its own sequence."""
    honest = in_pieces(grounded_reply(request.prompt))
    half = len(honest) // 2
    kind = rng.choice(
        ("honest", "honest", "honest", "key", "model", "rate", "rate_long", "server", "drop", "slow", "hang", "cut", "garble", "event",
         "no_end", "empty", "other_language", "no_format", "false_number", "html", "not_said", "repeat")
    )  # fmt: skip
    return {
        "honest": Script(honest), "key": Script(status=401), "model": Script(status=404), "server": Script(status=rng.choice((500, 502, 503))),
        "rate": Script(status=429, headers=(("Retry-After", "0.01"),)), "rate_long": Script(status=429, headers=(("Retry-After", "120"),)),
        "drop": Script(drop=True), "slow": Script(honest, first_s=0.25), "hang": Script(honest, hang_after=half, hang_s=0.25),
        "cut": Script(honest, cut_after=rng.randint(0, max(1, half))), "garble": Script(honest, garble_after=half, cut_after=half),
        "event": Script(honest, error_event_after=half), "no_end": Script(honest, finish=None, done=False), "empty": Script(()),
        "other_language": Script(("La respuesta ", "es once proyectos [1].")), "no_format": Script(("**Answer:** ", "<b>nothing</b> of the kind")),
        "false_number": Script((f"{rng.randint(1000, 9999)} ", "проектов [1].")), "html": Script(body="<html>gateway</html>"),
        "not_said": Script(("[0]",)), "repeat": Script(("la " * 50,)),
    }[kind]  # fmt: skip


@pytest.mark.parametrize("runs", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_seeded_faulty_runs_end_in_a_grounded_answer_or_a_clear_message(runs: int) -> None:
    corpus = read_corpus(ROOT / "corpus")
    article = next(found for found in corpus.articles if found.id == "agri-alliance")
    short = {
        language: dataclasses.replace(found, blocks=found.blocks[:4])
        for language, found in article.translations.items()
    }
    article = dataclasses.replace(article, blocks=article.blocks[:4], translations=short, questions=())
    retriever = retriever_over([article], NameTable(corpus.glossary))
    blocks = {(article.id, block.paragraph): block.text for block in article.blocks}
    randoms: dict[str, random.Random] = {}
    outcomes: Counter[str] = Counter()
    bad: list[str] = []
    longest = [0.0]

    def handler(request: Request) -> Script:
        return scripted(randoms[request.body["model"]], request)

    def run(worker: int) -> None:
        name = f"worker-{worker}"
        model = ModelService(name, api_key=SecretStr(CANARY), base_url=stub.base_url, limits=TIGHT, seed=worker)
        pipeline = Pipeline(retriever, GenerativeAnswerer(model, ROOT / "prompts"))
        for seed in range(worker, runs, WORKERS):
            randoms[name] = random.Random(seed)
            model.breaker = Breaker()
            begun = time.monotonic()
            try:
                *deltas, answer = pipeline.stream(QUESTIONS[seed % len(QUESTIONS)])
            except Exception as error:  # noqa: BLE001 - any is a finding
                bad.append(f"{seed}: {error!r}")
                continue
            longest[0] = max(longest[0], time.monotonic() - begun)
            assert isinstance(answer, Answer)
            by_model = answer.answerer == name
            outcomes["model refused" if by_model and answer.refused else "model" if by_model else "offline"] += 1
            verbatim = all(
                blocks[c.article_id, c.paragraph][c.quote_start : c.quote_end] == c.quote for c in answer.citations
            )
            grounded = answer.checks.ok and verbatim and bool(answer.citations or answer.refused)
            explained = by_model or bool(answer.notice)
            if (
                not (grounded and explained and answer.text)
                or CANARY in repr(answer)
                or not all(isinstance(d, TextDelta) for d in deltas)
            ):
                bad.append(f"{seed}: {answer}")
        model.close()

    with Stub(handler) as stub, ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(WORKERS)))
    assert bad == []
    assert sum(outcomes.values()) == runs
    assert outcomes["model"] > 0.1 * runs
    assert outcomes["offline"] > 0.1 * runs
    assert longest[0] < TIGHT.timeout_s + 2.0
