"""What the tests of the page share: a small corpus, an assistant with a few scripted replies, the real server on a free port."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from assistant import Answer, Assistant
from assistant.errors import ModelUnavailable
from assistant.records import Checks, Language, TextDelta, Usage
from assistant.settings import PROJECT_ROOT, Settings
from ui.server import Page

os.environ["HF_HUB_OFFLINE"] = "1"  # gradio_client's own helper would ask its registry for a list

ZH_ONLY = """---
id: 只有中文
language: zh
title: "青岛港新航线"
kicker: "首航"
source: "某报"
author: "某人"
date: 2026-07-01
---

青岛港7月1日开通一条新航线，每周一班，首航船舶装载集装箱312个。
"""


def make_corpus(folder: Path) -> Path:
    """Two of the project's articles with few of their questions, one article in Chinese alone, and the glossary."""
    for name, questions in (("conference", 40), ("agri-alliance", 20)):
        shutil.copytree(PROJECT_ROOT / "corpus" / name, folder / name)
        file = folder / name / "questions.jsonl"
        file.write_text("\n".join(file.read_text("utf-8").splitlines()[:questions]) + "\n", "utf-8")
    (folder / "zh-only").mkdir(parents=True)
    (folder / "zh-only" / "zh.md").write_text(ZH_ONLY.replace("只有中文", "zh-only"), "utf-8")
    shutil.copy(PROJECT_ROOT / "corpus" / "glossary.csv", folder / "glossary.csv")
    return folder


class Scripted(Assistant):
    """The real assistant, but for questions that begin with one of the words below."""

    def stream(
        self, question: str, language: Language | None = None, history: Sequence[tuple[str, str]] = ()
    ) -> Iterator[TextDelta | Answer]:
        if question.startswith("SLOW"):
            words = [f"word{number} " for number in range(40)]
            for word in words:
                time.sleep(0.15)
                yield TextDelta(word)
            yield plain_answer(question, "".join(words))
        elif question.startswith("UNAVAILABLE"):
            raise ModelUnavailable("the service at http://10.0.0.1 said 503 for the key SECRET-1")
        elif question.startswith("BROKEN"):
            yield TextDelta("half an ")
            raise ValueError("SECRET sk-123")
        elif question.startswith("HOSTILE"):
            yield plain_answer(question, HOSTILE)
        elif question.startswith("UNCHECKED"):
            checks = Checks(False, True, True, True, ("number not in the source: 999",))
            yield plain_answer(question, "There were 999 projects.", checks)
        elif question.startswith("FOLLOW"):
            yield plain_answer(question, f"{len(history)} earlier turns", query="Who signed the eleven projects?")
        else:
            yield from super().stream(question, language, history)


HOSTILE = (
    "![x](http://trap.example/a.png) <img src=http://trap.example/b.png onerror=document.title='hit'> [1](javascript:alert(1)) "
    "<script>document.title='hit'</script> <style>body{background:url(http://trap.example/c)}</style> "
    "<iframe src=http://trap.example/d></iframe> [2] `[3]`"
)


def plain_answer(question: str, text: str, checks: Checks | None = None, query: str = "") -> Answer:
    passed = Checks(numbers_supported=True, names_supported=True, citations_valid=True, language_ok=True)
    return Answer(
        question=question, language="en", text=text, refused=False, citations=(), passages=(), checks=checks or passed, answerer="scripted", usage=Usage(),
        timings_ms={"total": 1.0}, query=query or question,
    )  # fmt: skip


@contextmanager
def running(settings: Settings, assistant: Assistant | None = None, *, wait: bool = True) -> Iterator[tuple[str, Page]]:
    """The real server in a thread, as (address, page)."""
    with gradio_leftovers():
        page = Page(settings, assistant)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        config = uvicorn.Config(page.app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + 90
            while (not server.started or (wait and not page.ready)) and time.monotonic() < deadline:
                time.sleep(0.05)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", page
        finally:
            with gradio_leftovers():
                server.should_exit = True
                thread.join(10)
                page.close()
                del page, server, config


@contextmanager
def gradio_leftovers() -> Iterator[None]:
    """Takes away the event loops that building Gradio's blocks leaves unclosed; anywhere else a leak still fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def settings_for(folder: Path, **more: Any) -> Settings:
    given = {
        "corpus": folder / "corpus",
        "store": folder / "store",
        "feedback": folder / "feedback.db",
        "answerer": "extractive",
        **more,
    }
    return Settings(**given)
