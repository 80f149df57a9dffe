"""`ingest`: what it says of added, changed, removed and unchanged articles is what it does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers_e2e import SHIPPED, article, command, folder_of, spawn, towns

from assistant import Assistant, Settings

Open = Callable[..., Assistant]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "corpus", towns())


@pytest.fixture
def opened(corpus: Path, tmp_path: Path) -> Iterator[Assistant]:
    with Assistant(Settings(corpus=corpus, store=tmp_path / "store", answerer="extractive")) as found:
        found.ingest()
        yield found


def rewrite(corpus: Path, ident: str, before: str, after: str) -> None:
    path = corpus / ident / "zh.md"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def records(assistant: Assistant) -> int:
    found = assistant.verify()
    return int(getattr(found, "found", getattr(found, "declared", -1)))


def test_the_first_run_adds_everything(corpus: Path, tmp_path: Path) -> None:
    with Assistant(Settings(corpus=corpus, store=tmp_path / "store")) as assistant:
        report = assistant.ingest()
    assert report.added == ("town00", "town01", "town02", "town03")
    assert not report.changed
    assert not report.removed
    assert not report.unchanged
    assert (report.written > 0, report.deleted) == (True, 0)


def test_the_second_run_does_nothing(opened: Assistant) -> None:
    report = opened.ingest()
    assert report.unchanged == ("town00", "town01", "town02", "town03")
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert (report.written, report.deleted) == (0, 0)


def test_the_second_run_does_nothing_in_another_process(tmp_path: Path) -> None:
    """Whatever PYTHONHASHSEED: translations, glossary and thesaurus are looked up in tables without an order of their own."""
    corpus = tmp_path / "corpus"
    (corpus / "agri-alliance").mkdir(parents=True)
    for name in ("agri-alliance/zh.md", "agri-alliance/ru.md", "glossary.csv"):
        shutil.copy(SHIPPED / name, corpus / name)
    places = "--corpus", corpus, "--store", tmp_path / "store"
    first, *others = (spawn("ingest", *places, environment={"PYTHONHASHSEED": seed}).out for seed in "012")
    assert "added         1  agri-alliance" in first
    assert [out.splitlines()[-1] for out in others] == ["records: 0 written, 0 deleted"] * 2


def test_an_interrupted_rebuild_leaves_the_store_as_it_was(opened: Assistant) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened.ingest(rebuild=True, progress=stop)
    assert opened.verify().whole
    assert opened.ingest().written == 0
    assert "102" in opened.ask("钱家村乙组修桥多少座？").text


def test_touching_a_file_changes_nothing(opened: Assistant, corpus: Path) -> None:
    path = corpus / "town01" / "zh.md"
    path.write_bytes(path.read_bytes())
    assert opened.ingest().written == 0


def test_a_changed_block_replaces_exactly_its_records(opened: Assistant, corpus: Path) -> None:
    before = records(opened)
    rewrite(corpus, "town01", "修桥102座", "修桥907座")
    report = opened.ingest()
    assert report.changed == ("town01",)
    assert report.unchanged == ("town00", "town02", "town03")
    # One block of one article: its record (a heading or summary record of the article may follow), no more.
    assert 1 <= report.written <= 2
    assert report.deleted <= 2
    assert records(opened) == before
    assert "907" in opened.ask("钱家村乙组修桥多少座？").text
    assert "102" not in opened.ask("钱家村乙组修桥多少座？").text
    assert opened.verify().whole


def test_an_added_block_writes_its_records_only(opened: Assistant, corpus: Path) -> None:
    path = corpus / "town01" / "zh.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n钱家村图书馆藏书5678册。\n", encoding="utf-8")
    report = opened.ingest()
    assert report.changed == ("town01",)
    assert 1 <= report.written <= 2
    answer = opened.ask("钱家村图书馆藏书多少册？")
    assert "5678" in answer.text
    assert answer.citations[0].paragraph == 4


def test_a_block_put_first_moves_the_numbers_of_the_others(opened: Assistant, corpus: Path) -> None:
    rewrite(corpus, "town01", "钱家村甲组", "钱家村来了新村长。\n\n钱家村甲组")
    opened.ingest()
    answer = opened.ask("钱家村丙组修桥多少座？")
    assert "103" in answer.text
    assert answer.citations[0].paragraph == 4
    assert opened.verify().whole


def test_a_removed_article_is_gone(opened: Assistant, corpus: Path) -> None:
    shutil.rmtree(corpus / "town02")
    report = opened.ingest()
    assert report.removed == ("town02",)
    assert report.deleted >= 3
    assert report.written == 0
    answer = opened.ask("孙家村乙组修桥多少座？")
    assert all(passage.article_id != "town02" for passage in answer.passages)
    assert "202" not in answer.text
    assert opened.verify().whole


def test_everything_at_once(opened: Assistant, corpus: Path) -> None:
    shutil.rmtree(corpus / "town00")
    rewrite(corpus, "town01", "修桥101座", "修桥900座")
    folder_of(corpus, {"village": ["新村戊组修桥4321座。"]})
    report = opened.ingest()
    assert report.added == ("village",)
    assert report.changed == ("town01",)
    assert report.removed == ("town00",)
    assert report.unchanged == ("town02", "town03")
    assert "4321" in opened.ask("新村戊组修桥多少座？").text


def test_a_changed_title_reaches_the_citation(opened: Assistant, corpus: Path) -> None:
    rewrite(corpus, "town01", "town01报道", "钱家村新闻")
    assert opened.ingest().changed == ("town01",)
    assert opened.ask("钱家村乙组修桥多少座？").citations[0].title == "钱家村新闻"


def test_the_report_on_stdout_counts_the_same(capsys: Any, opened: Assistant, corpus: Path) -> None:
    places = "--corpus", corpus, "--store", corpus.parent / "store"
    done = command(capsys, "ingest", *places)
    assert (done.code, done.err) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines()[:4]] == [
        ["added", "0"],
        ["changed", "0"],
        ["removed", "0"],
        ["unchanged", "4"],
    ]
    assert "0 written, 0 deleted" in done.out
    assert opened.verify().whole


# --- corpora in other states -----------------------------------------------------------------------------------------

STATES = {
    "whole": (),
    "no English": ("harbour/en.md",),
    "no translations": ("harbour/en.md", "harbour/ru.md", "library/ru.md"),
    "no questions": ("harbour/questions.jsonl",),
    "no glossary": ("glossary.csv",),
    "Chinese only": ("harbour/en.md", "harbour/ru.md", "library/ru.md", "harbour/questions.jsonl", "glossary.csv"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_corpus_in_any_state_is_indexed_answered_and_cited(
    state: str, corpus_of: Callable[..., Path], assistant_on: Callable[..., Assistant]
) -> None:
    assistant = assistant_on(corpus_of(changes=dict.fromkeys(STATES[state])), answerer="extractive")
    report = assistant.ingest()
    assert report.added == ("harbour", "library", "orchard")
    assert report.problems == ()
    assert assistant.verify().whole
    for question, article_id, expected in (
        ("三号码头全长多少米？", "harbour", "1200"),
        ("山城图书馆藏书多少册？", "library", "40万"),
        ("果园合作社种植苹果多少亩？", "orchard", "300"),
    ):
        answer = assistant.ask(question)
        assert expected in answer.text
        assert answer.citations[0].article_id == article_id
        assert answer.citations[0].translation is None


def test_translations_that_come_later_are_taken_in(
    corpus_of: Callable[..., Path], assistant_on: Callable[..., Assistant]
) -> None:
    from conftest import HARBOUR_RU

    folder = corpus_of(changes={"harbour/ru.md": None})
    assistant = assistant_on(folder, answerer="extractive")
    assistant.ingest()
    (folder / "harbour" / "ru.md").write_text(HARBOUR_RU, encoding="utf-8")
    report = assistant.ingest()
    assert report.changed == ("harbour",)
    answer = assistant.ask("Какова длина причала?")
    assert answer.citations[0].translation


def test_a_corpus_folder_with_other_things_in_it(tmp_path: Path) -> None:
    corpus = folder_of(tmp_path / "语料 库", towns(2))
    (corpus / ".git").mkdir()
    (corpus / ".git" / "zh.md").write_text("nothing", encoding="utf-8")
    (corpus / "README.md").write_text("read me", encoding="utf-8")
    (corpus / "town00" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (corpus / "town00" / "zh.md~").write_text("old", encoding="utf-8")
    with Assistant(Settings(corpus=corpus, store=tmp_path / "st ore")) as assistant:
        report = assistant.ingest()
        assert report.added == ("town00", "town01")
        assert report.problems == ()
        assert "102" in assistant.ask("钱家村乙组修桥多少座？").text


# --- ingest FILE -----------------------------------------------------------------------------------------------------

PAGE = """滨海新区地铁四号线今日正式开通运营

