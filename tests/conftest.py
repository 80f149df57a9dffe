"""What all tests share: a guard against the network, a clean environment, and a small corpus of its own."""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings as hypothesis_settings

from assistant.api import Assistant
from assistant.articles import Corpus, read_corpus
from assistant.deciding import Decision, decide
from assistant.embeddings import OfflineEmbedding
from assistant.evidence import rank_sentences
from assistant.extractive import Task
from assistant.matching import judge
from assistant.names import NameTable
from assistant.passages import library_of, node_text, nodes_of
from assistant.records import Language
from assistant.retrieval import Parts, PassageRetriever
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every machine; the machines of CI are slow and shared, so no example has a time limit.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.load_profile("repeatable")


# --- the guard -------------------------------------------------------------------------------------------------------


class NetworkUsedError(RuntimeError):
    """A test reached for an address that is not on this machine."""


_reached: list[str] = []


def is_loopback(host: object) -> bool:
    """Whether a host name or address stays on this machine; Unix sockets and unnamed hosts do."""
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return text.startswith(("/", "\0"))


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else address
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        _reached.append(f"{event} {host!r}")
        raise NetworkUsedError(f"{event} to {host!r}: tests open loopback sockets only")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fails a test that opened a socket other than loopback, even where the code under test swallowed the error."""
    _reached.clear()
    yield
    found, _reached[:] = list(_reached), []
    if found:
        pytest.fail(f"the test used the network: {', '.join(found)}")


@pytest.fixture
def network_attempts() -> list[str]:
    """What the guard has seen in this test; a test of the guard itself empties it."""
    return _reached


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting or key of the developer's shell reaches a test."""
    for name in list(os.environ):
        if name.startswith(("ASSISTANT_", "OPENAI_", "CHROMA_")):
            monkeypatch.delenv(name)


# --- a small corpus --------------------------------------------------------------------------------------------------

HARBOUR_ZH = """---
id: harbour
language: zh
title: 海湾港新码头启用
subtitle: 每天可装卸60列火车
source: 海湾晚报
author: 陈默
date: 2026-05-12
---

5月10日，海湾港三号码头正式启用。码头全长1200米，总投资8亿元。

## 货运量明显增长

去年，海湾港与哈萨克斯坦之间的货运量增长15%。港口主任林峰说，码头每天可以装卸60列火车。

> 三号码头夜景。王芳 摄
"""
HARBOUR_RU = """---
language: ru
title: В порту Хайвань открыт новый причал
translator: A. Translator
reviewed: true
---

10 мая в порту Хайвань официально открыт третий причал. Его длина — 1200 метров, вложено 800 млн юаней.

## Объём перевозок заметно вырос

В прошлом году перевозки между портом Хайвань и Казахстаном выросли на 15%. По словам директора порта Линь Фэна, причал может обрабатывать 60 поездов в день.

> Третий причал ночью. Фото: Ван Фан
"""
HARBOUR_EN = """---
language: en
title: New pier opens at Haiwan Port
translator: A. Translator
reviewed: false
---

On May 10, the third pier of Haiwan Port officially opened. The pier is 1,200 metres long and cost 800 million yuan.

## Freight grows markedly

Last year freight between Haiwan Port and Kazakhstan grew by 15%. Port director Lin Feng said that the pier can handle 60 trains a day.

> The third pier at night. Photo: Wang Fang
"""
LIBRARY_ZH = """---
id: library
language: zh
title: 山城图书馆向公众开放
source: 山城日报
author: 周宁
date: 2026-09-02
---

山城图书馆9月1日开放，藏书40万册，免费办理借书证。

馆长赵敏表示，儿童阅览室周末不关门。
"""
LIBRARY_RU = """---
language: ru
title: Библиотека Шаньчэн открылась для всех
translator: A. Translator
reviewed: true
---

Библиотека Шаньчэн открылась 1 сентября, её фонд — 400 тысяч книг, читательский билет выдают бесплатно.

Директор Чжао Минь сообщила, что детский читальный зал в выходные не закрывается.
"""
ORCHARD_ZH = """---
id: orchard
language: zh
title: 果园合作社丰收
date: 2026-10-03
---

果园合作社种植苹果300亩，其中有机苹果占四分之一。

合作社由12户农民组成，产品销往蒙古。
"""
GLOSSARY = """zh,ru,en,kind,note
海湾港,порт Хайвань|Хайвань,Haiwan Port|Port of Haiwan,place,
三号码头,третий причал|причал № 3,third pier|Pier 3,project,
林峰,Линь Фэн,Lin Feng,person,director of the port
山城图书馆,Библиотека Шаньчэн,Shancheng Library,body,
哈萨克斯坦,Казахстан,Kazakhstan,place,
"""
HARBOUR_QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "paragraph": 1,
        "zh": {"question": "三号码头什么时候启用？", "answer": "海湾港三号码头于5月10日正式启用。"},
        "ru": {"question": "Когда открыли третий причал?", "answer": "Третий причал порта Хайвань открыт 10 мая."},
        "en": {
            "question": "When did the third pier open?",
            "answer": "The third pier of Haiwan Port opened on May 10.",
        },
    },
    {
        "paragraph": 1,
        "zh": {"question": "码头有多长？", "answer": "码头全长1200米。"},
        "ru": {"question": "Какова длина причала?", "answer": "Длина причала — 1200 метров."},
        "en": {"question": "What is the length of the pier?", "answer": "The pier is 1,200 metres long."},
    },
    {
        "paragraph": 3,
        "zh": {"question": "港口主任是谁？", "answer": "港口主任是林峰。"},
        "ru": {"question": "Кто директор порта?", "answer": "Директор порта — Линь Фэн."},
        "en": {"question": "Who is the director of the port?", "answer": "The port director is Lin Feng."},
    },
    {
        "paragraph": 3,
        "zh": {"question": "与哈萨克斯坦的货运量增长了多少？", "answer": "与哈萨克斯坦之间的货运量增长15%。"},
        "ru": {
            "question": "На сколько выросли перевозки с Казахстаном?",
            "answer": "Перевозки с Казахстаном выросли на 15%.",
        },
        "en": {
            "question": "By how much did freight with Kazakhstan grow?",
            "answer": "Freight with Kazakhstan grew by 15%.",
        },
    },
)

