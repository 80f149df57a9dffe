"""The page under load: many readers at once, each with a streamed answer of the real server; first page and first answer times.

Each reader does what a browser does: joins the queue of the chat's own event and reads the stream of updates to its end. The
server is a process of its own; readers and server share the machine's cores, so the figures are on the careful side.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "本次大会签约了多少个项目？", "Сколько проектов было подписано?", "How many projects were signed?", "大会什么时候开幕？", "Когда открылась конференция?",
    "When did the conference open?", "联盟有多少成员？", "Какая тема у конференции?", "Who is Elon Musk?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """Seconds from sending a question to its first and last update; `error` is empty where all went well."""

    first_s: float
    last_s: float
    updates: int
    error: str


@contextmanager
def server(store: Path, corpus: Path) -> Iterator[tuple[str, float, float, int]]:
    """The page in a process of its own: address, seconds to the first page, to the first answer, and process id."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "OPENAI_", "CHROMA_"))
    }
    environment |= {
        "ASSISTANT_STORE": str(store), "ASSISTANT_CORPUS": str(corpus), "ASSISTANT_PORT": "0", "ASSISTANT_FEEDBACK": str(store / "feedback.db"),
        "ASSISTANT_ANSWERER": "extractive", "ASSISTANT_QUESTIONS_PER_MINUTE": "0", "ASSISTANT_REQUESTS_PER_MINUTE": "0",
    }  # fmt: skip
    log = store / "server.log"
    begin = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app_gradio.py")], env=environment, stderr=stream, cwd=store
        )
    try:
        while not (found := re.search(r"http://\S+/\s", log.read_text())):
            if process.poll() is not None:
                raise RuntimeError(f"the page did not start: {log.read_text()}")
            time.sleep(0.01)
        url = found[0].rstrip().rstrip("/")
        with httpx.Client(timeout=180) as client:
            client.get(url + "/").raise_for_status()
            page_s = time.perf_counter() - begin
            client.post(url + "/api/ask", json={"question": QUESTIONS[0]}).raise_for_status()
            answer_s = time.perf_counter() - begin
            while client.get(url + "/readyz").status_code != 200:
                time.sleep(0.2)
        yield url, page_s, answer_s, process.pid
    finally:
        process.terminate()
        process.wait(20)


@dataclass(frozen=True, slots=True)
class Events:
    """The page's own events: opening the page, and writing the reply to a question."""

    load: int
    write: int
    inputs: tuple[object, ...]  # of `write`; the first is the question


def events_of(url: str) -> Events:
    config = httpx.get(f"{url}/config", timeout=60).json()
    by_id = {item["id"]: item for item in config["components"]}
    choose = next(item["id"] for item in config["components"] if item["props"].get("elem_id") == "choose")
    write = next(
        item for item in config["dependencies"] if [choose, "click"] in [list(target) for target in item["targets"]]
    )
    load = next(item for item in config["dependencies"] if "load" in [target[1] for target in item["targets"]])
    return Events(load["id"], write["id"], tuple(by_id[part]["props"].get("value") for part in write["inputs"]))