7月1日，滨海新区地铁四号线正式开通运营，全长18公里，设15座车站，总投资120亿元人民币。

首日客流达到6万人次。站长刘洋说，列车每隔四分钟一班，比去年公布的计划更加密集。
"""


def take_in(capsys: Any, tmp_path: Path, content: bytes, name: str = "metro.txt") -> tuple[Any, Path]:
    corpus = folder_of(tmp_path / "corpus", towns(2))
    (tmp_path / name).write_bytes(content)
    done = command(capsys, "ingest", "--corpus", corpus, "--store", tmp_path / "store", tmp_path / name)
    return done, corpus


@pytest.mark.parametrize(
    "content",
    [PAGE.encode(), ("\ufeff" + PAGE).encode(), PAGE.encode("gb18030"), PAGE.replace("\n", "\r\n").encode()],
    ids=["utf-8", "byte order mark", "GB18030", "windows line ends"],
)
def test_a_plain_text_is_added_to_the_corpus(capsys: Any, tmp_path: Path, content: bytes) -> None:
    done, corpus = take_in(capsys, tmp_path, content)
    assert done.code == 0, done.err
    assert "metro" in done.out
    asked = command(
        capsys, "ask", "--corpus", corpus, "--store", tmp_path / "store", "滨海新区地铁四号线全长多少公里？"
    )
    assert asked.code == 0
    assert "18公里" in asked.out
    again = command(capsys, "ingest", "--corpus", corpus, "--store", tmp_path / "store")
    assert "0 written, 0 deleted" in again.out
    assert "unchanged     3" in again.out


def test_a_page_broken_into_columns_gives_whole_paragraphs(capsys: Any, tmp_path: Path) -> None:
    broken = PAGE.replace("总投资120亿元", "总投\n资120亿元").replace("更加密集", "更\n加密集")
    done, corpus = take_in(capsys, tmp_path, broken.encode())
    assert done.code == 0, done.err
    text = (corpus / "metro" / "zh.md").read_text(encoding="utf-8")
    assert "7月1日，滨海新区地铁四号线正式开通运营，全长18公里，设15座车站，总投资120亿元人民币。\n" in text
    assert "站长刘洋说，列车每隔四分钟一班，比去年公布的计划更加密集。\n" in text


def test_the_first_line_of_a_broken_paragraph_is_no_heading(capsys: Any, tmp_path: Path) -> None:
    page = "测试报  2026年7月1日\n\n滨海新区地铁四号线开通\n\n本报讯 7月1日，滨海新区地铁四号线正式开\n通，全长18公里，设15座\n车站。\n"
    _, corpus = take_in(capsys, tmp_path, page.encode())
    text = (corpus / "metro" / "zh.md").read_text(encoding="utf-8")
    assert "\n本报讯 7月1日，滨海新区地铁四号线正式开通，全长18公里，设15座车站。\n" in text


def test_a_chinese_markdown_file_keeps_its_front_matter(capsys: Any, tmp_path: Path) -> None:
    content = article("metro", ["地铁四号线全长18公里。"], title="地铁开通").encode()
    done, corpus = take_in(capsys, tmp_path, content, "zh.md")
    assert done.code == 0, done.err
    assert (corpus / "metro" / "zh.md").exists()
    asked = command(capsys, "ask", "--corpus", corpus, "--store", tmp_path / "store", "地铁四号线全长多少公里？")
    assert "地铁开通" in asked.out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("random.bin", bytes(range(256)) * 20),
        ("empty.txt", b""),
        ("blank.txt", b" \n\n \n"),
        ("english.txt", b"Hello."),
    ],
)
def test_a_file_that_is_no_article_is_an_error_and_adds_nothing(
    capsys: Any, tmp_path: Path, name: str, content: bytes
) -> None:
    done, corpus = take_in(capsys, tmp_path, content, name)
    assert done.code == 1
    assert name in done.err
    assert "Traceback" not in done.err
    assert sorted(path.name for path in corpus.iterdir()) == ["town00", "town01"]


def test_a_file_that_is_not_there(capsys: Any, tmp_path: Path) -> None:
    corpus = folder_of(tmp_path / "corpus", towns(1))
    done = command(capsys, "ingest", "--corpus", corpus, "--store", tmp_path / "store", tmp_path / "none.txt")
    assert done.code == 1
    assert "none.txt" in done.err


def test_a_neighbour_with_a_fault_does_not_spoil_the_file(capsys: Any, tmp_path: Path) -> None:
    corpus = folder_of(tmp_path / "corpus", towns(1))
    (corpus / "broken").mkdir()
    (corpus / "broken" / "zh.md").write_text("---\ntitle: [x\n---\n\n坏。\n", encoding="utf-8")
    (tmp_path / "metro.txt").write_text(PAGE, encoding="utf-8")
    done = command(capsys, "ingest", "--corpus", corpus, "--store", tmp_path / "store", tmp_path / "metro.txt")
    assert done.code == 1
    assert "broken/zh.md" in done.err
    assert "metro" in done.out