WriteCorpus = Callable[..., Path]


def write_corpus(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write `files` (path in the corpus folder → content) and give back `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def small_files() -> dict[str, str | bytes]:
    """Three articles: one with two translations and questions, one with one translation, one in Chinese only."""
    return {
        "harbour/zh.md": HARBOUR_ZH,
        "harbour/ru.md": HARBOUR_RU,
        "harbour/en.md": HARBOUR_EN,
        "harbour/questions.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in HARBOUR_QUESTIONS),
        "library/zh.md": LIBRARY_ZH,
        "library/ru.md": LIBRARY_RU,
        "orchard/zh.md": ORCHARD_ZH,
        "glossary.csv": GLOSSARY,
    }


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small corpus. Read only: a test that changes it writes its own with `write_corpus`."""
    return write_corpus(tmp_path_factory.mktemp("corpus"), small_files())


@pytest.fixture
def corpus_of(tmp_path: Path) -> WriteCorpus:
    """A function that writes a corpus folder of the files given, or the small corpus with these files changed (None: left out)."""

    def write(files: dict[str, str | bytes] | None = None, **changes: Any) -> Path:
        found = dict(small_files() if files is None else files)
        for name, content in changes.pop("changes", {}).items():
            found.pop(name, None)
            if content is not None:
                found[name] = content
        return write_corpus(tmp_path / "corpus", found)

    return write


@pytest.fixture
def assistant_on(tmp_path: Path) -> Iterator[Callable[..., Assistant]]:
    """A function that opens an Assistant on a corpus folder, with a store of its own; all are closed after the test."""
    opened: list[Assistant] = []

    def make(corpus: Path, **overrides: Any) -> Assistant:
        store = overrides.pop("store", tmp_path / f"store{len(opened)}")
        opened.append(Assistant(Settings(corpus=corpus, store=store, **overrides)))
        return opened[-1]

    yield make
    for assistant in opened:
        assistant.close()


@pytest.fixture(scope="session")
def small_assistant(small_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An Assistant that has indexed the small corpus. Read only."""
    store = tmp_path_factory.mktemp("store") / "store"
    with Assistant(Settings(corpus=small_corpus, store=store, answerer="extractive")) as assistant:
        assistant.ingest()
        yield assistant


def retriever_of(corpus: Corpus, parts: Parts | None = None, top_k: int = 10) -> PassageRetriever:
    """A retriever over `corpus` in memory: no store, and a dense search that compares with every vector."""
    names = NameTable(corpus.glossary)
    nodes = [node for article in corpus.articles for node in nodes_of(article, names)]
    embedding = OfflineEmbedding()
    vectors = np.array(embedding.get_text_embedding_batch([node_text(node) for node in nodes])).reshape(len(nodes), -1)

    def search(vector: list[float], depth: int) -> list[tuple[str, float]]:
        scores = vectors @ np.array(vector)
        return [(nodes[index].node_id, float(scores[index])) for index in np.argsort(-scores, kind="stable")[:depth]]

    library = library_of((node.node_id, node.metadata) for node in nodes)
    return PassageRetriever(library, search, embedding, names, top_k=top_k, parts=parts)


@pytest.fixture(scope="session")
def small_retriever(small_corpus: Path) -> PassageRetriever:
    return retriever_of(read_corpus(small_corpus))


@pytest.fixture(scope="session")
def shipped_corpus() -> Corpus:
    """The corpus that ships with the project."""
    return read_corpus(ROOT / "corpus")


@pytest.fixture(scope="session")
def shipped_names(shipped_corpus: Corpus) -> NameTable:
    return NameTable(shipped_corpus.glossary)


def decided(retriever: PassageRetriever, question: str, language: Language) -> Decision:
    """What is decided on a question, by the same steps as in `answering`."""
    form = retriever.analyse(question, language)
    found = retriever.retrieve_form(form)
    judgement = judge(form, found, retriever)
    evidence = rank_sentences(form, found.passages, judgement.matches, retriever)
    return decide(form, judgement, evidence, retriever)


def task_of(retriever: PassageRetriever, question: str, language: Language, reply: Language) -> Task:
    """What an answerer is given for a question."""
    form, decision = retriever.analyse(question, language), decided(retriever, question, language)
    return Task(form, reply, decision.evidence, retriever.retrieve_form(form).passages, decision.match, retriever)