async def run_event(
    client: aiohttp.ClientSession, url: str, session: str, event: int, data: list[object]
) -> AsyncIterator[str]:
    """Run one event as a browser does; the messages of its stream. Raises LookupError where it does not succeed."""
    body = {"data": data, "fn_index": event, "session_hash": session, "event_data": None, "trigger_id": None}
    async with client.post(f"{url}/gradio_api/queue/join", json=body) as joined:
        joined.raise_for_status()
    async with client.get(f"{url}/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.content:
            said = json.loads(line[6:]) if line.startswith(b"data: ") else {"msg": ""}
            yield said["msg"]
            if said["msg"] == "process_completed":
                if not said["success"]:
                    raise LookupError(f"not successful: {said['output']}")
                return
    raise LookupError("the stream ended early")


async def opened(client: aiohttp.ClientSession, url: str, events: Events, session: str) -> None:
    async for _ in run_event(client, url, session, events.load, []):
        pass


async def reader(client: aiohttp.ClientSession, url: str, events: Events, question: str, session: str) -> Reply:
    begin = time.perf_counter()
    first, updates, error = 0.0, 0, ""
    try:
        async for message in run_event(client, url, session, events.write, [question, *events.inputs[1:]]):
            if message == "process_generating":
                first = first or time.perf_counter() - begin
                updates += 1
    except (aiohttp.ClientError, OSError, LookupError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    return Reply(first, time.perf_counter() - begin, updates, error or ("" if updates else "no update came"))


async def crowd(url: str, readers: int) -> tuple[list[Reply], float]:
    """All readers have the page open, as many as asked for, and ask at the same moment."""
    events = events_of(url)
    sessions = [f"bench{readers:04d}{number:06d}" for number in range(readers)]
    # Not httpx: with hundreds of connections its pool used more of the two cores than the server did.
    connector, limit = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(connector=connector, timeout=limit, read_bufsize=2**20) as client:
        for start in range(0, readers, 10):
            await asyncio.gather(*(opened(client, url, events, session) for session in sessions[start : start + 10]))
        begin = time.perf_counter()
        coming = (
            reader(client, url, events, QUESTIONS[number % len(QUESTIONS)], session)
            for number, session in enumerate(sessions)
        )
        return list(await asyncio.gather(*coming)), time.perf_counter() - begin


def share(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def cpu_s(process: int) -> float:
    """Processor seconds that a process has used."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return float("nan")
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> float:
    text = Path(f"/proc/{process}/status").read_text() if Path(f"/proc/{process}/status").exists() else ""
    found = re.search(r"VmHWM:\s+(\d+)", text)
    return int(found[1]) / 1024 if found else float("nan")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench page", description=__doc__)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        with server(store, options.corpus) as (_, page_s, answer_s, _pid):
            sys.stdout.write(f"empty store: first page {page_s:.1f} s, first answer {answer_s:.1f} s after the start\n")
        with server(store, options.corpus) as (url, page_s, answer_s, process):
            sys.stdout.write(
                f"filled store: first page {page_s:.1f} s, first answer {answer_s:.1f} s after the start\n"
            )
            with httpx.Client(timeout=60) as client:
                times = []
                for _ in range(20):
                    begin = time.perf_counter()
                    client.get(url + "/").raise_for_status()
                    times.append((time.perf_counter() - begin) * 1e3)
            sys.stdout.write(f"warm page: p50 {share(times, 0.5):.0f} ms, p95 {share(times, 0.95):.0f} ms\n")
            failed = 0
            for readers in sorted({1, 20, options.readers}):
                before = cpu_s(process)
                replies, total_s = asyncio.run(crowd(url, readers))
                errors = [reply.error for reply in replies if reply.error]
                failed += len(errors)
                firsts, lasts = [reply.first_s for reply in replies], [reply.last_s for reply in replies]
                sys.stdout.write(
                    f"{readers:4} at once: {len(replies) - len(errors)} answered, {len(errors)} errors; first update p50 {share(firsts, 0.5):.2f} s, "
                    f"p95 {share(firsts, 0.95):.2f} s; whole answer p50 {share(lasts, 0.5):.2f} s, p95 {share(lasts, 0.95):.2f} s, "
                    f"slowest {max(lasts):.2f} s; {len(replies) / total_s:.0f} answers a second; {sum(reply.updates for reply in replies)} updates; "
                    f"the server used {(cpu_s(process) - before) / readers * 1e3:.0f} ms of a core for each, opening the page included\n"
                )
                for error in sorted(set(errors))[:5]:
                    sys.stdout.write(f"     {error}\n")
            sys.stdout.write(f"memory of the server: {memory_mb(process):.0f} MB at most\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
