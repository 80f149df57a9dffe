"""The store on disk: whole or not, damaged, made by another embedding, out of reach, killed half-way; and the server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from helpers_e2e import clean_environment, command, folder_of, scratch, script, towns

from assistant import Assistant, Settings, StoreError, StoreMismatch

QUESTION = "钱家村乙组修桥多少座？"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A corpus and its store. Read only: a test that harms the store takes a copy."""
    folder = tmp_path_factory.mktemp("made")
    corpus = folder_of(folder / "corpus", towns())
    with Assistant(Settings(corpus=corpus, store=folder / "store")) as assistant:
        assistant.ingest()
    return corpus, folder / "store"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """As `made`, with more than a thousand records: from there on Chroma keeps its HNSW index on disk."""
    folder = tmp_path_factory.mktemp("large")
    digits = "零一二三四五六七八九"
    blocks = [f"{digits[n // 100]}{digits[n // 10 % 10]}{digits[n % 10]}号桥长{n + 1000}米。" for n in range(550)]
    corpus = folder_of(folder / "corpus", {"bridges": blocks, "roads": [b.replace("桥", "路") for b in blocks]})
    done = script(  # in another process, so that nothing of it is open here
        "import sys; from assistant.cli import main; sys.exit(main(['ingest', '--corpus', sys.argv[1], '--store', sys.argv[2]]))",
        corpus,
        folder / "store",
    )
    assert done.code == 0, done.err
    return corpus, folder / "store"


@pytest.fixture
def copy(made: tuple[Path, Path], tmp_path: Path) -> tuple[str, ...]:
    """The options for a copy of the store of `made`."""
    shutil.copytree(made[1], tmp_path / "store")
    return "--corpus", str(made[0]), "--store", str(tmp_path / "store")


def hnsw_folders(store: Path) -> list[Path]:
    return [path for path in store.iterdir() if path.is_dir() and len(path.name) == 36]


# --- damage ----------------------------------------------------------------------------------------------------------


def remove_index(store: Path) -> None:
    for folder in hnsw_folders(store):
        shutil.rmtree(folder)


