"""Many threads on one Assistant, and several processes on one store."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers_e2e import clean_environment, folder_of, scratch, spawn, towns

from assistant import Answer, Assistant, Settings, StoreBusy, StoreError

BRIDGES = "钱家村乙组修桥多少座？"
ROWS = 5


def told(answer: Answer) -> dict[str, Any]:
    return dataclasses.asdict(dataclasses.replace(answer, timings_ms={}))


def test_eight_threads_get_the_answers_of_one(small_assistant: Assistant) -> None:
    questions = [
        "码头有多长？",
        "Какова длина причала?",
        "What is the length of the pier?",
        "山城图书馆藏书多少册？",
        "Кто директор порта?",
        "果园合作社种植苹果多少亩？",
        "月球上有几家餐馆？",
        "Who is the director of the port?",
    ]
    alone = [told(small_assistant.ask(question)) for question in questions]

    def all_from(start: int) -> bool:
        order = [(start + step) % len(questions) for step in range(len(questions))]
        return all(told(small_assistant.ask(questions[n])) == alone[n] for n in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(all_from, [*range(8)] * 2))


def test_eight_threads_open_a_store_that_nobody_has_opened_yet(tmp_path: Path) -> None:
    corpus = folder_of(tmp_path / "corpus", towns())
    with Assistant(Settings(corpus=corpus, store=tmp_path / "store")) as first:
        first.ingest()
    with Assistant(Settings(corpus=corpus, store=tmp_path / "store", answerer="extractive")) as assistant:
        gate = threading.Barrier(8)

        def one(_: int) -> str:
            gate.wait(10)
            return assistant.ask(BRIDGES).text

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(one, range(8)))) == 1


def test_threads_may_ask_while_another_ingests(tmp_path: Path) -> None:
    corpus = folder_of(tmp_path / "corpus", towns())
    with Assistant(Settings(corpus=corpus, store=tmp_path / "store", answerer="extractive")) as assistant:
        assistant.ingest()
        with watched(lambda: assistant.ask(BRIDGES).text) as seen:
            for number in range(3):
                folder_of(corpus, {f"more{number}": [f"新村{number}号楼高{number + 20}米。"]})
                assistant.ingest()
        assert all("102" in text for text in seen)


# --- two writers -----------------------------------------------------------------------------------------------------

HOLDER = """
import sys
from assistant import Assistant, Settings
held = []
def progress(*_, **__):
    if not held:
        held.append(True)
        print("holding", flush=True)
        sys.stdin.readline()
with Assistant(Settings(corpus=sys.argv[1], store=sys.argv[2])) as a:
    print(len(a.ingest(progress=progress).added), flush=True)
"""


def test_the_second_of_two_ingests_is_told_who_holds_the_store(tmp_path: Path) -> None:
    corpus, store = folder_of(tmp_path / "corpus", towns()), tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, corpus, store],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(),
        cwd=scratch(),
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            assert holder.stdout.readline() == "holding\n"
            limit = {"ASSISTANT_LOCK_TIMEOUT_S": "0.3"}
            second = spawn("ingest", "--corpus", corpus, "--store", store, environment=limit)
            assert (second.code, second.out) == (1, "")
            assert str(holder.pid) in second.err
            assert "Traceback" not in second.err
            with (
                Assistant(Settings(corpus=corpus, store=store, lock_timeout_s=0.3)) as here,
                pytest.raises(StoreBusy, match=str(holder.pid)),
            ):
                here.ingest()
            assert issubclass(StoreBusy, StoreError)
        finally:
            holder.stdin.write("\n")
            holder.stdin.close()
        assert holder.stdout.readline() == "4\n"
        assert holder.wait(30) == 0
    after = spawn("ingest", "--corpus", corpus, "--store", store)
    assert after.code == 0
    assert "unchanged     4" in after.out


def test_two_ingests_at_the_same_time_both_leave_a_whole_store(tmp_path: Path) -> None:
    corpus, store = folder_of(tmp_path / "corpus", towns()), tmp_path / "store"
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: spawn("ingest", "--corpus", corpus, "--store", store), range(2)))
    assert any(run.code == 0 for run in runs)
    assert all(run.code == 0 or "pid" in run.err.lower() or "process" in run.err for run in runs)
    with Assistant(Settings(corpus=corpus, store=store)) as assistant:
        assert assistant.verify().whole
        assert assistant.ingest().written == 0


# --- a reader and a writer --------------------------------------------------------------------------------------------


@contextmanager
def watched(look: Callable[[], Any]) -> Iterator[list[Any]]:
    """Call `look` again and again in a thread while the block runs; what it gave, or the error that it raised."""
    seen: list[Any] = []
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                seen.append(look())
            except Exception as error:  # noqa: BLE001 - whatever a reader would have met
                seen.append(repr(error))
            time.sleep(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(30)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[Assistant, Path, Path]]:
    """A long-lived Assistant, as the page holds one, with its corpus and store."""
    corpus, store = folder_of(tmp_path / "corpus", towns(3)), tmp_path / "store"
    with Assistant(Settings(corpus=corpus, store=store, answerer="extractive", top_k=10)) as assistant:
        assistant.ingest()
        yield assistant, corpus, store


def harbour(version: str) -> dict[str, list[str]]:
    return {"harbour": [f"蓝鲸码头{version}泊位{n}号长{100 + n}米。" for n in range(1, ROWS + 1)]}


def state_of(assistant: Assistant) -> str:
    """Which versions of the harbour's blocks a reader finds, such as 'AAAAA'."""
    passages = assistant.ask("蓝鲸码头泊位长多少米？").passages
    return "".join(sorted(p.text[4] for p in passages if p.article_id == "harbour"))


def until(assistant: Assistant, wanted: str) -> float:
    start = time.monotonic()
    while state_of(assistant) != wanted:
        if time.monotonic() - start > 10:
            return 10.0
        time.sleep(0.1)
    return time.monotonic() - start


def test_a_reader_sees_what_another_process_writes_and_never_half_an_article(
    page: tuple[Assistant, Path, Path],
) -> None:
    assistant, corpus, store = page
    with watched(lambda: state_of(assistant)) as seen:
        for wanted in ("A" * ROWS, "B" * ROWS):
            folder_of(corpus, harbour(wanted[0]))
            assert spawn("ingest", "--corpus", corpus, "--store", store).code == 0
            assert until(assistant, wanted) < 5
    assert set(seen) == {"", "A" * ROWS, "B" * ROWS}
    assert assistant.ask("蓝鲸码头泊位3号长多少米？").citations[0].article_id == "harbour"


def test_a_reader_is_served_through_a_rebuild_of_another_process(page: tuple[Assistant, Path, Path]) -> None:
    assistant, corpus, store = page
    with watched(lambda: assistant.ask(BRIDGES).text) as seen:
        assert spawn("ingest", "--rebuild", "--corpus", corpus, "--store", store).code == 0
        time.sleep(3)
    assert [text for text in seen if "102" not in text] == []
    assert assistant.verify().whole
