"""What the end-to-end tests share: folders that outlive one module, articles made of a few lines, and the program run
as a user runs it."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant import Answer, Assistant, Settings
from assistant.cli import main

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "corpus"
LANGUAGES = ("zh", "ru", "en")


class Run(NamedTuple):
    code: int
    out: str
    err: str


@functools.cache
def scratch() -> Path:
    """One folder for everything that is built once; gone at the end of the run."""
    import atexit

    folder = Path(tempfile.mkdtemp(prefix="e2e-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a fresh shell in which only `more` is set."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("ASSISTANT_", "OPENAI_", "CHROMA_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", **more}


def spawn(*arguments: str | Path, environment: dict[str, str] | None = None, **options: Any) -> Run:
    """`assistant …` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        env=clean_environment(**(environment or {})),
        cwd=scratch(),
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def script(code: str, *arguments: str | Path, **environment: str) -> Run:
    """A Python program in a process of its own; `arguments` are its sys.argv[1:]."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=clean_environment(**environment),
        cwd=scratch(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def command(capsys: Any, *arguments: str | Path) -> Run:
    """`assistant …` in this process: the same function that the console script calls."""
    capsys.readouterr()
    try:
        code: Any = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        code = stop.code
    out, err = capsys.readouterr()
    return Run(code or 0, out, err)


def article(ident: str, blocks: Iterable[str], **matter: str) -> str:
    fields = {"id": ident, "language": "zh", "title": f"{ident}报道", "source": "测试报", "author": "陈默", **matter}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{head}date: 2026-05-12\n---\n\n" + "\n\n".join(blocks) + "\n"


def folder_of(folder: Path, articles: dict[str, Sequence[str]]) -> Path:
    """A corpus folder of Chinese articles: id → blocks."""
    for ident, blocks in articles.items():
        (folder / ident).mkdir(parents=True, exist_ok=True)
        (folder / ident / "zh.md").write_text(article(ident, blocks), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def towns(count: int = 4, blocks: int = 3) -> dict[str, Sequence[str]]:
    names = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
    return {
        f"town{i:02}": [
            f"{names[i]}家村{'甲乙丙丁戊己庚辛壬癸'[k % 10]}组修桥{i * 100 + k + 1}座。" for k in range(blocks)
        ]
        for i in range(count)
    }


@functools.cache
def shipped() -> Assistant:
    """An Assistant over a copy of the shipped corpus (a copy, so that a test may look into it while others edit)."""
    corpus = scratch() / "shipped"
    shutil.copytree(SHIPPED, corpus)
    opened = Assistant(Settings(corpus=corpus, store=scratch() / "shipped-store", answerer="extractive"))
    opened.ingest()
    return opened


@functools.cache
def blocks_of(article_id: str) -> tuple[str, ...]:
    """The blocks of a shipped article, read without the program: split at blank lines, front matter left out."""
    text = (SHIPPED / article_id / "zh.md").read_text(encoding="utf-8")
    body = text.split("\n---\n", 1)[1]
    return tuple(block.strip() for block in body.split("\n\n") if block.strip())


def plain(block: str) -> str:
    return block.removeprefix("## ").removeprefix("> ")


def assert_well_formed(answer: Answer, language: str | None = None) -> None:
    """What INTERFACE.md promises of every Answer, whatever it says."""
    import re

    assert answer.language in LANGUAGES
    assert language is None or answer.language == language
    assert answer.text.strip()
    markers = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    if answer.refused:
        assert not answer.citations
        assert not markers
    else:
        assert answer.citations
        assert markers == {c.number for c in answer.citations}
    for citation in answer.citations:
        assert 0 <= citation.quote_start < citation.quote_end
        assert citation.quote_end - citation.quote_start == len(citation.quote)
        if answer.language == "zh":
            assert citation.translation is None
    assert [p.rank for p in answer.passages] == list(range(1, len(answer.passages) + 1))
    assert answer.checks.failed == ()
    assert answer.checks.language_ok
    assert answer.checks.citations_valid
    assert answer.answerer == "extractive"
    assert answer.usage.prompt_tokens == answer.usage.completion_tokens == 0
    assert all(value >= 0 for value in answer.timings_ms.values())


def lines_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]