def halve_index(store: Path) -> None:
    for folder in hnsw_folders(store):
        os.truncate(folder / "data_level0.bin", (folder / "data_level0.bin").stat().st_size // 2)


def empty_index(store: Path) -> None:
    for folder in hnsw_folders(store):
        for path in folder.iterdir():
            os.truncate(path, 0)


@pytest.mark.parametrize("harm", [remove_index, halve_index, empty_index], ids=lambda harm: harm.__name__)
def test_a_harmed_index_is_noticed_and_a_rebuild_makes_it_whole(
    capsys: Any, large: tuple[Path, Path], tmp_path: Path, harm: Any
) -> None:
    store = tmp_path / "store"
    shutil.copytree(large[1], store)
    assert hnsw_folders(store)
    harm(store)
    places = "--corpus", large[0], "--store", store
    found = command(capsys, "status", "--verify", *places)
    assert found.code == 1
    assert "whole" not in found.out.splitlines()
    assert "assistant ingest --rebuild" in found.out + found.err
    asked = command(capsys, "ask", *places, "一二三号桥长多少米？")
    assert (asked.code == 0 and "1123" in asked.out) or (asked.code == 1 and "ingest --rebuild" in asked.err)
    mended = command(capsys, "ingest", "--rebuild", *places)
    assert mended.code == 0, mended.err
    again = command(capsys, "status", "--verify", *places)
    assert again.code == 0, again.out + again.err
    assert again.out.splitlines()[-1] == "whole"


def spoil_database(store: Path) -> None:
    (store / "chroma.sqlite3").write_bytes(os.urandom(20_000))


def cut_database(store: Path) -> None:
    os.truncate(store / "chroma.sqlite3", 5000)


def remove_database(store: Path) -> None:
    (store / "chroma.sqlite3").unlink()


@pytest.mark.parametrize("harm", [spoil_database, cut_database], ids=lambda harm: harm.__name__)
def test_a_spoilt_database_is_an_error_until_the_rebuild(capsys: Any, copy: tuple[str, ...], harm: Any) -> None:
    harm(Path(copy[3]))
    for words in (["status", "--verify"], ["ask", QUESTION], ["ingest"]):
        done = command(capsys, *words, *copy)
        assert done.code == 1, words
        assert "assistant ingest --rebuild" in done.err
        assert "Traceback" not in done.err
    assert command(capsys, "ingest", "--rebuild", *copy).code == 0
    assert command(capsys, "status", "--verify", *copy).code == 0
    assert "102" in command(capsys, "ask", *copy, QUESTION).out


def test_a_removed_database_is_made_anew(capsys: Any, copy: tuple[str, ...]) -> None:
    remove_database(Path(copy[3]))
    assert command(capsys, "ingest", *copy).code == 0
    assert command(capsys, "status", "--verify", *copy).code == 0


def test_a_rebuild_of_a_whole_store_gives_the_same_store(capsys: Any, copy: tuple[str, ...]) -> None:
    before = json.loads(command(capsys, "ask", "--json", *copy, QUESTION).out)
    assert command(capsys, "ingest", "--rebuild", *copy).code == 0
    after = json.loads(command(capsys, "ask", "--json", *copy, QUESTION).out)
    del before["timings_ms"], after["timings_ms"]
    assert before == after
    assert "0 written, 0 deleted" in command(capsys, "ingest", *copy).out


def test_a_rebuild_leaves_nothing_behind(capsys: Any, copy: tuple[str, ...]) -> None:
    for _ in range(3):
        assert command(capsys, "ingest", "--rebuild", *copy).code == 0
    assert len(hnsw_folders(Path(copy[3]))) <= 1


# --- another embedding, no way in -------------------------------------------------------------------------------------


def test_a_store_of_another_embedding_is_an_error_that_says_what_to_run(
    capsys: Any, copy: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_EMBEDDING", "openai:text-embedding-3-small")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("ASSISTANT_ANSWERER", "extractive")
    for words in (["ask", QUESTION], ["ingest"]):
        done = command(capsys, *words, *copy)
        assert (done.code, done.out) == (1, "")
        assert "offline" in done.err
        assert "text-embedding-3-small" in done.err
        assert "assistant ingest --rebuild" in done.err
    with (
        pytest.raises(StoreMismatch),
        Assistant(Settings(corpus=Path(copy[1]), store=Path(copy[3]), embedding="openai:text-embedding-3-small")) as a,
    ):
        a.ask(QUESTION)
    assert issubclass(StoreMismatch, StoreError)


@pytest.mark.parametrize("store", ["a file", "under a file", "/proc/store"])
def test_a_store_that_cannot_be_written(capsys: Any, made: tuple[Path, Path], tmp_path: Path, store: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    place = {"a file": tmp_path / "file", "under a file": tmp_path / "file" / "store"}.get(store, Path(store))
    for words in (["ingest"], ["ask", QUESTION], ["ingest", "--rebuild"]):
        done = command(capsys, *words, "--corpus", made[0], "--store", place)
        assert (done.code, done.out) == (1, ""), words
        assert str(place) in done.err
        assert "Traceback" not in done.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_a_store_that_cannot_be_written_gets_advice_that_helps(
    capsys: Any, made: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = command(capsys, "ingest", "--corpus", made[0], "--store", tmp_path / "file" / "store")
    assert "--store" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the bits of a folder do not bind root")
def test_a_store_in_a_folder_without_write_permission(capsys: Any, made: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = command(capsys, "ingest", "--corpus", made[0], "--store", tmp_path / "locked" / "store")
    assert (done.code, done.out) == (1, "")
    assert "locked" in done.err


def test_a_store_may_be_moved(capsys: Any, copy: tuple[str, ...], tmp_path: Path) -> None:
    shutil.move(copy[3], tmp_path / "elsewhere")
    done = command(capsys, "ask", "--corpus", copy[1], "--store", tmp_path / "elsewhere", QUESTION)
    assert "102" in done.out


# --- killed half-way -------------------------------------------------------------------------------------------------

# Forked children, so that the libraries are loaded once: one child ingests and is killed, the next repeats and verifies.
KILLS = """
import os, random, shutil, signal, sys, time
from pathlib import Path
import chromadb
from assistant.api import Assistant
from assistant.settings import Settings

old, new, work = map(Path, sys.argv[1:])

def in_child(task):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = int(task() or 0)
        finally:
            os._exit(code)
    return child

def ingest(corpus, store):
    with Assistant(Settings(corpus=corpus, store=store)) as a:
        a.ingest()

def repeat(store):
    with Assistant(Settings(corpus=new, store=store, answerer="extractive")) as a:
        a.ingest()
        again = a.ingest()
        good = (a.verify().whole and again.unchanged == ("town00", "town01", "town02", "town03", "town04", "town05")
                and again.written == again.deleted == 0 and "9102" in a.ask("钱家村乙组修桥多少座？").text)
    if not good:
        print("not whole:", store, again)
    return not good

def done(child):
    return os.waitpid(child, 0)[1]

assert done(in_child(lambda: ingest(old, work / "whole"))) == 0
start = time.monotonic()
assert done(in_child(lambda: ingest(new, work / "timed"))) == 0
length = time.monotonic() - start
killed = faults = 0
for seed in range(8):
    store = work / f"store{seed}"
    if seed % 2:  # an update of a store that is whole; otherwise the first ingest
        shutil.copytree(work / "whole", store)
    child = in_child(lambda: ingest(new, store))
    time.sleep(random.Random(seed).uniform(0, length))
    os.kill(child, signal.SIGKILL)
    killed += done(child) == signal.SIGKILL
    faults += done(in_child(lambda: repeat(store))) != 0
print(killed, faults)
"""


def test_an_ingest_killed_at_any_point_and_repeated_leaves_a_whole_store(tmp_path: Path) -> None:
    old = folder_of(tmp_path / "old", {**towns(5, 4), "gone": ["旧村修桥5座。"]})
    changed = {ident: [b.replace("修桥", "修桥9") for b in blocks] for ident, blocks in towns(6, 4).items()}
    new = folder_of(tmp_path / "new", changed)
    done = script(KILLS, old, new, tmp_path)
    assert done.code == 0, done.out + done.err
    killed, faults = map(int, done.out.splitlines()[-1].split())
    assert faults == 0, done.out
    assert killed >= 4, "most were done before the signal: the test shows little"


# --- the server of Chroma ---------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_chroma_server_holds_the_store(
    capsys: Any, made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Path(sys.executable).with_name("chroma")
    if not program.exists():
        pytest.skip("the chroma program is not installed beside this Python")
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "run", "--path", tmp_path / "data", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            env=clean_environment(ANONYMIZED_TELEMETRY="False"),
            cwd=scratch(),
        )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
            time.sleep(0.1)
        monkeypatch.setenv("CHROMA_HOST", "127.0.0.1")
        monkeypatch.setenv("CHROMA_PORT", str(port))
        places = "--corpus", made[0], "--store", tmp_path / "store"
        first = command(capsys, "ingest", *places)
        assert first.code == 0, first.err
        assert "added         4" in first.out
        assert "0 written, 0 deleted" in command(capsys, "ingest", *places).out
        assert "102" in command(capsys, "ask", *places, QUESTION).out
        assert command(capsys, "status", "--verify", *places).code == 0
        assert not (tmp_path / "store" / "chroma.sqlite3").exists()
        assert (tmp_path / "data" / "chroma.sqlite3").exists()
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.wait(20)
    gone = command(capsys, "ask", *places, QUESTION)
    assert (gone.code, gone.out) == (1, "")
    assert f"127.0.0.1:{port}" in gone.err
    assert "Traceback" not in gone.err
