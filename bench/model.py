"""What an answer by a model costs beside the plain LlamaIndex query engine, in one run against one stub service.

`python -m bench model [--rounds N] [--tokens N]`: milliseconds from the question to the arrival of the request at the service,
from the service's first token to the reader's, both together (what is added to the model's own time to first token), and for each
further token; and the tokens of the prompts, on these questions and on the gold set. The service is a process of its own that
answers at once; both sides stream. Both use the same offline embedding; the engine has its default settings otherwise (chunks of
1,024 tokens, two of them, its own prompts) and a chat model over the OpenAI-like class.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.api import Assistant
from assistant.embeddings import OfflineEmbedding
from assistant.models import End, Limits, Messages
from assistant.records import LANGUAGES, TextDelta, Usage
from assistant.settings import PROJECT_ROOT, Settings
from assistant.tokens import count_tokens

QUESTIONS = (
    "Сколько проектов было подписано на конференции?", "本次大会签约了多少个项目？", "How many projects were signed at the conference?",
    "На чём сосредоточен хаб в Сиане?", "西安枢纽聚焦什么产业？", "Which industry does the Xi'an hub focus on?",
    "Кто инициировал создание сельскохозяйственного альянса?", "农业科技联盟由谁倡议发起？", "Who initiated the agricultural alliance?",
    "Когда Центр инноваций ШОС открыли в Циндао?", "上合组织科创中心何时在青岛挂牌成立？", "When was the SCO Innovation Center established in Qingdao?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one question. `token_ms`: by how much the reader falls further behind the service with each token, which is
    below zero where he catches up. `prompt_tokens` by our own count."""

    before_ms: float
    first_ms: float
    added_ms: float
    token_ms: float
    prompt_tokens: int


@contextmanager
def service(tokens: int) -> Iterator[str]:
    """The address of a stub service in a process of its own."""
    stub = PROJECT_ROOT / "tests" / "openai_stub.py"
    process = subprocess.Popen(
        [sys.executable, str(stub), "--tokens", str(tokens), "--between-ms", "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the stub has no pipes")
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _log(base_url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(base_url.removesuffix("/v1") + "/log") as reply:
        rows: list[dict[str, Any]] = json.loads(reply.read())
    return rows


def measure(base_url: str, pieces: Callable[[str], Iterator[str]], questions: Sequence[str]) -> list[Timing]:
    """`pieces`: the streamed reply to a question. A question that sends no request, or more than one, is left out."""
    found = []
    for question in questions:
        before = len(_log(base_url))
        begun = time.perf_counter()
        first = last = 0.0
        for piece in pieces(question):
            if piece.strip():
                last = time.perf_counter()
                first = first or last
        rows = _log(base_url)[before:]
        if len(rows) != 1 or not first or len(rows[0]["sent"]) < 2:
            continue
        sent = rows[0]["sent"]
        spread = (last - sent[-1]) - (first - sent[0])
        before_ms, first_ms = (rows[0]["at"] - begun) * 1e3, (first - sent[0]) * 1e3
        found.append(
            Timing(
                before_ms=before_ms,
                first_ms=first_ms,
                added_ms=before_ms + first_ms,
                token_ms=spread * 1e3 / (len(sent) - 1),
                prompt_tokens=sum(count_tokens(message["content"]) + 4 for message in rows[0]["messages"]),
            )
        )
    return found


def ours(assistant: Assistant) -> Callable[[str], Iterator[str]]:
    def pieces(question: str) -> Iterator[str]:
        return (item.text for item in assistant.stream(question) if isinstance(item, TextDelta))

    return pieces


def plain_engine(base_url: str, corpus: Path) -> Callable[[str], Iterator[str]]:
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model="stub", api_base=base_url, api_key="none", is_chat_model=True, context_window=8192)
    documents = SimpleDirectoryReader(str(corpus), recursive=True, required_exts=[".md"]).load_data()
    splitter = SentenceSplitter(chunking_tokenizer_fn=lambda text: text.splitlines(keepends=True) or [text])
    index = VectorStoreIndex.from_documents(documents, embed_model=OfflineEmbedding(), transformations=[splitter])
    engine = index.as_query_engine(llm=model, streaming=True)

    def pieces(question: str) -> Iterator[str]:
        reply: Any = engine.query(question)
        yield from reply.response_gen

    return pieces


def _row(name: str, timings: Sequence[Timing]) -> str:
    def at(field: str) -> str:
        values = sorted(getattr(timing, field) for timing in timings)
        return f"{statistics.median(values):9.2f} / {values[int(0.95 * (len(values) - 1))]:8.2f}"

    return f"{name:22} {len(timings):4} {at('before_ms')} {at('first_ms')} {at('added_ms')} {at('token_ms')} {at('prompt_tokens')}"


class Recorder:
    """A chat model that keeps the prompts that it is sent, and says that the passages do not answer."""

    model = "recorder"
    limits = Limits()

    def __init__(self) -> None:
        self.prompt_tokens: list[int] = []

    def stream(
        self,
        messages: Messages,
        *,
        max_tokens: int = 600,  # noqa: ARG002 - the protocol's
        deadline: float | None = None,  # noqa: ARG002 - the protocol's
    ) -> Iterator[str | End]:
        self.prompt_tokens.append(sum(count_tokens(text) + 4 for _, text in messages))
        yield "[0]"
        yield End(Usage(), "stop")

    def close(self) -> None:
        pass


def gold_prompts(settings: Settings, gold: Path) -> list[int]:
    """The tokens of each prompt that the answerable gold questions lead to, in the three languages."""
    recorder = Recorder()
    rows = [json.loads(line) for line in (gold / "answerable.jsonl").read_text(encoding="utf-8").splitlines()]
    with Assistant(settings, chat=recorder) as assistant:
        for row in rows:
            for language in LANGUAGES:
                if language in row:
                    assistant.ask(row[language]["question"])
    return recorder.prompt_tokens


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench model", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each of the 12 questions is asked")
    parser.add_argument(
        "--tokens",
        type=int,
        default=0,
        help="length of each reply (default: the sentence that shares most with the question)",
    )
    parser.add_argument("--store", type=Path, default=None, help="the store to use (default: a new one)")
    parser.add_argument("--gold", type=Path, default=PROJECT_ROOT / "eval" / "gold")
    options = parser.parse_args(arguments)
    os.environ.pop("OPENAI_API_KEY", None)
    corpus = Settings().corpus
    with tempfile.TemporaryDirectory() as folder, service(options.tokens) as base_url:
        settings = Settings(store=options.store or Path(folder), openai_base_url=base_url, chat_model="stub")
        with Assistant(settings) as assistant:
            sides = {"this project": ours(assistant), "LlamaIndex engine": plain_engine(base_url, corpus)}
            for pieces in sides.values():  # warm both
                for question in QUESTIONS:
                    list(pieces(question))
            found: dict[str, list[Timing]] = {name: [] for name in sides}
            for _ in range(options.rounds):
                for name, pieces in sides.items():
                    found[name] += measure(base_url, pieces, QUESTIONS)
        prompts = gold_prompts(settings, options.gold)
    report(found, options.rounds * len(QUESTIONS), prompts)
    return 0


def report(found: Mapping[str, Sequence[Timing]], asked: int, prompts: Sequence[int]) -> None:
    out = sys.stdout.write
    out(f"{asked} questions, of which n led to exactly one request; median / 95 %\n")
    titles = ("before request, ms", "first token, ms", "both together, ms", "each token, ms", "prompt tokens")
    out(f"{'':22} {'n':>4} " + " ".join(f"{title:>20}" for title in titles) + "\n")
    for name, timings in found.items():
        out(_row(name, timings) + "\n")
    mine, theirs = found.values()
    for name in ("before_ms", "added_ms", "prompt_tokens"):
        own, other = (statistics.median(getattr(timing, name) for timing in side) for side in (mine, theirs))
        out(f"{name:14} {own / other:6.2f} of the engine's\n")
    top = sorted(prompts)
    out(
        f"gold set: {len(top)} prompts, median {statistics.median(top):.0f} tokens, 95 % {top[int(0.95 * (len(top) - 1))]}, most {top[-1]}\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
